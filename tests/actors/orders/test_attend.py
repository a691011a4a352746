"""NameAttendee, CheckIn, UndoCheckIn: who sits where, and who has come."""

from actors.messages.order_replies import CheckedIn
from actors.messages.orders import CancelOrder, CancelSeat, CheckIn, NameAttendee, UndoCheckIn
from actors.orders.events import AttendeeNamed, CheckInUndone, SeatCheckedIn
from actors.orders.kind import ORDERS
from tests.actors.orders.given import CID, CONFIRMED, NOON_MS, ORDER, PLACED, STARTS_MS, order, terms

NAMED = CONFIRMED.after(NameAttendee(ORDER, "1", "peve"))
COME = NAMED.after(CheckIn(ORDER, "1", "north"), at=NOON_MS)


def test_a_seat_is_named_changed_and_unnamed() -> None:
    CONFIRMED.when(NameAttendee(ORDER, "1", "peve")).then(AttendeeNamed(ORDER, "1", "peve"))
    assert [seat.attendee for seat in order(NAMED).seats] == ["peve", "", ""]
    NAMED.when(NameAttendee(ORDER, "1", "peve")).then()
    NAMED.when(NameAttendee(ORDER, "1", "")).then(AttendeeNamed(ORDER, "1", ""))


def test_after_the_deadline_only_the_organiser_names() -> None:
    until_ms = STARTS_MS - 1_000
    NAMED.when(NameAttendee(ORDER, "1", "pkim"), at=until_ms - 1).then(AttendeeNamed(ORDER, "1", "pkim"))
    NAMED.when(NameAttendee(ORDER, "1", "pkim"), at=until_ms).refused("too-late", number=until_ms)
    NAMED.when(NameAttendee(ORDER, "1", "pkim", "organiser"), at=until_ms).then(AttendeeNamed(ORDER, "1", "pkim"))
    NAMED.after(terms(naming_until_ms=None)).when(NameAttendee(ORDER, "1", "pkim"), at=2 * STARTS_MS).then(
        AttendeeNamed(ORDER, "1", "pkim")
    )


def test_who_has_come_is_renamed_by_the_organiser_only() -> None:
    COME.when(NameAttendee(ORDER, "1", "pkim")).refused("already-checked-in")
    COME.when(NameAttendee(ORDER, "1", "pkim", "organiser")).then(AttendeeNamed(ORDER, "1", "pkim"))


def test_only_valid_seats_of_sold_orders_are_named_and_admitted() -> None:
    for command in (NameAttendee(ORDER, "1", "peve"), CheckIn(ORDER, "1")):
        PLACED.when(command).refused("wrong-state")
        CONFIRMED.after(CancelSeat(ORDER, "1")).when(command).refused("wrong-state")
        CONFIRMED.after(CancelOrder(ORDER)).when(command).refused("wrong-state")
    for unknown in (NameAttendee(ORDER, "9", "peve"), CheckIn(f"{CID}-onone", "1"), UndoCheckIn(ORDER, "9")):
        CONFIRMED.when(unknown).refused("not-standing")
    CONFIRMED.when(NameAttendee(ORDER, "1", "p" * 65)).refused("invalid", subject="subject")
    CONFIRMED.when(CheckIn(ORDER, "1", "w" * 201)).refused("invalid", subject="where")


def test_the_first_scan_admits_and_says_whom() -> None:
    outcome = NAMED.when(CheckIn(ORDER, "1", "north"), at=NOON_MS)
    outcome.then(SeatCheckedIn(ORDER, "1", "general", "peve", NOON_MS, "north"))
    outcome.answered(CheckedIn(ORDER, "1", "general", "peve", NOON_MS, "north", 7))


def test_the_second_scan_is_told_when_and_where_the_first_was() -> None:
    COME.when(CheckIn(ORDER, "1", "south"), at=NOON_MS + 5).refused(
        "already-checked-in", number=NOON_MS, subject="north"
    )


def test_a_repeated_key_of_a_check_in_is_welcomed_again_even_after_it_was_undone() -> None:
    events = (SeatCheckedIn(ORDER, "1", "general", "peve", NOON_MS, "north"),)
    later = COME.after(UndoCheckIn(ORDER, "1"), NameAttendee(ORDER, "1", "")).state
    assert ORDERS.answer(later, events, 7) == CheckedIn(ORDER, "1", "general", "peve", NOON_MS, "north", 7)


def test_an_undone_check_in_admits_again() -> None:
    COME.when(UndoCheckIn(ORDER, "1")).then(CheckInUndone(ORDER, "1"))
    undone = COME.after(UndoCheckIn(ORDER, "1"))
    undone.when(UndoCheckIn(ORDER, "1")).then()
    undone.when(CheckIn(ORDER, "1"), at=NOON_MS + 9).then(SeatCheckedIn(ORDER, "1", "general", "peve", NOON_MS + 9, ""))
