"""The command line: what the pages do, without a browser.

Exit codes: 0 done, 2 wrong use, 3 the data was refused and nothing changed.
"""

import io
import sys

import typer

from lib.cli import checks, data, database, maps, papers, power  # noqa: F401 - each adds its commands
from lib.cli.base import account, app
from lib.language.errors import PhuThoError, WrongUseError

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
