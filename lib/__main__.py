"""``python -m lib``: the command line."""

from lib.cli.main import run

run()
