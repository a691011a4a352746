"""The lines under a heading are found, and none elsewhere."""

from pathlib import Path

import pytest

from tests.support.pages import shell_of

PAGE = """# Page
## One
Text.
```sh
echo one
```
## Two
```
not shell
```
"""


def test_the_block_below_a_heading_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    assert shell_of(tmp_path / "page.md", "One") == "echo one\n"


def test_a_heading_without_shell_lines_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    with pytest.raises(AssertionError, match="Two has no shell lines"):
        shell_of(tmp_path / "page.md", "Two")
