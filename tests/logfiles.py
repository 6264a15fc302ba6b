"""Logs as files of text, read as the command reads those given by hand."""

from pathlib import Path

from lib.importing.direct import tables
from lib.tables.sample import Source


def by_hand(outages: Path, customers: Path, folder: Path) -> tuple[Source | None, Source | None]:
    """Return what two files of text give the indices."""
    return tables.outages(outages, folder).source, tables.customers(customers).source
