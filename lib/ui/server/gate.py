"""What a request for a file must be allowed: one answer for every name that is served.

A path has one spelling; any other is refused before a rule looks at it. Of the
folder Streamlit serves only what a map of the snapshot in use is made of is given
out, and what is drawn from a table is for who may see that table at this moment.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.types import Scope

from lib.access import serving
from lib.access.roles import Action
from lib.language.errors import StoreError
from lib.layers import index
from lib.layers.files import APART, apart
from lib.layers.ground import pictures
from lib.settings import settings
from lib.store.store import Store
from lib.tables.ownlayers import tables_of

_STRANGE: Final = re.compile(r"[\x00-\x1f\x7f%?#\\]")
"""In a path decoded once: a second code, or another sign that ends or divides a path."""
_STRANGE_RAW: Final = re.compile(r"%(2f|5c|2e|25|00)", re.IGNORECASE)
"""In a path as sent: what divides it after decoding only, and what no browser codes."""
_PAGES: Final = re.compile(r"/([a-z0-9_-]+/)*")
"""Only the address of a page may end with a slash: Streamlit leads to the one without."""
_STATIC: Final = ("app", "static")
_WITHOUT_DATA: Final = {"vendor", "legend"}
TILES: Final = "tiles"
"""How the address of a tile begins; nothing but tiles lies below it."""
_RULES: Final[tuple[tuple[tuple[str, ...], Action | None], ...]] = (
    # What the sign-in page itself needs; a session asks for itself.
    (("_stcore", "health"), None),
    (("_stcore", "host-config"), None),
    (("_stcore", "stream"), None),
    (("_stcore", "upload_file"), Action.IMPORT),
    (("_stcore",), Action.VIEW),
    (("media",), Action.VIEW),
    (("restricted",), Action.RESTRICTED),
    ((TILES,), Action.VIEW),
)
"""How a path begins -> what its reader must be allowed; the first that fits counts.

No other path holds data: they are the frame of Streamlit itself.
"""
_CONFIGURATION: Final = re.compile(r"map-[0-9a-f]{12}\.json")
"""The list of layers a map begins with, see `lib.ui.maps.view`."""


class NoSuchAddressError(Exception):
    """A path that nobody is given anything for."""


def base() -> str:
    """Return the address of the application below its host, without a slash at the end."""
    given = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{given}" if given else ""


def steps(scope: Scope) -> tuple[str, ...]:
    """Return the steps of a path below the base address, decoded once.

    Raises
    ------
    NoSuchAddressError
        The path has an empty or ``.`` step, or another spelling would say the same.
    """
    path = str(scope["path"])
    raw = bytes(scope.get("raw_path") or b"").decode("latin-1")
    if _STRANGE.search(path) or _STRANGE_RAW.search(raw) or not path.startswith("/"):
        raise NoSuchAddressError
    if path != base() and not path.startswith(f"{base()}/"):
        raise NoSuchAddressError
    below = path.removeprefix(base())
    found = below.strip("/").split("/") if below.strip("/") else []
    if below not in ("", "/", f"/{'/'.join(found)}") and not _ends_a_page(below, found):
        raise NoSuchAddressError
    if any(step.strip(" .") == "" or step != step.rstrip(" .") for step in found):
        raise NoSuchAddressError
    return tuple(found)


def _ends_a_page(below: str, found: list[str]) -> bool:
    heads = {start[0] for start, _ in _RULES} | {_STATIC[0], "static", "component"}
    return bool(_PAGES.fullmatch(below)) and found[0].casefold() not in heads


def needed(path: tuple[str, ...]) -> Action | None:
    """Return what somebody must be allowed who asks for `path`, None if anybody may ask.

    Parameters
    ----------
    path : tuple of str
        Its steps below the base address of the application.

    Raises
    ------
    NoSuchAddressError
        Nobody is given anything there.
    """
    if path[:1] == (TILES,) and not pictures.ADDRESS.fullmatch("/".join(path[1:])):
        raise NoSuchAddressError
    if path[:2] == _STATIC:
        return _needed_for_static(path[2:])
    if path[:1] == (APART.strip("/"),):
        return needed_for_layer("/".join(path))
    return next((action for start, action in _RULES if path[: len(start)] == start), None)


def _needed_for_static(path: tuple[str, ...]) -> Action | None:
    match path:
        case (folder, *_) if folder in _WITHOUT_DATA:
            return None
        case ("layers", name) if _CONFIGURATION.fullmatch(name):
            named = _layers_of(settings().static / "layers" / name)
            needs = {needed_for_layer(layer) for layer in named}
            return Action.RESTRICTED if Action.RESTRICTED in needs else Action.VIEW
        case ("layers", name):
            return needed_for_layer(f"layers/{name}")
        case _:
            raise NoSuchAddressError


def needed_for_layer(path: str) -> Action:
    """Return what the reader of a layer file must be allowed at this moment.

    Parameters
    ----------
    path : str
        As a layer names it, see `lib.layers.files.LayerFile`.

    Raises
    ------
    NoSuchAddressError
        It is no layer file, or one of the grid where the grid is kept off.
    """
    if path in _public():
        return Action.VIEW
    folder, _, name = path.rpartition("/")
    layer = index.layer_of(name)
    if layer is None or folder not in ("layers", APART.strip("/")):
        raise NoSuchAddressError
    if layer.grid and not settings().grid_layer:
        raise NoSuchAddressError
    closed = tables_of(serving.closed_tables())
    if path.startswith(APART) or not closed.isdisjoint(layer.tables):
        return Action.RESTRICTED
    return Action.VIEW


def restricted_file(name: str) -> Path | None:
    """Return a layer file that is not served to everyone, None if there is none of this name."""
    path = apart(settings().static) / name
    return path if index.layer_of(name) is not None and path.is_file() else None


def clean() -> list[Path]:
    """Take away the layer files earlier runs left, before the first visitor comes; return them."""
    in_use = _in_use()
    return serving.clean_layers(in_use) if in_use else []


def _in_use() -> str:
    """Return the name of the snapshot in use, empty where the store has none that can be read."""
    try:
        current = Store(settings().store).current()
    except StoreError:  # the page says what is wrong
        return ""
    return current.snapshot_id if current else ""


def _public() -> frozenset[str]:
    """Return the paths everyone who may see pages is given."""
    in_use = _in_use()
    if not in_use:
        return frozenset()
    listed = serving.public_list(in_use)
    try:
        changed = listed.stat().st_mtime_ns
    except OSError:  # not drawn yet
        return frozenset()
    return _named(listed, changed)


@lru_cache(maxsize=8)
def _named(listed: Path, changed_ns: int) -> frozenset[str]:  # noqa: ARG001 - key of the cache
    return index.named(listed)


@lru_cache(maxsize=64)
def _layers_of(configuration: Path) -> frozenset[str]:
    """Return the paths of the layers a map begins with; its name holds the hash of its content."""
    try:
        content = json.loads(configuration.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoSuchAddressError from error
    return frozenset(_addresses(content))


def _addresses(content: object) -> list[str]:
    """Return every layer file that is named anywhere in `content`."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return [found for part in content for found in _addresses(part)]
    if isinstance(content, str) and content.endswith(".json") and "/" in content:
        path = content.removeprefix(f"{base()}/").removeprefix("app/static/")
        return [path] if path.startswith(("layers/", APART)) else []
    return []
