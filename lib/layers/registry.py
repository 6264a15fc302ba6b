"""The registry of map layers, and the files they are served from.

A layer declares its classes once; map, legend and paper read them here. Its
geometry is simplified as a coverage, given only what is shown and written once
to ``static/layers/<name>-<sha12>.json``; a browser fetches it once. After that
a rerun sends one character a feature: which class it is drawn in.
"""

import hashlib
import itertools
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import shapely

from lib.layers.symbols import (
    CHANGE,
    CLASSES,
    LAND,
    MERGED,
    OPERATION,
    OUTLINES,
    OUTSIDE,
    POWER_LINES,
    POWER_LINES_2016,
    PROVINCE_LINE,
    SUBSTATION,
    WEAK,
    Style,
    area,
    stroke,
)

HIDDEN: Final = "."
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

Kind = Literal["polygon", "line", "point"]
_KINDS: Final = ("point", "line", "polygon")


@dataclass(frozen=True)
class Label:
    """When names appear on the map and which go first where room is short."""

    min_zoom: float
    rank: int
    offset: int = 0


@dataclass(frozen=True)
class Layer:
    """What a layer is, before any data.

    Parameters
    ----------
    layer_id : str
        Name in files, in the URL of a selection and in the style sheet.
    title : str
        Text key of its name in the legend.
    kind : {"polygon", "line", "point"}
        What its geometry is.
    styles : tuple of Style
        Its classes; a rerun names them by their place in this tuple.
    interactive : bool
        Whether it answers the pointer.
    label : Label or None
        Names on the map, if it has them.
    canvas : bool
        Drawn on one canvas instead of an element each: for thousands of areas. Only for
        the lowest layer that answers the pointer, since a canvas hides what is under it.
    """

    layer_id: str
    title: str
    kind: Kind
    styles: tuple[Style, ...]
    interactive: bool = False
    label: Label | None = None
    canvas: bool = False

    def place(self, key: str) -> str:
        """Return the character that stands for class `key`."""
        return _DIGITS[[style.key for style in self.styles].index(key)]


_DIM: Final = area(LAND, line="#B9B4A8", width=0.5, fillOpacity=0.35)

REGISTRY: Final[tuple[Layer, ...]] = (
    Layer(
        "country",
        "layers.country",
        "polygon",
        (
            Style("land", "layers.country_commune", area(LAND, line="#CFC9BC", width=0.5)),
            Style("dim", "layers.commune_out", area(OUTSIDE, line="#CFC9BC", width=0.5)),
        ),
        interactive=True,
        label=Label(min_zoom=10, rank=3),
        canvas=True,
    ),
    Layer(
        "neighbours",
        "layers.neighbours",
        "line",
        (Style("base", "", stroke("#C3BDAE", 1.2)),),
        label=Label(min_zoom=0, rank=9),
    ),
    Layer(
        "communes",
        "layers.communes",
        "polygon",
        (
            Style("land", "layers.commune", area(LAND)),
            Style("dim", "layers.commune_out", _DIM),
            Style("schematic", "layers.commune_schematic", area(LAND, dashArray="1 4", width=1.4)),
            Style("schematic-dim", "", {**_DIM, "dashArray": "1 4"}),
            Style("named", "layers.commune_named", area("#FBE3D2")),
            # Without lines: beside measured pieces the exact lines are drawn instead.
            Style("bare", "", area(LAND, width=0, stroke=False)),
            Style("named-bare", "layers.commune_named", area("#FBE3D2", width=0, stroke=False)),
            *CLASSES,
            *MERGED,
        ),
        interactive=True,
        label=Label(min_zoom=10, rank=2),
    ),
    Layer(
        "former-units",
        "layers.former_units",
        "line",
        (Style("base", "layers.former_units", stroke("#7A756A", 1.1, "2 4")),),
    ),
    Layer(
        "rivers",
        "layers.rivers",
        "line",
        (Style("base", "layers.rivers", stroke("#8FB3CC", 1.6)),),
    ),
    Layer(
        "former-provinces",
        "layers.former_provinces",
        "line",
        (Style("base", "layers.former_provinces", stroke(PROVINCE_LINE, 1.8, "7 5")),),
    ),
    Layer(
        "province",
        "layers.province",
        "line",
        (Style("base", "layers.province", stroke(PROVINCE_LINE, 2.2)),),
    ),
    Layer("grid-2016", "layers.grid_2016", "line", POWER_LINES_2016),
    Layer("power-lines", "layers.power_lines", "line", POWER_LINES),
    Layer("outlines", "layers.outlines", "polygon", OUTLINES, interactive=True),
    Layer("substations", "layers.substations", "point", SUBSTATION, interactive=True),
    Layer("weak", "layers.weak", "point", WEAK, interactive=True),
    Layer(
        "clusters",
        "layers.clusters",
        "point",
        OPERATION + CHANGE,
        interactive=True,
        label=Label(min_zoom=11, rank=1, offset=19),
    ),
)
"""Bottom of the map first."""

GRID: Final = ("grid-2016", "power-lines", "substations")
"""Layers of the grid: they may be restricted, and an administrator can keep them off."""

APART: Final = "restricted/"
"""How the path of a file begins that is not served to everyone."""

_COUNTRY: Final = "country"

LAYERS: Final[Mapping[str, Layer]] = {layer.layer_id: layer for layer in REGISTRY}


@dataclass(frozen=True)
class Detail:
    """A part of a layer in more detail, fetched when somebody looks at it closely.

    Parameters
    ----------
    path : str
        File below ``static/``.
    first : int
        Place in the layer of its first feature; the others follow in order.
    bounds : tuple of float
        West, south, east, north in degrees, WGS 84.
    """

    path: str
    first: int
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class LayerFile:
    """A layer with its data, as the browser fetches it.

    Parameters
    ----------
    layer_id : str
        Key in `LAYERS`.
    path : str
        File below ``static/``; its name holds the hash of its content. One that
        begins with ``restricted/`` lies apart, see `on_disk`.
    codes : tuple of str
        Code of each feature, in the order of the file.
    bounds : tuple of float
        West, south, east, north in degrees, WGS 84.
    details : tuple of Detail
        Its parts in more detail, if it has two levels.
    """

    layer_id: str
    path: str
    codes: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    details: tuple[Detail, ...] = ()

    def draw(self, style_of: Mapping[str, str] | str) -> str:
        """Return one character a feature: its class, or hidden.

        Parameters
        ----------
        style_of : mapping or str
            Code -> class key (a code that is missing is hidden), or one class
            for all.
        """
        layer = LAYERS[self.layer_id]
        if isinstance(style_of, str):
            return layer.place(style_of) * len(self.codes)
        places = {style.key: layer.place(style.key) for style in layer.styles}
        return "".join(places.get(style_of.get(code, ""), HIDDEN) for code in self.codes)

    def packed(self, style_of: Mapping[str, str] | str) -> str:
        """Return what `draw` does; for thousands of features as runs, ``0*148 .*20``."""
        classes = self.draw(style_of)
        if not LAYERS[self.layer_id].canvas:
            return classes
        return " ".join(f"{key}*{len(list(run))}" for key, run in itertools.groupby(classes))


def apart(static: Path) -> Path:
    """Return the folder beside `static` for what Streamlit must not serve to everyone."""
    return static.with_name(f"{static.name}-restricted")


def on_disk(static: Path, path: str) -> Path:
    """Return where the file of a layer really lies."""
    if path.startswith(APART):
        return apart(static) / path.removeprefix(APART)
    return static / path


def hashed(name: str, suffix: str, content: bytes) -> str:
    """Return the path of a file whose name holds the hash of its content."""
    return f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"


def write_once(static: Path, name: str, suffix: str, content: bytes) -> str:
    """Write `content` to ``static/<name>-<sha12>.<suffix>`` unless it is there; return the path.

    The name holds the hash, so a browser may keep the file for ever.
    """
    path = hashed(name, suffix, content)
    target = static / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as aside:
            aside.write(content)
        Path(aside.name).chmod(0o644)
        Path(aside.name).replace(target)
    return path


def write_layer(
    static: Path, layer_id: str, frame: gpd.GeoDataFrame, *, closed: bool = False
) -> LayerFile:
    """Write `frame` once to ``static/layers`` and say where.

    Parameters
    ----------
    static : Path
        The folder Streamlit serves.
    layer_id : str
        Key in `LAYERS`.
    frame : GeoDataFrame, EPSG:4326
        ``code``, ``name``, ``geometry``, already simplified; optional ``lx``,
        ``ly`` (where the label stands), ``weight`` (which label goes first),
        ``vi`` and ``en`` (lists of further lines of the tooltip). Nothing else
        is written: static files can be read by anyone who reaches the server.
    closed : bool
        Whether what is not already open is written apart.

    Raises
    ------
    ValueError
        If a geometry is not of the layer's kind or lies nowhere: no browser could draw it.
    """
    dimension = _KINDS.index(LAYERS[layer_id].kind)
    given = frame.geometry.to_numpy()
    drawable = (shapely.get_dimensions(given) == dimension) & ~shapely.is_empty(given)
    if not (drawable & np.isfinite(shapely.bounds(given)).all(axis=1)).all():
        msg = f"layer {layer_id}: geometry is not all {_KINDS[dimension]}s somewhere"
        raise ValueError(msg)
    columns = [c for c in ("code", "name", "lx", "ly", "weight", "vi", "en") if c in frame]
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    features = [
        {"type": "Feature", "properties": properties, "geometry": json.loads(shape)}
        for properties, shape in zip(
            frame[columns].fillna({"name": ""}).to_dict("records"), shapes.tolist(), strict=True
        )
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    content = json.dumps(
        collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
    path = _write(static, layer_id, content, closed=closed)
    west, south, east, north = (float(v) for v in frame.total_bounds)
    return LayerFile(layer_id, path, tuple(frame["code"]), (west, south, east, north))


def _write(static: Path, layer_id: str, content: bytes, *, closed: bool) -> str:
    if closed:
        open_path = hashed(f"layers/{layer_id}", "json", content)
        if not (static / open_path).exists():
            return APART + write_once(apart(static), layer_id, "json", content)
    return write_once(static, f"layers/{layer_id}", "json", content)


def by_layer(files: Sequence[LayerFile]) -> dict[str, LayerFile]:
    """Return `files` by the name of their layer."""
    return {file.layer_id: file for file in files}


def of_province(files: Sequence[LayerFile]) -> tuple[LayerFile, ...]:
    """Return `files` without the communes of other provinces: papers are of the province."""
    return tuple(file for file in files if file.layer_id != _COUNTRY)
