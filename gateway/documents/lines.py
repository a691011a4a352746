"""Lines of text: which way each part runs, in which face, how wide; and how a text is fitted into a box."""

import math
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from gateway.documents import fonts
from gateway.documents.directions import in_visual_order, levels_of, runs_rightwards
from gateway.documents.fonts import Glyph, Weight

WORDS_MAX = 20_000
LEADING = 1.2
"""From one base line to the next, in sizes."""
_JOINED = frozenset("\u200c\u200d\ufe0e\ufe0f\u20e3")
_SPACE_LESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")


class Run(NamedTuple):
    """Neighbouring glyphs of one face, from left to right."""

    face: int
    glyphs: tuple[Glyph, ...]


class Line(NamedTuple):
    """One line as it stands on the page. ``width``: thousandths of the size."""

    text: str
    weight: Weight
    runs: tuple[Run, ...]
    width: float
    rightwards: bool


def set_line(text: str, weight: Weight = 400, rightwards: bool | None = None) -> Line:
    """The text as one line. ``rightwards``: the paragraph's direction; by its first strong letter when not given."""
    if rightwards is None:
        rightwards = runs_rightwards(text)
    levels = levels_of(text, rightwards)
    language = _language(text)
    runs: list[tuple[int, Run]] = []
    for (level, face), places in groupby(
        range(len(text)), key=list(zip(levels, _faces(text), strict=True)).__getitem__
    ):
        part = "".join(text[place] for place in places)
        glyphs = fonts.shape(face, weight, part, "rtl" if level % 2 else "ltr", language)
        runs.append((level, Run(face, glyphs)))
    ordered = tuple(in_visual_order(runs))
    width = sum(glyph.advance for run in ordered for glyph in run.glyphs)
    return Line(text, weight, ordered, width, rightwards)


class Fitted(NamedTuple):
    """A text in a box: its lines, and the size at which they fit."""

    size: float
    lines: tuple[Line, ...]


def fit(
    text: str, width: float, sizes: tuple[float, ...], lines_max: int, weight: Weight = 400, height: float = math.inf
) -> Fitted:
    """Set the text at the largest of ``sizes`` at which it needs no more than ``lines_max`` lines in the box (points).

    Lines break at spaces, and between any two letters of scripts that have none. Where a word is too wide
    for every size it is broken anywhere, and what does not fit even so is cut with an ellipsis.
    """
    style = _Style(weight, runs_rightwards(text))
    whole = list(_pieces(text))
    for pieces in (whole, [cluster for piece in whole for cluster in _clusters(piece)]):
        for size in sizes:
            lines = _wrap(pieces, width * fonts.UNIT / size, style)
            if lines is not None and len(lines) <= _lines_within(height, size, lines_max):
                return _fitted(size, lines, style)
    size, room = sizes[-1], width * fonts.UNIT / sizes[-1]
    lines = _wrap(list(_clusters(text)), room, style) or [text]
    kept = _lines_within(height, size, lines_max) - 1
    return _fitted(size, [*lines[:kept], _cut("".join(lines[kept:]), room, style)], style)


class _Style(NamedTuple):
    weight: Weight
    rightwards: bool


def _lines_within(height: float, size: float, lines_max: int) -> int:
    return max(1, min(lines_max, int(min(height, 1e6) / (size * LEADING))))


def _fitted(size: float, lines: list[str], style: _Style) -> Fitted:
    return Fitted(size, tuple(set_line(line, style.weight, style.rightwards) for line in lines))


@lru_cache(WORDS_MAX)
def _width(text: str, style: _Style) -> float:
    return set_line(text, style.weight, style.rightwards).width


def _wrap(pieces: list[str], room: float, style: _Style) -> list[str] | None:
    """Fill lines with pieces as long as there is room; None if one piece alone is too wide.

    The line is measured as a whole: letters that meet at a seam may join or move together.
    """
    lines: list[str] = []
    current = ""
    for piece in pieces:
        if _width((current + piece).rstrip(), style) <= room:
            current += piece
        elif _width(piece.rstrip(), style) <= room:
            lines.append(current.rstrip())
            current = piece
        else:
            return None
    return [*lines, current.rstrip()] if current else lines


def _cut(text: str, room: float, style: _Style) -> str:
    kept = ""
    for cluster in _clusters(text):
        if _width(kept + cluster + "…", style) > room:
            break
        kept += cluster
    return kept.rstrip() + "…"


def _clusters(text: str) -> Iterator[str]:
    """The text in pieces that no line break and no change of face may divide: a letter with its marks, an emoji."""
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    if character in _JOINED or unicodedata.category(character) in ("Mn", "Mc", "Me") or cluster[-1] == "\u200d":
        return True
    code = ord(character)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return len(cluster) == 1 and 0x1F1E6 <= ord(cluster) <= 0x1F1FF
    return 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code < 0xE0080


def _pieces(text: str) -> Iterator[str]:
    """Words with the space after them; every letter by itself where the script has no spaces."""
    piece = ""
    for cluster in _clusters(text):
        if piece and ((piece[-1] in " -/" and cluster != " ") or _needs_no_space(cluster[0])):
            yield piece
            piece = ""
        piece += cluster
    if piece:
        yield piece


def _needs_no_space(character: str) -> bool:
    return ord(character) >= 0x0E00 and unicodedata.name(character, "").startswith(_SPACE_LESS)


def _faces(text: str) -> list[int]:
    """A face for every character; spaces, digits and signs stay in the face of what is before them."""
    chosen: list[int] = []
    for cluster in _clusters(text):
        needed = [character for character in cluster if character not in _JOINED and not ord(character) >= 0xE0020]
        face = _face_for(cluster, needed, chosen[-1] if chosen else None)
        chosen.extend([face] * len(cluster))
    return chosen


def _face_for(cluster: str, needed: list[str], current: int | None) -> int:
    candidates: list[int] = []
    if "\ufe0f" in cluster or ("\u200d" in cluster[1:] and not cluster[0].isalpha()):
        candidates.append(fonts.EMOJI)
    if current not in (None, fonts.EMOJI) and not unicodedata.category(cluster[0]).startswith(("L", "S")):
        candidates.append(current)
    candidates.extend(range(len(fonts.FACES)))
    for face in candidates:
        if all(fonts.has(face, character) for character in needed):
            return face
    # Nothing shows all of it (a rare mark): the face of the letter, else the first face's empty box.
    return next((face for face in candidates if fonts.has(face, cluster[0])), 0)


def _language(text: str) -> str:
    """Japanese and Korean share code points with Chinese but not every shape; kana and hangul tell them."""
    for character in text:
        if "\u3040" <= character <= "\u30ff":
            return "ja"
        if "\uac00" <= character <= "\ud7a3":
            return "ko"
    return ""
