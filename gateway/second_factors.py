"""Time-based one-time codes (RFC 6238) as a second factor: made, checked, and each good for one sign-in."""

import hmac
from typing import Final

import pyotp

from gateway.calls import Parts
from gateway.tenants import Account

ISSUER: Final = "Contoso Conferences"
STEP_MS: Final = 30_000
STEPS_APART_MAX: Final = 1
"""A code of the step before or after is good too: clocks differ, and typing takes time."""


def fresh_secret() -> str:
    """160 random bits, in base32."""
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """What an authenticator app reads, as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_at(now_ms: int) -> int:
    """The time step of a moment."""
    return now_ms // STEP_MS


def step_of(secret: str, code: str, now_ms: int) -> int | None:
    """The time step whose code it is; ``None`` when it is none of about now."""
    totp, current, found = pyotp.TOTP(secret), step_at(now_ms), None
    for step in range(current - STEPS_APART_MAX, current + STEPS_APART_MAX + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "surrogatepass")):
            found = step
    return found


async def passes(parts: Parts, account: Account, code: str | None) -> bool:
    """Whether the account has no second factor, or this is its code and was not used before."""
    if account.totp_secret is None:
        return True
    return code is not None and await uses(parts, account.id, account.totp_secret, code)


async def uses(parts: Parts, account: str, secret: str, code: str) -> bool:
    """Whether it is a code of this secret that the account has not used before; it is used now."""
    step = step_of(secret, code, parts.now_ms())
    return step is not None and await parts.workers.run(parts.accounts.use_totp_step, account, step)
