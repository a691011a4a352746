"""The contract suites are imported by test modules: their assertions speak as those of a test do."""

import pytest

pytest.register_assert_rewrite("tests.storage.contract_eventlog", "tests.storage.contract_accounts")
