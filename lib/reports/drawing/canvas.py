"""A map as a drawing on paper: the plane of `AREA_CRS` at a round scale, in millimetres.

Looks are those of `lib.layers.looks.symbols`, made for Leaflet; here they become SVG. Text
is not drawn: labels are handed to the layout, which knows how wide they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import shapely

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import Geometries
from lib.layers.looks.symbols import HATCHES, OUTSIDE
from lib.settings import province

Look = Mapping[str, Any]
Bounds = tuple[float, float, float, float]

SCALES: Final = (
    *(
        int(step * 10**power)
        for power in (3, 4, 5)
        for step in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 9)
    ),
    *(step * 100_000 for step in (10, 11, 12, 15, 20, 25, 30, 40, 50)),
)
"""Scales a map is drawn at, by their denominator."""

_PX_MM: Final = 0.24
"""A pixel of the screen's lines on paper, millimetres."""
_SIGN_MM: Final = 0.21
"""A pixel of the screen's signs on paper, millimetres."""
_EQUATOR_M: Final = 156_543.03
"""Metres of a pixel of web mercator at zoom 0, on the equator."""
_MIDDLE: Final = sum(province().box[1::2]) / 2
"""Latitude of the province, degrees."""
_BEYOND: Final = 1.02
"""Shapes are cut this far beyond the frame, so that their cut edge is not seen."""
_FINE_MM: Final = 0.02
"""Vertices that bend a line on paper by less are left out: no printer shows them."""
_BARS: Final = tuple(step * 10**power for power in (1, 2, 3, 4) for step in (1, 2, 5))


@dataclass(frozen=True)
class Window:
    """A frame of paper over the plane.

    Parameters
    ----------
    east, north : float
        Its middle, metres in `AREA_CRS`.
    scale : int
        Denominator of the scale.
    width, height : float
        Its size on paper, millimetres.
    """

    east: float
    north: float
    scale: int
    width: float
    height: float

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in metres of `AREA_CRS`."""
        half = np.array([self.width, self.height]) * self.scale / 2000
        return (
            self.east - half[0],
            self.north - half[1],
            self.east + half[0],
            self.north + half[1],
        )

    def to_paper(self, xy: Any) -> Any:  # noqa: ANN401 - coordinates of any shape
        """Return millimetres from the upper left corner for metres of `AREA_CRS`."""
        west, _, _, north = self.bounds
        return np.column_stack([xy[:, 0] - west, north - xy[:, 1]]) * (1000 / self.scale)

    @property
    def zoom(self) -> float:
        """The zoom of a web map on which its lines are as far apart as on this paper."""
        metres = self.scale * _PX_MM / 1000
        return float(np.log2(_EQUATOR_M * np.cos(np.radians(_MIDDLE)) / metres))

    def bar(self) -> dict[str, Any]:
        """Return the scale bar: its length on paper (mm) and in metres, about a fifth of it."""
        wanted = self.width * self.scale / 1000 / 5
        length = max((bar for bar in _BARS if bar <= wanted), default=_BARS[0])
        return {"mm": length * 1000 / self.scale, "metres": length}


def fit(bounds: Bounds, width: float, height: float, *, least: int = 5_000) -> Window:
    """Return the window of the largest round scale that shows `bounds`.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, metres in `AREA_CRS`.
    width, height : float
        Size on paper, millimetres.
    least : int
        Denominator of the largest scale that is wanted.
    """
    west, south, east, north = bounds
    needed = max((east - west) / width, (north - south) / height) * 1000
    scale = next((s for s in SCALES if s >= max(needed, least)), SCALES[-1])
    return Window((west + east) / 2, (south + north) / 2, scale, width, height)


@dataclass
class Canvas:
    """What is drawn in one window, bottom first.

    Parameters
    ----------
    labels : list of mapping
        ``x``, ``y`` (mm), ``text``, ``kind`` and ``rank`` (lower goes first) of
        the names to put on the map where there is room.
    taken : list of mapping
        ``x``, ``y``, ``w``, ``h`` (mm) of the signs, which no name may cover.
    """

    window: Window
    labels: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, float]] = field(default_factory=list)
    blend: bool = False
    """Whether areas are printed on what is under them, as ink on a photograph."""
    _parts: list[str] = field(default_factory=list)

    def draw(self, shapes: Iterable[shapely.Geometry | None], look: Look) -> bool:
        """Draw lines or polygons of `AREA_CRS` with Leaflet's path options; say if any is seen."""
        given = np.array([shape for shape in shapes if shape is not None], dtype=object)
        if not len(given):
            return False
        west, south, east, north = self.window.bounds
        margin = (east - west) * (_BEYOND - 1)
        frame = (west - margin, south - margin, east + margin, north + margin)
        seen = given[shapely.intersects(shapely.box(*frame), given)]
        fine = _FINE_MM * self.window.scale / 1000
        path = "".join(map(self._path, shapely.simplify(shapely.clip_by_rect(seen, *frame), fine)))
        if path:
            mixed = ' style="mix-blend-mode:multiply"' if self.blend and look.get("fill") else ""
            self._parts.append(f'<path d="{path}" {_attributes(look)}{mixed}/>')
        return bool(path)

    def picture(self, address: str, opacity: float) -> None:
        """Lay a picture over the whole window; areas drawn later are printed on it."""
        size = f'width="{self.window.width}" height="{self.window.height}"'
        self._parts.append(
            f'<image href="{address}" x="0" y="0" {size} opacity="{opacity:g}" '
            'preserveAspectRatio="none"/>'
        )
        self.blend = True

    def draw_globe(self, shapes: Iterable[shapely.Geometry], look: Look) -> bool:
        """Draw shapes of EPSG:4326; say if any is seen."""
        series = gpd.GeoSeries(list(shapes), crs=STORAGE_CRS)
        return self.draw(series.to_crs(AREA_CRS), look)

    def sign(self, point: shapely.Point, look: Look) -> bool:
        """Draw a point symbol at a point of `AREA_CRS`, if it is in the window; say so."""
        x, y = self.window.to_paper(np.array([[point.x, point.y]]))[0]
        if not (0 <= x <= self.window.width and 0 <= y <= self.window.height):
            return False
        scale = look["size"] * _SIGN_MM / 24
        parts = "".join(
            f"<path {' '.join(f'{k}={quoteattr(str(v))}' for k, v in part.items())}/>"
            for part in look["parts"]
        )
        move = f"translate({x:.2f} {y:.2f}) scale({scale:.4f}) translate(-12 -12)"
        self._parts.append(f'<g transform="{move}">{parts}</g>')
        half = 0.4 * look["size"] * _SIGN_MM
        box = {"x": x - half, "y": y - half, "w": 2 * half, "h": 2 * half}
        self.taken.append({side: float(value) for side, value in box.items()})
        return True

    def frame(self, bounds: Bounds, color: str) -> None:
        """Draw a box of `AREA_CRS`, as an inset shows where a map lies; never below 2 mm."""
        corners = self.window.to_paper(np.array(bounds).reshape(2, 2))
        (x0, y1), (x1, y0) = corners
        width, height = max(2.0, x1 - x0), max(2.0, y1 - y0)
        x, y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
        self._parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
            f'fill="none" stroke="{color}" stroke-width="0.7"/>'
        )

    def label(self, point: shapely.Point, text: str, kind: str, rank: float = 0) -> None:
        """Ask for a name at a point of `AREA_CRS`, if it is in the window."""
        x, y = self.window.to_paper(np.array([[point.x, point.y]]))[0]
        if 0 <= x <= self.window.width and 0 <= y <= self.window.height:
            self.labels.append(
                {"x": float(x), "y": float(y), "text": text, "kind": kind, "rank": float(rank)}
            )

    def name_areas(self, shapes: Geometries, names: Iterable[str], kind: str = "commune") -> None:
        """Ask for the name of each polygon of `AREA_CRS` in the part of it that is seen."""
        seen = shapely.clip_by_rect(shapes, *self.window.bounds)
        for shape, name in zip(seen, names, strict=True):
            if not shapely.is_empty(shape) and shapely.area(shape) > 0:
                inside = shapely.maximum_inscribed_circle(shape)
                self.label(shapely.get_point(inside, 0), name, kind, -float(shapely.length(inside)))

    def svg(self) -> str:
        """Return the drawing, one unit a millimetre."""
        width, height = self.window.width, self.window.height
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}">{_hatches()}'
            f'<rect width="{width}" height="{height}" fill="{OUTSIDE}"/>'
            f"{''.join(self._parts)}</svg>"
        )

    def _path(self, shape: shapely.Geometry) -> str:
        parts = shapely.get_parts(shape)
        rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas
        lines = parts[shapely.get_dimensions(parts) == 1]
        return "".join([self._run(r, "Z") for r in rings] + [self._run(x, "") for x in lines])

    def _run(self, line: shapely.Geometry, end: str) -> str:
        xy = np.round(self.window.to_paper(shapely.get_coordinates(line)), 2)
        moved = np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in xy[moved]) + end


def _attributes(look: Look) -> str:
    shown = {"fill": "none", "stroke": "none", "stroke-linejoin": "round"}
    if look.get("fill"):
        shown |= {"fill": look["fillColor"], "fill-opacity": str(look["fillOpacity"])}
        shown["fill-rule"] = "evenodd"
    if look.get("stroke", True) and look["weight"]:
        shown |= {"stroke": look["color"], "stroke-opacity": str(look["opacity"])}
        shown["stroke-width"] = f"{look['weight'] * _PX_MM:.3f}"
        if look.get("dashArray"):
            dashes = [float(dash) * _PX_MM for dash in look["dashArray"].split()]
            shown["stroke-dasharray"] = " ".join(f"{dash:.2f}" for dash in dashes)
    return " ".join(f"{name}={quoteattr(value)}" for name, value in shown.items())


def _hatches() -> str:
    """Return the stripes of the screen as patterns on paper."""
    return "".join(
        f'<pattern id="{h["id"]}" width="1.4" height="1.4" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="1.4" height="1.4" fill="{h["ground"]}"/>'
        f'<path d="M0.35 0V1.4" stroke="{h["line"]}" stroke-width="0.4"/></pattern>'
        for h in HATCHES
    )
