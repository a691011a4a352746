"""Puts set lines on a reportlab canvas: glyphs as PDF Type 3 fonts, drawn from the outlines of our faces.

reportlab embeds TrueType files only, and knows neither variable weights nor the outlines of the Chinese,
Japanese and Korean face. A Type 3 font takes any outline, each glyph once per document however often it is
used, and keeps the text searchable: every code says which characters it stands for.
"""

from typing import Any, NamedTuple

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from gateway.documents import fonts
from gateway.documents.fonts import Glyph, Outline, Weight
from gateway.documents.lines import Line, Run

CODES_PER_FONT = 255
GLYPHS_MAX = 65_536
"""Different glyphs in one document; a document with more is refused rather than written without end."""


class _Code(NamedTuple):
    """Where a glyph is found: which Type 3 font, which code in it."""

    font: int
    code: int


class _Entry(NamedTuple):
    outline: Outline
    text: str


class Ink:
    """The glyphs used in one document so far. Make one per canvas; it adds its fonts when the canvas is saved."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._codes: dict[tuple[int, Weight, int, str], _Code] = {}
        self._entries: list[_Entry] = []
        # reportlab asks each of these for its objects when the document is written.
        canvas._doc.delayedFonts.append(self)

    def draw(self, line: Line, x: float, y: float, size: float) -> None:
        """Draw the line from ``x`` on its base line ``y`` (points), in the canvas's fill colour."""
        said = [b"BT"]
        for run in line.runs:
            said.extend(self._run(run, line.weight, x, y, size))
            x += sum(glyph.advance for glyph in run.glyphs) * size / fonts.UNIT
        said.append(b"ET")
        self._canvas.addLiteral(b"\n".join(said).decode("ascii"))

    def draw_centred(self, line: Line, x: float, y: float, size: float) -> None:
        """The same with the middle of the line at ``x``."""
        self.draw(line, x - line.width * size / fonts.UNIT / 2, y, size)

    def draw_ending_at(self, line: Line, x: float, y: float, size: float) -> None:
        """The same with the right end of the line at ``x``."""
        self.draw(line, x - line.width * size / fonts.UNIT, y, size)

    def _run(self, run: Run, weight: Weight, x: float, y: float, size: float) -> list[bytes]:
        """Operators for one run; ``pen`` is where a viewer stands, ``at`` where the text is (thousandths)."""
        said: list[bytes] = []
        shown: list[bytes] = []
        font, rise, pen, at = -1, 0.0, 0.0, 0.0
        for glyph in run.glyphs:
            code = self._code(run.face, weight, glyph)
            wanted = at + glyph.dx
            if code.font != font or glyph.dy != rise:
                said.extend(_shown(shown))
                font, rise, pen = code.font, glyph.dy, wanted
                left, up = x + wanted * size / fonts.UNIT, y + rise * size / fonts.UNIT
                said.append(b"/T3%d %.2f Tf 1 0 0 1 %.3f %.3f Tm" % (font, size, left, up))
            elif abs(wanted - pen) >= 1:
                shown.append(b"%.0f" % (pen - wanted))
                pen = wanted
            shown.append(b"<%02x>" % code.code)
            pen += fonts.outline(run.face, weight, glyph.number).advance
            at += glyph.advance
        return said + _shown(shown)

    def _code(self, face: int, weight: Weight, glyph: Glyph) -> _Code:
        key = (face, weight, glyph.number, glyph.text)
        known = self._codes.get(key)
        if known is None:
            if len(self._entries) >= GLYPHS_MAX:
                raise ValueError(f"a document with more than {GLYPHS_MAX} different glyphs")
            known = _Code(len(self._entries) // CODES_PER_FONT, len(self._entries) % CODES_PER_FONT + 1)
            self._codes[key] = known
            self._entries.append(_Entry(fonts.outline(face, weight, glyph.number), glyph.text))
        return known

    def addObjects(self, document: Any) -> None:
        """Write the fonts into the document: reportlab calls this, by its own name, when the canvas is saved."""
        for font in range(0, len(self._entries), CODES_PER_FONT):
            name = f"T3{font // CODES_PER_FONT}"
            dictionary = _font(document, name, self._entries[font : font + CODES_PER_FONT])
            document.idToObject["BasicFonts"].dict[name] = document.Reference(dictionary, name)


def _shown(items: list[bytes]) -> list[bytes]:
    """The operator that shows what was gathered, which is emptied."""
    operator = [b"[%s] TJ" % b"".join(items)] if items else []
    items.clear()
    return operator


def _font(document: Any, name: str, entries: list[_Entry]) -> PDFDictionary:
    left, bottom, right, top = zip(*(entry.outline.box for entry in entries), strict=True)
    names = [f"g{code}" for code in range(1, len(entries) + 1)]
    drawings = [
        document.Reference(_stream(_drawing(entry.outline)), f"{name}-{glyph}")
        for glyph, entry in zip(names, entries, strict=True)
    ]
    differences = PDFArray([1, *map(PDFName, names)])
    return PDFDictionary(
        {
            "Type": PDFName("Font"),
            "Subtype": PDFName("Type3"),
            "Name": PDFName(name),
            "FontBBox": PDFArray([min(left), min(bottom), max(right), max(top)]),
            "FontMatrix": PDFArray([0.001, 0, 0, 0.001, 0, 0]),
            "CharProcs": PDFDictionary(dict(zip(names, drawings, strict=True))),
            "Encoding": PDFDictionary({"Type": PDFName("Encoding"), "Differences": differences}),
            "FirstChar": 1,
            "LastChar": len(entries),
            "Widths": PDFArray([entry.outline.advance for entry in entries]),
            "Resources": PDFDictionary({}),
            "ToUnicode": document.Reference(_stream(_to_unicode(entries)), f"{name}-unicode"),
        }
    )


def _drawing(outline: Outline) -> bytes:
    return b"%d 0 %d %d %d %d d1\n" % (outline.advance, *outline.box) + (outline.path + b"\nf" if outline.path else b"")


def _stream(content: bytes) -> PDFStream:
    return PDFStream(content=content, filters=[PDFZCompress])


def _to_unicode(entries: list[_Entry]) -> bytes:
    """The character map that says which text each code stands for (PDF 32000-1, 9.10.3)."""
    lines = [
        b"<%02x> <%s>" % (code, entry.text.encode("utf-16-be").hex().encode())
        for code, entry in enumerate(entries, start=1)
    ]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    return b"\n".join(
        [
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            b"1 begincodespacerange <00> <ff> endcodespacerange",
            *(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks),
            b"endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
