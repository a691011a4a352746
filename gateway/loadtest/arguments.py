"""The command line of the load tester."""

import argparse
from pathlib import Path

from gateway.loadtest.options import Options
from gateway.loadtest.scenarios import SCENARIOS
from gateway.loadtest.target import ADDRESS_DEFAULT

EPILOG = """\
examples:
  run.py loadtest rush --buyers 50000 --seats 500
  run.py loadtest steady --rate 500 --conferences 50 --seconds 60
  run.py loadtest mixed --reads 20 --out before && run.py loadtest mixed --compare before
  run.py loadtest --self-test

exit status: 0 the server was right; 1 it was wrong; 2 wrong usage; 3 no verdict (the server was not
there, refused us, died or answered garbage)
"""


def parse(argv: list[str]) -> Options:
    """Read the arguments. Exits (``SystemExit``) with help or a wrong usage."""
    parser = _parser()
    given = vars(parser.parse_args(argv))
    if given["scenario"] is None and not given["self_test"]:
        parser.error(f"which scenario? One of: {', '.join(SCENARIOS)} (or --self-test)")
    chosen = {name: value for name, value in given.items() if value is not None}
    defaults = SCENARIOS[given["scenario"]].defaults if given["scenario"] else {}
    if chosen.pop("closed", False):
        defaults = {name: value for name, value in defaults.items() if name != "rate_per_s"}
        chosen.pop("rate_per_s", None)
    return Options(**{"scenario": "", "address": ADDRESS_DEFAULT, **defaults, **chosen})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py loadtest",
        description="Load an installation over HTTP, measure it, and judge whether it stayed right.",
        epilog="scenarios:\n"
        + "".join(f"  {name:<15}{scenario.summary}{_defaults(name)}\n" for name, scenario in SCENARIOS.items())
        + "\n"
        + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("scenario", nargs="?", choices=list(SCENARIOS), help="what the buyers do (below)")
    _add_load(parser.add_argument_group("load"))
    _add_target(parser.add_argument_group("target"))
    _add_report(parser.add_argument_group("report"))
    return parser


def _add_load(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--buyers", "--requests", type=int, metavar="N", help="stop after so many buyers")
    add("--seconds", type=float, metavar="S", help="stop after so long (default: 60)")
    add("--seats", type=int, metavar="N", help="quota of each conference (default: 500)")
    add("--quantity", type=int, metavar="N", help="seats a buyer asks for; steady: at most (default: 1)")
    add("--conferences", type=int, metavar="N", help="how many conferences (default: 1)")
    add("--connections", type=int, metavar="N", help="connections, and so requests at once (default: 256)")
    add(
        "--rate",
        type=float,
        dest="rate_per_s",
        metavar="R",
        help="open loop: so many buyers a second come, whatever the server does",
    )
    add(
        "--arrivals",
        dest="pattern",
        choices=["poisson", "constant"],
        help="how they come in an open loop (default: poisson)",
    )
    add("--closed", action="store_true", help="closed loop, also where the scenario has a rate by default")
    add("--reads", type=int, metavar="N", help="mixed: availability reads for each reservation (default: 20)")
    add("--retries", type=int, metavar="N", help="retry-storm: how often each request is sent again (default: 1)")
    add(
        "--hold-seconds",
        type=int,
        dest="hold_s",
        metavar="S",
        help="hold-and-leave: length of holds and offers (default: 5)",
    )
    add(
        "--leave",
        type=float,
        dest="leave_share",
        metavar="X",
        help="hold-and-leave: share that gives its seats back (default: 0.5)",
    )
    add(
        "--wait-list",
        dest="policy",
        choices=["strict", "first_fit"],
        help="policy of the conferences (default: strict)",
    )
    add("--seed", type=int, metavar="N", help="for what is drawn by lot (default: 1)")


def _add_target(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--address", metavar="URL", help=f"the installation (default: {ADDRESS_DEFAULT})")
    add(
        "--token",
        metavar="T",
        help="an organiser's token, of role manager or owner; without it, a new organiser registers",
    )
    add("--organiser", metavar="ID", help="the organiser whose token it is")
    add("--i-am-allowed-to-load", dest="allowed_host", metavar="HOST", help="needed for any address but this machine's")
    add(
        "--timeout",
        type=float,
        dest="timeout_s",
        metavar="S",
        help="a request without answer is lost after so long (default: 30)",
    )
    add(
        "--patience",
        type=float,
        dest="patience_s",
        metavar="S",
        help="give up when nobody can be reached for so long (default: 10)",
    )
    add("--keep", action="store_true", help="leave the conferences published afterwards")


def _add_report(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--out", type=Path, metavar="FOLDER", help="where the report goes (default: loadtest-reports/<time>)")
    add("--compare", type=Path, metavar="REPORT", help="another report.json (or its folder) to print beside this one")
    add("--self-test", action="store_true", help="measure the generator against a bare echo first, and say so")
    add("--quiet", action="store_true", help="no progress, only the report")


def _defaults(name: str) -> str:
    flags = {"rate_per_s": "rate", "hold_s": "hold-seconds"}
    said = ", ".join(f"--{flags.get(key, key)} {value:g}" for key, value in SCENARIOS[name].defaults.items())
    return f"\n{'':<17}(default: {said})" if said else ""
