"""The table says what was met and what was missed, and the rig's own parts do what they say."""

import json
import os
from pathlib import Path

import pytest

from tests.benchmarks import processes
from tests.benchmarks.__main__ import compared, main, measure
from tests.benchmarks.figures import load_all
from tests.benchmarks.figures.crowds import lateness_ms
from tests.benchmarks.figures.replaying import EVENTS, wake, write_log
from tests.benchmarks.loading import Load, Numbers, load
from tests.benchmarks.results import FIGURES, Figure, Row, Suite
from tests.benchmarks.rig import Bench, DidNotStart, echo, ratios
from tests.benchmarks.stage import echo_gets
from tests.support.histories import Tale, held, released


@pytest.mark.parametrize(
    ("row", "target", "judgement"),
    [
        (Row("a", [0.5, 0.7, 0.6], least=0.6), "≥ 0.6 ×", "met"),
        (Row("a", [0.3], least=0.6), "≥ 0.6 ×", "MISSED by 50%"),
        (Row("a", [20.0], "ms", most=30.0), "≤ 30 ms", "met"),
        (Row("a", [45.0], "ms", most=30.0), "≤ 30 ms", "MISSED by 50%"),
        (Row("a", [500], "seats", least=500, most=500), "= 500 seats", "met"),
        (Row("a", [501], "seats", least=500, most=500), "= 500 seats", "MISSED by 0%"),
        (Row("a", [7.0]), "–", ""),
    ],
)
def test_a_row_is_judged_by_its_median(row: Row, target: str, judgement: str) -> None:
    assert (row.target, row.judgement) == (target, judgement)


def test_the_spread_stands_beside_the_median() -> None:
    assert Row("a", [0.5, 0.7, 0.6]).shown == "0.6 × (0.5–0.7)"


def test_the_table_has_a_line_for_each_figure_and_each_failure(tmp_path: Path) -> None:
    suite = Suite([Row("first", [1.0], least=2.0, note="so and so")], {"second": "it broke"})
    table = suite.table()
    assert [each.partition(" ")[0] for each in table[2:]] == ["first", "second"]
    assert "MISSED by 50%; so and so" in table[2]
    kept = json.loads(suite.write(tmp_path).read_text())
    assert kept["rows"][0]["met"] is False
    assert kept["failures"] == {"second": "it broke"}


def test_a_figure_that_fails_is_named_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(bench: Bench) -> list[Row]:
        raise DidNotStart("no")

    monkeypatch.setitem(FIGURES, "breaks", Figure("breaks", "", breaks))
    monkeypatch.setitem(FIGURES, "works", Figure("works", "", lambda bench: [Row("works", [1.0])]))
    suite = Suite()
    measure(suite, ["breaks", "works"], Bench(say=lambda _: None))
    assert suite.failures == {"breaks": "DidNotStart: no"}
    assert [row.figure for row in suite.rows] == ["works"]


def test_sides_take_turns_and_their_order_alternates() -> None:
    called: list[str] = []

    def side(name: str, value: float) -> float:
        called.append(name)
        return value

    rounds = Bench(rounds=3).in_turns(lambda: side("ours", 3.0), lambda: side("theirs", 4.0))
    assert called == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert ratios(rounds) == [0.75, 0.75, 0.75]


def test_two_trees_stand_side_by_side() -> None:
    lines = compared(Suite([Row("a", [3.0])]), Suite([Row("a", [2.0])]), "v1")
    assert lines[1].strip() == "a: 3 × now, 2 × then, 1.50 ×"


def test_a_name_that_is_no_figure_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warp"]) == 2
    assert "no such figure: warp" in capsys.readouterr().err


def test_every_module_of_figures_registers_one() -> None:
    load_all()
    assert {"hot", "two", "reads", "lukewarm", "rush", "expiry", "streams", "deciding", "replay"} <= set(FIGURES)


def test_the_yardstick_sends_back_what_it_gets() -> None:
    numbers = Numbers()
    with echo() as bare:
        done = load(bare, 2, echo_gets(), numbers, count=20)
    assert done.expect(200).count == 20
    assert numbers.next == 20


def test_a_load_of_refusals_is_no_figure() -> None:
    refused = Load()
    refused.statuses[503] = 1
    with pytest.raises(AssertionError, match="503"):
        refused.expect(201)


def test_this_process_uses_time_and_memory() -> None:
    assert os.getpid() in processes.tree(os.getppid())
    assert processes.cpu_s(os.getpid()) > 0
    assert processes.pss_mib(os.getpid()) > 1
    assert processes.pss_mib(2**22 + 1) == 0


def test_lateness_counts_from_the_deadline() -> None:
    log = Tale().logged(held("ana", expires_at_ms=5_000)).logged(released("ana", "expired"), at_ms=5_300).log
    assert lateness_ms(log) == [300]


def test_a_log_stands_up_again_with_all_its_events(tmp_path: Path) -> None:
    assert EVENTS == 1_000_000
    write_log(tmp_path, 3_000)
    taken_s, version = wake(tmp_path, b"0123456789abcdef", keep_snapshot=True)
    assert taken_s > 0
    assert version == 3_001
    assert wake(tmp_path, b"fedcba9876543210")[1] == 3_002
