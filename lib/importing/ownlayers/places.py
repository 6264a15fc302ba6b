"""Where the rows of a table lie: by a name or code of a commune, by coordinates, by a shape.

Names are followed by `lib.importing.sheets.places.Places`, as those of any table that is
brought; a point or a shape without a name lies in the commune that covers it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.importing.ownlayers.columns import Sheet
from lib.importing.readers.grid import Cell, blank, clean_text
from lib.importing.sheets.cells import Value, commune_code, decimal_sign, number
from lib.importing.sheets.places import Places
from lib.language.findings import Finding, Level
from lib.language.text import fold
from lib.places.names import Names
from lib.tables.ownlayers import Match

_CODES: Final = ("ma xa", "ma phuong", "ma dvhc", "ma don vi", "commune_code", "ma xa phuong")
_NAMES: Final = ("xa", "phuong", "commune", "ward", "dia ban", "don vi hanh chinh", "dia diem")
_DISTRICTS: Final = ("huyen", "district", "thi xa", "thanh pho")
_LATITUDES: Final = ("lat", "latitude", "vi do")
_LONGITUDES: Final = ("lon", "lng", "long", "longitude", "kinh do")
_NORTHINGS: Final = ("x", "x (m)", "toa do x", "x(m)")
_EASTINGS: Final = ("y", "y (m)", "toa do y", "y(m)")
_LIKELY: Final = 0.5
"""Share of the cells of a column that name a commune, from which it is one of communes."""
_SAMPLE: Final = 400
"""Cells of a column that are looked at to tell whether it names communes."""
_UNKNOWN: Final = "registers.commune_unknown"
_OF_KEY: Final[Mapping[str, Match]] = {
    "registers.commune_became": "old_name",
    "registers.commune_chosen": "similar",
    "ownlayers.similar": "similar",
}


@dataclass(frozen=True)
class Found:
    """The place of one row: commune, how it was found, and what an old name became."""

    code: str | None
    match: Match
    became: str | None = None
    clause: str | None = None


class Finder:
    """Finds the communes of rows; what is found on the way is in `findings`.

    Parameters
    ----------
    base : mapping
        Tables of a snapshot: ``communes``, ``former_units``, ``ended_units``.
    answers : mapping
        Name as the file has it -> code a person chose, empty to leave it unknown.
    lenient : bool
        A row whose place is not known is a note, not a refusal.
    measured : bool
        The borders are no sketch: a position tells the commune.
    """

    def __init__(
        self,
        base: Mapping[str, pd.DataFrame],
        answers: Mapping[str, str],
        *,
        lenient: bool,
        measured: bool,
    ) -> None:
        self.findings: list[Finding] = []
        self._places = Places(base, answers)
        self._answers = answers
        self._unknown: Level = "note" if lenient else "refused"
        communes = base["communes"]
        self._names = dict(
            zip(communes["code"], communes["kind"] + " " + communes["name"], strict=True)
        )
        self._former = Names(base["former_units"], base["ended_units"], communes)
        self._covers = None
        if measured:
            self._codes = communes["code"].tolist()
            self._covers = shapely.STRtree(gpd.GeoSeries(communes["geometry"]).to_numpy())

    def likely(self, sheet: Sheet) -> tuple[str | None, str | None]:
        """Return the headings of the column of communes and of the column of districts."""
        districts = (title for title in sheet.titles if _says(title, _DISTRICTS))
        district = next((t for t in districts if not _says(t, _NAMES)), None)
        best: tuple[float, int, str] | None = None
        for title in sheet.titles:
            share = self._share(sheet.cells(title))
            hint = 1 + _says(title, _NAMES) if fold(title) not in _CODES else 1
            if (
                title != district
                and share >= _LIKELY
                and (best is None or (share, hint) > best[:2])
            ):
                best = (share, hint, title)
        return (best[2] if best else None), district

    def _share(self, cells: Sequence[Cell]) -> float:
        known = [cell for cell in cells if not blank(cell)][:_SAMPLE]
        if not known:
            return 0.0
        named = sum(self._of_code(cell) is not None or self._named(cell) for cell in known)
        return named / len(known)

    def _named(self, cell: Cell) -> bool:
        return isinstance(cell, str) and self._places.find(cell).level != "refused"

    def _of_code(self, cell: Cell) -> Found | None:
        """Return the commune of a code: one of today, else what a former unit became."""
        code = commune_code(cell).value
        if code in self._names:
            return Found(str(code), "exact")
        if code not in self._former.units:
            return None
        way = self._former.way(str(code), str(code))
        if len(way.new_codes) > 1:
            return None
        became = f"{self._names.get(way.new_codes[0], '')} ({way.new_codes[0]})"
        return Found(way.new_codes[0], "old_name", became, way.clauses or None)

    def by_name(self, sheet: Sheet, title: str, district: str | None) -> list[Found]:
        """Return the place of each row by its cell in column `title`."""
        beside = (
            sheet.cells(district) if district and district != title else [None] * len(sheet.rows)
        )
        found = []
        for row, cell, where in zip(sheet.rows, sheet.cells(title), beside, strict=True):
            value = self._value(cell, clean_text(where))
            if isinstance(value, Found):
                found.append(value)
                continue
            found.append(self._read(value))
            if value.level:
                unknown = value.value is None and value.key != "registers.commune_left_blank"
                level = self._unknown if unknown else value.level
                told = dict(vars(value)["values"])
                key = "ownlayers.old_name" if told.get("clause") else value.key
                self.findings.append(Finding(level, key, told, sheet.grid.place, row, title))
        return found

    def _value(self, cell: Cell, district: str) -> Value | Found:
        if blank(cell):
            return Value(None, "refused", "ownlayers.no_place")
        by_code = self._of_code(cell)
        if by_code is not None:
            return by_code
        # A name beside its former district is one of before, whatever is called so today.
        asked = f"{clean_text(cell)}, {district}" if district else cell
        if clean_text(cell) in self._answers:
            return self._places.find(cell)
        value = self._places.find(asked)
        if district and value.level == "refused" and value.key == _UNKNOWN:
            value = self._places.find(cell)
        if value.level == "refused" and value.key == _UNKNOWN:
            return self._places.similar(cell, district=district)
        return value

    def _read(self, value: Value) -> Found:
        if value.value is None:
            return Found(None, "unknown")
        code, told = str(value.value), vars(value)["values"]
        match = _OF_KEY.get(value.key, "exact")
        if match == "exact":
            return Found(code, match)
        became = f"{self._names.get(code, '')} ({code})"
        return Found(code, match, became, str(told.get("clause") or "") or None)

    def by_shape(
        self, shapes: npt.NDArray[np.object_], file: str, rows: Sequence[int]
    ) -> list[Found]:
        """Return the place of each row by its point or shape, EPSG:4326.

        Where borders are schematic nothing is told from a position.
        """
        if self._covers is None:
            self.findings.append(Finding("note", "ownlayers.schematic", {}, file))
            return [Found(None, "unknown")] * len(shapes)
        inner = np.array(
            [None if s is None else shapely.point_on_surface(s) for s in shapes], dtype=object
        )
        at, commune = self._covers.query(inner, predicate="intersects")
        codes = dict(zip(at[::-1].tolist(), commune[::-1].tolist(), strict=True))
        found = []
        for place, row in enumerate(rows):
            if place in codes:
                found.append(Found(self._codes[codes[place]], "exact"))
                continue
            key = "ownlayers.no_place" if inner[place] is None else "ownlayers.outside"
            self.findings.append(Finding(self._unknown, key, {}, file, row, "X, Y"))
            found.append(Found(None, "unknown"))
        return found


def _says(title: str, words: Sequence[str]) -> bool:
    """Return whether a heading has one of `words` as words of its own."""
    said = f" {fold(title).replace('/', ' ').replace('(', ' ').replace(')', ' ')} "
    return any(f" {word} " in said for word in words)


def coordinates(sheet: Sheet) -> tuple[npt.NDArray[np.object_], bool] | None:
    """Return the point of each row from two columns, easting or longitude first; None without them.

    X is the northing and Y the easting, as tables of VN-2000 write them; a file that
    has them exchanged is read with its axes exchanged.

    Returns
    -------
    tuple
        The points, None where a row has none; whether they are degrees.
    """
    for north, east, degrees in (
        (_LATITUDES, _LONGITUDES, True),
        (_NORTHINGS, _EASTINGS, False),
    ):
        first = next((t for t in sheet.titles if fold(t) in north), None)
        second = next((t for t in sheet.titles if fold(t) in east), None)
        if first and second:
            ys, xs = (_figures(sheet.cells(title), degrees=degrees) for title in (first, second))
            pairs = zip(xs, ys, strict=True)
            points = [None if None in pair else shapely.Point(*pair) for pair in pairs]
            return np.array(points, dtype=object), degrees
    return None


def _figures(cells: Sequence[Cell], *, degrees: bool) -> list[Any]:
    units = frozenset({"deg"}) if degrees else frozenset()
    sign = decimal_sign(cells)
    return [None if blank(c) else number(c, units=units, decimal=sign).value for c in cells]
