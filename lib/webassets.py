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

from lib.layers import REGISTRY, Layer, write_once
from lib.symbols import Style, swatch

ASSETS: Final = Path(__file__).parent / "assets"
MAP_SCRIPTS: Final = ("scroll.js", "map.js")
"""Our own, in loading order."""
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


@lru_cache(maxsize=64)
def _digest(path: Path, changed_ns: int, size: int) -> str:  # noqa: ARG001 - keys of the cache
    """Return the hash of a file's content; every rerun asks for it, so it is read once."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def web_assets() -> WebAssets:
    """Return what a map loads; the files are there after `install`."""
    return WebAssets(
        scripts=(
            "vendor/leaflet.js",
            *(f"vendor/{_hashed(ASSETS / name)}" for name in MAP_SCRIPTS),
        ),
        styles=("vendor/leaflet.css", f"vendor/{_hashed(ASSETS / 'map.css')}"),
    )


def install(static: Path) -> WebAssets:
    """Put Leaflet, our own script and styles and the legend's drawings below `static`."""
    vendor = static / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    source = Path(leaflet.BASE_DIR)
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copyfile(source / name, vendor / name)
    shutil.copytree(source / "images", vendor / "images", dirs_exist_ok=True)
    assets = web_assets()
    for name, path in zip(MAP_SCRIPTS, assets.scripts[1:], strict=True):
        shutil.copyfile(ASSETS / name, static / path)
    shutil.copyfile(ASSETS / "map.css", static / assets.styles[-1])
    for name in PAGE_STYLES:
        shutil.copyfile(ASSETS / name, static / page_style_path(name))
    for layer in REGISTRY:
        for style in layer.styles:
            name = f"legend/{layer.layer_id}-{style.key}"
            write_once(static, name, "svg", swatch(style, layer.kind).encode())
    return assets
