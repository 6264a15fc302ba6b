"""Prepare the communes for cutting clusters: planar geometry, spatial index, border lines.

Built once from the borders as published, never simplified, and shared by every
cut whatever its tolerance.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.errors import DataRefusedError, WrongUseError

Ints = npt.NDArray[np.int64]

POLYGONAL: Final = (3, 6)
"""Type ids of shapely's Polygon and MultiPolygon."""

_RUN: Final = 16  # segments of a border held together in the search tree


@dataclass(frozen=True, eq=False)
class CommuneIndex:
    """Communes prepared for any number of cuts; immutable, so that threads may share it.

    Attributes
    ----------
    codes, names : numpy.ndarray of str
        The communes in order of code and, last, an empty string for the land
        outside every commune.
    shapes : numpy.ndarray of shapely geometries
        The communes and, last, all of them together; `AREA_CRS`.
    tree : shapely.STRtree
        Of the communes.
    runs : numpy.ndarray of shapely.LineString
        The borders of `shapes` in short runs.
    owners : numpy.ndarray of int
        Position in `shapes` of each run.
    run_tree : shapely.STRtree
        Of the runs.
    """

    codes: npt.NDArray[np.object_]
    names: npt.NDArray[np.object_]
    shapes: Geometries
    tree: shapely.STRtree
    runs: Geometries
    owners: Ints
    run_tree: shapely.STRtree

    @property
    def outside(self) -> int:
        """Index that stands for the land outside every commune."""
        return len(self.shapes) - 1


def prepare_communes(communes: gpd.GeoDataFrame) -> CommuneIndex:
    """Return `communes` ready to cut clusters; do it once and keep the result.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns ``code``, ``name`` and ``geometry`` (polygons in any stated
        CRS), not simplified. Land claimed by two communes counts in both: pass
        a settled coverage (`lib.geo.coverage`) where shares have to sum to one.

    Raises
    ------
    WrongUseError
        If the CRS is not stated.
    DataRefusedError
        If there is no commune, a code is there twice, a polygon is missing or
        not valid, or a ``border_quality`` says ``schematic``: such borders are
        drawn for the eye and measure nothing.
    """
    if communes.crs is None:
        raise WrongUseError("crossing.communes_no_crs")
    if communes.empty:
        raise DataRefusedError("crossing.communes_none")
    if "border_quality" in communes and (communes["border_quality"] == "schematic").any():
        raise DataRefusedError("crossing.communes_schematic")
    units = communes.sort_values("code", kind="stable")
    codes = units["code"].astype(str).to_numpy(dtype=object)
    names = units["name"].astype(str).to_numpy(dtype=object)
    if units["code"].duplicated().any():
        twice = units.loc[units["code"].duplicated(), "code"].iloc[0]
        raise DataRefusedError("crossing.commune_twice", code=twice)
    shapes = shapely.remove_repeated_points(plane(units.geometry))
    land = np.isin(shapely.get_type_id(shapes), POLYGONAL) & (shapely.area(shapes) > 0)
    refused = np.flatnonzero(~(land & shapely.is_valid(shapes)))
    if len(refused):
        code, name = codes[refused[0]], names[refused[0]]
        raise DataRefusedError("crossing.commune_invalid", code=code, name=name)
    tree = shapely.STRtree(shapes)
    shapes = np.array([*shapes, shapely.union_all(shapes)], dtype=object)
    _build_locators(shapes)
    runs, owners = _runs(shapes)
    return CommuneIndex(
        codes=np.append(codes, ""),
        names=np.append(names, ""),
        shapes=shapes,
        tree=tree,
        runs=runs,
        owners=owners,
        run_tree=shapely.STRtree(runs),
    )


def plane(geometry: gpd.GeoSeries) -> Geometries:
    """Return geometries in the plane of measurement, `AREA_CRS`, without heights."""
    return shapely.force_2d(np.array(geometry.to_crs(AREA_CRS), dtype=object))


def on_globe(shapes: Geometries) -> gpd.GeoSeries:
    """Return geometries of the plane in longitude and latitude, EPSG:4326."""
    return gpd.GeoSeries(shapes, crs=AREA_CRS).to_crs(STORAGE_CRS)


def lines_around(
    outline: shapely.Geometry, index: CommuneIndex, *, reach_m: float
) -> shapely.Geometry:
    """Return the commune lines near an outline as published, to draw beside its pieces.

    Parameters
    ----------
    outline : shapely.Geometry
        EPSG:4326.
    reach_m : float
        How far from the outline's box a line is still wanted, metres.

    Returns
    -------
    shapely.Geometry
        Lines, EPSG:4326; empty if none is near.
    """
    (there,) = plane(gpd.GeoSeries([outline], crs=STORAGE_CRS))
    window = shapely.buffer(shapely.envelope(there), reach_m, join_style="mitre")
    hits = index.runs[index.run_tree.query(window, predicate="intersects")]
    lines = shapely.line_merge(shapely.intersection(shapely.union_all(hits), window))
    near: shapely.Geometry = on_globe(np.array([lines], dtype=object)).iloc[0]
    return near


def _build_locators(shapes: Geometries) -> None:
    """Prepare `shapes` and ask each once: what is built on demand is not built by two threads."""
    shapely.prepare(shapes)
    inner = shapely.point_on_surface(shapes)
    shapely.contains_xy(shapes, shapely.get_x(inner), shapely.get_y(inner))


def _runs(shapes: Geometries) -> tuple[Geometries, Ints]:
    """Return the rings of `shapes` in short lines, and whose each is."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    runs: list[npt.NDArray[np.float64]] = []
    owners: list[int] = []
    for ring, owner in zip(rings, part_of[ring_of], strict=True):
        xy = shapely.get_coordinates(ring)
        starts = range(0, len(xy) - 1, _RUN)
        runs += [xy[start : start + _RUN + 1] for start in starts]
        owners += [owner] * len(starts)
    return np.array([shapely.LineString(xy) for xy in runs], dtype=object), np.array(owners)
