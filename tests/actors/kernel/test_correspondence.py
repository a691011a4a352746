"""Commands between entities: sent until answered, one batch on its way, the same key when sent again."""

from msgspec import Raw

from actors.kernel.correspondence import AGAIN_AFTER_MS, Correspondence
from actors.kernel.decider import Wish
from actors.messages.codec import encode
from actors.messages.envelopes import Answers, Batch
from actors.messages.lifecycle import Open, Opened
from tests.support.counter import Add

PEER, HOME = "counter-other", "127.0.0.1:9"
YES = Raw(encode("yes"))


def wish(name: str = "add", stamp: int = 1, *, fresh: bool = False) -> Wish:
    return Wish(name, stamp, PEER, Add(1), fresh=fresh)


def started(*wishes: Wish) -> tuple[Correspondence, Batch]:
    """A correspondence whose first batch is on its way."""
    letters = Correspondence("counter-me", "127.0.0.1:1", 10)
    letters.want(wishes)
    (opening,) = letters.outgoing(0)
    assert opening == (None, Open(PEER, "127.0.0.1:1", True))
    letters.opened(Opened(PEER, 1, HOME))
    (sent,) = letters.outgoing(0)
    assert sent.address == HOME
    assert isinstance(sent.message, Batch)
    return letters, sent.message


def test_a_wish_is_sent_once_and_settled_by_its_answer() -> None:
    letters, batch = started(wish())
    letters.want([wish()])
    assert letters.outgoing(1) == []
    assert letters.is_open(wish())
    assert letters.answered(Answers(PEER, 1, batch.number, [YES])) == [(wish(), YES)]
    assert not letters.is_open(wish())
    letters.want([wish()])
    assert letters.outgoing(1) == []
    assert letters.wait_ms(1) is None


def test_a_wish_with_a_new_stamp_is_a_new_wish() -> None:
    letters, batch = started(wish(stamp=1))
    letters.answered(Answers(PEER, 1, batch.number, [YES]))
    letters.want([wish(stamp=2)])
    assert letters.is_open(wish(stamp=2))
    (sent,) = letters.outgoing(1)
    assert isinstance(sent.message, Batch)
    assert sent.message.items[0].key != batch.items[0].key


def test_silence_makes_it_ask_for_the_peer_again_and_send_under_the_same_key() -> None:
    letters, first = started(wish())
    assert letters.outgoing(AGAIN_AFTER_MS - 1) == []
    (opening,) = letters.outgoing(AGAIN_AFTER_MS)
    assert isinstance(opening.message, Open)
    letters.opened(Opened(PEER, 2, HOME))
    (again,) = letters.outgoing(AGAIN_AFTER_MS)
    assert isinstance(again.message, Batch)
    assert again.message.items == first.items
    assert (again.message.epoch, again.message.number) != (first.epoch, first.number)


def test_a_peer_that_is_slow_is_sent_the_same_again_and_its_late_answer_counts() -> None:
    letters, first = started(wish())
    (opening,) = letters.outgoing(AGAIN_AFTER_MS)
    assert isinstance(opening.message, Open)
    letters.opened(Opened(PEER, 1, HOME))
    (again,) = letters.outgoing(AGAIN_AFTER_MS + 1)
    assert again.message == first
    assert letters.outgoing(AGAIN_AFTER_MS + 2) == []
    assert letters.answered(Answers(PEER, 1, first.number, [YES])) == [(wish(), YES)]


def test_two_lives_of_the_entity_send_a_wish_under_one_key_unless_it_is_to_be_fresh() -> None:
    assert started(wish())[1].items[0].key == started(wish())[1].items[0].key
    assert started(wish(fresh=True))[1].items[0].key != started(wish(fresh=True))[1].items[0].key


def test_a_new_life_of_the_peer_gets_what_was_under_way() -> None:
    letters, first = started(wish())
    letters.opened(Opened(PEER, 2, "127.0.0.1:10"))
    (again,) = letters.outgoing(1)
    assert again.address == "127.0.0.1:10"
    assert isinstance(again.message, Batch)
    assert again.message.items == first.items


def test_an_answer_that_is_late_twice_or_of_another_life_settles_nothing() -> None:
    letters, batch = started(wish())
    assert letters.answered(Answers(PEER, 9, batch.number, [YES])) == []
    assert letters.answered(Answers(PEER, 1, batch.number + 1, [YES])) == []
    assert len(letters.answered(Answers(PEER, 1, batch.number, [YES]))) == 1
    assert letters.answered(Answers(PEER, 1, batch.number, [YES])) == []


def test_a_peer_that_fell_asleep_is_opened_again() -> None:
    letters, first = started(wish())
    letters.closed(PEER, 1)
    (opening,) = letters.outgoing(1)
    assert isinstance(opening.message, Open)
    letters.opened(Opened(PEER, 2, HOME))
    (again,) = letters.outgoing(1)
    assert isinstance(again.message, Batch)
    assert again.message.items == first.items
