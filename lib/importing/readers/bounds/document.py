"""What the tables of a DOCX document ask for: rows times the widest row, spans counted."""

from pathlib import Path

from lib.importing.readers.archive import open_zip
from lib.importing.readers.base import MAX_CELLS, refuse_count
from lib.importing.readers.bounds.markup import Attributes, attribute, count, pieces, tell
from lib.importing.readers.bounds.sums import refuse_columns, refuse_depth, refuse_layers
from lib.language.errors import DataRefusedError


def refuse_document(path: Path, name: str) -> None:
    """Refuse a document whose tables have too many columns or cells together.

    Raises
    ------
    DataRefusedError
        They have, or there are too many tables, or they stand too deep in each other.
    """
    try:
        archive = open_zip(path, name)
    except DataRefusedError:
        if path.read_bytes()[:2] == b"PK":
            raise
        return  # no zip at all: the old binary kind, which the reader knows
    tables = _Tables(name)
    with archive:
        for entry in archive.infolist():
            tell(
                pieces(archive, entry),
                {
                    "tbl": tables.begin,
                    "tr": tables.row,
                    "tc": lambda _: tables.wider(1),
                    "gridSpan": lambda told: tables.wider(count(attribute(told, "val")) - 1),
                    "gridBefore": lambda told: tables.wider(count(attribute(told, "val"))),
                    "gridAfter": lambda told: tables.wider(count(attribute(told, "val"))),
                },
                ends={"tbl": tables.end},
                level=lambda depth: refuse_depth(depth, name),
            )


class _Tables:
    """The tables of a document, those inside others too, added up."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[list[int]] = []
        """Of each table that is not ended: rows, widest row, width of this row."""
        self._cells = self._count = 0

    def begin(self, _: Attributes) -> None:
        self._open.append([0, 0, 0])
        self._count += 1
        refuse_layers(self._count, self._name)

    def row(self, _: Attributes) -> None:
        if self._open:
            self._open[-1][0] += 1
            self._open[-1][2] = 0

    def wider(self, more: int) -> None:
        if self._open and more > 0:
            table = self._open[-1]
            table[2] += more
            table[1] = max(table[1], table[2])
            refuse_columns(table[1], self._name)

    def end(self) -> None:
        if self._open:
            rows, widest, _ = self._open.pop()
            self._cells += rows * widest
            refuse_count(self._cells, MAX_CELLS, self._name)
