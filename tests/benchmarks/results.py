"""Figures beside their targets: a table for people, JSON for the next comparison."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.rig import ROOT, Bench

FOLDER = ROOT / "bench-results"


@dataclass(frozen=True)
class Row:
    """One line of the table. ``most`` or ``least`` is the target; with neither, the figure only informs."""

    figure: str
    values: Sequence[float]
    unit: str = "×"
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def measured(self) -> float:
        return statistics.median(self.values)

    @property
    def target(self) -> str:
        if self.least is not None and self.least == self.most:
            return f"= {self.least:g} {self.unit}"
        if self.least is not None:
            return f"≥ {self.least:g} {self.unit}"
        return f"≤ {self.most:g} {self.unit}" if self.most is not None else "–"

    @property
    def met(self) -> bool | None:
        """``None`` where there is no target."""
        if self.least is None and self.most is None:
            return None
        return (self.least is None or self.measured >= self.least) and (self.most is None or self.measured <= self.most)

    @property
    def judgement(self) -> str:
        if self.met is None:
            return ""
        if self.met:
            return "met"
        bound = self.least if self.least is not None and self.measured < self.least else self.most
        assert bound is not None
        return f"MISSED by {abs(self.measured - bound) / bound:.0%}" if bound else f"MISSED by {self.measured:g}"

    @property
    def shown(self) -> str:
        spread = f" ({_number(min(self.values))}–{_number(max(self.values))})" if len(self.values) > 1 else ""
        return f"{_number(self.measured)} {self.unit}{spread}"


Measure = Callable[[Bench], Iterable[Row]]


@dataclass(frozen=True)
class Figure:
    """A named measurement that gives one or more rows."""

    name: str
    summary: str
    measure: Measure


FIGURES: dict[str, Figure] = {}


def figure(name: str, summary: str) -> Callable[[Measure], Measure]:
    """Register a measurement under a name of the command line."""

    def register(measure: Measure) -> Measure:
        assert name not in FIGURES, name
        FIGURES[name] = Figure(name, summary, measure)
        return measure

    return register


@dataclass
class Suite:
    """All rows of a run, and where it ran."""

    rows: list[Row] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path = FOLDER) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        at = datetime.now(UTC)
        path = folder / f"{at:%Y-%m-%dT%H-%M-%S}.json"
        kept = {
            "at": at.isoformat(timespec="seconds"),
            "commit": _commit(),
            "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
            "rows": [asdict(row) | {"measured": row.measured, "met": row.met} for row in self.rows],
            "failures": self.failures,
        }
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def table(self) -> list[str]:
        """``figure | measured (min–max) | target | met or missed by``."""
        cells = [("figure", "measured (min–max)", "target", "")]
        for row in self.rows:
            remark = "; ".join(each for each in (row.judgement, row.note) if each)
            cells.append((row.figure, row.shown, row.target, remark))
        cells += [(name, "could not be measured", "", problem) for name, problem in self.failures.items()]
        widths = [max(len(row[column]) for row in cells) for column in range(3)]
        lines = [
            " | ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
            for row in cells
        ]
        return [lines[0], "-|-".join("-" * width for width in [*widths, 12]), *lines[1:]]


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
