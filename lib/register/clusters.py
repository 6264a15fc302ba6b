"""The register of clusters as the pages read it: facts joined, nothing added.

A cluster's place by decision is followed to the new communes; where no outline
exists a marker stands at the mean of the label points of the former units the
decision names, else in the new commune a source names, else in the one an
assignment gives or proposes; it is called approximate and says which. A cluster
known only by its former district has no marker: a point would be an invention.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.language.text import bare_name, fold, is_blank
from lib.places import names as merger
from lib.register import completeness, delay

PLACED_BY: Final = ("former_units", "ended_units", "communes", "assignments", "outlines")
"""Tables that say where a cluster stands; there may be no ``assignments`` or ``outlines``."""

PLACES: Final = ("outline", "decision", "stated", "assignment", "")
"""What a marker stands by: inside a real outline; approximately, at the former units a document
names, in the new commune a source names, in the commune of an assignment; no marker."""

_SPREAD_DEG: Final = 0.008
"""Markers that would stand on each other are set about 850 m apart."""


def register(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a cluster: the facts and what follows from them.

    Parameters
    ----------
    tables : mapping
        ``clusters``, ``former_units``, ``ended_units``, ``communes``, and
        ``assignments`` and ``outlines`` where there are some.

    Returns
    -------
    DataFrame
        The columns of ``clusters`` and ``commune_codes`` (tuple of new codes by
        decision), ``communes_now`` (their names), ``unresolved`` (tuple of the names that lead to
        none), ``district_codes`` (communes made
        of the former district a source names), ``assigned_codes`` (tuple of the communes
        assignments give or propose), ``change``, the counts behind
        it, ``crosses`` (True where papers name two new communes for certain),
        ``missing`` (tuple of the columns asked for
        without data, see `lib.register.completeness`), ``delay`` (of
        `lib.register.delay.known_by`), ``investor_code`` (of `code_of`), ``lat`` and
        ``lon`` (degrees WGS 84; NaN where no commune is named and no outline is
        there) and ``placed_by``, one of `PLACES`.
    """
    clusters = tables["clusters"]
    communes = tables["communes"]
    former, ended = tables["former_units"], tables["ended_units"]
    index = merger.Names(former, ended, communes)
    decided = merger.by_decision(clusters, former, ended, communes, index=index)
    changes = merger.changes(clusters, former, ended, index=index)
    known = decided.dropna(subset=["commune_code"]).groupby("cluster_id", sort=False)
    codes = {str(cluster): tuple(dict.fromkeys(rows["commune_code"])) for cluster, rows in known}
    names = communes.set_index("code")["name"]
    joined = clusters.merge(changes, on="cluster_id", how="left", validate="one_to_one")
    lost = decided[decided["commune_code"].isna()].groupby("cluster_id", sort=False)["former_names"]
    unresolved = {str(cluster): tuple(names) for cluster, names in lost}
    joined["unresolved"] = [unresolved.get(cluster, ()) for cluster in joined["cluster_id"]]
    joined["commune_codes"] = [codes.get(cluster, ()) for cluster in joined["cluster_id"]]
    joined["communes_now"] = joined["commune_codes"].map(
        lambda found: "; ".join(names[code] for code in found)
    )
    joined["crosses"] = joined["change"] == "remains"
    joined["missing"] = _missing(joined)
    joined["delay"] = delay.known_by(joined)
    joined["investor_code"] = [code_of(name) for name in joined["investor"]]
    joined["district_codes"] = _district_codes(joined, tables["former_units"])
    assigned = _assigned(tables.get("assignments"))
    joined["assigned_codes"] = [assigned.get(c, ()) for c in joined["cluster_id"]]
    sure = decided[decided["certain"]].groupby("cluster_id", sort=False)["commune_code"].agg(list)
    now = [
        {"stated": sure.get(c, []), "assignment": given[:1]}
        for c, given in zip(joined["cluster_id"], joined["assigned_codes"], strict=True)
    ]
    places = _places(clusters, tables, now, index.resolve_all)
    return _on_outlines(joined.join(places), tables.get("outlines"))


def on_map(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the register with each cluster as a point, EPSG:4326, in the order of ``clusters``.

    Parameters
    ----------
    tables : mapping
        As for `register`.

    Returns
    -------
    GeoDataFrame
        `register` and ``geometry``: the marker, None where it has none.
    """
    known = register(tables)
    points = gpd.GeoSeries(gpd.points_from_xy(known["lon"], known["lat"]), crs=STORAGE_CRS)
    return gpd.GeoDataFrame(known, geometry=points.where(known["lat"].notna().to_numpy()))


def _on_outlines(clusters: pd.DataFrame, outlines: pd.DataFrame | None) -> pd.DataFrame:
    """Return `clusters` with the markers of those that have an outline inside it."""
    placed = clusters.copy()
    if outlines is None or outlines.empty:
        return placed
    inside = shapely.point_on_surface(outlines["geometry"].to_numpy())
    points = pd.DataFrame(
        {"lon": shapely.get_x(inside), "lat": shapely.get_y(inside)},
        index=pd.Index(outlines["cluster_id"]),
    )
    known = placed["cluster_id"].isin(points.index)
    for column in ("lat", "lon"):
        placed.loc[known, column] = placed.loc[known, "cluster_id"].map(points[column])
    placed.loc[known, "placed_by"] = "outline"
    return placed


def code_of(name: object) -> str:
    """Return the code of a name as an address can hold it, empty for a blank: ``cong-ty-a``."""
    return "" if is_blank(name) else re.sub(r"[^a-z0-9]+", "-", fold(str(name))).strip("-")


def _assigned(assignments: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """Return cluster -> the communes of its assignments: decided first, then the newest."""
    if assignments is None:
        return {}
    order = assignments.assign(open=assignments["status"] != "decided").sort_values(
        "date", ascending=False, kind="stable"
    )
    groups = order.sort_values("open", kind="stable").groupby("cluster_id", sort=False)
    return {str(c): tuple(dict.fromkeys(rows)) for c, rows in groups["commune_code"]}


def _missing(clusters: pd.DataFrame) -> pd.Series:
    lacks = completeness.lacking(clusters)
    missing = [
        tuple(column for column, gone in zip(lacks.columns, row, strict=True) if gone)
        for row in lacks.to_numpy()
    ]
    return pd.Series(missing, index=clusters.index, dtype=object)


def _district_codes(clusters: pd.DataFrame, units: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the new communes made of the former district a source names."""
    key = units["province"] + "/" + units["district"].map(bare_name)
    codes = {str(name): tuple(sorted(set(rows))) for name, rows in units["new_code"].groupby(key)}
    return [
        () if is_blank(district) else codes.get(f"{province}/{bare_name(str(district))}", ())
        for province, district in zip(
            clusters["former_province"], clusters["former_district"], strict=True
        )
    ]


def _places(
    clusters: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    now: Sequence[Mapping[str, Sequence[str]]],
    follow: Callable[[object, object, object], list[merger.Resolution]],
) -> pd.DataFrame:
    """Return approximate ``lat``, ``lon`` of each cluster, set apart where they coincide.

    ``placed_by`` says which of `PLACES` they are of: the former units, else the first of `now`
    (place -> codes of new communes) that names a commune.
    """
    units = _points_of(tables["former_units"].drop_duplicates("former_code"), "former_code")
    communes = _points_of(tables["communes"], "code")
    points: list[list[float]] = []
    grounds: list[str] = []
    for names, district, province, codes in zip(
        clusters["former_communes"],
        clusters["former_district"],
        clusters["former_province"],
        now,
        strict=True,
    ):
        found = [
            unit.former_codes[0]
            for unit in follow(names, district, province)
            if len(unit.former_codes) == 1
        ]
        known = {"decision": [units[code] for code in found]}
        known |= {by: [communes[code] for code in given] for by, given in codes.items()}
        by = next((by for by, named in known.items() if named), "")
        named = known.get(by, [(np.nan, np.nan)])
        points.append([_mean(values) for values in zip(*named, strict=True)])
        grounds.append(by)
    places = pd.DataFrame(points, columns=["lat", "lon"], index=clusters.index, dtype=float)
    return _apart(places).assign(placed_by=pd.Series(grounds, clusters.index, dtype="str"))


def _points_of(table: pd.DataFrame, key: str) -> dict[str, tuple[float, float]]:
    """Return code -> latitude and longitude."""
    points = zip(table["lat"].astype(float), table["lon"].astype(float), strict=True)
    return dict(zip(table[key], points, strict=True))


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the values that are there, NaN if none is."""
    there = [value for value in values if not np.isnan(value)]
    return sum(there) / len(there) if there else np.nan


def _apart(places: pd.DataFrame) -> pd.DataFrame:
    """Return `places` with those on one point moved onto a small circle around it."""
    moved = places.copy()
    for _, group in places.dropna().round(4).groupby(["lat", "lon"], sort=False):
        if len(group) == 1:
            continue
        angle = 2 * np.pi * np.arange(len(group)) / len(group)
        moved.loc[group.index, "lat"] += _SPREAD_DEG * np.sin(angle)
        moved.loc[group.index, "lon"] += _SPREAD_DEG * np.cos(angle)
    return moved
