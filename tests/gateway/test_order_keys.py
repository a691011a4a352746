"""What opens an order fits that order alone, and a code is read however it is typed."""

from gateway.documents.codes import SeatCode
from gateway.order_keys import CODE_LETTERS, OrderKeys
from gateway.ticket_codes import TicketCodes

KEYS = OrderKeys(b"k" * 32)
ORDER, OTHER = "cabcdefghijkl-oa", "cabcdefghijkl-ob"


def test_token_link_and_code_are_the_order_s_own_and_not_each_other() -> None:
    assert len({KEYS.tokens.of(ORDER), KEYS.links.of(ORDER), KEYS.tokens.of(OTHER), KEYS.links.of(OTHER)}) == 4
    assert KEYS.code(ORDER) == KEYS.code(ORDER)
    assert KEYS.code(ORDER) not in (KEYS.code(OTHER), OrderKeys(b"l" * 32).code(ORDER))


def test_a_code_has_at_least_forty_bits() -> None:
    code = KEYS.code(ORDER).replace("-", "")
    assert (len(code), CODE_LETTERS * 5 >= 40) == (CODE_LETTERS, True)
    assert len({KEYS.code(f"{ORDER}{number}") for number in range(1_000)}) == 1_000


def test_email_and_code_are_found_however_they_are_spelled() -> None:
    code = KEYS.code(ORDER)
    known = KEYS.access("Ana@Example.org", code)
    for email, typed in (("ana@example.ORG", code.lower()), (" ana@example.org", code.replace("-", " "))):
        assert KEYS.access(email, typed) == known
    assert KEYS.access("ana@example.org", "OLBGO") == KEYS.access("ana@example.org", "0189 0")
    assert KEYS.access("bob@example.org", code) != known
    assert "ana" not in known


def test_ticket_codes_are_remembered_and_stay_the_same() -> None:
    codes = TicketCodes(b"s" * 32)
    first = codes.of(ORDER, "1")
    assert codes.of(ORDER, "1") is first
    assert codes.read(first) == SeatCode(ORDER, "1")
    assert TicketCodes(b"s" * 32).of(ORDER, "1") == first
    assert TicketCodes(b"z" * 32).read(first) != SeatCode(ORDER, "1")
    assert len(codes.public_key) == 32
