"""Opens what a gateway reads and writes beside the entities, in the data directory."""

from config.settings import Settings
from gateway import assembly
from gateway.views import SqliteViews
from gateway.views_orders import SqliteOrderViews
from storage.keys import open_keys as open_installation_keys
from storage.sqlite.accounts import SqliteAccounts
from storage.sqlite.outbox import SqliteOutbox
from storage.sqlite.readmodels import open_reader
from storage.sqlite.vault import SqliteVault
from storage.sqlite.webhooks import SqliteWebhooks


def open_keys(settings: Settings) -> assembly.Keys:
    """The gateways' secrets. Raises ``storage.keys.KeyRefused``."""
    keys = open_installation_keys(settings.data, settings.vault.key)
    return assembly.Keys(keys.tokens(), keys.clients(), keys.idempotency(), keys.tickets())


def open_stores(settings: Settings) -> assembly.Stores:
    """Read models (the projector has made them), accounts, the vault, outbox and webhooks."""
    data = settings.data
    key = open_installation_keys(data, settings.vault.key).vault()
    return assembly.Stores(
        SqliteViews(open_reader(data / "readmodels.db")),
        SqliteAccounts(data / "accounts.db", key),
        SqliteVault(data / "vault.db", key),
        SqliteOrderViews(open_reader(data / "readmodels.db")),
        SqliteOutbox(data / "outbox.db"),
        SqliteWebhooks(data / "webhooks.db", key),
    )
