"""From a snapshot to the layer files of its map.

Everything that is drawn comes from one simplified coverage, so that commune
lines, former provinces and the outline lie exactly on each other. What is
measured never comes from here.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from lib.crossing import answer
from lib.geo.crs import STORAGE_CRS
from lib.importing.samples import sample_outlines
from lib.language.text import Lang, date, is_blank, t
from lib.layers import borders
from lib.layers import index as layerindex
from lib.layers.borders import Row, with_lines
from lib.layers.registry import GRID, LAYERS, LayerFile, apart, by_layer, write_layer
from lib.register.clusters import register
from lib.store.store import Snapshot
from lib.tables.glossary import value_label

_DRAWN_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_2016": ("grid-2016",),
    "power_lines": ("power-lines",),
    "substations": ("substations",),
    "outlines": ("outlines", "clusters"),
}
"""Restrictable table -> layers that show it; a cluster stands where its outline is."""


def build(
    snapshot: Snapshot,
    static: Path,
    *,
    simplify_m: float,
    grid: bool = True,
    closed: Collection[str] = (),
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
        Tolerance of drawn lines in metres (`AREA_CRS`).
    grid : bool
        Whether the layers of the grid are among them. Static files can be read
        by anyone who reaches the server, so without the grid none of its files
        is left there.
    closed : collection of str
        Tables kept for administrators: nothing made from them is among the
        files or left there.
    anew : bool
        Build even if the files are there: after an update of the program.
    """
    only = "" if grid else "-no-grid"
    only += f"-without-{'-'.join(sorted(closed))}" if closed else ""
    index = static / "layers" / f"{snapshot.snapshot_id}-{simplify_m:g}{only}.index.json"
    known = () if anew else layerindex.known(index, static)
    files = known or _write(
        snapshot.without(closed), static, index, simplify_m=simplify_m, grid=grid, anew=anew
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
    snapshot: Snapshot,
    static: Path,
    *,
    simplify_m: float,
    grid: bool = True,
    closed: Collection[str] = (),
    anew: bool = False,
) -> tuple[LayerFile, ...]:
    """Write and return the layers of all tables, for those who may see the restricted ones.

    What is not the same as for everyone (`build`, with the same arguments) lies
    beside `static`, where Streamlit does not serve it, see
    `lib.layers.registry.on_disk`.
    """
    files = build(snapshot, static, simplify_m=simplify_m, grid=grid, closed=closed, anew=anew)
    if not closed:
        return files
    only = "" if grid else "-no-grid"
    index = apart(static) / f"{snapshot.snapshot_id}-{simplify_m:g}{only}.index.json"
    known = () if anew else layerindex.known(index, static)
    return known or _write(
        snapshot, static, index, simplify_m=simplify_m, grid=grid, anew=False, beside=True
    )


def _write(
    snapshot: Snapshot,
    static: Path,
    index: Path,
    *,
    simplify_m: float,
    grid: bool,
    anew: bool,
    beside: bool = False,
) -> tuple[LayerFile, ...]:
    drawn = by_layer(borders.draw(snapshot, static, simplify_m=simplify_m, anew=anew))
    for name, frame in _frames(snapshot, grid=grid).items():
        if len(frame):
            drawn[name] = write_layer(static, name, frame, closed=beside)
    files = tuple(drawn[name] for name in LAYERS if name in drawn)
    layerindex.keep(index, files)
    return files


def _remove(static: Path, layer_ids: Collection[str], but: Sequence[LayerFile]) -> None:
    """Take the files of layers out of what is served, but for those named."""
    kept = {static / file.path for file in but}
    for layer_id in layer_ids:
        for file in (static / "layers").glob(f"{layer_id}-*.json"):
            if file not in kept:
                file.unlink(missing_ok=True)


def _frames(snapshot: Snapshot, *, grid: bool) -> dict[str, gpd.GeoDataFrame]:
    """Return layer -> frame of all that is no border."""
    tables = {
        name: snapshot.read(name)
        for name in ("communes", "clusters", "former_units", "ended_units", "weak_supply")
    }
    frames = _grid(snapshot) if grid else {}
    if "outlines" in snapshot.manifest.tables:
        tables["outlines"] = snapshot.read("outlines")
    frames["outlines"] = _outline_areas(tables)
    frames["weak"] = _weak(tables)
    frames["clusters"] = _clusters(register(tables))
    return frames


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
            with_lines(stations.assign(code=stations["substation_id"]), [_station])
        )
    return frames


def _station(row: Row, lang: Lang) -> str:
    return t("layers.tip_station", lang, voltage=row["voltage_kv"], date=date(row["as_of"], lang))


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

    return _points(with_lines(placed, [approximate, communes]))


def _outline_areas(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
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

    return _points(with_lines(placed, [kind, villages, dated]))
