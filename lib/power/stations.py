"""Substations on record near each cluster: voltage, capacity, distance.

A substation stands with a cluster because a source puts both in one commune,
or in one former district where it names no commune. A distance is measured
only from an outline to a position somebody surveyed or clicked; otherwise there
is none, and the reason is said.
"""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.language.text import bare_name, is_blank

COLUMNS: Final = (
    *("cluster_id", "cluster_name", "substation_id", "substation_name", "voltage_kv"),
    *("capacity_mva", "capacity_text", "status", "relation", "distance_km", "reason"),
    *("source_url", "as_of"),
)

_M_PER_KM: Final = 1_000
_NEAR: Final = {"same_commune": 0, "same_district": 1, "nearest": 2}


def near(
    clusters: pd.DataFrame, substations: pd.DataFrame, outlines: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Return the substations a source places with each cluster.

    Parameters
    ----------
    clusters : DataFrame
        As `lib.register.clusters.register`: ``cluster_id``, ``name``,
        ``commune_codes`` and ``former_district``.
    substations : DataFrame
        The table ``substations``; ``lat`` and ``lon`` in degrees WGS 84.
    outlines : GeoDataFrame or None
        ``cluster_id`` and geometry of the real outlines, EPSG:4326.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row for each pair; a cluster without any has one row with
        a blank substation. ``relation`` is ``same_commune``,
        ``same_district`` or ``nearest`` (by measured distance alone);
        ``distance_km`` is the straight line from the outline (`AREA_CRS`),
        blank with a ``reason``, the key of a text, unless both are placed.
    """
    outlined = set() if outlines is None else set(outlines["cluster_id"])
    far = {} if outlines is None else _distances(outlines, substations)
    rows: list[dict[str, Any]] = []
    for cluster in clusters.to_dict("records"):
        found = []
        for station in substations.to_dict("records"):
            relation = _relation(cluster, station)
            distance = far.get((cluster["cluster_id"], station["substation_id"]))
            if relation or distance is not None:
                found.append(
                    _pair(
                        cluster,
                        station,
                        relation or "nearest",
                        distance,
                        outlined=cluster["cluster_id"] in outlined,
                    )
                )
        found = _nearest_only(found)
        rows += found or [_alone(cluster)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _relation(cluster: Mapping[Any, Any], station: Mapping[Any, Any]) -> str:
    if not is_blank(station["commune_code"]):
        return "same_commune" if station["commune_code"] in cluster["commune_codes"] else ""
    districts = (cluster["former_district"], station["former_district"])
    if any(is_blank(name) for name in districts):
        return ""
    here, there = (bare_name(str(name)) for name in districts)
    return "same_district" if here == there else ""


def _distances(
    outlines: gpd.GeoDataFrame, substations: pd.DataFrame
) -> Mapping[tuple[str, str], float]:
    """Return km from each outline to each substation with a position."""
    placed = substations.dropna(subset=["lat", "lon"])
    points = gpd.GeoSeries(
        gpd.points_from_xy(placed["lon"], placed["lat"], crs=STORAGE_CRS)
    ).to_crs(AREA_CRS)
    return {
        (str(cluster_id), str(station)): metres / _M_PER_KM
        for cluster_id, shape in zip(
            outlines["cluster_id"], outlines.geometry.to_crs(AREA_CRS), strict=True
        )
        for station, metres in zip(placed["substation_id"], points.distance(shape), strict=True)
    }


def _pair(
    cluster: Mapping[Any, Any],
    station: Mapping[Any, Any],
    relation: str,
    distance: float | None,
    *,
    outlined: bool,
) -> dict[str, Any]:
    placed = not is_blank(station["lat"]) and not is_blank(station["lon"])
    reason = {
        (True, True): None,
        (True, False): "clustergrid.no_station_place",
        (False, True): "clustergrid.no_cluster_place",
        (False, False): "clustergrid.no_place",
    }[outlined, placed]
    told = ("substation_id", "voltage_kv", "capacity_mva", "capacity_text", "status")
    return {
        "cluster_id": cluster["cluster_id"],
        "cluster_name": cluster["name"],
        "substation_name": station["name"],
        "relation": relation,
        "distance_km": distance,
        "reason": reason,
        **{name: station[name] for name in (*told, "source_url", "as_of")},
    }


def _nearest_only(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the pairs a source makes and, of the others, the nearest one."""
    said = [row for row in found if row["relation"] != "nearest"]
    measured = [row for row in found if row["relation"] == "nearest"]
    closest = sorted(measured, key=lambda row: row["distance_km"])[:1]
    return sorted([*said, *closest], key=lambda row: _NEAR[row["relation"]])


def _alone(cluster: Mapping[Any, Any]) -> dict[str, Any]:
    unknown = not cluster["commune_codes"] and is_blank(cluster["former_district"])
    reason = "clustergrid.cluster_nowhere" if unknown else "clustergrid.no_station"
    blank = dict.fromkeys(COLUMNS)
    return {
        **blank,
        "cluster_id": cluster["cluster_id"],
        "cluster_name": cluster["name"],
        "reason": reason,
    }
