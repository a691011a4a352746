"""What a conference answers."""

import pytest
from msgspec.structs import replace

from actors.conference.events import ConferencePublished, SeatTypeAdded, SeatTypeEdited, SeatTypeRetired
from actors.conference.kind import CONFERENCE
from actors.messages.conference import (
    ConferenceStands,
    DetailsChanges,
    EditConference,
    EditSeatType,
    RetireSeatType,
    SeatTypeChanges,
    SeatTypeStands,
)
from tests.actors.conference.given import CREATED, DETAILS, DRAFT, GENERAL, PUBLISHED, Given


def test_a_created_conference_answers_as_a_draft() -> None:
    state = Given(CREATED).conference
    assert CONFERENCE.answer(state, [CREATED], 1) == ConferenceStands(
        "c000000000001", "o1", "pycon", "draft", DETAILS, (), 1
    )


def test_a_step_answers_the_whole_conference() -> None:
    answer = CONFERENCE.answer(PUBLISHED.conference, [ConferencePublished()], 3)
    assert answer == ConferenceStands("c000000000001", "o1", "pycon", "published", DETAILS, (GENERAL,), 3)


def test_a_seat_type_command_answers_the_seat_type_with_its_conferences_version() -> None:
    assert CONFERENCE.answer(DRAFT.conference, [SeatTypeAdded(GENERAL)], 2) == SeatTypeStands(
        "c000000000001", GENERAL, 2
    )
    edited = SeatTypeEdited(GENERAL.id, SeatTypeChanges(quota=7))
    assert CONFERENCE.answer(DRAFT.given(edited).conference, [edited], 3).seat_type == replace(GENERAL, quota=7)
    retired = SeatTypeRetired(GENERAL.id)
    assert CONFERENCE.answer(DRAFT.given(retired).conference, [retired], 3).seat_type == replace(GENERAL, retired=True)


def test_a_command_without_effect_answers_what_stands() -> None:
    state = DRAFT.conference
    for command in (EditSeatType(2, GENERAL.id, SeatTypeChanges()), RetireSeatType(2, GENERAL.id)):
        assert CONFERENCE.unchanged(state, command, 2) == SeatTypeStands("c000000000001", GENERAL, 2)
    assert CONFERENCE.unchanged(state, EditConference(2, DetailsChanges()), 2) == ConferenceStands(
        "c000000000001", "o1", "pycon", "draft", DETAILS, (GENERAL,), 2
    )


def test_an_answer_from_another_version_than_asked_for_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        CONFERENCE.answer(PUBLISHED.conference, [SeatTypeAdded(GENERAL)], 2)


def test_a_conference_has_no_deadlines() -> None:
    assert CONFERENCE.next_deadline_ms(PUBLISHED.conference) == 0
    assert CONFERENCE.due(PUBLISHED.conference, 10**15, 100) == []
