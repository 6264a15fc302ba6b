"""Check which cluster outlines can be cut, and say why the others cannot.

Nothing is repaired: a repaired outline is a different outline, and only the
office knows which was meant.
"""

import re
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.crossing.communes import POLYGONAL, on_globe, plane
from lib.geo.geometry import Geometries
from lib.language.errors import WrongUseError
from lib.language.text import is_blank

Bools = npt.NDArray[np.bool_]

FLAT_M2: Final = 0.01
"""An outline whose convex hull is smaller has no area: its points are on a line or in a spot."""

NO_OUTLINE: Final = {"approximate": "approximate_outline", "none": "no_outline"}
"""Qualities of an outline that measures nothing, with the reason of the verdict."""

_PLACE: Final = re.compile(r"^(?P<what>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]$")
_FAULTS: Final = {
    "Self-intersection": "crosses_itself",
    "Ring Self-intersection": "crosses_itself",
    "Hole lies outside shell": "bad_hole",
    "Holes are nested": "bad_hole",
    "Interior is disconnected": "bad_hole",
}
"""What GEOS calls a fault; any other is of parts that lie on each other."""


def unmeasured(clusters: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return for each cluster why its outline measures nothing; None if it does.

    ``approximate_outline`` and ``no_outline`` come from ``outline_quality``
    where that column is there; ``unknown_accuracy`` from a blank
    ``outline_accuracy_m``.
    """
    reason = np.full(len(clusters), None, dtype=object)
    reason[clusters["outline_accuracy_m"].isna().to_numpy(dtype=bool)] = "unknown_accuracy"
    if "outline_quality" in clusters:
        by_quality = clusters["outline_quality"].map(NO_OUTLINE).astype(object).to_numpy()
        told = ~pd.isna(by_quality)
        reason[told] = by_quality[told]
    return reason


def check_outlines(clusters: gpd.GeoDataFrame, measured: Bools) -> tuple[Geometries, pd.DataFrame]:
    """Return the outlines in the plane of measurement, and what is refused.

    Parameters
    ----------
    clusters : geopandas.GeoDataFrame
        ``cluster_id``, ``outline_accuracy_m`` and ``geometry`` in any stated CRS.
    measured : numpy.ndarray of bool
        Clusters whose outline is to be cut; of the others only the id counts.

    Returns
    -------
    outlines : numpy.ndarray of shapely geometries
        `AREA_CRS`; only those of rows not refused can be used.
    refused : pandas.DataFrame
        Index: position of the row. ``cluster_id``; ``reason``, the key of a
        text; ``values``, what the text names.

    Raises
    ------
    WrongUseError
        If the CRS is not stated.
    """
    if clusters.crs is None:
        raise WrongUseError("crossing.clusters_no_crs")
    given = np.array(clusters.geometry, dtype=object)
    ids = clusters["cluster_id"]
    empty = shapely.is_missing(given) | shapely.is_empty(given)
    polygons = np.isin(shapely.get_type_id(given), POLYGONAL)
    finite = polygons & ~empty & _is_finite(given)
    outlines = np.full(len(given), None, dtype=object)
    outlines[finite] = plane(gpd.GeoSeries(given[finite], crs=clusters.crs))
    finite &= _is_finite(outlines)
    flat = finite & (shapely.area(outlines) < FLAT_M2)  # or a figure of eight: its hull tells
    flat[flat] = shapely.area(shapely.convex_hull(outlines[flat])) < FLAT_M2
    valid = shapely.is_valid(outlines)
    accuracy = clusters["outline_accuracy_m"].to_numpy(dtype=float, na_value=np.nan)
    reason = np.select(
        [
            (ids.isna() | ids.astype(str).str.strip().eq("")).to_numpy(dtype=bool),
            ids.duplicated(keep=False).to_numpy(),
            ~measured,
            (accuracy < 0) | np.isinf(accuracy),
            empty,
            ~polygons,
            ~finite,
            flat,
            ~valid,
        ],
        [
            "outline_no_id",
            "outline_twice",
            "",
            "outline_bad_accuracy",
            "outline_empty",
            "outline_not_polygon",
            "outline_not_finite",
            "outline_zero_area",
            "outline_invalid",
        ],
        default="",
    )
    rows = [(at, *_refusal(reason[at], outlines[at])) for at in np.flatnonzero(reason != "")]
    refused = pd.DataFrame(rows, columns=["row", "reason", "values"]).set_index("row")
    named = ids.iloc[refused.index].map(lambda name: "" if is_blank(name) else str(name))
    refused.insert(0, "cluster_id", named.to_numpy(dtype=object))
    told = [
        {"cluster_id": name, "row": row + 1, **values}
        for row, name, values in zip(
            refused.index, refused["cluster_id"], refused["values"], strict=True
        )
    ]
    refused["values"] = pd.Series(told, index=refused.index, dtype=object)
    return outlines, refused


def _is_finite(shapes: Geometries) -> Bools:
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    broken = of[~np.isfinite(xy).all(axis=1)]
    finite: Bools = np.bincount(broken, minlength=len(shapes)) == 0
    return finite


def fault_of(shape: shapely.Geometry) -> tuple[str, float, float]:
    """Return what is wrong with an invalid shape, empty for what has no word, and where in its CRS.

    The place is NaN where GEOS names none.
    """
    found = _PLACE.match(shapely.is_valid_reason(shape))
    if found is None:
        return "", float("nan"), float("nan")
    return _FAULTS.get(found["what"], ""), float(found["x"]), float(found["y"])


def _refusal(reason: str, outline: shapely.Geometry | None) -> tuple[str, dict[str, str]]:
    """Return the key of the text and what it names: for an invalid outline, the place."""
    if reason != "outline_invalid" or outline is None:
        return f"crossing.{reason}", {}
    what, x, y = fault_of(outline)
    if np.isnan(x):
        return f"crossing.{reason}", {}
    reason = f"outline_{what}" if what else reason
    place = on_globe(np.array([shapely.Point(x, y)])).iloc[0]
    # VN-2000 tables in Vietnam write the northing as X and the easting as Y.
    values = {"lon": f"{place.x:.6f}", "lat": f"{place.y:.6f}", "x": f"{y:.2f}", "y": f"{x:.2f}"}
    return f"crossing.{reason}", values
