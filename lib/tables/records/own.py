"""The table of an office's own layers: one row for each row of a table it brought."""

from typing import Final

from lib.tables.columns import PERHAPS_COMMUNE, Column, Table, coded, number, point

LIST_MOST: Final = 30_000
"""Letters of a list in JSON: shorter than the cell of a workbook."""
_LIST: Final = r"^\[.*\]$"

OWN_ROWS: Final = Table(
    "own_rows",
    (
        Column("layer_id", pattern=r"^[a-z0-9-]{1,60}$"),
        Column("row_id"),
        Column("layer_name"),
        Column("source", blank=True),
        Column("layer_columns", pattern=_LIST),
        Column("place_column", blank=True),
        Column("value_column", blank=True),
        number("file_row", 0, 10_000_000, whole=True),
        PERHAPS_COMMUNE,
        coded("match", "own_match"),
        Column("became", blank=True),
        Column("clause", blank=True),
        *point(blank=True),
        Column(
            "shape", blank=True, pattern=r"^(POLYGON|MULTIPOLYGON|LINESTRING|MULTILINESTRING) .+$"
        ),
        Column("cells", pattern=_LIST),
        Column("figures", pattern=_LIST),
        Column("symbology", blank=True, pattern=r"^\{.*\}$", later=True),
    ),
    key=("layer_id", "row_id"),
    facts=False,
    imported=False,
)
"""Rows of the office's own layers; what a layer is called and has as columns is on each."""
