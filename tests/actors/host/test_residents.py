"""Who lives where: opening, sleeping, dying, and never two at once."""

from actors.host.lives import Create, Effect, Exit, Kill, Send, Wake
from actors.host.residents import CRASHES_MAX, LINGER_MS, SILENT_MS, START_MS, Residents
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

GATE, OTHER = "127.0.0.1:1", "127.0.0.1:2"
IDLE_MS = 60_000


def residents(awake_max: int = 10) -> Residents:
    return Residents(awake_max, IDLE_MS)


def wake(node: Residents, stream: str = "seats-a", asker: str = GATE, now_ms: int = 0, epoch: int = 1) -> int:
    """Opens a stream and lets its process report; the life's number."""
    created = [e for e in node.open(stream, asker, True, now_ms) if isinstance(e, Create)]
    (create,) = created
    node.ready(create.life, Ready(stream, create.life, epoch, 0, 4711), f"127.0.0.1:{100 + create.life}", now_ms)
    return create.life


def sends(effects: list[Effect]) -> list[tuple[str, object]]:
    return [(e.address, e.message) for e in effects if isinstance(e, Send)]


def test_the_first_who_asks_starts_the_process_and_all_who_ask_hear_where_it_lives() -> None:
    node = residents()
    assert node.open("seats-a", GATE, True, 0) == [Create("seats-a", 1, True)]
    assert node.open("seats-a", OTHER, False, 0) == []
    effects = node.ready(1, Ready("seats-a", 1, 7, 0, 4711), "127.0.0.1:99", 0)
    news = Opened("seats-a", 7, "127.0.0.1:99")
    assert sends(effects) == [(GATE, news), (OTHER, news)]
    assert sends(node.open("seats-a", "127.0.0.1:3", False, 0)) == [("127.0.0.1:3", news)]


def test_a_process_that_dies_is_replaced_at_once_and_its_askers_hear_of_the_new_life() -> None:
    node = residents()
    life = wake(node)
    (create,) = node.exited(life, 5)
    assert create == Create("seats-a", life + 1, False)
    effects = node.ready(life + 1, Ready("seats-a", life + 1, 2, 3, 4712), "127.0.0.1:98", 6)
    assert sends(effects) == [(GATE, Opened("seats-a", 2, "127.0.0.1:98"))]


def test_a_process_that_nobody_talked_to_stays_dead() -> None:
    node = residents()
    life = wake(node)
    node.forget_asker(GATE)
    assert node.exited(life, 5) == []


def test_one_that_keeps_dying_is_started_again_only_after_a_pause() -> None:
    node = residents()
    life = wake(node)
    for _ in range(CRASHES_MAX):
        (create,) = node.exited(life, 0)
        assert isinstance(create, Create)
        life = create.life
    assert node.exited(life, 0) == []
    assert node.tick(999) == []
    assert node.tick(1_000) == [Create("seats-a", life + 1, False)]


def test_an_entity_that_asked_for_another_is_told_nothing_more_after_its_death() -> None:
    node = residents()
    conference, seats = wake(node, "conference-a"), wake(node, "seats-a")
    home = f"127.0.0.1:{100 + conference}"
    node.open("seats-a", home, True, 0)
    node.exited(conference, 5)
    effects = node.exited(seats, 6)
    (create,) = [effect for effect in effects if isinstance(effect, Create)]
    told = node.ready(create.life, Ready("seats-a", create.life, 2, 0, 4712), "127.0.0.1:98", 7)
    assert [address for address, _ in sends(told)] == [GATE]


def test_the_least_recently_used_goes_to_sleep_when_there_are_too_many() -> None:
    node = residents(awake_max=2)
    wake(node, "seats-a")
    wake(node, "seats-b")
    node.used(["seats-a"], 5)
    effects = node.open("seats-c", GATE, True, 6)
    assert Create("seats-c", 3, True) in effects
    assert sends(effects) == [("127.0.0.1:102", Sleep("seats-b", 1))]


def test_an_idle_entity_goes_to_sleep_and_exits_once_all_have_let_go() -> None:
    node = residents()
    life = wake(node)
    assert sends(node.tick(IDLE_MS)) == [("127.0.0.1:101", Sleep("seats-a", 1))]
    effects = node.asleep(life, Asleep("seats-a", life, 1, 9_000), IDLE_MS)
    assert sends(effects) == [(GATE, Closing("seats-a", 1))]
    assert Wake(Deadline("seats-a", 1, 9_000)) in effects
    assert node.released(Released("seats-a", 1, GATE)) == [Exit(life)]
    assert node.exited(life, IDLE_MS) == []


def test_a_sleeper_exits_even_if_somebody_never_lets_go() -> None:
    node = residents()
    life = wake(node)
    node.tick(IDLE_MS)
    node.asleep(life, Asleep("seats-a", life, 1, 0), IDLE_MS)
    assert node.tick(IDLE_MS + LINGER_MS) == [Exit(life)]


def test_whoever_asks_while_it_closes_gets_the_next_life_only_after_the_log_is_closed() -> None:
    node = residents()
    life = wake(node)
    node.tick(IDLE_MS)
    assert node.open("seats-a", OTHER, False, IDLE_MS) == []
    effects = node.asleep(life, Asleep("seats-a", life, 1, 0), IDLE_MS)
    assert Create("seats-a", life + 1, False) in effects


def test_a_damaged_stream_is_told_to_whoever_asks_and_not_tried_again_at_once() -> None:
    node = residents()
    node.open("seats-a", GATE, False, 0)
    node.open("seats-b", GATE, True, 0)
    effects = node.damaged(1, Damaged("seats-a", 1, "seats-a: NOT whole", False), 0)
    bad = Unopened("seats-a", False, "seats-a: NOT whole")
    assert sends(effects) == [(GATE, bad)]
    assert Exit(1) in effects
    assert node.open("seats-a", OTHER, False, 10) == [Send(OTHER, bad)]
    assert node.open("seats-a", OTHER, False, 2_000) == [Create("seats-a", 3, False)]


def test_what_could_not_be_opened_is_remembered_for_a_moment_only() -> None:
    node = residents()
    for number in range(20):
        (create,) = node.open(f"seats-{number}", GATE, False, 0)
        assert isinstance(create, Create)
        node.damaged(create.life, Damaged(create.stream, create.life, "no such stream", True), 0)
    assert len(node._damaged) == 20
    node.tick(2_000)
    assert len(node._damaged) == 0


def test_an_unknown_stream_may_be_created_right_after_it_was_asked_for() -> None:
    node = residents()
    node.open("seats-a", GATE, False, 0)
    node.damaged(1, Damaged("seats-a", 1, "no such stream", True), 0)
    assert node.open("seats-a", OTHER, True, 10) == [Create("seats-a", 2, True)]


def test_a_suspect_that_answers_its_ping_is_told_again_to_those_who_talk_to_it() -> None:
    node = residents()
    life = wake(node)
    assert sends(node.suspect(Suspect(GATE, "seats-a", 1), 0)) == [("127.0.0.1:101", Ping("seats-a", 1))]
    effects = node.ready(life, Ready("seats-a", life, 1, 9, 4711), "127.0.0.1:101", 5)
    assert sends(effects) == [(GATE, Opened("seats-a", 1, "127.0.0.1:101"))]
    assert node.tick(SILENT_MS) == []


def test_a_suspect_that_stays_silent_is_killed() -> None:
    node = residents()
    life = wake(node)
    node.suspect(Suspect(GATE, "seats-a", 1), 0)
    node.suspect(Suspect(GATE, "seats-a", 1), SILENT_MS - 1)
    assert node.tick(SILENT_MS) == [Kill(life, 4711)]


def test_who_suspects_an_earlier_life_has_missed_its_end_and_is_told_where_the_stream_lives_now() -> None:
    node = residents()
    wake(node, epoch=3)
    news = Opened("seats-a", 3, "127.0.0.1:101")
    assert node.suspect(Suspect(OTHER, "seats-a", 2), 0) == [Send(OTHER, news)]


def test_who_suspects_a_stream_that_sleeps_wakes_it() -> None:
    node = residents()
    life = wake(node)
    node.tick(IDLE_MS)
    node.asleep(life, Asleep("seats-a", life, 1, 0), IDLE_MS)
    assert node.suspect(Suspect(GATE, "seats-a", 1), IDLE_MS) == [Create("seats-a", life + 1, False)]
    effects = node.ready(life + 1, Ready("seats-a", life + 1, 2, 0, 4712), "127.0.0.1:98", IDLE_MS)
    assert sends(effects) == [(GATE, Opened("seats-a", 2, "127.0.0.1:98"))]


def test_a_process_that_never_reports_is_killed() -> None:
    node = residents()
    node.open("seats-a", GATE, True, 0)
    node.born(1, 4711)
    assert node.tick(START_MS) == [Kill(1, 4711)]


def test_a_burst_of_askers_makes_no_more_processes_than_twice_those_that_may_be_awake() -> None:
    node = residents(awake_max=2)
    created = [e for n in range(9) for e in node.open(f"seats-{n}", GATE, False, 0) if isinstance(e, Create)]
    assert [create.stream for create in created] == [f"seats-{n}" for n in range(4)]


def test_after_a_burst_those_too_many_go_to_sleep_and_those_who_waited_are_served() -> None:
    node = residents(awake_max=2)
    served, now_ms = set(), 0
    pending = [e for n in range(9) for e in node.open(f"seats-{n}", GATE, False, 0)]
    while pending or now_ms < 20_000:
        effect = pending.pop(0) if pending else None
        match effect:
            case Create(stream=stream, life=life):
                served.add(stream)
                pending += node.ready(life, Ready(stream, life, 1, 0, 4711), f"127.0.0.1:{life}", now_ms)
            case Send(address=address, message=Sleep(to=stream)):
                life = int(address.rpartition(":")[2])
                pending += node.asleep(life, Asleep(stream, life, 1, 0), now_ms)
            case Send(message=Closing(stream=stream, epoch=epoch)):
                pending += node.released(Released(stream, epoch, GATE))
            case Exit(life=life):
                pending += node.exited(life, now_ms)
            case None:
                now_ms += 1_000
                pending += node.tick(now_ms)
            case _:
                pass
    assert served == {f"seats-{n}" for n in range(9)}
    assert node.counts()["awake"] == 2


def test_a_stopping_system_puts_everybody_to_sleep_and_wakes_nobody() -> None:
    node = residents()
    life = wake(node)
    assert sends(node.drain(0)) == [("127.0.0.1:101", Sleep("seats-a", 1))]
    assert not node.drained()
    node.asleep(life, Asleep("seats-a", life, 1, 0), 0)
    assert node.drained()
    (refusal,) = node.open("seats-b", GATE, True, 0)
    assert isinstance(refusal, Send)
    assert isinstance(refusal.message, Unopened)
