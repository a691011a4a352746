"""The load tester: a client of the HTTP interface like any other, which also judges whether the server stayed right.

It knows nothing of the server's code; what it believes comes from its own history of
calls and from the audit feed.
"""
