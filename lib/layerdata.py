"""From a snapshot to the layer files of its map.

Everything that is drawn comes from one simplified coverage, so that commune
lines, former provinces and the outline lie exactly on each other. What is
measured never comes from here.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from lib import access, countrylayers, crosswork, geometry
from lib.country import TABLE as COUNTRY
from lib.crs import STORAGE_CRS
from lib.glossary import value_label
from lib.layers import GRID, LAYERS, Detail, LayerFile, apart, on_disk, write_layer
from lib.register import register
from lib.samples import sample_outlines
from lib.settings import settings
from lib.store import Snapshot
from lib.text import LANGS, Lang, date, is_blank, t

Row = Mapping[Any, Any]
_CUT_DEG: Final = 0.002
_DRAWN_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_2016": ("grid-2016",),
    "power_lines": ("power-lines",),
    "substations": ("substations",),
    "outlines": ("outlines", "clusters"),
}
"""Restrictable table -> layers that show it; a cluster stands where its outline is."""
Line = Callable[[Row, Lang], str]


def build(
    snapshot: Snapshot,
    static: Path,
    *,
    simplify_m: float,
    grid: bool | None = None,
    closed: Collection[str] | None = None,
    anew: bool = False,
) -> tuple[LayerFile, ...]:
    """Write the layer files everyone may fetch once and return them, bottom first.

    Parameters
    ----------
    snapshot : Snapshot
        The data in use.
    static : Path
        Folder Streamlit serves.
    simplify_m : float
        Tolerance of drawn lines in metres (EPSG:9208).
    grid : bool or None
        Whether the layers of the grid are among them; None is what the settings
        say. Static files can be read by anyone who reaches the server, so
        without the grid none of its files is left there.
    closed : collection of str or None
        Tables kept for administrators: nothing made from them is among the
        files or left there; None is what the access file says.
    anew : bool
        Build even if the files are there: after an update of the program.
    """
    if grid is None:
        grid = settings().grid_layer
    if closed is None:
        closed = _restricted()
    only = "" if grid else "-no-grid"
    only += f"-without-{'-'.join(sorted(closed))}" if closed else ""
    index = static / "layers" / f"{snapshot.snapshot_id}-{simplify_m:g}{only}.index.json"
    known = () if anew else _known(index, static)
    files = known or _write(
        snapshot.without(closed), static, index, simplify_m=simplify_m, grid=grid, beside=False
    )
    if not grid:
        _remove(static, GRID, ())
    if closed:
        _remove(static, [layer for table in closed for layer in _DRAWN_FROM[table]], files)
        for other in (static / "layers").glob("*.index.json"):
            if other != index:
                other.unlink(missing_ok=True)
    return files


def build_whole(
    snapshot: Snapshot, static: Path, *, simplify_m: float, anew: bool = False
) -> tuple[LayerFile, ...]:
    """Write and return the layers of all tables, for those who may see the restricted ones.

    What is not the same as for everyone lies beside `static`, where Streamlit
    does not serve it, see `lib.layers.on_disk`.
    """
    files = build(snapshot, static, simplify_m=simplify_m, anew=anew)
    if not _restricted():
        return files
    grid = settings().grid_layer
    only = "" if grid else "-no-grid"
    index = apart(static) / f"{snapshot.snapshot_id}-{simplify_m:g}{only}.index.json"
    known = () if anew else _known(index, static)
    return known or _write(snapshot, static, index, simplify_m=simplify_m, grid=grid, beside=True)


def _restricted() -> frozenset[str]:
    return access.closed_to(access.STRANGER, access.policy())


def _known(index: Path, static: Path) -> tuple[LayerFile, ...]:
    """Return the files an index names if all of them are there."""
    files = _indexed(index)
    return files if all(on_disk(static, file.path).exists() for file in files) else ()


def _write(
    snapshot: Snapshot, static: Path, index: Path, *, simplify_m: float, grid: bool, beside: bool
) -> tuple[LayerFile, ...]:
    frames = _frames(snapshot, simplify_m, grid=grid)
    ground: tuple[LayerFile, ...] = ()
    if COUNTRY in snapshot.manifest.tables:
        country = snapshot.read_geo(COUNTRY)
        frames["neighbours"] = countrylayers.provinces(country)
        ground = (countrylayers.write(static, country, simplify_m=simplify_m),)
    files = ground + tuple(
        write_layer(static, name, frames[name], closed=beside)
        for name in LAYERS
        if name in frames and len(frames[name])
    )
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(json.dumps([asdict(file) for file in files]), encoding="utf-8")
    return files


def _remove(static: Path, layer_ids: Collection[str], but: Sequence[LayerFile]) -> None:
    """Take the files of layers out of what is served, but for those named."""
    kept = {static / file.path for file in but}
    for layer_id in layer_ids:
        for file in (static / "layers").glob(f"{layer_id}-*.json"):
            if file not in kept:
                file.unlink(missing_ok=True)


def _indexed(index: Path) -> tuple[LayerFile, ...]:
    """Return the files an index names; none if it is missing or was cut short."""
    try:
        return tuple(_file(raw) for raw in json.loads(index.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def _file(raw: dict[str, Any]) -> LayerFile:
    details = tuple(
        Detail(part["path"], part["first"], _bounds(part["bounds"])) for part in raw["details"]
    )
    bounds = _bounds(raw["bounds"])
    return LayerFile(raw["layer_id"], raw["path"], tuple(raw["codes"]), bounds, details)


def _bounds(raw: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = raw
    return west, south, east, north


def _frames(snapshot: Snapshot, simplify_m: float, *, grid: bool) -> dict[str, gpd.GeoDataFrame]:
    """Return layer -> frame in drawing order."""
    communes = geometry.simplify_layer(snapshot.read_geo("communes"), tolerance_m=simplify_m)
    tables = {
        name: snapshot.read(name)
        for name in ("clusters", "former_units", "ended_units", "weak_supply")
    }
    tables["communes"] = communes
    frames: dict[str, gpd.GeoDataFrame] = {}
    if "neighbours" in snapshot.manifest.tables:
        frames["neighbours"] = _neighbours(snapshot.read_geo("neighbours"))
    frames["communes"] = _communes(communes)
    if "former_borders" in snapshot.manifest.tables:
        former = geometry.simplify_layer(
            snapshot.read_geo("former_borders"), tolerance_m=simplify_m
        )
        frames["former-units"] = _former_lines(former)
    if "rivers" in snapshot.manifest.tables:
        frames["rivers"] = _rivers(snapshot.read_geo("rivers"), simplify_m)
    frames["former-provinces"], frames["province"] = _outlines(communes)
    if grid:
        frames |= _grid(snapshot)
    if "outlines" in snapshot.manifest.tables:
        tables["outlines"] = snapshot.read("outlines")
    frames["outlines"] = _outline_areas(tables)
    frames["weak"] = _weak(tables)
    frames["clusters"] = _clusters(register(tables))
    return {name: frames[name] for name in LAYERS if name in frames}


def _grid(snapshot: Snapshot) -> dict[str, gpd.GeoDataFrame]:
    """Return the power lines as drawn and the substations somebody gave a position.

    Lines are neither simplified nor measured: those of 2016 are 2-10 km off.
    """
    frames = {}
    for layer_id, table in (("grid-2016", "grid_2016"), ("power-lines", "power_lines")):
        if table in snapshot.manifest.tables:
            lines = snapshot.read_geo(table)
            codes = [f"line-{number}" for number in range(len(lines))]
            frames[layer_id] = lines.assign(code=codes, name="")
    if "substations" in snapshot.manifest.tables:
        stations = snapshot.read("substations").dropna(subset=["lat", "lon"])
        frames["substations"] = _points(
            _lines(stations.assign(code=stations["substation_id"]), [_station])
        )
    return frames


def _station(row: Row, lang: Lang) -> str:
    return t("layers.tip_station", lang, voltage=row["voltage_kv"], date=date(row["as_of"], lang))


def _named(frame: gpd.GeoDataFrame, *, weight: float) -> gpd.GeoDataFrame:
    points = geometry.label_points(frame.geometry)
    return frame.assign(lx=points.x.round(5), ly=points.y.round(5), weight=weight)


def _neighbours(provinces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines of the provinces around, without the cut of the file's frame."""
    cut = shapely.box(*provinces.total_bounds).boundary.buffer(_CUT_DEG)
    named = _named(provinces, weight=1.0)
    return named.set_geometry(named.boundary.difference(cut))


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


def _rivers(rivers: gpd.GeoDataFrame, simplify_m: float) -> gpd.GeoDataFrame:
    """Return the rivers as lines; a river the frame cut down to a point is left out."""
    lines = rivers[shapely.get_dimensions(rivers.geometry.to_numpy()) == 1]
    lines = geometry.simplify_lines(lines, tolerance_m=simplify_m)
    return lines.assign(code=[f"river-{i}" for i in range(len(lines))])


def _lines(frame: pd.DataFrame, make: Sequence[Line]) -> pd.DataFrame:
    """Return `frame` with the further lines of its tooltip in each language."""
    records = frame.to_dict("records")
    told = frame.copy()
    for lang in LANGS:
        told[lang] = [[text for line in make if (text := line(row, lang))] for row in records]
    return told


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

    return gpd.GeoDataFrame(_lines(frame, [kind]), crs=STORAGE_CRS)


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


def _line(code: str, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shape = shapely.line_merge(shapely.union_all(lines.geometry.to_numpy()))
    return gpd.GeoDataFrame({"code": [code], "name": [""]}, geometry=[shape], crs=STORAGE_CRS)


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = gpd.points_from_xy(frame["lon"].round(5), frame["lat"].round(5))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORAGE_CRS)


def _clusters(clusters: pd.DataFrame) -> gpd.GeoDataFrame:
    placed = clusters.dropna(subset=["lat", "lon"])
    placed = placed.assign(
        code=placed["cluster_id"],
        lx=placed["lon"].round(5),
        ly=placed["lat"].round(5),
        weight=placed["area_ha"].astype(float).fillna(0),
    )

    def approximate(row: Row, lang: Lang) -> str:
        return "" if row["placed_by"] == "outline" else t("layers.tip_cluster", lang)

    def communes(row: Row, lang: Lang) -> str:
        now = row["communes_now"]
        return t("layers.tip_cluster_communes", lang, communes=now) if now else ""

    return _points(_lines(placed, [approximate, communes]))


def _outline_areas(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the outlines to draw as polygons: the office's, then the samples."""

    def told(row: Row, lang: Lang) -> str:
        if row["sample"]:
            return t("layers.tip_sample", lang)
        words = value_label("outline_quality", row["outline_quality"], lang)
        return t("layers.tip_outline", lang, quality=words, date=date(row["as_of"], lang))

    parts = [sample_outlines().assign(sample=True, as_of="")]
    own = crosswork.outlines_of(tables)
    if own is not None:
        parts.insert(0, own.assign(sample=False))
    frame = pd.concat(parts, ignore_index=True)
    frame = _lines(frame.assign(code=frame["cluster_id"]), [told])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=STORAGE_CRS)


def _weak(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
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

    return _points(_lines(placed, [kind, villages, dated]))
