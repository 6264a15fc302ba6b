"""The command ``status``: whether this server can do its work."""

import json
from typing import Annotated

import typer

from lib.cli.base import StoreOption, app, open_store
from lib.language.errors import StoreError
from lib.language.text import number, t
from lib.operate import status as looking
from lib.settings import settings


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
