"""Log lines: JSON, one a line, correlated, bounded, and silent about people."""

import json
import logging
import re
import subprocess
import sys
from typing import Any

import pytest

from config.logs import LINE_BYTES_MAX, WITHHELD, JsonLines, correlated, definition, denied


def line(
    event: str, *args: object, logger: str = "gateway.app", exc_info: Any = None, **fields: object
) -> dict[str, Any]:
    record = logging.getLogger(logger).makeRecord(
        logger, logging.WARNING, "file", 1, event, args, exc_info, extra=fields
    )
    text = JsonLines().format(record)
    assert "\n" not in text
    assert len(text.encode()) < LINE_BYTES_MAX
    read = json.loads(text)
    assert isinstance(read, dict)
    return read


def raised(message: str) -> Any:
    try:
        raise ValueError(message)
    except ValueError:
        return sys.exc_info()


def test_a_line_says_when_how_grave_where_and_what() -> None:
    said = line("opened %s", "seats-c1", stream="seats-c1", epoch=3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said.pop("at"))
    assert isinstance(said.pop("pid"), int)
    assert said == {
        "level": "warning",
        "logger": "gateway.app",
        "event": "opened seats-c1",
        "stream": "seats-c1",
        "epoch": 3,
    }


def test_lines_carry_the_correlation_id_of_what_is_being_done() -> None:
    with correlated("req-1"):
        assert line("inside")["correlation"] == "req-1"
    assert "correlation" not in line("outside")


@pytest.mark.parametrize(
    "field",
    ["email", "buyer_email", "full_name", "attendeeName", "address", "token", "access_code", "password", "Set-Cookie"],
)
def test_a_field_whose_name_speaks_of_a_person_or_a_secret_is_withheld(field: str) -> None:
    assert denied(field)
    assert line("event", **{field: "Ann"})[field] == WITHHELD
    inner = {"deep": [{field: "Ann", "name": "Ann"}]}
    assert line("event", inner=inner)["inner"] == {"deep": [{field: WITHHELD, "name": WITHHELD}]}


@pytest.mark.parametrize("field", ["stream", "epoch", "version", "duration_ms", "status", "route", "renamed", "reason"])
def test_ordinary_fields_are_kept(field: str) -> None:
    assert line("event", **{field: "x"})[field] == "x"


def test_an_email_address_is_withheld_from_messages_fields_and_tracebacks() -> None:
    said = line(
        "sent to %s", "ann@example.org", reason="<bob@example.org> bounced", exc_info=raised("no box cy@example.org")
    )
    assert "example.org" not in json.dumps(said)
    assert said["event"] == f"sent to {WITHHELD}"
    assert said["reason"] == f"<{WITHHELD}> bounced"


def test_the_web_server_does_not_write_down_its_clients() -> None:
    assert line("Error handling request from %s", "192.0.2.7", logger="aiohttp.server")["event"].endswith(WITHHELD)
    assert line("Error handling request from %s", "2001:db8::7", logger="aiohttp.server")["event"].endswith(WITHHELD)
    assert line("listening on %s", "127.0.0.1:8080")["event"] == "listening on 127.0.0.1:8080"


def test_a_line_too_long_keeps_the_end_of_its_traceback() -> None:
    said = line("ü" * 9_000, exc_info=raised("x" * 9_000 + "the end"), other="y" * 9_000)
    assert said["cut"] is True
    assert said["event"].startswith("üü")
    assert said["exception"].endswith("the end")


def test_a_message_that_does_not_fit_its_arguments_is_logged_all_the_same() -> None:
    assert line("%d of %d", "many")["event"] == "%d of %d"


def test_odd_values_do_not_break_a_line() -> None:
    said = line("lone \udc80", whole=2**70, raw=b"\xff", gone=None, flag=True, nan=float("nan"))
    assert said["event"] == "lone \\udc80"
    assert (said["whole"], said["raw"], said["gone"], said["flag"]) == (str(2**70), "b'\\xff'", None, True)


def test_setup_writes_to_stderr_from_the_level_on() -> None:
    code = (
        "import logging, warnings; from config.logs import setup; setup('warning')\n"
        "logging.info('quiet'); logging.error('loud'); warnings.warn('old')\n"
        "logging.getLogger('aiohttp.access').info('GET / from 192.0.2.7')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    told = [json.loads(text) for text in done.stderr.splitlines()]
    assert [said["logger"] for said in told] == ["root", "py.warnings"]
    assert told[0]["event"] == "loud"


def test_the_definition_is_one_that_forked_children_can_be_given() -> None:
    assert definition("info")["root"] == {"level": "INFO", "handlers": ["stderr"]}
