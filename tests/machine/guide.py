"""The commands of `docs/operate.md`, as somebody types them who follows it on a server."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "ban-do.so.test"
PASSWORD = "Mat-khau-1"  # noqa: S105 - of a machine that is thrown away


def blocks(section: int) -> list[str]:
    """Return the blocks of commands of a section, in order."""
    guide = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    text = re.search(rf"^## {section}[.] .*?(?=^## )", guide, re.MULTILINE | re.DOTALL)[0]
    return re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def typed(block: str) -> str:
    """Return a block as it is typed: with a name of one's own, and a password where one is asked.

    It ends at the first line that fails, as a reader would stop there.
    """
    answered = block.replace("TÊN.CỦA.BẠN", NAME)
    answered = answered.replace("openssl passwd -apr1", f"openssl passwd -apr1 {PASSWORD}")
    return f"set -e\n{answered}"
