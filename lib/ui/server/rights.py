"""Rights on open websockets: they end when a sign-in ends or the access file says less.

A page's websocket stays open for hours, and Streamlit lets a browser take up the
session of a lost one. This layer of the server keeps when each sign-in began,
where no message of a browser reaches it; closes a connection whose visitor may see
something else than when it was opened; and hands a session only to whom it was
drawn for. Streamlit's page then connects by itself and asks for everything anew.
"""

import asyncio
import contextlib
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib.access import identity, roles
from lib.access.policy import open_to_others
from lib.access.standing import Standing, standing
from lib.language.text import t
from lib.settings import settings
from lib.ui.server import door

SINCE: Final = "X-Phutho-Since"
"""Header for the pages: when the sign-in of this connection began, seconds since 1970 UTC."""
LOOK_SECONDS: Final = 2.0
"""How often an open connection is held against the access file."""
_SESSION_KEPT_SECONDS: Final = 3600.0
"""How long a session without a connection is remembered: longer than Streamlit keeps one."""
_CHANGED: Final = 1008
_PROTOCOLS: Final = "sec-websocket-protocol"
_SESSION_AT: Final = 2
"""Place of the session to take up among the names of protocols Streamlit's page sends."""
_ANSWERED: Final = frozenset(
    {
        "rerun_script",
        "stop_script",
        "app_heartbeat",
        "file_urls_request",
        "backend_operation_request",
    }
)
"""What a page of ours asks for. Not: emptying the caches and the state of a session."""


@dataclass
class _Drawn:
    """A session: since when its visitor is signed in, and what it was drawn for."""

    since: float
    standing: Standing
    connections: int = 0
    left: float = 0.0


@dataclass
class Rights:
    """Layer of the server between a websocket and Streamlit.

    Parameters
    ----------
    app : callable
        The ASGI application behind it.
    """

    app: ASGIApp
    sessions: dict[str, _Drawn] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch a websocket; let everything else through."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        self._forget()
        wanted = _wanted(scope)
        drawn = self._taken_up(scope, wanted)
        if drawn is None:
            since = time.time()
            drawn = _Drawn(since, _stands(scope, since))
            wanted = ""
        headers = MutableHeaders(raw=[*scope["headers"]])
        headers[SINCE] = repr(drawn.since)
        if not wanted:
            _take_up_nothing(headers)
        watched = _Watched(self, drawn, scope, receive, send)
        watched.known_as(wanted)
        looking = asyncio.create_task(watched.look())
        try:
            await self.app({**scope, "headers": headers.raw}, watched.receive, watched.send)
        finally:
            looking.cancel()
            drawn.connections -= 1
            drawn.left = time.monotonic()

    def _taken_up(self, scope: Scope, session_id: str) -> _Drawn | None:
        """Return a session this visitor may take up, None if there is none or it is not his.

        One whose sign-in ran out stays his and stays closed: the page says so until it is
        loaded again.
        """
        drawn = self.sessions.get(session_id)
        if drawn is None:
            return None
        now = _stands(scope, drawn.since)
        if now.name != drawn.standing.name:
            return None
        if now.role is None:
            drawn.standing = now
        return drawn if now == drawn.standing else None

    def _forget(self) -> None:
        """Forget sessions nobody can take up any more."""
        end = time.monotonic() - _SESSION_KEPT_SECONDS
        for key, one in list(self.sessions.items()):
            if not one.connections and one.left < end:
                del self.sessions[key]


class _Watched:
    """One open websocket."""

    def __init__(
        self, rights: Rights, drawn: _Drawn, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.rights = rights
        self.drawn = drawn
        self.scope = scope
        self._receive = receive
        self._send = send
        self._ended = asyncio.Event()
        self._session_id = ""
        drawn.connections += 1

    def known_as(self, session_id: str) -> None:
        """Remember the session of this connection."""
        if session_id:
            self._session_id = session_id
            self.rights.sessions[session_id] = self.drawn

    async def look(self) -> None:
        """End the connection some seconds after its visitor may see something else."""
        while not self._ended.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            await self._hold()

    async def _hold(self) -> None:
        if (
            not self._ended.is_set()
            and _stands(self.scope, self.drawn.since) != self.drawn.standing
        ):
            self._ended.set()
            # A connection that was not opened yet, or is gone, cannot be told.
            with contextlib.suppress(RuntimeError, OSError):
                await self._send({"type": "websocket.close", "code": _CHANGED, "reason": ""})

    async def receive(self) -> Message:
        """Return the next message of the browser that is answered."""
        while True:
            message = await self._next()
            if message["type"] == "websocket.receive":
                await self._hold()
            if self._ended.is_set():
                return {"type": "websocket.disconnect", "code": _CHANGED, "reason": ""}
            if message["type"] != "websocket.receive" or _answered(message.get("bytes")):
                return message

    async def _next(self) -> Message:
        """Return the next message, or an end if the connection ends before there is one."""
        coming = asyncio.ensure_future(self._receive())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            if not coming.done():
                coming.cancel()
        if coming.cancelled() or not coming.done():
            return {"type": "websocket.disconnect", "code": _CHANGED, "reason": ""}
        return coming.result()

    async def send(self, message: Message) -> None:
        """Send a message of Streamlit; the first that names the session is remembered."""
        if self._ended.is_set():  # what a run still says whose visitor may not see it
            return
        if message["type"] == "websocket.send" and not self._session_id:
            self.known_as(_named(message.get("bytes")))
        await self._send(message)


def _stands(scope: Scope, since: float) -> Standing:
    """Return what the visitor of a connection may see now."""
    connection, policy = HTTPConnection(scope), roles.policy()
    if policy is not None and policy.proxy is not None:
        actor = identity.of_headers(policy, connection.headers.items(), since)
    else:
        actor = door.visitor(connection)
    return standing(actor, time.time())


def _wanted(scope: Scope) -> str:
    """Return the session a browser asks to take up, empty for none."""
    names = HTTPConnection(scope).headers.get(_PROTOCOLS, "").split(",")
    return names[_SESSION_AT].strip() if len(names) > _SESSION_AT else ""


def _take_up_nothing(headers: MutableHeaders) -> None:
    """Take out of the names of protocols the session to take up."""
    if _PROTOCOLS in headers:
        headers[_PROTOCOLS] = ",".join(headers[_PROTOCOLS].split(",")[:_SESSION_AT])


def _answered(content: bytes | None) -> bool:
    """Return whether a message of a browser is one a page of ours sends."""
    try:
        kind = BackMsg.FromString(content or b"").WhichOneof("type")
    except DecodeError:  # Streamlit closes the connection for it
        return True
    return kind in _ANSWERED


def _named(content: bytes | None) -> str:
    """Return the session a message to the browser names, empty for none."""
    return str(ForwardMsg.FromString(content or b"").new_session.initialize.session_id)


def parts() -> dict[str, Any]:
    """Return what the server is made of, `door.parts`, with rights watched behind the door.

    An access file that others can read is told on standard error; the server starts.
    """
    path = settings().access
    if path is not None and open_to_others(path):
        sys.stderr.write(f"{t('status.access_open', file=path)}\n")
    made = door.parts()
    made["middleware"] = [*made["middleware"], Middleware(Rights)]
    return made
