"""Prints the answer to a reservation that holds seats, without building it first.

The same bytes as ``gateway.reservations.made`` and ``gateway.rendering`` make; a test compares
them. Ids and currencies are ours, made of letters and digits, so nothing needs escaping.
"""

from aiohttp.helpers import rfc822_formatted_time

from actors.messages.seats import Held
from gateway.instants import to_time


class HeldPrinter:
    """Prints answers; remembers how the last second was written. Loop thread only."""

    def __init__(self) -> None:
        self._second, self._written = -1, ""

    def _time(self, ms: int) -> str:
        second, rest = divmod(ms, 1000)
        if second != self._second:
            self._second = second
            self._written = to_time(second * 1000).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._written}.{rest:03d}000Z" if rest else f"{self._written}Z"

    def print(self, reply: Held, token: str, correlation: str) -> bytes:
        """The whole response, head and body."""
        total, items = 0, []
        for line in reply.lines:
            taken = line.taken
            total += taken * line.price_minor
            items.append(f'{{"seat_type":"{line.seat_type}","requested":{line.requested},"held":{taken},"waiting":0}}')
        identity, version = reply.reservation, reply.version
        body = (
            f'{{"id":"{identity}","token":"{token}","status":"{"offered" if reply.offered else "held"}",'
            f'"items":[{",".join(items)}],"total":{{"amount":{total},"currency":"{reply.currency}"}},'
            f'"expires_at":"{self._time(reply.expires_at_ms)}","version":{version}}}'
        )
        return (
            f'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nETag: "{version}"\r\n'
            f"Location: /api/v1/reservations/{identity}\r\nCache-Control: no-store\r\n"
            f"X-Correlation-Id: {correlation}\r\nServer: Contoso\r\nContent-Length: {len(body)}\r\n"
            f"Date: {rfc822_formatted_time()}\r\n\r\n{body}"
        ).encode()
