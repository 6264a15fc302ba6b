"""Bring a table of an office in as a layer: what it would be, row by row, before it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo import zones
from lib.geo.geometry import Geometries, outline
from lib.importing import bring, texts
from lib.importing.draft import CrsRead, Draft, Options, TextChoice, gravest_first
from lib.importing.ownlayers import columns
from lib.importing.ownlayers.columns import Sheet
from lib.importing.ownlayers.places import Finder, Found, coordinates
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Unread, blank, cell_text, clean_text
from lib.importing.shapes import Shapes, place, shapes_of
from lib.importing.sheets.headings import Heading
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, from_error
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import facts
from lib.tables.merging import Counts, count_changes
from lib.tables.ownlayers import ADDED, TABLE, OwnColumn, OwnLayer, described, layer_id_of, listed
from lib.tables.records.own import LIST_MOST
from lib.tables.schemas import ALL_TABLES

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


def draft_of(files: Sequence[tuple[Path, str]], wanted: Wanted, base: Snapshot) -> Draft:
    """Read a file and say what layer it would be; for `lib.importing.apart.sandbox` to call.

    Returns
    -------
    Draft
        With the whole table of own rows, this layer's rows at the end, also where its
        findings refuse some of them: a person sees what was found how. It is not published.

    Raises
    ------
    WrongUseError
        The file is not there.
    """
    contents, unreadable = bring.read_all(files)
    settled, said, shown = texts.settle(contents, wanted.text)
    found = [*unreadable, *said]
    tables = {name: base.read(name) for name in ("communes", "former_units", "ended_units")}
    before = base.read(TABLE) if TABLE in base.manifest.tables else None
    rows: pd.DataFrame | None = None
    crs: Sequence[CrsRead] = ()
    heads: list[tuple[str, Heading]] = []
    try:
        for content in settled:
            rows, crs = _rows(content, wanted, tables, found, heads)
    except DataRefusedError as error:
        found.append(from_error(error))
        rows = None
    draft = Draft(
        wanted.options(),
        findings=gravest_first(found),
        crs=tuple(crs),
        text_before_after=tuple(shown),
        headings=tuple(heads),
    )
    if rows is None:
        return draft
    merged, counts = _merged(before, rows)
    return replace(draft, tables={TABLE: merged}, counts={TABLE: counts})


def _rows(
    content: Content,
    wanted: Wanted,
    tables: Mapping[str, pd.DataFrame],
    found: list[Finding],
    heads: list[tuple[str, Heading]],
) -> tuple[pd.DataFrame, Sequence[CrsRead]]:
    """Return the rows of the first sheet or layer of a file that is a table."""
    found += content.findings
    finder = Finder(tables, wanted.communes, lenient=wanted.skip_unknown)
    given, sheet = _opened(content, found)
    found += sheet.findings
    heads.append((sheet.grid.place, Heading(0, 1, (), (), (), sheet.titles)))
    title, district = _place_column(sheet, wanted, finder)
    whole = sheet
    if set(ADDED) <= set(sheet.titles):  # an export brought again: what it added is found anew
        title, district = (title if wanted.place else ADDED[0]), None
        sheet = sheet.without(ADDED)
    columns_ = [columns.typed(name, sheet.cells(name)) for name in sheet.titles]
    value = _value_column(sheet, wanted)
    crs: tuple[CrsRead, ...] = ()
    shapes: Geometries = np.full(len(sheet.rows), None, dtype=object)
    points = None if given is not None else coordinates(sheet)
    if points is not None:
        given = Shapes(
            sheet.grid.place, pd.DataFrame(index=range(len(sheet.rows))), *points_of(points)
        )
    if given is not None:
        shapes, crs, told = _placed(given, wanted, tables["communes"])
        # With the commune beside it a row has a place even if its coordinates cannot be read.
        found += [replace(f, level="note") if title and f.level == "refused" else f for f in told]
    if title is not None:
        where = finder.by_name(whole, title, district)
    elif given is not None and shapely.is_missing(shapes).all():
        where = [Found(None, "unknown")] * len(sheet.rows)
        found.append(Finding("refused", "ownlayers.no_position", {}, sheet.grid.place))
    elif given is not None:
        where = finder.by_shape(shapes, sheet.grid.place, sheet.rows)
    else:
        raise DataRefusedError(
            "ownlayers.no_place_column", file=sheet.grid.place, columns=", ".join(sheet.titles)
        )
    found += finder.findings
    return _frame(sheet, wanted, where, shapes, columns_, title or "", value), crs


def points_of(read: tuple[Geometries, bool]) -> tuple[Any, int | None, bool]:
    """Return points as `Shapes` takes them: degrees are WGS 84 unless a person says otherwise."""
    points, degrees = read
    return points, (4326 if degrees else None), degrees


def _opened(content: Content, found: list[Finding]) -> tuple[Shapes | None, Sheet]:
    """Return the first table of a file, with the shapes of its rows if it is a layer of shapes."""
    if content.layers:
        shapes, said = shapes_of(replace(content, grids=()))
        found += [one for one in said if one not in content.findings]
        for one in shapes:
            if one.grid is not None:
                return one, _of_layer(one)
    opened: Sheet | None = None
    for grid in content.grids:
        sheet = columns.open_sheet(grid) if opened is None else None
        if sheet is None:
            found.append(Finding("note", "importing.sheet_unused", file=grid.place))
        opened = opened or sheet
    if opened is None:
        raise DataRefusedError("ownlayers.no_table", file=content.file)
    return None, opened


def _of_layer(shapes: Shapes) -> Sheet:
    """Return the attributes of a layer: all its features are rows, blank ones too."""
    grid = shapes.grid
    if grid is None or not len(shapes.given):
        raise DataRefusedError("ownlayers.no_table", file=shapes.file)
    titles = columns.each_once([clean_text(cell) for cell in grid.rows[0]])
    return Sheet(grid, titles, tuple(range(len(titles))), tuple(range(1, len(grid.rows))), ())


def _place_column(sheet: Sheet, wanted: Wanted, finder: Finder) -> tuple[str | None, str | None]:
    likely, district = finder.likely(sheet)
    if not wanted.place:
        return likely, district
    title = sheet.titled(wanted.place)
    if title is None:
        raise DataRefusedError(
            "ownlayers.no_column",
            file=sheet.grid.place,
            column=wanted.place,
            columns=", ".join(sheet.titles),
        )
    return title, None if district == title else district


def _value_column(sheet: Sheet, wanted: Wanted) -> str:
    if not wanted.value:
        return ""
    title = sheet.titled(wanted.value)
    if title is None:
        raise DataRefusedError(
            "ownlayers.no_column",
            file=sheet.grid.place,
            column=wanted.value,
            columns=", ".join(sheet.titles),
        )
    cells = sheet.cells(title)
    if columns.typed(title, cells)[0].type != "number":
        at = columns.first_unread(cells) or 0
        raise DataRefusedError(
            "ownlayers.not_a_number",
            file=sheet.grid.place,
            row=sheet.rows[at],
            column=title,
            value=clean_text(cells[at]),
        )
    return title


def _placed(
    given: Shapes, wanted: Wanted, communes: pd.DataFrame
) -> tuple[Geometries, tuple[CrsRead, ...], list[Finding]]:
    """Return the shapes in EPSG:4326; the one zone that puts them into the province is taken."""
    province = outline(gpd.GeoDataFrame(communes))
    options = wanted.options()
    present = given.given[~shapely.is_missing(given.given)]
    if given.epsg is None and wanted.crs is None and len(present):
        inside = [one for one in zones.readings(present, province) if one.inside]
        if len(inside) == 1:
            options = replace(options, crs=inside[0].epsg, swapped=inside[0].swapped)
    placed, read, said = place(given, options, province)
    if placed is None:
        return np.full(len(given.given), None, dtype=object), (read,), said
    return placed.geometry.to_numpy(), (read,), said


def _frame(
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


def _merged(before: pd.DataFrame | None, rows: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    """Return the table with this layer's rows in it, and how many of them are new or other."""
    if before is None:
        return rows, count_changes(None, rows, _KEY)
    same = before["layer_id"] == rows["layer_id"].iloc[0]
    old = before[same].reset_index(drop=True)
    counts = count_changes(old if len(old) else None, rows, _KEY)
    kept = [part for part in (before[~same], rows) if len(part)]
    return pd.concat(kept, ignore_index=True)[list(before.columns)], counts


def remove(store: Store, layer: OwnLayer, *, base: Snapshot, who: str) -> Snapshot:
    """Take a layer out of use in a new snapshot; those made before keep it.

    Raises
    ------
    DataRefusedError
        It comes with the program.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    if layer.shipped:
        raise DataRefusedError("ownlayers.shipped", name=layer.name)
    tables = {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in base.manifest.tables.items()
    }
    own = tables.pop(TABLE)
    left = own.frame[own.frame["layer_id"] != layer.layer_id].reset_index(drop=True)
    if len(left):
        tables[TABLE] = Table(left, own.source, own.as_of)
    counts = {TABLE: vars(Counts(removed=len(layer.rows)))}
    said = {"kind": TABLE, "counts": counts, "chosen": {"removed": {"layer": layer.name}}}
    details = {**base.manifest.details, "import": said}
    act = Act("import", who, base=base.snapshot_id, details=details)
    return store.publish(tables, act, border_quality=base.manifest.border_quality)
