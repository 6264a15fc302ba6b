"""What Streamlit holds in memory for visitors, and whose it is: uploads, files to download.

Streamlit takes a file for any session it knows, under any name, as often as it is
sent. Here an upload has an address that was given out for a file box the session
shows, comes from the visitor of that session and fits into his share.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive
from streamlit.runtime import Runtime, memory_uploaded_file_manager
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

from lib.ui.server.limits import Visitor, limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.session_manager import SessionClient

_MB: Final = 2**20
_FILE_BOX: Final = "file_uploader_state_value"
_WAITING: Final = 100
"""Uploads of one visitor that wait for their turn; a folder has fewer files."""


class GivenUploads(MemoryUploadedFileManager):
    """Holds uploaded files under addresses it gave out itself, and under no others.

    Parameters
    ----------
    upload_endpoint : str
        How the addresses begin.
    """

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self.given: defaultdict[str, set[str]] = defaultdict(set)

    def get_upload_urls(
        self, session_id: str, file_names: Sequence[str]
    ) -> list[UploadFileUrlInfo]:
        """Return addresses for files of a session, none if it shows no box to put them in."""
        session = _session(session_id)
        if session is None or not _shows_a_file_box(session):
            return []
        made = super().get_upload_urls(session_id, file_names)
        self.given[session_id].update(one.file_id for one in made)
        return made

    def remove_session_files(self, session_id: str) -> None:
        """Remove the files of a session that is over, and its addresses."""
        self.given.pop(session_id, None)
        super().remove_session_files(session_id)

    def held_bytes(self, session_id: str) -> int:
        """Return how much is held of a session."""
        with self._lock:
            return sum(len(file.data) for file in self.file_storage.get(session_id, {}).values())


def give_out_addresses() -> None:
    """Let the server hold uploads in `GivenUploads`.

    Streamlit looks the class up by its name when the application is made, and has
    no setting for another.
    """
    vars(memory_uploaded_file_manager)[MemoryUploadedFileManager.__name__] = GivenUploads


def forget_downloads() -> None:
    """Take every made file out of memory: a table some hold was closed to those it was made for.

    A page that is still open makes them again, as its visitor may see them now.
    """
    if Runtime.exists():
        storage: Any = Runtime.instance().media_file_mgr._storage  # noqa: SLF001 - no way to list
        for file_id in list(storage._files_by_id):  # noqa: SLF001
            storage.delete_file(file_id)


def _session(session_id: str) -> "AppSession | None":
    manager = Runtime.instance()._session_mgr  # noqa: SLF001 - no public way to a session
    found = manager.get_session_info(session_id)
    return None if found is None else found.session


def _shows_a_file_box(session: "AppSession") -> bool:
    widgets = session.session_state._new_widget_state.widget_metadata  # noqa: SLF001
    return any(one.value_type == _FILE_BOX for one in list(widgets.values()))


@dataclass
class Uploads:
    """The uploads that are being received.

    Parameters
    ----------
    visitor_of : callable
        Whose share a request, or the socket of a session, counts for.
    """

    visitor_of: Callable[[HTTPConnection], Visitor]
    _turns: dict[Visitor, asyncio.Semaphore] = field(default_factory=dict)
    _coming: Counter[Visitor] = field(default_factory=Counter)
    _bytes: Counter[Visitor] = field(default_factory=Counter)

    def refused(self, request: HTTPConnection, session_id: str, file_id: str) -> str:
        """Return the text that says why an upload is not taken, empty if it is.

        Parameters
        ----------
        request : HTTPConnection
            Of the upload: its header, nothing of its body is read.
        session_id, file_id : str
            What its address names.
        """
        manager = Runtime.instance().uploaded_file_mgr
        if not isinstance(manager, GivenUploads) or file_id not in manager.given.get(
            session_id, ()
        ):
            return "access.no_upload_box"
        visitor = self.visitor_of(request)
        mine = self._sessions_of(visitor)
        if session_id not in mine:
            return "access.no_upload_box"
        held = sum(manager.held_bytes(one) for one in mine) + self._bytes[visitor]
        if held + _coming_bytes(request) > limits().uploads_mb * _MB:
            return "access.upload_full"
        return "access.too_many" if self._coming[visitor] >= _WAITING else ""

    @asynccontextmanager
    async def turn(self, request: HTTPConnection) -> "AsyncIterator[None]":
        """Wait until fewer uploads of the same visitor are being received."""
        visitor = self.visitor_of(request)
        size = _coming_bytes(request)
        turns = self._turns.setdefault(visitor, asyncio.Semaphore(limits().uploads_at_once))
        self._coming[visitor] += 1
        self._bytes[visitor] += size
        try:
            async with turns:
                yield
        finally:
            self._coming[visitor] -= 1
            self._bytes[visitor] -= size
            if not self._coming[visitor]:
                del self._coming[visitor], self._bytes[visitor], self._turns[visitor]

    def _sessions_of(self, visitor: Visitor) -> list[str]:
        """Return the open sessions of a visitor, by the sockets they were opened with."""
        manager = Runtime.instance()._session_mgr  # noqa: SLF001 - no public list
        return [
            one.session.id
            for one in manager.list_active_sessions()
            if self.visitor_of(_opened_with(one.client)) == visitor
        ]


def _coming_bytes(request: HTTPConnection) -> int:
    """Return how much a request brings at most: what it does not say may be as much as is taken."""
    if request.scope["method"] == "DELETE":
        return 0
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdecimal():
        return int(said)
    return int(st.get_option("server.maxUploadSize")) * _MB


def _opened_with(client: "SessionClient | None") -> HTTPConnection:
    """Return the request that opened the socket of a session."""
    context = None if client is None else client.client_context
    if context is None:
        return HTTPConnection({"type": "http", "headers": []})
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in context.headers]
    address = (context.remote_ip, 0) if context.remote_ip else None
    return HTTPConnection({"type": "http", "headers": headers, "client": address})


def in_time(receive: Receive) -> Receive:
    """Return `receive` for a body that has to come: a pause too long ends it like a lost line."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limits().upload_seconds

    async def received() -> Message:
        seconds = min(limits().request_seconds, end - loop.time())
        try:
            return await asyncio.wait_for(receive(), max(0.0, seconds))
        except TimeoutError:
            return {"type": "http.disconnect"}

    return received
