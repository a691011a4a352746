"""What a run came to: as ``report.json``, and as a table for the terminal."""

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from gateway.loadtest.campaign import Results
from gateway.loadtest.measures import Point, Tick, histogram_of
from gateway.loadtest.rules import RULES, Violation

FORMAT = 1
CPU_SHARE_MAX = 0.9
PERCENTILES = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99)


class Latencies(msgspec.Struct, kw_only=True):
    """Percentiles in microseconds from an HdrHistogram."""

    count: int
    mean_us: float
    max_us: int
    percentiles_us: dict[str, int]
    curve: list[tuple[float, int]]
    """Percentile and value, for the percentile plot."""


class Operation(msgspec.Struct, kw_only=True):
    """One operation: from the intended start (``latency``), and from the moment it was sent (``service``)."""

    rate_per_s: float
    latency: Latencies
    service: Latencies


class Judgement(msgspec.Struct, kw_only=True):
    """The verdict. ``right`` is ``null`` where it could not be given."""

    right: bool | None
    why_not: str = ""
    counts: dict[str, int] = {}
    violations: list[Violation] = []
    checked: dict[str, int] = {}
    notes: list[str] = []
    release_lateness_ms: dict[str, int] = {}


class Report(msgspec.Struct, kw_only=True):
    """Everything that is kept of a run."""

    format: int = FORMAT
    scenario: str
    target: str
    started_at: str
    seconds: float
    ended: str
    sentence: str
    loop: str
    settings: dict[str, Any]
    offered_per_s: float
    achieved_per_s: float
    due: int
    turned_away: int
    outcomes: dict[str, int]
    problems: dict[str, int]
    details: dict[str, str]
    """The first detail that came with each type of problem."""
    operations: dict[str, Operation]
    generator: dict[str, Any]
    verdict: Judgement
    ticks: list[Tick]
    points: list[Point]


def make_report(results: Results) -> Report:
    """Sum up a run."""
    options, measures, history = results.options, results.measures, results.history
    seconds = measures.seconds
    return Report(
        scenario=options.scenario,
        target=str(results.target),
        started_at=results.started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        seconds=round(seconds, 3),
        ended=results.halt.reason,
        sentence=results.halt.sentence,
        loop="closed" if options.rate_per_s is None else f"open ({options.pattern})",
        settings={
            "buyers": options.buyers,
            "seats": options.seats,
            "quantity": options.quantity,
            "conferences": options.conferences,
            "connections": options.connections,
            "rate_per_s": options.rate_per_s,
            "seconds": options.seconds,
            "seed": options.seed,
        },
        offered_per_s=round(options.rate_per_s or measures.count / seconds, 1),
        achieved_per_s=round(measures.count / seconds, 1),
        due=results.due,
        turned_away=results.turned_away,
        outcomes=dict(history.outcomes),
        problems=dict(history.problems.most_common()),
        details={name: results.problems.details.get(name, "") for name in history.problems},
        operations={
            name: Operation(
                rate_per_s=round(len(series.latencies_us) / seconds, 1),
                latency=_latencies(series.latencies_us),
                service=_latencies(series.services_us),
            )
            for name, series in sorted(measures.series.items())
        },
        generator={
            "cpu_s": round(results.cpu_s, 3),
            "cpu_share": round(results.cpu_s / seconds, 3),
            "lateness_us_max": round(results.lateness_us_max, 1),
            "self_test": results.self_test,
        },
        verdict=_judgement(results),
        ticks=measures.ticks,
        points=measures.points,
    )


def _latencies(values: "array[int]") -> Latencies:
    histogram, most = histogram_of(values), max(values, default=0)
    asked = histogram.get_percentile_to_value_dict(list(PERCENTILES)) if len(values) else {}
    curve = [
        (step.percentile_level_iterated_to, step.value_iterated_to)
        for step in (histogram.get_percentile_iterator(5) if len(values) else ())
    ]
    return Latencies(
        count=len(values),
        mean_us=round(float(histogram.get_mean_value()), 1) if len(values) else 0.0,
        max_us=most,
        percentiles_us={f"{percentile:g}": min(int(value), most) for percentile, value in asked.items()},
        curve=[(float(percentile), min(int(value), most)) for percentile, value in curve],
    )


def _judgement(results: Results) -> Judgement:
    verdict = results.verdict
    late = sorted(verdict.lateness_ms)
    spread = {}
    if late:
        spread = {"count": len(late), "p50": late[len(late) // 2], "p99": late[len(late) * 99 // 100], "max": late[-1]}
    return Judgement(
        right=verdict.right,
        why_not=verdict.why_not,
        counts=dict(verdict.counts),
        violations=list(verdict.violations),
        checked=dict(verdict.checked),
        notes=list(verdict.notes),
        release_lateness_ms=spread,
    )


def write(report: Report, folder: Path) -> Path:
    """``report.json`` in the folder."""
    path = folder / "report.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    return path


def headline(report: Report) -> str:
    """One line: what was done, and how it ended."""
    settings = report.settings
    buyers = f"{settings['buyers']:,} buyers, " if settings["buyers"] else ""
    conferences = f"{settings['conferences']} conference{'s' if settings['conferences'] != 1 else ''}"
    loop = report.loop + (f" at {settings['rate_per_s']:g}/s" if settings["rate_per_s"] else "")
    return (
        f"{report.scenario} · {buyers}{conferences} of {settings['seats']:,} seats · {loop}, "
        f"{settings['connections']} connections · {report.target} · {report.ended} after {report.seconds:.1f} s"
    )


def table(report: Report) -> list[str]:
    """The report for the terminal."""
    lines = [headline(report), ""]
    shown = ("50", "90", "99", "99.9")
    lines.append(f"{'operation':<14}{'answers':>10}{'rate/s':>10}" + "".join(f"{'p' + p + ' ms':>10}" for p in shown))
    lines[-1] += f"{'max ms':>10}"
    for name, operation in report.operations.items():
        rows = [(name, operation.latency)]
        if report.loop != "closed":
            rows.append((" once sent", operation.service))
        for title, latencies in rows:
            columns = "".join(f"{latencies.percentiles_us.get(p, 0) / 1000:>10,.2f}" for p in shown)
            lines.append(
                f"{title:<14}{latencies.count:>10,}{operation.rate_per_s:>10,.1f}{columns}"
                f"{latencies.max_us / 1000:>10,.2f}"
            )
    offered = "" if report.loop == "closed" else f"offered {report.offered_per_s:,.1f}/s, "
    lines += ["", f"{offered}achieved {report.achieved_per_s:,.1f}/s"]
    if report.turned_away:
        lines[-1] += f"; {report.turned_away:,} who were due were never served"
    outcomes = [f"{report.outcomes.get(key, 0):,} {key.replace('_', ' ')}" for key in OUTCOMES]
    lines.append("answers: " + ", ".join(outcomes))
    for name, number in report.problems.items():
        detail = report.details.get(name, "")
        lines.append(f"  {number:>10,}  {name}" + (f" (such as: {detail})" if detail else ""))
    lines += [generator_line(report), "", *verdict_lines(report.verdict)]
    return lines


def generator_line(report: Report) -> str:
    """How much of a core the generator used, and whether it may have been what was measured."""
    share, tested = report.generator["cpu_share"], report.generator["self_test"]
    line = f"generator: {share:.0%} of one core"
    if tested:
        line += f"; it can do {tested['per_cpu_s']:,.0f} requests a second on one (self-test against a bare echo)"
    return line + ("; IT WAS AT ITS LIMIT, not only the server" if share > CPU_SHARE_MAX else "")


OUTCOMES = ("done", "refused", "put_off", "unknown")


def verdict_lines(verdict: Judgement) -> list[str]:
    """The verdict in words, rule by rule."""
    title = {True: "right", False: "WRONG", None: f"none, {verdict.why_not}"}[verdict.right]
    lines = [f"verdict: {title}"]
    if verdict.counts:
        checked = ", ".join(f"{number:,} {name}" for name, number in verdict.checked.items())
        lines.append(f"  looked at {checked}")
    for rule, number in verdict.counts.items():
        lines.append(
            f"  {'ok    ' if not number else 'BROKEN'} {RULES[rule]}" + (f" ({number:,} times)" if number else "")
        )
        lines += [
            f"         {violation.text} [{violation.conference}]"
            for violation in _of_rule(verdict.violations, rule)[:5]
        ]
    if verdict.release_lateness_ms:
        late = verdict.release_lateness_ms
        spread = ", ".join(f"{name} {late[name]} ms" for name in ("p50", "p99", "max"))
        lines.append(f"  {late['count']:,} holds expired; released after their deadline by {spread}")
    return lines + [f"  note: {note}" for note in verdict.notes]


def _of_rule(violations: Sequence[Violation], rule: str) -> list[Violation]:
    return [violation for violation in violations if violation.rule == rule]
