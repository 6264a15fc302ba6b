"""A page whose visitor leaves in the midst of an answer."""

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected

from lib.ui.server import stream
from lib.ui.server.limits import Visitor


async def visited(endpoint: Any) -> list[str]:
    """Run an endpoint for somebody who leaves before he is answered; return what he was sent."""
    events = iter(({"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}))
    heard: list[str] = []

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            raise ClientDisconnected
        heard.append(message["type"])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await endpoint(WebSocket(scope, receive, send))

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": []}
    await stream.let_in(app, scope, receive, send, lambda: Visitor("a", known=True))
    return heard


def test_who_leaves_while_he_is_answered_is_a_page_that_ended_and_no_fault():
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_bytes(b"the first half")
        await websocket.send_bytes(b"the other half")
        with pytest.raises(WebSocketDisconnect):
            await websocket.receive_bytes()

    assert asyncio.run(visited(endpoint)) == ["websocket.accept"]
