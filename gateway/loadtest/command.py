"""``run.py loadtest``: from the arguments to the exit status."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import uvloop

from gateway.loadtest import arguments, compare, report
from gateway.loadtest.campaign import Campaign, Results
from gateway.loadtest.options import Options, WrongOption
from gateway.loadtest.selftest import SelfTest, self_test
from gateway.loadtest.target import Target, WrongTarget, check_allowed, parse

RIGHT, WRONG, USAGE, NO_VERDICT = 0, 1, 2, 3


def main(argv: list[str]) -> int:
    """Run a load test and print its report. Returns 0 only when the server was right."""
    try:
        options = arguments.parse(argv)
        options.check()
        target = parse(options.address)
        check_allowed(target, options.allowed_host)
        other = compare.load(options.compare) if options.compare else None
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    except (WrongOption, WrongTarget, compare.NoReport) as problem:
        print(f"loadtest: {problem}", file=sys.stderr)
        return USAGE
    tested = _test_generator(options)
    if not options.scenario:
        return RIGHT if tested is not None and tested.per_cpu_s >= tested.target_per_s else WRONG
    try:
        folder = _folder(options)
    except OSError as problem:
        print(f"loadtest: the report can't be written to {problem.filename}: {problem.strerror}.", file=sys.stderr)
        return USAGE
    results = uvloop.run(_run(options, target))
    results.self_test = msgspec.to_builtins(tested) if tested else None
    made = report.make_report(results)
    _publish(made, folder, other)
    return _status(made)


async def _run(options: Options, target: Target) -> Results:
    return await Campaign(options, target, _silent if options.quiet else _say).run()


def _test_generator(options: Options) -> SelfTest | None:
    if not options.self_test:
        return None
    tested = uvloop.run(self_test())
    _say(tested.sentence)
    return tested


def _folder(options: Options) -> Path:
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    folder = options.out or Path("loadtest-reports") / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _publish(made: report.Report, folder: Path, other: report.Report | None) -> None:
    """Print the table and write the files; the plots are drawn only now, their library is large."""
    from gateway.loadtest.page import page
    from gateway.loadtest.plots import draw

    lines = ["", *report.table(made)]
    if other is not None:
        lines += ["", *compare.side_by_side(made, other)]
    print("\n".join(lines), flush=True)
    report.write(made, folder)
    plots = draw(made)
    for name, dresses in plots.items():
        (folder / f"{name}.png").write_bytes(dresses["light"])
    (folder / "report.html").write_text(page(made, plots), encoding="utf-8")
    print(f"\nreport: {folder / 'report.html'}")
    if made.sentence:
        print(f"loadtest: {made.sentence}", file=sys.stderr)


def _status(made: report.Report) -> int:
    if made.verdict.right is False:
        return WRONG
    whole = made.ended in ("finished", "time is up", "history is full", "interrupted")
    return RIGHT if made.verdict.right and whole else NO_VERDICT


def _say(line: str) -> None:
    print(line, flush=True)


def _silent(line: str) -> None:
    """Progress that nobody wants to see."""
