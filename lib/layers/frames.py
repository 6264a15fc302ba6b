"""Make the shapes of each layer from tables of a snapshot, with the lines of their tooltips."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.crossing import answer
from lib.geo.crs import STORAGE_CRS
from lib.importing.samples import sample_outlines
from lib.language.text import LANGS, Lang, date, hectares, is_blank, t
from lib.places.owntable import shapes_of
from lib.register.clusters import register
from lib.tables.glossary import value_label
from lib.tables.ownlayers import OwnLayer, layers_of

Row = Mapping[Any, Any]
Line = Callable[[Row, Lang], str]
Tables = Mapping[str, pd.DataFrame]

_CIRCLE_DEG: Final = 0.004
"""About 400 m: marks of projects stand clear of the one of their cluster."""
_SEED: Final = 20260701
"""The same places each time; where a mark stands inside its cluster says nothing."""


def with_lines(frame: pd.DataFrame, make: Sequence[Line]) -> pd.DataFrame:
    """Return `frame` with the further lines of its tooltip in each language."""
    records = frame.to_dict("records")
    told = frame.copy()
    for lang in LANGS:
        told[lang] = [[text for line in make if (text := line(row, lang))] for row in records]
    return told


def _lines(tables: Tables, table: str) -> gpd.GeoDataFrame | None:
    """Return power lines as drawn: neither simplified nor measured, some are 2-10 km off."""
    if table not in tables:
        return None
    lines = gpd.GeoDataFrame(tables[table])
    codes = [f"line-{number}" for number in range(len(lines))]
    return lines.assign(code=codes, name="")


def grid_2016(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the lines of the drawing of 2016, None without it."""
    return _lines(tables, "grid_2016")


def power_lines(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the lines an office brought, None without them."""
    return _lines(tables, "power_lines")


def substations(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the substations somebody gave a position, None without the table."""
    if "substations" not in tables:
        return None
    stations = tables["substations"].dropna(subset=["lat", "lon"])
    return _points(with_lines(stations.assign(code=stations["substation_id"]), [_station]))


def _station(row: Row, lang: Lang) -> str:
    return t("layers.tip_station", lang, voltage=row["voltage_kv"], date=date(row["as_of"], lang))


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = gpd.points_from_xy(frame["lon"].round(5), frame["lat"].round(5))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE_CRS)


_OWN_LINES: Final = 6
"""Columns of an own layer in a tooltip; its card has all."""


def own_points(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the points of the office's own layers, None without any."""
    return _own(tables, "own-points")


def own_lines(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the lines of the office's own layers, None without any."""
    return _own(tables, "own-lines")


def own_areas(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the areas of the office's own layers, None without any."""
    return _own(tables, "own-areas")


def _own(tables: Tables, name: str) -> gpd.GeoDataFrame | None:
    """Return the rows of own layers that layer `name` of the map draws."""
    parts = []
    communes = pd.DataFrame(tables["communes"])[["code", "kind", "name", "lat", "lon"]]
    for layer in layers_of(tables, shipped=False):
        signs = layer.signs[layer.signs.str.startswith(f"{name}:")]
        if signs.empty:
            continue
        shapes = shapes_of(layer, communes).loc[signs.index]
        lines = [_told(layer, row) for row in shapes.index]
        told = layer.cells.loc[shapes.index, layer.title_column].fillna(layer.name)
        parts.append(
            pd.DataFrame(
                {"code": signs.str.partition(":")[2], "name": told, "vi": lines, "en": lines}
            ).assign(geometry=shapes)
        )
    if not parts:
        return None
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=STORAGE_CRS)


def _told(layer: OwnLayer, row: int) -> list[str]:
    """Return the lines of a row's tooltip: the layer, then its first cells under their headings."""
    cells = layer.cells.loc[row].drop(layer.title_column).dropna()
    return [layer.name, *(f"{name}: {cell}" for name, cell in cells.iloc[:_OWN_LINES].items())]


def projects(tables: Tables) -> gpd.GeoDataFrame | None:
    """Return the projects inside clusters that have a place, None where none is listed.

    Inside the outline of their cluster, else on a circle about its marker. No firm is named: who
    may know it is asked when its card is drawn.
    """
    rows = tables.get("projects")
    if rows is None or rows.empty:
        return None
    placed = register(tables).dropna(subset=["lat", "lon"])
    places = zip(placed["lon"].astype(float), placed["lat"].astype(float), strict=True)
    markers = dict(zip(placed["cluster_id"], places, strict=True))
    names = dict(zip(placed["cluster_id"], placed["name"], strict=True))
    own = rows[rows["cluster_id"].isin(list(markers))]
    outlined = answer.outlines_of(tables)
    shapes = {} if outlined is None else outlined.set_index("cluster_id")["geometry"].to_dict()
    parts = []
    for cluster_id, of_one in own.groupby("cluster_id", sort=True):
        code = str(cluster_id)
        points = scattered(shapes.get(code), markers[code], len(of_one))
        parts.append(of_one.assign(name=names[code], lon=points[:, 0], lat=points[:, 1]))
    if not parts:
        return None
    found = pd.concat(parts, ignore_index=True)

    def told(row: Row, lang: Lang) -> str:
        trade = "" if is_blank(row["trade"]) else f"{row['trade']} · "
        return t("layers.tip_project", lang, trade=trade, area=hectares(row["area_ha"], lang))

    return _points(with_lines(found.assign(code=found["project_id"]), [told]))


def scattered(
    outline: shapely.Geometry | None, marker: tuple[float, float], count: int
) -> np.ndarray:
    """Return `count` places apart from each other, the same ones each time.

    Parameters
    ----------
    outline : geometry or None
        Where they lie, EPSG:4326; without one they stand on a circle about `marker`.
    marker : tuple of float
        Longitude and latitude, degrees WGS 84.
    """
    if outline is not None:
        series = gpd.GeoSeries([outline], crs=STORAGE_CRS)
        return shapely.get_coordinates(series.sample_points(count, rng=_SEED).to_numpy())
    angle = 2 * np.pi * np.arange(count) / count
    about = np.column_stack([np.cos(angle), np.sin(angle)]) * _CIRCLE_DEG
    return np.asarray(marker) + about


def clusters(tables: Tables) -> gpd.GeoDataFrame:
    """Return the clusters that have a place, each at its marker."""
    placed = register(tables).dropna(subset=["lat", "lon"])
    placed = placed.assign(
        code=placed["cluster_id"],
        lx=placed["lon"].round(5),
        ly=placed["lat"].round(5),
        weight=placed["area_ha"].astype(float).fillna(0),
    )

    names = tables["communes"].set_index("code")["name"]

    def approximate(row: Row, lang: Lang) -> str:
        return "" if row["placed_by"] == "outline" else t("layers.tip_cluster", lang)

    def assigned(row: Row, lang: Lang) -> str:
        if row["placed_by"] != "assignment":
            return ""
        return t("layers.tip_cluster_assigned", lang, commune=names[row["assigned_codes"][0]])

    def communes(row: Row, lang: Lang) -> str:
        now = row["communes_now"]
        return t("layers.tip_cluster_communes", lang, communes=now) if now else ""

    return _points(with_lines(placed, [approximate, communes, assigned]))


def outlines(tables: Tables) -> gpd.GeoDataFrame:
    """Return the outlines to draw as polygons: the office's, then the samples."""

    def told(row: Row, lang: Lang) -> str:
        if row["sample"]:
            return t("layers.tip_sample", lang)
        words = value_label("outline_quality", row["outline_quality"], lang)
        return t("layers.tip_outline", lang, quality=words, date=date(row["as_of"], lang))

    parts = [sample_outlines().assign(sample=True, as_of="")]
    own = answer.outlines_of(tables)
    if own is not None:
        parts.insert(0, own.assign(sample=False))
    frame = pd.concat(parts, ignore_index=True)
    frame = with_lines(frame.assign(code=frame["cluster_id"]), [told])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=STORAGE_CRS)


def weak(tables: Tables) -> gpd.GeoDataFrame:
    """Return the places with weak supply at the label point of their commune."""
    communes = pd.DataFrame(tables["communes"])[["code", "name", "lat", "lon"]]
    placed = tables["weak_supply"].dropna(subset=["commune_code"])
    placed = placed.merge(
        communes.rename(columns={"code": "commune_code", "name": "commune_name"}),
        on="commune_code",
    )
    placed = placed.assign(code=placed["weak_id"], name=placed["commune_name"])

    def kind(row: Row, lang: Lang) -> str:
        return value_label("weak_kind", row["kind"], lang)

    def villages(row: Row, _: Lang) -> str:
        return "" if is_blank(row["villages"]) else str(row["villages"])

    def dated(row: Row, lang: Lang) -> str:
        return t("layers.tip_weak", lang, date=date(row["as_of"], lang))

    return _points(with_lines(placed, [kind, villages, dated]))
