"""The door of the server: who may knock at which address, before any page runs.

Streamlit serves files, uploads and downloads without asking a page. This layer
of the server asks first, with the same cookie or headers as the pages, and does
not let the server start where it would be open to everyone.
"""

import importlib.util
import json
import re
import sys
import time
from typing import Any, Final

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from lib.access import roles
from lib.access.roles import STRANGER, Action, Actor
from lib.language.errors import PhuThoError, WrongUseError
from lib.language.text import t
from lib.layers.files import APART, apart
from lib.layers.registry import drawn_from
from lib.settings import settings
from lib.ui.server import unforeseen
from lib.ui.server.files import KeptFiles
from lib.ui.server.health import health
from lib.ui.server.wire import remember_more, send_at_once

_NAME: Final = re.compile(r"[a-z0-9-]{1,80}\.json")
_RULES: Final[tuple[tuple[tuple[str, ...], Action | None], ...]] = (
    # Style sheets, Leaflet, drawings of the legend: no data.
    (("app", "static", "vendor"), None),
    (("app", "static", "legend"), None),
    (("app", "static"), Action.VIEW),
    # What the sign-in page itself needs; a session asks for itself.
    (("_stcore", "health"), None),
    (("_stcore", "host-config"), None),
    (("_stcore", "stream"), None),
    (("_stcore", "upload_file"), Action.IMPORT),
    (("_stcore",), Action.VIEW),
    (("media",), Action.VIEW),
    (("restricted",), Action.RESTRICTED),
)
"""How a path begins -> what its reader must be allowed; the first that fits counts.

No other path holds data: they are the frame of Streamlit itself.
"""
_LAYERS: Final = ("app", "static", "layers")
_NO_STORE: Final = {"Cache-Control": "no-store"}


def check_start() -> None:
    """End the program with code 2 where it would be open to everyone, or cannot sign people in.

    Raises
    ------
    SystemExit
        With 2; the reason is on standard error.
    """
    try:
        policy = roles.policy()
        address = st.get_option("server.address")
        if policy is None and not roles.is_loopback(address):
            raise WrongUseError("access.address_open", address=address or t("access.all_addresses"))
        if policy is not None and policy.oidc is not None and not _can_sign_in():
            raise WrongUseError("access.no_authlib")
    except PhuThoError as error:
        sys.stderr.write(f"{error.message()}\n")
        raise SystemExit(error.exit_code) from error


def _can_sign_in() -> bool:
    return all(importlib.util.find_spec(name) for name in ("authlib", "httpx"))


def parts() -> dict[str, Any]:
    """Return what the server is made of beside the pages: arguments of ``st.App``."""
    remember_more()
    send_at_once()
    policy = roles.policy()
    routes = [
        Route(f"{_base()}/{APART}{{name}}", _restricted),
        Route(f"{_base()}/health", health),
    ]
    made: dict[str, Any] = {
        "middleware": [Middleware(Door), Middleware(KeptFiles)],
        "routes": routes,
        "on_script_error": unforeseen.tell,
    }
    if policy is not None and policy.oidc is not None:
        given = policy.oidc
        made["secrets"] = {
            "auth": {
                "redirect_uri": given.redirect_uri,
                "cookie_secret": given.cookie_secret,
                "client_id": given.client_id,
                "client_secret": given.client_secret,
                "server_metadata_url": given.server_metadata_url,
            }
        }
    return made


def needed(path: str) -> Action | None:
    """Return what somebody must be allowed who asks for `path`, None if anybody may ask.

    Parameters
    ----------
    path : str
        Below the base address of the application, decoded once.
    """
    steps = _split(path)
    if ".." in steps or (steps[:3] == _LAYERS and _kept_back(steps[-1])):
        return Action.RESTRICTED
    return next((action for start, action in _RULES if steps[: len(start)] == start), None)


def _split(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.split("/") if step)


def _steps(scope: Scope) -> tuple[str, ...]:
    return _split(HTTPConnection(scope).url.path.removeprefix(_base()))


def _kept_back(name: str) -> bool:
    """Return whether a layer file is not for everyone, should one be where it does not belong."""
    policy = roles.policy()
    closed = () if policy is None else policy.restricted
    layers = [one.layer_id for table in closed for one in drawn_from(table) if one.grid]
    return name.endswith(".index.json") or any(name.startswith(f"{layer}-") for layer in layers)


class Door:
    """Layer of the server that answers before Streamlit does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] in ("http", "websocket"):
            refusal = _refusal(HTTPConnection(scope))
            if refusal is not None:
                if scope["type"] == "http":
                    await refusal(scope, receive, send)
                else:
                    await send({"type": "websocket.close", "code": 1008, "reason": ""})
                return
            if scope["type"] == "http" and _steps(scope)[:1] == ("media",):
                send = _looking_at_names(scope, receive, send)
        await self.app(scope, receive, send)


def _looking_at_names(scope: Scope, receive: Receive, send: Send) -> Send:
    """Return `send` for a file somebody downloads: a marked one goes to whom it is for.

    Which file an address is of, only its answer tells; so the answer is looked at.
    """
    refused = False

    async def sent(message: Message) -> None:
        nonlocal refused
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            action = roles.needed_for_file(headers.get("content-disposition", ""))
            refusal = None if action is None else _not_for(HTTPConnection(scope), action)
            if action is not None:
                headers.update(_NO_STORE)
            if refusal is not None:
                refused = True
                await refusal(scope, receive, send)
        if not refused:
            await send(message)

    return sent


def _refusal(request: HTTPConnection) -> Response | None:
    if roles.policy() is None:
        if roles.came_from_here(request.headers.items()):
            return None
        return _said("access.not_from_here", 403)
    action = needed(request.url.path.removeprefix(_base()))
    return None if action is None else _not_for(request, action)


def _not_for(request: HTTPConnection, action: Action) -> Response | None:
    """Return the refusal for somebody who may not do `action`, None for who may."""
    if roles.policy() is None:
        return None
    try:
        roles.require(visitor(request), action, time.time())
    except PhuThoError as error:
        return _said(error.key, 401 if error.key in ("access.nobody", "access.expired") else 403)
    return None


def _said(key: str, status: int) -> Response:
    return PlainTextResponse(t(key), status, headers=_NO_STORE)


def visitor(request: HTTPConnection) -> Actor:
    """Return who sends a request: by the signed cookie, or by the proxy's headers."""
    policy = roles.policy()
    if policy is None:
        return STRANGER
    if policy.oidc is None:
        return roles.of_headers(policy, request.headers.items(), time.time())
    return roles.of_claims(policy, _claims(request.cookies))


def _claims(cookies: dict[str, str]) -> dict[str, Any]:
    """Return what Streamlit's cookie says; nothing if its signature is not ours."""

    def signed(name: str) -> bytes | None:
        raw = cookies.get(name)
        secret = get_cookie_secret()
        return decode_signed_value(secret, name, raw.encode("latin-1")) if raw else None

    content = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    try:
        claims = json.loads(content) if content else {}
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def _restricted(request: Request) -> Response:
    """Give a layer that is not for everyone to somebody it is for."""
    try:
        roles.require(visitor(request), Action.RESTRICTED, time.time())
    except PhuThoError as error:
        return _said(error.key, 403)
    name = request.path_params["name"]
    path = apart(settings().static) / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return PlainTextResponse("", 404, headers=_NO_STORE)
    return FileResponse(path, media_type="application/json", headers=_NO_STORE)


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
