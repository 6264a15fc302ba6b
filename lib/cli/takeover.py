"""The command ``take-over``, and the question ``prepare`` asks before it starts empty."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, account, app, in_use, up_to_date
from lib.language.errors import WrongUseError
from lib.language.text import date, fold, number, t
from lib.operate import takeover
from lib.settings import Settings
from lib.store.store import Store

_YES: Final = frozenset({"", "c", "co", "y", "yes"})
_NO: Final = frozenset({"k", "khong", "n", "no"})


@app.command("take-over")
def take_over(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Thư mục bản cũ (mặc định: bản mới nhất nằm cạnh thư mục này)."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Chép dữ liệu của bản chương trình cũ sang bản này; bản cũ giữ nguyên."""
    if folder is None:
        found = takeover.neighbours()
        if not found:
            raise WrongUseError("takeover.none")
        folder = found[0].folder
    where = up_to_date(store)
    _take(folder, where)
    serve_layers(in_use(where))


def offer(store: Store) -> None:
    """Say that a version used before has data, before a store of this folder starts empty.

    At a terminal it is asked whether to take it over; elsewhere nothing is taken.
    """
    default = Settings.model_fields["store"].default
    if store.folder != default or store.shared is not None or (store.folder / "CURRENT").exists():
        return
    found = takeover.neighbours()
    if not found:
        return
    newest = found[0]
    when = date(newest.changed)
    typer.echo(t("takeover.found", folder=newest.folder, when=when))
    if sys.stdin.isatty() and _wanted():
        _take(newest.folder, store)
    else:
        typer.echo(t("takeover.left", folder=newest.folder))


def _wanted() -> bool:
    while True:
        typer.echo(t("takeover.ask"), nl=False)
        said = sys.stdin.readline()
        answer = fold(said).strip()
        if said and answer in _YES:
            return True
        if not said or answer in _NO:
            return False


def _take(folder: Path, store: Store) -> None:
    made = takeover.take_over(takeover.store_of(folder), store, who=account())
    snapshots = number(len(made.snapshots))
    typer.echo(t("takeover.done", folder=folder, snapshots=snapshots, snapshot=made.current))
    for note in made.notes:
        typer.echo(note.message())
