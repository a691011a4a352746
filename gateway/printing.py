"""Documents are made beside the loop: badges in a process of their own, all else in one thread. Both are bounded."""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.documents.badges import Badge
from gateway.documents.printer import BadgePrinter, Busy, Failed
from gateway.problems import Problem
from gateway.workers import Workers

DOCUMENTS_WAITING_MAX: Final = 32
KNOWN_MAX: Final = 1_000  # conferences whose last badges are remembered

log = logging.getLogger(__name__)


class Progress(NamedTuple):
    """How many badges of how many are on paper."""

    done: int
    total: int


class Printing:
    """One gateway's desk. Loop thread only."""

    def __init__(self, printer: BadgePrinter | None = None) -> None:
        self.documents = Workers("documents", 1, DOCUMENTS_WAITING_MAX)
        self._printer = printer or BadgePrinter()
        self._progress: dict[str, Progress] = {}

    def progress(self, conference: str) -> Progress:
        """Of the badges that were asked for last; 0 of 0 when none were."""
        return self._progress.get(conference, Progress(0, 0))

    async def badges(self, conference: str, badges: Sequence[Badge]) -> bytes:
        """The badges as PDF. Raises ``Problem`` (busy) when too many wait, or the printing fails."""

        def note(done: int, total: int) -> None:
            self._progress[conference] = Progress(done, total)

        self._progress.pop(conference, None)
        if len(self._progress) >= KNOWN_MAX:
            del self._progress[next(iter(self._progress))]
        note(0, len(badges))
        printed = await self._printer.badges_pdf(badges, note)
        match printed:
            case bytes():
                return printed
            case Busy():
                raise Problem(
                    "busy", "Other badges are being printed. Try again shortly.", headers={"Retry-After": "5"}
                )
            case Failed(problem=problem):
                log.error("badges-not-printed", extra={"problem": problem})
                raise Problem("busy", "The badges could not be printed; it was logged. Try again.")

    def close(self) -> None:
        """Lets what is being made end."""
        self.documents.close()
