"""A Thespian that is not the one the patches were written for stops the start with one sentence."""

import subprocess
import sys
from importlib import metadata

import pytest

from actors.host import internals

PREPARED_LATE = """
from actors.host import internals
import thespian.system.transport.asyncTransportBase
try:
    internals.prepare_environment(500, "127.0.0.1")
except internals.Incompatible as problem:
    print(problem)
"""
PREPARED = """
from actors.host import internals
internals.prepare_environment(500, "127.0.0.1", transmit_timeout_ms=61_000)
import thespian.system.transport.asyncTransportBase as base
from thespian.system import transport
internals.prepare_environment(500, "127.0.0.1", transmit_timeout_ms=61_000)
print(base.MAX_PENDING_TRANSMITS, transport.DEFAULT_MAX_TRANSMIT_PERIOD)
"""


def test_the_installed_thespian_is_the_one_the_patches_were_written_for() -> None:
    internals.check()


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: "4.0.2")
    with pytest.raises(internals.Incompatible, match=r"Thespian 4\.0\.1 is required, but 4\.0\.2 is installed"):
        internals.check()


def test_a_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("thespian.system.multiprocCommon.startChild")
    with pytest.raises(internals.Incompatible, match=r"has no thespian\.system\.multiprocCommon\.startChild"):
        internals.check()


def test_a_changed_signature_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thespian.system.transport.streamBuffer.toSendBuffer", lambda message: message)
    with pytest.raises(internals.Incompatible, match=r"toSendBuffer takes \(message\) instead of \(A, ser\)"):
        internals.check()


def run(program: str) -> str:
    """What it prints, in a process of its own."""
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def test_the_environment_set_too_late_is_an_error() -> None:
    assert run(PREPARED_LATE) == "Thespian was imported before THESPIAN_MAX_PENDING_TRANSMITS was set"


def test_the_environment_reaches_thespian_and_may_be_set_again_alike() -> None:
    assert run(PREPARED) == "500 0:01:01"
