"""Templates as an office opens them, and as the import reads them."""

import io
from pathlib import Path

import openpyxl

from lib.importing.readers.grid import Grid
from lib.importing.readers.registry import read
from lib.importing.templates import forms
from lib.tables import registry

NAMES = (*registry.imported(), forms.COORDINATES)
REGISTERS = [name for name in registry.imported() if name != "outlines"]
FILLED = {"source_url": "file:mau.xlsx", "as_of": "2026-10-05"}


def book(table: str, lang: str = "vi") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(forms.template(table, lang)))


def grids(table: str, lang: str, folder: Path) -> tuple[Grid, ...]:
    path = folder / "mau.xlsx"
    path.write_bytes(forms.template(table, lang))
    content = read(path)
    assert not content.findings
    return content.grids


def unmarked(grid: Grid) -> Grid:
    """Return the sheet as if the marks were deleted: the example becomes a row of data."""
    rows = tuple(tuple(None if forms.is_example(c) else c for c in row) for row in grid.rows)
    return Grid(grid.file, grid.sheet, rows, grid.first_row)


def heading_row(table: str) -> int:
    return 3 if table == forms.COORDINATES else 1
