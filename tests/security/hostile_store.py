"""A store in which every free text of every table wants to be run."""

from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from lib.store.store import Act, Snapshot, Store, Table
from lib.tables.schemas import ALL_TABLES, TRIMMED
from security.payloads import CALLING, PAYLOADS

_TEXTS: Final = list(PAYLOADS.values())


def free_texts(table: str) -> list[str]:
    """Return the columns of `table` that take any text."""
    columns = ALL_TABLES[table].columns
    return [
        name
        for name, column in columns.items()
        if any(TRIMMED in str(check) for check in column.checks)
    ]


def tag(table: str, column: str) -> str:
    """Return the mark a text carries at its end: from which column it came."""
    fields = [(name, one) for name in ALL_TABLES for one in free_texts(name)]
    return f"q{fields.index((table, column)):02}z"


def filled(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with a payload in each free text of each row, every one in every column."""
    made = frame.reset_index(drop=True).copy()
    for shift, name in enumerate(free_texts(table)):
        mark = tag(table, name)
        texts = [f"{_TEXTS[(row + shift) % len(_TEXTS)]} {mark}" for row in range(len(made))]
        # From the second turn on a number tells them apart: some columns have to differ.
        turn = len(_TEXTS)
        texts = [text if row < turn else f"{text}{row}" for row, text in enumerate(texts)]
        made[name] = pd.Series(texts, dtype="str")
    return made


def _enough(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return at least as many rows as there are payloads, by repeating those there are."""
    times = -(-len(_TEXTS) // len(frame))
    more = pd.concat([frame] * times, ignore_index=True)
    if table == "assignments":  # one document for a cluster
        more["cluster_id"] = [f"PT-{row:03}" for row in range(1, len(more) + 1)]
    return more


def _beside(communes: gpd.GeoDataFrame, clusters: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables only an office brings."""
    count = len(_TEXTS)
    told = {"source_url": "file:<img>.kml", "as_of": "2026-10-01"}
    spots = communes.geometry.representative_point().iloc[:count]
    squares = [shapely.box(p.x, p.y, p.x + 0.006, p.y + 0.006) for p in spots]
    outlines: dict[str, Any] = {
        "cluster_id": clusters["cluster_id"].iloc[:count].to_numpy(),
        "outline_quality": "surveyed",
        "outline_accuracy_m": 0.5,
        "given_crs": "EPSG:9208",
        "note": None,
    }
    lines: dict[str, Any] = {
        "line_id": [f"L{row}" for row in range(count)],
        "name": None,
        "voltage_kv": "110",
        "status": "operating",
        "note": None,
    }
    conclusions: dict[str, Any] = {
        "date": "2026-11-12",
        "cluster_id": clusters["cluster_id"].iloc[:count].to_numpy(),
        "commune_code": communes["code"].iloc[:count].to_numpy(),
        "due": "2026-11-20",
        "done": None,
        "status": "decided",
        **dict.fromkeys(free_texts("conclusions")),
    }
    documents: dict[str, Any] = {
        "sha256": [f"{row:064x}" for row in range(count)],
        "of_table": "clusters",
        "kind": "pdf",
        "size": pd.array([12] * count, dtype="Int64"),
        "date": None,
        **dict.fromkeys(free_texts("documents")),
    }
    start = pd.to_datetime(["2026-08-28 05:00"] * count)
    outages: dict[str, Any] = {
        "outage_id": [f"O{row}" for row in range(count)],
        "start": start,
        "end": start + pd.Timedelta(hours=2),
        "announced_end": pd.to_datetime([None] * count),
        "planned": "planned",
        "commune_code": communes["code"].iloc[:count].to_numpy(),
        "customers_interrupted": pd.array([12] * count, dtype="Int64"),
        "sample": False,
        **dict.fromkeys(("cause", "feeder", "station", "area_text")),
    }
    shapes = [shapely.LineString([(p.x, p.y), (p.x + 0.05, p.y)]) for p in spots]
    return {
        "conclusions": pd.DataFrame({**conclusions, **told}),
        "documents": pd.DataFrame({**documents, **told}),
        "outlines": gpd.GeoDataFrame({**outlines, **told}, geometry=squares, crs=4326),
        "power_lines": gpd.GeoDataFrame({**lines, **told}, geometry=shapes, crs=4326),
        "outages": pd.DataFrame({**outages, **told}),
    }


def hostile_snapshot(store: Store) -> Snapshot:
    """Put in use and return the same snapshot with payloads in all its free texts."""
    given = store.current()
    frames = {name: given.read(name) for name in given.manifest.tables}
    frames |= _beside(gpd.GeoDataFrame(frames["communes"]), frames["clusters"])
    tables = {}
    for name, frame in frames.items():
        info = given.manifest.tables.get(name)
        made = frame
        if name in ALL_TABLES and free_texts(name):
            made = filled(name, frame if len(frame) >= len(_TEXTS) else _enough(name, frame))
            columns = [c for c in ALL_TABLES[name].columns if c in made]
            ALL_TABLES[name].validate(pd.DataFrame(made[columns]))
        source = info.source if info else f"import: {CALLING}.kml"
        tables[name] = Table(made, source, info.as_of if info else "2026-10-01")
    files = {"<img src=x>.xlsx": b"x", f"{CALLING}.csv": b"x"}
    act = Act("import", f"<b>An</b> {CALLING}", files, details=given.manifest.details)
    return store.publish(tables, act, border_quality="schematic")
