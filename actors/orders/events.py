"""What can have happened to a conference's orders. Times are Unix milliseconds, money minor units; no personal data."""

from msgspec import Struct

from actors.messages.fees import FeeStructure
from actors.messages.orders import CancelReason, OrderTerms, Party, Payment, RefundReason
from actors.messages.seats import Line


class SeatShare(Struct, frozen=True, array_like=True):
    """What of one seat's price went back to its buyer, and what of Contoso's fee for it is owed no more."""

    seat: str
    price_minor: int
    fee_minor: int


class OrderTermsChanged(Struct, frozen=True, array_like=True, tag="order-terms-changed.1"):
    """The conference's terms came into force for what happens from now on."""

    terms: OrderTerms


class OrderPlaced(Struct, frozen=True, array_like=True, tag="order-placed.1"):
    """A buyer ordered what a reservation holds, at the prices it was held for and the fees of that day.

    ``seat_fees_minor``: for each line, the fee of one of its seats. Seats are numbered from 1, line after line.
    """

    order: str
    reservation: str
    buyer: str
    payment: Payment
    language: str
    placed_on: str
    access: str
    lines: tuple[Line, ...]
    currency: str
    fees: FeeStructure
    seat_fees_minor: tuple[int, ...]
    total_minor: int
    pay_by_ms: int


class PaymentCaptured(Struct, frozen=True, array_like=True, tag="payment-captured.1"):
    """Money came, named by the provider's id."""

    order: str
    provider: Payment
    payment: str
    amount_minor: int
    currency: str


class PaymentDeclined(Struct, frozen=True, array_like=True, tag="payment-declined.1"):
    """The provider did not take the buyer's money."""

    order: str
    provider: Payment
    payment: str


class SecuringStarted(Struct, frozen=True, array_like=True, tag="securing-started.1"):
    """All is paid, or nothing is to be paid: the inventory is asked to make the seats final."""

    order: str
    attempt: int


class OrderConfirmed(Struct, frozen=True, array_like=True, tag="order-confirmed.1"):
    """The seats are final. What was sold with them: how many, for how much, and what Contoso's fee is."""

    order: str
    seats: int
    turnover_minor: int
    fee_minor: int
    currency: str


class OrderNotSecured(Struct, frozen=True, array_like=True, tag="order-not-secured.1"):
    """The seats had gone to others: the order has ended, and its money goes back."""

    order: str


class OrderLapsed(Struct, frozen=True, array_like=True, tag="order-lapsed.1"):
    """Nothing was paid, or not enough, until the deadline."""

    order: str


class OrderCancelled(Struct, frozen=True, array_like=True, tag="order-cancelled.1"):
    """The order ended with these of its seats; ``kept_minor``: what of their prices the organiser keeps.

    ``release``: under which number the inventory is told (0: it needs not be).
    """

    order: str
    by: Party
    reason: CancelReason
    seats: tuple[str, ...]
    kept_minor: int
    release: int


class SeatCancelled(Struct, frozen=True, array_like=True, tag="seat-cancelled.1"):
    """One of several seats was given up; the order goes on with the others."""

    order: str
    seat: str
    seat_type: str
    by: Party
    kept_minor: int
    release: int


class PricesReturned(Struct, frozen=True, array_like=True, tag="prices-returned.1"):
    """The sale is less by these shares, and by so many seats: what the statement of fees subtracts."""

    order: str
    seats: int
    shares: tuple[SeatShare, ...]
    currency: str


class RefundDue(Struct, frozen=True, array_like=True, tag="refund-due.1"):
    """Money is to go back out of one payment, under an id of its own; whoever carries it out notes what came of it."""

    order: str
    refund: str
    provider: Payment
    payment: str
    amount_minor: int
    currency: str
    reason: RefundReason
    note: str = ""


class RefundDone(Struct, frozen=True, array_like=True, tag="refund-done.1"):
    """The money is back."""

    order: str
    refund: str
    reference: str


class RefundFailed(Struct, frozen=True, array_like=True, tag="refund-failed.1"):
    """The provider could not give the money back; it is due still."""

    order: str
    refund: str
    problem: str


class SeatsReturned(Struct, frozen=True, array_like=True, tag="seats-returned.1"):
    """The inventory knows of the seats given up under this number."""

    order: str
    release: int


class AttendeeNamed(Struct, frozen=True, array_like=True, tag="attendee-named.1"):
    """A seat is for this subject of the vault, "" for nobody yet."""

    order: str
    seat: str
    subject: str


class SeatCheckedIn(Struct, frozen=True, array_like=True, tag="seat-checked-in.1"):
    """A ticket was shown at the door."""

    order: str
    seat: str
    seat_type: str
    attendee: str
    at_ms: int
    where: str


class CheckInUndone(Struct, frozen=True, array_like=True, tag="check-in-undone.1"):
    """The ticket admits again."""

    order: str
    seat: str


OrderEvent = (
    OrderTermsChanged
    | OrderPlaced
    | PaymentCaptured
    | PaymentDeclined
    | SecuringStarted
    | OrderConfirmed
    | OrderNotSecured
    | OrderLapsed
    | OrderCancelled
    | SeatCancelled
    | PricesReturned
    | RefundDue
    | RefundDone
    | RefundFailed
    | SeatsReturned
    | AttendeeNamed
    | SeatCheckedIn
    | CheckInUndone
)
