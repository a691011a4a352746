"""Webhook messages by the Standard Webhooks convention: what is sent, and how its receiver knows that it is ours.

https://www.standardwebhooks.com: symmetric signatures (``v1``, HMAC-SHA256) over id, time and body.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 The convention's mark of a secret, not a secret.
SECRET_BYTES_MIN: Final = 24
SECRET_BYTES_MAX: Final = 64
BODY_BYTES_MAX: Final = 20 * 1024
"""What the convention asks messages to stay under."""


class Message(Struct, frozen=True):
    """One event for one receiver. ``id`` names it: sent again, it has the same id and the same ``body``."""

    id: str
    body: bytes


def message_of(id: str, event_type: str, at_ms: int, data: dict[str, Any]) -> Message:
    """The message that tells of an event. Raises ValueError above ``BODY_BYTES_MAX``: data is ids, not contents."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = msgspec.json.encode({"type": event_type, "timestamp": at, "data": data})
    if len(body) > BODY_BYTES_MAX:
        raise ValueError(f"a webhook message of more than {BODY_BYTES_MAX} bytes")
    return Message(id, body)


def secret_of(random: bytes) -> str:
    """The secret as its receiver is shown it once; ``random`` is 24 to 64 bytes from ``secrets``."""
    if not SECRET_BYTES_MIN <= len(random) <= SECRET_BYTES_MAX:
        raise ValueError(f"a webhook secret has {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")
    return SECRET_PREFIX + b64encode(random).decode()


def signed_headers(message: Message, at_s: int, *secrets: str) -> dict[str, str]:
    """The headers of an attempt at ``at_s`` (Unix seconds): a signature for each secret while one replaces another."""
    signatures = [_signature(message, at_s, secret) for secret in secrets]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signatures),
    }


def _signature(message: Message, at_s: int, secret: str) -> str:
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError(f"a webhook secret starts with {SECRET_PREFIX}")
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except NotBase64 as problem:
        raise ValueError("a webhook secret is base64") from problem
    signed = f"{message.id}.{at_s}.".encode() + message.body
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
