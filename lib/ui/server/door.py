"""The door of the server: who may knock at which address, before any page runs.

Streamlit serves files, uploads and downloads without asking a page. This layer
of the server asks first, with the same cookie or headers as the pages, and does
not let the server start where it would be open to everyone.
"""

import contextlib
import importlib.util
import json
import logging
import sys
import time
from functools import partial
from typing import Any, Final

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from lib.access import identity, roles, serving
from lib.access.roles import STRANGER, Action, Actor
from lib.language.errors import PhuThoError, WrongUseError
from lib.language.text import t
from lib.layers.files import APART
from lib.layers.ground import pictures
from lib.layers.ground.online import online
from lib.settings import settings
from lib.ui.server import gate, held, stream, unforeseen
from lib.ui.server.files import KeptFiles
from lib.ui.server.health import health
from lib.ui.server.limits import Visitor, limits, visitor_of
from lib.ui.server.wire import remember_more, send_at_once, take_small_messages, wait_for_nobody

_LOGGER: Final = logging.getLogger(__name__)
_MEDIA: Final = ("media",)
_UPLOAD: Final = ("_stcore", "upload_file")
_UPLOAD_STEPS: Final = len((*_UPLOAD, "session", "file"))
_FILING: Final = {"PUT", "DELETE"}
_DAY: Final = 86_400
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
        if policy is None and not identity.is_loopback(address):
            raise WrongUseError("access.address_open", address=address or t("access.all_addresses"))
        if policy is not None and policy.oidc is not None and not _can_sign_in():
            raise WrongUseError("access.no_authlib")
        limits()
        online()
    except PhuThoError as error:
        sys.stderr.write(f"{error.message()}\n")
        raise SystemExit(error.exit_code) from error
    try:
        gate.clean()
    except OSError as error:  # a disk that cannot be written: the door keeps them back all the same
        _LOGGER.warning("layer files of earlier runs not taken away: %s", error)


def _can_sign_in() -> bool:
    return all(importlib.util.find_spec(name) for name in ("authlib", "httpx"))


def parts() -> dict[str, Any]:
    """Return what the server is made of beside the pages: arguments of ``st.App``."""
    remember_more()
    send_at_once()
    take_small_messages()
    wait_for_nobody()
    held.give_out_addresses()
    policy = roles.policy()
    routes = [
        Route(f"{gate.base()}/{APART}{{name}}", _restricted),
        Route(f"{gate.base()}/{gate.TILES}/{{address:path}}", _tile),
        Route(f"{gate.base()}/health", health),
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


class Door:
    """Layer of the server that answers before Streamlit does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.closed = serving.closed_tables()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        self._follow_restrictions()
        request = HTTPConnection(scope)
        try:
            path = gate.steps(scope)
            refusal = _refusal(request, path)
        except gate.NoSuchAddressError:
            path, refusal = (), _said("access.no_such_address", 404)
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": ""})
            else:
                await stream.let_in(self.app, scope, receive, send, partial(_share, request))
        elif refusal is not None:
            await refusal(scope, receive, send)
        elif path[: len(_UPLOAD)] == _UPLOAD and scope["method"] in _FILING:
            await self._upload(request, path, (scope, receive, send))
        else:
            await self.app(scope, receive, _looking_at_answers(path, scope, receive, send))

    def _follow_restrictions(self) -> None:
        """Forget what was made to be taken away before a table was closed."""
        closed = serving.closed_tables()
        if closed - self.closed:
            held.forget_downloads()
        self.closed = closed

    async def _upload(
        self, request: HTTPConnection, path: tuple[str, ...], asgi: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = asgi
        why = _UPLOADS.refused(request, path[-2], path[-1]) if len(path) == _UPLOAD_STEPS else ""
        if why:
            status = {"access.no_upload_box": 400, "access.upload_full": 413}.get(why, 429)
            refusal = _said(why, status, megabytes=limits().uploads_mb)
            await refusal(scope, receive, send)
            return
        async with _UPLOADS.turn(request):
            with contextlib.suppress(ClientDisconnect):  # gone, or too slow to be waited for
                await self.app(scope, held.in_time(receive), send)


def _looking_at_answers(path: tuple[str, ...], scope: Scope, receive: Receive, send: Send) -> Send:
    """Return `send` for any answer: no other site reads it, no store between keeps it.

    A file somebody downloads that is marked goes to whom it is for. Which file an
    address is of, only its answer tells; so the answer is looked at.
    """
    refused = False

    async def sent(message: Message) -> None:
        nonlocal refused
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            _close_to_others(path, headers)
            made = headers.get("content-disposition", "") if path[:1] == _MEDIA else ""
            action = roles.needed_for_file(made)
            refusal = None if action is None else _not_for(HTTPConnection(scope), action)
            if action is not None:
                headers.update(_NO_STORE)
            if refusal is not None:
                refused = True
                await refusal(scope, receive, send)
        if not refused:
            await send(message)

    return sent


def _close_to_others(path: tuple[str, ...], headers: MutableHeaders) -> None:
    """Let no other site read an answer, and no store between this server and a browser keep it."""
    if headers.get("access-control-allow-origin") == "*":
        del headers["access-control-allow-origin"]
    if path[:1] == _MEDIA:
        headers.update(_NO_STORE)
    elif path[:1] == ("app",) and "cache-control" not in headers:
        headers["Cache-Control"] = "private, no-cache"


def _refusal(request: HTTPConnection, path: tuple[str, ...]) -> Response | None:
    if roles.policy() is None and not identity.came_from_here(request.headers.items()):
        return _said("access.not_from_here", 403)
    try:
        action = gate.needed(path)
    except gate.NoSuchAddressError:  # who is not signed in is not told what there is
        return _not_for(request, Action.VIEW) or _said("access.no_such_address", 404)
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


def _said(key: str, status: int, **values: object) -> Response:
    return PlainTextResponse(t(key, "vi", **values), status, headers=_NO_STORE)


def visitor(request: HTTPConnection) -> Actor:
    """Return who sends a request: by the signed cookie, or by the proxy's headers."""
    policy = roles.policy()
    if policy is None:
        return STRANGER
    if policy.oidc is None:
        return identity.of_headers(policy, request.headers.items(), time.time())
    return identity.of_claims(policy, _claims(request.cookies))


def _share(request: HTTPConnection) -> Visitor:
    """Return whose share of the server a request counts for at this moment."""
    address = request.client.host if request.client else ""
    alone = roles.policy() is None
    return visitor_of(visitor(request), address, time.time(), alone=alone)


_UPLOADS: Final = held.Uploads(_share)


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
    path = gate.restricted_file(request.path_params["name"])
    if path is None:
        return _said("access.no_such_address", 404)
    return FileResponse(path, media_type="application/json", headers=_NO_STORE)


def _tile(request: Request) -> Response:
    """Give a tile of a picture of the ground; who may ask, `gate.needed` has said."""
    found = pictures.tile(settings().store, request.path_params["address"])
    if found is None:
        return _said("access.no_such_address", 404)
    data, kind = found
    return Response(data, media_type=kind, headers={"Cache-Control": f"private, max-age={_DAY}"})
