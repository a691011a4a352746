"""Two reports side by side, with the ratio of this one to the other."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.loadtest.report import FORMAT, Report


class NoReport(Exception):
    """The file is no report that can be compared; one sentence."""


def load(path: Path) -> Report:
    """Read a ``report.json``, or the one in a folder; raises :class:`NoReport`."""
    file = path / "report.json" if path.is_dir() else path
    try:
        report = msgspec.json.decode(file.read_bytes(), type=Report)
    except OSError as problem:
        raise NoReport(f"{file} can't be read: {problem.strerror}.") from problem
    except msgspec.MsgspecError as problem:
        raise NoReport(f"{file} is not a report of this load tester: {problem}.") from problem
    if report.format != FORMAT:
        raise NoReport(f"{file} has format {report.format}; this load tester knows {FORMAT}.")
    return report


def side_by_side(this: Report, other: Report) -> list[str]:
    """A table: figure, this, other, ratio."""
    lines = [f"compared with {other.scenario} of {other.started_at} at {other.target}"]
    if (this.scenario, this.settings) != (other.scenario, other.settings):
        lines.append("note: they were not run with the same scenario and settings")
    lines.append(f"{'figure':<34}{'this':>14}{'other':>14}{'ratio':>9}")
    for name, here, there in _figures(this, other):
        ratio = f"{here / there:.2f} ×" if there else "–"
        lines.append(f"{name:<34}{here:>14,.2f}{there:>14,.2f}{ratio:>9}")
    right = {True: "right", False: "WRONG", None: "none"}
    lines.append(f"{'verdict':<34}{right[this.verdict.right]:>14}{right[other.verdict.right]:>14}")
    return lines


def _figures(this: Report, other: Report) -> Iterator[tuple[str, float, float]]:
    yield "achieved, per s", this.achieved_per_s, other.achieved_per_s
    for name in this.operations.keys() & other.operations.keys():
        here, there = this.operations[name], other.operations[name]
        yield f"{name}, per s", here.rate_per_s, there.rate_per_s
        for percentile in ("50", "90", "99", "99.9"):
            ours, theirs = (each.latency.percentiles_us.get(percentile, 0) / 1000 for each in (here, there))
            yield f"{name}, p{percentile} ms", ours, theirs
        yield f"{name}, max ms", here.latency.max_us / 1000, there.latency.max_us / 1000
    for outcome in ("done", "refused", "put_off", "unknown"):
        yield outcome.replace("_", " "), float(this.outcomes.get(outcome, 0)), float(other.outcomes.get(outcome, 0))
