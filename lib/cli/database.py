"""Commands for the database several servers share: ``database pull``, ``push``, ``status``."""

from pathlib import Path
from typing import Annotated

import typer

from lib.access.serving import closed_to_strangers
from lib.cli.base import StoreOption, account, app, caught_up, in_use, open_store
from lib.language.errors import StoreError
from lib.language.text import date, number, t
from lib.store import audit
from lib.store.database import connect

commands = typer.Typer(
    help="Cơ sở dữ liệu PostGIS dùng chung cho nhiều máy chủ (DATABASE_URL).",
    no_args_is_help=True,
)
app.add_typer(commands, name="database")


@commands.command()
def pull(store: StoreOption = None) -> None:
    """Dùng bản dữ liệu của cơ sở dữ liệu chung trên máy chủ này."""
    where = open_store(store)
    shared = connect.database().in_use()
    if not shared:
        raise StoreError("database.empty")
    key = "database.pulled" if caught_up(where) else "database.same"
    typer.echo(t(key, snapshot=in_use(where).snapshot_id))


@commands.command()
def push(store: StoreOption = None) -> None:
    """Đưa bản dữ liệu đang dùng lên cơ sở dữ liệu chung còn trống, hoặc ghi lại các bảng của nó."""
    where = open_store(store)
    snapshot = in_use(where)
    event = audit.Event(
        audit.now(),
        account(),
        snapshot.manifest.action,
        snapshot.snapshot_id,
        snapshot.snapshot_id,
        dict(snapshot.manifest.details),
    )
    connect.database(closed=closed_to_strangers).publish(snapshot, event, anew=True)
    typer.echo(t("database.pushed", snapshot=snapshot.snapshot_id))


@commands.command()
def status(store: StoreOption = None) -> None:
    """Cho biết cơ sở dữ liệu chung có gì, còn nguyên không, máy chủ này đã theo kịp chưa."""
    here = open_store(store).current()
    name = here.snapshot_id if here else ""
    found = connect.database().status()
    if not found.in_use:
        raise StoreError("database.empty")
    typer.echo(
        t(
            "database.status_in_use",
            snapshot=found.in_use,
            snapshots=number(found.snapshots),
            events=number(found.events),
        )
    )
    if found.last is not None:
        when, who = date(found.last.when), found.last.who or t("database.status_none")
        typer.echo(t("database.status_last", when=when, who=who, action=found.last.action))
    typer.echo(t("database.status_here", snapshot=name or t("database.status_none")))
    wrong = [table for table, (rows, there) in found.tables.items() if rows != there]
    for table, (rows, _) in found.tables.items():
        if table not in wrong:
            typer.echo(f"  {t('database.status_table', table=table, rows=number(rows))}")
    if wrong:
        rows, there = found.tables[wrong[0]]
        raise StoreError(
            "database.status_changed", table=wrong[0], rows=number(rows), there=number(there)
        )
    if name != found.in_use:
        raise StoreError("database.status_behind")


@commands.command("tables")
def list_tables() -> None:
    """Liệt kê các bảng của đơn vị khác trong cơ sở dữ liệu mà tài khoản đọc được."""
    shared = connect.database()
    from lib.importing import outside  # noqa: PLC0415 - needs the driver

    for name in outside.tables(shared):
        typer.echo(name)


@commands.command()
def read(
    table: Annotated[str, typer.Argument(help="Bảng hoặc view, dạng LƯỢC_ĐỒ.TÊN.")],
    out: Annotated[Path, typer.Option(help="Tệp kết quả: .gpkg nếu có hình, .csv nếu không.")],
) -> None:
    """Đọc một bảng của đơn vị khác vào tệp, để nhập như mọi tệp của cơ quan."""
    shared = connect.database()
    from lib.importing import outside  # noqa: PLC0415 - needs the driver
    from lib.importing.apart import sandbox  # noqa: PLC0415 - needs the driver

    rows = sandbox.run(outside.save, shared, table, out.resolve(), name=table)
    typer.echo(t("database.read", rows=number(rows), table=table, file=out.name))
