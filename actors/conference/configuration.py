"""What a conference tells its inventory, and what it must ask there first."""

from actors.conference.decider import decide
from actors.conference.state import Conference
from actors.messages.conference import ConferenceCommand, EditSeatType, SeatType
from actors.messages.refusals import Refused
from actors.messages.seats import Configuration, CutQuota, SeatTerms

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
    if isinstance(decide(conference, command), Refused):
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
