"""The head anchor: two slots in turn, each with its own checksum."""

from pathlib import Path

import pytest

from storage.sqlite.anchors import SLOT_BYTES, Anchor, AnchorFile, read_anchor

STREAM = "seats-cabcdefghijkl"
FIRST, SECOND, THIRD = (Anchor(1, position, bytes([position]) * 16) for position in (1, 2, 3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.head"


def written(path: Path, *anchors: Anchor) -> None:
    file = AnchorFile(path, STREAM, create=True)
    file.read()
    for anchor in anchors:
        file.write(anchor)
    file.close()


def test_the_newest_anchor_is_read(path: Path) -> None:
    written(path)
    assert read_anchor(path, STREAM) == Anchor(0, 0, b"")
    for anchors, newest in (((FIRST,), FIRST), ((SECOND, THIRD), THIRD)):
        written(path, *anchors)
        assert read_anchor(path, STREAM) == newest


def test_a_torn_write_leaves_the_anchor_before_it(path: Path) -> None:
    written(path, FIRST, SECOND, THIRD)
    whole = path.read_bytes()
    newest = max((0, SLOT_BYTES), key=lambda start: whole[start + 8])
    for torn in range(newest + 16, newest + SLOT_BYTES, 5):
        path.write_bytes(whole[:torn] + bytes(newest + SLOT_BYTES - torn) + whole[newest + SLOT_BYTES :])
        assert read_anchor(path, STREAM) == SECOND


def test_every_flipped_bit_is_noticed(path: Path) -> None:
    written(path, FIRST, SECOND)
    whole = path.read_bytes()
    for offset in range(2 * SLOT_BYTES):
        content = bytearray(whole)
        content[offset] ^= 1
        path.write_bytes(content)
        assert read_anchor(path, STREAM) in {FIRST, SECOND}


def test_an_anchor_is_its_streams_own(path: Path) -> None:
    written(path, FIRST)
    assert read_anchor(path, "orders-cabcdefghijkl") is None


def test_a_missing_anchor_is_none_and_not_opened(path: Path) -> None:
    assert read_anchor(path, STREAM) is None
    with pytest.raises(FileNotFoundError):
        AnchorFile(path, STREAM, create=False)
