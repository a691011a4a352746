"""The key index never misses a key that was added, and stays small."""

import random
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sqlite.keyindex import PART_ENTRIES_MAX, POSITION_MAX, KeyIndex

KEYS = st.lists(st.binary(min_size=4, max_size=4), max_size=60)
EDGES = [b"\x00" * 16, b"\xff" * 16, b"\x7f" + b"\xff" * 15, b"\x80" + b"\x00" * 15]


@given(KEYS, KEYS)
def test_every_added_key_has_all_its_positions_and_no_other_has_any(added: list[bytes], asked: list[bytes]) -> None:
    index = KeyIndex()
    index.add(zip(added, range(1, 100), strict=False))
    expected = {
        key: [number for number, each in enumerate(added, 1) if each == key] for key in {*asked, *added} if key in added
    }
    assert dict(index.candidates({*asked, *added})) == expected
    assert len(index) == len(added)


@given(KEYS, st.integers(0, 60))
def test_bytes_bring_back_what_is_kept_up_to_a_position(added: list[bytes], up_to: int) -> None:
    index = KeyIndex()
    index.add(zip(added, range(1, 100), strict=False))
    again = KeyIndex(index.to_bytes(up_to))
    shorter = KeyIndex()
    shorter.add(list(zip(added, range(1, 100), strict=False))[:up_to])
    assert again.candidates(added) == shorter.candidates(added)
    assert KeyIndex(index.to_bytes()).candidates(added) == index.candidates(added)


def test_keys_are_found_after_many_halvings() -> None:
    chance = random.Random(7)
    keys = [chance.randbytes(16) for _ in range(20 * PART_ENTRIES_MAX)] + EDGES
    index = KeyIndex()
    for start in range(0, len(keys), 100):
        index.add(zip(keys[start : start + 100], range(start, start + 100), strict=False))
    for either in (index, KeyIndex(index.to_bytes())):
        assert all(number in positions for number, (_key, positions) in enumerate(either.candidates(keys)))
    index.drop_below(len(keys) - 10)
    assert len(index) == 10
    assert [positions for _key, positions in index.candidates(keys[-3:])] == [[len(keys) - n] for n in (3, 2, 1)]


def test_the_greatest_position_is_kept() -> None:
    index = KeyIndex()
    index.add([(EDGES[1], POSITION_MAX), (EDGES[0], POSITION_MAX), (EDGES[1], 0)])
    assert index.candidates(EDGES) == [(EDGES[0], [POSITION_MAX]), (EDGES[1], [0, POSITION_MAX])]


def test_keys_that_all_begin_alike_do_not_split_for_ever() -> None:
    index = KeyIndex()
    index.add((b"same", number) for number in range(3 * PART_ENTRIES_MAX))
    ((_key, positions),) = index.candidates([b"same"])
    assert positions == list(range(3 * PART_ENTRIES_MAX))


def test_a_key_takes_about_eight_bytes() -> None:
    keys = [random.Random(number).randbytes(16) for number in range(30_000)]
    tracemalloc.start()
    index = KeyIndex()
    for number, key in enumerate(keys):
        index.add(((key, number),))
    taken, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 14 * len(keys)
    assert sys.getsizeof(index.to_bytes()) < 8 * len(keys) + 100


def test_a_broken_entry_is_no_index() -> None:
    with pytest.raises(ValueError, match="multiple of item size"):
        KeyIndex(b"seven b")
