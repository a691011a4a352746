"""From draft to published, unpublished, cancelled and archived: every step from every state."""

from itertools import product

import pytest

from actors.conference.events import (
    ConferenceArchived,
    ConferenceCancelled,
    ConferenceEvent,
    ConferencePublished,
    ConferenceUnpublished,
)
from actors.messages.conference import Archive, CancelConference, ConferenceCommand, Publish, Unpublish
from tests.actors.conference.given import DRAFT, NOTHING, PUBLISHED, Given

PASTS: dict[str, Given] = {
    "draft": DRAFT,
    "published": PUBLISHED,
    "unpublished": PUBLISHED.given(ConferenceUnpublished()),
    "cancelled": PUBLISHED.given(ConferenceCancelled()),
    "archived": PUBLISHED.given(ConferenceArchived()),
}
STEPS: dict[str, tuple[ConferenceCommand, ConferenceEvent, set[str]]] = {
    "publish": (Publish(), ConferencePublished(), {"draft", "unpublished"}),
    "unpublish": (Unpublish(), ConferenceUnpublished(), {"published"}),
    "cancel": (CancelConference(), ConferenceCancelled(), {"draft", "published", "unpublished"}),
    "archive": (Archive(), ConferenceArchived(), {"draft", "published", "unpublished", "cancelled"}),
}


@pytest.mark.parametrize(("step", "state"), list(product(STEPS, PASTS)))
def test_each_step_is_taken_from_its_own_states_and_refused_from_the_others(step: str, state: str) -> None:
    command, event, allowed = STEPS[step]
    outcome = PASTS[state].when(command)
    if state in allowed:
        outcome.then(event)
    else:
        outcome.refused("wrong-state")


@pytest.mark.parametrize("state", PASTS)
def test_the_past_leads_to_the_state_that_it_is_named_for(state: str) -> None:
    assert PASTS[state].conference.state == state


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_by_what_was_never_created(step: str) -> None:
    NOTHING.when(STEPS[step][0]).refused("not-standing")
