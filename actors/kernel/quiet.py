"""The parts of a decider that a kind without deadlines, wishes or consultations leaves as they are."""

from collections.abc import Sequence
from typing import Any

from actors.kernel.decider import Wish


class Quiet:
    """Wants nothing, waits for nothing, consults nobody."""

    lifts: dict[str, Any] = {}  # noqa: RUF012 - the protocol's attribute, never changed in place
    wants_room: tuple[type, ...] = ()
    answers_from_state = False
    replies: Any = None

    def next_deadline_ms(self, state: Any) -> int:
        return 0

    def due(self, state: Any, now_ms: int, limit: int) -> list[Any]:
        return []

    def consult(self, state: Any, command: Any) -> Wish | None:
        return None

    def wishes(self, state: Any) -> Sequence[Wish]:
        return ()

    def granted(self, state: Any, wish: Wish, reply: Any) -> Any | None:
        return None
