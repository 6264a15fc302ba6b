"""The store of the pages, which follows the shared database in a thread of its own.

No visitor waits for the database: pages read the store of this server, and
what other servers publish comes there by itself.
"""

import contextlib
import threading
from pathlib import Path
from typing import Final

import streamlit as st

from lib.access.serving import closed_to_strangers, serve_layers
from lib.language.errors import PhuThoError, StoreError
from lib.language.text import date
from lib.settings import settings
from lib.store.database import connect
from lib.store.store import Snapshot, Store
from lib.ui.state import language, said, tr

_LOOK_SECONDS: Final = 2.0
"""How often the database is looked at while nothing is heard from it."""
_AGAIN_SECONDS: Final = 3.0
"""Pause before a lost connection is tried again."""
_FIRST_SECONDS: Final = 30.0
"""How long the first visitor of a server without any data waits for it."""


class Follower:
    """Keeps a store at what the shared database has in use.

    Parameters
    ----------
    store : Store
        Of this server, shared.

    Attributes
    ----------
    trouble : PhuThoError or None
        Why the database cannot be followed now.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.trouble: PhuThoError | None = None
        self._looked = threading.Event()
        self._thread = self._started()

    def _started(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="follow-database", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._follow()
            except PhuThoError as error:
                self.trouble = error
            except OSError as error:  # the folder of the layer files
                self.trouble = StoreError(
                    "store.not_writable", folder=settings().static, reason=error.strerror
                )
            self._looked.set()
            pause.wait(_AGAIN_SECONDS)

    def _follow(self) -> None:
        shared = connect.database()
        self._catch_up()
        with shared.listening() as listener:
            while True:
                name = listener.next(_LOOK_SECONDS)
                if name and name != self._in_use():
                    self._catch_up()
                self.trouble = None

    def _catch_up(self) -> None:
        connect.follow(self.store, _draw)
        self.trouble = None
        self._looked.set()

    def _in_use(self) -> str:
        with contextlib.suppress(StoreError):
            current = self.store.current()
            return current.snapshot_id if current else ""
        return ""

    def wait(self) -> None:
        """Wait until the database was looked at once, or for half a minute."""
        self._looked.wait(_FIRST_SECONDS)


def _draw(snapshot: Snapshot) -> None:
    serve_layers(snapshot)


@st.cache_resource(show_spinner=False)
def _follower(folder: str) -> Follower:
    return Follower(connect.open_store(Path(folder), closed=closed_to_strangers))


def store() -> Store:
    """Return the store of this server; a shared one is followed from the first call on.

    Raises
    ------
    StoreError
        The driver of the database is not installed, or cannot read its address.
    """
    folder = settings().store
    if settings().database_url is None:
        return Store(folder)
    follower = _follower(str(folder))
    if follower.store.current() is None:
        follower.wait()
        if follower.trouble is not None and follower.store.current() is None:
            reason = follower.trouble.message(language())
            raise StoreError("database.starting", reason=reason)
    return follower.store


def notice(in_use: str, *, why: bool) -> None:
    """Say that the shared database cannot be followed, and of when the data in use is.

    Parameters
    ----------
    in_use : str
        When it was published: ISO 8601.
    why : bool
        Say the reason too: for those who publish, or can mend it.
    """
    if settings().database_url is None:
        return
    trouble = _follower(str(settings().store)).trouble
    if trouble is not None:
        words = tr("database.notice", when=date(in_use, language()))
        st.warning(
            f"{said(trouble)} {words}" if why else words,
            title=tr("database.notice_title"),
            icon=":material/cloud_off:",
        )
