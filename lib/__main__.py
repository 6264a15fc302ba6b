"""``python -m lib``: the command line."""

import sys

from lib.language.errors import PhuThoError

try:
    from lib.cli.main import run
except PhuThoError as error:  # a setting or the file of the province, read by what it decides
    sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stderr.write(f"{error.message()}\n")
    raise SystemExit(error.exit_code) from error

run()
