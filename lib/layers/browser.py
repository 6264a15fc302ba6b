"""Values the map's script in a browser is given: layers, small drawings, tooltips, bounds.

The map of a page and the map in one file run the same script on the same values.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import shapely

from lib.geo.crs import meridian_plane
from lib.language.text import Lang, t
from lib.layers.files import LayerFile, by_layer, credits_of
from lib.layers.looks.symbols import HATCHES
from lib.layers.registry import LAYERS

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""

_MARGIN_DEG: Final = 0.3
"""How far beyond the province the map may be moved: no sea comes into view."""
MEASURING: Final = (
    *("measure", "measure_length", "measure_area", "measure_around", "measure_how"),
    *("measure_copy", "measure_copied", "measure_not_copied", "measure_clear", "measure_close"),
)
"""Names of the ``map.`` texts of the tool every map has."""
DRAWING: Final = tuple(
    f"draw_{name}"
    for name in (
        *("close", "ring", "undo", "redo", "remove", "cancel", "snap", "follow"),
        *("length", "about", "corner", "insert", "start", "start_ring", "go_on", "zoom", "crowded"),
    )
)
"""Names of the ``map.`` texts of a map that is drawn on."""


@dataclass(frozen=True)
class Shape:
    """A small drawing that changes with every answer: a piece, the tolerance band.

    Parameters
    ----------
    geometry : shapely.Geometry
        EPSG:4326; sent with the rerun, so keep it to one cluster.
    look : mapping
        Leaflet path options.
    name : str
        First line of the tooltip; without one the shape is ground: it has no
        tooltip and the map does not go to it.
    lines : tuple of str
        Its further lines, in the visitor's language; with any, the name and the
        first stand on the shape.
    """

    geometry: shapely.Geometry
    look: Mapping[str, Any]
    name: str = ""
    lines: tuple[str, ...] = ()

    def drawing(self, lang: Lang) -> dict[str, Any]:
        """Return what the browser draws of it, with its lines in language `lang`."""
        # 6 decimals are 0.1 m: enough for the eye, and what is measured is not this.
        rounded = shapely.transform(self.geometry, lambda xy: xy.round(6))
        drawn = {
            "geometry": json.loads(shapely.to_geojson(rounded)),
            "look": self.look,
            "name": self.name,
            lang: self.lines,
        }
        if self.lines:
            # Where the shape is widest: the name and its first line have the most room there.
            widest = shapely.maximum_inscribed_circle(cast("shapely.MultiPolygon", rounded))
            label = shapely.get_point(widest, 0)
            drawn |= {"lx": label.x, "ly": label.y, "label": f"{self.name}\n{self.lines[0]}"}
        return drawn


def bounds_of(shapes: Sequence[Shape]) -> Bounds | None:
    """Return the bounds of the shapes that have a name, None if none has."""
    named = [shape.geometry for shape in shapes if shape.name]
    if not named:
        return None
    west, south, east, north = (float(side) for side in shapely.total_bounds(named))
    return west, south, east, north


@dataclass(frozen=True)
class Picture:
    """Tiles of a picture that can lie under the communes.

    Parameters
    ----------
    name : str
        Of the ground, see `lib.layers.ground.kept`.
    version : str
        What changes with its content.
    least, most : int
        Zooms there are tiles of; beyond the greatest they are stretched.
    bounds : tuple of float
        Where it lies.
    source, as_of : str
        Whom to name where it shows; the day it is of, ISO 8601, empty if nobody says.
    url : str
        Where the browser asks for it if not this server: tiles by their numbers, or a WMS.
    """

    name: str
    version: str
    least: int
    most: int
    bounds: Bounds
    source: str
    as_of: str
    url: str = ""

    def drawing(self, address: Callable[[str], str]) -> dict[str, Any]:
        """Return what the browser gets: where the tiles are, how far they go, whose they are."""
        own = f"{address(self.name)}/{{z}}/{{x}}/{{y}}?v={self.version}"
        return {
            "name": self.name,
            "url": self.url or own,
            "online": bool(self.url),
            "least": self.least,
            "most": self.most,
            "bounds": corners(self.bounds),
            "source": self.source,
        }


@dataclass(frozen=True)
class Note:
    """A further line of the tooltips of a layer, said by a page and not by the layer's file.

    Parameters
    ----------
    label : str
        What the values are, in the visitor's language.
    values : mapping
        Code -> value as it is written.
    blank : str
        Written for a code without a value.
    lasting : bool
        The same whatever is filtered: written to a file the browser fetches once.
    """

    label: str
    values: Mapping[str, str]
    blank: str
    lasting: bool = False

    def of(self, file: LayerFile) -> dict[str, Any]:
        """Return what the browser gets: one value a feature, in the order of the file."""
        return {
            "label": self.label,
            "values": [self.values.get(code, self.blank) for code in file.codes],
        }


def configuration(
    files: Sequence[LayerFile],
    lang: Lang,
    texts: Sequence[str],
    *,
    address: Callable[[str], str],
    pictures: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return all the script needs once: how far the map goes, its words, how layers look.

    Parameters
    ----------
    files : sequence of LayerFile
        The layers, bottom first; ``communes`` is among them.
    texts : sequence of str
        Names of the ``map.`` texts the script writes itself.
    address : callable
        Path of a layer file -> where the browser finds it.
    pictures : sequence of dict
        Of `Picture.drawing`; none in a file taken away: tiles are of the server.
    """
    named = by_layer(files)
    province, country = named["communes"], "country" in named
    home = "home_country" if country else "home"
    return {
        "lang": lang,
        **_extent(files if country else [province]),
        "province": corners(province.bounds) if country else None,
        "hatches": HATCHES,
        "texts": {
            "home": t(f"map.{home}", lang),
            **{name: t(f"map.{name}", lang) for name in (*MEASURING, *texts)},
        },
        "plane": meridian_plane(),
        "layers": [_layer(file, address) for file in files],
        "pictures": list(pictures),
        "credits": list(dict.fromkeys(source for source, _ in credits_of(files))),
    }


def corners(bounds: Bounds) -> list[list[float]]:
    """Return `bounds` as Leaflet takes them: south-west and north-east, latitude first."""
    west, south, east, north = bounds
    return [[south, west], [north, east]]


def _extent(files: Sequence[LayerFile]) -> dict[str, Any]:
    """Return where the map begins and how far it goes.

    The country is never cut: its file is refused without Hoàng Sa and Trường Sa.
    """
    sides = list(zip(*(file.bounds for file in files), strict=True))
    west, south, east, north = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
    m = _MARGIN_DEG
    return {
        "bounds": corners((west, south, east, north)),
        "maxBounds": corners((west - m, south - m, east + m, north + m)),
    }


def _layer(file: LayerFile, address: Callable[[str], str]) -> dict[str, Any]:
    """Return what the script knows of a layer; of thousands of areas also its finer parts."""
    layer = LAYERS[file.layer_id]
    label = layer.label
    known: dict[str, Any] = {
        "id": file.layer_id,
        "url": address(file.path),
        "kind": layer.kind,
        "interactive": layer.interactive,
        "styles": [style.look for style in layer.styles],
        "label": label
        and {
            "minZoom": label.min_zoom,
            "rank": label.rank,
            "offset": label.offset,
            "size": label.size,
            "shifts": label.shifts,
        },
    }
    if layer.min_zoom:
        known["minZoom"] = layer.min_zoom
    if layer.canvas:
        known["canvas"] = True
    if file.details:
        known["detailZoom"] = layer.detail_zoom
        known["details"] = [
            {"url": address(one.path), "first": one.first, "bounds": corners(one.bounds)}
            for one in file.details
        ]
    return known
