"""Fonts for every script: which face has a character, how a run of text is shaped, what a glyph looks like.

The faces are Noto (SIL Open Font License), installed with the project as packages of files; HarfBuzz shapes
(joining Arabic letters, stacking Devanagari, placing marks) and gives the outlines. A face's file is opened
when its first character is needed. Lengths are thousandths of the font size.
"""

from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple

import uharfbuzz

UNIT: Final = 1000
SHAPED_RUNS_MAX = 20_000
"""Runs remembered: a badge's conference name, and the many Annas, are shaped once."""
OUTLINES_MAX = 8_000

Weight = Literal[400, 700]
Direction = Literal["ltr", "rtl"]


class FontFile(NamedTuple):
    """A font's file in an installed package; ``number`` within a collection."""

    package: str
    name: str
    number: int = 0


_NOTO = "manimgx_fonts"
# In order of preference; the large ones last, so that most documents never open them.
FACES: Final = (
    *(
        FontFile(_NOTO, f"NotoSans{script}[wght].ttf")
        for script in (
            "", "Arabic", "Hebrew", "Devanagari", "Thai", "Armenian", "Georgian", "Bengali", "Gujarati", "Gurmukhi",
            "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Ethiopic",
            "Symbols",
        )
    ),
    FontFile(_NOTO, "NotoEmoji[wght].ttf"),
    FontFile("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", 2),
)  # fmt: skip
EMOJI: Final = next(number for number, file in enumerate(FACES) if file.name.startswith("NotoEmoji"))


class Glyph(NamedTuple):
    """One glyph of a shaped run: its number in the face, the text it stands for, how far it moves, where it is put."""

    number: int
    text: str
    advance: float
    dx: float
    dy: float


class Outline(NamedTuple):
    """A glyph's shape as PDF path operators, its box (left, bottom, right, top), and its advance without kerning."""

    path: bytes
    box: tuple[int, int, int, int]
    advance: int


def has(face: int, character: str) -> bool:
    """Whether the face can show the character."""
    return ord(character) in _coverage(face)


@lru_cache(SHAPED_RUNS_MAX)
def shape(face: int, weight: Weight, text: str, direction: Direction, language: str = "") -> tuple[Glyph, ...]:
    """The glyphs of a run in one face, from left to right as they stand on the page."""
    font = _font(face, weight)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    if language:
        buffer.language = language
    uharfbuzz.shape(font, buffer)
    scale = UNIT / font.face.upem
    starts = sorted({info.cluster for info in buffer.glyph_infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    glyphs = []
    told: set[int] = set()
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        # The first glyph of a cluster carries its whole text, for those who search or copy.
        stands_for = "" if info.cluster in told else text[info.cluster : ends[info.cluster]]
        told.add(info.cluster)
        glyphs.append(
            Glyph(info.codepoint, stands_for, place.x_advance * scale, place.x_offset * scale, place.y_offset * scale)
        )
    return tuple(glyphs)


@lru_cache(OUTLINES_MAX)
def outline(face: int, weight: Weight, glyph: int) -> Outline:
    """The shape of a glyph, in thousandths."""
    font = _font(face, weight)
    scale = UNIT / font.face.upem
    pen = _Pen(scale)
    font.draw_glyph(glyph, _DRAW, pen)
    return Outline(b"\n".join(pen.path), pen.box(), round(font.get_glyph_h_advance(glyph) * scale))


@cache
def _face(face: int) -> Any:
    file = FACES[face]
    path = files(file.package) / file.name
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), file.number)


@cache
def _coverage(face: int) -> frozenset[int]:
    return frozenset(_face(face).unicodes)


@cache
def _font(face: int, weight: Weight) -> Any:
    font = uharfbuzz.Font(_face(face))
    font.set_variations({"wght": weight})
    return font


class _Pen:
    """Collects what HarfBuzz draws as PDF operators; a quadratic curve becomes the same cubic one."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.path: list[bytes] = []
        self._points: list[tuple[float, float]] = []
        self._at = (0.0, 0.0)

    def add(self, operator: bytes, *points: tuple[float, float]) -> None:
        numbers = b" ".join(b"%d" % round(number * self.scale) for point in points for number in point)
        self.path.append(numbers + b" " + operator)
        self._points.extend(points)
        self._at = points[-1]

    def quadratic(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        first, second = (
            (point[0] + (control[0] - point[0]) * 2 / 3, point[1] + (control[1] - point[1]) * 2 / 3)
            for point in (self._at, end)
        )
        self.add(b"c", first, second, end)

    def box(self) -> tuple[int, int, int, int]:
        if not self._points:
            return (0, 0, 0, 0)
        across = [round(x * self.scale) for x, _ in self._points]
        upwards = [round(y * self.scale) for _, y in self._points]
        return (min(across), min(upwards), max(across), max(upwards))


def _drawing() -> Any:
    drawing = uharfbuzz.DrawFuncs()
    drawing.set_move_to_func(lambda x, y, pen: pen.add(b"m", (x, y)))
    drawing.set_line_to_func(lambda x, y, pen: pen.add(b"l", (x, y)))
    drawing.set_cubic_to_func(lambda a, b, c, d, x, y, pen: pen.add(b"c", (a, b), (c, d), (x, y)))
    drawing.set_quadratic_to_func(lambda a, b, x, y, pen: pen.quadratic((a, b), (x, y)))
    drawing.set_close_path_func(lambda pen: pen.path.append(b"h"))
    return drawing


_DRAW: Final = _drawing()
