"""What a conference tells its inventory and its orders, and what it must ask the inventory first."""

from msgspec import structs

from actors.conference.decider import decide
from actors.conference.state import Conference
from actors.messages.conference import ConferenceCommand, EditSeatType, SeatType
from actors.messages.orders import OrderTerms, SeatTypeTerms
from actors.messages.refusals import Refused
from actors.messages.seats import Configuration, CutQuota, SeatTerms
from actors.orders.days import midnight_ms

MS_PER_SECOND = 1000


def configuration(conference: Conference) -> Configuration:
    """The inventory's share of the conference as it stands, retired seat types included."""
    details = conference.details
    return Configuration(
        version=conference.version,
        state=conference.state,
        currency=details.currency,
        policy=details.wait_list,
        hold_ms=details.hold_seconds * MS_PER_SECOND,
        offer_ms=details.offer_seconds * MS_PER_SECOND,
        seats_per_reservation_max=details.seats_per_reservation_max,
        holds_per_client_max=details.holds_per_client_max,
        seat_types=tuple(_terms(seat_type) for seat_type in conference.seat_types.values()),
    )


def order_terms(conference: Conference) -> OrderTerms:
    """The orders' share of the conference as it stands. A conference starts with its first day in UTC."""
    terms = conference.terms
    starts_at_ms = midnight_ms(conference.details.starts_on)
    return OrderTerms(
        version=conference.version,
        state=conference.state,
        currency=conference.details.currency,
        starts_at_ms=starts_at_ms,
        fees=conference.fees,
        refund_until_ms=starts_at_ms if terms.refund_until_ms is None else terms.refund_until_ms,
        refund_kept_bp=terms.refund_kept_bp,
        naming_until_ms=terms.naming_until_ms,
        invoice_days=terms.invoice_days,
        seat_types=tuple(
            SeatTypeTerms(seat_type.id, seat_type.kind, seat_type.requires_admission)
            for seat_type in conference.seat_types.values()
        ),
    )


def cuts(conference: Conference, command: ConferenceCommand) -> CutQuota | None:
    """The cut to ask the inventory for before the command is decided, if it would lower a quota.

    Nothing is asked for a command that will be refused anyway, nor before the first
    publication: until then no seat can be taken.
    """
    if not isinstance(command, EditSeatType) or not isinstance(command.changes.quota, int):
        return None
    seat_type = conference.seat_types.get(command.seat_type)
    if seat_type is None or command.changes.quota >= seat_type.quota or not conference.ever_published:
        return None
    if isinstance(decide(conference, structs.replace(command, granted=True)), Refused):
        return None
    return CutQuota(seat_type.id, command.changes.quota)


def _terms(seat_type: SeatType) -> SeatTerms:
    return SeatTerms(
        id=seat_type.id,
        kind=seat_type.kind,
        price_minor=seat_type.price_minor,
        quota=seat_type.quota,
        sale_opens_at_ms=seat_type.sale_opens_at_ms,
        sale_closes_at_ms=seat_type.sale_closes_at_ms,
        max_per_reservation=seat_type.max_per_reservation,
        requires_admission=seat_type.requires_admission,
        retired=seat_type.retired,
    )
