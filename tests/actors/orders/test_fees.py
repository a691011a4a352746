"""Contoso's fee: per seat, percentage, bounds, bearer, start, and what goes back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.messages.codec import encode
from actors.messages.fees import FeeStructure
from actors.orders.fees import (
    charged_minor,
    faults_of,
    fee_of_seat_minor,
    fees_of_order_minor,
    given_back_minor,
    in_force,
)

AMOUNTS = st.integers(0, 10**9)
PRICES = st.integers(1, 10**9)


@st.composite
def structures(draw: st.DrawFn) -> FeeStructure:
    bounds = sorted(draw(st.lists(AMOUNTS, min_size=2, max_size=2)))
    return FeeStructure(
        per_seat_minor=draw(AMOUNTS),
        percent_bp=draw(st.integers(0, 10_000)),
        minimum_minor=draw(st.sampled_from([None, bounds[0]])),
        maximum_minor=draw(st.sampled_from([None, bounds[1]])),
        borne_by=draw(st.sampled_from(["organiser", "attendee"])),
        on_refund=draw(st.sampled_from(["given-back", "kept"])),
    )


@pytest.mark.parametrize(
    ("structure", "price_minor", "fee_minor"),
    [
        (FeeStructure(), 10_000, 0),
        (FeeStructure(per_seat_minor=99), 10_000, 99),
        (FeeStructure(percent_bp=250), 10_000, 250),
        (FeeStructure(per_seat_minor=99, percent_bp=250), 10_000, 349),
        (FeeStructure(percent_bp=250, minimum_minor=100), 1_000, 100),
        (FeeStructure(percent_bp=250, maximum_minor=500), 100_000, 500),
        (FeeStructure(per_seat_minor=99, minimum_minor=100), 0, 0),
    ],
)
def test_a_seat_owes_what_its_structure_says(structure: FeeStructure, price_minor: int, fee_minor: int) -> None:
    assert fee_of_seat_minor(structure, price_minor) == fee_minor


@pytest.mark.parametrize(("price_minor", "fee_minor"), [(1, 0), (19, 0), (20, 1), (59, 1), (60, 2), (61, 2)])
def test_a_percentage_is_rounded_half_up(price_minor: int, fee_minor: int) -> None:
    assert fee_of_seat_minor(FeeStructure(percent_bp=250), price_minor) == fee_minor


@given(structures(), PRICES)
def test_a_fee_stays_within_its_bounds_and_within_half_a_unit_of_the_exact_one(
    structure: FeeStructure, price_minor: int
) -> None:
    fee_minor = fee_of_seat_minor(structure, price_minor)
    assert fee_minor >= (structure.minimum_minor or 0)
    assert structure.maximum_minor is None or fee_minor <= structure.maximum_minor
    if structure.minimum_minor is None and structure.maximum_minor is None:
        exact_times_10_000 = structure.per_seat_minor * 10_000 + price_minor * structure.percent_bp
        assert -5_000 <= exact_times_10_000 - fee_minor * 10_000 < 5_000 or exact_times_10_000 == fee_minor * 10_000


@given(structures(), PRICES, PRICES)
def test_a_dearer_seat_never_owes_less(structure: FeeStructure, one: int, other: int) -> None:
    cheap, dear = sorted((one, other))
    assert fee_of_seat_minor(structure, cheap) <= fee_of_seat_minor(structure, dear)


@given(structures(), PRICES, st.lists(st.integers(0, 10**8), max_size=8), st.booleans())
def test_refunds_in_parts_give_back_the_same_as_one_and_never_more_than_the_fee(
    structure: FeeStructure, price_minor: int, cuts: list[int], whole: bool
) -> None:
    fee_minor = fee_of_seat_minor(structure, price_minor)
    marks = sorted({0, *(cut % (price_minor + 1) for cut in cuts)} | ({price_minor} if whole else set()))
    parts = [
        given_back_minor(structure, price_minor, fee_minor, before, after - before) for before, after in pairwise(marks)
    ]
    assert all(part >= 0 for part in parts)
    assert sum(parts) == given_back_minor(structure, price_minor, fee_minor, 0, marks[-1])
    if whole:
        assert sum(parts) == (fee_minor if structure.on_refund == "given-back" else 0)


@given(structures(), st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.data())
def test_cancelling_an_order_seat_by_seat_leaves_nothing_over(
    structure: FeeStructure, prices_minor: list[int], data: st.DataObject
) -> None:
    fees_minor = fees_of_order_minor(structure, prices_minor)
    owed = sum(fees_minor)
    for seat in data.draw(st.permutations(range(len(prices_minor)))):
        owed -= given_back_minor(structure, prices_minor[seat], fees_minor[seat], 0, prices_minor[seat])
    assert owed == (0 if structure.on_refund == "given-back" else sum(fees_minor))


def test_the_buyer_pays_the_fee_only_where_the_attendee_bears_it() -> None:
    assert charged_minor(FeeStructure(borne_by="organiser"), 10_000, 250) == 10_000
    assert charged_minor(FeeStructure(borne_by="attendee"), 10_000, 250) == 10_250


def test_a_new_structure_touches_no_order_from_before_its_start() -> None:
    first, second = FeeStructure(percent_bp=100), FeeStructure(percent_bp=300, starts_on="2027-01-01")
    assert in_force([first, second], "2026-12-31") == first
    assert in_force([first, second], "2027-01-01") == second
    assert in_force([second], "2026-12-31") == FeeStructure()


def test_of_two_structures_of_one_day_the_later_one_stands() -> None:
    first, second = (
        FeeStructure(percent_bp=1, starts_on="2027-01-01"),
        FeeStructure(percent_bp=2, starts_on="2027-01-01"),
    )
    assert in_force([first, second], "2027-06-01") == second


def test_more_than_the_price_cannot_be_refunded() -> None:
    with pytest.raises(AssertionError, match="more refunded"):
        given_back_minor(FeeStructure(), 100, 10, 60, 41)


def test_faults_of_a_structure_are_named_by_field() -> None:
    broken = FeeStructure(per_seat_minor=-1, percent_bp=10_001, minimum_minor=5, maximum_minor=4)
    assert [field for field, _ in faults_of(broken)] == ["per_seat_minor", "percent_bp", "minimum_minor"]
    assert faults_of(FeeStructure(percent_bp=250, minimum_minor=1, maximum_minor=1)) == ()


def test_the_bytes_of_a_structure_are_its_fields_in_order() -> None:
    assert encode(FeeStructure(99, 250, None, 500, "attendee", "kept", "2027-01-01")).hex() == (
        "9763ccfac0cd01f4a8617474656e646565a46b657074aa323032372d30312d3031"
    )
