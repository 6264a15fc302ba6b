"""Commands on single values with their source: ``fact show``, ``fact set``, ``fact withdraw``."""

import json
from typing import Annotated, Any

import typer

from lib.access.serving import serve_layers
from lib.cli.base import StoreOption, account, app, in_use, open_store, up_to_date
from lib.importing import stating
from lib.language.text import date, t
from lib.store import audit
from lib.store.store import Snapshot, Store
from lib.tables.columns import Column
from lib.tables.glossary import label, value_words
from lib.tables.statements import say
from lib.tables.statements.derive import Said, typed
from lib.tables.statements.record import Statement

fact = typer.Typer(help="Từng số liệu và nguồn của nó: xem, ghi, rút.", no_args_is_help=True)
app.add_typer(fact, name="fact")

TableArgument = Annotated[
    str, typer.Argument(help="Bảng: clusters, weak_supply, substations, assignments.")
]
RowArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Mã dòng, ví dụ HB-025; hai phần thì nối bằng /.")
]
FieldArgument = Annotated[str, typer.Argument(help="Cột, ví dụ area_ha.")]
SourceOption = Annotated[
    str, typer.Option(help="Nguồn: địa chỉ trang, tên tệp hoặc tên văn bản, cuộc họp.")
]


@fact.command("show")
def show_fact(
    table: TableArgument,
    row_id: RowArgument,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc.")] = False,
    store: StoreOption = None,
) -> None:
    """Cho biết từng giá trị của một dòng, nguồn, ngày và nguồn khác nói gì."""
    snapshot = in_use(open_store(store))
    found = say.said(stating.tables_of(snapshot), table, row_id)
    columns = {name: say.stated(table).column(name) for name in found}
    if as_json:
        fields = {name: _plain(columns[name], one) for name, one in found.items()}
        typer.echo(json.dumps({"id": row_id, "fields": fields}, ensure_ascii=False, indent=1))
        return
    for name, one in found.items():
        typer.echo(f"{label(table, name)}: {_in_words(columns[name], one)}")


def _plain(column: Column, said: Said) -> dict[str, Any]:
    """Return what is said of a value as JSON has it."""
    return {
        "value": said.value,
        "source": said.source or None,
        "as_of": said.as_of or None,
        "document_no": said.document_no or None,
        "rule": said.rule,
        "reason": said.reason or None,
        "others": [
            {"value": typed(column, o.value), "source": o.source_url, "as_of": o.as_of}
            for o in said.others
        ],
    }


def _in_words(column: Column, said: Said) -> str:
    if said.rule == "none":
        parts = [value_words(column, said.value)]
    else:
        value, day = value_words(column, said.value), date(said.as_of)
        parts = [t("fact.said", value=value, source=said.source, date=day)]
    if said.document_no:
        parts.append(t("fact.document", number=said.document_no))
    if said.others and said.rule != "none":
        parts.append(t(f"fact.rule_{said.rule}", reason=said.reason))
    parts += [
        t(
            "fact.other",
            value=value_words(column, typed(column, other.value)),
            source=other.source_url,
            date=date(other.as_of),
        )
        for other in said.others
    ]
    return "; ".join(parts)


@fact.command("set")
def set_fact(
    table: TableArgument,
    row_id: RowArgument,
    field: FieldArgument,
    value: Annotated[str, typer.Argument(help="Giá trị: số viết 1234,56 hoặc 1234.56.")],
    source: SourceOption,
    document: Annotated[str, typer.Option(help="Số văn bản, nếu có.")] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", help="Ngày của số liệu, YYYY-MM-DD (mặc định: hôm nay).")
    ] = "",
    note: Annotated[
        str,
        typer.Option(
            help="Lý do chọn giá trị này: có lý do thì dùng, dù nguồn khác mạnh hơn hay mới hơn."
        ),
    ] = "",
    store: StoreOption = None,
) -> None:
    """Ghi một giá trị theo một nguồn; nguồn khác nói khác thì vẫn được giữ."""
    where = up_to_date(store)
    base = in_use(where)
    word = Statement(
        *(table, row_id, field, value, source, as_of),
        document_no=document,
        reason=note,
        who=account(),
        when=audit.moment(),
    )
    _publish(where, stating.said(stating.tables_of(base), [word]), base)


@fact.command("withdraw")
def withdraw_fact(
    table: TableArgument,
    row_id: RowArgument,
    field: FieldArgument,
    source: Annotated[str, typer.Option(help="Nguồn (hoặc số văn bản) đã nói giá trị này.")],
    why: Annotated[str, typer.Option(help="Vì sao rút.")],
    store: StoreOption = None,
) -> None:
    """Rút điều một nguồn nói về một giá trị; còn nguồn khác thì dùng nguồn khác."""
    where = up_to_date(store)
    base = in_use(where)
    what = Statement(
        *(table, row_id, field, "", source, ""),
        reason=why,
        who=account(),
        when=audit.moment(),
    )
    _publish(where, stating.withdrawn(stating.tables_of(base), what), base)


def _publish(store: Store, stated: stating.Stated, base: Snapshot) -> None:
    """Publish, and say which value is in use now and by which part of the rule."""
    made = stating.publish(store, stated, base=base, who=account())
    serve_layers(made)
    tables = stating.tables_of(made)
    for word in stated.words:
        column = say.stated(word.table).column(word.field)
        now = say.said(tables, word.table, word.id)[word.field]
        typer.echo(f"{label(word.table, word.field)} ({word.id}): {_in_words(column, now)}")
        used = not stated.withdrawn and (now.source, str(now.value)) == (
            word.source_url,
            str(typed(column, word.value)),
        )
        if not used and not stated.withdrawn:
            typer.echo(
                t("fact.kept", value=value_words(column, typed(column, word.value))), err=True
            )
    key = "data.published" if made.snapshot_id != base.snapshot_id else "data.nothing_new"
    typer.echo(t(key, snapshot=made.snapshot_id))
