"""Collect the shapes of all files with their labels, and the CRS each is read in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.geo import zones
from lib.geo.crs import STORAGE_CRS
from lib.importing.coordinates.pages import pages
from lib.importing.coordinates.parcels import CoordinateTable
from lib.importing.coordinates.reader import is_coordinate_table, read_coordinate_table
from lib.importing.draft import CrsRead, Options
from lib.importing.readers.base import Content, Features
from lib.importing.readers.grid import Cell, Grid, cell_text, clean_text
from lib.importing.sheets.cells import hidden
from lib.importing.texts import as_grid
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, Twin, from_error
from lib.language.text import Lang, fold, number

_WKT: Final = ("wkt", "geometry", "geom", "hinh hoc")
_STORAGE_EPSG: Final = 4326
_VN2000_DEGREES: Final = 4756
_CODES: Final = (
    "cluster_id",
    "ma_cum",
    "ma cum",
    "macum",
    "ma_ccn",
    "ma ccn",
    "maccn",
    "code",
    "ma",
)
_NAMES: Final = (
    *("name", "ten", "ten_cum", "ten cum", "tencum", "ten_ccn", "ten ccn", "tenccn"),
    *("ten cum cong nghiep", "cluster_name", "cluster", "cum", "text", "layer"),
)
"""Columns that name a shape, the surest first; of a drawing the text inside it, else its layer."""
_LABELS: Final = frozenset({*_CODES, *_NAMES})


@dataclass(frozen=True)
class Shapes:
    """The shapes of one file or layer, in its own coordinates.

    Parameters
    ----------
    file : str
        Name of the file with sheet or layer.
    frame : DataFrame
        ``code``, ``name``, ``row`` (as a person counts), ``stated_ha``; ``by_layer``
        where the name is only that of a layer of a drawing.
    given : numpy.ndarray of shapely geometries
        (easting, northing) or (lon, lat).
    epsg : int or None
        What the file states.
    by_format : bool
        That is only what the format prescribes.
    grid : Grid or None
        The attributes, for tables that want more than a label.
    """

    file: str
    frame: pd.DataFrame
    given: npt.NDArray[np.object_]
    epsg: int | None
    by_format: bool = False
    grid: Grid | None = None


def drawn(content: Content) -> bool:
    """Return whether a file holds shapes: layers, coordinate tables or a column of WKT."""
    return bool(content.layers) or any(
        is_coordinate_table(grid) or _wkt_column(grid) for grid in content.grids
    )


def shapes_of(content: Content) -> tuple[list[Shapes], list[Finding]]:
    """Return the shapes a file holds: features, coordinate tables, or tables with WKT."""
    found: list[Finding] = list(content.findings)
    layers, said_of_tables = _with_geometry(content)
    found.extend(said_of_tables)
    shapes = [_features(layer) for layer in layers]
    found.extend(said for one in shapes for said in _hidden(one))
    alone = len(content.grids) == 1
    groups, said = pages(content.grids)
    found.extend(said)
    for grid, *more in groups:
        if is_coordinate_table(grid):
            table = read_coordinate_table(grid, *more)
            found.extend(table.findings)
            if table.parcels:
                shapes.append(_parcels(grid, table))
        elif (place := _wkt_column(grid)) is not None:
            read, refused = _wkt(grid, *place)
            found.extend((*refused, *_hidden(read)))
            shapes.append(read)
        elif alone:
            raise DataRefusedError("importing.no_shapes", file=grid.place)
        else:
            found.append(Finding("note", "importing.sheet_unused", file=grid.place))
    if not shapes and not any(finding.level == "refused" for finding in found):
        raise DataRefusedError("importing.no_shapes", file=content.file)
    return shapes, found


def shapes_of_all(
    contents: Sequence[Content],
) -> tuple[list[tuple[Content, Shapes]], list[Finding]]:
    """Return the shapes of several files, each with its file; one without any is a finding."""
    shapes: list[tuple[Content, Shapes]] = []
    found: list[Finding] = []
    for content in contents:
        try:
            read, said = shapes_of(content)
        except DataRefusedError as error:
            found.append(from_error(error))
            continue
        shapes += [(content, one) for one in read]
        found += said
    return shapes, found


def _with_geometry(content: Content) -> tuple[list[Features], list[Finding]]:
    """Return the layers that have a shape at all, and a note for each other.

    Raises
    ------
    DataRefusedError
        The file has layers, and none of them has a shape.
    """
    drawn_ones = [one for one in content.layers if not shapely.is_missing(one.shapes).all()]
    if content.layers and not drawn_ones and not content.grids:
        raise DataRefusedError("importing.no_geometry", file=content.file)
    notes = [
        Finding("note", "importing.no_geometry_beside", {"count": len(one.frame)}, one.place)
        for one in content.layers
        if shapely.is_missing(one.shapes).all()
    ]
    return drawn_ones, notes


def _labels(grid: Grid) -> pd.DataFrame:
    """Return ``code`` and ``name`` of each row of a layer's attributes."""
    rows = grid.rows[1:]
    columns = {fold(cell_text(cell)): at for at, cell in reversed(list(enumerate(grid.rows[0])))}

    def first(words: tuple[str, ...]) -> list[str]:
        places = [columns[word] for word in words if word in columns]
        texts = ([clean_text(cell_text(row[at])) for at in places] for row in rows)
        return [next((text for text in row if text), "") for row in texts]

    labels = pd.DataFrame({"code": first(_CODES), "name": first(_NAMES)}, dtype=object)
    # The name of a drawing's layer is the least sure: RANH, HIEN TRANG.
    return labels.assign(by_layer=[not name for name in first(_NAMES[:-1])])


def _hidden(shapes: Shapes) -> list[Finding]:
    """Return a finding for each label from which characters nobody sees are taken out."""
    if shapes.grid is None:
        return []
    heading, *rows = shapes.grid.rows
    titles = {at: cell_text(cell) for at, cell in enumerate(heading)}
    return [
        Finding("mended", told.key, dict(told.values), shapes.file, int(row), titles[at])
        for row, cells in zip(shapes.frame["row"], rows, strict=True)
        for at in titles
        if fold(titles[at]) in _LABELS and (told := hidden(cells[at])).level
    ]


def _features(layer: Features) -> Shapes:
    grid = as_grid(layer)
    frame = _labels(grid)
    frame["row"] = layer.rows or range(1, len(frame) + 1)
    frame["stated_ha"] = np.nan
    epsg = int(layer.crs.removeprefix("EPSG:")) if layer.crs else None
    return Shapes(layer.place, frame, layer.shapes, epsg, layer.by_format, grid)


def _parcels(grid: Grid, table: CoordinateTable) -> Shapes:
    parcels = table.parcels
    frame = pd.DataFrame(
        {
            "code": [parcel.code for parcel in parcels],
            "name": [parcel.name for parcel in parcels],
            "row": [parcel.rows[0] for parcel in parcels],
            "stated_ha": [parcel.stated_area_ha for parcel in parcels],
        }
    ).astype({"code": object, "name": object, "stated_ha": float})
    frame["by_layer"] = False
    given = np.array([parcel.polygon() for parcel in parcels], dtype=object)
    degrees = all(parcel.geographic for parcel in parcels)
    if not degrees:
        return Shapes(grid.place, frame, given, table.stated_epsg)
    if table.stated_epsg is None:  # its title says VN-2000, which is asked
        return Shapes(grid.place, frame, given, _VN2000_DEGREES, by_format=True)
    return Shapes(grid.place, frame, given, _STORAGE_EPSG, by_format=True)


def _wkt_column(grid: Grid) -> tuple[int, int] | None:
    """Return (row of the heading, column) if a heading says WKT or geometry."""
    for at, row in enumerate(grid.rows[:5]):
        for place, cell in enumerate(row):
            if isinstance(cell, str) and fold(cell) in _WKT:
                return at, place
    return None


def _wkt(grid: Grid, top: int, place: int) -> tuple[Shapes, list[Finding]]:
    kept: list[tuple[Cell, ...]] = []
    given: list[shapely.Geometry] = []
    rows: list[int] = []
    refused: list[Finding] = list(grid.ragged(top, range(top + 1, len(grid.rows))))
    for at, row in enumerate(grid.rows[top + 1 :], start=grid.first_row + top + 1):
        if not any(cell_text(cell) for cell in row):
            continue
        try:
            shape = shapely.from_wkt(cell_text(row[place]))
        except shapely.errors.GEOSException:
            shape = None
        if shape is None:
            value = cell_text(row[place])[:40]
            refused.append(
                Finding("refused", "importing.bad_wkt", {"value": value}, grid.place, at, "WKT")
            )
            continue
        kept.append(row)
        given.append(shape)
        rows.append(at)
    table = Grid(grid.file, grid.sheet, (grid.rows[top], *kept), first_row=grid.first_row + top)
    frame = _labels(table)
    frame["row"] = rows
    frame["stated_ha"] = np.nan
    return Shapes(grid.place, frame, np.array(given, dtype=object), None, grid=table), refused


def place(
    shapes: Shapes, options: Options, province: shapely.Geometry
) -> tuple[gpd.GeoDataFrame | None, CrsRead, list[Finding]]:
    """Return the shapes of one file in EPSG:4326, the CRS they were read in, what was found.

    The CRS is never guessed: what the file states counts, else what a person
    chose. If the shapes then lie outside the province, or no CRS is known, the
    file is refused and the reading that puts them inside is proposed.

    Parameters
    ----------
    shapes : Shapes
        In the file's own coordinates.
    options : Options
        With the CRS chosen, and whether X and Y are exchanged.
    province : shapely geometry
        EPSG:4326.
    """
    stated = shapes.epsg if not shapes.by_format or options.crs is None else None
    if stated is not None and options.crs is not None and stated != options.crs:
        values = {"stated": _zone_words(stated), "chosen": _zone_words(options.crs)}
        clash = Finding("refused", "importing.crs_conflict", values, file=shapes.file)
        return None, CrsRead(shapes.file, stated, stated=True), [clash]
    if stated is not None and not zones.readable(stated):
        other = Finding("refused", "importing.crs_unsupported", {"epsg": stated}, file=shapes.file)
        return None, CrsRead(shapes.file, stated, stated=True), [other]
    epsg = stated if stated is not None else options.crs
    present = shapes.given[~shapely.is_missing(shapes.given) & ~shapely.is_empty(shapes.given)]
    if epsg is None:
        inside = [r for r in zones.readings(present, province) if r.inside]
        words = Twin.of(lambda lang: "; ".join(_reading_words(r, lang) for r in inside))
        key = "importing.crs_needed" if inside else "importing.crs_needed_nowhere"
        read = CrsRead(
            shapes.file,
            None,
            stated=False,
            proposed=inside[0].epsg if len(inside) == 1 else None,
            proposed_swapped=bool(len(inside) == 1 and inside[0].swapped),
        )
        return None, read, [Finding("refused", key, {"zones": words}, file=shapes.file)]
    told = [
        replace(f, level="refused" if f.level == "ask" else f.level)
        for f in zones.propose(present, epsg, province, swapped=options.swapped, file=shapes.file)
    ]
    proposed = zones.proposal(present, epsg, province, swapped=options.swapped)
    read = CrsRead(
        shapes.file,
        epsg,
        stated=stated is not None,
        proposed=proposed.epsg if proposed else None,
        proposed_swapped=bool(proposed and proposed.swapped),
    )
    if any(finding.level == "refused" for finding in told):
        return None, read, told
    placed = zones.to_storage(shapes.given, epsg, swapped=options.swapped)
    frame = gpd.GeoDataFrame(shapes.frame.assign(epsg=epsg), geometry=placed, crs=STORAGE_CRS)
    told.append(
        Finding(
            "note",
            "importing.crs_used",
            {"zone": _zone_words(epsg), "count": number(len(frame))},
            file=shapes.file,
        )
    )
    return frame, read, told


def _zone_words(epsg: int) -> str:
    if not zones.readable(epsg):
        return f"EPSG:{epsg}"
    return Twin.of(lambda lang: zones.zone_label(epsg, lang))


def _reading_words(reading: zones.Reading, lang: Lang) -> str:
    return zones.zone_label(reading.epsg, lang) + (" (X↔Y)" if reading.swapped else "")
