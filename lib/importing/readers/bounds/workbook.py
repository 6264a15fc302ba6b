"""What an XLSX workbook asks for: cells up to the last filled one, texts, merged areas, sheets."""

import re
import zipfile
from pathlib import Path
from typing import Final

from lib.importing.readers.archive import open_zip
from lib.importing.readers.base import MAX_CELLS, refuse_count
from lib.importing.readers.bounds.markup import Attributes, Pieces, attribute, count, pieces, tell
from lib.importing.readers.bounds.sums import (
    MAX_TEXT,
    refuse_columns,
    refuse_layers,
    refuse_merged,
    refuse_text,
)
from lib.language.errors import DataRefusedError

_ADDRESS: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_LAST_ROW: Final = 2**20
_LAST_COLUMN: Final = 2**14
_SHOWN: Final = 40
"""Letters of a wrong address that a message shows."""
_MUST_BE_XML: Final = ("xl/worksheets/", "xl/sharedstrings")


def refuse_workbook(path: Path, name: str) -> None:
    """Refuse a workbook that asks for more than an office's has, or with cells that cannot be.

    Raises
    ------
    DataRefusedError
        A cell has no address of a sheet, or has two; or there are too many cells,
        columns, sheets, merged cells or characters.
    """
    try:
        archive = open_zip(path, name)
    except DataRefusedError:
        if path.read_bytes()[:2] == b"PK":
            raise
        return  # no zip at all: the old binary kind, which the reader knows
    with archive:
        book = _Book(name)
        for entry in archive.infolist():
            book.add(entry.filename, pieces(archive, entry))
        book.refuse_sums()
        if book.may_be_long:
            book.refuse_long(archive)


class _Book:
    """The sums of all parts of a workbook."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shared: list[int] = []
        """Length of each shared text."""
        self._uses = 0
        self._cells = 0
        self._sheets: list[str] = []
        self._parts: list[str] = []

    def add(self, part: str, content: Pieces) -> None:
        """Add up one part; what is no XML holds no cells, unless its place says it must."""
        sheet = _Sheet(self.name)
        inside = False

        def shared(_: Attributes) -> None:
            self.shared.append(0)

        def words(text: str) -> None:
            if inside:
                self.shared[-1] += len(text)

        def within(_: Attributes) -> None:
            nonlocal inside
            inside = bool(self.shared)

        def outside() -> None:
            nonlocal inside
            inside = False

        if part.lower().startswith("xl/sharedstrings"):
            sound = tell(content, {"si": shared, "t": within}, ends={"t": outside}, text=words)
        else:
            sound = tell(
                content,
                {
                    "c": sheet.cell,
                    "v": sheet.filled,
                    "is": sheet.filled,
                    "f": sheet.filled,
                    "row": sheet.row,
                    "mergeCell": sheet.merge,
                    "sheet": lambda told: self._sheets.append(attribute(told, "id")),
                    "Relationship": self._relation,
                },
            )
        if not sound and part.lower().startswith(_MUST_BE_XML):
            raise DataRefusedError("readers.unreadable", file=self.name)
        self._uses += sheet.uses
        self._cells += sheet.rows * sheet.columns
        refuse_columns(sheet.columns, self.name)
        refuse_count(self._cells, MAX_CELLS, self.name)
        sheet.refuse_merges()

    def _relation(self, told: Attributes) -> None:
        if told.get("Type", "").endswith("/worksheet"):
            self._parts.append(told.get("Target", ""))

    def refuse_sums(self) -> None:
        """Refuse too many sheets, and sheets that are one and the same part read again."""
        refuse_layers(len(self._sheets), self.name)
        for listed in (self._sheets, self._parts):
            if len(set(listed)) < len(listed):
                raise DataRefusedError("readers.unreadable", file=self.name)

    @property
    def may_be_long(self) -> bool:
        """Whether the cells would have too much text if each had the longest one."""
        return self._uses * max(self.shared, default=0) > MAX_TEXT

    def refuse_long(self, archive: zipfile.ZipFile) -> None:
        """Refuse cells whose shared texts have too many characters, each use counted."""
        total = 0
        shared = value = False

        def cell(told: Attributes) -> None:
            nonlocal shared
            shared = told.get("t") == "s"

        def begin(_: Attributes) -> None:
            nonlocal value
            value = shared

        def end() -> None:
            nonlocal value
            value = False

        def words(text: str) -> None:
            nonlocal total
            if value and (at := count(text)) < len(self.shared):
                total += self.shared[at]
                refuse_text(total, self.name)

        for entry in archive.infolist():
            if not entry.filename.lower().startswith("xl/sharedstrings"):
                tell(pieces(archive, entry), {"c": cell, "v": begin}, ends={"v": end}, text=words)


class _Sheet:
    """The cells of one part, as calamine counts them: without an address each follows the last."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.columns = self.uses = 0
        self._row = self._column = 0
        self._merges: list[tuple[int, int, int, int]] = []

    def row(self, told: Attributes) -> None:
        self._row += 1
        self._column = 0
        if "r" in told:
            number = told["r"]
            if not number.isdigit() or len(number) > len(str(_LAST_ROW)) or number.startswith("0"):
                self._refuse(number)
            self._row = int(number)
        if self._row > _LAST_ROW:
            self._refuse(str(self._row))

    def cell(self, told: Attributes) -> None:
        self._column += 1
        if "r" in told:
            self._column, self._row = self._place(told["r"])
        self.uses += told.get("t") == "s"

    def filled(self, _: Attributes) -> None:
        self.rows = max(self.rows, self._row)
        if self._column > self.columns:
            self.columns = self._column
            refuse_columns(self.columns, self.name)

    def merge(self, told: Attributes) -> None:
        first, _, last = told.get("ref", "").partition(":")
        left, top = self._place(first)
        right, bottom = self._place(last or first)
        self._merges.append((left, top, right, bottom))

    def refuse_merges(self) -> None:
        """Refuse merged areas that together have more cells than a sheet may have."""
        total = 0
        for left, top, right, bottom in self._merges:
            wide, high = min(right, self.columns) - left + 1, min(bottom, self.rows) - top + 1
            total += max(wide, 1) * max(high, 1)
            refuse_merged(total, self.name)

    def _place(self, address: str) -> tuple[int, int]:
        """Return column and row of an address, from 1."""
        found = _ADDRESS.fullmatch(address)
        column = 0
        for letter in found[1].upper() if found else "":
            column = 26 * column + ord(letter) - 64
        if found is None or column > _LAST_COLUMN or int(found[2]) > _LAST_ROW:
            self._refuse(address)
            return 1, 1
        return column, int(found[2])

    def _refuse(self, address: str) -> None:
        raise DataRefusedError("readers.bad_address", file=self.name, value=address[:_SHOWN])
