"""Leaflet and the map script, served by this machine and never by a CDN.

Leaflet is the one in the package ``xstatic-leaflet`` (1.9.3, folium's version).
Our own script and style carry a hash in their names, so that a browser may
keep them for ever and still never run an old one.
"""

import hashlib
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from xstatic.pkg import leaflet

from lib.language.errors import StoreError
from lib.layers.files import write_once
from lib.layers.looks.layer import Layer
from lib.layers.looks.symbols import Style, swatch
from lib.layers.registry import LAYERS
from lib.tables.palette import css

ASSETS: Final = Path(__file__).parent / "assets"
MAP_PARTS: Final = (
    *("ground.js", "look.js", "zoom.js", "glance.js", "pictures.js", "plane.js", "snap.js"),
    *("draft.js", "tool.js", "measure.js", "draw.js", "drawbox.js", "paper.js", "hand.js"),
)
"""The parts of the map's script, in ``assets/map``."""
PAGE_STYLES: Final = ("app.css", "present.css")
"""Of every page, and of presentation mode."""


def swatch_path(layer: Layer, style: Style) -> str:
    """Return the path below ``static/`` of the legend's drawing of a class."""
    digest = hashlib.sha256(swatch(style, layer.kind).encode()).hexdigest()[:12]
    return f"legend/{layer.layer_id}-{style.key}-{digest}.svg"


def page_style_path(name: str = "app.css") -> str:
    """Return the path below ``static/`` of a style sheet of the pages."""
    return f"vendor/{_hashed(ASSETS / name)}"


@dataclass(frozen=True)
class WebAssets:
    """Paths below ``static/`` of what a map needs, in loading order."""

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


def _hashed(path: Path) -> str:
    stat = path.stat()
    return f"{path.stem}-{_digest(path, stat.st_mtime_ns, stat.st_size)}{path.suffix}"


def style_sheet(path: Path) -> str:
    """Return a style sheet behind the colours of the theme it names."""
    return css() + path.read_text(encoding="utf-8")


def _content(path: Path) -> bytes:
    return style_sheet(path).encode() if path.suffix == ".css" else path.read_bytes()


@lru_cache(maxsize=64)
def _digest(path: Path, changed_ns: int, size: int) -> str:  # noqa: ARG001 - keys of the cache
    """Return the hash of a file's content; every rerun asks for it, so it is read once."""
    return hashlib.sha256(_content(path)).hexdigest()[:12]


def map_script() -> str:
    """Return the map's script: its parts in one function, so that only they share their state."""
    return _joined(_parts())[0]


def _parts() -> tuple[tuple[Path, int, int], ...]:
    files = [(ASSETS / "map" / name) for name in MAP_PARTS]
    return tuple((path, (at := path.stat()).st_mtime_ns, at.st_size) for path in files)


@lru_cache(maxsize=4)
def _joined(parts: tuple[tuple[Path, int, int], ...]) -> tuple[str, str]:
    """Return the script and its hash; every rerun asks for it, so it is put together once."""
    inner = "\n".join(path.read_text(encoding="utf-8") for path, _, _ in parts)
    text = f'(function () {{\n"use strict";\n{inner}}})();\n'
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


def web_assets() -> WebAssets:
    """Return what a map loads; the files are there after `install`."""
    return WebAssets(
        scripts=(
            "vendor/leaflet.js",
            f"vendor/{_hashed(ASSETS / 'scroll.js')}",
            f"vendor/map-{_joined(_parts())[1]}.js",
        ),
        styles=("vendor/leaflet.css", f"vendor/{_hashed(ASSETS / 'map.css')}"),
    )


def check_assets(static: Path) -> None:
    """Refuse to go on without the files a map is made of.

    Raises
    ------
    StoreError
        If ``prepare`` has not installed Leaflet below `static`: a blank map says nothing.
    """
    assets = web_assets()
    for path in (*assets.scripts, *assets.styles):
        if not (static / path).exists():
            raise StoreError("map.assets_missing")


def install(static: Path) -> WebAssets:
    """Put Leaflet, our own script and styles and the legend's drawings below `static`."""
    vendor = static / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    source = Path(leaflet.BASE_DIR)
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copyfile(source / name, vendor / name)
    shutil.copytree(source / "images", vendor / "images", dirs_exist_ok=True)
    assets = web_assets()
    _, scroll, script = assets.scripts
    shutil.copyfile(ASSETS / "scroll.js", static / scroll)
    (static / script).write_text(map_script(), encoding="utf-8", newline="\n")
    (static / assets.styles[-1]).write_bytes(_content(ASSETS / "map.css"))
    for name in PAGE_STYLES:
        (static / page_style_path(name)).write_bytes(_content(ASSETS / name))
    for layer in LAYERS.values():
        for style in layer.styles:
            name = f"legend/{layer.layer_id}-{style.key}"
            write_once(static, name, "svg", swatch(style, layer.kind).encode())
    return assets
