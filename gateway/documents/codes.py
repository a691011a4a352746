"""Ticket codes: which seat of which order, signed; whoever holds the public key can tell without asking us.

A code is ``CT1.<order>.<seat>.<signature>``, ids in capitals, the Ed25519 signature over all before the last dot
in base32: every character is in a QR code's alphanumeric set, so that the picture stays small. It says nothing
about a person. ``CT1`` is the version of this form.
"""

import binascii
import re
from base64 import b32decode, b32encode
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

VERSION = "CT1"
CODE_LENGTH_MAX = 256
SIGNATURE_BYTES = 64
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FORM = re.compile(r"([A-Z]+[0-9]+)\.([A-Z0-9][A-Z0-9-]{0,63})\.([A-Z0-9][A-Z0-9-]{0,63})\.([A-Z2-7]{103})")


class SeatCode(Struct, frozen=True):
    """What a genuine code names."""

    order: str
    seat: str


class Unreadable(Struct, frozen=True):
    """Why a text is no genuine code, for the person at the door."""

    reason: Literal["malformed", "unknown-version", "wrong-signature"]
    detail: str


class CodeSigner:
    """Makes ticket codes with the installation's key (32 secret bytes)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.reader = CodeReader(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def code(self, order: str, seat: str) -> str:
        """The code of a seat: the same every time. Ids are lower-case letters, digits and hyphens, else ValueError."""
        for name, text in (("order", order), ("seat", seat)):
            if not _ID.fullmatch(text):
                raise ValueError(f"no {name} id: {text!r}")
        signed = f"{VERSION}.{order}.{seat}".upper()
        signature = b32encode(self._key.sign(signed.encode())).decode().rstrip("=")
        return f"{signed}.{signature}"


class CodeReader:
    """Checks ticket codes with nothing but the public key (32 bytes)."""

    def __init__(self, public_key: bytes) -> None:
        self.public_key = public_key
        self._key = Ed25519PublicKey.from_public_bytes(public_key)

    def read(self, text: str) -> SeatCode | Unreadable:
        """The seat that a scanned or typed code names, if we signed it; case and surrounding space do not matter."""
        # Before capitals are made: some foreign letters have ours as their capitals.
        form = _FORM.fullmatch(text.strip().upper()) if len(text) <= CODE_LENGTH_MAX and text.isascii() else None
        if form is None:
            return Unreadable("malformed", "this is not a ticket code")
        version, order, seat, signature = form.groups()
        if version != VERSION:
            return Unreadable("unknown-version", f"a ticket code of a kind unknown here: {version}")
        if not self._is_ours(f"{version}.{order}.{seat}", signature):
            return Unreadable("wrong-signature", "this ticket code was not issued here")
        return SeatCode(order.lower(), seat.lower())

    def _is_ours(self, signed: str, signature: str) -> bool:
        try:
            raw = b32decode(signature + "=")
        except binascii.Error:
            return False
        # The last character has three bits to spare: only one spelling of a signature counts.
        if len(raw) != SIGNATURE_BYTES or b32encode(raw).decode().rstrip("=") != signature:
            return False
        try:
            self._key.verify(raw, signed.encode())
        except InvalidSignature:
            return False
        return True
