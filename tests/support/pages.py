"""The shell lines that a page shows, so that tests can run them."""

import re
from pathlib import Path


def shell_of(page: Path, heading: str) -> str:
    """The ``sh`` block below a heading."""
    text = page.read_text("utf-8")
    section = text.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None, f"{heading} has no shell lines"
    return block.group(1)
