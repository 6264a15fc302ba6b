"""Commands on the documents that are attached: ``document add``, ``list``, ``save`` and others."""

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, account, app, day, in_use, open_store, up_to_date
from lib.importing import bring
from lib.importing.apart.document import kind_of_bytes, read_folder, write_folder
from lib.importing.documents import Attachment, draft_of, refuse_large, subject
from lib.importing.draft import Draft
from lib.language.errors import WrongUseError
from lib.language.text import date, is_blank, number, t, today
from lib.store import documents
from lib.store.store import Snapshot, Store

document = typer.Typer(
    help="Tài liệu đính kèm: thêm, liệt kê, lấy ra, xuất và nhập cả bộ.", no_args_is_help=True
)
app.add_typer(document, name="document")


@document.command("add")
def add_document(
    file: Annotated[Path, typer.Argument(help="Tệp PDF, PNG, JPEG hoặc DOCX, tối đa 20 MB.")],
    of: Annotated[
        str,
        typer.Option(help="Đính kèm vào đâu: clusters:MÃ, conclusions:MÃ, statements:BẢNG/MÃ/CỘT."),
    ],
    document_no: Annotated[str, typer.Option("--document", help="Số văn bản.")] = "",
    dated: Annotated[str, typer.Option("--date", help="Ngày văn bản, YYYY-MM-DD.")] = "",
    note: Annotated[str, typer.Option(help="Ghi chú.")] = "",
    store: StoreOption = None,
) -> None:
    """Đính kèm một tài liệu vào một cụm, một kết luận hoặc một giá trị."""
    table, row_id = subject(of)
    if not file.is_file():
        raise WrongUseError("readers.no_file", file=file.name)
    refuse_large(file.name, file.stat().st_size)
    given = Attachment(
        file.name,
        file.read_bytes(),
        table,
        row_id,
        today().isoformat(),
        document_no or None,
        day(dated) or None,
        note or None,
    )
    where = up_to_date(store)
    base = in_use(where)
    names = {documents.TABLE, table} & set(base.manifest.tables)
    draft = draft_of(given, kind_of_bytes(given), {name: base.read(name) for name in names})
    _publish(where, base, draft, {given.name: given.content})


@document.command("list")
def list_documents(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc.")] = False,
    store: StoreOption = None,
) -> None:
    """Liệt kê tài liệu đính kèm của bản đang dùng; báo tài liệu bị mất hoặc hỏng."""
    where = open_store(store)
    table = _table(in_use(where))
    lost = set(documents.lost(where, table))
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    if as_json:
        told = [{**row, "whole": row["name"] not in lost} for row in rows]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for row in rows:
        dated = "-" if is_blank(row["date"]) else date(row["date"])
        number_of = row["document_no"] or "-"
        of = f"{row['of_table']}:{row['of_id']}"
        typer.echo("  ".join(map(str, (row["sha256"], of, row["name"], number_of, dated))))
    for name in sorted(lost):
        typer.echo(t("documents.lost", name=name), err=True)


@document.command("save")
def save_document(
    sha256: Annotated[str, typer.Argument(help="Mã sha256 của tài liệu.")],
    out: Annotated[Path, typer.Option(help="Tệp ghi ra: .pdf, .png, .jpg hoặc .docx.")],
    store: StoreOption = None,
) -> None:
    """Lấy một tài liệu đính kèm ra thành tệp, đúng từng byte."""
    where = open_store(store)
    content = documents.read(where, _table(in_use(where)), sha256)
    out.write_bytes(content)
    typer.echo(t("reports.done", file=out.name, size=number(len(content) / 1000, unit="KB")))


@document.command("export")
def export_documents(
    folder: Annotated[Path, typer.Argument(help="Thư mục ghi ra.")], store: StoreOption = None
) -> None:
    """Xuất mọi tài liệu đính kèm và danh sách của chúng ra một thư mục."""
    where = open_store(store)
    count = write_folder(where, in_use(where), folder)
    typer.echo(t("documents.exported", count=number(count), folder=folder.name))


@document.command("import")
def import_documents(
    folder: Annotated[Path, typer.Argument(help="Thư mục do document export ghi ra.")],
    store: StoreOption = None,
) -> None:
    """Nhập lại cả bộ tài liệu từ một thư mục, một lần công bố."""
    where = up_to_date(store)
    base = in_use(where)
    draft, contents = read_folder(folder, base, as_of=today().isoformat())
    _publish(where, base, draft, contents)


def _table(snapshot: Snapshot) -> pd.DataFrame:
    if documents.TABLE not in snapshot.manifest.tables:
        return pd.DataFrame({"sha256": [], "name": []})
    return snapshot.read(documents.TABLE)


def _publish(where: Store, base: Snapshot, draft: Draft, contents: dict[str, bytes]) -> None:
    """Publish a draft with the files that are not kept yet."""
    if not draft.changes:
        typer.echo(t("data.nothing_new", snapshot=base.snapshot_id))
        return
    files = documents.new_ones(where, contents)
    made = bring.publish(where, draft, base=base, files=files, who=account(), confirmed=True)
    serve_layers(made)
    count = number(len(contents))
    typer.echo(t("documents.attached", count=count, snapshot=made.snapshot_id))
