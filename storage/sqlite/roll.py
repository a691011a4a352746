"""The roll of a folder: the names of all streams that were ever made in it, one a line.

A stream of which every file is gone would look as one that never was, and be made anew, empty. The roll is only
added to; a line that a power cut has torn names no stream and does no harm.
"""

import os
from pathlib import Path

from storage.sqlite.places import is_stream

FILE = "roll"


def enrol(folder: Path, stream: str) -> None:
    """Adds the stream, durably; naming one twice is harmless. Raises ``OSError``."""
    descriptor = os.open(folder / FILE, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"\n{stream}\n".encode())  # After a torn line, too, this is a line of its own.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def enrolled(folder: Path) -> set[str]:
    """All names."""
    try:
        lines = (folder / FILE).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {line for line in lines if is_stream(line)}
