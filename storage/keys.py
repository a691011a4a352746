"""The installation's secrets: a file each, made at first use, readable by its owner only.

Each serves one purpose, so that losing or changing one breaks nothing else. A file that
others can read, or that is not of its size, is refused by name.
"""

import os
import secrets
import stat
from pathlib import Path

KEY_BYTES = 32


class KeyRefused(Exception):
    """A key file can't be trusted or read; the message is one sentence for the operator."""


class Keys:
    """The secrets in one folder. Every method returns ``KEY_BYTES`` bytes, always the same. Raises ``KeyRefused``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def frames(self) -> bytes:
        """Authenticates frames between the actor system's processes."""
        return self._key("frames")

    def tokens(self) -> bytes:
        """Derives the tokens of reservations and orders from their ids."""
        return self._key("tokens")

    def clients(self) -> bytes:
        """Hashes clients' network addresses."""
        return self._key("clients")

    def idempotency(self) -> bytes:
        """Hashes idempotency keys and what was asked under them."""
        return self._key("idempotency")

    def vault(self) -> bytes:
        """Encrypts the keys of the vault's subjects."""
        return self._key("vault")

    def tickets(self) -> bytes:
        """The seed of the Ed25519 key that signs ticket codes."""
        return self._key("tickets")

    def _key(self, purpose: str) -> bytes:
        path = self._folder / purpose
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _make(path)
            mode = stat.S_IMODE(path.stat().st_mode)
            key = path.read_bytes()
        except OSError as problem:
            raise KeyRefused(f"The key {path} can't be used: {problem.strerror}.") from problem
        if mode & 0o077:
            raise KeyRefused(f"The key {path} may be read by others (mode {mode:04o}); it must be 0600.")
        if len(key) != KEY_BYTES:
            raise KeyRefused(f"The key {path} has {len(key)} bytes; it must have {KEY_BYTES}.")
        return key


def _make(path: Path) -> None:
    """Writes a new key; of two processes that do so at once, the first one's stands."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # The other process's key is the key.
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def open_keys(data: Path) -> Keys:
    """The keys of the installation whose data directory this is."""
    return Keys(data / "keys")
