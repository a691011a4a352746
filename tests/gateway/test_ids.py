"""Ids are random, look as the design says, and name their conference."""

import re

from gateway.ids import Ids, conference_of, conference_stream, seats_stream


def test_ids_have_their_shapes() -> None:
    ids = Ids()
    assert re.fullmatch("c[a-z2-7]{12}", ids.conference())
    assert re.fullmatch("st[a-z2-7]{8}", ids.seat_type())
    assert re.fullmatch("p[a-z2-7]{26}", ids.subject())
    assert len(ids.key()) == 16


def test_a_reservation_names_its_conference() -> None:
    ids = Ids()
    conference = ids.conference()
    reservation = ids.reservation(conference)
    assert conference_of(reservation) == conference
    assert (conference_stream(conference), seats_stream(conference)) == (
        f"conference-{conference}",
        f"seats-{conference}",
    )


def test_what_is_no_reservation_id_names_nothing() -> None:
    good = Ids().reservation("cabcdefghijkl")
    for bad in ("", good[:-1], good + "a", good.upper(), good + "\n", good.replace("-r", "-o"), "seats-" + good):
        assert conference_of(bad) is None


def test_ids_do_not_repeat_across_refills_of_the_pool() -> None:
    ids = Ids()
    assert len({ids.letters(26) for _ in range(2000)}) == 2000
    assert len({Ids().letters(26) for _ in range(50)}) == 50
