"""The layers of borders and water, drawn once for all snapshots with the same borders.

Simplifying borders and finding their lines is most of the work of a map, and an
import of clusters, of a log, of the grid leaves them as they are. Their tables
can never be restricted, so what is drawn of them is served to all who may look.
"""

import hashlib
import json
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely

from lib.geo import geometry
from lib.geo.country import TABLE as COUNTRY
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.language.text import Lang, t
from lib.layers import country as countrylayers
from lib.layers import index as layerindex
from lib.layers.files import CLASS_ENDS, LayerFile, write_layer
from lib.layers.frames import Row, with_lines
from lib.layers.registry import FADE_STEPS
from lib.settings import province
from lib.store.store import Snapshot
from lib.tables.glossary import value_label

_CUT_DEG: Final = 0.002
_AROUND_ROUGH_M: Final = 300.0
_FADE_M: Final = tuple(9_500.0 + 1_000.0 * step for step in range(FADE_STEPS))
"""Steps of the land around the province, metres from it; grounds reach 15 km."""
_BEYOND_M: Final = 90_000.0
"""Farther than a map can be moved, metres."""
_NEAR_DEG: Final = 0.02
"""Rivers are drawn as far as this beyond the province, about 2 km."""
_ROUGH_M: Final = 80.0
"""Tolerance of areas that are only tinted: their borders are 150 m off as it is."""
_TABLES: Final = (COUNTRY, "neighbours", "communes", "former_borders", "rivers")


def draw(
    snapshot: Snapshot, static: Path, *, simplify_m: float, anew: bool
) -> tuple[LayerFile, ...]:
    """Write the layers of borders and water unless they are there, and return them.

    Parameters
    ----------
    static : pathlib.Path
        Folder Streamlit serves.
    simplify_m : float
        Tolerance of drawn lines in metres (`AREA_CRS`).
    anew : bool
        Draw even what is there: after an update of the program.
    """
    given = {name: snapshot.manifest.tables[name].sha256 for name in _given(snapshot)}
    digest = hashlib.sha256(json.dumps([simplify_m, given], sort_keys=True).encode()).hexdigest()
    index = static / "layers" / f"{digest[:12]}.borders.json"
    known = () if anew else layerindex.known(index, static)
    return known or _write(snapshot, static, index, simplify_m)


def _given(snapshot: Snapshot) -> list[str]:
    return [name for name in _TABLES if name in snapshot.manifest.tables]


def _write(
    snapshot: Snapshot, static: Path, index: Path, simplify_m: float
) -> tuple[LayerFile, ...]:
    frames = _frames(snapshot, simplify_m)
    ground: tuple[LayerFile, ...] = ()
    if COUNTRY in snapshot.manifest.tables:
        country = snapshot.read_geo(COUNTRY)
        frames["neighbours"] = countrylayers.provinces(country)
        ground = (countrylayers.write(static, country, simplify_m=simplify_m),)
    drawn = {name: frame for name, frame in frames.items() if len(frame)}
    files = ground + tuple(write_layer(static, name, frame) for name, frame in drawn.items())
    layerindex.keep(index, files)
    return files


def _frames(snapshot: Snapshot, simplify_m: float) -> dict[str, gpd.GeoDataFrame]:
    """Return layer -> frame."""
    given = _given(snapshot)
    frames: dict[str, gpd.GeoDataFrame] = {}
    if "neighbours" in given:
        frames["neighbours"] = _neighbours(snapshot.read_geo("neighbours"))
    communes = geometry.simplify_layer(snapshot.read_geo("communes"), tolerance_m=simplify_m)
    frames["communes"] = _communes(communes)
    frames["former-areas"] = _former_areas(communes)
    if "former_borders" in given:
        borders = snapshot.read_geo("former_borders")
        former = geometry.simplify_layer(borders, tolerance_m=simplify_m)
        rough = geometry.simplify_layer(borders, tolerance_m=max(simplify_m, _ROUGH_M))
        frames["former-names"] = _former_names(rough)
        frames["former-units"] = _former_lines(former)
    if "rivers" in given:
        frames["rivers"] = _rivers(snapshot.read_geo("rivers"), communes, simplify_m)
    frames["former-provinces"], frames["province"] = _outlines(communes)
    if COUNTRY not in given:
        frames["fade"] = _fade(communes)
    return frames


def _named(frame: gpd.GeoDataFrame, *, weight: float) -> gpd.GeoDataFrame:
    points = geometry.label_points(frame.geometry)
    return frame.assign(lx=points.x.round(5), ly=points.y.round(5), weight=weight)


def _neighbours(provinces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines of the provinces around, without the cut of the file's frame."""
    cut = shapely.box(*provinces.total_bounds).boundary.buffer(_CUT_DEG)
    named = _named(provinces, weight=1.0)
    return named.set_geometry(named.boundary.difference(cut))


def _former_names(former: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the former units as areas to tint and to name, without their kind."""
    kinds = former["kind"] + " "
    names = [name.removeprefix(kind) for name, kind in zip(former["name"], kinds, strict=True)]
    frame = former[["code", "geometry"]].assign(name=names)
    return _named(frame, weight=0.0).assign(weight=former["area_km2"].astype(float).round(2))


def _former_lines(former: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines between former units that the merger took away.

    A line of a split unit counts if any part of it went the way of the other side:
    nobody says where inside the unit the new line runs.
    """
    borders = geometry.border_lines(former)
    now = {
        code: set(new.split(";"))
        for code, new in zip(former["code"], former["new_codes"], strict=True)
    }
    sides = zip(borders["code_a"], borders["code_b"], strict=True)
    gone = [bool(now.get(a, set()) & now.get(b, set())) for a, b in sides]
    return _line("former", borders[gone])


def _rivers(
    rivers: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, simplify_m: float
) -> gpd.GeoDataFrame:
    """Return the rivers of the province and along its border as lines.

    Farther out the frame of their file would cut them off where there is nothing to see.
    """
    near = shapely.union_all(communes.geometry.to_numpy()).buffer(_NEAR_DEG)
    lines = rivers.assign(geometry=rivers.intersection(near)).explode(ignore_index=True)
    lines = lines[shapely.length(lines.geometry.to_numpy()) > _CUT_DEG]
    lines = geometry.simplify_lines(lines, tolerance_m=simplify_m)
    return lines.assign(code=[f"river-{i}" for i in range(len(lines))])


def _communes(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = _named(communes, weight=0.0)
    frame["weight"] = frame["area_km2"].astype(float).round(2)

    def kind(row: Row, lang: Lang) -> str:
        return t(
            "layers.tip_commune",
            lang,
            kind=value_label("commune_kind", row["kind"], lang),
            province=row["former_province"],
        )

    return gpd.GeoDataFrame(with_lines(frame, [kind]), crs=STORAGE_CRS)


def _former_areas(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the former provinces as areas, in the order of the file of the province."""
    areas = communes.dissolve(by="former_province", method="coverage")[["geometry"]]
    known = [former for former in province().former if former.name in areas.index]
    areas = areas.loc[[former.name for former in known]].assign(
        code=[former.slug for former in known],
        name=[t("layers.former_area", "vi", name=former.name) for former in known],
    )
    return _named(areas.reset_index(drop=True), weight=0.0)


def _outlines(communes: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the lines between former provinces and the outline of the new one.

    Both are edges of the same coverage, each drawn once: a dashed line drawn
    from both sides would look solid.
    """
    borders = geometry.border_lines(communes)
    province = communes.set_index("code")["former_province"]
    inner = borders["code_b"] != ""
    former = inner & (borders["code_a"].map(province) != borders["code_b"].map(province))
    return _line("former", borders[former]), _line("outline", borders[~inner])


def _fade(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the land around in steps, each over the one before: what lies under them fades.

    Rivers, roads and the grid end where their files were cut; nobody is to take that for
    their end.
    """
    plane = communes.geometry.to_crs(AREA_CRS).simplify(_AROUND_ROUGH_M).buffer(_AROUND_ROUGH_M)
    land = shapely.union_all(plane.to_numpy())
    whole = shapely.box(*shapely.buffer(land, _BEYOND_M).bounds)
    steps = [
        shapely.difference(whole, shapely.buffer(land, metres).simplify(_AROUND_ROUGH_M))
        for metres in _FADE_M
    ]
    shapes = gpd.GeoSeries(steps, crs=AREA_CRS).to_crs(STORAGE_CRS)
    rounded = shapely.transform(shapes.to_numpy(), lambda xy: xy.round(4))
    codes = [f"step-{at}{CLASS_ENDS}0" for at in range(len(steps))]
    return gpd.GeoDataFrame({"code": codes, "name": ""}, geometry=rounded, crs=STORAGE_CRS)


def _line(code: str, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shape = shapely.line_merge(shapely.union_all(lines.geometry.to_numpy()))
    return gpd.GeoDataFrame({"code": [code], "name": [""]}, geometry=[shape], crs=STORAGE_CRS)
