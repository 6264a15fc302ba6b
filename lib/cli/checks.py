"""Commands that verify the store: ``audit``, ``snapshots check``, ``status``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from lib.access import signins
from lib.cli.base import StoreOption, app, open_store
from lib.cli.data import snapshots
from lib.language.errors import StoreError, WrongUseError
from lib.language.text import number, t
from lib.operate import integrity
from lib.operate import status as looking
from lib.settings import settings
from lib.store import audit

log = typer.Typer(help="Nhật ký: xem, kiểm tra.", no_args_is_help=True)
app.add_typer(log, name="audit")

_SHOWN = 12


@log.command("show")
def show_log(
    last: Annotated[int, typer.Option("--last", min=0, help="Chỉ các dòng cuối.")] = 0,
    store: StoreOption = None,
) -> None:
    """Liệt kê các việc đã ghi, cũ nhất trước, theo số dòng."""
    events = audit.events(open_store(store).folder)
    for row, event in list(enumerate(events, start=1))[-last:]:
        said = signins.words(event)
        digest = event.digest[:_SHOWN] or "-"
        files = ", ".join(map(str, event.details.get("files", ())))
        told = (str(row), signins.moment(event), event.who, said, event.snapshot, digest, files)
        typer.echo("  ".join(text for text in told if text))


@log.command("verify")
def verify_log(
    backup: Annotated[
        Path | None, typer.Option(help="Đối chiếu với nhật ký trong bản sao lưu này.")
    ] = None,
    head: Annotated[str, typer.Option("--head", help="Mã của một dòng, đã ghi lại từ trước.")] = "",
    store: StoreOption = None,
) -> None:
    """Kiểm tra nhật ký: chuỗi mã, các bản dữ liệu, bản sao lưu."""
    if backup is not None and not backup.is_file():
        raise WrongUseError("readers.no_file", file=backup.name)
    found = integrity.check_log(open_store(store), backup=backup, known=head.strip())
    for finding in found.findings:
        typer.echo(f"{t(f'data.level_{finding.level}')}: {finding.message()}", err=True)
    if not found.whole:
        count = sum(finding.level == "refused" for finding in found.findings)
        raise StoreError("audit.not_whole", count=number(count))
    typer.echo(t("audit.whole", lines=number(found.head.lines), hash=found.head.digest))


@snapshots.command("check")
def check_snapshots(store: StoreOption = None) -> None:
    """Đối chiếu từng tệp của từng bản dữ liệu với mã kiểm tra sha256."""
    where = open_store(store)
    damaged = []
    for name in where.names():
        error = integrity.damage(where, name)
        if error is None:
            files = where.open(name).manifest
            count = len(files.tables) + len(files.files)
            typer.echo(t("audit.snapshot_whole", snapshot=name, files=number(count)))
        else:
            damaged.append(name)
            typer.echo(error.message(), err=True)
    if not damaged:
        return
    if where.whole() is not None:
        raise StoreError("audit.damaged_others", count=number(len(damaged)))
    last = where.last_whole()
    if last is None:
        raise StoreError("audit.none_whole")
    raise StoreError("audit.damaged", count=number(len(damaged)), snapshot=last.snapshot_id)


@app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc.")] = False,
    store: StoreOption = None,
) -> None:
    """Kiểm tra bản dữ liệu, đĩa, quyền ghi, nhật ký, sao lưu; mã thoát 3 nếu có mục hỏng."""
    found = looking.check(open_store(store), static=settings().static, backups=settings().backups)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        for check in found.checks:
            typer.echo(f"{t(f'status.level_{check.level}')}: {check.message()}")
    bad = [check for check in found.checks if check.level == "bad"]
    if bad:
        raise StoreError("status.failed", count=number(len(bad)))
