"""The maps of the papers: the layers of the screen, in its classes, at a round scale.

They are simplified for the eye; nothing is measured on them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import geopandas as gpd
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.language.text import Lang, t
from lib.layers.looks.symbols import BAND, CROSS, EXACT_LINE, Style, swatch
from lib.layers.registry import LAYERS, in_order
from lib.reports.cards.material import Material
from lib.reports.drawing import own
from lib.reports.drawing.canvas import Bounds, Canvas, fit
from lib.reports.drawing.layout import Drawings

Classes = Mapping[str, str] | str
"""Class of each code of a layer, or one class for all."""

_AROUND: Final = 0.18
"""Land shown around what a map is about, as a share of its size."""
_LEAST_AROUND_M: Final = 250.0
_PICTURE_MM: Final = 25.4 / 150
"""A pixel of a picture on paper, millimetres: 150 to an inch."""
NAMED: Final = ("named", "named-bare")
"""Classes of the communes a map is about."""
BAND_STYLE: Final = Style("band", "reports.band", BAND)
EXACT_STYLE: Final = Style("exact", "reports.exact_line", EXACT_LINE)


@dataclass
class Drawn:
    """A map, what its legend explains and what has to be said of it.

    Parameters
    ----------
    legend : list of (Style, str)
        Classes that are really on it, with the kind of their geometry.
    stamp : str
        Said on the map: *approximate*, *sample*; empty if nothing.
    words : mapping
        Key of a class -> its words, where only the answer knows them: a range of figures.
    """

    canvas: Canvas
    legend: list[tuple[Style, str]] = field(default_factory=list)
    caption: str = ""
    stamp: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

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
                seen = sum(self.canvas.sign(point, style.look) for point in shapes) > 0
            else:
                seen = self.canvas.draw(shapes, style.look)
            if seen:
                self.explain(style, layer.kind)

    def draw_shape(
        self, shape: shapely.Geometry, look: Mapping[str, Any], name: str, lines: Iterable[str]
    ) -> None:
        """Draw a shape of EPSG:4326 over the layers; with lines, its name and they stand on it."""
        self.canvas.draw_globe([shape], look)
        told = " ".join([name, *lines]).strip()
        if lines:
            inside = gpd.GeoSeries([shapely.point_on_surface(shape)], crs=STORAGE_CRS)
            self.canvas.label(inside.to_crs(AREA_CRS).iloc[0], told, "named", rank=-2e6)

    def explain(self, style: Style, kind: str) -> None:
        """Note a class for the legend, once, if it has words."""
        told = style.label or style.key in self.words
        if told and (style, kind) not in self.legend:
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
            {
                "svg": keep(swatch(style, kind)),
                "text": self.words.get(style.key) or t(style.label, lang),
            }
            for style, kind in known
        ]


def figure(material: Material, drawn: Drawn, drawings: Drawings, alt: str) -> dict[str, Any]:
    """Return the map as a template takes it; without a scale on schematic borders."""
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
    words: Mapping[str, str] | None = None,
) -> Drawn:
    """Draw the layers of the screen in the classes of `styles`.

    Parameters
    ----------
    styles : mapping
        Layer -> class of each code; a layer that is missing is hidden.
    width, height : float
        Size on paper, millimetres.
    bounds : tuple of float, optional
        What to show, metres in `AREA_CRS`; the province by default.
    numbers : mapping, optional
        Cluster -> number written beside its mark instead of its name.
    names : bool
        Whether communes are named where there is room.
    words : mapping, optional
        Key of a class -> its words in the legend, for a class the registry has none for.
    """
    shown = bounds or around(extent(material), share=0.02)
    told = own.words(material, own.chosen(material, areas=True)) | dict(words or {})
    drawn = Drawn(Canvas(fit(shown, width, height)), words=told)
    lay_pictures(material, drawn.canvas)
    for layer_id in in_order(material.layers, material.order):
        frame = material.layers[layer_id]
        if layer_id in styles and drawn.canvas.window.zoom >= LAYERS[layer_id].min_zoom:
            drawn.add(layer_id, frame, styles[layer_id])
    if "clusters" in styles and "clusters" in material.layers:
        _name_clusters(drawn.canvas, material, styles["clusters"], numbers)
    if names:
        communes = material.layers["communes"]
        drawn.canvas.name_areas(communes.geometry.to_numpy(), communes["name"])
    if "neighbours" in styles and "neighbours" in material.layers:
        _name_neighbours(drawn.canvas, material)
    for layer_id in styles:
        if LAYERS[layer_id].ground_by_code and layer_id in material.layers:
            _name_ground(drawn.canvas, material.layers[layer_id])
    return drawn


def lay_pictures(material: Material, canvas: Canvas) -> None:
    """Lay the pictures of the ground under a map, as far as they reach."""
    window = canvas.window
    for picture in material.under:
        address = picture.on_plane(window.bounds, window.scale * _PICTURE_MM / 1000)
        if address:
            canvas.picture(address, picture.opacity)


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
    if numbers is not None:
        _number_outlines(canvas, material, numbers, set(frame["code"]))


def _number_outlines(
    canvas: Canvas, material: Material, numbers: Mapping[str, str], marked: Collection[str]
) -> None:
    """Put the number of a page on each outline without a mark: samples are in no register."""
    frame = material.layers["outlines"]
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    for code, point in zip(frame["code"], inside, strict=True):
        if code in numbers and code not in marked:
            canvas.label(point, numbers[code], "number", rank=-1e6)


def _name_neighbours(canvas: Canvas, material: Material) -> None:
    frame = material.layers["neighbours"]
    points = gpd.GeoSeries(gpd.points_from_xy(frame["lx"], frame["ly"]), crs=STORAGE_CRS)
    for point, name in zip(points.to_crs(AREA_CRS), frame["name"], strict=True):
        canvas.label(point, name, "neighbour", rank=1e6)


def _name_ground(canvas: Canvas, frame: gpd.GeoDataFrame) -> None:
    """Name rivers, roads and settlements where there is room, from the scale the map does."""
    if "zoom" not in frame:
        return
    named = frame[(frame["name"] != "") & (frame["zoom"] <= canvas.window.zoom)]
    points = gpd.GeoSeries(gpd.points_from_xy(named["lx"], named["ly"]), crs=STORAGE_CRS)
    for point, name in zip(points.to_crs(AREA_CRS), named["name"], strict=True):
        canvas.label(point, name, "neighbour", rank=2e6)


def ground(material: Material, named: Collection[str] = ()) -> dict[str, Classes]:
    """Return the classes of everything below the marks, as on the screen, and of own layers.

    An own layer paints communes only where none of them is `named`.
    """
    land = "schematic" if material.schematic else "land"
    styles: dict[str, Classes] = {
        file.layer_id: drawn for file in material.files if (drawn := file.on_every_page())
    }
    codes = material.layers["communes"]["code"]
    styles["communes"] = {code: "named" if code in named else land for code in codes}
    return styles | own.styles(material, own.chosen(material, areas=not named))


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


def extent(material: Material) -> Bounds:
    """Return the bounds of the province, metres in `AREA_CRS`."""
    return bounds_of(material.layers["province"].geometry.to_numpy())


def bounds_of(shapes: Geometries) -> Bounds:
    """Return west, south, east and north of shapes together."""
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    return west, south, east, north


def plane_bounds(degrees: Bounds) -> Bounds:
    """Return bounds in degrees (WGS 84) as bounds in metres of `AREA_CRS`."""
    corners = gpd.GeoSeries([shapely.box(*degrees)], crs=STORAGE_CRS).to_crs(AREA_CRS)
    return bounds_of(corners.to_numpy())
