"""Reads PDF pages back, for the tests of documents."""

from io import BytesIO

from pypdf import PdfReader


def texts_of(document: bytes) -> list[str]:
    """What one can search for on each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(document)).pages]


def squeezed(text: str) -> str:
    """The text without white space and without what only parts letters: line breaks are not the tests' business."""
    return "".join(text.replace("\u200b", "").split())
