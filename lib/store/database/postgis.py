"""The shared database as a store uses it: publish, ask what is in use, listen for changes."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from lib.language.errors import StoreError
from lib.store import audit
from lib.store.database import publishing, rows
from lib.store.database.layout import CHANNEL
from lib.store.database.link import Connection, connected, parameters, refusals
from lib.store.store import Snapshot

_SETTLE_SECONDS: Final = 20
"""How long a server that went away in the middle of a commit is asked what became of it."""
_PAUSE_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Status:
    """State of the database: what is in use, what it keeps, its log.

    Parameters
    ----------
    in_use : str
        The snapshot in use; empty before the first one.
    events : int
        Lines of its log, the chain of which is whole.
    tables : mapping
        Table others read -> rows published and rows there now.
    """

    in_use: str
    snapshots: int
    events: int
    last: audit.Event | None
    tables: dict[str, tuple[int, int]]


class Database:
    """A PostgreSQL server with PostGIS.

    Parameters
    ----------
    url : str
        As libpq reads it: ``postgresql://user:password@host/name``, or ``key=value`` pairs.
    closed : callable
        Says at each publication what tables others read are without, see `connect.open_store`.

    Raises
    ------
    StoreError
        It is no address of a database.
    """

    def __init__(self, url: str, *, closed: Callable[[], Collection[str]] = tuple) -> None:
        self._link = parameters(url)
        self._closed = closed

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Connect for reading; each statement stands for itself."""
        with connected(self._link, autocommit=True) as connection:
            yield connection

    def in_use(self) -> str:
        """Return the snapshot in use, empty before the first one."""
        with self.reading() as connection:
            return publishing.in_use(connection)

    def expect(self, in_use: str) -> None:
        """Refuse unless `in_use` is in use, or nothing is yet: another server published.

        Raises
        ------
        StoreError
            It is not, or the server cannot be reached.
        """
        if self.in_use() not in ("", in_use):
            raise StoreError("database.moved_on")

    def publish(self, snapshot: Snapshot, event: audit.Event, *, anew: bool = False) -> None:
        """Put `snapshot` in use in one transaction, its tables and its line in the log with it.

        If the connection is lost while the server commits, nobody on this side
        knows how it ended: then the log is asked, behind the lock, which the
        lost transaction holds for as long as it lives.

        Parameters
        ----------
        snapshot : Snapshot
            Whole, in the store of this server.
        event : Event
            What is done; ``before`` is what is in use as this server knows it.
        anew : bool
            Write all tables others read again, even those that should be the same.

        Raises
        ------
        StoreError
            Another server published meanwhile; the server refused it, cannot be
            reached or was lost, and then nothing was published.
        """
        with connected(self._link) as connection:
            logged = publishing.publish(
                connection, snapshot, event, anew=anew, closed=self._closed()
            )
            try:
                connection.commit()
            except psycopg.Error:
                if not self._landed(logged):
                    raise StoreError("database.lost") from None

    def _landed(self, logged: audit.Event) -> bool:
        """Return whether an act came into the log.

        Raises
        ------
        StoreError
            The server does not come back to say.
        """
        end = time.monotonic() + _SETTLE_SECONDS
        while True:
            try:
                with connected(self._link) as connection:
                    publishing.lock(connection)
                    events = publishing.log(connection)
                    return logged.digest in {event.digest for event in events}
            except StoreError:
                if time.monotonic() > end:
                    raise StoreError("database.unknown_end") from None
                time.sleep(_PAUSE_SECONDS)

    def draft(self, folders: Collection[str]) -> dict[str, str]:
        """Return what waits to be published in folders of the draft: name of a row -> its text.

        Raises
        ------
        StoreError
            The server cannot be reached or was lost.
        """
        with self.reading() as connection:
            return publishing.draft(connection, folders)

    def redraft(
        self, change: Callable[[Mapping[str, str]], dict[str, str]], folders: Collection[str]
    ) -> None:
        """Write the rows `change` makes of what waits, in one transaction.

        Raises
        ------
        StoreError
            Nothing was published here yet, the server refused it or was lost; to
            enter the same again does no harm.
        """
        with connected(self._link) as connection:
            publishing.lock(connection)
            if not publishing.made(connection):
                raise StoreError("store.empty")
            publishing.redraft(connection, change(publishing.draft(connection, folders)))
            connection.commit()

    def status(self) -> Status:
        """Return what the database holds, its log and its tables checked.

        Raises
        ------
        StoreError
            The chain of the log is broken, or the server cannot be reached.
        """
        with self.reading() as connection:
            if not publishing.made(connection):
                return Status("", 0, 0, None, {})
            count = connection.execute("SELECT count(*) FROM phutho_store.snapshot").fetchone()
            events = publishing.log(connection)
            return Status(
                publishing.in_use(connection),
                int(str(count[0])) if count else 0,
                len(events),
                events[-1] if events else None,
                rows.counted(connection),
            )

    @contextlib.contextmanager
    def listening(self) -> Iterator["Listener"]:
        """Stay connected to hear of new snapshots."""
        with self.reading() as connection:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            yield Listener(connection)


@dataclass(frozen=True)
class Listener:
    """A connection that is told of new snapshots."""

    connection: Connection

    def next(self, seconds: float) -> str:
        """Wait until told of a snapshot, or `seconds`; return which one is in use then.

        What the database says counts, not what was told: a pooler in between
        may swallow what is told, and then this is a slow look instead.

        Raises
        ------
        StoreError
            The connection is lost.
        """
        with refusals():
            for _ in self.connection.notifies(timeout=seconds, stop_after=1):
                pass
            return publishing.in_use(self.connection)
