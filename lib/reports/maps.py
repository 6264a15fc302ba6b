"""The maps of the papers: province, one cluster, one commune, an inset.

Pieces, band and commune lines of a measured cluster are drawn as published.
Everything farther away is the simplified layer of the screen, for the eye.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import geopandas as gpd
import numpy as np
import shapely

from lib.borders import CommuneIndex, plane
from lib.crs import AREA_CRS, STORAGE_CRS
from lib.geometry import Geometries
from lib.layers import LAYERS
from lib.pieces import tolerance_band
from lib.reports.canvas import Bounds, Canvas, fit
from lib.reports.dossier import Dossier
from lib.reports.layout import Drawings
from lib.reports.material import Material
from lib.symbols import BAND, CROSS, EXACT_LINE, Style, piece, swatch
from lib.text import Lang, is_blank, number, t

Classes = Mapping[str, str] | str
"""Class of each code of a layer, or one class for all."""

_AROUND: Final = 0.18
"""Land shown around what a map is about, as a share of its size."""
_LEAST_AROUND_M: Final = 250.0
NAMED: Final = ("named", "named-bare")
"""Classes of the communes a map is about."""
_LINES: Final = ("neighbours", "rivers", "former-provinces", "province")


@dataclass
class Drawn:
    """A map, what its legend explains and what has to be said of it.

    Parameters
    ----------
    canvas : Canvas
        The drawing.
    legend : list of (Style, str)
        Classes that are really on it, with the kind of their geometry.
    caption : str
        Said under the map.
    stamp : str
        Said on the map: *approximate*, *sample*; empty if nothing.
    """

    canvas: Canvas
    legend: list[tuple[Style, str]] = field(default_factory=list)
    caption: str = ""
    stamp: str = ""

    def add(self, layer_id: str, frame: gpd.GeoDataFrame, classes: Classes) -> None:
        """Draw the features of a layer in their classes and note these for the legend."""
        layer = LAYERS[layer_id]
        styles = {style.key: style for style in layer.styles}
        keys = frame["code"].map(
            lambda code: classes if isinstance(classes, str) else classes.get(code)
        )
        for key, style in styles.items():
            shapes = frame.geometry[keys == key]
            if not len(shapes):
                continue
            if layer.kind == "point":
                for point in shapes:
                    self.canvas.sign(point, style.look)
            else:
                self.canvas.draw(shapes, style.look)
            self.explain(style, layer.kind)

    def explain(self, style: Style, kind: str) -> None:
        """Note a class for the legend, once, if it has words."""
        if style.label and (style, kind) not in self.legend:
            self.legend.append((style, kind))

    def rename(self, keys: Collection[str], label: str) -> None:
        """Give classes other words in the legend."""
        self.legend = [
            (replace(style, label=label) if style.key in keys else style, kind)
            for style, kind in self.legend
        ]

    def entries(self, lang: Lang, keep: Any) -> list[dict[str, str]]:  # noqa: ANN401
        """Return the legend: drawing and words, areas last."""
        order = {"point": 0, "polygon": 1, "line": 2}
        known = sorted(self.legend, key=lambda entry: order[entry[1]])
        return [
            {"svg": keep(swatch(style, kind)), "text": t(style.label, lang)}
            for style, kind in known
        ]


def figure(material: Material, drawn: Drawn, drawings: Drawings, alt: str) -> dict[str, Any]:
    """Return what a template's map needs; on schematic borders nothing can be measured off it."""
    if material.schematic:
        stamps = [t("frame.schematic_title", material.lang), drawn.stamp]
        made = drawings.map(drawn.canvas, alt)
    else:
        stamps = [drawn.stamp]
        made = drawings.map(drawn.canvas, alt, lang=material.lang)
    return made | {"stamps": [stamp for stamp in stamps if stamp]}


def around(bounds: Bounds, *, share: float = _AROUND, least_m: float = _LEAST_AROUND_M) -> Bounds:
    """Return `bounds` (metres) with some land around."""
    west, south, east, north = bounds
    more = max(share * max(east - west, north - south), least_m)
    return west - more, south - more, east + more, north + more


def province(
    material: Material,
    styles: Mapping[str, Classes],
    width: float,
    height: float,
    *,
    bounds: Bounds | None = None,
    numbers: Mapping[str, str] | None = None,
    names: bool = True,
) -> Drawn:
    """Draw the layers of the screen in the classes of `styles`.

    Parameters
    ----------
    material : Material
        The data.
    styles : mapping
        Layer -> class of each code; a layer that is missing is hidden.
    width, height : float
        Size on paper, millimetres.
    bounds : tuple of float, optional
        What to show, metres in EPSG:9208; the province by default.
    numbers : mapping, optional
        Cluster -> number written beside its mark instead of its name.
    names : bool
        Whether communes are named where there is room.
    """
    shown = bounds or around(extent(material), share=0.02)
    drawn = Drawn(Canvas(fit(shown, width, height)))
    for layer_id, frame in material.layers.items():
        if layer_id in styles:
            drawn.add(layer_id, frame, styles[layer_id])
    if "clusters" in styles:
        _name_clusters(drawn.canvas, material, styles["clusters"], numbers)
    if names:
        communes = material.layers["communes"]
        drawn.canvas.name_areas(communes.geometry.to_numpy(), communes["name"])
    if "neighbours" in styles and "neighbours" in material.layers:
        _name_neighbours(drawn.canvas, material)
    return drawn


def _name_clusters(
    canvas: Canvas, material: Material, classes: Classes, numbers: Mapping[str, str] | None
) -> None:
    frame = material.layers["clusters"]
    kind = "number" if numbers is not None else "cluster"
    for code, name, point in zip(frame["code"], frame["name"], frame.geometry, strict=True):
        shown = classes if isinstance(classes, str) else classes.get(code)
        text = name if numbers is None else numbers.get(code)
        if shown and text:
            canvas.label(point, text, kind, rank=-1e6)


def _name_neighbours(canvas: Canvas, material: Material) -> None:
    frame = material.layers["neighbours"]
    points = gpd.GeoSeries(gpd.points_from_xy(frame["lx"], frame["ly"]), crs=STORAGE_CRS)
    for point, name in zip(points.to_crs(AREA_CRS), frame["name"], strict=True):
        canvas.label(point, name, "neighbour", rank=1e6)


def ground(material: Material, named: Collection[str] = ()) -> dict[str, Classes]:
    """Return the classes of everything below the marks, as on the screen."""
    land = "schematic" if material.schematic else "land"
    styles: dict[str, Classes] = {name: "base" for name in _LINES if name in material.layers}
    codes = material.layers["communes"]["code"]
    styles["communes"] = {code: "named" if code in named else land for code in codes}
    return styles


def inset(material: Material, named: Collection[str], bounds: Bounds | None) -> Canvas:
    """Draw where a map lies within the province, 44 mm wide."""
    drawn = Canvas(fit(around(extent(material), share=0.02), 40, 48))
    communes = material.layers["communes"]
    inside = communes["code"].isin(list(named))
    look = {style.key: style.look for style in LAYERS["communes"].styles}
    drawn.draw(communes.geometry[~inside], look["bare"])
    drawn.draw(communes.geometry[inside], {**look["named-bare"], "fillColor": "#F2B48C"})
    drawn.draw(material.layers["province"].geometry, LAYERS["province"].styles[0].look)
    if bounds is not None:
        drawn.frame(bounds, CROSS)
    return drawn


def cluster(dossier: Dossier, width: float, height: float) -> Drawn:
    """Draw one cluster: its pieces and the band, or where its papers put it.

    Without a measured outline nothing on the map can be taken for one: the
    communes of the decision are tinted and the mark is called approximate.
    """
    index = dossier.material.index
    if dossier.measured and index is not None:
        return _measured(dossier, index, width, height)
    return _unmeasured(dossier, width, height)


def _measured(dossier: Dossier, index: CommuneIndex, width: float, height: float) -> Drawn:
    material = dossier.material
    pieces = cast("gpd.GeoDataFrame", dossier.pieces)
    shapes = plane(pieces.geometry)
    limit = float(dossier.verdict["tolerance_m"])
    drawn = Drawn(Canvas(fit(around(bounds_of(shapes)), width, height)))
    window = shapely.box(*drawn.canvas.window.bounds)
    seen = index.tree.query(window, predicate="intersects")
    codes = index.codes[seen]
    land = gpd.GeoDataFrame({"code": codes}, geometry=index.shapes[seen], crs=AREA_CRS)
    concerned = set(dossier.row["commune_codes"])
    drawn.add(
        "communes",
        land,
        {code: "named-bare" if code in concerned else "bare" for code in codes},
    )
    for layer_id in ("former-units", "rivers"):
        if layer_id in material.layers and _meets(material.layers[layer_id], window):
            drawn.add(layer_id, material.layers[layer_id], "base")
    for rank, shape in enumerate(shapes):
        drawn.canvas.draw([shape], piece(rank))
    whole = shapely.union_all(pieces.geometry.to_numpy())
    band = tolerance_band(whole, index, limit)
    if not shapely.is_empty(band):
        drawn.canvas.draw_globe([band], BAND)
        drawn.explain(Style("band", "reports.band", BAND), "polygon")
    runs = index.runs[index.run_tree.query(window, predicate="intersects")]
    drawn.canvas.draw([shapely.line_merge(shapely.union_all(runs))], EXACT_LINE)
    drawn.explain(Style("exact", "reports.exact_line", EXACT_LINE), "line")
    _name_communes(drawn.canvas, index.shapes[seen], index.names[seen], codes, concerned)
    drawn.rename(NAMED, "reports.named_area")
    lang = material.lang
    drawn.caption = t("reports.caption_measured", lang, tolerance=number(limit, lang, unit="m"))
    drawn.stamp = t("reports.stamp_sample", lang) if dossier.row["sample"] else ""
    return drawn


def _meets(frame: gpd.GeoDataFrame, window: shapely.Geometry) -> bool:
    return bool(shapely.intersects(frame.geometry.to_numpy(), window).any())


def _name_communes(
    canvas: Canvas,
    shapes: Geometries,
    names: Iterable[str],
    codes: Iterable[str],
    concerned: Collection[str],
) -> None:
    for shape, name, code in zip(shapes, names, codes, strict=True):
        kind = "named" if code in concerned else "commune"
        canvas.name_areas(np.array([shape], dtype=object), [name], kind)


def _unmeasured(dossier: Dossier, width: float, height: float) -> Drawn:
    material, lang = dossier.material, dossier.material.lang
    decided = tuple(dossier.row["commune_codes"])
    codes = decided or tuple(dossier.cluster.get("district_codes") or ())
    communes = material.layers["communes"]
    inside = communes["code"].isin(codes)
    placed = not is_blank(dossier.cluster.get("lat"))
    shown = communes.geometry[inside] if inside.any() else communes.geometry
    own = _own_outline(dossier)
    bounds = bounds_of(np.concatenate([shown.to_numpy(), own.to_crs(AREA_CRS).to_numpy()]))
    styles = ground(material, codes)
    if decided and "former-units" in material.layers:
        styles["former-units"] = "base"
    if placed:
        styles["clusters"] = {dossier.cluster_id: dossier.row["change"]}
    drawn = province(
        material, styles, width, height, bounds=around(bounds, share=0.08), names=False
    )
    drawn.rename(NAMED, "reports.named_area" if decided else "reports.district_area")
    if len(own):
        look = {**EXACT_LINE, "color": CROSS, "dashArray": "6 4"}
        drawn.canvas.draw_globe(own, look)
        drawn.explain(Style("rough", "reports.rough_outline", look), "line")
    shapes = communes.geometry.to_numpy()
    _name_communes(drawn.canvas, shapes, communes["name"], communes["code"], set(codes))
    if placed and dossier.cluster["placed_by"] == "decision":
        drawn.stamp = t("reports.stamp_approximate", lang)
        drawn.caption = t("cards.approximate", lang)
    elif placed:
        drawn.caption = dossier.by_geometry
    else:
        drawn.caption = t("cards.no_marker", lang)
    return drawn


def _own_outline(dossier: Dossier) -> gpd.GeoSeries:
    """Return the outline of a cluster that is there but not measured; EPSG:4326."""
    outlines = dossier.material.tables.get("outlines")
    if outlines is None:
        return gpd.GeoSeries([], crs=STORAGE_CRS)
    of = outlines["cluster_id"] == dossier.cluster_id
    return gpd.GeoSeries(outlines.loc[of, "geometry"].to_numpy(), crs=STORAGE_CRS)


def extent(material: Material) -> Bounds:
    """Return the bounds of the province, metres in EPSG:9208."""
    return bounds_of(material.layers["province"].geometry.to_numpy())


def bounds_of(shapes: Geometries) -> Bounds:
    """Return west, south, east and north of shapes together."""
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    return west, south, east, north


def plane_bounds(degrees: Bounds) -> Bounds:
    """Return bounds in degrees (WGS 84) as bounds in metres of EPSG:9208."""
    corners = gpd.GeoSeries([shapely.box(*degrees)], crs=STORAGE_CRS).to_crs(AREA_CRS)
    return bounds_of(corners.to_numpy())
