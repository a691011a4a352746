"""What a sold seat owes Contoso, and what of it goes back with a refund: pure arithmetic on minor units.

The rule: the fee belongs to **one seat**. It is the amount per seat plus the percentage of that
seat's price, the percentage rounded half up to the minor unit, then brought between minimum and
maximum. A free seat owes nothing, whatever the minimum. An order owes the sum over its seats, so
that giving back one seat gives back that seat's fee and nothing has to be split afterwards.

Where the structure gives fees back, a seat that was refunded ``r`` of its price ``p`` has had
``fee × r / p`` given back in total (half up), each refund the difference to the one before: however
a refund is cut up, the parts add up, and a seat refunded whole has its whole fee back.
"""

from collections.abc import Iterable, Sequence

from actors.messages.fees import FeeStructure

BASIS_POINTS = 10_000
AMOUNT_MINOR_MAX = 10**12
"""No amount of a structure is larger: products stay far inside 64 bits."""


def faults_of(structure: FeeStructure) -> tuple[tuple[str, str], ...]:
    """What makes a structure unusable, as (field, problem); empty when it is sound."""
    faults = []
    for field, amount in (
        ("per_seat_minor", structure.per_seat_minor),
        ("minimum_minor", structure.minimum_minor),
        ("maximum_minor", structure.maximum_minor),
    ):
        if amount is not None and not 0 <= amount <= AMOUNT_MINOR_MAX:
            faults.append((field, f"must be from 0 to {AMOUNT_MINOR_MAX}"))
    if not 0 <= structure.percent_bp <= BASIS_POINTS:
        faults.append(("percent_bp", f"must be from 0 to {BASIS_POINTS}"))
    minimum, maximum = structure.minimum_minor, structure.maximum_minor
    if minimum is not None and maximum is not None and minimum > maximum:
        faults.append(("minimum_minor", "must not be above the maximum"))
    return tuple(faults)


def in_force(structures: Iterable[FeeStructure], on: str) -> FeeStructure:
    """The structure for an order placed on the day ``on`` (``YYYY-MM-DD``): the last one that had started.

    Of two that start on the same day the later in the sequence stands. Before the first: no fee.
    """
    chosen = FeeStructure()
    for structure in structures:
        if chosen.starts_on <= structure.starts_on <= on:
            chosen = structure
    return chosen


def fee_of_seat_minor(structure: FeeStructure, price_minor: int) -> int:
    """The fee of one seat sold at ``price_minor`` (≥ 0)."""
    assert price_minor >= 0, f"a price is not negative: {price_minor}"
    if price_minor == 0:
        return 0
    fee_minor = structure.per_seat_minor + _half_up(price_minor * structure.percent_bp, BASIS_POINTS)
    if structure.minimum_minor is not None:
        fee_minor = max(fee_minor, structure.minimum_minor)
    if structure.maximum_minor is not None:
        fee_minor = min(fee_minor, structure.maximum_minor)
    return fee_minor


def fees_of_order_minor(structure: FeeStructure, prices_minor: Sequence[int]) -> tuple[int, ...]:
    """The fee of each seat, in the order of the prices; the order's fee is their sum."""
    return tuple(fee_of_seat_minor(structure, price_minor) for price_minor in prices_minor)


def charged_minor(structure: FeeStructure, price_minor: int, fee_minor: int) -> int:
    """What the buyer pays for a seat: its price, and its fee on top where the attendee bears it."""
    match structure.borne_by:
        case "organiser":
            return price_minor
        case "attendee":
            return price_minor + fee_minor


def given_back_minor(
    structure: FeeStructure, price_minor: int, fee_minor: int, refunded_before_minor: int, refunded_minor: int
) -> int:
    """How much of a seat's fee goes back with a refund of ``refunded_minor`` of its price.

    ``refunded_before_minor``: what of the price was refunded by earlier refunds. The price is without a fee on top:
    where the attendee bears it, what this returns is paid out in addition.
    """
    refunded_after_minor = refunded_before_minor + refunded_minor
    assert 0 <= refunded_before_minor <= refunded_after_minor <= price_minor, "more refunded than was paid"
    if structure.on_refund == "kept" or price_minor == 0:
        return 0
    return _half_up(fee_minor * refunded_after_minor, price_minor) - _half_up(
        fee_minor * refunded_before_minor, price_minor
    )


def _half_up(numerator: int, denominator: int) -> int:
    """The quotient of two numbers ≥ 0, rounded to the nearest whole, a half upwards."""
    return (2 * numerator + denominator) // (2 * denominator)
