"""After the load: learn the truth about what is unknown, read the logs, judge, and tidy up."""

import asyncio
from collections.abc import Callable, Sequence

from gateway.loadtest.answers import read_into
from gateway.loadtest.caller import Caller, Stopped
from gateway.loadtest.client import Lost, Unreachable
from gateway.loadtest.feed import Entry
from gateway.loadtest.framing import Garbage
from gateway.loadtest.history import Call, History
from gateway.loadtest.installation import Installation, NotAllowed
from gateway.loadtest.venues import Venue
from gateway.loadtest.verdict import Judge, Verdict

RESOLVE_S_MAX = 15.0
RESOLVERS = 16


class Hurried(Exception):
    """The user does not want to wait for the verdict."""


class Closing:
    """The end of a run; ``hurry`` says whether the user has lost patience."""

    def __init__(
        self,
        installation: Installation,
        history: History,
        new_caller: Callable[[], Caller],
        say: Callable[[str], None],
        hurry: Callable[[], bool],
    ) -> None:
        self._installation = installation
        self._history = history
        self._new_caller = new_caller
        self._say = say
        self._hurry = hurry

    async def judge(self, venues: Sequence[Venue], punctual: bool, keep: bool) -> Verdict:
        """The verdict, or why there is none."""
        try:
            await self._resolve()
            for call in self._history.calls:
                read_into(call)
            verdict = await self._hear(venues, punctual)
            if not keep:
                for venue in venues:
                    await self._installation.withdraw(venue)
        except (Unreachable, Lost, NotAllowed, Garbage) as problem:
            return Verdict(None, why_not=f"the log could not be read: {problem}")
        except Hurried:
            return Verdict(None, why_not="it was left out by a second Ctrl-C")
        return verdict

    async def _resolve(self) -> None:
        """Ask again, with its key, whatever was lost: the answer is the truth."""
        settled = {(call.operation, call.key) for call in self._history.calls if call.outcome in ("done", "refused")}
        open_calls = {
            (call.operation, call.key): call
            for call in self._history.calls
            if call.outcome == "unknown" and (call.operation, call.key) not in settled
        }
        if not open_calls:
            return
        self._say(f"asking again about {len(open_calls)} requests whose answer was lost")
        left = list(open_calls.values())
        try:
            async with asyncio.timeout(RESOLVE_S_MAX):
                await asyncio.gather(*(self._ask_again(left) for _ in range(min(RESOLVERS, len(left)))))
        except TimeoutError:
            self._say(f"{len(left)} of them stay unknown")

    async def _ask_again(self, left: list[Call]) -> None:
        caller = self._new_caller()
        try:
            while left and not self._hurry():
                call = left.pop()
                if call.wish is None:
                    continue
                try:
                    again = await caller.reserve(call.wish, call.key, 0, measured=False)
                except Stopped:
                    return
                if again.outcome in ("unknown", "put_off"):
                    left.append(call)
                    await asyncio.sleep(0.5)
        finally:
            caller.cut()

    async def _hear(self, venues: Sequence[Venue], punctual: bool) -> Verdict:
        judge = Judge(self._history, punctual)
        for venue in venues:
            shown = await self._installation.availability(venue)
            if shown is not None:
                self._history.sample(shown.sample(venue.index))
            entries: list[Entry] = []
            async for entry in self._installation.read_log(venue):
                entries.append(entry)
                if len(entries) % 20_000 == 0:
                    self._say(f"{len(entries)} events of {venue.slug} read")
                if self._hurry():
                    raise Hurried
            judge.hear(venue, entries)
        return judge.verdict(acknowledged=any(call.outcome == "done" for call in self._history.calls))
