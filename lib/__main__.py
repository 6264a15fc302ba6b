"""``python -m lib``: the command line."""

from lib.cli import run

run()
