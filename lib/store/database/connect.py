"""A PostgreSQL server with PostGIS that several app servers share.

What pages read stays the store of each server: fast, and there without a
network. With ``DATABASE_URL`` set a snapshot is in use only once the database
has it, in one transaction, and each server follows what is in use there.

The driver is a requirement of servers only: nothing of it is imported before
``DATABASE_URL`` names a database.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from lib.language.errors import StoreError, WrongUseError
from lib.settings import settings
from lib.store.store import Snapshot, Store

if TYPE_CHECKING:
    from lib.store.database.postgis import Database

# ruff: noqa: PLC0415  What is imported inside needs the driver.


def open_store(folder: Path, *, closed: Callable[[], Collection[str]] = tuple) -> Store:
    """Return the store of `folder`, shared if ``DATABASE_URL`` names a database.

    Parameters
    ----------
    closed : callable
        Says at each publication what tables others read in the database are without: own
        layers, ``own_rows.NAME``, and `lib.tables.disclosure.MARK` for what is reserved.

    Raises
    ------
    StoreError
        It does, and the driver is not installed or cannot read it.
    """
    shared = None if settings().database_url is None else database(closed=closed)
    return Store(folder, shared)


def database(*, closed: Callable[[], Collection[str]] = tuple) -> "Database":
    """Return the database ``DATABASE_URL`` names; nothing is connected yet.

    Parameters
    ----------
    closed : callable
        As of `open_store`.

    Raises
    ------
    WrongUseError
        It names none.
    StoreError
        The driver is not installed, or cannot read what it says.
    """
    url = settings().database_url
    if url is None:
        raise WrongUseError("database.not_set")
    try:
        from lib.store.database.postgis import Database
    except ImportError as error:
        raise StoreError("database.no_driver") from error
    return Database(url.get_secret_value(), closed=closed)


def follow(store: Store, ready: Callable[[Snapshot], object]) -> Snapshot | None:
    """Put in use here what is in use in the database; see `lib.store.database.following`."""
    shared = database()
    from lib.store.database import following

    return following.follow(store, shared, ready)
