"""The codes of tickets as one gateway needs them: each is a signature and always the same, so many are remembered."""

from gateway.documents.codes import CodeSigner, SeatCode, Unreadable

CODES_MAX = 50_000


class TicketCodes:
    """Makes codes with the installation's key (32 secret bytes), and reads them. Loop thread only."""

    def __init__(self, seed: bytes) -> None:
        self._signer = CodeSigner(seed)
        self._known: dict[tuple[str, str], str] = {}

    def of(self, order: str, seat: str) -> str:
        """The signed code of a seat."""
        code = self._known.get((order, seat))
        if code is None:
            if len(self._known) >= CODES_MAX:
                del self._known[next(iter(self._known))]
            code = self._known[order, seat] = self._signer.code(order, seat)
        return code

    def read(self, text: str) -> SeatCode | Unreadable:
        """The seat that a scanned or typed code names."""
        return self._signer.reader.read(text)

    @property
    def public_key(self) -> bytes:
        """What a door without a network needs to check codes (32 bytes)."""
        return self._signer.reader.public_key
