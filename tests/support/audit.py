"""Judges a run from outside: what buyers were told against what the audit feed says happened."""

from collections import Counter
from typing import Any

from tests.support.buyers import Outcome
from tests.support.product import Organiser

PAGE = 200


def feed(organiser: Organiser, slug: str) -> list[dict[str, Any]]:
    """All events of a conference, in the feed's order."""
    events: list[dict[str, Any]] = []
    after = ""
    while True:
        page = organiser.call("GET", f"/{slug}/events?limit={PAGE}" + (f"&after={after}" if after else ""))
        assert page.status == 200, page
        events += page.body["items"]
        if not page.body["items"] or page.body["next"] is None:
            return events
        after = page.body["items"][-1]["cursor"]


def judge(organiser: Organiser, slug: str, outcomes: list[Outcome], quota: int) -> None:
    """Asserts: never above the quota, acknowledged ones once in the log, refused never, versions dense."""
    events = feed(organiser, slug)
    seats = [event for event in events if event["stream"].startswith("seats-")]
    assert [event["version"] for event in seats] == list(range(1, len(seats) + 1))
    held: Counter[str] = Counter()
    taken = 0
    for event in seats:
        lines = event["data"].get("lines", ())
        if event["type"] in ("seats-held", "seats-offered"):
            held[event["data"]["reservation"]] += 1
            taken += sum(line["taken"] for line in lines)
        elif event["type"] == "seats-released":
            taken -= sum(line["taken"] for line in lines)
        assert taken <= quota
    acknowledged = {outcome.body["id"] for outcome in outcomes if outcome.status == 201}
    assert acknowledged <= held.keys(), "an acknowledged reservation is not in the log"
    assert set(held.values()) <= {1}, "a reservation stands twice in the log"
    unknown = sum(outcome.status not in (201, 409) for outcome in outcomes)
    assert len(held) <= len(acknowledged) + unknown, "more was held than anyone may have been told"
