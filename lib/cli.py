"""The command line: what the pages do, without a browser.

Exit codes: 0 done, 2 wrong use, 3 the data was refused and nothing changed.
"""

from pathlib import Path
from typing import Annotated

import typer

from lib import prepare as preparing
from lib.errors import PhuThoError
from lib.settings import settings
from lib.store import Store
from lib.text import t

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


@app.command()
def prepare(
    bundle: Annotated[
        Path | None,
        typer.Option(help="Thư mục ranh giới, cùng đường dẫn như bản phát hành công khai."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Không dùng mạng.")] = False,
    store: StoreOption = None,
) -> None:
    """Chuẩn bị dữ liệu: ranh giới, số liệu, lớp bản đồ."""
    done = preparing.prepare(
        store=open_store(store),
        static=settings().static,
        bundle=bundle or settings().bundle,
        offline=offline,
        simplify_m=settings().simplify_m,
    )
    for key, values in done.notes:
        typer.echo(t(key, **values), err=True)
    typer.echo(done.summary())
    typer.echo(t("prepare.snapshot", snapshot=done.snapshot.snapshot_id))


def run() -> None:
    """Run the command line; say a refusal in words and exit with its code."""
    try:
        app()
    except PhuThoError as error:
        typer.echo(error.message(), err=True)
        raise SystemExit(error.exit_code) from error
