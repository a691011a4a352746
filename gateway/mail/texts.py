"""Sets a letter in a language: subject, plain text and HTML from one template.

A template (``templates/<occasion>.jinja``) says what is told; ``layout`` and ``parts`` say how it looks as text and
as HTML. In HTML everything that is not our own markup is escaped; texts from people are one line each.
"""

import re
from collections.abc import Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple

import msgspec
from jinja2 import DictLoader, Environment, StrictUndefined, Template

from gateway.documents.plain_text import one_line
from gateway.languages.catalogues import Language, catalogue, days, moment, money
from gateway.mail.letters import Letter, SeatLine

TEXT_LENGTH_MAX: Final = 300
SUBJECT_LENGTH_MAX: Final = 150
URL_LENGTH_MAX: Final = 2_000
_URL: Final = re.compile(r"https?://[^\s\"<>\\^`{|}]+")

Form = Literal["txt", "html"]


class Texts(NamedTuple):
    """A letter as it is sent."""

    subject: str
    plain: str
    html: str


def texts_of(letter: Letter, language: Language) -> Texts:
    """Set a letter. Raises ValueError for a link that is none; any other text is shown as it is."""
    values = {name: _shown(name, value) for name, value in msgspec.structs.asdict(letter).items()}
    occasion = str(letter.__struct_config__.tag)
    plain, html = (_template(occasion, language, form) for form in ("txt", "html"))
    subject = "".join(plain.blocks["subject"](plain.new_context(values)))
    return Texts(
        subject=one_line(subject, SUBJECT_LENGTH_MAX),
        plain=re.sub(r"\n{3,}", "\n\n", plain.render(values)).strip() + "\n",
        html=html.render(values).strip() + "\n",
    )


def _shown(name: str, value: Any) -> Any:
    if name == "url":
        if len(value) > URL_LENGTH_MAX or not _URL.fullmatch(value):
            raise ValueError("a letter's link must be an http or https address")
        return value
    return one_line(value, TEXT_LENGTH_MAX) if isinstance(value, str) else value


@cache
def _template(occasion: str, language: Language, form: Form) -> Template:
    return _environment(language, form).get_template(f"{occasion}.jinja")


@cache
def _environment(language: Language, form: Form) -> Environment:
    environment = Environment(
        loader=DictLoader(_sources()),
        autoescape=form == "html",  # noqa: S701 The plain text part is no markup.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    say = catalogue(language)
    environment.install_gettext_translations(say, newstyle=True)  # type: ignore[attr-defined]  # The extension adds it.
    environment.globals.update(layout_file=f"layout.{form}", parts_file=f"parts.{form}", language=language)
    environment.filters.update(
        money=partial(money, language=language),
        moment=partial(moment, language=language),
        days=lambda stretch: days(stretch[0], stretch[1], language),
        seats=_seats,
        role=lambda role: say.gettext(_ROLES[role]),
    )
    return environment


@cache
def _sources() -> dict[str, str]:
    folder = files("gateway.mail") / "templates"
    return {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.is_file()}


def _seats(lines: Sequence[SeatLine]) -> str:
    return ", ".join(f"{line.quantity} × {one_line(line.seat_type_name, TEXT_LENGTH_MAX)}" for line in lines)


def N_(text: str) -> str:
    """Marks a text for the catalogues; it is translated where it is shown."""
    return text


_ROLES: Final = {
    "owner": N_("Owner"),
    "manager": N_("Manager"),
    "box_office": N_("Box office"),
    "viewer": N_("Viewer"),
}
