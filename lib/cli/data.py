"""Commands that bring data in, go back and save it: ``import``, ``snapshots``, ``backup``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, account, app, day, in_use, open_store, up_to_date
from lib.importing import bring
from lib.importing.apart import sandbox
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, StoreError, WrongUseError
from lib.language.text import date, nfc, number, t, today
from lib.operate import backup, remove, restore
from lib.settings import province
from lib.store import history
from lib.store.store import Snapshot, Store
from lib.tables.sample import has_sample, title

snapshots = typer.Typer(help="Các bản dữ liệu: xem, so sánh, khôi phục.", no_args_is_help=True)
app.add_typer(snapshots, name="snapshots")

LAST_WHOLE: Final = "last-whole"
"""Instead of the name of a snapshot: the newest one that is whole, but for the one in use."""


_CRS: Final = {str(zone.epsg): zone.epsg for zone in province().crs.zones}
"""EPSG codes a file can be read in, as they are typed."""


def crs_code(typed: str) -> int:
    """Return the EPSG code typed; one the province does not use is wrong use."""
    if typed not in _CRS:
        raise typer.BadParameter(", ".join(_CRS))
    return _CRS[typed]


@app.command("import")
def import_files(
    kind: Annotated[str, typer.Argument(help="Loại dữ liệu: outlines, clusters, communes, …")],
    files: Annotated[list[Path], typer.Argument(help="Một hoặc nhiều tệp.")],
    crs: Annotated[
        int | None,
        typer.Option(
            help="Hệ tọa độ (EPSG) của tệp không tự ghi hệ tọa độ.",
            parser=crs_code,
            metavar=f"[{'|'.join(_CRS)}]",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra.")] = False,
    report: Annotated[Path | None, typer.Option(help="Ghi báo cáo JSON vào tệp này.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Xác nhận mọi điểm cần xác nhận, trừ hệ tọa độ.")
    ] = False,
    swap_xy: Annotated[bool, typer.Option("--swap-xy", help="Trong tệp, X và Y đổi chỗ.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Bỏ các dòng không có trong tệp.")
    ] = False,
    as_of: Annotated[
        str, typer.Option("--as-of", help="Ngày số liệu, YYYY-MM-DD (mặc định: hôm nay).")
    ] = "",
    commune: Annotated[
        list[str] | None,
        typer.Option(help="Xã của một tên cũ bị chia, dạng TÊN=MÃ; TÊN= để trống."),
    ] = None,
    cluster: Annotated[
        str, typer.Option(help="Mã cụm của ranh giới, khi tệp (như DXF vẽ trên lớp 0) không ghi.")
    ] = "",
    accuracy: Annotated[float | None, typer.Option(help="Sai số ranh giới cụm, mét.")] = 0.5,
    store: StoreOption = None,
) -> None:
    """Nhập tệp của cơ quan: đọc, kiểm tra, công bố một bản dữ liệu mới."""
    options = Options(
        bring.kind_of(kind),
        as_of=day(as_of) or today().isoformat(),
        crs=crs,
        swapped=swap_xy,
        replace=replace,
        accuracy_m=accuracy,
        communes=dict(answer(text) for text in commune or []),
        cluster=cluster,
    )
    sandbox.ready()
    where = open_store(store) if dry_run else up_to_date(store)
    base = in_use(where)
    draft = sandbox.draft_of([(path, path.name) for path in files], options, base)
    for finding in draft.findings:
        typer.echo(f"{t(f'data.level_{finding.level}')}: {finding.message()}", err=True)
    if report is not None:
        text = json.dumps(draft.report(), ensure_ascii=False, indent=1, default=str)
        report.write_text(text, encoding="utf-8")
    for table, count in draft.counts.items():
        typer.echo(_said("data.counts", title(table, sample=draft.sample(table)), vars(count)))
    if draft.refused or not draft.tables:
        raise DataRefusedError("importing.refused", count=len(draft.of("refused")))
    if dry_run:
        typer.echo(t("data.dry_run"))
        return
    originals = {path.name: path.read_bytes() for path in files}
    made = bring.publish(where, draft, base=base, files=originals, who=account(), confirmed=yes)
    serve_layers(made)
    key = "data.published" if made.snapshot_id != base.snapshot_id else "data.nothing_new"
    typer.echo(t(key, snapshot=made.snapshot_id))


def _said(key: str, table: str, counts: Mapping[str, int]) -> str:
    """Return the sentence that counts the rows of one table an import touches."""
    values: dict[str, object] = {name: number(count) for name, count in counts.items()}
    return t(key, "vi", table=table, **values)


def answer(text: str) -> tuple[str, str]:
    """Return name and code of an answer typed as ``NAME=CODE``."""
    name, sign, code = text.partition("=")
    if not sign or not name.strip():
        raise WrongUseError("data.bad_answer", value=text)
    return nfc(name), code.strip()


@snapshots.command("list")
def list_snapshots(store: StoreOption = None) -> None:
    """Liệt kê các bản dữ liệu, mới nhất trước."""
    where = open_store(store)
    current = in_use(where).snapshot_id
    for snapshot in where.snapshots():
        manifest = snapshot.manifest
        mark = "*" if snapshot.snapshot_id == current else " "
        said = t(f"data.action_{manifest.action}")
        typer.echo(
            f"{mark} {snapshot.snapshot_id}  {date(manifest.created)}  {said}  {manifest.who}"
        )


@snapshots.command("show")
def show_snapshot(
    snapshot_id: Annotated[str, typer.Argument(help="Mã bản dữ liệu.")], store: StoreOption = None
) -> None:
    """Cho biết một bản dữ liệu có gì và khác bản trước ở đâu."""
    where = open_store(store)
    snapshot = where.open(snapshot_id)
    manifest = snapshot.manifest
    typer.echo(f"{snapshot.snapshot_id}  {manifest.created}  {manifest.action}  {manifest.who}")
    for name, info in manifest.tables.items():
        told = (number(info.rows), info.source, date(info.as_of), info.crs or "-", info.sha256)
        mark = f"  {t('gaps.sample_yes')}" if _made_up(snapshot, name) else ""
        typer.echo(f"  {name}: {'  '.join(told)}{mark}")
    for file in manifest.files:
        typer.echo(f"  {file.stored}: {file.name}  {file.size} B  {file.sha256}")
    earlier = [s for s in where.snapshots() if s.snapshot_id < snapshot_id]
    if earlier:
        for name, difference in history.compare(earlier[0], snapshot).items():
            counted = {key: len(rows) for key, rows in difference.counted().items()}
            called = title(name, sample=difference.sample)
            typer.echo(_said("data.difference", called, counted))


def _made_up(snapshot: Snapshot, name: str) -> bool:
    try:
        return has_sample(snapshot.check(name))
    except StoreError:  # what is in a damaged snapshot is still listed
        return False


@snapshots.command("restore")
def restore_snapshot(
    snapshot_id: Annotated[
        str,
        typer.Argument(help="Mã bản dữ liệu, hoặc last-whole: bản gần nhất còn nguyên."),
    ],
    store: StoreOption = None,
) -> None:
    """Dùng lại một bản dữ liệu cũ; bản đang dùng vẫn được giữ."""
    where = up_to_date(store)
    if snapshot_id == LAST_WHOLE:
        before = where.last_whole()
        if before is None:
            raise StoreError("audit.none_whole")
        snapshot_id = before.snapshot_id
    made = where.restore(snapshot_id, who=account())
    serve_layers(made)
    typer.echo(t("data.restored", snapshot=made.snapshot_id))


@app.command("backup")
def backup_store(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu (.zip).")], store: StoreOption = None
) -> None:
    """Sao lưu toàn bộ kho dữ liệu vào một tệp."""
    made = backup.backup(_not_empty(open_store(store)), file)
    typer.echo(
        t(
            "data.backed_up",
            file=file.name,
            snapshots=number(len(made.snapshots)),
            files=number(made.files),
        )
    )


@app.command("restore-backup")
def restore_backup(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu (.zip).")], store: StoreOption = None
) -> None:
    """Lấy lại kho dữ liệu từ tệp sao lưu; bản đang có không bị xóa."""
    if not file.is_file():
        raise WrongUseError("readers.no_file", file=file.name)
    where = up_to_date(store)
    made = restore.restore_backup(file, where)
    serve_layers(in_use(where))
    typer.echo(t("data.restored", snapshot=made.current))
    for note in made.notes:
        typer.echo(note.message())


@app.command("remove-data")
def remove_data(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu (.zip) ghi trước khi xóa.")],
    yes: Annotated[bool, typer.Option("--yes", help="Xóa thật, sau khi đã sao lưu.")] = False,
    store: StoreOption = None,
) -> None:
    """Xóa toàn bộ dữ liệu của kho, sau khi sao lưu; không có --yes thì chỉ nói sẽ xóa gì."""
    where = _not_empty(open_store(store))
    there = remove.held(where)
    typer.echo(
        t(
            "remove.held",
            folder=where.folder,
            snapshots=number(len(there.snapshots)),
            acts=number(there.acts),
            files=number(there.files),
            mb=number(there.size / 1e6, digits=1),
        )
    )
    if not yes:
        raise WrongUseError("remove.not_yet", file=file.name)
    remove.remove(where, file)
    typer.echo(t("remove.done", file=file.name))


def _not_empty(store: Store) -> Store:
    in_use(store)
    return store
