"""Whatever is wrong with the target or the arguments: one clear sentence, the report so far, a status that is not 0."""

import json
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.loadtest import command
from gateway.loadtest.command import NO_VERDICT, RIGHT, USAGE
from gateway.loadtest.target import Target, WrongTarget, check_allowed, parse
from tests.support.wrong_server import TOKEN, Behaviour, serving

FEW = ["--connections", "8", "--quiet", "--patience", "0.3"]


def load(address: str, out: Path, *more: str) -> tuple[int, dict[str, Any]]:
    status = command.main(
        ["rush", "--buyers", "100", "--seats", "5", *FEW, "--address", address, "--out", str(out), *more]
    )
    return status, json.loads((out / "report.json").read_bytes())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_nobody_at_the_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    status, report = load(address, tmp_path)
    assert status == NO_VERDICT
    assert f"Nobody answers at {address}" in capsys.readouterr().err
    assert report["verdict"]["right"] is None


def test_a_host_without_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rush", "--address", "http://nowhere.invalid"]) == USAGE
    assert "nowhere.invalid" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "http://127.0.0.1:port", "http://127.0.0.1/api"])
def test_what_is_no_address(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rush", "--address", address]) == USAGE
    assert address in capsys.readouterr().err


def test_a_wrong_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Behaviour()) as address:
        status, _ = load(address, tmp_path, "--token", "stolen", "--organiser", "o1")
    assert status == NO_VERDICT
    assert "The token is not accepted" in capsys.readouterr().err


def test_a_given_token_is_used(tmp_path: Path) -> None:
    with serving(Behaviour()) as address:
        status, _ = load(address, tmp_path, "--token", TOKEN, "--organiser", "o1")
    assert status == RIGHT


def test_a_server_that_dies_in_the_middle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Behaviour(dies_after=40)) as address:
        status, report = load(address, tmp_path)
    assert status == NO_VERDICT
    assert "The server stopped answering" in capsys.readouterr().err
    assert report["outcomes"]["done"] == 5
    assert report["operations"]["reserve"]["latency"]["count"] >= 40
    assert (tmp_path / "report.html").is_file()


def test_a_server_that_answers_no_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Behaviour(garbage_after=40)) as address:
        status, report = load(address, tmp_path)
    assert status == NO_VERDICT
    assert "220 mail.example.org" in capsys.readouterr().err
    assert report["ended"] == "garbage"
    assert report["problems"]["garbage"] >= 1


def test_a_server_that_answers_another_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Behaviour(senseless_after=0)) as address:
        status, _ = load(address, tmp_path)
    assert status == NO_VERDICT
    assert "no reservation" in capsys.readouterr().err


def test_a_server_that_answers_another_json_later_on(tmp_path: Path) -> None:
    with serving(Behaviour(senseless_after=90)) as address:
        status, report = load(address, tmp_path)
    assert status == NO_VERDICT
    assert "no reservation" in report["verdict"]["why_not"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rush", "--buyers", "0"], "--buyers"),
        (["rush", "--connections", "0"], "--connections"),
        (["steady", "--rate", "-3"], "--rate"),
        (["steady", "--rate", "nan"], "--rate"),
        (["rush", "--seconds", "0"], "--seconds"),
        (["hold-and-leave", "--leave", "2"], "--leave"),
        (["mixed", "--reads", "-1"], "--reads"),
        (["rush", "--token", "t"], "--organiser"),
        (["rush", "--buyers", "many"], "--buyers"),
        (["stampede"], "stampede"),
        ([], "which scenario"),
        (["rush", "--compare", "no/such/report.json"], "no/such/report.json"),
    ],
)
def test_an_option_that_cannot_be(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == USAGE
    assert said in capsys.readouterr().err


def test_help_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--help"]) == RIGHT
    said = capsys.readouterr().out
    assert all(name in said for name in ("rush", "steady", "hold-and-leave", "mixed", "retry-storm", "--self-test"))


def test_another_machine_needs_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rush", "--address", "http://192.0.2.1"]) == USAGE
    assert "--i-am-allowed-to-load 192.0.2.1" in capsys.readouterr().err


def test_naming_one_machine_allows_no_other() -> None:
    check_allowed(Target("http", "192.0.2.1", 80), "192.0.2.1")
    with pytest.raises(WrongTarget):
        check_allowed(Target("http", "192.0.2.2", 80), "192.0.2.1")


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "http://localhost", "http://[::1]:8080", "http://127.9.9.9"])
def test_this_machine_needs_no_permission(address: str) -> None:
    check_allowed(parse(address), None)


def test_an_address_may_leave_out_scheme_and_port() -> None:
    assert parse("example.org") == Target("http", "example.org", 80)
    assert parse("https://example.org") == Target("https", "example.org", 443)
    assert parse("[::1]:8080").authority == "[::1]:8080"


def test_control_c_stops_cleanly_and_still_reports(tmp_path: Path) -> None:
    with serving(Behaviour()) as address:
        timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        status = command.main(
            ["mixed", "--seconds", "60", *FEW, "--address", address, "--out", str(tmp_path), "--reads", "3"]
        )
        timer.join()
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["ended"] == "interrupted"
    assert report["seconds"] < 30
    assert report["verdict"]["right"] is True
    assert status == RIGHT
