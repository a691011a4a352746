"""The installation's secrets: a file each, made at first use, readable by its owner only.

Each serves one purpose, so that losing or changing one breaks nothing else. A file that
others can read, or that is not of its size, is refused by name.
"""

import base64
import os
import secrets
import stat
from pathlib import Path

KEY_BYTES = 32
NEXT_VAULT_KEY = "vault.next"


class KeyRefused(Exception):
    """A key file can't be trusted or read; the message is one sentence for the operator."""


class Keys:
    """The secrets in one folder. Every method returns ``KEY_BYTES`` bytes, always the same. Raises ``KeyRefused``."""

    def __init__(self, folder: Path, vault_key: str = "") -> None:
        self._folder, self._vault_key = folder, vault_key

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
        """Encrypts the keys of the vault's subjects, of accounts and of webhooks."""
        if self._vault_key:
            return decoded(self._vault_key)
        if (self._folder / NEXT_VAULT_KEY).exists():
            raise KeyRefused("A rotation of the vault's key was not ended: run vault rotate again.")
        return self._key("vault")

    def next_vault(self) -> tuple[bytes, bytes]:
        """The vault's key in its file, and the one that is to be, made if there is none yet."""
        return self._key("vault"), self._key(NEXT_VAULT_KEY)

    def end_vault_rotation(self) -> None:
        """The key that was to be is the key."""
        os.replace(self._folder / NEXT_VAULT_KEY, self._folder / "vault")
        _sync(self._folder)

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
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def decoded(text: str) -> bytes:
    """A key as it stands in a setting: base64 of ``KEY_BYTES`` bytes. Raises ``KeyRefused``."""
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyRefused(f"The vault's key in the settings must be base64 of {KEY_BYTES} bytes.")
    return key


def open_keys(data: Path, vault_key: str = "") -> Keys:
    """The keys of the installation whose data directory this is; ``vault_key`` goes before the vault's file."""
    return Keys(data / "keys", vault_key)
