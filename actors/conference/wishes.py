"""What a conference wants of others: that its configuration be in force there, and the inventory's leave for cuts."""

from actors.conference.configuration import configuration, cuts, order_terms
from actors.conference.state import Conference
from actors.kernel.decider import Wish
from actors.messages.conference import ConferenceCommand
from actors.messages.orders import ConfigureOrders
from actors.messages.seats import Configure


def wishes(conference: Conference) -> tuple[Wish, ...]:
    """The configuration as of the last event, in force before anyone is answered; none before the first publication.

    Inventory and orders keep the newest they were sent, so each life of the conference may send it again.
    """
    if not conference.ever_published:
        return ()
    version, orders = conference.version, f"orders-{conference.conference}"
    seats = Configure(configuration(conference))
    return (
        Wish("configure", version, _inventory(conference), seats, before_answers=True, fresh=True),
        Wish(
            "configure-orders",
            version,
            orders,
            ConfigureOrders(order_terms(conference)),
            before_answers=True,
            fresh=True,
        ),
    )


def consult(conference: Conference, command: ConferenceCommand) -> Wish | None:
    """The cut that the inventory must grant before a lower quota is recorded; asked anew each time."""
    cut = cuts(conference, command)
    if cut is None:
        return None
    return Wish(f"cut/{cut.seat_type}/{cut.quota}", conference.version, _inventory(conference), cut, fresh=True)


def _inventory(conference: Conference) -> str:
    return f"seats-{conference.conference}"
