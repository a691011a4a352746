"""Tokens of reservations: a keyed hash of the id, so none is stored and a repeated key gets the same one."""

import binascii
import hashlib
import hmac

TOKEN_BYTES = 24  # 192 bits: 32 characters
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Tokens:
    """Makes and checks the tokens of one kind of thing (``purpose`` keeps kinds apart: at most 16 bytes)."""

    def __init__(self, key: bytes, purpose: bytes) -> None:
        self._keyed = hashlib.blake2b(key=key, digest_size=TOKEN_BYTES, person=purpose)

    def of(self, identity: str) -> str:
        """The token of the thing with this id."""
        digest = self._keyed.copy()
        digest.update(identity.encode())
        return binascii.b2a_base64(digest.digest(), newline=False).translate(_URL_SAFE).decode()

    def fits(self, identity: str, token: str) -> bool:
        """Whether the token is this thing's; takes the same time however much of it is right."""
        return hmac.compare_digest(self.of(identity).encode(), token.encode("utf-8", "surrogateescape"))
