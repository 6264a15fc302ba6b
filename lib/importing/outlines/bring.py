"""Import outlines of clusters: match the cluster, check the shape, update the tables."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import areas_ha, outline
from lib.importing.downloaded import OUTLINE, address, outline_columns, outlines_said
from lib.importing.draft import CrsRead, Draft, Options, gravest_first
from lib.importing.matching import ClusterMatch
from lib.importing.outlines import check
from lib.importing.outlines.kinds import areas_only, strays
from lib.importing.outlines.names import matched
from lib.importing.outlines.questions import OVERLAP_M2
from lib.importing.readers.base import Content
from lib.importing.rows import otherwise
from lib.importing.shapes import place, shapes_of_all
from lib.language.findings import Finding, Level, Twin
from lib.language.text import hectares
from lib.tables.merging import count_changes, merge_rows
from lib.tables.schemas import ALL_TABLES

SLIVER_M: Final = 0.05
"""Half the width up to which two parcels only share a side that was rounded twice."""
_M2_IN_HA: Final = 10_000


def check_outlines(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what bringing these outlines would change.

    Parameters
    ----------
    contents : sequence of Content
        What the files hold, texts settled.
    options : Options
        ``kind`` is outlines or clusters; with clusters, a shape of a code the
        register does not know adds the cluster.
    base : mapping
        Tables in use: ``clusters``, ``communes`` with geometry, ``outlines`` if
        there are any.
    """
    communes = gpd.GeoDataFrame(base["communes"])
    province = outline(communes)
    shapes, found = shapes_of_all(contents)
    crs: list[CrsRead] = []
    placed: list[gpd.GeoDataFrame] = []
    for content, one in shapes:
        frame, read, told = place(one, options, province)
        crs.append(read)
        found.extend(told)
        if frame is not None:
            own, told = outlines_said(one.grid, frame)
            found.extend(told)
            named = frame.assign(file=one.file, stem=_stem(content.file))
            areas, told = areas_only(named.join(own), one.file)
            found.extend(told)
            placed.append(areas)
    if not placed:
        return Draft(options, findings=gravest_first(found), crs=tuple(crs))
    given = gpd.GeoDataFrame(pd.concat(placed, ignore_index=True), crs=STORAGE_CRS)
    matches, said = matched(given, options, base["clusters"], strays(given, province))
    found.extend(said)
    given["cluster_id"] = [match.cluster_id for match in matches]
    added = _new_clusters(given, matches, options, base)
    if len(added):
        found.append(
            Finding("ask", "importing.new_clusters", {"clusters": ", ".join(added["cluster_id"])})
        )
    given = given[given["cluster_id"] != ""]
    if given.empty:
        return Draft(options, findings=gravest_first(found), crs=tuple(crs), matches=tuple(matches))
    clusters = (
        pd.concat([base["clusters"], added], ignore_index=True) if len(added) else base["clusters"]
    )
    joined = _joined(given, clusters, found)
    known = gpd.GeoDataFrame(base["outlines"]) if "outlines" in base else None
    if known is not None:
        known = known.merge(clusters[["cluster_id", "name"]], on="cluster_id")
    checked, said = _checked(joined, clusters, known, province)
    found.extend(said)
    tables, counts = _tables(checked, options, base, clusters)
    return Draft(
        options,
        tables=tables,
        findings=gravest_first(found),
        counts=counts,
        preview=_preview(checked, known),
        matches=tuple(matches),
        crs=tuple(crs),
    )


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _new_clusters(
    given: gpd.GeoDataFrame,
    matches: Sequence[ClusterMatch],
    options: Options,
    base: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return rows of the register for codes it does not know; only for kind ``clusters``."""
    columns = list(base["clusters"].columns)
    if options.kind != "clusters":
        return base["clusters"].iloc[:0]
    fresh = [
        at
        for at, (match, code, name) in enumerate(
            zip(matches, given["code"], given["name"], strict=True)
        )
        if match.how == "none" and code and name
    ]
    given.loc[given.index[fresh], "cluster_id"] = given["code"].iloc[fresh]
    new = given.iloc[fresh].drop_duplicates("code")
    if new.empty:
        return base["clusters"].iloc[:0]
    rows = pd.DataFrame(
        {
            **otherwise("clusters"),
            "cluster_id": new["code"].to_numpy(),
            "name": new["name"].to_numpy(),
            "former_province": _provinces(new, gpd.GeoDataFrame(base["communes"])),
            "source_url": [f"file:{address(file)}" for file in new["file"]],
            "as_of": options.as_of,
        }
    )
    typed: pd.DataFrame = ALL_TABLES["clusters"].validate(rows.reindex(columns=columns))
    return typed


def _provinces(new: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> list[str]:
    """Return the former province in which the most of each outline lies."""
    tree = shapely.STRtree(communes.geometry.to_numpy())
    points = shapely.point_on_surface(shapely.make_valid(new.geometry.to_numpy()))
    nearest = tree.nearest(points)
    return [str(province) for province in communes["former_province"].iloc[nearest]]


def _joined(
    given: gpd.GeoDataFrame, clusters: pd.DataFrame, found: list[Finding]
) -> gpd.GeoDataFrame:
    """Return one row a cluster: several parcels of one cluster become one outline."""
    names = clusters.set_index("cluster_id")["name"]
    rows = []
    for cluster, parts in given.groupby("cluster_id", sort=False):
        first = parts.iloc[0]
        shapes = parts.geometry.to_numpy()
        shape = shapes[0] if len(shapes) == 1 else _union(shapes)
        if len(shapes) > 1:
            values: dict[str, Any] = {
                "cluster": cluster,
                "name": names[cluster],
                "count": len(shapes),
            }
            level, key = _how_joined(shapes, values)
            found.append(Finding(level, key, values, first["file"], int(first["row"])))
        stated = parts["stated_ha"].sum(min_count=len(parts))
        own = [first[column] for column in ("file", "row", "epsg", *OUTLINE)]
        rows.append((cluster, names[cluster], *own, stated, shape))
    columns = ["cluster_id", "name", "file", "row", "epsg", *OUTLINE, "stated_ha", "geometry"]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns), geometry="geometry", crs=STORAGE_CRS
    )


def _how_joined(shapes: np.ndarray[Any, Any], values: dict[str, Any]) -> tuple[Level, str]:
    """Return whether joining parcels is only told or asked: an old and a new version overlap."""
    common = _common_m2(shapes) if shapely.is_valid(shapes).all() else 0.0
    if common > OVERLAP_M2:
        values["area"] = Twin.of(lambda lang: hectares(common / _M2_IN_HA, lang))
        return "ask", "importing.parts_overlap"
    return "mended", "importing.parts_joined"


def _common_m2(shapes: np.ndarray[Any, Any]) -> float:
    """Return the area that lies in two parcels, without slivers a rounded corner leaves."""
    flat = gpd.GeoSeries(shapes, crs=STORAGE_CRS).to_crs(AREA_CRS).to_numpy()
    one, other = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = one < other
    common = shapely.intersection(flat[one[pairs]], flat[other[pairs]])
    wide = ~shapely.is_empty(shapely.buffer(common, -SLIVER_M))
    return float(shapely.area(common[wide]).sum())


def _union(shapes: np.ndarray[Any, Any]) -> shapely.Geometry:
    """Return the parcels as one shape; broken ones side by side, so that the check names them."""
    if shapely.is_valid(shapes).all():
        union: shapely.Geometry = shapely.union_all(shapely.force_2d(shapes))
        return union
    parts = shapely.get_parts(shapes)
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def _checked(
    joined: gpd.GeoDataFrame,
    clusters: pd.DataFrame,
    known: gpd.GeoDataFrame | None,
    province: shapely.Geometry,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    areas = clusters.set_index("cluster_id")["area_ha"].dropna()
    decided = {str(code): float(area) for code, area in areas.items()}
    parts: list[gpd.GeoDataFrame] = []
    found: list[Finding] = []
    others = known[~known["cluster_id"].isin(joined["cluster_id"])] if known is not None else None
    for file, frame in joined.groupby("file", sort=False):
        sound, told = check.check(
            frame, known=others, decided_ha=decided, province=province, file=str(file)
        )
        parts.append(sound)
        found.extend(told)
        others = sound if others is None else pd.concat([others, sound], ignore_index=True)
    checked = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE_CRS)
    stated = checked["stated_ha"]
    off = (stated - areas_ha(checked.geometry)).abs() > np.maximum(0.02, 0.001 * stated)
    for row in checked[off.fillna(value=False)].itertuples():
        computed = areas_ha(checked.geometry)[row.Index]
        values = {
            "name": row.name,
            "stated": Twin.of(lambda lang, r=row: hectares(r.stated_ha, lang)),  # type: ignore[misc]
            "computed": Twin.of(lambda lang, a=computed: hectares(a, lang)),  # type: ignore[misc]
        }
        found.append(Finding("ask", "importing.stated_area", values, row.file, row.row))
    return checked, found


def _tables(
    checked: gpd.GeoDataFrame,
    options: Options,
    base: Mapping[str, pd.DataFrame],
    clusters: pd.DataFrame,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    fresh = gpd.GeoDataFrame(
        {"cluster_id": checked["cluster_id"], **outline_columns(checked, options)},
        geometry=checked.geometry.to_numpy(),
        crs=STORAGE_CRS,
    )
    plain = pd.DataFrame(fresh.drop(columns="geometry"))
    typed = ALL_TABLES["outlines"].validate(plain)
    fresh = gpd.GeoDataFrame(typed, geometry=fresh.geometry.to_numpy(), crs=STORAGE_CRS)
    before = base.get("outlines")
    merged = merge_rows(before, fresh, ("cluster_id",), replace=options.replace)
    counts = {"outlines": count_changes(before, merged, ("cluster_id",))}
    told = clusters.copy()
    quality = merged.set_index("cluster_id")[["outline_quality", "outline_accuracy_m"]]
    for column in quality:
        told[column] = told["cluster_id"].map(quality[column]).combine_first(told[column])
    told = ALL_TABLES["clusters"].validate(told)
    counts["clusters"] = count_changes(base["clusters"], told, ("cluster_id",))
    tables = {"outlines": merged, "clusters": told}
    return tables, counts


def _preview(checked: gpd.GeoDataFrame, known: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the outlines before and after, to be drawn over each other."""
    new = checked[["cluster_id", "name", "geometry"]].assign(state="new")
    parts = [new]
    if known is not None:
        old = known[known["cluster_id"].isin(checked["cluster_id"])]
        parts.insert(0, old[["cluster_id", "name", "geometry"]].assign(state="old"))
    both = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE_CRS)
    return both.rename(columns={"cluster_id": "code"})
