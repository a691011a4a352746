"""One turn of the transport: what each socket waits for, what has come, and what is due.

See ``transport`` for why it replaces Thespian's. The functions take Thespian's
``TCPTransport`` and keep four attributes on it: ``_epoll``, ``_odd`` (descriptors that
are not simply read from), ``_corked`` (sockets with an acknowledgement that the kernel
holds) and ``_idle_check``.
"""

import select
import socket
from contextlib import suppress
from typing import Any

from thespian.actors import WatchMessage
from thespian.system import transport
from thespian.system.timing import currentTime
from thespian.system.transport import TCPTransport

stock: Any = transport  # Thespian's types are partial.
tcp: Any = TCPTransport
READ = select.EPOLLIN
WRITE = select.EPOLLOUT
PAUSED = 0
WAIT_S_MIN = 0.001  # A deadline that has passed is looked at again, but not in a busy loop.
IDLE_CHECK_S = 60.0
RECEIVE_BYTES = 2**18
EARLY_BYTES_MAX = 2**26  # Beyond any frame.


def epoll_of(self: Any) -> Any:
    """The transport's epoll, made with its first turn."""
    if "_epoll" not in self.__dict__:
        self._epoll = select.epoll()
        self._odd = {}
        self.__dict__.setdefault("_corked", set())
        self._idle_check = currentTime() + IDLE_CHECK_S
        self._epoll.register(self.socket, READ)
        for one in (*self._transmitIntents.values(), *self._incomingSockets.values(), *self._openSockets.values()):
            self._epoll.register(one.socket, READ)
    return self._epoll


def register_new(self: Any, made: socket.socket) -> None:
    """Has the epoll read from a socket that was just made."""
    if "_epoll" in self.__dict__:
        self._epoll.register(made, READ)


def push_acknowledgements(self: Any) -> None:
    """Sends the acknowledgements that no answer took along."""
    for corked in self._corked:
        with suppress(OSError):  # Closed meanwhile, which pushes too.
            corked.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Also pushes what is held.
    self._corked.clear()


def run_with_expiry(self: Any, handler: Any) -> Any:
    """Turns until the handler, the time or an abort ends it; results as Thespian's."""
    epoll_of(self)
    try:
        return _turns(self, handler)
    finally:
        push_acknowledgements(self)


def _turns(self: Any, handler: Any) -> Any:
    transmit_only = handler is stock.TransmitOnly or isinstance(handler, stock.TransmitOnly)
    if hasattr(self, "_aborting_run"):
        del self._aborting_run
    while not hasattr(self, "_aborting_run") or (
        self._aborting_run and (self._transmitIntents or self._waitingTransmits)
    ):
        if self.run_time.view().expired():
            break
        if transmit_only and not self._transmitIntents and not self._waitingTransmits:
            return 0
        if not transmit_only and (result := _deliver(self, handler)) is not None:
            return result
        epoll = epoll_of(self)
        wait_s = _arm(self, epoll, currentTime(), transmit_only)
        push_acknowledgements(self)
        events = epoll.poll(wait_s)
        pending = len(self._transmitIntents) + len(self._waitingTransmits)
        _handle_events(self, events, transmit_only)
        _handle_time(self, currentTime())
        finished, self._finished_intents = self._finished_intents, []
        for intent, status in finished:
            intent.tx_done(status)
        if not transmit_only and (result := _deliver(self, handler)) is not None:
            return result
        if events and transmit_only:
            left = len(self._transmitIntents) + len(self._waitingTransmits)
            if left < pending or left == 0:
                return left
    return stock.Thespian__Run_Terminated() if hasattr(self, "_aborting_run") else stock.Thespian__Run_Expired()


def _deliver(self: Any, handler: Any) -> Any:
    """Hands queued messages over; a result when the run is to end with it, else None."""
    while self._incomingEnvelopes:
        envelope = self._incomingEnvelopes.pop(0)
        if handler is None:
            return envelope
        result = stock.Thespian__Run_HandlerResult(handler(envelope))
        if not result:
            return result
    return None


def _arm(self: Any, epoll: Any, now: float, transmit_only: bool) -> float | None:
    """Has the epoll watch what each socket waits for; how many seconds to wait (None: until something comes)."""
    odd: dict[int, int] = {self.socket.fileno(): PAUSED} if transmit_only else {}
    dues = [] if self.run_time._time_to_quit is None else [self.run_time._time_to_quit]
    for descriptor, intent in self._transmitIntents.items():
        dues.append(intent._quitTime._time_to_quit)
        if hasattr(intent, "_pauseUntil") and intent.backoffPause():
            odd[descriptor] = PAUSED
            dues.append(intent._pauseUntil._time_to_quit)
        elif intent.stage != self._XMITStepWaitForAck:
            odd[descriptor] = WRITE | READ if _reads_early(self, intent) else WRITE
    for descriptor, incoming in self._incomingSockets.items():
        dues.append(incoming._expires._time_to_quit)
        if hasattr(incoming, "_pauseUntil") and incoming.backoffPause():
            odd[descriptor] = PAUSED
            dues.append(incoming._pauseUntil._time_to_quit)
    dues += [now + intent.delay(now).total_seconds() for intent in self._waitingTransmits]
    _watch_all(self, epoll, odd)
    return max(min(dues) - now, WAIT_S_MIN) if dues else None


def _watch_all(self: Any, epoll: Any, odd: dict[int, int]) -> None:
    """Brings the epoll in line, without trusting what it was told before: descriptors are reused."""
    for descriptor in self._odd.keys() - odd.keys():
        ours = descriptor in self._transmitIntents or descriptor in self._incomingSockets
        _watch(epoll, descriptor, READ, ours or descriptor == self.socket.fileno())
    for descriptor, events in odd.items():
        if events == PAUSED:  # A hang-up is reported whatever is watched for.
            with suppress(OSError):
                epoll.unregister(descriptor)
        else:
            _watch(epoll, descriptor, events, ours=True)
    self._odd = odd
    for descriptor in list(self._watches):
        try:
            _watch(epoll, descriptor, READ, ours=True)
        except OSError:  # The actor has closed what it had watched.
            self._watches.remove(descriptor)


def _watch(epoll: Any, descriptor: int, events: int, ours: bool) -> None:
    try:
        epoll.modify(descriptor, events)
    except OSError:  # Not known to the epoll; or closed, and then not ours any more.
        if ours:
            epoll.register(descriptor, events)


def _handle_events(self: Any, events: list[tuple[int, int]], transmit_only: bool) -> None:
    watched = []
    for descriptor, mask in events:
        if descriptor in self._incomingSockets:
            _receive(self, self._incomingSockets.pop(descriptor), descriptor)
        elif descriptor in self._transmitIntents:
            intent = self._transmitIntents[descriptor]
            if mask & READ and _reads_early(self, intent):
                _read_early(intent)
            if mask != READ or intent.stage == self._XMITStepWaitForAck:
                self._processIntents(descriptor)
        elif descriptor in self._watches:
            watched.append(descriptor)
        elif descriptor == self.socket.fileno():
            if not transmit_only:
                self._acceptNewIncoming()
        elif not _receive_on_idle(self, descriptor):
            _forget(self, descriptor)
    if watched and not transmit_only:
        self._incomingEnvelopes.append(stock.ReceiveEnvelope(self.myAddress, WatchMessage(watched)))


def _reads_early(self: Any, intent: Any) -> bool:
    """Whether to take what the peer sends while we still send; it is looked at after our last byte."""
    return (
        intent.stage == self._XMITStepSendData
        and intent.amtSent > 0
        and len(getattr(intent, "early", b"")) < EARLY_BYTES_MAX
        and not hasattr(intent, "ended")
    )


def _read_early(intent: Any) -> None:
    with suppress(OSError):  # Sending meets the same error, and handles it.
        if received := intent.socket.recv(RECEIVE_BYTES):
            intent.early = getattr(intent, "early", b"") + received
        else:
            intent.ended = True


def _forget(self: Any, descriptor: int) -> None:
    """Stops watching what nobody here has any more."""
    if "_epoll" not in self.__dict__:
        return  # Begun anew a moment ago.
    try:
        self._epoll.unregister(descriptor)
    except OSError:  # We have closed it, but a child that was forked before still has it: begin anew.
        self._epoll.close()
        del self._epoll


def _receive(self: Any, incoming: Any, descriptor: int) -> None:
    left = self._handlePossibleIncoming(incoming, descriptor, has_exclusive_flag=True)
    if left:
        self._incomingSockets[left.socket.fileno()] = left


def _receive_on_idle(self: Any, descriptor: int) -> bool:
    for key, idle in self._openSockets.items():
        if idle.socket.fileno() == descriptor:
            del self._openSockets[key]
            _receive(self, tcp.TCPIncomingPersistent(idle.rmtaddr, idle.socket), descriptor)
            return True
    return False


def _handle_time(self: Any, now: float) -> None:
    """Ends what took too long, and lets go on what waited for its time or for a free connection."""
    for descriptor, intent in list(self._transmitIntents.items()):
        if intent._quitTime._time_to_quit <= now:
            del self._transmitIntents[descriptor]
            self._finishIntent(intent, stock.SendStatus.Failed)
    for descriptor, incoming in list(self._incomingSockets.items()):
        if incoming._expires._time_to_quit <= now:
            del self._incomingSockets[descriptor]
            incoming.close()
    if self._waitingTransmits:
        waiting, self._waitingTransmits = self._waitingTransmits, []
        for intent in waiting:
            if not self._nextTransmitStepCheck(intent, -1):
                continue
            if hasattr(intent, "socket"):
                self._transmitIntents[intent.socket.fileno()] = intent
            else:
                self._waitingTransmits.append(intent)
    if self._idle_check <= now:
        self._idle_check = now + IDLE_CHECK_S
        for key, idle in list(self._openSockets.items()):
            if idle.expired():
                del self._openSockets[key]
                tcp._safeSocketShutdown(idle)
