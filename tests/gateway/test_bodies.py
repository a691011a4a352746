"""What is wrong with a body is said with its field and what was expected there."""

import pytest

from gateway.bodies import ConferenceChanges, NewConference, NewReservation, NewSeatType, parse
from gateway.problems import Problem

SEAT = b'"seat_type":"a","quantity":1'


@pytest.mark.parametrize(
    ("kind", "body", "field", "problem"),
    [
        (NewReservation, b'{"items":[{%b}],"if_short":"x"}' % SEAT, "if_short", "Expected one of refuse, wait"),
        (ConferenceChanges, b'{"wait_list":"x"}', "wait_list", "Expected one of first_fit, strict"),
        (NewReservation, b'{"items":[{%b},{"seat_type":"b"}]}' % SEAT, "items[1].quantity", "is required"),
        (NewReservation, b'{"items":[{%b,"x":1}]}' % SEAT, "items[0].x", "is not a known field"),
        (NewReservation, b'{"items":[{"seat_type":"a b","quantity":1}]}', "items[0].seat_type", "has a form or"),
        (NewReservation, b'{"items":[{"seat_type":"a","quantity":0}]}', "items[0].quantity", "Expected `int` >= 1"),
        (NewSeatType, b'{"price":{"amount":"1"}}', "price.amount", "Expected `int`, got `str`"),
        (NewConference, b'{"slug":"a b"}', "slug", "has a form or"),
        (NewReservation, b"[]", "body", "Expected `object`, got `array`"),
    ],
)
def test_a_wrong_body_is_explained(kind: type, body: bytes, field: str, problem: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(kind, body)
    (error,) = caught.value.members["errors"]
    assert error["field"] == field
    assert error["problem"].startswith(problem)


def test_only_so_much_of_a_strange_name_is_said_back() -> None:
    with pytest.raises(Problem) as caught:
        parse(NewReservation, b'{"' + b"x" * 10_000 + b'":1}')
    assert len(caught.value.body()) < 500


def test_a_right_body_is_what_it_says() -> None:
    body = parse(NewReservation, b'{"items":[{%b}],"accept_fewer":true}' % SEAT)
    assert (body.items[0].seat_type, body.items[0].quantity, body.accept_fewer, body.email) == ("a", 1, True, None)
