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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import folium
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from lib.language.text import Lang
from lib.layers import browser
from lib.layers.browser import Bounds, Note, Picture, Shape
from lib.layers.files import LayerFile, write_once
from lib.layers.target import Target, parse_target
from lib.layers.web import web_assets
from lib.settings import settings
from lib.ui.state import served, tiles_of

_TEXTS: Final = (
    *("broken", "map", "keys", "province", "before", "after", "slide"),
    *("wheel", "fingers", "zoomIn", "zoomOut", "online_silent", "online_half"),
    *browser.DRAWING,
)


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


@lru_cache(maxsize=8)
def _configuration(
    files: tuple[LayerFile, ...],
    pictures: tuple[Picture, ...],
    lang: Lang,
    static: str,  # noqa: ARG001 - another address of the files is another answer
) -> tuple[dict[str, Any], bytes]:
    """Return what the browser needs once, and the same as JSON.

    The same for every rerun of every visitor until the data changes.
    """
    tiles = [picture.drawing(tiles_of) for picture in pictures]
    config = browser.configuration(files, lang, _TEXTS, address=served, pictures=tiles)
    return config, _json(config).encode()


def _told(note: Note, file: LayerFile) -> dict[str, Any]:
    """Return what the browser is told of a note: its values, or where it finds those that last."""
    said = note.of(file)
    if not note.lasting:
        return said
    name = f"layers/{file.layer_id}-notes"
    return {"url": served(write_once(settings().static, name, "json", _json(said).encode()))}


def _target(target: Target | None) -> dict[str, str] | None:
    return {"layer": target.layer_id, "code": target.code} if target else None


@dataclass(frozen=True)
class Left:
    """Styles of the map left of the line of its slider.

    Parameters
    ----------
    styles : mapping
        Layer -> class of each code: drawn on the left as said here, on the right
        as the map's own styles say.
    alone : tuple of str
        Layers of the map that are drawn, and named, on the left only.
    """

    styles: Mapping[str, Mapping[str, str] | str]
    alone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """What a person draws on a map, and what the page adds to it.

    Parameters
    ----------
    given : mapping
        ``id``, ``rings``, ``lines``, ``points``, ``typed``, ``exact``, as
        ``lib/layers/assets/map/draw.js`` takes them. The browser begins anew from
        ``rings`` only where ``id`` is another.
    on_change : callable
        Called before the rerun with what the browser says; not to be trusted.
    """

    given: Mapping[str, Any]
    on_change: Callable[[Mapping[str, Any]], None]


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
    unnamed: Collection[str] = (),
    left: Left | None = None,
    pictures: Sequence[Picture] = (),
    opacity: Mapping[str, float] | None = None,
    order: Sequence[str] = (),
    edit: Edit | None = None,
    glance: str = "",
    titled: Collection[str] = (),
    bounds: Bounds | None = None,
    around: Collection[str] | None = None,
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
    focus : Target or None
        The map goes there, once, unless it was clicked on the map itself.
    on_click : callable
        Called before the rerun with what was clicked, None for the ground.
    shapes : sequence of Shape
        Drawn over the layers; where there are any, `focus` goes to them.
    notes : mapping or None
        Layer -> a further line of its tooltips.
    unnamed : collection of str
        Layers whose names are left out.
    left : Left or None
        What is drawn otherwise left of a line that a slider moves.
    pictures : sequence of Picture
        What can lie under the communes.
    opacity : mapping or None
        Name of a picture that does -> how much of it shows, 0-1.
    order : sequence of str
        Layers laid over the others, the topmost first.
    edit : Edit or None
        An outline that is drawn by hand.
    glance : str
        File below ``static/`` of what cards begin with, said at a click; empty for none.
    titled : collection of str
        Layers of which only the title is said then.
    bounds : Bounds or None
        Where `focus` goes instead of the feature itself or the shapes.
    around : collection of str or None
        Codes of communes the map is fitted to with `focus`, even where that has no mark;
        none of them: the whole province. None to go to `focus` alone.
    view : str
        ``zoom,lat,lng`` of the address, see `parse_view`; empty for none.
    present : bool
        Whether arrow keys belong to the presentation, not to the map.
    height : int
        Height in pixels before the style sheet has its say.
    """
    config, content = _configuration(tuple(files), tuple(pictures), lang, served(""))
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
    framed = bounds or browser.bounds_of(shapes)
    state = {
        "layers": drawn,
        "selected": _target(selected),
        "focus": _target(focus),
        "around": None if around is None else sorted(around) or "home",
        "bounds": framed and browser.corners(framed),
        "pictures": opacity,
        "order": list(order),
        "left": left
        and {
            file.layer_id: file.packed(left.styles[file.layer_id])
            for file in files
            if file.layer_id in left.styles
        },
        "leftOnly": left and list(left.alone),
        "edit": edit and edit.given,
        "glance": glance and served(glance),
        "titled": list(titled),
        "unnamed": list(unnamed),
        "view": view,
        "present": present,
        "shapes": [shape.drawing(lang) for shape in shapes],
        "notes": {
            file.layer_id: _told(notes[file.layer_id], file)
            for file in files
            if notes and file.layer_id in notes
        },
    }
    turn = _Turn(name="turn")
    said = {name: value for name, value in state.items() if value}
    turn.add_child(_Script(f"PhuThoMap.show({_json(said)});"))

    def clicked() -> None:
        told = st.session_state.get(key)  # whatever a browser sends for this widget
        value = told.get("last_active_drawing") if isinstance(told, Mapping) else None
        if not isinstance(value, Mapping):
            value = {}
        if "drawing" in value:
            if edit:
                edit.on_change(value)
            return
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
