"""What every command shares: the program, the option of the store, how it ends."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from lib.errors import StoreError
from lib.settings import settings
from lib.store import Snapshot, Store

app = typer.Typer(
    help="Bản đồ cụm công nghiệp và lưới điện tỉnh Phú Thọ.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Thư mục kho dữ liệu (mặc định: PHUTHO_STORE hoặc data/store)."),
]


@app.callback()
def main() -> None:
    """Bản đồ cụm công nghiệp và lưới điện tỉnh Phú Thọ."""


def open_store(folder: Path | None) -> Store:
    """Return the store the option or the settings name."""
    return Store(folder or settings().store)


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


def account() -> str:
    """Return the name of the account that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "?"
