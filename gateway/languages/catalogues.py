"""What we say in each language: gettext catalogues, read from their .po files when first asked for.

The English text is the key of every entry, so English needs no catalogue. Dates and money are written by
Babel in the language's own way. Nothing here depends on the machine's locale.
"""

import gettext
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, get_currency_precision

Language = Literal["en", "de"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
# Babel's locales: English with the day before the month, as most of the world writes it.
_LOCALES: Final[dict[Language, str]] = {"en": "en_GB", "de": "de_DE"}


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The translations into a language; a text without one stays English."""
    source = files(__package__) / f"{language}.po"
    if not source.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as po:
        write_mo(compiled, read_po(po, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def nearest(asked_for: str) -> Language:
    """The language we have for a tag such as ``de-AT``; English where we have none."""
    primary = asked_for.replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), "en")


def money(amount_minor: int, currency: str, language: Language) -> str:
    """An amount of minor units as people write it: ``12500`` of EUR is "€125.00", in German "125,00 €"."""
    exact = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    return format_currency(exact, currency, locale=_LOCALES[language])


def day(iso: str, language: Language) -> str:
    """A date ``YYYY-MM-DD`` with weekday and the month's name."""
    return format_date(
        date.fromisoformat(iso), "EEEE, d. MMMM y" if language == "de" else "EEEE, d MMMM y", _LOCALES[language]
    )


def days(first: str, last: str, language: Language) -> str:
    """One day, or the stretch between two."""
    return day(first, language) if first == last else f"{day(first, language)} – {day(last, language)}"


def moment(at_ms: int, time_zone: str, language: Language) -> str:
    """A time (Unix milliseconds) on the clocks of a place, with the zone's name."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    zone = ZoneInfo(time_zone)
    form = "EEEE, d. MMMM y, HH:mm" if language == "de" else "EEEE, d MMMM y, HH:mm"
    return f"{format_datetime(at, form, tzinfo=zone, locale=_LOCALES[language])} ({time_zone})"


def month(iso: str, language: Language) -> str:
    """A month ``YYYY-MM`` by its name."""
    return str(format_skeleton("yMMMM", date.fromisoformat(f"{iso}-01"), locale=_LOCALES[language]))
