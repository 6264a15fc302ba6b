"""Layer files: what a browser fetches once, and what a rerun sends of them.

The geometry of a layer is simplified as a coverage, given only what is shown and written once
to ``static/layers/<name>-<sha12>.json``. After that a rerun sends one character a
feature: which class it is drawn in.
"""

import hashlib
import itertools
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from lib.geo.country import TABLE as COUNTRY
from lib.layers.registry import LAYERS
from lib.store.disk import put

HIDDEN: Final = "."
APART: Final = "restricted/"
"""How the path of a file begins that is not served to everyone."""
CLASS_ENDS: Final = "."
"""In the code of a feature whose class is in it: what stands before, is the class."""
_KINDS: Final = ("point", "line", "polygon")
_COLUMNS: Final = ("code", "name", "lx", "ly", "weight", "zoom", "vi", "en")


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
    credits : tuple of (str, str)
        Whom to name wherever it shows, if no table of the snapshot says, and the day that data
        is of: ISO 8601, empty if nobody says.
    """

    layer_id: str
    path: str
    codes: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    details: tuple[Detail, ...] = ()
    credits: tuple[tuple[str, str], ...] = ()

    def on_every_page(self) -> Mapping[str, str] | str:
        """Return the class of each feature, or of all, where a page says nothing; else none."""
        layer = LAYERS[self.layer_id]
        if layer.ground or not layer.ground_by_code:
            return layer.ground
        return {code: code.partition(CLASS_ENDS)[0] for code in self.codes}

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
        """Return what `draw` does, or where that is shorter its runs: ``0*128 .*20``."""
        classes = self.draw(style_of)
        runs = (f"{key}*{len(list(run))}" for key, run in itertools.groupby(classes))
        return min(classes, " ".join(runs), key=len)


def apart(static: Path) -> Path:
    """Return the folder beside `static` for what Streamlit must not serve to everyone."""
    return static.with_name(f"{static.name}-restricted")


def on_disk(static: Path, path: str) -> Path:
    """Return where the file of a layer really lies."""
    if path.startswith(APART):
        return apart(static) / path.removeprefix(APART)
    return static / path


def finest(static: Path, file: LayerFile) -> dict[str, Any]:
    """Return the features of a layer in their finest level: what is taken away fetches nothing."""
    content: dict[str, Any] = json.loads(on_disk(static, file.path).read_text(encoding="utf-8"))
    for part in file.details:
        shapes = json.loads(on_disk(static, part.path).read_text(encoding="utf-8"))
        for feature, shape in zip(content["features"][part.first :], shapes, strict=False):
            feature["geometry"] = shape
    return content


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
        put(Path(aside.name), target)
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
        ``zoom`` (from where on it stands), ``vi`` and ``en`` (lists of further
        lines of the tooltip). Nothing else is written: static files can be read by
        anyone who reaches the server.
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
    columns = [c for c in _COLUMNS if c in frame]
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


def credits_of(files: Sequence[LayerFile]) -> tuple[tuple[str, str], ...]:
    """Return whom to name for `files`, each once: source and day, see `LayerFile`."""
    return tuple(dict.fromkeys(credit for file in files for credit in file.credits))


def by_layer(files: Sequence[LayerFile]) -> dict[str, LayerFile]:
    """Return `files` by the name of their layer."""
    return {file.layer_id: file for file in files}


def of_province(files: Sequence[LayerFile]) -> tuple[LayerFile, ...]:
    """Return `files` without the communes of other provinces: papers are of the province."""
    return tuple(file for file in files if file.layer_id != COUNTRY)
