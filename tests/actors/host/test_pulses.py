"""Services are asked whether they live, and missed when they do not answer."""

from actors.host.pulses import ASK_EVERY_MS, SILENT_MS, Pulses

ROLES = ["timer", "projector"]


def test_each_service_is_asked_now_and_then() -> None:
    pulses = Pulses()
    assert pulses.turn(ROLES, 0) == (ROLES, [])
    assert pulses.turn(ROLES, ASK_EVERY_MS - 1) == ([], [])
    assert pulses.turn(ROLES, ASK_EVERY_MS) == (ROLES, [])


def test_one_that_answers_no_question_for_long_is_missed() -> None:
    pulses = Pulses()
    for now_ms in range(0, SILENT_MS, 1_000):
        assert pulses.turn(ROLES, now_ms).kill == []
        pulses.heard("projector")
    assert pulses.turn(ROLES, SILENT_MS).kill == ["timer"]


def test_a_lost_question_or_answer_harms_nobody() -> None:
    pulses = Pulses()
    for now_ms in range(0, 10 * SILENT_MS, ASK_EVERY_MS):
        if now_ms % (2 * ASK_EVERY_MS):
            pulses.heard("timer")
        assert pulses.turn(["timer"], now_ms).kill == []


def test_a_successor_owes_nothing_of_what_the_one_before_it_was_asked() -> None:
    pulses = Pulses()
    pulses.turn(ROLES, 0)
    pulses.heard("timer")
    pulses.turn(["projector"], 1_000)
    assert pulses.turn(ROLES, SILENT_MS).kill == ["projector"]
    assert pulses.turn(ROLES, SILENT_MS + 1).kill == ["projector"]
