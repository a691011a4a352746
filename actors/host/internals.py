"""What this product presumes about the insides of Thespian 4.0.1, checked before anything starts.

The security patch (``frames``), the process ties (``lifecycle``) and the faster turn (``transport``) replace parts that
Thespian does not promise to keep. ``check`` names the first presumption that does not
hold, in one sentence, instead of starting a system that is open to forged frames.
"""

import importlib
import inspect
import logging
import os
import sys
from importlib import metadata
from typing import Any

VERSION = "4.0.1"
ENVIRONMENT_READER = "thespian.system.transport.asyncTransportBase"  # the module that reads it, once, at import
TRANSMIT_TIMEOUT_MS = 300_000
SILENT = logging.CRITICAL + 1

TRANSPORT = "thespian.system.transport"
COMMON = "thespian.system.multiprocCommon"
# Where, what, and the names of the parameters (None: only that it is there).
PRESUMED: tuple[tuple[str, str, tuple[str, ...] | None], ...] = (
    (f"{TRANSPORT}.TCPTransport", "serializer", None),
    (f"{TRANSPORT}.TCPTransport", "ackMsg", None),
    (f"{TRANSPORT}.TCPTransport", "ackDataErrMsg", None),
    (f"{TRANSPORT}.TCPTransport", "ReceiveBuffer", ("serializer",)),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._addedDataToIncoming", ("inc", "skipFinish", "has_exclusive_flag")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._runWithExpiry", ("incomingHandler",)),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._next_XMIT_2", ("intent",)),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._next_XMIT_3", ("intent",)),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._nextTransmitStepCheck", ("intent", "fileno", "closed")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._processIntents", ("filedesc", "closed")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._finishIntent", ("intent", "status")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._finishIncoming", ("incomingSocket", "fromRealAddr")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._processReceivedEnvelope", ("envelope", "has_exclusive_flag")),
    (
        f"{TRANSPORT}.TCPTransport",
        "TCPTransport._handlePossibleIncoming",
        ("incomingSocket", "fileno", "closed", "has_exclusive_flag"),
    ),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._acceptNewIncoming", ()),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport.new_socket", ("op", "args", "kw")),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport.childResetFileNumList", ()),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._XMITStepShutdownWrite", None),
    (f"{TRANSPORT}.TCPTransport", "TCPTransport._XMITStepWaitForAck", None),
    (f"{TRANSPORT}.TCPTransport", "TCPIncomingPersistent", ("rmtAddr", "baseSock", "rcvBuf")),
    (f"{TRANSPORT}.TCPTransport", "_safeSocketShutdown", ("sock",)),
    (f"{TRANSPORT}.asyncTransportBase", "asyncTransportBase._complete_expired_intents", ()),
    ("thespian.system.systemCommon", "systemCommonBase._send_intent", ("intent", "curtime")),
    ("thespian.system.systemCommon", "systemCommonBase._send_intent_to_transport", ("intent",)),
    (f"{TRANSPORT}.streamBuffer", "toSendBuffer", ("A", "ser")),
    (f"{TRANSPORT}.streamBuffer", "ackPacket", None),
    (f"{TRANSPORT}.streamBuffer", "ackDataErrPacket", None),
    (f"{TRANSPORT}.streamBuffer", "ReceiveBuffer.addMore", ("buf",)),
    (f"{TRANSPORT}.streamBuffer", "ReceiveBuffer.isDone", ()),
    (f"{TRANSPORT}.streamBuffer", "ReceiveBuffer.completed", ()),
    (f"{TRANSPORT}.IPBase", "thisSystem.add_local_addr", ("newaddr",)),
    (f"{TRANSPORT}.IPBase", "IPActorAddress.bindArgs", None),
    (f"{TRANSPORT}.IPBase", "TCPv4ActorAddress", ("initialIPAddr", "initialIPPort", "external")),
    (TRANSPORT, "ReceiveEnvelope.identify", ()),
    (TRANSPORT, "TransmitIntent.identify", ()),
    (f"{TRANSPORT}.asyncTransportBase", "MAX_PENDING_TRANSMITS", None),
    (COMMON, "MultiProcAdmin.run", ()),
    (COMMON, "startChild", None),
    (COMMON, "startupASLogger", None),
    (COMMON, "set_signal_handler", None),
    (COMMON, "checkActorCapabilities", ("actorClass", "capabilities", "requirements", "sourceHashLoader")),
    (COMMON, "ThespianLogForwarder", ("toAddr", "transport", "logLevel")),
    ("thespian.system.systemCommon", "RATE_THROTTLE", None),
    ("thespian.system.utilis", "thesplog_control", ("baseLevel", "useLogging", "tmpFileMaxSize")),
)


class Incompatible(Exception):
    """The installed Thespian is not the one that the patches were written for; the text is one sentence."""


def prepare_environment(pending_transmits_max: int, host: str, transmit_timeout_ms: int = TRANSMIT_TIMEOUT_MS) -> None:
    """Sets the variables that Thespian reads when it is imported; call it before anything imports it.

    ``pending_transmits_max`` must exceed the number of actors that one process sends
    to: at that many unacknowledged sends a process goes mute. ``host`` is what
    addresses say and what is bound. After ``transmit_timeout_ms`` (rounded down to
    seconds) a send is given up silently. Raises ``Incompatible`` when Thespian was
    imported before with other values.
    """
    minutes, seconds = divmod(transmit_timeout_ms // 1000, 60)
    wanted = {
        "THESPIAN_MAX_PENDING_TRANSMITS": str(pending_transmits_max),
        "THESPIAN_TRANSMIT_TIMEOUT_PERIOD": f"{minutes}:{seconds:02d}",
        "THESPIAN_BASE_IPADDR": host,
        "THESPLOG_FILE_MAXSIZE": "0",
        "THESPLOG_THRESHOLD": "CRITICAL",
    }
    late = [name for name, value in wanted.items() if os.environ.get(name) != value]
    if late and ENVIRONMENT_READER in sys.modules:
        raise Incompatible(f"Thespian was imported before {late[0]} was set")
    os.environ.update(wanted)


def check() -> None:
    """Raises ``Incompatible`` unless Thespian is exactly the version, and has exactly the parts, that are patched."""
    installed = metadata.version("thespian")
    if installed != VERSION:
        raise Incompatible(f"Thespian {VERSION} is required, but {installed} is installed")
    for module, path, parameters in PRESUMED:
        _check_part(module, path, parameters)
    common: Any = importlib.import_module(COMMON)
    if common.get_multiproc_context({}).get_start_method() != "fork":
        raise Incompatible("Thespian does not start processes by fork here")


def _check_part(module: str, path: str, parameters: tuple[str, ...] | None) -> None:
    part: Any = importlib.import_module(module)
    for name in path.split("."):
        part = getattr(part, name, None)
        if part is None:
            raise Incompatible(f"Thespian {VERSION} has no {module}.{path}, which a patch relies on")
    if parameters is None:
        return
    found = tuple(name for name in inspect.signature(part).parameters if name != "self")
    if found != parameters:
        raise Incompatible(f"{module}.{path} takes ({', '.join(found)}) instead of ({', '.join(parameters)})")


def quiet() -> None:
    """Turns Thespian's own log file off, and what it computes for it on every message: the text of the message.

    That text would also carry people's names into a log.
    """
    transport: Any = importlib.import_module(TRANSPORT)
    utilis: Any = importlib.import_module("thespian.system.utilis")
    common: Any = importlib.import_module("thespian.system.systemCommon")
    utilis.thesplog_control(SILENT, False, 0)
    transport.ReceiveEnvelope.identify = lambda _: "ReceiveEnvelope"
    transport.TransmitIntent.identify = lambda _: "TransmitIntent"
    common.RATE_THROTTLE = sys.maxsize  # Else a process that sends often is put to sleep for 0.1 s.
