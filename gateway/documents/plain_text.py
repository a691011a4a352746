"""Text from people, made safe to set on one line: shown as it is, never obeyed.

Markup needs nothing here (nobody interprets it); what goes is whatever would change the text around it.
"""

import unicodedata

LENGTH_MAX = 200
"""Characters of one text that are kept unless the caller says otherwise."""

COMBINING_MAX = 4
"""Marks kept on one letter: more is no writing but a blot over the lines above and below."""

_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")  # Persian and Indic scripts and emoji are written with them.
_TAGS = range(0xE0020, 0xE0080)  # Flags of England, Scotland and Wales are written with them.


def one_line(text: str, length_max: int = LENGTH_MAX) -> str:
    """The text on one line: composed (NFC), white space and control characters as single spaces, cut with an ellipsis.

    Directional overrides, lone surrogates and other invisible characters are left out.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text[: 8 * length_max]):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zs", "Zl", "Zp"):
            kept.append(" ")
        elif category == "Cs" or marks > COMBINING_MAX or _is_invisible(character, category):
            continue
        else:
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= length_max else line[: length_max - 1].rstrip() + "…"


def _is_invisible(character: str, category: str) -> bool:
    if character in _DIRECTION or character == "\ufeff":
        return True
    return category == "Cf" and character not in _JOINERS and ord(character) not in _TAGS
