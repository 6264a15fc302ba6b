"""What a workbook's XML says beside its values: merged, hidden, struck and uncomputed cells.

The reader of values gives none of this: a formula that was never computed looks
to it like a blank, and a hidden row like any other.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import IO, Final

from lxml import etree

from lib.importing.readers.archive import chunks
from lib.importing.readers.base import MAX_CELLS, refuse_count
from lib.importing.readers.grid import Area, Unread
from lib.importing.readers.office import unseen

_BOOK: Final = "xl/workbook.xml"
_TELLING: Final = (
    *(b"hidden", b"strike", b"mergeCell"),
    *(b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\r", b":f>", b":f ", b":f/"),
    *(b'"e"', b"'e'", b' ht="0', b" ht='0", b' width="0', b" width='0", b" =", b"= ", b"\0"),
)
"""Only a sheet with one of these is looked through; blanks around ``=`` and UTF-16 are such too."""
_PLACE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COLUMNS: Final = 16_384
"""Of any sheet."""
_LONGEST: Final = 60


@dataclass
class Look:
    """What one sheet shows, all places counted from 0.

    Parameters
    ----------
    areas : list of Area
        Merged cells, as the sheet gives them.
    rows : set of int
        Hidden rows.
    columns : set of int
        Hidden columns.
    unread : dict
        (row, column) -> what stands there instead of a value.
    struck : set of (int, int)
        Row and column of cells struck through, in part too, or formatted to show nothing.
    """

    areas: list[Area] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    unread: dict[tuple[int, int], Unread] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)


def column_number(letters: str) -> int:
    """Return the number of a column from its letters, from 1.

    >>> column_number("A"), column_number("xfd")
    (1, 16384)
    """
    return reduce(lambda count, letter: 26 * count + ord(letter) - 64, letters.upper(), 0)


def looks(archive: zipfile.ZipFile, name: str) -> Mapping[str, Look]:
    """Return what each sheet of a workbook shows, by the name of the sheet.

    A cached 0 (or empty text) of a formula counts for nothing where the workbook
    asks to be computed when it is opened, or where no formula of it shows
    anything else and Excel left no trace of a computation: libraries that only
    write store 0 for every formula.

    Raises
    ------
    DataRefusedError
        There are more merged cells than a sheet may have cells.
    KeyError, etree.XMLSyntaxError
        The workbook lacks a part, or one is damaged.
    """
    book = unseen.root(archive, _BOOK)
    styles, texts = unseen.styles(archive), unseen.texts(archive, name)
    targets = {one.get("Id"): one.get("Target") for one in unseen.root(archive, _relations(_BOOK))}
    found: dict[str, Look] = {}
    zeros: list[tuple[Look, tuple[int, int], Unread]] = []
    computed = False
    for sheet in book.iter("{*}sheet"):
        target = targets.get(_relation(sheet))
        if target is None:
            continue
        look = found[sheet.get("name", "")] = Look()
        reading = _Reading(look, name, styles, texts)
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        reading.read(archive, part)
        zeros += [(look, place, cell) for place, cell in reading.zeros.items()]
        computed |= reading.computed
    traced = any(entry.lower().endswith("calcchain.xml") for entry in archive.namelist())
    asks = any(unseen.true(one.get("fullCalcOnLoad")) for one in book.iter("{*}calcPr"))
    if asks or not (traced or computed):
        for look, place, cell in zeros:
            look.unread[place] = cell
    return found


def _relation(sheet: etree._Element) -> str:
    """Return the id that leads to the part of a sheet, in either namespace of relations."""
    named = {str(key): str(value) for key, value in sheet.attrib.items()}
    return next((value for key, value in named.items() if key.endswith("}id")), "")


def _relations(part: str) -> str:
    folder, base = posixpath.split(part)
    return f"{folder}/_rels/{base}.rels"


def _flat(value: str | None) -> bool:
    """Return True for a height or width of nothing."""
    return bool(re.fullmatch(r"0+(\.0*)?", (value or "").strip()))


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Reading:
    """The way through the elements of one sheet."""

    def __init__(
        self, look: Look, name: str, styles: frozenset[str], texts: frozenset[str]
    ) -> None:
        self.look = look
        self.name = name
        self.styles = styles
        self.texts = texts
        self.row = 0
        self.merged = self.spans = 0
        self.computed = False
        self.zeros: dict[tuple[int, int], Unread] = {}

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        """Take in a sheet, row by row, if it holds anything of the kind."""
        entry = archive.getinfo(part)
        parts = chunks(archive, entry, self.name)
        marks = [f"s={sign}{one}{sign}".encode() for one in self.styles for sign in "\"'"]
        if not self.texts and not any(
            mark in chunk for chunk in parts for mark in (*_TELLING, *marks)
        ):
            return
        with archive.open(entry) as xml:
            for element in _elements(xml):
                kind = _local(element)
                if kind == "row":
                    self._take_row(element)
                elif kind == "col":
                    self._take_column(element)
                else:
                    self._take_area(element)

    def _take_column(self, element: etree._Element) -> None:
        if unseen.true(element.get("hidden")) or _flat(element.get("width")):
            first, last = int(element.get("min", "1")), int(element.get("max", "1"))
            columns = range(max(first, 1) - 1, min(last, _COLUMNS))
            self.spans += len(columns)
            refuse_count(self.spans, MAX_CELLS, self.name)
            self.look.columns.update(columns)

    def _take_area(self, element: etree._Element) -> None:
        ends = _PLACE.findall(element.get("ref", ""))
        if len(ends) != 2:  # noqa: PLR2004 its first and its last cell
            return
        (left, top), (right, bottom) = ((column_number(c) - 1, int(r) - 1) for c, r in ends)
        self.merged += 1
        refuse_count(self.merged, MAX_CELLS, self.name)
        self.look.areas.append(Area(top, left, bottom, right))

    def _take_row(self, element: etree._Element) -> None:
        given = element.get("r")
        self.row = int(given) if given else self.row + 1
        if unseen.true(element.get("hidden")) or _flat(element.get("ht")):
            self.look.rows.add(self.row - 1)
        column = 0
        for cell in element.iterchildren("{*}c"):
            found = _PLACE.fullmatch(cell.get("r", ""))
            column = column_number(found[1]) if found else column + 1
            self._take_cell(cell, (self.row - 1, column - 1))

    def _take_cell(self, cell: etree._Element, place: tuple[int, int]) -> None:
        kind = cell.get("t")
        shared = cell.findtext("{*}v", "").strip() if kind == "s" else ""
        if cell.get("s") in self.styles or shared in self.texts or unseen.struck(cell):
            self.look.struck.add(place)
        if kind != "e" and not (len(cell) and _local(cell[0]) == "f"):
            return
        parts = {_local(part): part.text or "" for part in cell}
        value = parts.get("v", "").strip()
        if kind == "e":
            self.look.unread[place] = Unread(value or "#ERROR", "cells.error_value")
            return
        shown = "=" + (parts["f"].strip()[:_LONGEST] or "…")
        if not value and kind != "str":
            self.look.unread[place] = Unread(shown, "cells.not_computed")
        elif not value or (kind in (None, "n") and _is_zero(value)):
            self.zeros[place] = Unread(shown, "cells.not_computed")
        else:
            self.computed = True


def _elements(xml: IO[bytes]) -> Iterator[etree._Element]:
    """Yield rows, columns and merged areas as they end; what was yielded is let go."""
    tags = ("{*}row", "{*}col", "{*}mergeCell")
    for _, element in etree.iterparse(
        xml, events=("end",), tag=tags, resolve_entities=False, no_network=True
    ):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _is_zero(value: str) -> bool:
    try:
        return float(value) == 0
    except ValueError:
        return False
