"""Command ``forms``: forms for the communes and the power company, and who has answered."""

from pathlib import Path
from typing import Annotated

import typer

from lib.cli.base import StoreOption, app, in_use, open_store
from lib.cli.forms import kind_of
from lib.importing.collecting import asked, sending
from lib.language.errors import WrongUseError
from lib.language.text import date, number, t, today
from lib.register.clusters import register


@app.command("forms")
def forms(
    out: Annotated[Path | None, typer.Option(help="Tệp kết quả .zip, mỗi nơi một phiếu.")] = None,
    commune: Annotated[
        list[str] | None,
        typer.Option(help="Mã xã, phường; nêu nhiều lần được (mặc định: mọi nơi có gì để hỏi)."),
    ] = None,
    power: Annotated[bool, typer.Option("--power", help="Phiếu của công ty điện lực.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Ai đã trả lời, ngày nào, ai chưa.")
    ] = False,
    store: StoreOption = None,
) -> None:
    """Phiếu thu thập gửi xã và điện lực; phiếu trả lời nhập bằng «import forms»."""
    if out is None and not status:
        raise WrongUseError("collect.need_out")
    if out is not None:
        kind_of(out, ("zip",))
    snapshot = in_use(open_store(store))
    tables = sending.tables_of(snapshot)
    if out is not None:
        packed, count, day = sending.forms(
            tables, snapshot.snapshot_id, commune or (), power=power, made=today()
        )
        out.write_bytes(packed)
        typer.echo(t("collect.done", file=out.name, count=number(count), date=date(day)))
    clusters = register(tables)
    if status:
        _status(sending.status(tables, clusters))
    if lost := asked.unasked(asked.recipients(tables, clusters), clusters):
        typer.echo(t("collect.in_none", ids=", ".join(lost)), err=True)


def _status(everyone: list[sending.Answered]) -> None:
    for one in everyone:
        place = one.recipient.name
        if one.day:
            day, count = date(one.day), number(one.new_values)
            typer.echo(t("collect.status_answered", place=place, date=day, count=count))
        else:
            count = number(one.recipient.count)
            typer.echo(t("collect.status_not", place=place, count=count))
    answered = number(sum(bool(one.day) for one in everyone))
    typer.echo(t("collect.status_sum", answered=answered, all=number(len(everyone))))
