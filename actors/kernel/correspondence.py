"""One entity's commands to others: sent until answered, one batch on its way per stream.

Pure bookkeeping in monotonic milliseconds; the actor carries what ``outgoing`` returns.
An answer is matched by stream, epoch and number, since messages may be lost, repeated or late.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

from msgspec import Raw

from actors.kernel.decider import Wish
from actors.messages.codec import encode
from actors.messages.envelopes import KEY_BYTES, Answers, Batch, Item
from actors.messages.lifecycle import Open, Opened

AGAIN_AFTER_MS = 2_000
OPEN_WISHES_MAX = 10_000


class Outgoing(NamedTuple):
    """Bytes for an address; ``None`` means the directory."""

    address: str | None
    message: Open | Batch


class _Letter:
    __slots__ = ("item", "wish")

    def __init__(self, wish: Wish, item: Item) -> None:
        self.wish, self.item = wish, item


class _Peer:
    __slots__ = ("address", "asked_ms", "epoch", "found", "number", "sent_ms", "silent", "under_way", "waiting")

    def __init__(self) -> None:
        self.address: str | None = None
        self.epoch = self.number = 0
        self.silent = self.found = False  # It owes an answer for long; the directory has said where it lives since.
        self.asked_ms = self.sent_ms = -AGAIN_AFTER_MS
        self.under_way: list[_Letter] = []
        self.waiting: list[_Letter] = []


class Correspondence:
    """All open wishes of one entity. ``me`` is its stream, ``address`` where its answers are to go."""

    def __init__(self, me: str, address: str, batch_items_max: int) -> None:
        self._me, self._address, self._batch_items_max = me, address, batch_items_max
        self._peers: dict[str, _Peer] = {}
        self._open: dict[str, int] = {}
        self._granted: dict[str, int] = {}
        self._number = secrets.randbits(32)

    def want(self, wishes: Iterable[Wish]) -> None:
        """Takes up those wishes that are neither open nor granted yet."""
        for wish in wishes:
            if len(self._open) >= OPEN_WISHES_MAX:
                return
            if wish.stamp in (self._open.get(wish.name), self._granted.get(wish.name)):
                continue
            self._open[wish.name] = wish.stamp
            key = secrets.token_bytes(KEY_BYTES) if wish.fresh else _digest(self._me, wish.name, str(wish.stamp))
            command = encode(wish.command)
            item = Item(key, _digest(command.hex()), f"{self._me}/{wish.name}/{wish.stamp}", Raw(command))
            self._peer(wish.stream).waiting.append(_Letter(wish, item))

    def settle(self, wishes: Iterable[Wish]) -> None:
        """An earlier life of the entity had these granted."""
        for wish in wishes:
            self._granted[wish.name] = wish.stamp

    def is_open(self, wish: Wish) -> bool:
        """Whether this wish still waits for its answer."""
        return self._granted.get(wish.name) != wish.stamp

    def outgoing(self, now_ms: int) -> list[Outgoing]:
        """What to send now: an ``Open`` for peers of unknown address, a batch for those that are free."""
        out: list[Outgoing] = []
        for stream, peer in self._peers.items():
            if peer.under_way and now_ms - peer.sent_ms >= AGAIN_AFTER_MS:
                # The same batch under the same number: else a peer that is slower than this would never be heard.
                peer.sent_ms, peer.silent = now_ms, True
                out.append(Outgoing(None, Open(stream, self._address, True)))
            if peer.under_way and peer.silent and peer.found:
                peer.silent = peer.found = False
                out.append(self._batch(stream, peer))
            if not peer.waiting or peer.under_way:
                continue
            if peer.address is None:
                if now_ms - peer.asked_ms >= AGAIN_AFTER_MS:
                    peer.asked_ms = now_ms
                    out.append(Outgoing(None, Open(stream, self._address, True)))
                continue
            self._number += 1
            size = self._batch_items_max
            peer.under_way, peer.waiting = peer.waiting[:size], peer.waiting[size:]
            peer.number, peer.sent_ms, peer.silent, peer.found = self._number, now_ms, False, False
            out.append(self._batch(stream, peer))
        return out

    def _batch(self, stream: str, peer: _Peer) -> Outgoing:
        items = [letter.item for letter in peer.under_way]
        return Outgoing(peer.address, Batch(stream, peer.epoch, peer.number, items))

    def opened(self, news: Opened) -> None:
        """A peer lives here now; what was under way to an earlier life is sent again."""
        peer = self._peer(news.stream)
        if news.epoch < peer.epoch:
            return
        if news.epoch > peer.epoch:
            peer.waiting, peer.under_way = [*peer.under_way, *peer.waiting], []
        peer.address, peer.epoch, peer.found = news.address, news.epoch, True

    def closed(self, stream: str, epoch: int) -> None:
        """A peer's life has ended undecided (asleep): ask for its next one."""
        peer = self._peer(stream)
        if peer.epoch == epoch:
            peer.waiting, peer.under_way, peer.address = [*peer.under_way, *peer.waiting], [], None
            peer.asked_ms = -AGAIN_AFTER_MS

    def answered(self, answers: Answers) -> list[tuple[Wish, Raw]]:
        """The wishes that this batch of answers settles; ``()`` for one that was not waited for."""
        peer = self._peers.get(answers.stream)
        if peer is None or (answers.epoch, answers.number) != (peer.epoch, peer.number) or not peer.under_way:
            return []
        letters, peer.under_way = peer.under_way, []
        settled = []
        for letter, answer in zip(letters, answers.items, strict=True):
            if self._open.get(letter.wish.name) == letter.wish.stamp:
                del self._open[letter.wish.name]
                self._granted[letter.wish.name] = letter.wish.stamp
            settled.append((letter.wish, answer))
        return settled

    def forget(self, name: str) -> None:
        """The wish is settled for good: a later one of that name and stamp would be a new one."""
        self._granted.pop(name, None)

    def wait_ms(self, now_ms: int) -> int | None:
        """How long until something may have to be sent again; ``None`` when nothing is open."""
        waits = [
            (peer.sent_ms if peer.under_way else peer.asked_ms) + AGAIN_AFTER_MS - now_ms
            for peer in self._peers.values()
            if peer.under_way or peer.waiting
        ]
        return min(waits, default=None)

    def _peer(self, stream: str) -> _Peer:
        return self._peers.setdefault(stream, _Peer())


def _digest(*parts: Any) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=KEY_BYTES).digest()
