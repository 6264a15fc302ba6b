"""Static files for ever: what carries its hash in its name is fetched once by a browser.

Streamlit sends static files of an application without a word on how long they
hold and packs them anew for every visitor; its own hundred scripts it reads from
the disk for each and sends unpacked. This layer of the server answers for all
files whose name is made of their content: packed once, kept by the browser for a year.
"""

import gzip
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import anyio.to_thread
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.settings import settings

_KINDS: Final = {
    "json": "application/json",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
_PACKED_ALREADY: Final = {"woff2"}
_SMALL: Final = 500
"""Bytes below which packing gains nothing."""
_MANY: Final = 512
"""Files kept in memory: several times what all pages ask for."""
_HEADERS: Final = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
_YEAR: Final = "max-age=31536000, immutable"


@dataclass(frozen=True)
class _Place:
    """A folder of files with a hash in their name.

    Parameters
    ----------
    address : re.Pattern
        Of the whole path below the base address; its first group is the file below `folder`.
    folder : callable
        Where they lie.
    reach : str
        ``private`` where a proxy between must not hand the files of one visitor to another.
    """

    address: re.Pattern[str]
    folder: Callable[[], Path]
    reach: str


def _inside(package: str, *folders: str) -> Path:
    """Return a folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return Path()
    return Path(spec.origin).parent.joinpath(*folders)


_PLACES: Final = (
    _Place(
        re.compile(r"/app/static/((?:layers|legend|vendor)/[\w-]+-[0-9a-f]{12}\.\w+)"),
        lambda: settings().static,
        "private",
    ),
    # Streamlit's own page and the frame of the map: the same for everybody everywhere.
    _Place(
        re.compile(r"/static/((?:js|css|media)/[\w.-]+\.[\w-]{8}\.\w+)"),
        lru_cache(partial(_inside, "streamlit", "static", "static")),
        "public",
    ),
    _Place(
        re.compile(r"/component/streamlit_folium\.st_folium/static/(js/main\.[0-9a-f]{8}\.js)"),
        lru_cache(partial(_inside, "streamlit_folium", "frontend", "build", "static")),
        "public",
    ),
)


class KeptFiles:
    """Layer of the server that answers for files with a hash in their name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.read: dict[tuple[Path, int, int], tuple[bytes, bool]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the request through."""
        found = _file(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        path, kind, reach = found
        try:
            content, packed = await self._content(path)
        except OSError:  # not there, or taken away: Streamlit says so
            await self.app(scope, receive, send)
            return
        tag = f'"{path.name}"'
        headers = {**_HEADERS, "Cache-Control": f"{reach}, {_YEAR}", "ETag": tag}
        asked = Headers(scope=scope)
        if asked.get("if-none-match") == tag:
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        if packed and "gzip" in asked.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        elif packed:
            content = gzip.decompress(content)
        await Response(content, headers=headers, media_type=kind)(scope, receive, send)

    async def _content(self, path: Path) -> tuple[bytes, bool]:
        """Return what is sent of a file, read and packed once: no thread for what is at hand."""
        key = _state(path)
        if key not in self.read:
            read = await anyio.to_thread.run_sync(_read, path)
            if len(self.read) >= _MANY:  # files of data that is gone: begin anew
                self.read.clear()
            self.read[key] = read
        return self.read[key]


def _file(scope: Scope) -> tuple[Path, str, str] | None:
    """Return the file with a hash in its name that is asked for, its kind and who may keep it."""
    if scope["method"] not in {"GET", "HEAD"}:
        return None
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = str(scope["path"]).removeprefix(f"/{base}" if base else "")
    for place in _PLACES:
        match = place.address.fullmatch(path)
        kind = _KINDS.get(path.rpartition(".")[2])
        if match is not None and kind is not None:
            return place.folder() / match[1], kind, place.reach
    return None


def _state(path: Path) -> tuple[Path, int, int]:
    """Return what changes when a file is written anew; quicker than a thread is asked."""
    stat = path.stat()
    return path, stat.st_mtime_ns, stat.st_size


def _read(path: Path) -> tuple[bytes, bool]:
    """Return what is sent of a file, and whether it is packed."""
    plain = path.read_bytes()
    if len(plain) < _SMALL or path.suffix[1:] in _PACKED_ALREADY:
        return plain, False
    return gzip.compress(plain, mtime=0), True
