"""Encryption of the vault: AES-256-GCM, every ciphertext bound to its subject and to what it is.

A sealed text is ``nonce (12 bytes) | ciphertext and tag``. Nonces are random: a subject's key seals few texts,
and the key-encrypting key at most one for each change of a subject.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.addresses import normal_address
from storage.vault import Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealer:
    """Seals under subjects' keys, and those under one key-encrypting key (``KEY_BYTES`` bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            msg = f"the vault's key has {len(key)} bytes, not {KEY_BYTES}"
            raise ValueError(msg)
        self._wrapping = AESGCM(hmac.digest(key, b"vault wrapping 1", "sha256"))
        self._looking_up = hmac.digest(key, b"vault look-up 1", "sha256")

    def seal(self, subject: str, plain: bytes) -> tuple[bytes, bytes]:
        """A fresh key, wrapped, and the plain text sealed under it."""
        key = secrets.token_bytes(KEY_BYTES)
        return self.wrap(subject, key), _seal(AESGCM(key), subject, b"person", plain)

    def open(self, subject: str, wrapped: bytes, sealed: bytes) -> bytes:
        """The plain text. Raises ``Unreadable``."""
        return _open(AESGCM(self.unwrap(subject, wrapped)), subject, b"person", sealed)

    def wrap(self, subject: str, key: bytes) -> bytes:
        return _seal(self._wrapping, subject, b"key", key)

    def unwrap(self, subject: str, wrapped: bytes) -> bytes:
        """A subject's key. Raises ``Unreadable``."""
        return _open(self._wrapping, subject, b"key", wrapped)

    def address_hash(self, organiser: str, email: str) -> bytes:
        """What an address is found by: nobody without the key can try addresses against it."""
        scoped = f"{organiser}\0{normal_address(email)}"
        return hmac.digest(self._looking_up, scoped.encode(), "sha256")


def _seal(cipher: AESGCM, subject: str, kind: bytes, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, kind + b"\0" + subject.encode())


def _open(cipher: AESGCM, subject: str, kind: bytes, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], kind + b"\0" + subject.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{subject}: damaged, or sealed under another key") from error
