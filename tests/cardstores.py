"""Material of papers from the facts alone, on schematic borders, with rows changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from layerstores import schematic_tables

from lib.reports.cards.material import Material, from_snapshot
from lib.store.store import Act, Store, Table

Change = Callable[[pd.DataFrame], pd.DataFrame]


def material(folder: Path, changed: Mapping[str, Change] | None = None) -> Material:
    """Return the material of the facts; `changed` makes another table of some, or a new one."""
    tables = schematic_tables()
    for name, change in (changed or {}).items():
        known = tables.get(name, Table(pd.DataFrame(), "test", "2025-07-01"))
        tables[name] = replace(known, frame=change(known.frame.copy()))
    made = Act("test", details={"borders": {"source_url": "https://a.vn/ranh-gioi"}})
    store = Store(folder / "store")
    snapshot = store.publish(tables, made, border_quality="schematic")
    return from_snapshot(snapshot, (), folder / "static", tolerance_m=50)


def with_values(id_column: str, code: str, **values: object) -> Change:
    """Return what gives one row other values."""

    def changed(frame: pd.DataFrame) -> pd.DataFrame:
        for column, value in values.items():
            frame.loc[frame[id_column] == code, column] = value
        return frame

    return changed
