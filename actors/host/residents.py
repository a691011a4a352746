"""Who lives where: the directory's rules, free of Thespian and of the clock.

A stream's entity is starting, awake, closing (asked to sleep) or lingering (its log is
closed; it tells late senders so until all have let go of it). At most one process has a
stream's log open; the log's own epoch and lock are the fence. Every method returns what
is to be done, in order. Times are monotonic milliseconds.
"""

from collections import OrderedDict

from actors.host.lives import Create, Effect, Exit, Kill, Phase, Resident, Send, Wake
from actors.messages.lifecycle import (
    Asleep,
    Closing,
    Damaged,
    Deadline,
    Opened,
    Ping,
    Ready,
    Released,
    Sleep,
    Suspect,
    Unopened,
)

LINGER_MS = 2_000  # a late sender that has not let go by then is told nothing more
START_MS = 20_000  # an entity that has not opened its log by then is replaced
SILENT_MS = 10_000  # a suspect that answers no ping for so long is replaced
DAMAGED_MS = 1_000  # so long a stream that can't be opened is not tried again
LIVES_PER_AWAKE_MAX = 2  # processes, of any phase, for each that may be awake: a burst of askers waits beyond that
CRASHES_MAX = 5  # in a row and without a Ready: then the next start waits for CRASH_PAUSE_MS
CRASH_PAUSE_MS = 1_000


class Residents:
    """All lives of one node. ``awake_max`` is kept by putting the least recently used to sleep."""

    def __init__(self, awake_max: int, idle_ms: int) -> None:
        self._awake_max, self._idle_ms = awake_max, idle_ms
        self._lives = 0
        self._by_life: dict[int, Resident] = {}
        self._home: OrderedDict[str, Resident] = OrderedDict()  # starting, awake or closing; least recently used first
        self._used_ms: dict[str, int] = {}
        self._wanted: dict[str, tuple[set[str], bool]] = {}  # asked for while closing, or waiting for a pause to end
        self._crashes: dict[str, int] = {}
        self._not_before_ms: dict[str, int] = {}
        self._damaged: dict[str, tuple[int, Damaged]] = {}
        self._settled: dict[str, int] = {}  # Of those asleep: the version at which they wanted nothing of others.
        self.draining = False

    def counts(self) -> dict[str, int]:
        """How many lives stand in each phase, for the metrics."""
        counts = {phase.name.lower(): 0 for phase in Phase}
        for resident in self._by_life.values():
            counts[resident.phase.name.lower()] += 1
        return counts

    def addresses(self) -> list[tuple[str, int, str]]:
        """Stream, epoch and address of everyone awake."""
        return [(r.stream, r.epoch, r.address) for r in self._home.values() if r.phase is Phase.AWAKE]

    def open(self, stream: str, asker: str, create: bool, now_ms: int) -> list[Effect]:
        """Somebody wants to talk to a stream."""
        if self.draining:
            return [Send(asker, Unopened(stream, False, "the system is stopping"))]
        resident = self._home.get(stream)
        if resident is None:
            damaged = self._damaged.get(stream)
            if damaged is not None and now_ms - damaged[0] < DAMAGED_MS and not (create and damaged[1].unknown):
                return [Send(asker, Unopened(stream, damaged[1].unknown, damaged[1].problem))]
            self._want(stream, asker, create)
            return self._start(stream, now_ms)
        self._touch(stream, now_ms)
        if resident.phase is Phase.CLOSING:
            self._want(stream, asker, create)
            return []
        resident.askers.add(asker)
        if resident.phase is Phase.AWAKE:
            return [Send(asker, Opened(stream, resident.epoch, resident.address))]
        return []

    def ready(self, life: int, ready: Ready, address: str, now_ms: int) -> list[Effect]:
        """An entity serves: news for all who asked; or it answered a ping."""
        resident = self._by_life.get(life)
        if resident is None:
            return []
        if resident.phase is Phase.AWAKE and resident.suspect_ms is not None:
            resident.suspect_ms = None
            return self._news(resident)
        if resident.phase is not Phase.STARTING:
            return []
        resident.phase, resident.since_ms = Phase.AWAKE, now_ms
        resident.epoch, resident.address, resident.pid = ready.epoch, address, ready.pid
        self._crashes.pop(resident.stream, None)
        self._damaged.pop(resident.stream, None)
        self._touch(resident.stream, now_ms)
        return self._news(resident)

    def damaged(self, life: int, damaged: Damaged, now_ms: int) -> list[Effect]:
        """A stream can't be opened: whoever asked is told why, nothing else stops."""
        resident = self._by_life.get(life)
        if resident is None:
            return []
        self._leave(resident)
        self._damaged[resident.stream] = (now_ms, damaged)
        self._crashes.pop(resident.stream, None)
        resident.phase, resident.since_ms = Phase.LINGERING, now_ms
        news = Unopened(resident.stream, damaged.unknown, damaged.problem)
        return [*(Send(asker, news) for asker in sorted(resident.askers)), Exit(life)]

    def exited(self, life: int, now_ms: int) -> list[Effect]:
        """A process has ended. If somebody may still send to it, the next life begins at once."""
        resident = self._by_life.pop(life, None)
        if resident is not None and resident.address:
            self.forget_asker(resident.address)  # Entities ask for others; nobody is to write to the dead.
        if resident is None or resident.phase is Phase.LINGERING:
            return self._start_waiting(now_ms)
        stream = resident.stream
        self._leave(resident)
        crashes = self._crashes[stream] = self._crashes.get(stream, 0) + 1
        if crashes > CRASHES_MAX:
            self._not_before_ms[stream] = now_ms + CRASH_PAUSE_MS
        for asker in resident.askers:
            self._want(stream, asker, resident.create and resident.phase is Phase.STARTING)
        return self._start(stream, now_ms) if stream in self._wanted else self._start_waiting(now_ms)

    def born(self, life: int, pid: int) -> None:
        """The process of that life is this one: what to kill when it never reports."""
        if (resident := self._by_life.get(life)) is not None:
            resident.pid = pid

    def asleep(self, life: int, asleep: Asleep, now_ms: int) -> list[Effect]:
        """An entity closed its log: late senders are told to let go, and whoever asked meanwhile gets the next life."""
        resident = self._by_life.get(life)
        if resident is None or resident.phase is not Phase.CLOSING:
            return []
        self._leave(resident)
        resident.phase, resident.since_ms = Phase.LINGERING, now_ms
        self._settled[resident.stream] = asleep.settled_version
        news = Closing(resident.stream, resident.epoch)
        effects: list[Effect] = [Send(asker, news) for asker in sorted(resident.askers)]
        if asleep.next_deadline_ms and not self.draining:
            effects.append(Wake(Deadline(resident.stream, resident.epoch, asleep.next_deadline_ms)))
        if not resident.askers:
            effects.append(Exit(life))
        if resident.stream in self._wanted:
            effects += self._start(resident.stream, now_ms)
        return effects

    def released(self, released: Released) -> list[Effect]:
        """An asker has let go of a lingering life."""
        for resident in self._by_life.values():
            if resident.phase is Phase.LINGERING and resident.stream == released.stream:
                if resident.epoch != released.epoch:
                    continue
                resident.askers.discard(released.asker)
                return [] if resident.askers else [Exit(resident.life)]
        return []

    def used(self, streams: list[str], now_ms: int) -> None:
        """These streams were sent to lately."""
        for stream in streams:
            if stream in self._home:
                self._touch(stream, now_ms)

    def suspect(self, suspect: Suspect, now_ms: int) -> list[Effect]:
        """An entity did not answer in time: ask it. Who speaks of an earlier life has missed the news of this one."""
        resident = self._home.get(suspect.stream)
        if resident is None or resident.phase is not Phase.AWAKE or resident.epoch != suspect.epoch:
            return self.open(suspect.stream, suspect.asker, False, now_ms)
        resident.askers.add(suspect.asker)
        if resident.suspect_ms is None:
            resident.suspect_ms = now_ms
            return [Send(resident.address, Ping(resident.stream, resident.epoch))]
        return []

    def forget_asker(self, asker: str) -> None:
        """An asker has died: nobody waits for it."""
        for resident in self._by_life.values():
            resident.askers.discard(asker)
        for askers, _ in self._wanted.values():
            askers.discard(asker)

    def tick(self, now_ms: int) -> list[Effect]:
        """Once a second: idle ones and those too many go to sleep; stuck ones are killed; lingering and pauses end."""
        effects: list[Effect] = []
        for resident in list(self._by_life.values()):
            age_ms = now_ms - resident.since_ms
            if resident.phase is Phase.LINGERING and age_ms >= LINGER_MS:
                resident.since_ms = now_ms
                effects.append(Exit(resident.life))
            elif resident.phase in (Phase.STARTING, Phase.CLOSING) and age_ms >= START_MS:
                resident.since_ms = now_ms
                effects.append(Kill(resident.life, resident.pid))
            elif resident.suspect_ms is not None and now_ms - resident.suspect_ms >= SILENT_MS:
                resident.suspect_ms = None
                effects.append(Kill(resident.life, resident.pid))
        for stream, resident in list(self._home.items()):
            if now_ms - self._used_ms[stream] < self._idle_ms:
                break
            effects += self._sleep(resident, now_ms)
        while len(more := self._make_room(now_ms, spare=0)):  # A burst of starts found nobody awake to put to sleep.
            effects += more
        for stream in [s for s, at_ms in self._not_before_ms.items() if at_ms <= now_ms]:
            del self._not_before_ms[stream]
        for stream in [s for s, (at_ms, _) in self._damaged.items() if now_ms - at_ms >= DAMAGED_MS]:
            del self._damaged[stream]
        return effects + self._start_waiting(now_ms)

    def drain(self, now_ms: int) -> list[Effect]:
        """The system stops: everybody goes to sleep, nobody is woken."""
        self.draining = True
        self._wanted.clear()
        return [effect for resident in list(self._home.values()) for effect in self._sleep(resident, now_ms)]

    def drained(self) -> bool:
        """Whether no log is open any more."""
        return self.draining and not self._home

    def _news(self, resident: Resident) -> list[Effect]:
        news = Opened(resident.stream, resident.epoch, resident.address)
        return [Send(asker, news) for asker in sorted(resident.askers)]

    def _want(self, stream: str, asker: str, create: bool) -> None:
        askers, created = self._wanted.get(stream, (set(), False))
        askers.add(asker)
        self._wanted[stream] = (askers, create or created)

    def _start_waiting(self, now_ms: int) -> list[Effect]:
        """Starts whom a pause or the number of processes has kept waiting."""
        effects: list[Effect] = []
        for stream in [stream for stream in self._wanted if stream not in self._home]:
            if self._full():
                break
            effects += self._start(stream, now_ms)
        return effects

    def _full(self) -> bool:
        return len(self._by_life) >= LIVES_PER_AWAKE_MAX * self._awake_max

    def _start(self, stream: str, now_ms: int) -> list[Effect]:
        if stream in self._not_before_ms or self.draining:
            return []
        effects = self._make_room(now_ms, spare=1)
        if self._full():
            return effects
        askers, create = self._wanted.pop(stream)
        self._lives += 1
        resident = Resident(stream, self._lives, now_ms, create)
        resident.askers = askers
        self._by_life[self._lives] = self._home[stream] = resident
        self._touch(stream, now_ms)
        return [Create(stream, self._lives, create, self._settled.pop(stream, 0)), *effects]

    def _make_room(self, now_ms: int, spare: int) -> list[Effect]:
        """Puts the least recently used to sleep when there would not be ``spare`` places left."""
        serving = sum(resident.phase is not Phase.CLOSING for resident in self._home.values())
        if serving + spare <= self._awake_max:
            return []
        oldest = next((r for r in self._home.values() if r.phase is Phase.AWAKE), None)
        return [] if oldest is None else self._sleep(oldest, now_ms)

    def _sleep(self, resident: Resident, now_ms: int) -> list[Effect]:
        if resident.phase is not Phase.AWAKE:
            return []
        resident.phase, resident.since_ms = Phase.CLOSING, now_ms
        return [Send(resident.address, Sleep(resident.stream, resident.epoch))]

    def _leave(self, resident: Resident) -> None:
        if self._home.get(resident.stream) is resident:
            del self._home[resident.stream], self._used_ms[resident.stream]

    def _touch(self, stream: str, now_ms: int) -> None:
        self._used_ms[stream] = now_ms
        self._home.move_to_end(stream)
