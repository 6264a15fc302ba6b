"""Check that the communes form a coverage, and settle small overlaps and gaps.

All borders are noded together, which cuts the land into faces; a face claimed
by two communes is an overlap, one claimed by none is a gap. Topology is judged
in the plane of the stored degrees, so that no published vertex moves and a
vertex lying on a neighbour's edge stays on it; areas and lengths are measured
in `AREA_CRS`.
"""

from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries, areas_ha
from lib.language.errors import DataRefusedError

NEGLIGIBLE_HA: Final = 1e-6
"""A sliver below 0.01 m² is arithmetic, not land: it is settled but not listed."""

WIDEST_GAP_M: Final = 100.0
"""A gap wider than this is land of no unit (an enclave, a missing unit), not a drawing slip."""

_GRID_DEG: Final = 1e-11
"""Borders are noded on this grid, about 1 µm: closer lines are one line. Published vertices
(6 decimals) are on it; others are put back where they were."""

_NO_POLYGON: Final = "Not a polygon"


@dataclass(frozen=True)
class CoverageReport:
    """Overlaps, gaps and unmatched edges of a set of units.

    Attributes
    ----------
    units, parts, holes, vertices : int
        Number of units, of their polygons, of the holes in those, of stored coordinates.
    overlaps : tuple of (code_a, code_b, area_ha)
        Pairs that share land, largest first; ``code_a < code_b``.
    gaps : tuple of area_ha
        Land of no unit closed in by units, largest first.
    invalid_edge_codes : tuple of code
        Units with an edge their neighbour does not have in the same way.
    """

    units: int
    parts: int
    holes: int
    vertices: int
    overlaps: tuple[tuple[str, str, float], ...]
    gaps: tuple[float, ...]
    invalid_edge_codes: tuple[str, ...]


@dataclass(frozen=True)
class Settlement:
    """One overlap or gap, and the unit it was given to.

    Attributes
    ----------
    kind : {"overlap", "gap"}
        What it was; the label is the text ``geometry.<kind>``.
    from_code : str
        Unit that gave it up; empty for a gap.
    to_code : str
        Unit that has it now.
    area_ha : float
        Its area: of all overlaps of the two, or of one gap.
    rule : str
        Key of the text of the rule that decided.
    """

    kind: Literal["overlap", "gap"]
    from_code: str
    to_code: str
    area_ha: float
    rule: str


def _report(
    units: gpd.GeoDataFrame, faces: gpd.GeoDataFrame, claims: pd.DataFrame
) -> CoverageReport:
    """Return how `units`, sorted by code, fit together."""
    codes, raw = units["code"].to_numpy(), np.array(units.geometry, dtype=object)
    twice = claims.merge(claims[["face", "unit"]], on="face").query("unit_x < unit_y")
    shared = twice.groupby(["unit_x", "unit_y"])["area_ha"].sum().sort_values(ascending=False)
    shared = shared[shared > NEGLIGIBLE_HA]
    gaps = faces.drop(claims["face"])["area_ha"].sort_values(ascending=False)
    unmatched = ~shapely.is_empty(shapely.coverage_invalid_edges(raw))
    return CoverageReport(
        units=len(units),
        parts=int(shapely.get_num_geometries(raw).sum()),
        holes=int(shapely.get_num_interior_rings(shapely.get_parts(raw)).sum()),
        vertices=int(shapely.get_num_coordinates(raw).sum()),
        overlaps=tuple((codes[a], codes[b], area) for a, b, area in _triples(shared)),
        gaps=tuple(gaps[gaps > NEGLIGIBLE_HA].tolist()),
        invalid_edge_codes=tuple(codes[unmatched]),
    )


def check_and_settle(
    communes: gpd.GeoDataFrame,
    official_area_km2: pd.Series | None = None,
    *,
    widest_gap_m: float = WIDEST_GAP_M,
) -> tuple[CoverageReport, gpd.GeoDataFrame, tuple[Settlement, ...]]:
    """Report how `communes` fit together, and return them as an exact coverage.

    The rule: an overlap goes to the commune that lacks more of its officially
    published area, as a share of it (a commune without a published area lacks
    nothing; between equals the lower code wins). A gap goes to the neighbour
    with the longest shared edge. No other land moves, and a commune that had
    no part in it keeps its geometry, vertex for vertex.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns ``code`` and ``geometry``, EPSG:4326.
    official_area_km2 : pandas.Series, optional
        Published areas in km², indexed by code; blanks are allowed.
    widest_gap_m : float
        Gaps wider than this (diameter of the largest circle inside) stay open.

    Returns
    -------
    CoverageReport
        Of `communes` as they came. Overlaps and gaps below `NEGLIGIBLE_HA` are not listed.
    geopandas.GeoDataFrame
        Same rows, index and columns; ``shapely.coverage_is_valid`` is True.
    tuple of Settlement
        All land moved: overlaps, then gaps, each largest first.

    Raises
    ------
    DataRefusedError
        If a geometry is missing, no polygon or invalid, or if a unit would
        lose all its land.
    """
    ranked = (
        communes[["code", "geometry"]]
        .assign(lack=_lack(communes, official_area_km2), row=np.arange(len(communes)))
        .sort_values(["lack", "code"], ascending=[False, True])
    )
    codes, raw = ranked["code"].to_numpy(), np.array(ranked.geometry, dtype=object)
    _refuse_unusable(codes, raw)

    by_code = np.argsort(codes)
    faces, claims = _faces(raw[by_code])
    report = _report(communes.sort_values("code"), faces, claims)
    claims["unit"] = by_code[claims["unit"]]
    owner = claims.groupby("face")["unit"].min()
    for unit in np.setdiff1d(np.arange(len(raw)), owner):
        raise DataRefusedError("geometry.unit_swallowed", code=codes[unit])
    gaps = faces.drop(owner.index)
    closed = _longest_edge(gaps[_width_m(gaps) <= widest_gap_m], faces, owner)
    moves = _overlap_moves(ranked, claims, owner)
    moves += [
        Settlement("gap", "", codes[unit], area, "geometry.rule_longest_edge")
        for unit, area in zip(closed, faces["area_ha"][closed.index].tolist(), strict=True)
    ]

    settled = _united(faces, pd.concat([owner, closed]))
    values = np.empty_like(raw)
    values[ranked["row"].to_numpy()] = np.where(_unchanged(raw, settled), raw, settled)
    result = communes.set_geometry(gpd.GeoSeries(values, index=communes.index, crs=communes.crs))
    listed = [move for move in moves if move.area_ha > NEGLIGIBLE_HA]
    order = sorted(listed, key=lambda m: (m.kind == "gap", -m.area_ha, m.to_code))
    return report, result, tuple(order)


def _reasons(values: Geometries) -> npt.NDArray[np.object_]:
    """Return GEOS's reason for each geometry that cannot be used, "" for the others."""
    kinds = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    usable = np.isin(shapely.get_type_id(values), kinds) & ~shapely.is_empty(values)
    reasons = np.where(shapely.is_valid(values), "", shapely.is_valid_reason(values))
    return np.where(usable, reasons, _NO_POLYGON).astype(object)


def _refuse_unusable(codes: npt.NDArray[np.object_], values: Geometries) -> None:
    for code, reason in zip(codes, _reasons(values), strict=True):
        if reason == _NO_POLYGON:
            raise DataRefusedError("geometry.not_polygon", code=code)
        if reason:
            raise DataRefusedError("geometry.invalid_polygon", code=code, reason=reason)


def _lack(communes: gpd.GeoDataFrame, official_area_km2: pd.Series | None) -> pd.Series:
    """Return the share of its published area each commune lacks (negative: has too much)."""
    if official_area_km2 is None:
        return pd.Series(0.0, index=communes.index)
    official = official_area_km2.reindex(communes["code"]).set_axis(communes.index)
    return (1 - areas_ha(communes.geometry) / 100 / official).fillna(0.0)


def _faces(values: Geometries) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the faces the borders of `values` enclose, and who claims each.

    Returns
    -------
    faces : geopandas.GeoDataFrame
        geometry, area_ha; every vertex of `values` is in them, as it was.
    claims : pandas.DataFrame
        face, unit (position in `values`), area_ha; no row for a gap.
    """
    noded = shapely.union_all(shapely.boundary(values), grid_size=_GRID_DEG)
    shapes = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.point_on_surface(shapes)
    face, unit = shapely.STRtree(values).query(inside, predicate="intersects")
    faces = gpd.GeoDataFrame(geometry=_off_grid(shapes, values), crs=STORAGE_CRS)
    faces["area_ha"] = areas_ha(faces.geometry)
    claims = pd.DataFrame({"face": face, "unit": unit})
    return faces, claims.join(faces["area_ha"], on="face")


def _off_grid(shapes: Geometries, published: Geometries) -> Geometries:
    """Return `shapes` with the vertices of `published` where noding had put them on its grid."""

    def cell(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
        return np.asarray(np.rint(xy / _GRID_DEG) @ [1, 1j])

    xy, noded = shapely.get_coordinates(published), shapely.get_coordinates(shapes)
    cells, first = np.unique(cell(xy), return_index=True)
    place = np.minimum(np.searchsorted(cells, cell(noded)), len(cells) - 1)
    known = cells[place] == cell(noded)
    noded[known] = xy[first[place[known]]]
    return np.asarray(shapely.set_coordinates(shapes, noded))


def _overlap_moves(
    ranked: gpd.GeoDataFrame, claims: pd.DataFrame, owner: pd.Series
) -> list[Settlement]:
    """Return what each unit lost to the higher-ranked ones that have its land now."""
    codes, lack = ranked["code"].to_numpy(), ranked["lack"].to_numpy()
    lost = claims.assign(owner=owner[claims["face"]].to_numpy()).query("unit != owner")
    areas = lost.groupby(["unit", "owner"])["area_ha"].sum()
    rules = {True: "geometry.rule_shortfall", False: "geometry.rule_code"}
    return [
        Settlement("overlap", codes[unit], codes[won], area, rules[bool(lack[won] > lack[unit])])
        for unit, won, area in _triples(areas)
    ]


def _triples(areas: pd.Series) -> list[tuple[int, int, float]]:
    """Return a series indexed by two units as plain tuples."""
    return list(areas.reset_index().itertuples(index=False, name=None))


def _width_m(faces: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return the diameter in metres of the largest circle inside each face."""
    metric = faces.geometry.to_crs(AREA_CRS).to_numpy()
    return 2 * np.asarray(shapely.length(shapely.maximum_inscribed_circle(metric)))


def _longest_edge(gaps: gpd.GeoDataFrame, faces: gpd.GeoDataFrame, owner: pd.Series) -> pd.Series:
    """Return for each gap the unit whose land shares most of its border."""
    claimed = faces.geometry[owner.index]
    gap, face = claimed.sindex.query(gaps.geometry, predicate="intersects")
    edges = gaps.boundary.take(gap).intersection(claimed.boundary.take(face), align=False)
    shared = pd.DataFrame(
        {"gap": edges.index, "unit": owner.to_numpy()[face], "m": edges.to_crs(AREA_CRS).length}
    )
    lengths = shared.groupby(["gap", "unit"], as_index=False).sum()
    longest = lengths.sort_values(["m", "unit"], ascending=[False, True])
    return longest.groupby("gap")["unit"].first()


def _united(faces: gpd.GeoDataFrame, owner: pd.Series) -> Geometries:
    """Return the union of each unit's faces as a multipolygon, as the published ones are."""
    shapes = faces.geometry.to_numpy()
    units = [shapely.coverage_union_all(shapes[own.index]) for _, own in owner.groupby(owner)]
    parts, unit = shapely.get_parts(units, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=unit))


def _unchanged(before: Geometries, after: Geometries) -> npt.NDArray[np.bool_]:
    """Return True where both have the same vertices, whatever their order and repetition."""
    parts, unit = shapely.get_parts(shapely.remove_repeated_points(before), return_index=True)
    plain = shapely.normalize(shapely.multipolygons(parts, indices=unit))
    return np.asarray(shapely.equals_identical(plain, shapely.normalize(after)))
