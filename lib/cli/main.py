"""The command line: what the pages do, without a browser.

Exit codes: 0 done, 1 something nobody foresaw (its trace is in the log file of the
settings), 2 wrong use, 3 the data was refused and nothing changed.
"""

import datetime as dt
import io
import sys
import traceback
from pathlib import Path

import typer

from lib.cli import (  # noqa: F401 - each adds its commands
    checks,
    collect,
    data,
    database,
    documents,
    fact,
    forms,
    ground,
    layer,
    maps,
    papers,
    power,
)
from lib.cli.base import account, app
from lib.language.errors import PhuThoError, WrongUseError
from lib.language.text import t
from lib.settings import settings

__all__ = ["app", "run"]


def run() -> None:
    """Run the command line; say a refusal in words and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Windows pipe is cp1252, which has no Vietnamese letters.
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except PhuThoError as error:
        typer.echo(error.message(), err=True)
        raise SystemExit(error.exit_code) from error
    except PermissionError as error:  # the file is there, but not for this account
        refusal = WrongUseError("common.not_permitted", file=error.filename, account=account())
        typer.echo(refusal.message(), err=True)
        raise SystemExit(refusal.exit_code) from error
    except Exception as error:  # nobody reads a trace on a screen, and none is lost
        typer.echo(_unforeseen(error), err=True)
        raise SystemExit(1) from error


def _unforeseen(error: Exception) -> str:
    """Return the sentence about an error nobody foresaw; its trace goes to the log file."""
    command = " ".join(Path(word).name for word in sys.argv[1:])
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    trace = "".join(traceback.format_exception(error))
    where = settings().log
    try:
        where.parent.mkdir(parents=True, exist_ok=True)
        with where.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{when} {command}\n{trace}\n")
    except OSError:  # a full or closed disk may be what went wrong
        return t("common.unforeseen_unlogged", kind=type(error).__name__, file=where)
    return t("common.unforeseen", kind=type(error).__name__, file=where)
