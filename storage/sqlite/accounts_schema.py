"""Tables of the accounts database. A step once released is never changed; a new one is added at the end."""

STEPS = (
    "CREATE TABLE organisers (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE accounts (
        id TEXT PRIMARY KEY, address_hash BLOB NOT NULL UNIQUE, wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL,
        password_hash TEXT, totp_step INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE members (
        organiser TEXT NOT NULL REFERENCES organisers, account TEXT NOT NULL REFERENCES accounts,
        role TEXT NOT NULL CHECK (role IN ('viewer', 'box_office', 'manager', 'owner')),
        pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
        PRIMARY KEY (organiser, account)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX members_by_account ON members (account)",
    """CREATE TABLE sessions (
        hash BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, expires_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sessions_by_account ON sessions (account, expires_at_ms)",
    "CREATE INDEX sessions_by_end ON sessions (expires_at_ms)",
    """CREATE TABLE tokens (
        hash BLOB PRIMARY KEY, organiser TEXT NOT NULL REFERENCES organisers, id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL, role TEXT NOT NULL CHECK (role IN ('viewer', 'box_office', 'manager', 'owner')),
        created_at_ms INTEGER NOT NULL, last_used_at_ms INTEGER
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX tokens_by_organiser ON tokens (organiser, created_at_ms)",
    """CREATE TABLE links (
        hash BLOB PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('invitation', 'reset')),
        account TEXT NOT NULL REFERENCES accounts, organiser TEXT REFERENCES organisers, expires_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX links_by_account ON links (account, kind, expires_at_ms)",
    "CREATE INDEX links_by_end ON links (expires_at_ms)",
    """CREATE TABLE slugs (
        slug TEXT PRIMARY KEY, conference TEXT NOT NULL UNIQUE, organiser TEXT NOT NULL,
        key BLOB, fingerprint BLOB, UNIQUE (organiser, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX slugs_by_organiser ON slugs (organiser, slug)",
)
