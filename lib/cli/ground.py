"""The commands ``ground``: what lies under the communes, from a file or from OpenStreetMap."""

from pathlib import Path
from typing import Annotated, Final

import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, app, day, in_use, open_store
from lib.importing.direct.tiles import SUFFIXES as TILES
from lib.language.errors import WrongUseError
from lib.language.text import date, number, t
from lib.layers.ground import add as adding
from lib.layers.ground import kept
from lib.settings import settings

ground = typer.Typer(help="Nền bản đồ: đường, sông, điểm dân cư, ảnh.", no_args_is_help=True)
app.add_typer(ground, name="ground")

_FETCHED: Final = "openstreetmap"
"""Name of what `ground fetch` brings; the next one takes its place."""


@ground.command("add")
def add_file(
    file: Annotated[
        Path,
        typer.Argument(
            help=".osm.pbf, GeoPackage, GeoJSON, Shapefile nén (zip), .mbtiles, .pmtiles."
        ),
    ],
    name: Annotated[
        str, typer.Option(help="Tên nền: chữ thường, số, gạch nối (mặc định: theo tên tệp).")
    ] = "",
    source: Annotated[str, typer.Option(help="Nguồn, ghi ở mọi nơi có nền này.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="Ngày số liệu, YYYY-MM-DD.")] = "",
    store: StoreOption = None,
) -> None:
    """Thêm nền bản đồ từ một tệp, cắt theo tỉnh và 15 km xung quanh."""
    if not file.is_file():
        raise WrongUseError("readers.no_file", file=file.name)
    called = kept.name_for(name, file.name)
    where = open_store(store)
    snapshot = in_use(where)
    add = adding.add_pictures if file.suffix.lower() in TILES else adding.add_lines
    made = add(where.folder, snapshot, file, called, source=source.strip(), as_of=day(as_of))
    serve_layers(snapshot)
    typer.echo(_told("ground.added", made))


@ground.command()
def fetch(store: StoreOption = None) -> None:
    """Lấy nền bản đồ từ máy chủ OpenStreetMap (PHUTHO_GROUND_URL)."""
    where = open_store(store)
    snapshot = in_use(where)
    knobs = settings()
    made = adding.fetch_lines(
        where.folder, snapshot, _FETCHED, knobs.ground_url, seconds=knobs.ground_seconds
    )
    serve_layers(snapshot)
    typer.echo(_told("ground.added", made))


@ground.command("list")
def list_grounds(store: StoreOption = None) -> None:
    """Liệt kê các nền bản đồ: có gì, nguồn, ngày số liệu."""
    found = kept.grounds(open_store(store).folder)
    for one in found:
        typer.echo(_told("ground.listed", one))
    if not found:
        typer.echo(t("ground.none"))


@ground.command()
def remove(
    name: Annotated[str, typer.Argument(help="Tên nền, như ground list ghi.")],
    store: StoreOption = None,
) -> None:
    """Bỏ một nền bản đồ."""
    where = open_store(store)
    gone = kept.remove(where.folder, name)
    current = where.current()
    if current is not None:
        serve_layers(current)
    typer.echo(t("ground.removed", name=gone.name))


def _told(key: str, one: kept.Ground) -> str:
    """Return the sentence about a ground: what is in it, whose it is, of which day."""
    counted = {name: number(n) for name, n in one.about.items() if isinstance(n, int)}
    return t(
        key,
        name=one.name,
        what=t(f"ground.{one.kind}", "vi", **counted),
        source=one.source,
        date=date(one.as_of),
        added=date(one.added),
    )
