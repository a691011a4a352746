"""Hand-broken histories: each is caught, and by the rule that it breaks."""

import pytest

from gateway.loadtest.feed import Configured, Entry, Left, Prolonged, QuotaSet
from tests.support.histories import SEAT, Tale, broken, held, joined, offered, released, seats


def test_a_sale_as_it_should_be_is_right() -> None:
    tale = Tale(quota=2).logged(held("ana"), held("bob")).told("ana").told("bob").refused()
    assert tale.verdict().right is True


def test_a_wait_list_as_it_should_be_is_right() -> None:
    tale = Tale(quota=1).logged(held("ana"), joined("bob"), joined("cyd"), released("ana"), offered("bob"))
    tale.told("ana").told("bob", state="waiting").told("cyd", state="waiting").cancelled("ana")
    assert tale.shown(version=4, available=0, waiting=2).verdict().right is True


def test_one_seat_too_many_is_overselling() -> None:
    tale = Tale(quota=1).logged(held("ana"), held("bob")).told("ana").told("bob")
    assert broken(tale.verdict()) == ["nothing-oversold"]


def test_overselling_that_lasts_one_event_is_overselling() -> None:
    tale = Tale(quota=1).logged(held("ana"), held("bob"), released("bob")).told("ana").told("bob").cancelled("bob")
    assert broken(tale.verdict()) == ["nothing-oversold"]


def test_a_log_with_more_seats_than_were_made_is_overselling() -> None:
    tale = Tale(quota=1).logged(QuotaSet(SEAT, 2), held("ana"), held("bob")).told("ana").told("bob")
    assert "nothing-oversold" in broken(tale.verdict())
    raised = Tale(quota=1).logged(Configured({SEAT: 5}, "strict")).told("ana").logged(held("ana"))
    assert broken(raised.verdict()) == ["nothing-oversold"]


def test_an_acknowledged_reservation_that_is_not_in_the_log_was_lost() -> None:
    tale = Tale().logged(held("ana")).told("ana").told("bob")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_an_acknowledged_reservation_that_is_in_the_log_twice_was_doubled() -> None:
    tale = Tale().logged(held("ana"), released("ana"), held("ana")).told("ana")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_other_seats_in_the_log_than_acknowledged_are_found() -> None:
    tale = Tale().logged(held("ana", 1)).told("ana", 2)
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_a_hold_that_the_log_calls_a_place_on_the_list_is_found() -> None:
    tale = Tale(quota=1).logged(held("eve"), joined("ana")).told("eve").told("ana", state="held")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_one_reservation_for_two_requests_is_found() -> None:
    tale = Tale().logged(held("ana")).told("ana", key="one").told("ana", key="two")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_a_retry_applied_a_second_time_is_found() -> None:
    tale = Tale(quota=3).logged(held("ana"), held("ana-again")).told("ana", key="one").told("ana", key="one")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_a_cancelled_reservation_that_still_holds_is_found() -> None:
    tale = Tale().logged(held("ana")).told("ana").cancelled("ana")
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_a_cancelled_reservation_that_still_waits_is_found() -> None:
    tale = Tale(quota=1).logged(held("ana"), joined("bob"))
    assert broken(tale.told("ana").told("bob", state="waiting").cancelled("bob").verdict()) == ["acknowledged-once"]


def test_a_refused_request_in_the_log_is_found() -> None:
    tale = Tale(quota=2).logged(held("ana"), held("eve"), released("eve"), held("bob"))
    assert broken(tale.told("ana").told("eve").cancelled("eve").refused().verdict()) == ["refused-never"]


def test_a_request_that_was_put_off_and_is_in_the_log_is_found() -> None:
    tale = Tale(quota=2).logged(held("ana"), held("bob")).told("ana").put_off()
    assert broken(tale.verdict()) == ["refused-never"]


def test_an_unknown_request_may_be_in_the_log_or_not() -> None:
    assert Tale().logged(held("ana"), held("bob")).told("ana").lost().verdict().right is True
    assert Tale().logged(held("ana")).told("ana").lost().verdict().right is True


def test_an_unknown_request_in_the_log_twice_is_found() -> None:
    tale = Tale(quota=3).logged(held("ana"), held("bob"), held("cyd")).told("ana", 1).lost()
    assert broken(tale.verdict()) == ["unknown-at-most-once"]


def test_an_unknown_request_does_not_explain_other_seats() -> None:
    tale = Tale(quota=3).logged(held("ana"), held("bob", 2)).told("ana").lost(1)
    assert broken(tale.verdict()) == ["acknowledged-once"]


def test_two_answers_for_one_key_are_found() -> None:
    tale = Tale(quota=2).logged(held("ana"), held("bob")).told("ana", key="one").told("bob", key="one")
    assert broken(tale.verdict()) == ["one-answer-per-key"]


def test_a_no_after_a_yes_for_one_key_is_found() -> None:
    tale = Tale(quota=1).logged(held("ana")).told("ana", key="one").refused(key="one")
    assert broken(tale.verdict()) == ["one-answer-per-key"]


def test_another_token_for_the_same_key_is_found() -> None:
    tale = Tale().logged(held("ana")).told("ana", key="one", fingerprint=1).told("ana", key="one", fingerprint=2)
    assert broken(tale.verdict()) == ["one-answer-per-key"]


def test_an_answer_after_a_lost_one_is_no_other_answer() -> None:
    tale = Tale().logged(held("ana")).lost(key="one").put_off(key="one").told("ana", key="one")
    assert tale.verdict().right is True


def test_a_newcomer_who_overtakes_is_found() -> None:
    tale = Tale(quota=2).logged(held("ana"), joined("bob", 2), held("eve"))
    assert broken(tale.told("ana").told("bob", 2, state="waiting").told("eve").verdict()) == ["wait-list-in-order"]


def test_an_offer_out_of_turn_is_found() -> None:
    tale = Tale(quota=1).logged(held("ana"), joined("bob"), joined("cyd"), released("ana", "expired"), offered("cyd"))
    tale.log[4] = Entry(5, 5_000, tale.log[4].event)
    tale.log[5] = Entry(6, 5_000, tale.log[5].event)
    tale.told("ana").told("bob", state="waiting").told("cyd", state="waiting")
    assert broken(tale.verdict()) == ["wait-list-in-order"]


def test_freed_seats_that_nobody_is_offered_are_found() -> None:
    tale = Tale(quota=1).logged(held("ana"), joined("bob"), released("ana"))
    tale.told("ana").told("bob", state="waiting").cancelled("ana")
    assert broken(tale.verdict()) == ["wait-list-in-order"]


def test_freed_seats_that_are_offered_only_after_the_next_decision_are_found() -> None:
    tale = Tale(quota=2).logged(held("ana"), held("eve"), joined("bob"))
    tale.logged(released("ana"), released("eve"), offered("bob"))
    tale.told("ana").told("eve").told("bob", state="waiting").cancelled("ana").cancelled("eve")
    assert broken(tale.verdict()) == ["wait-list-in-order"]


def test_the_head_of_a_strict_list_blocks_those_behind_it() -> None:
    def of(policy: str) -> Tale:
        tale = Tale(quota=2, policy=policy).logged(held("ana", 2), joined("bob", 3), joined("cyd"))
        return tale.told("ana", 2).told("bob", 3, state="waiting").told("cyd", state="waiting")

    served = of("strict").logged(Prolonged("ana", 2, 9_000)).cancelled("ana").logged(released("ana"), offered("cyd"))
    assert broken(served.verdict()) == ["wait-list-in-order"]
    fitting = of("first_fit").cancelled("ana").logged(released("ana"), offered("cyd"))
    assert fitting.verdict().right is True


def test_first_fit_passes_over_nobody_who_fits() -> None:
    tale = Tale(quota=1, policy="first_fit").logged(held("ana"), joined("bob"), joined("cyd"))
    tale.logged(released("ana"), offered("cyd")).cancelled("ana")
    tale.told("ana").told("bob", state="waiting").told("cyd", state="waiting")
    assert broken(tale.verdict()) == ["wait-list-in-order"]


def test_first_fit_may_offer_to_a_newcomer_who_fits_as_soon_as_it_joins() -> None:
    tale = Tale(quota=2, policy="first_fit").logged(held("ana"), joined("bob", 2), joined("cyd"), offered("cyd"))
    tale.told("ana").told("bob", 2, state="waiting").told("cyd", state="offered")
    assert tale.verdict().right is True


def test_an_offer_of_other_seats_than_asked_for_is_found() -> None:
    tale = Tale(quota=2).logged(held("ana", 2), joined("bob", 2), released("ana"), offered("bob", 1))
    tale.told("ana", 2).told("bob", 2, state="waiting").cancelled("ana")
    assert broken(tale.verdict()) == ["wait-list-in-order"]


def test_sold_out_while_seats_are_left_is_found() -> None:
    tale = Tale(quota=3).logged(held("ana"), held("bob"), held("cyd"))
    assert broken(tale.told("ana").refused().told("bob").told("cyd").verdict()) == ["refused-rightly"]


def test_sold_out_while_others_may_be_taking_the_last_seats_is_right() -> None:
    tale = Tale(quota=1).logged(held("ana")).refused().told("ana")
    tale.calls[1].sent_ns = tale.calls[0].sent_ns
    assert tale.verdict().right is True


@pytest.mark.parametrize("problem", ["not-on-sale", "not-found", "too-many-seats", "too-many-holds"])
def test_a_refusal_for_a_reason_that_there_is_none_for_is_found(problem: str) -> None:
    tale = Tale().logged(held("ana")).told("ana").refused(problem=problem)
    assert broken(tale.verdict()) == ["refused-rightly"]


def test_a_hold_that_ends_before_its_deadline_is_found() -> None:
    tale = Tale().logged(held("ana")).logged(released("ana", "expired"), at_ms=4_999).told("ana")
    assert broken(tale.verdict()) == ["released-in-time"]


def test_a_hold_that_ends_too_late_is_found() -> None:
    tale = Tale().logged(held("ana")).logged(released("ana", "expired"), at_ms=10_001).told("ana")
    assert broken(tale.verdict()) == ["released-in-time"]


def test_a_hold_that_never_ends_is_found() -> None:
    tale = Tale().logged(held("ana")).logged(held("bob", expires_at_ms=99_000), at_ms=12_000).told("ana").told("bob")
    assert broken(tale.verdict()) == ["released-in-time"]


def test_a_prolonged_hold_ends_later() -> None:
    tale = Tale().logged(held("ana"), Prolonged("ana", 2, 10_000)).logged(released("ana", "expired"), at_ms=10_000)
    assert tale.told("ana").verdict().right is True


def test_a_log_in_another_order_than_the_answers_is_found() -> None:
    tale = Tale().logged(held("bob"), held("ana")).told("ana").told("bob")
    assert broken(tale.verdict()) == ["real-time-order"]


def test_requests_at_the_same_time_may_stand_in_any_order() -> None:
    tale = Tale().logged(held("bob"), held("ana")).told("ana").told("bob")
    tale.calls[1].sent_ns = tale.calls[0].sent_ns
    assert tale.verdict().right is True


def test_a_gap_in_the_log_is_found() -> None:
    tale = Tale().logged(held("ana")).told("ana").told("bob")
    tale.log.append(Entry(4, 40, held("bob")))
    assert broken(tale.verdict()) == ["log-coherent"]


@pytest.mark.parametrize(
    "event", [released("eve"), offered("eve"), Left("eve"), Prolonged("eve", 2, 9_000)], ids=lambda e: type(e).__name__
)
def test_an_event_that_follows_from_nothing_is_found(event: object) -> None:
    tale = Tale().logged(held("ana")).told("ana")
    tale.log.append(Entry(3, 30, event))  # type: ignore[arg-type] # One of the union, by the list above.
    assert broken(tale.verdict()) == ["log-coherent"]


def test_time_that_goes_back_is_found() -> None:
    tale = Tale().logged(held("ana")).logged(held("bob"), at_ms=3).told("ana").told("bob")
    assert broken(tale.verdict()) == ["log-coherent"]


@pytest.mark.parametrize(("available", "waiting"), [(2, 0), (0, 0), (1, 1)])
def test_availability_that_differs_from_the_log_is_found(available: int, waiting: int) -> None:
    tale = Tale(quota=2).logged(held("ana")).told("ana").shown(version=2, available=available, waiting=waiting)
    assert broken(tale.verdict()) == ["availability-agrees"]


def test_an_entry_that_stays_goes_to_the_end_of_the_list_and_counts_once() -> None:
    tale = Tale(quota=1).logged(held("ana"), joined("bob"), released("ana"), offered("bob", expires_at_ms=50))
    tale.logged(released("bob", "expired"), joined("bob"), offered("bob", expires_at_ms=9_000), at_ms=60)
    assert tale.told("ana").told("bob", state="waiting").cancelled("ana").verdict().right is True


def test_nothing_acknowledged_is_no_verdict() -> None:
    verdict = Tale().put_off().verdict()
    assert verdict.right is None
    assert verdict.why_not


def test_a_wrong_log_is_wrong_even_when_nothing_was_acknowledged() -> None:
    assert Tale(quota=1).logged(held("ana", 2)).lost(2).verdict().right is False


def test_violations_are_bounded_in_words_and_counted_in_full() -> None:
    tale = Tale(quota=1).logged(*(held(f"r{number}") for number in range(100)))
    verdict = tale.verdict()
    assert verdict.counts["nothing-oversold"] == 99
    assert len([each for each in verdict.violations if each.rule == "nothing-oversold"]) == 20


def test_seats_are_named_by_type_and_number() -> None:
    assert seats(2) == (("general", 2),)
