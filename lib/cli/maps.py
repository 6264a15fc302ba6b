"""The commands ``prepare`` (data and map layers) and ``cross-commune`` (the answer as a file)."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import typer

from lib.cli.base import StoreOption, app, caught_up, in_use, open_store, source_of
from lib.cli.takeover import offer
from lib.crossing import answer
from lib.crossing.communes import prepare_communes
from lib.importing.apart import sandbox
from lib.importing.direct import maps
from lib.language.errors import StoreError, WrongUseError
from lib.language.text import date, number, t
from lib.operate import prepare as preparing
from lib.settings import TOLERANCE_RANGE, settings
from lib.store.store import Store
from lib.tables import export
from lib.tables.facts import data_date


class Scope(StrEnum):
    """Extent of the map: the province or the whole country."""

    PROVINCE = "province"
    VIETNAM = "vietnam"


@app.command()
def prepare(
    bundle: Annotated[
        Path | None,
        typer.Option(help="Thư mục ranh giới, cùng đường dẫn như bản phát hành công khai."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Không dùng mạng.")] = False,
    scope: Annotated[
        Scope, typer.Option(help="Phạm vi bản đồ: tỉnh (province) hoặc cả nước (vietnam).")
    ] = Scope.PROVINCE,
    store: StoreOption = None,
) -> None:
    """Chuẩn bị dữ liệu: ranh giới, số liệu, lớp bản đồ."""
    where = open_store(store)
    if _left_as_it_is(where):
        return
    offer(where)
    done = preparing.prepare(
        store=where,
        static=settings().static,
        bundle=bundle or settings().bundle,
        offline=offline,
        simplify_m=settings().simplify_m,
        scope=scope.value,
    )
    for key, values in done.notes:
        typer.echo(t(key, **values), err=True)
    typer.echo(done.summary())
    typer.echo(t("prepare.snapshot", snapshot=done.snapshot.snapshot_id))


def _left_as_it_is(store: Store) -> bool:
    """Return whether the shared database is unreachable: the local snapshot then stays in use."""
    try:
        caught_up(store)
    except StoreError as error:
        whole = store.whole()
        if whole is None:
            raise
        typer.echo(error.message(), err=True)
        preparing.draw(whole, settings().static, simplify_m=settings().simplify_m)
        typer.echo(t("database.prepare_left", when=date(whole.manifest.created)))
        return True
    return False


@app.command("cross-commune")
def cross_commune(
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .csv, .xlsx, .geojson hoặc .gpkg.")],
    tolerance: Annotated[
        float | None,
        typer.Option(help="Sai số ranh giới T, 3-80 m (mặc định: PHUTHO_TOLERANCE_M hoặc 50)."),
    ] = None,
    clusters: Annotated[
        Path | None,
        typer.Option(help="Ranh giới cụm (GeoJSON, GPKG, SHP, KML …): cluster_id, name."),
    ] = None,
    communes: Annotated[
        Path | None, typer.Option(help="Ranh giới xã (GeoJSON, GPKG, SHP, KML …): code, name.")
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
    export.suffix_of(out)
    if clusters is not None and communes is not None:
        given = _from_files(clusters, communes, tolerance)
        borders = t("crosswork.given_borders", communes=communes.name)
        said = t("crosswork.files", clusters=clusters.name, communes=communes.name)
        about = answer.notes(tolerance_m=tolerance, data_date="", borders=borders, sources=said)
    else:
        given, about = _from_store(open_store(store), tolerance)
    answer.write(given, out, about)
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


def _from_files(clusters: Path, communes: Path, tolerance: float) -> answer.Answer:
    for path in (clusters, communes):
        if not path.is_file():
            raise WrongUseError("crosswork.no_file", file=str(path))
    names = f"{clusters.name}, {communes.name}"
    given, drawn = sandbox.run(maps.both, clusters.resolve(), communes.resolve(), name=names)
    borders = prepare_communes(gpd.GeoDataFrame(source_of(given)))
    outlines = gpd.GeoDataFrame(source_of(drawn or given))
    return answer.answer_given(outlines, borders, tolerance_m=tolerance)


def _from_store(store: Store, tolerance: float) -> tuple[answer.Answer, dict[str, str]]:
    snapshot = in_use(store)
    names = ("clusters", "former_units", "ended_units", "communes", "assignments", "outlines")
    tables = {name: snapshot.read(name) for name in names if name in snapshot.manifest.tables}
    about = answer.notes(
        tolerance_m=tolerance,
        data_date=data_date(tables["clusters"]),
        borders=snapshot.manifest.tables["communes"].source,
        sources=", ".join(tables["clusters"]["source_url"].dropna().unique()),
    )
    schematic = snapshot.manifest.border_quality == "schematic"
    found = answer.of_register(
        tables,
        lambda: None if schematic else prepare_communes(gpd.GeoDataFrame(tables["communes"])),
        tolerance_m=tolerance,
    )
    return found, about
