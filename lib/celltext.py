"""The words of a cell: what a person sees of it, what nobody sees, and whether it says nothing."""

import re
from functools import lru_cache
from typing import Final

from lib.importing.readers.grid import Cell, cell_text
from lib.language.text import fold, is_blank, nfc

_BLANKS: Final = frozenset(
    {"-", "--", "...", "n/a", "na", "null", "nan", "chua co so lieu", "no data yet", "khong ro"}
)
_LONGEST_BLANK: Final = max(map(len, _BLANKS)) + 1
GUARDED: Final = re.compile(r"'+[=+@-]")
"""Text behind the guard of an export; text that had such a ``'`` of its own has one more."""
_REMEMBERED: Final = 65_536
"""Texts kept clean: a sheet says the same words in many rows."""


def clean_text(cell: Cell) -> str:
    """Return a cell as text: NFC, no hidden characters, without the guard of an export.

    >>> clean_text("'-5 kV"), clean_text("  Ấm  Hạ "), clean_text("'quoted'")
    ('-5 kV', 'Ấm Hạ', "'quoted'")
    """
    return _clean(cell_text(cell) if not isinstance(cell, str) else cell)


@lru_cache(_REMEMBERED)
def _clean(text: str) -> str:
    if not text.isprintable():
        text = "".join(char for char in text if not _is_hidden(char))
    shown = nfc(text)
    return shown[1:].strip() if GUARDED.match(shown) else shown


def _is_hidden(char: str) -> bool:
    return not char.isprintable() and (not char.isspace() or "\x1c" <= char <= "\x1f")


def hidden_marks(cell: Cell) -> tuple[str, ...]:
    r"""Return each character of a cell that nobody sees and `clean_text` takes out, in order.

    Zero width, changes of direction, soft hyphens, byte order marks, controls;
    line breaks and other blanks only become a space.

    >>> hidden_marks("Bãi\u200b Ba\u200b\u202e")
    ('U+200B', 'U+200B', 'U+202E')
    """
    if not isinstance(cell, str) or cell.isprintable():
        return ()
    return tuple(f"U+{ord(char):04X}" for char in cell if _is_hidden(char))


def blank(cell: Cell) -> bool:
    """Return True for no value and for the words that say so: *chưa có số liệu*, ``-``, *n/a*."""
    return _says_nothing(cell) if isinstance(cell, str) else is_blank(cell)


@lru_cache(_REMEMBERED)
def _says_nothing(text: str) -> bool:
    shown = clean_text(text)
    return not shown or (len(shown) <= _LONGEST_BLANK and fold(shown) in _BLANKS)
