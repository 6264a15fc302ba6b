"""The map on a page: folium and streamlit-folium behind one call.

The geometry is a static file the browser fetches once. The script that mounts
the map depends only on the layer files, so it stays mounted, with its zoom and
centre, for as long as the data is the same; a rerun sends a few hundred
characters of classes in the feature group. A click comes back as layer and
code. ``key`` holds a hash of the configuration because streamlit-folium's own
key drops ``_[a-z0-9]+`` from the script and can show yesterday's data.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import folium
import shapely
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from lib.language.errors import StoreError
from lib.language.text import Lang, t
from lib.layers.files import APART, LayerFile, write_once
from lib.layers.registry import LAYERS
from lib.layers.symbols import HATCHES
from lib.layers.web import web_assets
from lib.settings import settings

_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,40}")
_VIEW: Final = re.compile(r"\d{1,2}\.\d,([6-9]|1\d|2\d)\.\d{1,4},1[01]\d\.\d{1,4}")
_TEXTS: Final = (
    *("broken", "map", "keys", "province", "before", "after", "slide"),
    *("wheel", "fingers"),
)
_MARGIN_DEG: Final = 0.3
"""How far beyond the province the map may be moved: no sea comes into view."""
_DETAIL_ZOOM: Final = 9
"""From here on a layer of two levels is drawn in its finer one: a pixel is 300 m."""


@dataclass(frozen=True)
class Target:
    """One feature of one layer."""

    layer_id: str
    code: str


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
        Its further lines, in the visitor's language; with any, the name also
        stands on the shape.
    """

    geometry: shapely.Geometry
    look: Mapping[str, Any]
    name: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """One line of the tooltip of a layer that changes with every answer.

    Parameters
    ----------
    label : str
        What the values are, in the visitor's language.
    values : mapping
        Code -> value as it is written.
    blank : str
        Written for a code without a value.
    """

    label: str
    values: Mapping[str, str]
    blank: str

    def of(self, file: LayerFile) -> dict[str, Any]:
        """Return what the browser gets: one value a feature, in the order of the file."""
        return {
            "label": self.label,
            "values": [self.values.get(code, self.blank) for code in file.codes],
        }


def parse_target(value: str | None, files: Sequence[LayerFile]) -> Target | None:
    """Return the feature ``"layer:code"`` names, or None unless it is on the map.

    What comes from a URL or a browser is not trusted: only a code that a layer
    file really holds gets through.
    """
    layer_id, _, code = (value or "").partition(":")
    known = any(file.layer_id == layer_id and code in file.codes for file in files)
    return Target(layer_id, code) if known and _CODE.fullmatch(code) else None


def parse_view(value: str) -> str:
    """Return ``zoom,lat,lng`` as the map wrote it to the address, empty if it is anything else."""
    return value if _VIEW.fullmatch(value) else ""


def _json(value: object) -> str:
    """Return `value` as JSON that is also safe inside a script element."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c")


class _Map(folium.Map):
    """A folium map for the component, which has a page of its own and wants the script only."""

    def render(self, **kwargs: object) -> str:  # noqa: ARG002
        """Leave out folium's page; to render it was a tenth of a rerun's processor time."""
        header = self.get_root().header  # type: ignore[attr-defined]
        header._children.clear()  # noqa: SLF001 - branca has no public way
        return ""


class _Turn(folium.FeatureGroup):
    """What changes with every rerun; of it, too, the component takes the script only."""

    def render(self, **kwargs: object) -> str:  # noqa: ARG002
        """Leave out folium's page, as the map does."""
        return ""


class _Script(MacroElement):
    """A line of script with one JSON argument."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.line }}{% endmacro %}")

    def __init__(self, line: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Script"
        self.line = line


def served(path: str) -> str:
    """Return the address of a file of the map as a browser asks for it."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    place = path if path.startswith(APART) else f"app/static/{path}"
    return f"{'/' + base if base else ''}/{place}"


@lru_cache(maxsize=8)
def _configuration(
    files: tuple[LayerFile, ...], lang: Lang, static: str
) -> tuple[dict[str, Any], bytes]:
    """Return all the browser needs once: where layers are and how classes look; and as JSON.

    The same for every rerun of every visitor until the data changes; `static` is
    the address of the static files, so that another address gets another answer.
    """
    province = next(file for file in files if file.layer_id == "communes")
    country = any(file.layer_id == "country" for file in files)
    home = "home_country" if country else "home"
    config = {
        "lang": lang,
        **_extent(files if country else [province]),
        "province": _corners(province.bounds) if country else None,
        "hatches": HATCHES,
        "texts": {
            "home": t(f"map.{home}", lang),
            **{name: t(f"map.{name}", lang) for name in _TEXTS},
        },
        "layers": [
            {
                "id": file.layer_id,
                "url": static + file.path,
                "kind": LAYERS[file.layer_id].kind,
                "interactive": LAYERS[file.layer_id].interactive,
                "styles": [style.look for style in LAYERS[file.layer_id].styles],
                "label": _label(file.layer_id),
                **_levels(file),
            }
            for file in files
        ],
    }
    return config, _json(config).encode()


def _extent(files: Sequence[LayerFile]) -> dict[str, Any]:
    """Return where the map begins and how far it goes.

    The country is never cut: its file is refused without Hoàng Sa and Trường Sa.
    """
    sides = list(zip(*(file.bounds for file in files), strict=True))
    west, south, east, north = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
    m = _MARGIN_DEG
    return {
        "bounds": _corners((west, south, east, north)),
        "maxBounds": _corners((west - m, south - m, east + m, north + m)),
    }


def _corners(bounds: tuple[float, float, float, float]) -> list[list[float]]:
    west, south, east, north = bounds
    return [[south, west], [north, east]]


def _levels(file: LayerFile) -> dict[str, Any]:
    """Return what a layer of thousands of areas has beside others: a canvas, finer parts."""
    levels: dict[str, Any] = {"canvas": True} if LAYERS[file.layer_id].canvas else {}
    if file.details:
        levels["detailZoom"] = _DETAIL_ZOOM
        levels["details"] = [
            {"url": served(one.path), "first": one.first, "bounds": _corners(one.bounds)}
            for one in file.details
        ]
    return levels


def _label(layer_id: str) -> dict[str, float] | None:
    label = LAYERS[layer_id].label
    if label is None:
        return None
    return {"minZoom": label.min_zoom, "rank": label.rank, "offset": label.offset}


def _drawing(shape: Shape, lang: Lang) -> dict[str, Any]:
    # 6 decimals are 0.1 m: enough for the eye, and what is measured is not this.
    rounded = shapely.transform(shape.geometry, lambda xy: xy.round(6))
    drawing = {
        "geometry": json.loads(shapely.to_geojson(rounded)),
        "look": shape.look,
        "name": shape.name,
        lang: shape.lines,
    }
    if shape.lines:
        label = shapely.point_on_surface(rounded)
        drawing |= {"lx": label.x, "ly": label.y}
    return drawing


def _bounds(shapes: Sequence[Shape]) -> list[list[float]] | None:
    framed = [shape.geometry for shape in shapes if shape.name]
    if not framed:
        return None
    west, south, east, north = shapely.total_bounds(framed)
    return [[south, west], [north, east]]


def _target(target: Target | None) -> dict[str, str] | None:
    return {"layer": target.layer_id, "code": target.code} if target else None


def check_assets() -> None:
    """Refuse to go on without the files a map is made of.

    Raises
    ------
    StoreError
        If ``prepare`` has not installed Leaflet: a blank map says nothing.
    """
    assets = web_assets()
    for path in (*assets.scripts, *assets.styles):
        if not (settings().static / path).exists():
            raise StoreError("map.assets_missing")


@dataclass(frozen=True)
class Left:
    """What a map shows left of the line of its slider.

    Parameters
    ----------
    styles : mapping
        Layer -> class of each code: drawn on the left as said here, on the right
        as the map's own styles say.
    alone : tuple of str
        Layers of the map that are drawn on the left only.
    """

    styles: Mapping[str, Mapping[str, str] | str]
    alone: tuple[str, ...] = ()


def show_map(  # noqa: PLR0913 one argument for each thing on the map
    files: Sequence[LayerFile],
    styles: Mapping[str, Mapping[str, str] | str],
    *,
    selected: Target | None,
    focus: Target | None,
    lang: Lang,
    on_click: Callable[[Target | None], None],
    shapes: Sequence[Shape] = (),
    notes: Mapping[str, Note] | None = None,
    left: Left | None = None,
    view: str = "",
    present: bool = False,
    height: int = 470,
) -> None:
    """Put the map on the page.

    Parameters
    ----------
    files : sequence of LayerFile
        The layers, bottom first. As long as they are the same the map stays
        mounted.
    styles : mapping
        Layer -> class of each code (or one class for all); a layer that is
        missing is hidden.
    selected : Target or None
        Gets a heavy outline.
    focus : Target or None
        The map goes there, once, unless it was clicked on the map itself.
    lang : {"vi", "en"}
        Language of tooltips and buttons.
    on_click : callable
        Called before the rerun with what was clicked, None for the ground.
    shapes : sequence of Shape
        Drawn over the layers; where there are any, `focus` goes to them.
    notes : mapping or None
        Layer -> a further line of its tooltips.
    left : Left or None
        What is drawn otherwise left of a line that a slider moves.
    view : str
        ``zoom,lat,lng`` of the address, see `parse_view`; empty for none.
    present : bool
        Whether arrow keys belong to the presentation, not to the map.
    height : int
        Height in pixels before the style sheet has its say.
    """
    config, content = _configuration(tuple(files), lang, served(""))
    assets = web_assets()
    # Process-global in folium; the same for every visitor, so setting it again is harmless.
    folium.Map.default_js = [(path, served(path)) for path in assets.scripts]
    folium.Map.default_css = [(path, served(path)) for path in assets.styles]
    config_path = write_once(settings().static, "layers/map", "json", content)
    key = f"map-{hashlib.sha256((config_path + ''.join(assets.scripts)).encode()).hexdigest()[:16]}"
    base = _Map(
        location=[sum(side) / 2 for side in zip(*config["bounds"], strict=True)],
        zoom_start=9,
        tiles=None,
        zoom_control=True,
        zoomSnap=0.1,
        zoomDelta=0.5,
        wheelPxPerZoomLevel=90,
    )
    base.add_child(_Script(f"PhuThoMap.mount(map_div, {_json(served(config_path))});"))
    # What is hidden as a whole is not sent: the browser takes a missing layer for hidden.
    drawn = {f.layer_id: f.packed(styles[f.layer_id]) for f in files if styles.get(f.layer_id)}
    state = {
        "layers": drawn,
        "selected": _target(selected),
        "focus": _target(focus),
        "bounds": _bounds(shapes),
        "left": left
        and {
            file.layer_id: file.packed(left.styles[file.layer_id])
            for file in files
            if file.layer_id in left.styles
        },
        "leftOnly": left and list(left.alone),
        "view": view,
        "present": present,
        "shapes": [_drawing(shape, lang) for shape in shapes],
        "notes": {
            file.layer_id: notes[file.layer_id].of(file)
            for file in files
            if notes and file.layer_id in notes
        },
    }
    turn = _Turn(name="turn")
    said = {name: value for name, value in state.items() if value}
    turn.add_child(_Script(f"PhuThoMap.show({_json(said)});"))

    def clicked() -> None:
        value = (st.session_state.get(key) or {}).get("last_active_drawing") or {}
        on_click(parse_target(f"{value.get('layer')}:{value.get('code')}", files))

    st_folium(
        base,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=turn,
        on_change=clicked,
        render=False,  # rendered once is enough: it does so itself in any case
    )
