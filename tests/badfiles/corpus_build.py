"""Builders: sound files of every kind, which the corpus then spoils in one place."""

import functools
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import docx
import geopandas as gpd
import numpy as np
import shapely
import xlsxwriter
from pyproj import Transformer

from lib.importing.readers import registry
from lib.importing.readers.base import Content
from lib.language.errors import DataRefusedError

Corners = list[tuple[float, float]]
Make = Callable[[Path], None]


@dataclass(frozen=True)
class BadFile:
    """One file that must not pass unseen.

    Parameters
    ----------
    id : str
        Name of the test.
    file_name : str
        What the file is called.
    make : callable
        Writes the file at the path it is given.
    kind : str
        What it is imported as, one of ``lib.importing.draft.KINDS``.
    crs : str or None
        EPSG code chosen at the import.
    outcome : {"refused", "mended"}
        Refused whole, or taken in once what was changed or asked is accepted.
    words : tuple of str
        What the message must say.
    """

    id: str
    file_name: str
    make: Make
    kind: str = "outlines"
    crs: str | None = None
    outcome: Literal["refused", "mended"] = "refused"
    words: tuple[str, ...] = ()


CLUSTER = "PT-001"
NAME = "Bãi Ba 2"
HOME = (105.165, 21.425)
"""Where cluster PT-001 is by its decision: former commune Chí Tiên; lon, lat."""
WEST = (104.869, 21.307)
"""Near the western border: numbers of 105°00' read as 104°45' fall out of the province."""
FAR = (108.1, 21.4)
"""300 km east of the province."""
SIDE_M = 866.0
"""Of a square of 75 ha, the area by decision of PT-001."""


@functools.cache
def between(source: int, target: int) -> Transformer:
    """Return the way from one reference system to another, x before y, looked up once."""
    return Transformer.from_crs(source, target, always_xy=True)


def square(place: tuple[float, float] = HOME, epsg: int = 9208, side_m: float = SIDE_M) -> Corners:
    """Return the corners (east, north) in `epsg`, counter-clockwise, of a square `side_m` wide."""
    east, north = between(4326, 9208).transform(*place)
    ring = [(east, north), (east + side_m, north), (east + side_m, north + side_m)]
    ring.append((east, north + side_m))
    return moved(ring, epsg)


def moved(ring: Corners, epsg: int) -> Corners:
    """Return corners given in EPSG:9208 in `epsg`."""
    if epsg == 9208:
        return [(round(x, 2), round(y, 2)) for x, y in ring]
    away = between(9208, epsg)
    digits = 8 if epsg == 4326 else 2
    return [(round(x, digits), round(y, digits)) for x, y in (away.transform(*c) for c in ring)]


def attempt(path: Path, name: str | None = None) -> Content | DataRefusedError:
    """Return what a reader makes of a file; nothing but a refusal is caught."""
    try:
        return registry.read(path, name)
    except DataRefusedError as error:
        return error


# ---- plain bytes ------------------------------------------------------------------------


def holding(content: bytes | str, encoding: str = "utf-8") -> Make:
    """Return a maker of a file with these bytes."""
    data = content if isinstance(content, bytes) else content.encode(encoding)
    return lambda path: (path.write_bytes(data), None)[1]


def cut(make: Make, share: float = 0.6) -> Make:
    """Return a maker of the same file with its end missing."""

    def write(path: Path) -> None:
        make(path)
        os.truncate(path, int(path.stat().st_size * share))

    return write


def metres(value: float) -> str:
    """Return metres as an office writes them: decimal comma."""
    return f"{value:.2f}".replace(".", ",")


def coordinate_rows(ring: Corners) -> list[list[str]]:
    """Return a coordinate table, heading first: X is the northing, Y the easting."""
    closed = [*ring, ring[0]]
    edges = [np.hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(closed)]
    rows = [["Số hiệu điểm", "X (m)", "Y (m)", "Chiều dài cạnh (m)"]]
    for number, ((east, north), edge) in enumerate(zip(ring, edges, strict=True), start=1):
        rows.append([str(number), metres(north), metres(east), metres(edge)])
    return rows


def csv_text(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    """Return rows as a CSV text."""
    return "".join(separator.join(row) + "\r\n" for row in rows)


def table(ring: Corners | None = None, **changed: str) -> str:
    """Return a coordinate table as CSV; ``c2="x"`` puts x into the Y of the second point.

    Letters name the columns as a sheet does: a the point, b X, c Y, d the length.
    """
    rows = coordinate_rows(ring or square())
    for place, value in changed.items():
        rows[int(place[1:])]["abcd".index(place[0])] = value
    return csv_text(rows)


# ---- geometry -----------------------------------------------------------------------------


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    """Return a GeoJSON feature of cluster PT-001 unless told otherwise."""
    named = {"cluster_id": CLUSTER, "name": NAME} | properties
    return {"type": "Feature", "properties": named, "geometry": geometry}


def polygon(ring: Sequence[Sequence[float]], *holes: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return a GeoJSON polygon; rings are closed here."""
    rings = [[*map(list, part), list(part[0])] for part in (ring, *holes)]
    return {"type": "Polygon", "coordinates": rings}


def collection(*features: Mapping[str, Any], crs: object = None) -> str:
    """Return the text of a feature collection; `crs` is an EPSG code or the member itself."""
    document: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if isinstance(crs, int):
        name = f"urn:ogc:def:crs:EPSG::{crs}"
        document["crs"] = {"type": "name", "properties": {"name": name}}
    return json.dumps(document, ensure_ascii=False)


def frame(*polygons: shapely.Polygon, epsg: int | None = 9208, **columns: object) -> Any:
    """Return a GeoDataFrame of polygons, by default the one square of PT-001."""
    shapes = list(polygons) or [shapely.Polygon(square(epsg=epsg or 9208))]
    values = {"cluster_id": [CLUSTER] * len(shapes), "name": [NAME] * len(shapes)} | columns
    return gpd.GeoDataFrame(values, geometry=shapes, crs=epsg)


def kml(*placemarks: str, head: str = "", name: str = NAME) -> str:
    """Return a KML document; without placemarks the square of PT-001."""
    shown = placemarks or (placemark(name, square(epsg=4326)),)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{''.join(shown)}</Document></kml>"
    )


def placemark(name: str, ring: Corners, extra: str = "") -> str:
    """Return a placemark with one polygon."""
    return f"<Placemark><name>{name}</name>{extra}{kml_polygon(ring)}</Placemark>"


def kml_polygon(ring: Corners) -> str:
    """Return a KML polygon."""
    points = " ".join(f"{x},{y},0" for x, y in [*ring, ring[0]])
    inner = f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{inner}</outerBoundaryIs></Polygon>"


# ---- zips and office files ------------------------------------------------------------------


def zipped(path: Path, parts: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> None:
    """Write a zip of these parts."""
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def spoil(make: Make, change: Callable[[dict[str, bytes]], None]) -> Make:
    """Return a maker of a zip (or office file) after `change` of its parts."""

    def write(path: Path) -> None:
        make(path)
        with zipfile.ZipFile(path) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        change(parts)
        zipped(path, parts)

    return write


def shapefile_parts(path: Path, given: Any = None, stem: str = "ranh") -> dict[str, bytes]:
    """Return the parts of a Shapefile by name, made beside `path`."""
    folder = path.with_name(f"{path.name}.parts")
    folder.mkdir(exist_ok=True)
    (frame() if given is None else given).to_file(folder / f"{stem}.shp", encoding="utf-8")
    parts = {part.name: part.read_bytes() for part in sorted(folder.glob(f"{stem}.*"))}
    for part in folder.iterdir():
        part.unlink()
    folder.rmdir()
    return parts


def shapefile(path: Path) -> None:
    """Write a zipped Shapefile."""
    zipped(path, shapefile_parts(path))


def workbook(*sheets: Sequence[Sequence[object]]) -> Make:
    """Return a maker of a workbook with these sheets."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            for rows in sheets:
                sheet = book.add_worksheet()
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)

    return write


def document(*tables: Sequence[Sequence[str]], title: str = "") -> Make:
    """Return a maker of a Word document with these tables."""

    def write(path: Path) -> None:
        made = docx.Document()
        for rows in tables:
            if title:
                made.add_paragraph(title)
            grid = made.add_table(len(rows), max(map(len, rows)))
            for cells, row in zip(grid.rows, rows, strict=True):
                for cell, text in zip(cells.cells, row, strict=True):
                    cell.text = text
        made.save(str(path))

    return write
