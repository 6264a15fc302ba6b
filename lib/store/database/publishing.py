"""Write a snapshot and its line of the log to the database in one transaction."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from lib.language.errors import StoreError
from lib.store import audit
from lib.store.database import ownlayers, rows
from lib.store.database.layout import CHANNEL, DRAFT, MADE
from lib.store.database.link import LOCK_SECONDS, Connection
from lib.store.store import Snapshot
from lib.tables.disclosure import MARK

_IDLE_SECONDS: Final = 60
"""A publisher that says nothing for so long is given up by the server, and its lock with it."""
_LOCK: Final = 0x504855_54484F
"""Key of the advisory lock that makes publishers wait for each other."""
PART: Final = 4 * 2**20
"""Bytes of a file that travel at once."""


def lock(connection: Connection) -> None:
    """Take the advisory lock of publishers until the transaction ends."""
    connection.execute(
        "SELECT set_config('lock_timeout', %s, true),"
        " set_config('idle_in_transaction_session_timeout', %s, true),"
        " set_config('synchronous_commit', 'on', true)",
        (f"{LOCK_SECONDS}s", f"{_IDLE_SECONDS}s"),
    )
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def in_use(connection: Connection) -> str:
    """Return the snapshot in use, empty before the first one."""
    if not made(connection):
        return ""
    row = connection.execute("SELECT snapshot_id FROM phutho_store.in_use").fetchone()
    return str(row[0]) if row else ""


def made(connection: Connection) -> bool:
    """Return whether the store's own tables are there."""
    row = connection.execute("SELECT to_regclass('phutho_store.in_use') IS NOT NULL").fetchone()
    return bool(row and row[0])


def draft(connection: Connection, folders: Collection[str]) -> dict[str, str]:
    """Return what waits to be published in folders of the draft: name of a row -> its text."""
    there = connection.execute("SELECT to_regclass('phutho_store.draft') IS NOT NULL").fetchone()
    if not (there and there[0]):
        return {}
    found = connection.execute(
        "SELECT name, row FROM phutho_store.draft"
        " WHERE split_part(name, '/', 1) = ANY(%s) ORDER BY name",
        (list(folders),),
    ).fetchall()
    return {str(name): str(row) for name, row in found}


def redraft(connection: Connection, rows: Mapping[str, str]) -> None:
    """Write rows of what waits; an empty one is gone. The caller commits."""
    connection.execute(DRAFT)
    for name, row in rows.items():
        connection.execute("DELETE FROM phutho_store.draft WHERE name = %s", (name,))
        if row:
            connection.execute("INSERT INTO phutho_store.draft VALUES (%s, %s)", (name, row))


def publish(
    connection: Connection,
    snapshot: Snapshot,
    event: audit.Event,
    *,
    anew: bool = False,
    closed: Collection[str] = (),
) -> audit.Event:
    """Write `snapshot`, put it in use and log it; the caller commits.

    Parameters
    ----------
    connection : Connection
        In a transaction of its own.
    snapshot : Snapshot
        Whole, in the store of this server.
    event : Event
        What is done; ``before`` is what is in use as this server knows it.
    anew : bool
        Write all tables others read again.
    closed : collection of str
        What they are without: own layers, ``own_rows`` for all of them, and
        `lib.tables.disclosure.MARK` for what is reserved. Other tables are there: whoever
        grants on them knows which they are.

    Returns
    -------
    Event
        The act as it stands in the log.

    Raises
    ------
    StoreError
        Another server published meanwhile, or the snapshot is damaged.
    """
    lock(connection)
    before = in_use(connection)
    if before and before != event.before:
        raise StoreError("database.moved_on")
    if not made(connection):
        connection.execute(MADE)
    rows.make_tables(connection)
    _add(connection, snapshot)
    if anew:
        connection.execute("DELETE FROM phutho_store.shown")
    rows.show(connection, snapshot.without({MARK} & set(closed)))
    ownlayers.show(connection, snapshot.without({one for one in closed if ownlayers.is_own(one)}))
    logged = _log(connection, event)
    connection.execute(
        "INSERT INTO phutho_store.in_use (snapshot_id) VALUES (%s)"
        " ON CONFLICT (one) DO UPDATE SET snapshot_id = EXCLUDED.snapshot_id",
        (snapshot.snapshot_id,),
    )
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, snapshot.snapshot_id))
    return logged


def _add(connection: Connection, snapshot: Snapshot) -> None:
    """Write the files of a snapshot; content that is there already is not sent again."""
    manifest = snapshot.manifest
    connection.execute(
        "INSERT INTO phutho_store.snapshot (snapshot_id, created, action, who, border_quality)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            snapshot.snapshot_id,
            manifest.created,
            manifest.action,
            manifest.who,
            manifest.border_quality,
        ),
    )
    for name in names(snapshot):
        path = snapshot.folder / name
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise StoreError("store.snapshot_unreadable", snapshot=snapshot.snapshot_id) from error
        _send(connection, path, digest)
        connection.execute(
            "INSERT INTO phutho_store.file (snapshot_id, name, size, sha256)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (snapshot_id, name)"
            " DO UPDATE SET size = EXCLUDED.size, sha256 = EXCLUDED.sha256",
            (snapshot.snapshot_id, name, path.stat().st_size, digest),
        )


def names(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the files of a snapshot by its manifest, which is the first."""
    tables = (f"{name}.parquet" for name in snapshot.manifest.tables)
    return ("manifest.json", *tables, *(file.stored for file in snapshot.manifest.files))


def _send(connection: Connection, path: Path, digest: str) -> None:
    known = connection.execute(
        "SELECT 1 FROM phutho_store.content WHERE sha256 = %s LIMIT 1", (digest,)
    ).fetchone()
    if known is None:
        for number, part in enumerate(_parts(path)):
            connection.execute(
                "INSERT INTO phutho_store.content (sha256, part, bytes) VALUES (%s, %s, %b)",
                (digest, number, part),
            )


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield file.read(PART)
        while part := file.read(PART):
            yield part


def log(connection: Connection) -> list[audit.Event]:
    """Return all that was done in the database, oldest first, its chain checked.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    lines = connection.execute("SELECT line FROM phutho_store.log ORDER BY number").fetchall()
    return audit.chain(str(line) for (line,) in lines)


def _log(connection: Connection, event: audit.Event) -> audit.Event:
    before = log(connection)
    logged = audit.follow(before[-1:], event)
    connection.execute(
        "INSERT INTO phutho_store.log (number, line) VALUES (%s, %s)",
        (len(before) + 1, audit.line_of(logged)),
    )
    return logged


def last_event(connection: Connection) -> audit.Event | None:
    """Return what was done last, None before the first act."""
    events = log(connection) if made(connection) else []
    return events[-1] if events else None
