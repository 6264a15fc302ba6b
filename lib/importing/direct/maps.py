"""Outlines and borders given to a command by hand: read as an import reads them.

The shapes are those `lib.importing.shapes` finds in a file of any kind, every
layer of it; a CRS is what the file states and never guessed.
"""

import re
from itertools import combinations
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.crossing.communes import CommuneIndex, on_globe, plane, prepare_communes
from lib.crossing.verdict import SURVEYED_M
from lib.geo import zones
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.importing import texts
from lib.importing.bring import read_all
from lib.importing.direct.tables import Given
from lib.importing.draft import Options, gravest_first
from lib.importing.outlines.check import polygons_in
from lib.importing.readers.grid import Cell, clean_text
from lib.importing.shapes import Shapes, place, shapes_of_all
from lib.importing.sheets.cells import commune_code, read_cell
from lib.language.findings import Finding, Twin
from lib.language.text import hectares

_GLOBE: Final = np.array([180.0, 90.0])
_DEGREES: Final = 4326
_AREA: Final = 2
_COLLECTION: Final = 7
_STRIP_M: Final = 1.0
_ACCURACY: Final = "outline_accuracy_m"
_SAID: Final = {_ACCURACY: "outlines", "outline_quality": "outlines"}
_BORDER_QUALITY: Final = "border_quality"


def both(clusters: Path, borders: Path) -> tuple[Given, Given | None]:
    """Return the communes and the outlines of two files; for `lib.importing.apart.sandbox` to call.

    Parameters
    ----------
    clusters, borders : Path
        As `outlines` and `communes` take them.

    Returns
    -------
    tuple of Given
        Communes, then outlines; None where something is wrong with the communes.

    Raises
    ------
    WrongUseError
        A file is not there.
    """
    given = communes(borders)
    if given.source is None:
        return given, None
    return given, outlines(clusters, prepare_communes(gpd.GeoDataFrame(given.source)))


def communes(path: Path) -> Given:
    """Return the communes of a file as `lib.crossing.communes.prepare_communes` takes them.

    Parameters
    ----------
    path : Path
        Any kind of file an import takes, with a code and a name of each commune.

    Returns
    -------
    Given
        ``code`` (a zero a spreadsheet dropped is put back), ``name``,
        ``geometry`` in EPSG:4326 and, where the file has it, ``border_quality``.

    Raises
    ------
    WrongUseError
        The file is not there.
    """
    found, shapes = _shapes(path)
    frames = []
    for one in shapes:
        told = _no_place(one)
        found += told
        if told or one.epsg is None:
            continue
        placed = zones.to_storage(_taken_out(one, found), one.epsg)
        frame = gpd.GeoDataFrame(one.frame[["code", "name"]], geometry=placed, crs=STORAGE_CRS)
        frame["code"] = _commune_codes(one, found)
        frames.append(frame.assign(**_column(one, _BORDER_QUALITY)))
    return _given(frames, found, path, ("code", "name"))


def outlines(path: Path, borders: CommuneIndex) -> Given:
    """Return the outlines of a file as `lib.crossing.verdict.cut` takes them.

    Parameters
    ----------
    path : Path
        Any kind of file an import takes, with a code and a name of each cluster.
    borders : CommuneIndex
        Of the communes: where the outlines have to lie.

    Returns
    -------
    Given
        ``cluster_id``, ``name``, ``geometry`` in EPSG:4326 and
        ``outline_accuracy_m``, metres: 0.5 unless the file says otherwise.

    Raises
    ------
    WrongUseError
        The file is not there.
    """
    found, shapes = _shapes(path)
    (land,) = on_globe(borders.shapes[-1:])
    frames = []
    for one in shapes:
        told = _no_place(one)
        placed = None
        if not told:
            placed, _, told = place(one, Options("outlines", ""), land)
        found += told
        if placed is None:
            continue
        frame = placed.set_geometry(_taken_out(one, found, placed.geometry.to_numpy()))
        frame = frame.rename(columns={"code": "cluster_id"})[["cluster_id", "name", "geometry"]]
        found += _claimed_twice(frame, borders, one.file)
        frame[_ACCURACY] = SURVEYED_M
        for column, table in _SAID.items():
            for name, values in _column(one, column).items():
                frame[name] = _read(one, values, table, column, found)
        frames.append(frame)
    return _given(frames, found, path, ("cluster_id", "name"))


def _shapes(path: Path) -> tuple[list[Finding], list[Shapes]]:
    """Return the shapes of every layer, sheet or table of a file, and what was found."""
    contents, found = read_all([(path, path.name)])
    settled, said, _ = texts.settle(contents, None)
    found += said
    shapes, told = shapes_of_all(settled)
    return [*found, *told], [one for _, one in shapes]


def _no_place(shapes: Shapes) -> list[Finding]:
    """Return the refusal of shapes whose CRS is not stated or cannot be what the format says."""
    xy = shapely.get_coordinates(shapes.given)
    beyond = bool((np.abs(xy) > _GLOBE).any())  # what is no number at all is told by its row
    if shapes.epsg is None or (shapes.by_format and beyond and shapes.epsg == _DEGREES):
        key = "direct.no_crs" if shapes.epsg is None else "direct.not_degrees"
        return [Finding("refused", key, {}, shapes.file)]
    if not zones.readable(shapes.epsg):
        values = {"epsg": shapes.epsg}
        return [Finding("refused", "importing.crs_unsupported", values, shapes.file)]
    return []


def _taken_out(shapes: Shapes, found: list[Finding], given: Geometries | None = None) -> Geometries:
    """Return the shapes with an outline that lies in a collection out of it."""
    taken: Geometries = (shapes.given if given is None else given).copy()
    for at in np.flatnonzero(shapely.get_type_id(taken) == _COLLECTION):
        inside = polygons_in(taken[at])
        if len(inside) == 1:
            name = shapes.frame["name"].iloc[at] or shapes.frame["code"].iloc[at]
            row = int(shapes.frame["row"].iloc[at])
            values = {"name": name, "cluster": shapes.frame["code"].iloc[at]}
            found.append(Finding("mended", "outlinecheck.taken_out", values, shapes.file, row))
            taken[at] = inside[0]
    return taken


def _claimed_twice(frame: gpd.GeoDataFrame, borders: CommuneIndex, file: str) -> list[Finding]:
    """Return a question for each cluster with land that two communes claim: it counts in both.

    Strips narrower than `_STRIP_M` are left: borders drawn apart have them everywhere.
    """
    found = []
    for at, shape in enumerate(plane(frame.geometry)):
        if shapely.get_dimensions(shape) != _AREA or not shapely.is_valid(shape):
            continue  # refused later, for what it is
        near = np.sort(borders.tree.query(shape, predicate="intersects"))
        pieces = zip(
            borders.codes[near], shapely.intersection(borders.shapes[near], shape), strict=True
        )
        claims = [
            ({one, other}, common)
            for (one, here), (other, there) in combinations(pieces, 2)
            if not shapely.is_empty(
                shapely.buffer(common := shapely.intersection(here, there), -_STRIP_M / 2)
            )
        ]
        if not claims:
            continue
        twice_ha = shapely.area(shapely.union_all([common for _, common in claims])) / 10_000
        values = {
            "name": frame["name"].iloc[at] or frame["cluster_id"].iloc[at],
            "codes": ", ".join(sorted(set().union(*(codes for codes, _ in claims)))),
            "area": Twin.of(lambda lang, ha=twice_ha: hectares(ha, lang)),  # type: ignore[misc]
        }
        found.append(Finding("ask", "direct.claimed_twice", values, file))
    return found


def _commune_codes(shapes: Shapes, found: list[Finding]) -> list[str]:
    """Return codes as text; one of four digits lost its zero and the row is told."""
    # A layer of parts of clusters has codes of clusters too.
    own = _column(shapes, "code").get("code", shapes.frame["code"].tolist())
    codes = []
    for cell, row in zip(own, shapes.frame["row"], strict=True):
        code = clean_text(cell)
        value = commune_code(code) if re.fullmatch(r"[0-9]{4}", code) else None
        if value is not None and value.level is not None:
            said = dict(value.values)
            found.append(Finding(value.level, value.key, said, shapes.file, int(row), "code"))
        codes.append(code if value is None else str(value.value))
    return codes


def _column(shapes: Shapes, column: str) -> dict[str, list[Cell]]:
    """Return a column of the attributes by its name, nothing if the layer has none."""
    if shapes.grid is None or column not in shapes.grid.rows[0]:
        return {}
    at = shapes.grid.rows[0].index(column)
    return {column: [row[at] for row in shapes.grid.rows[1:]]}


def _read(
    shapes: Shapes, cells: list[Cell], table: str, column: str, found: list[Finding]
) -> pd.Series:
    values = [read_cell(cell, table, column) for cell in cells]
    found += [
        Finding(value.level, value.key, dict(value.values), shapes.file, int(row), column)
        for value, row in zip(values, shapes.frame["row"], strict=True)
        if value.level is not None
    ]
    kind = "float64" if column == _ACCURACY else "object"
    return pd.Series([value.value for value in values], dtype=kind)


def _given(
    frames: list[gpd.GeoDataFrame], found: list[Finding], path: Path, labels: tuple[str, ...]
) -> Given:
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True)) if frames else None
    if whole is not None:
        blank = [label for label in labels if not whole[label].map(clean_text).any()]
        if blank:
            values = {"columns": ", ".join(blank)}
            found.append(Finding("refused", "crosswork.columns", values, path.name))
    findings = gravest_first(found)
    refused = any(finding.level in {"refused", "ask"} for finding in findings)
    return Given(None if refused else whole, findings)
