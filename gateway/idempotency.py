"""Idempotency keys: which are good, what they are hashed to, and what makes two requests the same.

The scope of a key is a conference, or an organiser for creating one. Hashes are keyed, since a
fingerprint of a body with an e-mail must not let anyone try addresses against it.
"""

import hashlib
import re
from typing import Any

import msgspec

from actors.messages.envelopes import KEY_BYTES
from gateway.problems import Problem

STRANGERS_KEY_MIN = 16  # characters, as a UUID has: whoever repeats key and body gets the token
_VISIBLE = re.compile(r"[!-~]{1,255}")

canonical = msgspec.json.Encoder().encode


class Idempotency:
    """Hashes keys and fingerprints under the installation's own key."""

    def __init__(self, key: bytes) -> None:
        self._keys = hashlib.blake2b(key=key, digest_size=KEY_BYTES, person=b"key")
        self._fingerprints = hashlib.blake2b(key=key, digest_size=KEY_BYTES, person=b"fingerprint")
        self._subjects = hashlib.blake2b(key=key, digest_size=KEY_BYTES, person=b"subject")

    def key(self, scope: str, key: str) -> bytes:
        """The hash of a client's key in its scope."""
        return finish(self.key_start(scope), key.encode())

    def key_start(self, scope: str) -> hashlib.blake2b:
        """The beginning of all keys of a scope, for ``finish``."""
        digest = self._keys.copy()
        digest.update(f"{scope}\0".encode())
        return digest

    def fingerprint(self, method: str, path: str, body: Any) -> bytes:
        """What a request says: its method, its path, and its parsed body (so spelling does not matter)."""
        return finish(self.fingerprint_start(method, path), b"" if body is None else canonical(body))

    def fingerprint_start(self, method: str, path: str) -> hashlib.blake2b:
        """The beginning of all fingerprints of a route, for ``finish``."""
        digest = self._fingerprints.copy()
        digest.update(f"{method}\0{path}\0".encode())
        return digest

    def subject(self, key: bytes, fingerprint: bytes) -> str:
        """The vault's name for the person of a request: the same when the request is repeated."""
        digest = self._subjects.copy()
        digest.update(key + fingerprint)
        return "p" + digest.hexdigest()


def finish(start: hashlib.blake2b, rest: bytes) -> bytes:
    """The hash of a beginning and its rest."""
    digest = start.copy()
    digest.update(rest)
    return digest.digest()


def check_key(key: str | None, *, required: bool, signed_in: bool) -> str | None:
    """The client's key, if it is a good one. Raises ``Problem``."""
    if key is None:
        if required:
            raise Problem("key-missing", "Send an Idempotency-Key header, for example a UUID.")
        return None
    if not _VISIBLE.fullmatch(key):
        raise Problem("malformed", "Idempotency-Key: expected 1 to 255 visible ASCII characters.")
    if not signed_in and len(key) < STRANGERS_KEY_MIN:
        raise Problem("key-too-short", f"Without a login it needs at least {STRANGERS_KEY_MIN} characters.")
    return key
