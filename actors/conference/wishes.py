"""What a conference wants of its inventory: that its configuration be in force, and leave to lower a quota."""

from actors.conference.configuration import configuration, cuts
from actors.conference.state import Conference
from actors.kernel.decider import Wish
from actors.messages.conference import ConferenceCommand
from actors.messages.seats import Configure


def wishes(conference: Conference) -> tuple[Wish, ...]:
    """The configuration as of the last event, in force before anyone is answered; none before the first publication.

    The inventory keeps the newest it was sent, so each life of the conference may send it again.
    """
    if not conference.ever_published:
        return ()
    command = Configure(configuration(conference))
    return (Wish("configure", conference.version, _inventory(conference), command, before_answers=True, fresh=True),)


def consult(conference: Conference, command: ConferenceCommand) -> Wish | None:
    """The cut that the inventory must grant before a lower quota is recorded; asked anew each time."""
    cut = cuts(conference, command)
    if cut is None:
        return None
    return Wish(f"cut/{cut.seat_type}/{cut.quota}", conference.version, _inventory(conference), cut, fresh=True)


def _inventory(conference: Conference) -> str:
    return f"seats-{conference.conference}"
