"""Which form of an answer a client prefers, and answers that are files."""

from gateway.calls import Answer, Call
from gateway.rendering import JSON_TYPE

CSV_TYPE = "text/csv"
PDF_TYPE = "application/pdf"
CALENDAR_TYPE = "text/calendar"
_PARTS_MAX = 20


def preferred(call: Call, offered: tuple[str, ...] = (JSON_TYPE, CSV_TYPE)) -> str:
    """The offered media type that ``Accept`` likes best; the first when it likes none, or all the same (RFC 9110)."""
    accept = call.request.headers.get("Accept", "*/*")
    qualities = dict.fromkeys(offered, -1.0)
    for part in accept.split(",")[:_PARTS_MAX]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        for kind in offered:
            if name == kind:
                qualities[kind] = quality
            elif name in ("*/*", kind.partition("/")[0] + "/*") and qualities[kind] < 0:
                qualities[kind] = min(quality, 0.999)  # Named outright goes before a wildcard.
    best = max(offered, key=lambda kind: qualities[kind])
    return best if qualities[best] > 0 else offered[0]


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def file(body: bytes, media_type: str, name: str, *, charset: str = "") -> Answer:
    """A file to save under a name of ours (letters, digits, dots and hyphens)."""
    return Answer(
        body,
        headers={
            "Content-Type": f"{media_type}; charset={charset}" if charset else media_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
