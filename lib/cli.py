"""The command line: what the pages do, without a browser.

Exit codes: 0 done, 2 wrong use, 3 the data was refused and nothing changed.
"""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from lib import crosswork, exports
from lib import prepare as preparing
from lib.errors import PhuThoError, StoreError, WrongUseError
from lib.facts import data_date
from lib.settings import TOLERANCE_RANGE, settings
from lib.store import Store
from lib.text import number, t

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


@app.command("cross-commune")
def cross_commune(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv, .xlsx, .geojson hoặc .gpkg.")],
    tolerance: Annotated[
        float | None,
        typer.Option(help="Sai số ranh giới T, 3-80 m (mặc định: PHUTHO_TOLERANCE_M hoặc 50)."),
    ] = None,
    clusters: Annotated[
        Path | None, typer.Option(help="Ranh giới cụm (GeoJSON, GPKG): cluster_id, name.")
    ] = None,
    communes: Annotated[
        Path | None, typer.Option(help="Ranh giới xã (GeoJSON, GPKG): code, name.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Cụm nằm trên nhiều xã: mỗi bên bao nhiêu hectare, căn cứ, xã chủ trì."""
    if tolerance is None:
        tolerance = settings().tolerance_m
    low, high = TOLERANCE_RANGE
    if not low <= tolerance <= high:
        raise WrongUseError("crosswork.tolerance_range", value=tolerance)
    if (clusters is None) != (communes is None):
        raise WrongUseError("crosswork.both_files")
    exports.suffix_of(out)
    if clusters is not None and communes is not None:
        given = crosswork.answer_files(clusters, communes, tolerance_m=tolerance)
        borders = t("crosswork.given_borders", communes=communes.name)
        said = t("crosswork.files", clusters=clusters.name, communes=communes.name)
        about = crosswork.notes(tolerance_m=tolerance, data_date="", borders=borders, sources=said)
    else:
        given, about = _from_store(open_store(store), tolerance)
    crosswork.write(given, out, about)
    if given.cut is not None:
        for reason, values in zip(
            given.cut.refused["reason"], given.cut.refused["values"], strict=True
        ):
            typer.echo(t(reason, **values), err=True)
    typer.echo(
        t(
            "crosswork.done",
            rows=len(given.rows),
            clusters=given.rows["cluster_id"].nunique(),
            file=out.name,
            tolerance=number(tolerance, unit="m"),
        )
    )


def _from_store(store: Store, tolerance: float) -> tuple[crosswork.Answer, dict[str, str]]:
    snapshot = store.current()
    if snapshot is None:
        raise StoreError("store.empty")
    names = ("clusters", "former_units", "ended_units", "communes", "assignments")
    tables = {name: snapshot.read(name) for name in names}
    about = crosswork.notes(
        tolerance_m=tolerance,
        data_date=data_date(tables["clusters"]),
        borders=snapshot.manifest.tables["communes"].source,
        sources=", ".join(tables["clusters"]["source_url"].dropna().unique()),
    )
    return crosswork.answer(tables, None, None, tolerance_m=tolerance), about


def run() -> None:
    """Run the command line; say a refusal in words and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Windows pipe is cp1252, which has no Vietnamese letters.
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except PhuThoError as error:
        typer.echo(error.message(), err=True)
        raise SystemExit(error.exit_code) from error
