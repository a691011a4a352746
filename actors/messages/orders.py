"""Commands to a conference's orders; what they answer is in ``order_replies``.

Times are Unix milliseconds, money minor units, dates ``YYYY-MM-DD``. People are named by opaque subject ids only;
who they are stands in the vault.
"""

from typing import Literal

from msgspec import Struct

from actors.messages.fees import FeeStructure
from actors.messages.seats import Kind, Line, SalesState

Payment = Literal["sandbox", "invoice", "stripe"]
Party = Literal["buyer", "organiser"]
RefundReason = Literal[
    "cancelled",  # the order, by its buyer or the organiser
    "seat-cancelled",
    "conference-cancelled",
    "not-secured",  # paid, but the seats had gone to others
    "overpaid",  # more than the total, twice, or in another currency
    "too-late",  # paid when the order had ended
    "organiser",  # as the organiser thought right
]
CancelReason = Literal["asked", "conference-cancelled", "refunded"]
Hold = Literal["unasked", "held", "gone"]


class SeatTypeTerms(Struct, frozen=True, array_like=True):
    """Of one seat type: which seats need an admission seat beside them in the same order."""

    id: str
    kind: Kind
    requires_admission: bool = False


class OrderTerms(Struct, frozen=True, array_like=True):
    """The orders' share of their conference as of the conference's ``version``.

    Until ``refund_until_ms`` a buyer may cancel and gets all but ``refund_kept_bp`` basis points of each price back;
    until ``naming_until_ms`` (``None``: no end) a buyer may name attendees. ``invoice_days``: how long after the
    day of the order an invoice is due, never later than the start of the conference; 0 = none are offered.
    """

    version: int
    state: SalesState
    currency: str
    starts_at_ms: int
    fees: tuple[FeeStructure, ...]
    refund_until_ms: int
    refund_kept_bp: int
    naming_until_ms: int | None
    invoice_days: int
    seat_types: tuple[SeatTypeTerms, ...]


# Commands


class ConfigureOrders(Struct, frozen=True, array_like=True, tag="configure-orders.1"):
    """The conference's terms; an older version than the one in force changes nothing."""

    terms: OrderTerms


class PlaceOrder(Struct, frozen=True, array_like=True, tag="place-order.1"):
    """Order what a reservation holds. The sender leaves the last four fields alone: the inventory tells them.

    ``order`` is a fresh id; ``buyer`` a subject of the vault; ``access`` a hash of e-mail and access code by which the
    order is found again; ``placed_on`` today; ``language`` what to write to the buyer in.
    """

    order: str
    reservation: str
    buyer: str
    payment: Payment
    language: str
    placed_on: str
    access: str = ""
    hold: Hold = "unasked"
    lines: tuple[Line, ...] = ()
    currency: str = ""
    expires_at_ms: int = 0


class NotePayment(Struct, frozen=True, array_like=True, tag="note-payment.1"):
    """Money has come: ``payment`` is the provider's id of it. Twice, late and out of order are all the same."""

    order: str
    provider: Payment
    payment: str
    amount_minor: int
    currency: str


class NoteDecline(Struct, frozen=True, array_like=True, tag="note-decline.1"):
    """The provider did not take the buyer's money; another attempt may follow until the deadline."""

    order: str
    provider: Payment
    payment: str


class MarkPaid(Struct, frozen=True, array_like=True, tag="mark-paid.1"):
    """The organiser has seen the invoice's money, all that is still owed."""

    order: str


class CancelOrder(Struct, frozen=True, array_like=True, tag="cancel-order.1"):
    """Give up the whole order: the buyer by the organiser's rule, the organiser with all the money."""

    order: str
    by: Party = "buyer"


class CancelSeat(Struct, frozen=True, array_like=True, tag="cancel-seat.1"):
    """Give up one seat of a confirmed order; the last one ends the order."""

    order: str
    seat: str
    by: Party = "buyer"


class RefundOrder(Struct, frozen=True, array_like=True, tag="refund-order.1"):
    """The organiser gives money back: this much of the prices paid, and the seats stay; ``None``: all, and they go.

    ``note`` names the organiser's words in the vault ("" for none).
    """

    order: str
    amount_minor: int | None = None
    note: str = ""


class NoteRefund(Struct, frozen=True, array_like=True, tag="note-refund.1"):
    """What the provider did with a refund that was due: ``reference`` is its id of it, ``problem`` why it failed."""

    order: str
    refund: str
    outcome: Literal["done", "failed"]
    reference: str = ""
    problem: str = ""


class NameAttendee(Struct, frozen=True, array_like=True, tag="name-attendee.1"):
    """Who will sit there, as a subject of the vault; "" for nobody yet."""

    order: str
    seat: str
    subject: str
    by: Party = "buyer"


class CheckIn(Struct, frozen=True, array_like=True, tag="check-in.1"):
    """The seat's ticket was shown at the door ``where``."""

    order: str
    seat: str
    where: str = ""


class UndoCheckIn(Struct, frozen=True, array_like=True, tag="undo-check-in.1"):
    """It was a mistake: the ticket admits again."""

    order: str
    seat: str


# Commands of the entity to itself, never sent by others.


class NoteSecured(Struct, frozen=True, array_like=True, tag="note-secured.1"):
    """The inventory has confirmed the seats: ``attempt`` says which time of asking."""

    order: str
    attempt: int


class NoteUnsecured(Struct, frozen=True, array_like=True, tag="note-unsecured.1"):
    """The inventory has no seats for the order any more."""

    order: str
    attempt: int


class NoteReturned(Struct, frozen=True, array_like=True, tag="note-returned.1"):
    """The inventory knows that these seats are given back."""

    order: str
    number: int


class Lapse(Struct, frozen=True, array_like=True, tag="lapse.1"):
    """The payment's deadline has passed; changes nothing if it was moved or met."""

    order: str


class CloseOrder(Struct, frozen=True, array_like=True, tag="close-order.1"):
    """The conference is cancelled: the order ends, and all its money goes back."""

    order: str


OrderCommand = (
    ConfigureOrders
    | PlaceOrder
    | NotePayment
    | NoteDecline
    | MarkPaid
    | CancelOrder
    | CancelSeat
    | RefundOrder
    | NoteRefund
    | NameAttendee
    | CheckIn
    | UndoCheckIn
    | NoteSecured
    | NoteUnsecured
    | NoteReturned
    | Lapse
    | CloseOrder
)
