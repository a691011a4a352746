"""A faster turn of Thespian's TCP transport: the same states and the same frames, with fewer system calls.

What is replaced, and why it may be:

- Thespian makes a new selector per turn and registers every socket; here one epoll
  lives as long as the transport. A socket is registered when it is made, and the kernel
  forgets it when it is closed; only sockets that are not simply read from (connecting,
  sending, pausing) are touched again.
- A sender passed through a turn that does nothing between its last byte and the
  wait for the acknowledgement; that turn is left out.
- Sizes were read 20 bytes at a time, which made two turns of each message; ``frames``
  reads what there is.
- An acknowledgement went out alone, before the message was handled; here the kernel
  holds it (``MSG_MORE``) until the answer goes the same way, and it is pushed out
  before the actor waits again. It still comes when the handler ends the process.
- Two that turned to each other at the same time had two connections, and closed the one
  on which the other was sending, which delayed that message by 35 s; here the second
  is kept and read. And with two connections, a message could overtake the one before;
  here the next starts when the one before has been acknowledged.
- Two that sent to each other on one connection more than the kernel buffers waited for
  each other; here a sender reads meanwhile.
- A wait for an acknowledgement was tried again, and then paused for 20 ms, whenever a
  second connection to the same peer was open; here only its own socket moves it.
"""

import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any

from thespian.system import systemCommon
from thespian.system.timing import currentTime
from thespian.system.transport import ReceiveEnvelope, SendStatus, TCPTransport

from actors.host.turns import epoll_of, register_new, run_with_expiry

tcp: Any = TCPTransport  # Thespian's types are partial, and its parts are replaced below.
common: Any = systemCommon
RETRY = timedelta(seconds=1)  # After a connection that ended before the acknowledgement; Thespian waits 35 s.


def install() -> None:
    """Replaces the parts in this process and all it forks; after ``frames.install``, before ``ActorSystem()``."""
    transport = tcp.TCPTransport
    for name, part in {
        "_runWithExpiry": run_with_expiry,
        "_addedDataToIncoming": _added_data_to_incoming,
        "_next_XMIT_1": _after_the_one_before(transport._next_XMIT_1),
        "_next_XMIT_2": _send_data(transport._next_XMIT_2),
        "_finishIntent": _keeping_the_other_for_intent(transport._finishIntent),
        "_finishIncoming": _keeping_the_other_for_incoming(transport._finishIncoming),
        "new_socket": _registered(transport.new_socket),
        "childResetFileNumList": _with_epoll(transport.childResetFileNumList),
        "_complete_expired_intents": _expired_only(transport._complete_expired_intents),
    }.items():
        setattr(transport, name, part)
    common.systemCommonBase._send_intent = _send_intent


def _send_intent(self: Any, intent: Any, _: object = None) -> None:
    """Without Thespian's limit on the rate of sends, which would put a process to sleep; and with earlier retries."""
    intent.transmit_retry_period = RETRY
    self._send_intent_to_transport(intent)


def _registered(new_socket: Any) -> Any:
    def new_registered_socket(self: Any, op: Any, *args: Any) -> Any:
        made = new_socket(self, op, *args)
        register_new(self, made[0] if isinstance(made, tuple) else made)
        return made

    return new_registered_socket


def _with_epoll(list_descriptors: Any) -> Any:
    def list_descriptors_and_epoll(self: Any) -> list[int]:
        """What a child closes first: it inherits the epoll too."""
        descriptors: list[int] = list_descriptors(self)
        return [*descriptors, self._epoll.fileno()] if "_epoll" in self.__dict__ else descriptors

    return list_descriptors_and_epoll


def _expired_only(complete: Any) -> Any:
    def complete_expired_intents(self: Any) -> tuple[int, bool]:
        """Sorts the queue only when something in it has expired."""
        queue = self._aTB_queuedPendingTransmits
        now = currentTime()
        if any(intent._quitTime._time_to_quit <= now for intent in queue):
            done: tuple[int, bool] = complete(self)
            return done
        return len(queue), False

    return complete_expired_intents


def _after_the_one_before(connect: Any) -> Any:
    def connect_after_the_one_before(self: Any, intent: Any) -> bool:
        target = intent.targetAddr.addressDetails.sockname
        for other in self._transmitIntents.values():
            if other is not intent and other.targetAddr.addressDetails.sockname == target:
                intent.awaitingTXSlot()
                return True
        return bool(connect(self, intent))

    return connect_after_the_one_before


def _send_data(send: Any) -> Any:
    def send_data_then_await(self: Any, intent: Any) -> bool:
        going_on: bool = send(self, intent)
        if "_epoll" in self.__dict__ and hasattr(intent, "socket"):
            self._corked.discard(intent.socket)
        if not going_on or intent.stage != self._XMITStepShutdownWrite:
            return going_on
        going_on = bool(self._next_XMIT_3(intent))
        early, intent.early = getattr(intent, "early", b""), b""
        return bool(self._check_XMIT_4_done(intent, early)) if early else going_on

    return send_data_then_await


def _keeping_the_other_for_intent(finish: Any) -> Any:
    def finish_intent(self: Any, intent: Any, status: Any = SendStatus.Sent) -> bool:
        if hasattr(intent, "socket"):
            _keep_other(self, intent.targetAddr, intent.socket)
        return bool(finish(self, intent, status))

    return finish_intent


def _keeping_the_other_for_incoming(finish: Any) -> Any:
    def finish_incoming(self: Any, incoming: Any, sender: Any) -> None:
        if incoming.fromAddress:
            _keep_other(self, incoming.fromAddress, incoming.socket)
        finish(self, incoming, sender)

    return finish_incoming


def _keep_other(self: Any, peer: Any, used: socket.socket) -> None:
    """Goes on reading from a second connection to the same peer, which may be sending on it."""
    other = self._openSockets.get(peer.addressDetails)
    if other is not None and other.socket is not used:
        del self._openSockets[peer.addressDetails]
        self._incomingSockets[other.socket.fileno()] = tcp.TCPIncomingPersistent(peer, other.socket)


def _added_data_to_incoming(self: Any, inc: Any, skipFinish: bool = False, has_exclusive_flag: bool = False) -> Any:
    """Takes a whole message: acknowledges it, queues it, and gives the socket back. None when done with it."""
    if not inc.receivedAllData():
        return inc
    try:
        (sender, message), extra = inc.data
    except Exception:  # Nothing of ours: ``data`` is None, or an acknowledgement where a message was due.
        with suppress(OSError):  # It is closed anyhow.
            inc.socket.send(tcp.ackDataErrMsg)
        inc.close()
        return None
    _acknowledge(self, inc.socket)
    inc.fromAddress = sender
    self._processReceivedEnvelope(ReceiveEnvelope(sender, message), has_exclusive_flag=has_exclusive_flag)
    if extra:  # No peer of ours sends on before it has the acknowledgement.
        inc.close()
    elif not skipFinish:
        self._finishIncoming(inc, sender)
    return None


def _acknowledge(self: Any, to: socket.socket) -> None:
    try:
        to.send(tcp.ackMsg, socket.MSG_MORE)
    except OSError:
        return  # The sender has gone; it will send again, which the receiver must bear.
    epoll_of(self)
    self._corked.add(to)
