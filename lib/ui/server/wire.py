"""The wire: nothing waits to be sent, nobody is waited for, what is said again costs little.

Every run of a script says most of a page anew. The server's websocket packs a
message with a memory of what it said before; uvicorn lets it remember 4 KB,
less than one table. RFC 7692 allows 32 KB, which holds a page or most of it (see
`docs/measurements.md`). By zlib's own formula it costs 0.2 MB for each open page.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.extensions import ServerExtensionFactory
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.server import ServerProtocol

from lib.ui.server.limits import limits


class _Connection(Protocol):
    """What uvicorn's two readers of HTTP have in common."""

    connections: set[Any]
    client: tuple[str, int] | None
    cycle: Any
    limit_concurrency: int | None
    timeout_keep_alive_task: asyncio.TimerHandle | None


class LongMemory(ServerPerMessageDeflateFactory):
    """permessage-deflate whose server side remembers 32 KB (RFC 7692, section 7.1.2.1).

    Parameters
    ----------
    server_max_window_bits : int
        What uvicorn would let the server remember, as a power of two; not used.
    client_max_window_bits : int
        What it lets the browser remember: browsers say little.
    compress_settings : dict
        What uvicorn would pass to zlib for 4 KB; not used.
    """

    def __init__(
        self,
        server_max_window_bits: int,  # noqa: ARG002
        client_max_window_bits: int,
        compress_settings: dict[str, int],  # noqa: ARG002
    ) -> None:
        super().__init__(client_max_window_bits=client_max_window_bits)


def remember_more() -> None:
    """Let the websockets of this server remember 32 KB.

    Neither Streamlit nor uvicorn has a setting for it, so the name uvicorn
    looks up for each connection is given another class. Where a later uvicorn
    looks elsewhere, its 4 KB stay and nothing else changes.
    """
    vars(websockets_sansio_impl)[ServerPerMessageDeflateFactory.__name__] = LongMemory


def send_at_once() -> None:
    """Let the connections of this server send what they have, without waiting for more.

    A system holds a small piece back until what was sent before it is acknowledged,
    and a browser acknowledges after 40 ms (RFC 896 and RFC 1122, section 4.2.3.2,
    which together stand still). asyncio switches that off for sockets it opens or
    that name their protocol; Streamlit binds one that names none. So every answer on
    a connection that was used before came 40 ms late, a hundred of them for a first
    page. A websocket begins as such a connection and keeps the setting.
    """
    _before_each(_at_once)


def _at_once(_: object, transport: asyncio.Transport) -> None:
    connected: socket.socket = transport.get_extra_info("socket")
    if connected.family in (socket.AF_INET, socket.AF_INET6):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def wait_for_nobody() -> None:
    """End connections that keep a request to themselves, and those there are too many of.

    uvicorn waits for ever for the rest of a header, and holds what came so far. A
    connection that says nothing, or not all, for one `request_seconds` after
    another is cut; an address has so many of them and no more; a process answers
    so many connections. None of it is a setting of Streamlit.
    """
    _before_each(_watch)


def _watch(protocol: _Connection, transport: asyncio.Transport) -> None:
    most = limits()
    protocol.limit_concurrency = most.connections
    peer = transport.get_extra_info("peername")
    now = asyncio.get_running_loop().time()
    late = now - most.request_seconds * _MOMENT
    if sum(_made_before(one, late) and _waits(one, peer) for one in protocol.connections) >= (
        most.half_sent
    ):
        transport.abort()
        return
    _MADE[protocol] = now
    _look(protocol, transport, seen=_NOTHING)


_NOTHING: Final = object()
_MOMENT: Final = 0.1
"""Share of the time a request may take that each has: a proxy opens a hundred at once."""
_MADE: Final[WeakKeyDictionary[Any, float]] = WeakKeyDictionary()
"""Connection -> when it was made, seconds of the clock of the loop."""


def _made_before(protocol: _Connection, moment: float) -> bool:
    return _MADE.get(protocol, moment) < moment


def _look(protocol: _Connection, transport: asyncio.Transport, *, seen: object) -> None:
    """Cut a connection that still waits for the same request as at the last look."""
    read_by: object = transport.get_protocol()
    if transport.is_closing() or read_by is not protocol:  # gone, or a websocket by now
        return
    cycle = protocol.cycle
    waiting = _waits(protocol)
    if waiting and cycle is seen:
        transport.abort()
        return
    asyncio.get_running_loop().call_later(
        limits().request_seconds,
        partial(_look, protocol, transport, seen=cycle if waiting else _NOTHING),
    )


def _waits(protocol: _Connection, peer: tuple[str, int] | None = None) -> bool:
    """Return whether a connection, of an address, has not said all of its next request.

    What was answered may be kept for a while: uvicorn ends that by itself.
    """
    if not hasattr(protocol, "cycle"):  # a websocket
        return False
    if protocol.timeout_keep_alive_task is not None:
        return False
    if peer is not None and (protocol.client is None or protocol.client[0] != peer[0]):
        return False
    return protocol.cycle is None or bool(protocol.cycle.response_complete)


def _before_each(act: Callable[[_Connection, asyncio.Transport], None]) -> None:
    """Let `act` look at each connection as it is made, once however often this is called."""
    made = AutoHTTPProtocol.connection_made
    if not hasattr(made, _ACTS):

        @wraps(made)
        def connection_made(self: asyncio.Protocol, transport: asyncio.Transport) -> None:
            made(self, transport)
            for one in vars(connection_made)[_ACTS]:
                one(self, transport)

        vars(connection_made)[_ACTS] = []
        AutoHTTPProtocol.connection_made = connection_made  # type: ignore[assignment, method-assign]
    acts = vars(AutoHTTPProtocol.connection_made)[_ACTS]
    if act not in acts:
        acts.append(act)


_ACTS: Final = "_acts"


class SmallMessages(ServerProtocol):
    """A websocket that takes no message larger than any page of ours sends.

    Parameters
    ----------
    extensions : sequence
        What uvicorn negotiates with a browser.
    max_size : int
        What uvicorn would take, for both directions; a browser says far less.
    logger : logging.Logger
        Of uvicorn.
    """

    def __init__(
        self,
        *,
        extensions: Sequence[ServerExtensionFactory],
        max_size: int,
        logger: logging.Logger,
    ) -> None:
        most = min(max_size, limits().message_kb * 1024)
        super().__init__(extensions=extensions, max_size=most, logger=logger)


def take_small_messages() -> None:
    """Let the websockets of this server take small messages only, however well they are packed.

    ``server.maxMessageSize`` holds for what the server says too, which is large; so the
    name uvicorn looks up for each connection is given another class.
    """
    vars(websockets_sansio_impl)[ServerProtocol.__name__] = SmallMessages
