"""README shows the saver as text. ``python -m tests.saver.readme`` writes it there anew."""

from __future__ import annotations

import re
from pathlib import Path

from sheetsync.platform_file import builtin
from sheetsync.saver import bookmarklet

README = Path(__file__).parents[2] / "README.md"


def with_saver(text: str) -> str:
    """README's text with the saver as it is today."""
    code = bookmarklet(builtin())
    begin, end = r"(<summary>The saver as text.*?\n```text\n)", r"(```\n\n</details>)"
    found = re.subn(f"{begin}.*?{end}", lambda m: f"{m[1]}{code}\n{m[2]}", text, flags=re.DOTALL)
    assert found[1] == 1, "README has one place for the saver"
    return found[0]


if __name__ == "__main__":
    README.write_text(with_saver(README.read_text("utf-8")), "utf-8")
