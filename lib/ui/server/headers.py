"""What every answer tells the browser to refuse: the security policy of this application.

A page may only load from and talk to the server it came from. So a name that slips
through as an image or a link still calls nobody, also on a laptop with nothing
before the application. `deploy/nginx.conf` says the same for what it answers itself.
"""

import base64
import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.layers.ground.online import online
from lib.ui.server import rights

POLICY: Final = (
    "default-src 'self'",
    # eval: streamlit-folium draws with it; blob: Streamlit starts an inline component from one.
    "script-src 'self' blob: 'unsafe-eval' {scripts}",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:{images}",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
"""The Content-Security-Policy; ``{scripts}``: what may run that stands inside a page.

``{images}``: the host of pictures of the internet, in the frame of the map alone and
where the settings name one.
"""
OTHERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The other headers of every answer."""
_MAP: Final = "/component/streamlit_folium."
"""The frame of the map: streamlit-folium writes scripts there, which differ from map to map."""
_INSIDE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def own_scripts() -> str:
    """Return the hashes of the scripts inside Streamlit's own page, as the policy names them."""
    spec = importlib.util.find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ""
    page = (Path(spec.origin).parent / "static" / "index.html").read_text(encoding="utf-8")
    hashes = (hashlib.sha256(one.encode()).digest() for one in _INSIDE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in hashes)


def security_policy(path: str) -> str:
    """Return the Content-Security-Policy of an answer.

    Parameters
    ----------
    path : str
        Of the request, below the base address of the application.
    """
    if not path.startswith(_MAP):
        return "; ".join(POLICY).format(scripts=own_scripts(), images="")
    images = f" {online().origin}" if online().origin else ""
    return "; ".join(POLICY).format(scripts="'unsafe-inline'", images=images)


class Headers:
    """Layer of the server that puts the security policy on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the layers behind it do, with the headers of this module."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        base = str(st.get_option("server.baseUrlPath") or "").strip("/")
        path = str(scope["path"]).removeprefix(f"/{base}" if base else "")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=[*message.get("headers", ())])
                headers.update(OTHERS)
                headers["Content-Security-Policy"] = security_policy(path)
                message = {**message, "headers": headers.raw}
            await send(message)

        await self.app(scope, receive, sent)


def parts() -> dict[str, Any]:
    """Return what the server is made of, `rights.parts`, with these headers on every answer."""
    made = rights.parts()
    made["middleware"] = [Middleware(Headers), *made["middleware"]]
    return made
