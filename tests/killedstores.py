"""Small stores on which acts are killed, and what makes one whole."""

import functools
import itertools
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from lib.operate import integrity
from lib.store import audit
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import facts
from lib.tables.schemas import ALL_TABLES

FEW = 25
"""So many snapshots are all read again after every kill; of more, the new ones."""


def typed(table: str, rows: dict[str, list[object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).assign(source_url="file:a.csv", as_of="2026")
    return ALL_TABLES[table].validate(frame.reindex(columns=list(ALL_TABLES[table].columns)))


def customers(served: int) -> Table:
    rows = {
        "commune_code": ["08500"],
        "month": ["2026-10"],
        "customers_served": [served],
        "sample": [False],
    }
    return Table(typed("customers", rows), "test", "2026")


@functools.cache
def communes() -> Table:
    row = facts.load("communes").head(1).assign(code="08500")
    square = shapely.box(105, 21, 105.1, 21.1)
    return Table(gpd.GeoDataFrame(row, geometry=[square], crs=4326), "test", "2026")


def publish(store: Store, served: int) -> Snapshot:
    tables = {"communes": communes(), "customers": customers(served)}
    return store.publish(tables, Act("prepare"), border_quality="reference")


def file_with(folder: Path, served: int) -> Path:
    path = folder / "Khách hàng.csv"
    path.write_text(f"Mã xã;Tháng;Số khách hàng\n08500;10/2026;{served}\n", encoding="utf-8")
    return path


def served(snapshot: Snapshot) -> int:
    return int(snapshot.read("customers")["customers_served"].iloc[0])


def bytes_of(snapshot: Snapshot) -> None:
    """Check every table and every original against its hash."""
    for name in snapshot.manifest.tables:
        snapshot.check(name)
    for kept in snapshot.manifest.files:
        assert len((snapshot.folder / kept.stored).read_bytes()) == kept.size


def whole(store: Store, seen: set[str]) -> Snapshot:
    """Return the snapshot in use after checking that all there is, is whole and is logged."""
    current = store.whole()
    assert current is not None
    names = {path.name for path in (store.folder / "snapshots").iterdir()}
    assert set(store.names()) == names
    for name in names - seen:
        bytes_of(store.open(name))
    seen |= names
    if len(names) <= FEW:
        assert {snapshot.snapshot_id for snapshot in store.snapshots()} == names
        assert integrity.check_log(store).whole
    with store.writing():  # as whoever writes next
        pass
    log = audit.events(store.folder)
    if len(names) <= FEW:
        assert integrity.check_log(store).whole
    assert log[-1].snapshot == current.snapshot_id
    for earlier, later in itertools.pairwise(log):
        assert later.before == earlier.snapshot
    assert not (store.folder / audit.INTENDED).exists()
    return current
