"""How many entities a DXF drawing has once its blocks are put in place, without doing it.

A block may hold other blocks and be put in rows and columns: a few lines of text make
thousands of millions of entities. Counted are the blocks as the driver expands them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lib.importing.readers.base import refuse_count
from lib.importing.readers.bounds.sums import refuse_depth

_BINARY: Final = b"AutoCAD Binary DXF"
_ENTITY, _NAME, _COLUMNS, _ROWS = b"0", b"2", b"70", b"71"
_DIGITS: Final = 9
_MOST: Final = 2_000_000
"""Entities: a plan has thousands of trees of hundreds of lines, which become one feature each."""


class _Inserts:
    """Entities and inserts of one block, or of the drawing itself."""

    def __init__(self) -> None:
        self.own = 0
        self.inserts: list[tuple[bytes, int]] = []


def refuse_drawing(path: Path, name: str) -> None:
    """Refuse a drawing with more than 2,000,000 entities, those of its blocks included.

    Raises
    ------
    DataRefusedError
        It has more, or a block is put into itself.
    """
    content = path.read_bytes()
    if b"INSERT" not in content or content.startswith(_BINARY):
        return
    blocks = _blocks(content)
    sizes: dict[bytes, int] = {}
    refuse_count(_size(b"", blocks, sizes, name, 0), _MOST, name)


def _size(
    block: bytes, blocks: dict[bytes, _Inserts], sizes: dict[bytes, int], name: str, depth: int
) -> int:
    """Return how many entities a block becomes; each block is counted once."""
    refuse_depth(depth, name)
    if block not in sizes:
        held = blocks.get(block, _Inserts())
        sizes[block] = held.own + sum(
            times * _size(inner, blocks, sizes, name, depth + 1) for inner, times in held.inserts
        )
    return sizes[block]


def _pairs(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    lines = iter(content.splitlines())
    for code in lines:
        yield code.strip(), next(lines, b"").strip()


def _number(value: bytes) -> int:
    return int(value) if value.isdigit() and len(value) <= _DIGITS else 1


def _blocks(content: bytes) -> dict[bytes, _Inserts]:
    """Return the blocks by name, the drawing itself as the one without a name."""
    blocks = {b"": _Inserts()}
    here = blocks[b""]
    kind, called, columns, rows = b"", b"", 1, 1
    for code, value in _pairs(content):
        if code == _ENTITY:
            if kind == b"INSERT":
                here.inserts.append((called, max(columns, 1) * max(rows, 1)))
            elif kind == b"BLOCK":
                here = blocks.setdefault(called, _Inserts())
            elif kind == b"ENDBLK":
                here = blocks[b""]
            else:
                here.own += kind not in (b"SECTION", b"ENDSEC", b"TABLE", b"ENDTAB", b"EOF", b"")
            kind, called, columns, rows = value, b"", 1, 1
        elif code == _NAME:
            called = value
        elif code == _COLUMNS:
            columns = _number(value)
        elif code == _ROWS:
            rows = _number(value)
    return blocks
