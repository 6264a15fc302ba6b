"""Static files for ever: what carries its hash in its name is fetched once by a browser.

Streamlit sends its static files without a word on how long they hold, and packs
them anew for every visitor. This layer of the server answers for the files whose
name is made of their content: packed once, kept by the browser for a year.
"""

import gzip
import re
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import anyio.to_thread
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.settings import settings

_KEPT: Final = re.compile(r"/app/static/((?:layers|legend|vendor)/[\w-]+-[0-9a-f]{12}\.(\w+))")
_KINDS: Final = {
    "json": "application/json",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}
_SMALL: Final = 500
"""Bytes below which packing gains nothing."""
_HEADERS: Final = {
    # Private: a proxy between must not hand the layers of one visitor to another.
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


class KeptFiles:
    """Layer of the server that answers for files with a hash in their name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the request through."""
        found = _file(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        path, kind = found
        try:
            stat = path.stat()
            read = partial(_content, path, stat.st_mtime_ns, stat.st_size)
            plain, packed = await anyio.to_thread.run_sync(read)
        except OSError:  # not there, or taken away: Streamlit says so
            await self.app(scope, receive, send)
            return
        headers = {**_HEADERS, "ETag": f'"{path.stem[-12:]}"'}
        asked = Headers(scope=scope)
        if asked.get("if-none-match") == headers["ETag"]:
            await Response(status_code=304, headers=headers)(scope, receive, send)
            return
        takes = len(plain) >= _SMALL and "gzip" in asked.get("accept-encoding", "")
        if takes:
            headers["Content-Encoding"] = "gzip"
        answer = Response(packed if takes else plain, headers=headers, media_type=_KINDS[kind])
        await answer(scope, receive, send)


def _file(scope: Scope) -> tuple[Path, str] | None:
    """Return the file with a hash in its name that is asked for, and its kind."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = str(scope["path"]).removeprefix(f"/{base}" if base else "")
    match = _KEPT.fullmatch(path)
    if scope["method"] not in {"GET", "HEAD"} or match is None or match[2] not in _KINDS:
        return None
    return settings().static / match[1], match[2]


@lru_cache(maxsize=128)
def _content(path: Path, changed_ns: int, size: int) -> tuple[bytes, bytes]:  # noqa: ARG001 - keys
    """Return a file as it is and packed; packed once, since its name is its content."""
    plain = path.read_bytes()
    return plain, gzip.compress(plain, compresslevel=9, mtime=0)
