"""Keys are made once, kept to their owner, and refused by name when they can't be trusted."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.keys import KEY_BYTES, KeyRefused, open_keys


def test_a_key_is_made_at_first_use_and_stays_the_same(tmp_path: Path) -> None:
    key = open_keys(tmp_path).tokens()
    assert len(key) == KEY_BYTES
    assert open_keys(tmp_path).tokens() == key


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    made = {keys.frames(), keys.tokens(), keys.clients(), keys.idempotency(), keys.vault(), keys.tickets()}
    assert len(made) == 6


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    open_keys(tmp_path).vault()
    assert stat.S_IMODE((tmp_path / "keys" / "vault").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_that_others_can_read_is_refused_by_name(tmp_path: Path) -> None:
    open_keys(tmp_path).vault()
    (tmp_path / "keys" / "vault").chmod(0o640)
    with pytest.raises(KeyRefused, match=r"vault may be read by others \(mode 0640\)"):
        open_keys(tmp_path).vault()


def test_a_damaged_key_is_refused_by_name(tmp_path: Path) -> None:
    open_keys(tmp_path).vault()
    (tmp_path / "keys" / "vault").write_bytes(b"short")
    with pytest.raises(KeyRefused, match="has 5 bytes"):
        open_keys(tmp_path).vault()


def test_those_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: open_keys(tmp_path).frames(), range(32)))
    assert len(made) == 1
