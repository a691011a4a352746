"""The report as one HTML page that needs nothing beside itself."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape

from gateway.loadtest.report import OUTCOMES, Report, generator_line, headline
from gateway.loadtest.rules import RULES

STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2430;--dim:#5b6272;--line:#d9dce3;--good:#15803d;--bad:#b91c1c}
@media (prefers-color-scheme:dark){
:root{--paper:#16181d;--ink:#e6e8ee;--dim:#a3a9b8;--line:#3a3f4b;--good:#6ee7a0;--bad:#ff8f8f}}
body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;
max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}p.dim{color:var(--dim)}
table{border-collapse:collapse;display:block;overflow-x:auto}
th,td{padding:.3rem .8rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left}img{max-width:100%;height:auto;display:block;margin:.5rem 0}
.verdict{font-weight:700;font-size:1.2rem}.good{color:var(--good)}.bad{color:var(--bad)}li{margin:.2rem 0}
"""
ALT = {
    "latency": "Latency over time: median, 99th percentile and maximum of each operation",
    "percentiles": "Latency by percentile of each operation",
    "rate": "Answers per second over time",
}


def page(report: Report, plots: Mapping[str, Mapping[str, bytes]]) -> str:
    """The whole page; ``plots`` as :func:`gateway.loadtest.plots.draw` makes them."""
    pictures = "".join(_picture(name, dresses) for name, dresses in plots.items())
    sentence = f"<p>{escape(report.sentence)}</p>" if report.sentence else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Load test: {escape(report.scenario)}, {escape(report.started_at)}</title><style>{STYLE}</style></head><body>
<h1>Load test: {escape(report.scenario)}</h1>
<p class="dim">{escape(headline(report))}<br>{escape(report.started_at)}</p>{sentence}
{_verdict(report)}
<h2>Latency</h2>{_latencies(report)}
<h2>Answers</h2>{_answers(report)}
<h2>Plots</h2>{pictures or "<p>Nothing was measured.</p>"}
<h2>Generator</h2>{_generator(report)}
</body></html>
"""


def _verdict(report: Report) -> str:
    verdict = report.verdict
    word, tone = {
        True: ("Right", "good"),
        False: ("Wrong", "bad"),
        None: (f"No verdict: {verdict.why_not}", "bad"),
    }[verdict.right]
    rules = []
    for rule, number in verdict.counts.items():
        said = "".join(
            f"<li>{escape(each.text)} <small>({escape(each.conference)})</small></li>"
            for each in verdict.violations
            if each.rule == rule
        )
        mark = f'<span class="bad">broken {number:,} times</span>' if number else '<span class="good">ok</span>'
        rules.append(f"<li>{escape(RULES[rule])}: {mark}{f'<ul>{said}</ul>' if said else ''}</li>")
    looked = ", ".join(f"{number:,} {name}" for name, number in verdict.checked.items())
    late = verdict.release_lateness_ms
    lateness = f"<p>Holds that expired: {_pairs(late)} (ms after the deadline)</p>" if late else ""
    return (
        f'<p class="verdict {tone}">{escape(word)}</p><ul>{"".join(rules)}</ul>{lateness}'
        f'<p class="dim">{escape("Looked at " + looked if looked else "")}</p>'
    )


def _latencies(report: Report) -> str:
    shown = ("50", "90", "99", "99.9", "99.99")
    head = "".join(f"<th>p{each} ms</th>" for each in shown)
    rows = []
    for name, operation in report.operations.items():
        kinds = [(name, operation.latency)]
        if report.loop != "closed":
            kinds.append((f"{name}, once sent", operation.service))
        for title, latencies in kinds:
            cells = "".join(f"<td>{latencies.percentiles_us.get(each, 0) / 1000:,.2f}</td>" for each in shown)
            rows.append(
                f"<tr><td>{escape(title)}</td><td>{latencies.count:,}</td><td>{operation.rate_per_s:,.1f}</td>{cells}"
                f"<td>{latencies.max_us / 1000:,.2f}</td></tr>"
            )
    return (
        f"<table><tr><th>operation</th><th>answers</th><th>per s</th>{head}<th>max ms</th></tr>{''.join(rows)}</table>"
    )


def _answers(report: Report) -> str:
    outcomes = ", ".join(f"{report.outcomes.get(key, 0):,} {key.replace('_', ' ')}" for key in OUTCOMES)
    problems = "".join(
        f"<tr><td>{escape(name)} <small>{escape(report.details.get(name, ''))}</small></td><td>{number:,}</td></tr>"
        for name, number in report.problems.items()
    )
    table = f"<table><tr><th>problem</th><th>number</th></tr>{problems}</table>" if problems else ""
    away = f" {report.turned_away:,} who were due were never served." if report.turned_away else ""
    rates = f"Offered {report.offered_per_s:,.1f}/s, achieved {report.achieved_per_s:,.1f}/s.{away}"
    return f"<p>{escape(outcomes)}. {escape(rates)}</p>{table}"


def _picture(name: str, dresses: Mapping[str, bytes]) -> str:
    light, dark = (f"data:image/png;base64,{b64encode(dresses[dress]).decode()}" for dress in ("light", "dark"))
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{light}" alt="{escape(ALT[name])}"></picture>'
    )


def _generator(report: Report) -> str:
    return f"<p>{escape(generator_line(report).partition(': ')[2])}</p>"


def _pairs(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:,.10g}" for name, value in values.items())
