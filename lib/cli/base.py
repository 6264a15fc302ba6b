"""Shared by all commands: the Typer app, the option ``--store``, the store, exit codes."""

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated, Final

import typer

from lib.access.serving import closed_to_strangers, serve_layers
from lib.importing.direct import tables
from lib.language.errors import StoreError, WrongUseError
from lib.language.text import date, t, today
from lib.settings import province, settings
from lib.store.database import connect
from lib.store.store import Snapshot, Store
from lib.tables.sample import Source

_HELP: Final = f"Bản đồ cụm công nghiệp và lưới điện tỉnh {province().name}."

app = typer.Typer(
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Thư mục kho dữ liệu (mặc định: PHUTHO_STORE hoặc data/store)."),
]


@app.callback(help=_HELP)
def main() -> None:
    """Take the options before a command; there are none."""


def typed_day(typed: str) -> dt.date | None:
    """Return a day typed as ISO 8601, None where none was.

    Raises
    ------
    WrongUseError
        It is written otherwise.
    """
    try:
        return dt.date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise WrongUseError("data.bad_day", value=typed) from error


def day(typed: str) -> str:
    """Return the day of data or of a document as ISO 8601, empty for none.

    Raises
    ------
    WrongUseError
        It is written otherwise, or is still to come: no source speaks of tomorrow, and
        the newer of two would be believed.
    """
    found = typed_day(typed)
    if found and found > today():
        raise WrongUseError("data.day_to_come", value=date(typed), today=date(today()))
    return found.isoformat() if found else ""


def open_store(folder: Path | None) -> Store:
    """Open the store named by the option or the settings."""
    return connect.open_store(folder or settings().store, closed=closed_to_strangers)


def up_to_date(folder: Path | None) -> Store:
    """Open the store and bring it up to date with the shared database.

    Raises
    ------
    StoreError
        The shared database cannot be reached: nothing could be published either.
    """
    store = open_store(folder)
    caught_up(store)
    return store


def caught_up(store: Store) -> bool:
    """Put in use what the shared database has in use, if there is one; return if it was new."""
    if store.shared is None:
        return False

    def ready(snapshot: Snapshot) -> None:
        serve_layers(snapshot)

    return connect.follow(store, ready) is not None


def in_use(store: Store) -> Snapshot:
    """Return the snapshot in use.

    Raises
    ------
    StoreError
        There is none yet.
    """
    snapshot = store.current()
    if snapshot is None:
        raise StoreError("store.empty")
    return snapshot


def source_of(given: tables.Given) -> Source:
    """Return what a file gives, after saying what was found in it.

    Raises
    ------
    DataRefusedError
        Something in it is refused, or asked and nobody is here to answer: the first of it.
    """
    grave = tables.grave(given.findings)
    for finding in given.findings:
        if finding not in grave[:1]:
            typer.echo(f"{t(f'data.level_{finding.level}')}: {finding.message()}", err=True)
    if given.source is None:
        raise tables.refusal(grave[0])
    return given.source


def account() -> str:
    """Return the name of the account that runs the command."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # without a name, as in some containers
        return "?"
