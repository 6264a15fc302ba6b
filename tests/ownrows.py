"""Rows of an own layer as its table holds them: hostile, blank and without a place."""

import pandas as pd
from facttables import fact_tables

from lib.tables.ownlayers import OwnColumn, described, layer_id_of, listed

TABLES = fact_tables()
CODES = TABLES["communes"]["code"].tolist()
COLUMNS = (
    OwnColumn("Tên"),
    OwnColumn("Loại"),
    OwnColumn("Số", "number"),
    OwnColumn("Ngày", "date"),
)
ROWS = [
    ("<b>Một</b>", "A", 1.5, "2024-01-15", CODES[0], 105.1),
    ("Hai", "A", 2.0, "2024-02-01", CODES[0], None),
    ("Ba", "B", None, "2024-02", CODES[1], 105.3),
    ("Bốn", "B", 4.0, None, None, None),
]


def table(name: str = "Chợ", symbology: str | None = None) -> pd.DataFrame:
    """Return the rows of one layer, two of them with a point."""
    cells = [[n, k, None if v is None else str(v), d] for n, k, v, d, _, _ in ROWS]
    figures = [[None, None, v, d] for _, _, v, d, _, _ in ROWS]
    lon = [x for *_, x in ROWS]
    return pd.DataFrame(
        {
            "source_url": "file:cho.csv",
            "as_of": "2026-10-01",
            "layer_id": layer_id_of(name),
            "row_id": [n for n, *_ in ROWS],
            "layer_name": name,
            "source": None,
            "layer_columns": described(COLUMNS),
            "place_column": None,
            "value_column": "Số",
            "file_row": range(2, 6),
            "commune_code": [code for *_, code, _ in ROWS],
            "match": ["exact", "exact", "exact", "unknown"],
            "became": None,
            "clause": None,
            "lat": [None if x is None else 21.1 for x in lon],
            "lon": lon,
            "shape": None,
            "cells": [listed(row) for row in cells],
            "figures": [listed(row) for row in figures],
            "symbology": symbology,
        }
    ).astype({"lat": float, "lon": float})
