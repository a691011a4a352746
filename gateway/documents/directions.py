"""Which way each part of a line runs: Unicode's bidirectional algorithm (UAX 9), by python-bidi.

python-bidi knows no bracket pairs (rule N0), without which "(Mo)" after an Arabic name loses a bracket to the
other side; that rule is here. Explicit overrides never reach us (``plain_text`` drops them).
"""

import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from bidi import algorithm as bidi

LINES_MAX = 20_000
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_STRONG = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}

T = TypeVar("T")


def runs_rightwards(text: str) -> bool:
    """Whether a paragraph starts at the left, as its first strong letter says."""
    return int(bidi.get_base_level(text)) == 0


@lru_cache(LINES_MAX)
def levels_of(text: str, rightwards: bool) -> tuple[int, ...]:
    """The embedding level of every character of a line in a paragraph of that direction: odd ones run leftwards."""
    if rightwards and not any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text):
        return (0,) * len(text)
    storage: dict[str, Any] = bidi.get_empty_storage()
    storage["base_level"], storage["base_dir"] = (0, "L") if rightwards else (1, "R")
    bidi.get_embedding_levels(text, storage)
    for place, entry in enumerate(storage["chars"]):
        entry["place"] = place
        # A character newer than Python's tables has no class there; nearly all of those run rightwards.
        entry["type"] = entry["orig"] = entry["type"] or "L"
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], storage["base_dir"])
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    # The algorithm leaves out joiners: they go with what is before them.
    found = {entry["place"]: int(entry["level"]) for entry in storage["chars"]}
    levels: list[int] = []
    for place in range(len(text)):
        levels.append(found.get(place, levels[-1] if levels else storage["base_level"]))
    return tuple(levels)


def in_visual_order(runs: list[tuple[int, T]]) -> list[T]:
    """Rule L2: from the highest level down, turn round every stretch of (level, run) at that level or above."""
    ordered = list(runs)
    for level in range(max((level for level, _ in ordered), default=0), 0, -1):
        turned: list[tuple[int, T]] = []
        for stretch in _stretches(ordered, level):
            turned.extend(reversed(stretch) if stretch[0][0] >= level else stretch)
        ordered = turned
    return [run for _, run in ordered]


def _stretches(runs: list[tuple[int, T]], level: int) -> list[list[tuple[int, T]]]:
    return [list(stretch) for _, stretch in groupby(runs, key=lambda run: run[0] >= level)]


def _resolve_brackets(entries: list[dict[str, Any]], base: str) -> None:
    """Rule N0: both brackets of a pair take the direction of what is in them and of what is before them."""
    for opening, closing in _pairs(entries):
        inside = {_STRONG.get(entry["type"]) for entry in entries[opening + 1 : closing]} - {None}
        if not inside:
            continue
        direction = base
        if base not in inside:
            before = (_STRONG[entry["type"]] for entry in reversed(entries[:opening]) if entry["type"] in _STRONG)
            direction = next(before, base)
        entries[opening]["type"] = entries[closing]["type"] = direction


def _pairs(entries: list[dict[str, Any]]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for place, entry in enumerate(entries):
        character = entry["ch"]
        if character in _BRACKETS:
            waiting.append((_BRACKETS[character], place))
        elif any(character == closing for closing, _ in waiting):
            while waiting:
                closing, opening = waiting.pop()
                if closing == character:
                    pairs.append((opening, place))
                    break
    return sorted(pairs)
