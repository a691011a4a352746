"""Logs: one JSON object per line on stderr, with the correlation id of what is being done and nothing personal.

A line has ``at`` (RFC 3339, UTC), ``level``, ``logger``, ``event`` (the message), ``pid``,
``correlation`` where one is known, the fields given as ``extra``, and ``exception``. A
field whose name speaks of a person or a secret is withheld whatever it holds, and so is
whatever looks like an e-mail address in any text.
"""

import logging
import logging.config
import re
import select
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

LINE_BYTES_MAX = select.PIPE_BUF  # A longer write to a pipe may be mixed with another process's.
EVENT_CHARACTERS_MAX = 256  # Kept of a message when the line is too long; each takes up to six bytes.
CORRELATION_CHARACTERS_MAX = 64
NESTING_MAX = 4
WITHHELD = "[withheld]"
# A field with one of these among the words of its name (words end at "_") is withheld.
DENIED_WORDS = frozenset(
    {"address", "attendee", "badge", "buyer", "client", "email", "emails", "mail", "name", "names", "phone", "remote"}
    | {
        "authorization",
        "code",
        "codes",
        "cookie",
        "cookies",
        "key",
        "keys",
        "password",
        "passwords",
        "secret",
        "secrets",
    }
    | {"session", "signature", "subject", "ticket", "tickets", "token", "tokens"}
)

_EMAIL = re.compile(r"[^\s@<>\"'=,;]+@[^\s@<>\"',;]+")
_NETWORK_ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)


@contextmanager
def correlated(correlation: str) -> Iterator[None]:
    """Within it, every line of this task or thread carries the correlation id."""
    token = _correlation.set(correlation)
    try:
        yield
    finally:
        _correlation.reset(token)


def setup(level: str) -> None:
    """Sets this process's logging up; ``level`` is a name as in the settings. Forked children inherit it."""
    logging.config.dictConfig(definition(level))
    logging.captureWarnings(True)


def definition(level: str) -> dict[str, Any]:
    """The same as a configuration for ``logging.config.dictConfig``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {"aiohttp.access": {"level": "CRITICAL"}},  # It would write down every client's address.
    }


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON of at most ``LINE_BYTES_MAX`` bytes, its end included."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _clean(_message(record), record.name),
            "pid": record.process,
        }
        if (correlation := _correlation.get()) is not None:
            line["correlation"] = correlation[:CORRELATION_CHARACTERS_MAX]
        for field, value in vars(record).items():
            if field not in _OWN_ATTRIBUTES:
                line[field] = _allowed(field, value, record.name)
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _clean(self.formatException(record.exc_info)[-LINE_BYTES_MAX:], record.name)
        return _fit(line)


def denied(field: str) -> bool:
    """Whether a field of this name may hold something personal or secret."""
    return not DENIED_WORDS.isdisjoint(_CAMEL.sub("_", field).replace("-", "_").lower().split("_"))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # The arguments do not fit; a log line is no reason to fail.
        return str(record.msg)


def _clean(text: str, logger: str) -> str:
    text = text[:LINE_BYTES_MAX].encode("utf-8", "backslashreplace").decode("utf-8")
    text = _EMAIL.sub(WITHHELD, text)
    return _NETWORK_ADDRESS.sub(WITHHELD, text) if logger.startswith("aiohttp.") else text


def _allowed(field: str, value: object, logger: str, depth: int = 0) -> object:
    if denied(field):
        return WITHHELD
    match value:
        case None | bool() | float():
            return value
        case int() if -(2**63) <= value < 2**63:
            return value
        case Mapping() if depth < NESTING_MAX:
            return {str(inner): _allowed(str(inner), held, logger, depth + 1) for inner, held in value.items()}
        case list() | tuple() if depth < NESTING_MAX:
            return [_allowed(field, held, logger, depth + 1) for held in value]
        case _:
            return _clean(str(value), logger)


def _fit(line: dict[str, Any]) -> str:
    """The line as JSON; one too long keeps what names it, its message's head and its traceback's end."""
    text = _encoded(line)
    if len(text) < LINE_BYTES_MAX:
        return text.decode()
    kept: dict[str, Any] = {key: line[key] for key in ("at", "level", "logger", "pid", "correlation") if key in line}
    kept |= {"event": line["event"][:EVENT_CHARACTERS_MAX], "cut": True}
    exception = line.get("exception", "")
    while exception and len(_encoded(kept | {"exception": exception})) >= LINE_BYTES_MAX:
        exception = exception[len(exception) // 8 + 1 :]
    return _encoded(kept | ({"exception": exception} if exception else {})).decode()


def _encoded(line: dict[str, Any]) -> bytes:
    return msgspec.json.encode(line)
