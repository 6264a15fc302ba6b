"""The wire: what is ready is sent, also on a connection that Streamlit's own socket took."""

import asyncio
import socket

import pytest
import uvicorn
from streamlit.web.server.starlette.starlette_server import _bind_socket
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from lib.ui.server import wire


async def answer(_scope, _receive, send):
    """Answer every request with two words."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"1")]})
    await send({"type": "http.response.body", "body": b"at once"})


async def held_back(bound: socket.socket) -> bool:
    """Ask a server on `bound`; return whether its end of the connection waits for more."""
    server = uvicorn.Server(uvicorn.Config(answer, lifespan="off", log_level="critical"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    if bound.family == socket.AF_UNIX:
        reader, writer = await asyncio.open_unix_connection(bound.getsockname())
    else:
        reader, writer = await asyncio.open_connection(*bound.getsockname()[:2])
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    said = await reader.readuntil(b"at once")
    assert said.startswith(b"HTTP/1.1 200")
    (connection,) = server.server_state.connections
    theirs = connection.transport.get_extra_info("socket")
    waits = (
        theirs.family != socket.AF_UNIX
        and theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
    )
    writer.close()
    server.should_exit = True
    await serving
    return waits


@pytest.fixture
def untouched(monkeypatch):
    """Give back the class of uvicorn as it was."""
    made = AutoHTTPProtocol.connection_made
    monkeypatch.setattr(AutoHTTPProtocol, "connection_made", getattr(made, "__wrapped__", made))


@pytest.mark.usefixtures("untouched")
def test_nothing_is_held_back_on_streamlits_socket():
    wire.send_at_once()
    assert not asyncio.run(held_back(_bind_socket("127.0.0.1", 0, 5)))


@pytest.mark.usefixtures("untouched")
def test_without_it_streamlits_socket_holds_back():
    """Where this fails, Streamlit or asyncio has mended it, and `send_at_once` may go."""
    assert asyncio.run(held_back(_bind_socket("127.0.0.1", 0, 5)))


@pytest.mark.usefixtures("untouched")
def test_it_is_put_on_once():
    wire.send_at_once()
    once = AutoHTTPProtocol.connection_made
    wire.send_at_once()
    assert AutoHTTPProtocol.connection_made is once


@pytest.mark.usefixtures("untouched")
def test_a_socket_of_the_file_system_is_left_alone(tmp_path):
    wire.send_at_once()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "s"))
        bound.listen()
        assert not asyncio.run(held_back(bound))
