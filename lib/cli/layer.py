"""Commands on the office's own layers: ``layer add``, ``list``, ``show``, ``remove``."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, account, app, day, in_use, open_store, up_to_date
from lib.cli.data import answer, crs_code
from lib.importing import bring
from lib.importing.apart import sandbox
from lib.importing.ownlayers import bring as ownbring
from lib.importing.ownlayers import compare
from lib.importing.ownlayers.rows import Wanted
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.findings import Finding
from lib.language.text import date, nfc, number, t, today
from lib.places.owntable import geo_table, plain_table
from lib.settings import province
from lib.store.store import Snapshot
from lib.tables import export
from lib.tables.glossary import value_label
from lib.tables.ownlayers import MATCHES, TABLE, OwnLayer, layers_of, named
from lib.tables.symbology import (
    CLASSES,
    COLOURS,
    DECIMALS,
    SHAPES,
    UNIT,
    Symbology,
)

layer = typer.Typer(help="Lớp dữ liệu riêng của cơ quan.", no_args_is_help=True)
app.add_typer(layer, name="layer")

_CHANGES: Final = 30
"""Most differences a command says."""
_NOTES: Final = 60
"""Most notes of a kind a command says; refusals and questions are all said."""
_PLACE: Final = "commune_code"
_FORMATS: Final = (".csv", ".geojson")
_COLOURS, _SHAPES = "|".join(COLOURS), "|".join(SHAPES)
_ZONES: Final = "|".join(str(zone.epsg) for zone in province().crs.zones)


@layer.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="Bảng (XLSX, CSV, DOCX) hoặc lớp bản đồ.")],
    name: Annotated[str, typer.Option(help="Tên lớp; trùng tên thì thay lớp cũ.")],
    place: Annotated[str, typer.Option(help="Cột ghi xã, phường.")] = "",
    value: Annotated[str, typer.Option(help="Cột số để tô màu.")] = "",
    source: Annotated[str, typer.Option(help="Nguồn số liệu, bằng lời.")] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", help="Ngày số liệu, YYYY-MM-DD (mặc định: hôm nay).")
    ] = "",
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Giữ cả dòng chưa rõ xã, không đặt lên bản đồ.")
    ] = False,
    crs: Annotated[
        int | None,
        typer.Option(help="Hệ tọa độ (EPSG) của cột X, Y.", parser=crs_code, metavar=f"[{_ZONES}]"),
    ] = None,
    commune: Annotated[
        list[str] | None,
        typer.Option(help="Xã của một tên, dạng TÊN=MÃ; TÊN= để chưa rõ."),
    ] = None,
    unit: Annotated[str, typer.Option(help="Đơn vị của cột số.")] = "",
    colour: Annotated[str, typer.Option(help="Màu của lớp.", metavar=f"[{_COLOURS}]")] = "",
    shape: Annotated[str, typer.Option(help="Ký hiệu của lớp.", metavar=f"[{_SHAPES}]")] = "",
    classes: Annotated[
        int, typer.Option(help="Số khoảng, nhiều nhất.", min=CLASSES[0], max=CLASSES[1])
    ] = CLASSES[1],
    decimals: Annotated[
        int | None, typer.Option(help="Số chữ số thập phân.", min=0, max=DECIMALS)
    ] = None,
    store: StoreOption = None,
) -> None:
    """Đưa một bảng của cơ quan lên bản đồ thành một lớp."""
    if not nfc(name):
        raise WrongUseError("ownlayers.no_name")
    drawn = _symbology(
        unit=nfc(unit), colour=colour, shape=shape, classes=classes, decimals=decimals
    )
    wanted = Wanted(
        nfc(name),
        day(as_of) or today().isoformat(),
        nfc(source),
        nfc(place),
        nfc(value),
        skip_unknown=skip_unknown,
        crs=crs,
        communes=dict(answer(text) for text in commune or []),
        symbology=drawn,
    )
    sandbox.ready()
    where = up_to_date(store)
    base = in_use(where)
    draft = sandbox.run(
        ownbring.draft_of, [(file.resolve(), file.name)], wanted, base, name=file.name
    )
    _say_findings(draft.findings)
    if draft.refused or not draft.tables:
        raise DataRefusedError("importing.refused", count=len(draft.of("refused")))
    originals = {file.name: file.read_bytes()}
    made = bring.publish(where, draft, base=base, files=originals, who=account(), confirmed=True)
    serve_layers(made)
    counts = {key: number(count) for key, count in vars(draft.counts[TABLE]).items()}
    typer.echo(t("data.counts", "vi", table=wanted.name, **counts))
    typer.echo(_matched(named(_layers(made), wanted.name)))
    _say_changes(base, draft.tables, wanted.name)
    key = "data.published" if made.snapshot_id != base.snapshot_id else "data.nothing_new"
    typer.echo(t(key, snapshot=made.snapshot_id))


@layer.command("list")
def list_layers(store: StoreOption = None) -> None:
    """Liệt kê các lớp: tên, số dòng, ngày số liệu, nguồn, cách tìm ra xã."""
    for one in _layers(in_use(open_store(store))):
        source = one.source or one.source_url
        rows = t("ownlayers.rows", count=number(len(one.rows)))
        typer.echo(f"{one.name}  {rows}  {date(one.as_of)}  {source}  {_matched(one)}")


@layer.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Tên lớp.")],
    out: Annotated[Path, typer.Option(help="Tệp ra: .csv hoặc .geojson.")],
    store: StoreOption = None,
) -> None:
    """Ghi một lớp ra tệp: các cột của cơ quan, thêm mã xã, tên xã và cách tìm ra."""
    if out.suffix.lower() not in _FORMATS:
        raise WrongUseError(
            "exports.unknown_format", file=out.name, formats=", ".join(f[1:] for f in _FORMATS)
        )
    base = in_use(open_store(store))
    one, communes = named(_layers(base), name), base.read("communes")
    if out.suffix.lower() == ".csv":
        content = export.to_csv(plain_table(one, communes))
    else:
        notes = {
            t("ownlayers.name"): one.name,
            t("ownlayers.source"): one.source or one.source_url,
            t("about.as_of"): date(one.as_of),
            t("ownlayers.position"): t("ownlayers.label_points"),
        }
        content = export.to_geojson(geo_table(one, communes), notes=notes)
    out.write_bytes(content)
    typer.echo(t("ownlayers.written", name=one.name, count=number(len(one.rows)), file=out.name))


@layer.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="Tên lớp.")], store: StoreOption = None
) -> None:
    """Bỏ một lớp; các bản dữ liệu trước vẫn giữ lớp đó."""
    where = up_to_date(store)
    base = in_use(where)
    one = named(_layers(base), name)
    made = ownbring.remove(where, one, base=base, who=account())
    serve_layers(made)
    typer.echo(t("ownlayers.removed", name=one.name, snapshot=made.snapshot_id))


def _layers(snapshot: Snapshot) -> tuple[OwnLayer, ...]:
    there = TABLE in snapshot.manifest.tables
    return layers_of({TABLE: snapshot.read(TABLE)} if there else {})


def _matched(one: OwnLayer) -> str:
    """Return how many rows were found how, in words."""
    counts = one.rows["match"].value_counts()
    return "; ".join(
        f"{value_label('own_match', match)}: {number(int(counts[match]))}"
        for match in MATCHES
        if match in counts
    )


def _say_findings(findings: Iterable[Finding]) -> None:
    """Say what was found, by row; of what is only a note the first of each kind and a count."""
    said: Counter[str] = Counter()
    more = 0
    for finding in findings:
        if finding.level in {"note", "mended"}:
            said[finding.key] += 1
            if said[finding.key] > _NOTES:
                more += 1
                continue
        typer.echo(f"{t(f'data.level_{finding.level}')}: {finding.message()}", err=True)
    if more:
        typer.echo(t("ownlayers.more_notes", count=number(more)), err=True)


def _say_changes(base: Snapshot, tables: Mapping[str, pd.DataFrame], name: str) -> None:
    """Say which rows of a layer that was there are new, gone or other."""
    before = base.read(TABLE) if TABLE in base.manifest.tables else None
    old, new = compare.in_use(before, name), compare.in_use(tables[TABLE], name)
    if old is None or new is None:
        return
    found = list(compare.changes(old, new))
    for one in found[:_CHANGES]:
        typer.echo(
            t(f"ownlayers.row_{one.kind}", "vi", **vars(one) | {"column": one.column or _PLACE})
        )
    if len(found) > _CHANGES:
        typer.echo(t("ownlayers.more_changes", "vi", count=number(len(found) - _CHANGES)))


def _symbology(**chosen: Any) -> Symbology | None:  # noqa: ANN401 - options of the command
    """Return how a layer is to be drawn, None where no option says it."""
    for name, known in (("colour", COLOURS), ("shape", SHAPES)):
        if chosen[name] and chosen[name] not in known:
            raise WrongUseError(
                "ownlayers.no_choice", option=name, value=chosen[name], known=", ".join(known)
            )
    if len(chosen["unit"]) > UNIT:
        raise WrongUseError("ownlayers.long_unit", most=UNIT)
    drawn = Symbology(**chosen)
    return drawn if drawn.kept() else None
