"""The command line: help that helps, one sentence for what is wrong, and exit statuses to rely on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONTOSO_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=own | {"COLUMNS": "120"} | environ,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_gives_examples_and_explains_the_exit_status() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for expected in (
        "serve",
        "rebuild",
        "log",
        "loadtest",
        "routes",
        "openapi",
        "version",
        "examples:",
        "exit status:",
    ):
        assert expected in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 120


@pytest.mark.parametrize(
    "command", [("serve",), ("rebuild",), ("log",), ("log", "show"), ("log", "verify"), ("routes",)]
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: run.py {' '.join(command)}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("sell",), "invalid choice: 'sell'"),
        (("version", "--loud"), "--loud means nothing here"),
        (("log", "show", "seats-c1", "--after", "-1"), "argument --after: invalid whole number value: '-1'"),
        (("log", "show"), "the following arguments are required: STREAM"),
    ],
)
def test_a_command_line_that_means_nothing_exits_with_2(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


@pytest.mark.parametrize("command", [("serve",), ("rebuild",), ("log", "verify")])
def test_a_wrong_setting_stops_the_start_with_one_sentence(command: tuple[str, ...]) -> None:
    done = run(*command, CONTOSO_ADDRESS="everywhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "run.py: gateway.address is 'everywhere' (from CONTOSO_ADDRESS), "
        "but it must be host:port, as 127.0.0.1:8080 or [::1]:8080.\n"
    )


def test_a_configuration_file_that_is_missing_is_named(tmp_path: Path) -> None:
    done = run("--config", str(tmp_path / "none.toml"), "serve")
    assert done.returncode == 2
    assert done.stderr == f"run.py: The configuration {tmp_path}/none.toml can't be read: No such file or directory.\n"


def test_version_names_what_it_stands_on_whatever_the_settings() -> None:
    done = run("version", CONTOSO_ADDRESS="everywhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("contoso-conference ")
    assert "Thespian 4.0.1" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), "version"], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")
