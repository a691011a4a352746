"""Where the files of a stream lie: ``<folder>/<last two characters>/<stream>.<log | head | snapshot>``."""

import re
from pathlib import Path
from typing import NamedTuple

_STREAM = re.compile(r"[a-z0-9][a-z0-9-]{0,62}[a-z0-9]")


class Place(NamedTuple):
    """The files of one stream. SQLite keeps ``<log>-wal`` beside the log while it is open."""

    stream: str
    log: Path
    head: Path
    snapshot: Path


def place_of(folder: Path, stream: str) -> Place:
    """Raises ``ValueError`` for what is no name of a stream (lower-case letters, digits, dashes; 2 to 64)."""
    if not is_stream(stream):
        msg = f"not a stream's name: {stream!r}"
        raise ValueError(msg)
    shard = folder / stream[-2:]
    return Place(stream, shard / f"{stream}.log", shard / f"{stream}.head", shard / f"{stream}.snapshot")


def is_stream(name: str) -> bool:
    """Whether it can be a stream's name."""
    return _STREAM.fullmatch(name) is not None


def streams_in(folder: Path) -> list[str]:
    """Every stream of which a log or an anchor is there, sorted."""
    return sorted({path.stem for kind in ("log", "head") for path in folder.glob(f"??/*.{kind}")})
