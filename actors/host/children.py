"""The processes that the directory has created: by life (a number) or role, their addresses and process ids."""

from collections.abc import Callable, Iterator

from thespian.actors import ActorAddress

from actors.host.leash import has_ended, own_children
from actors.messages.addresses import NotYetKnown, text_of

Who = int | str


class Children:
    """Who lives, as far as the directory has seen to it."""

    def __init__(self) -> None:
        self._addresses: dict[Who, ActorAddress] = {}
        self._pids: dict[Who, int] = {}

    def __contains__(self, who: object) -> bool:
        return who in self._addresses

    def __getitem__(self, who: Who) -> ActorAddress:
        return self._addresses[who]

    def create(self, who: Who, make: Callable[[], ActorAddress]) -> ActorAddress:
        """Has ``make`` create the process and keeps whose it is."""
        before = own_children()
        child = self._addresses[who] = make()
        self._pids[who] = next(iter(own_children() - before), 0)
        return child

    def pid(self, who: Who) -> int:
        """The process id; 0 when it could not be told."""
        return self._pids[who]

    def entities(self) -> Iterator[ActorAddress]:
        """All lives of entities, also those that have not reported yet."""
        return (address for who, address in self._addresses.items() if isinstance(who, int))

    def who(self, child: ActorAddress) -> Who | None:
        """Whose address this is."""
        text = _text(child)
        for who, address in self._addresses.items():
            if address == child or (text and text == _text(address)):
                return who
        return None

    def missing(self) -> list[Who]:
        """Those that have ended: of two that end at once, Thespian may report one."""
        return [who for who, pid in self._pids.items() if pid and has_ended(pid)]

    def forget(self, who: Who) -> None:
        """It has ended."""
        del self._addresses[who], self._pids[who]


def _text(address: ActorAddress) -> str:
    try:
        return text_of(address)
    except NotYetKnown:
        return ""
