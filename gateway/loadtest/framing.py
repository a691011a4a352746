"""Where one HTTP/1.1 response ends: the status line, a length or chunks, and nothing else."""

HEAD_BYTES_MAX = 64 * 1024
BODY_BYTES_MAX = 64 * 1024 * 1024

Parsed = tuple[int, bytes, bytes]
"""Status, head, body."""


class Garbage(Exception):
    """What came is not an answer of this product; says what was expected and what came."""


class AnswerReader:
    """Collects bytes until a whole response is there; one response at a time."""

    __slots__ = ("_kept", "_wanted")

    def __init__(self) -> None:
        self._kept = b""
        self._wanted = 0

    def feed(self, data: bytes) -> Parsed | None:
        """Take what arrived; the response once it is whole, else ``None``. Raises :class:`Garbage`."""
        if self._kept:
            data = self._kept + data
            self._kept = b""
        if len(data) < self._wanted:
            self._kept = data
            return None
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._wait_for_head(data)
            return None
        if data[:7] != b"HTTP/1.":
            raise _no_http(data)
        at = data.find(b"\r\nContent-Length: ", 0, end)
        if at < 0 or data[9:12] < b"200":
            return self._read_slowly(data, end)
        try:
            status = int(data[9:12])
            length = int(data[at + 18 : data.find(b"\r\n", at + 18)])
        except ValueError as problem:
            raise _no_http(data) from problem
        return self._cut(data, status, end, length)

    def finish(self) -> Parsed | None:
        """The connection ended: a response without a length ends with it."""
        data, self._kept, self._wanted = self._kept, b"", 0
        end = data.find(b"\r\n\r\n")
        if end < 0 or data[:7] != b"HTTP/1." or _header(data[:end], b"content-length") is not None:
            return None
        if _header(data[:end], b"transfer-encoding") is not None or not data[9:12].isdigit():
            return None
        return int(data[9:12]), data[:end], data[end + 4 :]

    def _cut(self, data: bytes, status: int, end: int, length: int) -> Parsed | None:
        whole = end + 4 + length
        if not 0 <= length <= BODY_BYTES_MAX:
            raise Garbage(f"an answer of {length} bytes; at most {BODY_BYTES_MAX} are read")
        if len(data) < whole:
            self._kept, self._wanted = data, whole
            return None
        self._wanted = 0
        if len(data) > whole:
            raise Garbage(f"{len(data) - whole} bytes after the end of an answer: {data[whole : whole + 40]!r}")
        return status, data[:end], data[end + 4 :]

    def _wait_for_head(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1."[: len(data)]) or len(data) > HEAD_BYTES_MAX:
            raise _no_http(data)
        self._kept = data

    def _read_slowly(self, data: bytes, end: int) -> Parsed | None:
        """Anything but a plain length: interim answers, other spellings, no body, chunks, up to the end."""
        head = data[:end]
        if not data[9:12].isdigit():
            raise _no_http(data)
        status = int(data[9:12])
        if 100 <= status < 200:
            rest = data[end + 4 :]
            return self.feed(rest) if rest else None
        if status in (204, 304):
            return self._cut(data, status, end, 0)
        length = _header(head, b"content-length")
        if length is not None:
            if not length.isdigit():
                raise Garbage(f"a Content-Length of {length!r}")
            return self._cut(data, status, end, int(length))
        if b"chunked" in (_header(head, b"transfer-encoding") or b""):
            body = _join_chunks(data, end + 4)
            if body is not None:
                return status, head, body
        if len(data) > BODY_BYTES_MAX:
            raise Garbage("an answer that does not end")
        self._kept = data
        return None


def _header(head: bytes, name: bytes) -> bytes | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().lower()
    return None


def header(head: bytes, name: str) -> str | None:
    """One header's value in lower case, or ``None``."""
    value = _header(head, name.lower().encode())
    return None if value is None else value.decode("latin-1")


def _join_chunks(data: bytes, at: int) -> bytes | None:
    pieces: list[bytes] = []
    while (line_end := data.find(b"\r\n", at)) >= 0:
        try:
            size = int(data[at:line_end].partition(b";")[0], 16)
        except ValueError as problem:
            raise Garbage(f"a chunk of size {data[at:line_end][:20]!r}") from problem
        if size == 0:
            return b"".join(pieces) if data.find(b"\r\n\r\n", line_end) >= 0 else None
        at = line_end + 2 + size + 2
        if at > len(data):
            return None
        pieces.append(data[line_end + 2 : at - 2])
    return None


def _no_http(data: bytes) -> Garbage:
    return Garbage(f"no HTTP answer but {data[:60]!r}")
