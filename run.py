"""The command line of the Contoso Conference Management System: it parses, loads the settings and hands over.

What a command does lives where its subject lives; it is imported when it is asked for, so
that a serving process carries nothing of the others.
"""

import importlib
import os
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config import logs
from config.settings import ConfigurationError, Settings, load

GATEWAY = "gateway.join:main"  # The host knows no gateway; it is told what serves HTTP,
COURIER = "gateway.courier.main:main"  # and what carries out what follows from facts.

OK, WRONG, USAGE = 0, 1, 2
INTERRUPTED = 128 + signal.SIGINT

DESCRIPTION = (
    "Contoso Conference Management System: sells the seats of conferences, once each, and keeps their wait-lists."
)
EPILOG = """\
examples:
  python run.py serve                                    serve on CONTOSO_ADDRESS from CONTOSO_DATA
  python run.py log show seats-c2fq7k3m5wzab --limit 20  an inventory's first 20 events, a JSON line each
  python run.py log verify                               check every stream's chain; names what is not whole
  python run.py rebuild                                  make the read models again, while nothing serves

settings: config/default.toml names them all; --config FILE overrides some, CONTOSO_<SECTION>_<NAME> goes before both.
exit status: 0 done, 1 something was found wrong, 2 the command line or the configuration can't be used.
"""


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit status."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if rest and not arguments.takes_rest:
        parser.error(f"{' '.join(rest)} means nothing here; see --help")
    arguments.rest = rest
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except ConfigurationError as problem:
        print(f"run.py: {problem}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # Whoever read the output has seen enough; the interpreter must not write there again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED


def serve(arguments: Namespace) -> int:
    settings = _settings(arguments)
    logs.setup(settings.logs.level)
    status: int = _function("actors.host.serve", "main")(settings, GATEWAY, COURIER)
    return USAGE if status == _function("actors.host.supervisor", "STATUS_UNABLE") else status


def rebuild(arguments: Namespace) -> int:
    settings = _settings(arguments)
    logs.setup(settings.logs.level)
    return int(_function("actors.projections.rebuild", "main")(settings))


def log_show(arguments: Namespace) -> int:
    settings = _settings(arguments)
    kinds = {
        "conference": _function("actors.conference.kind", "CONFERENCE"),
        "seats": _function("actors.seats.kind", "SEATS"),
        "orders": _function("actors.orders.kind", "ORDERS"),
    }
    show = _function("actors.kernel.inspect", "show")
    return int(show(settings.data, arguments.stream, after=arguments.after, limit=arguments.limit, kinds=kinds))


def log_verify(arguments: Namespace) -> int:
    settings = _settings(arguments)
    return int(_function("actors.kernel.inspect", "verify")(settings.data, arguments.streams))


def payments_reconcile(arguments: Namespace) -> int:
    settings = _settings(arguments)
    reconcile = _function("gateway.payments.reconcile", "main")
    return int(reconcile(settings, arguments.days, settle=not arguments.list))


def loadtest(arguments: Namespace) -> int:
    return int(_function("gateway.loadtest.command", "main")(arguments.rest))


def routes(_: Namespace) -> int:
    return int(_function("gateway.route_table", "show")())


def openapi(_: Namespace) -> int:
    return int(_function("gateway.route_table", "show_description")())


def person_export(arguments: Namespace) -> int:
    settings = _settings(arguments)
    return int(_function("gateway.personal_data", "export")(settings, arguments.email, arguments.organiser))


def person_erase(arguments: Namespace) -> int:
    settings = _settings(arguments)
    return int(_function("gateway.personal_data", "erase")(settings, arguments.email, arguments.organiser))


def person_forget_second_factor(arguments: Namespace) -> int:
    settings = _settings(arguments)
    return int(_function("gateway.personal_data", "forget_second_factor")(settings, arguments.email))


def vault_rotate(arguments: Namespace) -> int:
    settings = _settings(arguments)
    return int(_function("gateway.personal_data", "rotate")(settings))


def version(_: Namespace) -> int:
    import platform
    import sqlite3
    import tomllib
    from importlib.metadata import version as version_of

    project = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text("utf-8"))["project"]
    print(f"{project['name']} {project['version']}")
    print(f"Python {platform.python_version()}, Thespian {version_of('thespian')}, SQLite {sqlite3.sqlite_version}")
    return OK


def _settings(arguments: Namespace) -> Settings:
    return load(os.environ, arguments.config)


def _function(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _parser() -> ArgumentParser:
    parser = _dressed(ArgumentParser, prog="run.py", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--config", metavar="FILE", type=Path, help="a TOML file with the settings that differ")
    parser.set_defaults(takes_rest=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(among: Any, name: str, run: Callable[[Namespace], int], help: str, more: str = "") -> Any:
        made = _dressed(among.add_parser, name, help=help, description=f"{help[0].upper()}{help[1:]}. {more}".strip())
        made.set_defaults(run=run)
        return made

    command(
        commands,
        "serve",
        serve,
        "serve the HTTP interface",
        "SIGTERM or Ctrl-C drains: answers what was taken, then ends.",
    )
    command(commands, "rebuild", rebuild, "make the read models again from the logs", "Nothing may serve meanwhile.")
    log = _dressed(commands.add_parser, "log", help="look at the event logs", description="Look at the event logs.")
    of_log = log.add_subparsers(title="commands", metavar="COMMAND", required=True)
    show = command(of_log, "show", log_show, "print a stream's events, one JSON line each")
    show.add_argument("stream", metavar="STREAM", help="the stream's name, as seats-c2fq7k3m5wzab")
    show.add_argument("--after", metavar="N", type=_natural, default=0, help="begin after position N (default 0)")
    show.add_argument("--limit", metavar="N", type=_natural, default=None, help="print at most N events (default: all)")
    verify = command(
        of_log, "verify", log_verify, "check the chain of every stream", "Exits with 1 when a stream is not whole."
    )
    verify.add_argument("streams", metavar="STREAM", nargs="*", help="only these (default: all)")
    payments = _dressed(commands.add_parser, "payments", help="look after payments", description="Look after payments.")
    of_payments = payments.add_subparsers(title="commands", metavar="COMMAND", required=True)
    reconcile = command(
        of_payments,
        "reconcile",
        payments_reconcile,
        "compare the payment providers' books with the logs",
        "Settles what has one right answer. The system must be running. Exits with 1 when a difference is left.",
    )
    reconcile.add_argument("--list", action="store_true", help="list only, settle nothing")
    days = "only payments begun in the last N days and those the logs know (default: all)"
    reconcile.add_argument("--days", metavar="N", type=_natural, default=0, help=days)
    _personal_data(commands, command)
    load_tests = commands.add_parser(
        "loadtest", add_help=False, help="load a running system (loadtest --help says how)"
    )
    load_tests.set_defaults(run=loadtest, takes_rest=True)
    command(commands, "routes", routes, "print every route with the policy that guards it")
    command(commands, "openapi", openapi, "print the OpenAPI 3.1 description of the interface")
    command(commands, "version", version, "print this software's version and those it stands on")
    return parser


def _personal_data(commands: Any, command: Callable[..., Any]) -> None:
    """The commands about people."""
    person = _dressed(commands.add_parser, "person", help="export or erase a person", description="About one person.")
    of_person = person.add_subparsers(title="commands", metavar="COMMAND", required=True)
    found = "Buyers, attendees, waiting people, key personnel and accounts are found by their address."
    erased = "Their keys go with the rows; logs, counts and statements stay whole. " + found
    for made in (
        command(of_person, "export", person_export, "print all that is known of a person as JSON", found),
        command(of_person, "erase", person_erase, "forget a person", erased),
    ):
        made.add_argument("--email", metavar="ADDRESS", required=True, help="whom it is about")
        made.add_argument(
            "--organiser", metavar="ID", help="only as this organiser's customer or member (default: all)"
        )
    lost = command(of_person, "forget-second-factor", person_forget_second_factor, "let a person in without a code")
    lost.add_argument("--email", metavar="ADDRESS", required=True, help="who has lost the second factor")
    vault = _dressed(commands.add_parser, "vault", help="look after the vault", description="Look after the vault.")
    of_vault = vault.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command(
        of_vault,
        "rotate",
        vault_rotate,
        "encrypt personal data under a new key",
        "Nothing may serve meanwhile; stopped half-way, it is ended by running it again.",
    )


def _dressed(make: Callable[..., ArgumentParser], *arguments: str, **named: Any) -> ArgumentParser:
    return make(*arguments, formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **named)


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(text)
    return int(text)


_natural.__name__ = "whole number"  # The word in argparse's sentence about a wrong value.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
