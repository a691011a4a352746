"""The installation's secrets: made once, one per purpose, refused when others can read them."""

import multiprocessing
from pathlib import Path

import pytest

from storage.keys import KEY_BYTES, KeyRefused, open_keys

PURPOSES = ("frames", "tokens", "clients", "idempotency", "vault", "tickets")


def read_all(data: Path) -> list[bytes]:
    keys = open_keys(data)
    return [getattr(keys, purpose)() for purpose in PURPOSES]


def test_each_purpose_has_a_key_of_its_own_that_stays(tmp_path: Path) -> None:
    first = read_all(tmp_path)
    assert len(set(first)) == len(PURPOSES)
    assert {len(key) for key in first} == {KEY_BYTES}
    assert read_all(tmp_path) == first


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    read_all(tmp_path)
    folder = tmp_path / "keys"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert sorted(file.name for file in folder.iterdir()) == sorted(PURPOSES)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused_by_name(tmp_path: Path, mode: int) -> None:
    open_keys(tmp_path).vault()
    (tmp_path / "keys" / "vault").chmod(mode)
    with pytest.raises(KeyRefused, match=r"keys/vault may be read by others"):
        open_keys(tmp_path).vault()


def test_a_key_that_was_cut_is_refused(tmp_path: Path) -> None:
    open_keys(tmp_path).frames()
    (tmp_path / "keys" / "frames").write_bytes(b"short")
    with pytest.raises(KeyRefused, match="has 5 bytes"):
        open_keys(tmp_path).frames()


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        keys = pool.map(read_all, [tmp_path] * 8)
    assert keys == [keys[0]] * 8


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file stands there")
    with pytest.raises(KeyRefused, match=r"can't be used: .*\.$"):
        open_keys(tmp_path).frames()
