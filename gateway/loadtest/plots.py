"""The plots of a run, drawn without a display; each in a light and a dark dress."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from gateway.loadtest.measures import Tick
from gateway.loadtest.report import Report

SIZE_INCHES = (9.0, 3.8)
DPI = 110
DRESSES = {
    "light": {"paper": "#ffffff", "ink": "#1f2430", "grid": "#d9dce3", "lines": ["#2457c5", "#c2410c", "#15803d"]},
    "dark": {"paper": "#16181d", "ink": "#e6e8ee", "grid": "#3a3f4b", "lines": ["#7aa2ff", "#ff9e64", "#6ee7a0"]},
}


def draw(report: Report) -> dict[str, dict[str, bytes]]:
    """PNGs by plot (``latency``, ``percentiles``, ``rate``) and dress; none where nothing was measured."""
    if not report.points:
        return {}
    plots: dict[str, Callable[[Any, Report, list[str]], None]] = {
        "latency": _latency,
        "percentiles": _percentiles,
        "rate": _rate,
    }
    return {name: {dress: _png(plot, report, dress) for dress in DRESSES} for name, plot in plots.items()}


def _png(plot: Callable[[Any, Report, list[str]], None], report: Report, dress: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours: dict[str, Any] = DRESSES[dress]
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor=colours["paper"], layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=colours["paper"])
    plot(axes, report, colours["lines"])
    axes.grid(visible=True, which="major", color=colours["grid"], linewidth=0.7)
    axes.tick_params(colors=colours["ink"], which="both")
    for spine in axes.spines.values():
        spine.set_color(colours["grid"])
    for text in (axes.xaxis.label, axes.yaxis.label, axes.title):
        text.set_color(colours["ink"])
    legend = axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    for text in legend.get_texts():
        text.set_color(colours["ink"])
    out = BytesIO()
    figure.savefig(out, format="png", facecolor=colours["paper"])
    return out.getvalue()


def _latency(axes: Any, report: Report, lines: list[str]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    for number, operation in enumerate(report.operations):
        points = [point for point in report.points if point.operation == operation]
        colour, at = lines[number % len(lines)], [point.at_s for point in points]
        for values, style, width, name in (
            ([point.p50_us for point in points], "-", 2.0, "p50"),
            ([point.p99_us for point in points], "--", 1.4, "p99"),
            ([point.max_us for point in points], ":", 1.0, "max"),
        ):
            shown = [max(value / 1000, 0.001) for value in values]
            axes.plot(at, shown, style, color=colour, linewidth=width, label=f"{operation} {name}")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(_plain_number())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(left=0)
    axes.set_xlabel("seconds since the start")
    axes.set_ylabel("latency, ms")
    axes.set_title("Latency over time" + _from_intended(report))


def _percentiles(axes: Any, report: Report, lines: list[str]) -> None:
    for number, (name, operation) in enumerate(report.operations.items()):
        colour = lines[number % len(lines)]
        curves = [(operation.latency, "-", name)]
        if report.loop != "closed":
            curves.append((operation.service, ":", f"{name}, once sent"))
        for latencies, style, label in curves:
            steps = [(100 / (100 - level), value / 1000) for level, value in latencies.curve if level < 100]
            axes.plot([x for x, _ in steps], [y for _, y in steps], style, color=colour, linewidth=1.8, label=label)
    axes.set_xscale("log")
    marks = {1: "0", 2: "50 %", 10: "90 %", 100: "99 %", 1_000: "99.9 %", 10_000: "99.99 %", 100_000: "99.999 %"}
    largest = max(
        (100 / (100 - level) for op in report.operations.values() for level, _ in op.latency.curve if level < 100),
        default=10,
    )
    ticks = [mark for mark in marks if mark <= max(largest, 10)]
    axes.set_xticks(ticks, [marks[mark] for mark in ticks])
    axes.set_xticks([], minor=True)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("percentile")
    axes.set_ylabel("latency, ms")
    axes.set_title("Latency by percentile" + _from_intended(report))


def _rate(axes: Any, report: Report, lines: list[str]) -> None:
    ticks = report.ticks
    if len(ticks) > 2 and ticks[-1].at_s - ticks[-2].at_s < (ticks[-2].at_s - ticks[-3].at_s) / 2:
        ticks = ticks[:-1]  # A sliver of time at the end: its rate is noise.
    at = [tick.at_s for tick in ticks]
    axes.plot(at, [tick.rate_per_s for tick in ticks], color=lines[0], linewidth=1.6, label="answers/s")
    if report.loop != "closed":
        axes.axhline(report.offered_per_s, color=lines[2], linestyle="--", linewidth=1.2, label="offered/s")
    errors, before = [], Tick(at_s=0.0, rate_per_s=0, p50_us=0, p99_us=0, errors=0, backlog=0, seats_left=None)
    for tick in ticks:
        errors.append((tick.errors - before.errors) / max(tick.at_s - before.at_s, 0.001))
        before = tick
    axes.plot(at, errors, color=lines[1], linewidth=1.2, label="errors/s")
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(_plain_number())
    axes.set_xlabel("seconds since the start")
    axes.set_ylabel("per second")
    axes.set_title("Rate of answers")


def _from_intended(report: Report) -> str:
    return "" if report.loop == "closed" else ", from the intended start"


def _plain_number() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: f"{value:,.10g}")
