"""Connect to the database server, and turn its errors into refusals in words.

No message of the server or the driver is ever passed on: both may quote parts
of ``DATABASE_URL``, and with them a password.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import conninfo, errors

from lib.language.errors import StoreError

Connection = psycopg.Connection[tuple[object, ...]]

_USUAL: Final = {
    "application_name": "phutho",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""A server that fell silent is given up after some 15 s; what the URL itself says wins."""
LOCK_SECONDS: Final = 20
"""How long a publisher waits for the one before, as at the store's own lock."""

_MEANING: Final[tuple[tuple[type[psycopg.Error], str], ...]] = (
    (errors.LockNotAvailable, "database.busy"),
    (errors.InsufficientPrivilege, "database.no_right"),
    (errors.ReadOnlySqlTransaction, "database.no_right"),
    (errors.DiskFull, "database.full"),
    (errors.DataError, "database.not_taken"),
    (errors.IntegrityError, "database.not_taken"),
    (errors.ProgrammingError, "database.other_tables"),
)


def parameters(url: str) -> dict[str, str]:
    """Return the parameters of a connection that `url` asks for.

    Raises
    ------
    StoreError
        It is no address of a database.
    """
    try:
        own = conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise StoreError("database.bad_url") from None  # the cause quotes the address
    return {**_USUAL, **{name: str(value) for name, value in own.items() if value is not None}}


@contextmanager
def connected(link: dict[str, str], *, autocommit: bool = False) -> Iterator[Connection]:
    """Connect, and close at the end whatever happened: what was not committed is undone.

    Raises
    ------
    StoreError
        The server does not answer or does not let us in, or the block failed at it.
    """
    with refusals():
        connection = _connect(link, autocommit=autocommit)
        try:
            yield connection
        finally:
            connection.close()


def _connect(link: dict[str, str], *, autocommit: bool) -> Connection:
    try:
        # Nothing is prepared on the server: a pooler may hand each transaction to another one.
        return psycopg.connect(
            conninfo.make_conninfo(**link), autocommit=autocommit, prepare_threshold=None
        )
    except psycopg.OperationalError as error:
        answered = "FATAL" in str(error)  # the one word of the server that is not translated
        raise StoreError("database.not_let_in" if answered else "database.unreachable") from None


@contextmanager
def refusals() -> Iterator[None]:
    """Turn an error of the driver into a refusal in words."""
    try:
        yield
    except psycopg.Error as error:
        for kind, key in _MEANING:
            if isinstance(error, kind):
                raise StoreError(key) from None
        raise StoreError("database.lost") from None
