"""Bring a table of an office in as a layer: what it would be, row by row, before it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo import zones
from lib.geo.geometry import Geometries, outline
from lib.importing import bring, texts
from lib.importing.draft import CrsRead, Draft, gravest_first
from lib.importing.ownlayers import columns
from lib.importing.ownlayers.columns import Sheet
from lib.importing.ownlayers.places import Finder, Found, coordinates
from lib.importing.ownlayers.rows import Wanted, frame, merged
from lib.importing.readers.base import Content
from lib.importing.readers.grid import clean_text
from lib.importing.shapes import Shapes, place, shapes_of
from lib.importing.sheets.headings import Heading
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, Twin, from_error
from lib.language.text import number
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables.merging import Counts
from lib.tables.ownlayers import ADDED, TABLE, OwnLayer
from lib.tables.symbology import Symbology

_LOOKED_AT: Final = 500
"""Shapes whose position tells in which system a file is."""
_USED: Final = "importing.crs_used"


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
    measured = base.manifest.border_quality != "schematic"
    before = base.read(TABLE) if TABLE in base.manifest.tables else None
    rows: pd.DataFrame | None = None
    crs: Sequence[CrsRead] = ()
    heads: list[tuple[str, Heading]] = []
    try:
        for content in settled:
            rows, crs = _rows(content, wanted, tables, found, heads, measured=measured)
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
    table, counts = merged(before, rows)
    return replace(draft, tables={TABLE: table}, counts={TABLE: counts})


def _rows(
    content: Content,
    wanted: Wanted,
    tables: Mapping[str, pd.DataFrame],
    found: list[Finding],
    heads: list[tuple[str, Heading]],
    *,
    measured: bool,
) -> tuple[pd.DataFrame, Sequence[CrsRead]]:
    """Return the rows of the first sheet or layer of a file that is a table."""
    found += content.findings
    finder = Finder(tables, wanted.communes, lenient=wanted.skip_unknown, measured=measured)
    given, sheet = _opened(content, found, wanted.place)
    found += sheet.findings
    heads.append((sheet.grid.place, Heading(0, 1, (), (), (), sheet.titles)))
    sheet, read, said = columns.row_by_row(sheet)
    found += said
    title, district = _place_column(sheet, wanted, finder)
    whole = sheet
    if set(ADDED) <= set(sheet.titles):  # an export brought again: what it added is found anew
        title, district = (title if wanted.place else ADDED[0]), None
        sheet = sheet.without(ADDED)
    columns_ = [read[name] for name in sheet.titles]
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
    return frame(sheet, wanted, where, shapes, columns_, title or "", value), crs


def points_of(read: tuple[Geometries, bool]) -> tuple[Any, int | None, bool]:
    """Return points as `Shapes` takes them: degrees are WGS 84 unless a person says otherwise."""
    points, degrees = read
    return points, (4326 if degrees else None), degrees


def _opened(content: Content, found: list[Finding], place: str) -> tuple[Shapes | None, Sheet]:
    """Return the table of a file, with the shapes of its rows if it is a layer of shapes.

    Of several sheets the one with the column `place` is meant, else the longest.
    """
    if content.layers:
        shapes, said = shapes_of(replace(content, grids=()))
        found += [one for one in said if one not in content.findings]
        for one in shapes:
            if one.grid is not None:
                return one, _of_layer(one)
    opened = [sheet for grid in content.grids if (sheet := columns.open_sheet(grid))]
    if not opened:
        raise DataRefusedError("ownlayers.no_table", file=content.file)
    meant = max(opened, key=lambda one: (_has(one, place), len(one.rows)))
    for grid in content.grids:
        if grid is meant.grid:
            continue
        same = next(
            (one for one in opened if one.grid is grid and one.titles == meant.titles), None
        )
        found.append(
            Finding("ask", "ownlayers.sheet_left", {"count": len(same.rows)}, grid.place)
            if same
            else Finding("note", "ownlayers.sheet_unused", {"read": meant.grid.place}, grid.place)
        )
    return None, meant


def _has(sheet: Sheet, title: str) -> bool:
    return bool(title) and sheet.titled(title) is not None


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
    # Where a few hundred of them lie tells the system as well as all would, and takes no minute.
    step = max(1, len(present) // _LOOKED_AT)
    some = replace(given, given=present[::step], frame=given.frame.iloc[: len(present[::step])])
    placed, read, said = place(some, options, province)
    if placed is None or read.epsg is None:
        return np.full(len(given.given), None, dtype=object), (read,), said
    used = {"zone": Twin.of(partial(zones.zone_label, read.epsg)), "count": number(len(present))}
    said = [replace(f, values=used) if f.key == _USED else f for f in said]
    moved = zones.to_storage(given.given, read.epsg, swapped=options.swapped)
    return moved, (read,), said


def remove(store: Store, layer: OwnLayer, *, base: Snapshot, who: str) -> Snapshot:
    """Take a layer out of use in a new snapshot; those made before keep it.

    Raises
    ------
    DataRefusedError
        It comes with the program.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    counts = Counts(removed=len(layer.rows))
    return _republish(store, layer, None, counts, base=base, who=who, said="removed")


def redraw(
    store: Store, layer: OwnLayer, symbology: Symbology, *, base: Snapshot, who: str
) -> Snapshot:
    """Have a layer drawn in another way from a new snapshot on; its rows stay as they are.

    Raises
    ------
    DataRefusedError
        It comes with the program.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    counts = Counts(changed=len(layer.rows))
    return _republish(store, layer, symbology, counts, base=base, who=who, said="redrawn")


def _republish(
    store: Store,
    layer: OwnLayer,
    symbology: Symbology | None,
    counts: Counts,
    *,
    base: Snapshot,
    who: str,
    said: str,
) -> Snapshot:
    """Publish the table without the rows of a layer, or with another way to draw it."""
    if layer.shipped:
        raise DataRefusedError("ownlayers.shipped", name=layer.name)
    tables = {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in base.manifest.tables.items()
    }
    own = tables.pop(TABLE)
    mine = own.frame["layer_id"] == layer.layer_id
    left = own.frame[~mine].reset_index(drop=True)
    if symbology is not None:
        drawn = own.frame["symbology"].astype(object).mask(mine, symbology.kept())
        left = own.frame.assign(symbology=drawn.astype("str").where(drawn.notna(), None))
    if len(left):
        tables[TABLE] = Table(left, own.source, own.as_of)
    details = {
        **base.manifest.details,
        "import": {
            "kind": TABLE,
            "counts": {TABLE: vars(counts)},
            "chosen": {said: {"layer": layer.name}},
        },
    }
    act = Act("import", who, base=base.snapshot_id, details=details)
    return store.publish(tables, act, border_quality=base.manifest.border_quality)
