"""The websocket of a page as the door lets it through: how large, how much, how many.

Streamlit reads every message whole and keeps a state for each widget it names,
drawn or not. What is too much is refused before it is taken apart.
"""

import time
from collections.abc import Callable
from typing import Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.state.common import is_element_id

from lib.ui.server.limits import Pages, Visitor, limits

_NO_TEXT: Final = 1003
_NOT_OURS: Final = 1008
_TOO_BIG: Final = 1009
_LATER: Final = 1013
_PAGES: Final = Pages()


async def let_in(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, who: Callable[[], Visitor]
) -> None:
    """Run `app` for a websocket within the limits of the visitor who opened it.

    Parameters
    ----------
    app, scope, receive, send
        As ASGI has them.
    who : callable
        Returns whose share counts at the moment it is called: a sign-in may run out.
    """
    opened_by = who()
    if not _PAGES.enter(opened_by):
        await send({"type": "websocket.close", "code": _LATER, "reason": ""})
        return
    closed = False

    async def received() -> Message:
        nonlocal closed
        message = await receive()
        code = _refused(message, who) if message["type"] == "websocket.receive" else 0
        if not code:
            return message
        closed = True
        await send({"type": "websocket.close", "code": code, "reason": ""})
        return {"type": "websocket.disconnect", "code": code, "reason": ""}

    async def sent(message: Message) -> None:
        nonlocal closed
        if closed:  # what a run still says when its page was closed
            return
        try:
            await send(message)
        except OSError:  # who asked has left: the next to be received says so
            closed = True

    try:
        await app(scope, received, sent)
    finally:
        _PAGES.leave(opened_by)


def _refused(message: Message, who: Callable[[], Visitor]) -> int:
    """Return the code a connection is closed with for a message, 0 for one that is let in."""
    content = message.get("bytes") or b""
    visitor = who()
    most = limits().message_kb if visitor.known else limits().stranger_message_kb
    if len(content) > most * 1024 or len(message.get("text") or "") > most * 1024:
        return _TOO_BIG
    if not _PAGES.speak(visitor, time.monotonic()):
        return _LATER
    if message.get("text") is not None:  # Streamlit speaks in bytes alone, and fails of a text
        return _NO_TEXT
    return _misspoken(content) if content else 0


def _misspoken(content: bytes) -> int:
    """Return the code for a message no page of the project sends, 0 for any other.

    A state under a name that is no widget's is taken by Streamlit for a value of the
    session, is not found there and ends every later run in an error.
    """
    try:
        said = BackMsg.FromString(content)
    except DecodeError:
        return _NOT_OURS
    states = said.rerun_script.widget_states.widgets
    if max(len(states), len(said.file_urls_request.file_names)) > limits().widgets:
        return _TOO_BIG
    return 0 if all(is_element_id(state.id) for state in states) else _NOT_OURS
