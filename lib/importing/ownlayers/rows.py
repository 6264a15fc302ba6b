"""Rows of a table as the table of own rows holds them, and what a person chose for the layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import shapely

from lib.geo.geometry import Geometries
from lib.importing.draft import Options, TextChoice
from lib.importing.ownlayers import columns
from lib.importing.ownlayers.columns import Sheet
from lib.importing.ownlayers.compare import key_column
from lib.importing.ownlayers.places import Found
from lib.importing.readers.grid import Unread, blank, cell_text, clean_text
from lib.language.errors import DataRefusedError
from lib.tables import facts
from lib.tables.merging import Counts, count_changes
from lib.tables.ownlayers import TABLE, OwnColumn, described, layer_id_of, layers_of, listed
from lib.tables.records.own import LIST_MOST
from lib.tables.schemas import ALL_TABLES
from lib.tables.symbology import Symbology

_KEY: Final = ("layer_id", "row_id")
_PLACES: Final = 6
"""Decimals of a degree that are kept: a tenth of a metre."""


@dataclass(frozen=True)
class Wanted:
    """Choices of a person for one layer.

    Parameters
    ----------
    name : str
        What the layer is called; the layer in use of this name is replaced.
    as_of : str
        Day the data describe, ISO.
    source : str
        Who says so, in words.
    place, value : str
        Headings of the column of communes and of the number to paint; empty to find out.
    skip_unknown : bool
        Rows whose place is not known are kept without one; otherwise they are refused.
    crs : int or None
        EPSG code of coordinates in a file that states none.
    swapped : bool
        X and Y are exchanged.
    communes : mapping
        Name as the file has it -> code chosen by hand, empty to leave it unknown.
    symbology : Symbology or None
        How it is drawn; None as the layer in use of this name is.
    """

    name: str
    as_of: str
    source: str = ""
    place: str = ""
    value: str = ""
    skip_unknown: bool = False
    crs: int | None = None
    swapped: bool = False
    communes: Mapping[str, str] = field(default_factory=dict)
    text: TextChoice = None
    symbology: Symbology | None = None

    def options(self) -> Options:
        """Return the choices any import has, for the draft and the manifest."""
        return Options(
            TABLE,
            self.as_of,
            crs=self.crs,
            swapped=self.swapped,
            communes=self.communes,
            text=self.text,
        )


def frame(
    sheet: Sheet,
    wanted: Wanted,
    where: Sequence[Found],
    shapes: Geometries,
    read: Sequence[tuple[OwnColumn, list[Any]]],
    title: str,
    value: str,
) -> pd.DataFrame:
    """Return the rows as the table of own rows holds them, every cell checked."""
    known = [column for column, _ in read]
    texts_ = [_texts(sheet, column.name) for column in known]
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    points = shapes.copy()
    points[~is_point] = None
    others = [
        None if p or s is None else shapely.to_wkt(s, rounding_precision=_PLACES)
        for p, s in zip(is_point, shapes, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "source_url": f"file:{'_'.join(sheet.grid.file.replace('/', ' ').split())}",
            "as_of": wanted.as_of,
            "layer_id": layer_id_of(wanted.name),
            "row_id": columns.key_of(sheet.titles, texts_),
            "layer_name": wanted.name,
            "source": wanted.source or None,
            "layer_columns": described(known),
            "place_column": title if title in sheet.titles else None,
            "value_column": value or None,
            "file_row": sheet.rows,
            "commune_code": [one.code for one in where],
            "match": [one.match for one in where],
            "became": [one.became for one in where],
            "clause": [one.clause for one in where],
            "lat": shapely.get_y(points).round(_PLACES),
            "lon": shapely.get_x(points).round(_PLACES),
            "shape": others,
            "cells": [listed([text or None for text in row]) for row in zip(*texts_, strict=True)],
            "figures": [listed(row) for row in zip(*(f for _, f in read), strict=True)],
            "symbology": wanted.symbology.kept() if wanted.symbology else None,
        }
    )
    too_long = rows["cells"].str.len() > LIST_MOST
    if too_long.any() or len(rows["layer_columns"].iloc[0]) > LIST_MOST:
        row = int(rows["file_row"][too_long].min()) if too_long.any() else sheet.rows[0] - 1
        raise DataRefusedError(
            "ownlayers.row_too_long", file=sheet.grid.place, row=row, most=LIST_MOST
        )
    rows = rows[list(ALL_TABLES[TABLE].columns)]
    return facts.check(TABLE, rows, file=sheet.grid.place)


def _texts(sheet: Sheet, title: str) -> list[str]:
    """Return the cells of a column as text: blanks empty, a formula never computed as it is."""
    return [
        "" if blank(cell) and not isinstance(cell, Unread) else clean_text(cell_text(cell))
        for cell in sheet.cells(title)
    ]


def merged(before: pd.DataFrame | None, rows: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    """Return the table with this layer's rows in it, and how many of them are new or other.

    A layer that is there keeps what tells its rows apart, and how it is drawn unless
    `rows` say otherwise.
    """
    if before is None:
        return rows, count_changes(None, rows, _KEY)
    same = before["layer_id"] == rows["layer_id"].iloc[0]
    old = before[same].reset_index(drop=True)
    if len(old):
        rows = _as_before(old, rows)
    counts = count_changes(old if len(old) else None, rows, _KEY)
    kept = [part for part in (before[~same], rows) if len(part)]
    return pd.concat(kept, ignore_index=True)[list(before.columns)], counts


def _as_before(old: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    was, now = (layers_of({TABLE: one}, shipped=False)[0] for one in (old, rows))
    cells = now.cells.get(key_column(was))
    if cells is not None and cells.notna().all() and cells.is_unique:
        rows = rows.assign(row_id=cells.to_numpy())
    if rows["symbology"].isna().all():
        rows = rows.assign(symbology=was.symbology.kept())
    return rows
