"""The sections of the configuration: which settings there are, of which type and within which bounds.

What each is for stands beside its default in ``default.toml``; no default is written here. A
setting's unit comes last in its name (``_ms`` is milliseconds), but for ``_max`` and ``_min``.
All are msgspec structs of plain values, so that they travel to other processes as bytes.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from config.addresses import Address

MINUTE_MS = 60_000
DAY_MS = 86_400_000
MIB = 2**20

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Wait = Annotated[int, Meta(ge=1, le=10 * MINUTE_MS)]  # Milliseconds that somebody waits.


class Storage(Struct, frozen=True, forbid_unknown_fields=True):
    """Where everything durable stands."""

    directory: Annotated[str, Meta(min_length=1)]


class Vault(Struct, frozen=True, forbid_unknown_fields=True):
    """The key that personal data is encrypted under, where it does not stand in a file."""

    key: Annotated[str, Meta(pattern=r"^([A-Za-z0-9+/]{43}=)?$")]
    next_key: Annotated[str, Meta(pattern=r"^([A-Za-z0-9+/]{43}=)?$")]


class Gateway(Struct, frozen=True, forbid_unknown_fields=True):
    """The HTTP side: listeners, batches towards the entities, and what one client may use up."""

    address: Address
    operator_address: Address
    public_url: Annotated[str, Meta(max_length=200, pattern=r"^(https?://[^\s/?#]+)?$")]
    gateways: Annotated[int, Meta(ge=1, le=64)]
    trusted_proxies: tuple[str, ...]
    waiting_per_target_max: Count
    batch_items_max: Count
    batch_bytes_max: Annotated[int, Meta(ge=MIB, le=512 * MIB)]
    ask_timeout_ms: Annotated[int, Meta(ge=100, le=MINUTE_MS)]
    request_head_bytes_max: Annotated[int, Meta(ge=1024, le=MIB)]
    request_body_bytes_max: Annotated[int, Meta(ge=1024, le=16 * MIB)]
    head_timeout_ms: Wait
    body_timeout_ms: Wait
    keepalive_timeout_ms: Wait
    connections_max: Count
    streams_max: Annotated[int, Meta(ge=0, le=1_000_000)]
    stream_keepalive_ms: Wait
    min_version_wait_ms: Annotated[int, Meta(ge=0, le=MINUTE_MS)]
    drain_ms: Wait


class Accounts(Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in, and how long the answer to "who is this" is kept."""

    session_ms: Annotated[int, Meta(ge=MINUTE_MS, le=365 * DAY_MS)]
    authorisation_cache_ms: Annotated[int, Meta(ge=0, le=MINUTE_MS)]
    authorisations_cached_max: Count
    sign_ins_per_minute_max: Count
    registrations_per_minute_max: Count
    passwords_at_once_max: Annotated[int, Meta(ge=1, le=64)]


class Webhooks(Struct, frozen=True, forbid_unknown_fields=True):
    """Notices to the organisers' own systems."""

    allow_private: bool


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail leaves, and who it comes from."""

    host: Annotated[str, Meta(max_length=255)]
    port: Annotated[int, Meta(ge=1, le=65_535)]
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str
    timeout_ms: Wait
    sender: Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")]
    sender_name: str
    language: Literal["en", "de"]


class Payments(Struct, frozen=True, forbid_unknown_fields=True):
    """Which ways to pay are offered, and the keys they need."""

    sandbox: bool
    sandbox_late_ms: Annotated[int, Meta(ge=0, le=DAY_MS)]
    stripe_secret_key: str
    stripe_publishable_key: str
    stripe_webhook_secret: str
    stripe_api: Annotated[str, Meta(pattern=r"^https?://[^\s/?#]+$")]
    stripe_script: Annotated[str, Meta(pattern=r"^https?://[^\s?#;,]+$")]
    stripe_tolerance_ms: Annotated[int, Meta(ge=1_000, le=10 * MINUTE_MS)]
    stripe_timeout_ms: Wait


class Courier(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens after the fact: how often to look, how much at once, and when to give up."""

    poll_ms: Annotated[int, Meta(ge=10, le=MINUTE_MS)]
    lease_ms: Annotated[int, Meta(ge=16_000, le=10 * MINUTE_MS)]  # Above a webhook's try.
    mails_at_once_max: Annotated[int, Meta(ge=1, le=100)]
    refunds_at_once_max: Annotated[int, Meta(ge=1, le=1_000)]
    webhooks_at_once_max: Annotated[int, Meta(ge=1, le=1_000)]
    webhooks_per_target_max: Annotated[int, Meta(ge=1, le=100)]
    give_up_ms: Annotated[int, Meta(ge=MINUTE_MS, le=30 * DAY_MS)]
    deliveries_kept_max: Count
    done_kept_ms: Annotated[int, Meta(ge=7 * DAY_MS, le=3_650 * DAY_MS)]
    missed_notices_ms: Annotated[int, Meta(ge=0, le=DAY_MS)]
    payment_reminder_ms: Annotated[int, Meta(ge=0, le=30 * DAY_MS)]
    naming_reminder_ms: Annotated[int, Meta(ge=0, le=60 * DAY_MS)]


class Entities(Struct, frozen=True, forbid_unknown_fields=True):
    """The writers: how many are awake, what they keep beside their logs, and when they refuse."""

    awake_max: Annotated[int, Meta(ge=3, le=10_000)]
    idle_ms: Annotated[int, Meta(ge=100, le=DAY_MS)]
    snapshot_every_events: Count
    log_page_items_max: Annotated[int, Meta(ge=1, le=10_000)]
    refusals_remembered_max: Annotated[int, Meta(ge=1_000, le=10_000_000)]
    refusal_memory_ms: Annotated[int, Meta(ge=DAY_MS, le=365 * DAY_MS)]
    disk_reserve_bytes: Annotated[int, Meta(ge=0, le=2**40)]
    due_per_turn_max: Count
    hint_interval_ms: Annotated[int, Meta(ge=1, le=1_000)]
    absence_ms_max: Annotated[int, Meta(ge=100, le=MINUTE_MS)]
    grace_ms: Annotated[int, Meta(ge=MINUTE_MS, le=DAY_MS)]


class Timers(Struct, frozen=True, forbid_unknown_fields=True):
    """How exactly deadlines are met."""

    tick_ms_min: Annotated[int, Meta(ge=1, le=1_000)]
    tick_ms_max: Annotated[int, Meta(ge=1, le=4_000)]
    sweep_ms: Annotated[int, Meta(ge=100, le=4_000)]


class Actors(Struct, frozen=True, forbid_unknown_fields=True):
    """The actor system below everything: Thespian's listeners, frames and patience."""

    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=0, le=65_535)]
    frame_bytes_max: Annotated[int, Meta(ge=MIB, le=1024 * MIB)]
    pending_transmits_max: Annotated[int, Meta(ge=20, le=1_000_000)]
    start_ms: Wait
    drain_ms: Wait


class Logs(Struct, frozen=True, forbid_unknown_fields=True):
    """What the processes tell on stderr."""

    level: Literal["debug", "info", "warning", "error"]
