"""``python -m tests.benchmarks [names…]``: measure, print the table, keep the JSON."""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gateway.loadtest.client import Lost, Unreachable
from gateway.loadtest.framing import Garbage
from gateway.loadtest.installation import NotAllowed
from tests.benchmarks.figures import load_all
from tests.benchmarks.results import FIGURES, Row, Suite
from tests.benchmarks.rig import ROOT, Bench, DidNotStart

NOT_MEASURED = (AssertionError, OSError, RuntimeError, DidNotStart, NotAllowed, Garbage, Lost, Unreachable)


def main(argv: Sequence[str]) -> int:
    """Measure what was named, or everything. Returns 0 when every target is met."""
    load_all()
    arguments = _parser().parse_args(argv)
    names = arguments.figures or list(FIGURES)
    if unknown := set(names) - set(FIGURES):
        print(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    suite = Suite()
    measure(suite, names, Bench(arguments.rounds, arguments.seconds))
    lines = suite.table()
    if arguments.compare:
        other = Suite()
        with checked_out(arguments.compare) as root:
            measure(other, names, Bench(arguments.rounds, arguments.seconds, root))
        lines += ["", *compared(suite, other, arguments.compare)]
    path = suite.write(arguments.out)
    print("\n".join(["", *lines, "", f"kept in {path}"]))
    return 0 if not suite.failures and all(row.met is not False for row in suite.rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure the product against its targets, each figure beside its yardstick in the same run.",
        epilog="figures:\n" + "".join(f"  {each.name:<12}{each.summary}\n" for each in FIGURES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("figures", nargs="*", metavar="figure", help="which ones (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each (default: 3)")
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds for each side of a round (default: 5)")
    parser.add_argument("--compare", metavar="REV", help="measure the product of another commit as well")
    parser.add_argument("--out", type=Path, default=ROOT / "bench-results", help="folder of the JSON")
    return parser


def measure(suite: Suite, names: Sequence[str], bench: Bench) -> None:
    """Add the rows of each figure; one that fails is named and the others go on."""
    for name in names:
        bench.say(f"{name}: {FIGURES[name].summary}")
        begun = time.monotonic()
        try:
            for row in FIGURES[name].measure(bench):
                suite.rows.append(row)
                bench.say(f"  {row.figure}: {row.shown} {row.judgement} {row.note}".rstrip())
        except NOT_MEASURED as problem:
            suite.failures[name] = f"{type(problem).__name__}: {problem}".partition("\n")[0]
            bench.say(f"  could not be measured: {problem}")
        bench.say(f"  took {time.monotonic() - begun:.0f} s")


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Another commit of this repository in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="contoso-bench-") as folder:
        root = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--detach", str(root), revision], cwd=ROOT, check=True)
        try:
            yield root
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(root)], cwd=ROOT, check=True)


def compared(this: Suite, other: Suite, revision: str) -> list[str]:
    """Both trees' figures side by side, with their ratio."""
    there: dict[str, Row] = {row.figure: row for row in other.rows}
    lines = [f"against {revision}:"]
    for row in this.rows:
        before = there.get(row.figure)
        if before is not None:
            ratio = f"{row.measured / before.measured:.2f} ×" if before.measured else "–"
            lines.append(f"  {row.figure}: {row.shown} now, {before.shown} then, {ratio}")
    return lines


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # So that what was started is stopped.
    sys.exit(main(sys.argv[1:]))
