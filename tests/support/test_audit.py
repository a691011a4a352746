"""The judge of a run passes a good one, and catches each way of breaking it by the right rule."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.audit import Event, broken_rules
from tests.support.buyers import Outcome

START_MS = 1_790_000_000_000
HOLD_MS = 5_000
SEATS = "seats-cabcdefghijkl"

Run = tuple[list[Event], list[Outcome]]


def time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(taken: int, requested: int = 0, seat_type: str = "a") -> list[dict[str, Any]]:
    return [{"seat_type": seat_type, "requested": requested or taken, "taken": taken, "price_minor": 100}]


def configured(quota: int = 3, policy: str = "strict") -> Event:
    seat_types = [{"id": "a", "quota": quota}, {"id": "b", "quota": quota}]
    return {"type": "inventory-configured", "configuration": {"policy": policy, "seat_types": seat_types}}


def held(name: str, lease: int, taken: int = 1, seat_type: str = "a") -> Event:
    return {
        "type": "seats-held", "reservation": name, "lines": lines(taken, seat_type=seat_type), "lease": lease,
        "expires_at_ms": START_MS + HOLD_MS,
    }  # fmt: skip


def offered(name: str, lease: int, taken: int = 1) -> Event:
    return held(name, lease, taken) | {"type": "seats-offered"}


def joined(name: str, requested: int = 1, *, seat_type: str = "a", accept_fewer: bool = False) -> Event:
    wanted = lines(0, requested, seat_type)
    return {"type": "wait-list-joined", "reservation": name, "lines": wanted, "accept_fewer": accept_fewer}


def released(name: str, reason: str = "cancelled", taken: int = 1) -> Event:
    return {"type": "seats-released", "reservation": name, "lines": lines(taken), "reason": reason}


def confirmed(name: str, *, retaken: bool = False) -> Event:
    return {"type": "seats-confirmed", "reservation": name, "lines": lines(1), "retaken": retaken}


def feed(*events: Event, at_ms: int = START_MS, stream: str = SEATS) -> list[Event]:
    """The events as the feed serves them, all at one moment, the expired ones after their deadline."""
    told = []
    for version, event in enumerate(events, 1):
        data = {name: value for name, value in event.items() if name != "type"}
        at = at_ms + (HOLD_MS if version > 1 and "expired" in map(event.get, ("reason",)) else 0)
        at_ms = max(at_ms, at)
        told.append(
            {
                "cursor": f"{stream}.{version}", "stream": stream, "version": version, "at": time(at_ms),
                "type": event["type"], "data": data,
            }
        )  # fmt: skip
    return told


def told(name: str, version: int, status: int = 201, taken: int = 1, key: str = "") -> Outcome:
    items = [{"seat_type": "a", "requested": 1, "held": taken, "waiting": 1 - taken}]
    return Outcome(key or f"key-{name}", status, {"id": name, "version": version, "items": items})


def refused(key: str) -> Outcome:
    return Outcome(key, 409, {"type": "/problems/sold-out"})


def lost(key: str) -> Outcome:
    return Outcome(key, 0, None)


def good() -> Run:
    """Three seats, all held; one expires and is offered to the first of two who wait; the others end in their ways."""
    events = feed(
        configured(), held("ana", 1), held("bob", 2), held("cem", 3), joined("dan"), joined("eve"),
        released("ana", "expired"), offered("dan", 4), confirmed("bob"), released("cem"), offered("eve", 5),
        {"type": "wait-list-closed"}, {"type": "seats-given-back", "reservation": "bob", "items": {"a": 1}},
        released("eve"), held("fay", 6),
    )  # fmt: skip
    outcomes = [
        told("ana", 2), told("bob", 3), told("cem", 4), told("dan", 5, 202, 0), told("eve", 6, 202, 0), refused("late"),
        told("ana", 2), lost("fay's"), refused("late"),
    ]  # fmt: skip
    return events, outcomes


def rules(run: Run) -> set[str]:
    return {problem.rule for problem in broken_rules(*run)}


def test_a_good_run_breaks_no_rule() -> None:
    assert broken_rules(*good()) == []


def test_policies_and_other_seat_types_pass_where_nobody_is_harmed() -> None:
    first_fit = feed(
        configured(2, "first_fit"), held("ana", 1), held("bob", 2), joined("two", 2), joined("one"),
        released("ana"), offered("one", 3),
    )  # fmt: skip
    assert rules((first_fit, [])) == set()
    other_type = feed(
        configured(1), held("ana", 1), held("bob", 2, seat_type="b"), joined("cem"), joined("dan", seat_type="b"),
        released("bob") | {"lines": lines(1, seat_type="b")},
        offered("dan", 3) | {"lines": lines(1, seat_type="b")},
    )  # fmt: skip
    assert rules((other_type, [])) == set()


def change(position: int, **fields: Any) -> Callable[[Run], None]:
    """Fields of the event at that version are others."""

    def changed(run: Run) -> None:
        run[0][position - 1].update(fields)

    return changed


def data(position: int, **fields: Any) -> Callable[[Run], None]:
    def changed(run: Run) -> None:
        run[0][position - 1]["data"].update(fields)

    return changed


def drop(position: int) -> Callable[[Run], None]:
    """An event is missing, and the versions are dense all the same."""

    def dropped(run: Run) -> None:
        del run[0][position - 1]
        for version, event in enumerate(run[0], 1):
            event["version"] = version

    return dropped


def lose(position: int) -> Callable[[Run], None]:
    """An event is missing."""

    def lost(run: Run) -> None:
        del run[0][position - 1]

    return lost


def swap(first: int, second: int) -> Callable[[Run], None]:
    """What two events say changes places."""

    def swapped(run: Run) -> None:
        one, other = run[0][first - 1], run[0][second - 1]
        for field in ("type", "data"):
            one[field], other[field] = other[field], one[field]

    return swapped


def say(*outcomes: Outcome) -> Callable[[Run], None]:
    return lambda run: run[1].extend(outcomes)


def unsay(index: int, outcome: Outcome | None = None) -> Callable[[Run], None]:
    def unsaid(run: Run) -> None:
        run[1][index : index + 1] = [] if outcome is None else [outcome]

    return unsaid


def append(*events: Event) -> Callable[[Run], None]:
    def appended(run: Run) -> None:
        more = feed(*(event | {} for event in events), at_ms=START_MS + HOLD_MS)
        for event in more:
            event["version"] += len(good()[0])
            event["cursor"] = f"{SEATS}.{event['version']}"
        run[0].extend(more)

    return appended


def both(*breaks: Callable[[Run], None]) -> Callable[[Run], None]:
    def broken(run: Run) -> None:
        for each in breaks:
            each(run)

    return broken


def quota_of(number: int) -> Callable[[Run], None]:
    return data(1, configuration=feed(configured(number))[0]["data"]["configuration"])


BROKEN: list[tuple[str, Callable[[Run], None]]] = [
    ("taken ≤ quota", quota_of(2)),
    ("taken ≤ quota", data(2, lines=lines(2))),
    ("taken ≤ quota", append({"type": "quota-cut", "seat_type": "a", "quota": 1})),
    ("taken ≤ quota", append(held("gus", 7, 2))),
    ("taken ≤ quota", swap(10, 11)),
    ("dense versions", lose(9)),
    ("dense versions", change(4, version=9)),
    ("dense versions", lose(1)),
    ("dense versions", lambda run: run[0].append(copy.deepcopy(run[0][-1]))),
    ("each event once", change(4, cursor=f"{SEATS}.3")),
    ("time goes on", change(14, at=time(START_MS - 1))),
    ("nothing hidden is shown", change(3, epoch=1)),
    ("nothing hidden is shown", data(3, client="203.0.113.9")),
    ("nothing hidden is shown", data(5, subject="p1")),
    ("one life at a time", append(held("fay", 7))),
    ("one life at a time", append(released("nobody"))),
    ("one life at a time", append(confirmed("ana"))),
    ("one life at a time", append(confirmed("bob", retaken=True))),
    ("one life at a time", append(offered("fay", 7))),
    ("one life at a time", append({"type": "wait-list-left", "reservation": "dan"})),
    ("one life at a time", append({"type": "hold-extended", "reservation": "bob", "lease": 9, "expires_at_ms": 0})),
    ("one life at a time", append({"type": "seats-given-back", "reservation": "dan", "items": {"a": 1}})),
    ("one life at a time", drop(5)),
    ("nobody overtakes", swap(4, 5)),
    ("nobody overtakes", append(joined("gus"), held("hal", 7))),
    ("nobody overtakes", append(released("fay"), joined("gus"), confirmed("fay", retaken=True))),
    ("wait-list order", swap(5, 6)),
    ("wait-list order", append(joined("gus", 9), joined("hal"), offered("hal", 7))),
    ("wait-list order", append(configured(3, "first_fit"), joined("gus"), joined("hal"), offered("hal", 7))),
    (
        "wait-list order",
        append(configured(9, "first_fit"), joined("gus", 99, accept_fewer=True), joined("hal"), offered("hal", 7)),
    ),
    ("leases grow", data(3, lease=1)),
    ("leases grow", data(8, lease=3)),
    ("leases grow", append({"type": "hold-extended", "reservation": "fay", "lease": 6, "expires_at_ms": 9})),
    ("never early", data(2, expires_at_ms=START_MS + 2 * HOLD_MS)),
    ("never early", change(7, at=time(START_MS + HOLD_MS - 1))),
    ("given back once", data(7, lines=lines(2))),
    ("given back once", data(10, lines=[])),
    ("given back once", append({"type": "seats-given-back", "reservation": "bob", "items": {"a": 9}})),
    ("no more than asked for", data(2, lines=[lines(1)[0] | {"requested": 0}])),
    ("known events", change(15, type="seats-teleported")),
    ("acknowledged ones stand", both(drop(15), say(told("fay", 15)))),
    ("acknowledged ones stand", say(told("gus", 16))),
    ("acknowledged ones stand", say(told("fay", 14))),
    ("acknowledged ones stand", unsay(1, told("bob", 4))),
    ("acknowledged ones stand", unsay(1, told("bob", 3, taken=2))),
    ("acknowledged ones stand", unsay(3, told("dan", 5, 202, taken=1))),
    ("one answer per key", say(told("bob", 3, key="key-ana"))),
    ("one answer per key", say(refused("key-ana"))),
    ("one answer per key", say(told("ana", 2, key="late"))),
    ("one key per reservation", say(told("ana", 2, key="another"))),
    ("refused ones never", unsay(7)),
    ("refused ones never", unsay(7, refused("fay's"))),
    ("refused ones never", append(released("fay"), held("gus", 7))),
]


@pytest.mark.parametrize(("rule", "breaks"), BROKEN, ids=[f"{n}: {rule}" for n, (rule, _) in enumerate(BROKEN)])
def test_a_broken_run_is_caught_by_the_right_rule(rule: str, breaks: Callable[[Run], None]) -> None:
    run = good()
    breaks(run)
    assert rule in rules(run)
