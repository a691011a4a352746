"""The sandbox's own books, as a real provider keeps them: payments and what went back of them, in SQLite.

Blocking, thread-safe; every method may raise ``storage.failures.Unavailable``.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from gateway.payments.ports import PaymentFound, RefundFound, Wanted
from storage.sqlite.shared import SharedDatabase

PAGE_ROWS_MAX: Final = 500

_STEPS: Final = (
    """CREATE TABLE payments (
        number INTEGER PRIMARY KEY, payment TEXT NOT NULL UNIQUE, "order" TEXT NOT NULL, amount_minor INTEGER NOT NULL,
        currency TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'captured', 'declined')),
        at_ms INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE refunds (
        key TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payments (payment), amount_minor INTEGER NOT NULL,
        reference TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX refunds_by_payment ON refunds (payment)",
)
_COLUMNS: Final = 'payment, "order", state, amount_minor, currency'


_BEGIN: Final = """INSERT INTO payments (payment, "order", amount_minor, currency, state, at_ms)
    VALUES (?, ?, ?, ?, 'open', ?) ON CONFLICT (payment) DO NOTHING"""
_SETTLE: Final = "UPDATE payments SET state = ? WHERE payment = ? AND state != 'captured'"
_STATES: Final = {True: "captured", False: "declined"}


class Press(NamedTuple):
    """Somebody paid, or was declined."""

    payment: str
    wanted: Wanted
    captured: bool


class Ledger:
    """One process's view of the books."""

    def __init__(self, path: Path | None) -> None:
        """Opens or makes them (None: in memory, for tests)."""
        self._database = SharedDatabase(path, _STEPS)

    def begin(self, payment: str, wanted: Wanted, at_ms: int) -> None:
        """Opens a payment; one that exists stays as it is."""
        if self._database.row("SELECT 1 FROM payments WHERE payment = ?", payment) is None:
            self._database.write(_BEGIN, payment, wanted.order, wanted.amount_minor, wanted.currency, at_ms)

    def settle(self, payment: str, captured: bool) -> bool:
        """The payer has paid or was declined; False when it was paid before. A declined one can still be paid."""
        return self._database.write(_SETTLE, _STATES[captured], payment) > 0

    def press(self, presses: Sequence[Press], at_ms: int) -> list[bool]:
        """Opens and settles each in one transaction; for each as ``settle``."""
        with self._database.transaction() as execute:
            moved = []
            for payment, wanted, captured in presses:
                execute(_BEGIN, (payment, wanted.order, wanted.amount_minor, wanted.currency, at_ms))
                moved.append(execute(_SETTLE, (_STATES[captured], payment)).rowcount > 0)
        return moved

    def refund(self, key: str, payment: str, amount_minor: int, at_ms: int) -> str | None:
        """Gives back, once for each key; the refund's reference, ``None`` when the payment has not that much left."""
        with self._database.transaction() as execute:
            found = execute("SELECT payment, amount_minor, reference FROM refunds WHERE key = ?", (key,)).fetchone()
            if found is not None:
                return str(found[2]) if found[:2] == (payment, amount_minor) else None
            left = execute(
                """SELECT amount_minor - (SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE payment = ?1)
                FROM payments WHERE payment = ?1 AND state = 'captured'""",
                (payment,),
            ).fetchone()
            if left is None or not 0 < amount_minor <= left[0]:
                return None
            reference = "sbr-" + blake2b(key.encode(), digest_size=12).hexdigest()
            execute("INSERT INTO refunds VALUES (?, ?, ?, ?, ?)", (key, payment, amount_minor, reference, at_ms))
        return reference

    def find(self, payment: str) -> PaymentFound | None:
        """A payment with its refunds."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM payments WHERE payment = ?", payment)  # noqa: S608 - our own
        return None if row is None else self._found(row)

    def page(self, since_ms: int, after: int) -> tuple[list[PaymentFound], int]:
        """At most ``PAGE_ROWS_MAX`` payments begun since then, and where the next page starts (0: no more)."""
        rows = self._database.rows(
            f"SELECT number, {_COLUMNS} FROM payments WHERE number > ? AND at_ms >= ? ORDER BY number LIMIT ?",  # noqa: S608 - our own
            after,
            since_ms,
            PAGE_ROWS_MAX,
        )
        return [self._found(row[1:]) for row in rows], rows[-1][0] if len(rows) == PAGE_ROWS_MAX else 0

    def close(self) -> None:
        self._database.close()

    def _found(self, row: tuple[str, str, str, int, str]) -> PaymentFound:
        payment, order, state, amount_minor, currency = row
        refunds = self._database.rows(
            "SELECT key, reference, amount_minor FROM refunds WHERE payment = ? ORDER BY at_ms, key", payment
        )
        back = tuple(RefundFound(key, reference, amount, "done") for key, reference, amount in refunds)
        assert state in ("open", "captured", "declined"), state
        return PaymentFound(payment, order, state, amount_minor, currency, back)  # type: ignore[arg-type]  # Asserted.
