"""The wire: nothing waits to be sent, and what a page says again costs next to nothing.

Every run of a script says most of a page anew. The server's websocket packs a
message with a memory of what it said before; uvicorn lets it remember 4 KB,
less than one table. RFC 7692 allows 32 KB, which holds a page or most of it (see
`docs/measurements.md`). By zlib's own formula it costs 0.2 MB for each open page.
"""

import asyncio
import socket
from functools import wraps

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory


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
    made = AutoHTTPProtocol.connection_made
    if hasattr(made, "__wrapped__"):
        return

    @wraps(made)
    def connection_made(self: asyncio.Protocol, transport: asyncio.BaseTransport) -> None:
        connected: socket.socket = transport.get_extra_info("socket")
        if connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made(self, transport)

    AutoHTTPProtocol.connection_made = connection_made  # type: ignore[assignment, method-assign]
