"""The report: figures, plots, the page, and two of them side by side."""

import asyncio
import re
import subprocess
import sys
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from gateway.loadtest import command, compare
from gateway.loadtest.measures import Measures, histogram_of
from gateway.loadtest.page import page
from gateway.loadtest.plots import draw
from gateway.loadtest.report import Report, table
from gateway.loadtest.selftest import self_test
from tests.support.box_office import Fault
from tests.support.wrong_server import Behaviour, serving


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders of a right and of a wrong run."""
    right, wrong = tmp_path_factory.mktemp("right"), tmp_path_factory.mktemp("wrong")
    few = ["--connections", "8", "--quiet", "--seats", "50"]
    with serving(Behaviour()) as address:
        assert command.main(["rush", "--buyers", "400", *few, "--address", address, "--out", str(right)]) == 0
    with serving(Behaviour(frozenset({Fault.OVERSELL_BY_ONE}))) as address:
        load = ["rush", "--buyers", "80", "--rate", "400", *few]
        assert command.main([*load, "--address", address, "--out", str(wrong), "--compare", str(right)]) == 1
    return right, wrong


class Outside(HTMLParser):
    """Collects whatever a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in ("src", "srcset", "href", "action", "data", "poster"):
                (self.pictures if (value or "").startswith("data:image/png;base64,") else self.fetched).append(
                    value or ""
                )
        if tag in ("script", "link", "iframe", "object"):
            self.fetched.append(tag)


def test_the_page_needs_nothing_beside_itself_and_holds_the_plots(reports: tuple[Path, Path]) -> None:
    for folder in reports:
        text = (folder / "report.html").read_text(encoding="utf-8")
        outside = Outside()
        outside.feed(text)
        assert outside.fetched == []
        assert "url(" not in text
        assert "@import" not in text
        inlined = [b64decode(each.partition(",")[2]) for each in outside.pictures]
        assert len(inlined) == 6  # Three plots, each in light and dark.
        for name in ("latency", "percentiles", "rate"):
            assert (folder / f"{name}.png").read_bytes() in inlined


def test_the_plots_are_pictures_with_something_on_them(reports: tuple[Path, Path]) -> None:
    from matplotlib.image import imread

    for plot in ("latency", "percentiles", "rate"):
        picture: Any = imread(BytesIO((reports[0] / f"{plot}.png").read_bytes()))
        assert picture.shape[0] > 300
        assert picture.shape[1] > 800
        colours = {tuple(pixel) for pixel in picture[::3, ::3, :3].reshape(-1, 3).round(1).tolist()}
        assert len(colours) > 5


def test_the_page_says_the_verdict(reports: tuple[Path, Path]) -> None:
    right, wrong = ((folder / "report.html").read_text(encoding="utf-8") for folder in reports)
    assert 'class="verdict good">Right' in right
    assert 'class="verdict bad">Wrong' in wrong
    assert "51 of 50 seats" in wrong


def test_the_table_adds_up(reports: tuple[Path, Path]) -> None:
    report = compare.load(reports[0])
    assert report.outcomes == {"done": 50, "refused": 350}
    assert report.problems == {"sold-out": 350}
    latency = report.operations["reserve"].latency
    assert latency.count == sum(point.count for point in report.points) == 400
    ordered = [latency.percentiles_us[each] for each in ("50", "90", "99", "99.9")]
    assert ordered == sorted(ordered)
    assert ordered[-1] <= latency.max_us
    text = "\n".join(table(report))
    assert "verdict: right" in text
    assert re.search(r"reserve +400 ", text)


def test_the_report_says_when_the_generator_was_at_its_limit(reports: tuple[Path, Path]) -> None:
    report = compare.load(reports[0])
    report.generator = {"cpu_share": 0.5, "self_test": {"per_cpu_s": 30_000.0}}
    assert "it can do 30,000 requests a second" in "\n".join(table(report))
    assert "LIMIT" not in page(report, {})
    report.generator = {"cpu_share": 0.97, "self_test": None}
    assert "AT ITS LIMIT" in "\n".join(table(report))
    assert "AT ITS LIMIT" in page(report, {})


def test_an_open_loop_reports_offered_against_achieved(reports: tuple[Path, Path]) -> None:
    report = compare.load(reports[1])
    assert report.loop == "open (poisson)"
    assert report.offered_per_s == 400
    assert "offered 400.0/s, achieved" in "\n".join(table(report))


def test_two_reports_stand_side_by_side_with_their_ratio(reports: tuple[Path, Path]) -> None:
    this, other = (compare.load(folder / "report.json") for folder in reports)
    lines = compare.side_by_side(this, other)
    done = next(line for line in lines if line.startswith("done"))
    assert done.split() == ["done", "50.00", "51.00", "0.98", "×"]
    assert any(line.startswith("note: they were not run with the same") for line in lines)
    assert lines[-1].split() == ["verdict", "right", "WRONG"]


def test_a_file_that_is_no_report_cannot_be_compared(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(compare.NoReport, match="is not a report"):
        compare.load(tmp_path)


def test_a_run_without_answers_still_makes_a_page(reports: tuple[Path, Path]) -> None:
    report: Report = compare.load(reports[0])
    report.points, report.operations = [], {}
    assert draw(report) == {}
    assert "Nothing was measured" in page(report, {})


def test_organiser_text_cannot_break_out_of_the_page(reports: tuple[Path, Path]) -> None:
    report = compare.load(reports[1])
    report.sentence = "<script>alert(1)</script>"
    assert "<script>" not in page(report, {})


def test_a_histogram_keeps_three_digits_and_an_hour() -> None:
    measures = Measures(lambda: 0)
    for latency_ns in (1_000, 1_234_567_000, 3_600_000_000_000, 7_200_000_000_000):
        measures.note("reserve", 0, 0, latency_ns)
    histogram = histogram_of(measures.series["reserve"].latencies_us)
    assert histogram.get_total_count() == 4
    assert abs(histogram.get_value_at_percentile(50) - 1_234_567) < 1_300


def test_the_generator_is_measured_against_a_bare_echo() -> None:
    tested = asyncio.run(self_test(seconds=0.3))
    assert tested.requests > 100
    assert tested.per_cpu_s > 1_000
    assert "bare echo" in tested.sentence


def test_serving_modules_do_not_load_the_plotting_library() -> None:
    program = "import sys, gateway.loadtest.command; print(sorted({'matplotlib', 'hdrh', 'numpy'} & set(sys.modules)))"
    root = Path(command.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
