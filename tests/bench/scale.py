"""What grows with what: cost per unit, measured here, and a simulated day of more and more offices.

`make scale` (`python -m tests.bench.scale [--quick] [--store FOLDER] [--change SECONDS]`) prints
the tables of `docs/scale.md`. Costs are processor seconds, so that other work on the machine
says less; what a queue makes of them is simulated.
"""

import argparse
import heapq
import os
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from time import process_time

import geopandas as gpd
import pandas as pd
import shapely

from lib.crossing.communes import prepare_communes
from lib.crossing.sketch import hectares_by_commune
from lib.layers.ground import pictures
from lib.places import search
from lib.power import indices
from lib.power.madeup import customers_path, sample_outages, write
from lib.register.clusters import register
from lib.settings import settings
from lib.store.store import Store
from lib.tables.facts import load_all
from tests.bench.raw import p95
from tests.bench.report import table

CHANGE_S = 102 / 1_083
"""Processor seconds of one act, pages and filters mixed: quiet run of `docs/measurements.md`."""
QUIET_RUN = (50, 2, 30.0)
"""People, cores and seconds of thinking of that run, in which p95 was 0.23 to 0.24 s."""
THINK_S = 20.0
PATIENCE_S = 1.2
PLACES = (
    ("one laptop, a meeting of 10", 10),
    ("one department, 50 at once", 50),
    ("one province, 150 at once", 150),
    ("34 provinces, 5,000 at once", 5_000),
)
CORES = (1, 2, 4, 8, 16, 32)
LAPTOP_CORES = 2
_TILES = 500
ACTS = 4_000
"""Acts of a simulated day that count; as many come before them."""


def spent(work: Callable[[], object], times: int = 3) -> float:
    """Return the processor seconds of `work`, the least of some times."""
    found = []
    for _ in range(times):
        start = process_time()
        work()
        found.append(process_time() - start)
    return min(found)


def more(clusters: pd.DataFrame, times: int) -> pd.DataFrame:
    """Return the register as of `times` provinces: each cluster again under other codes."""
    parts = [
        clusters.assign(cluster_id=[f"{code}-{turn}" for code in clusters["cluster_id"]])
        for turn in range(times)
    ]
    return pd.concat(parts, ignore_index=True)


def by_clusters(tables: dict[str, pd.DataFrame], *, quick: bool) -> list[list[str]]:
    """Measure what a process does once for a snapshot, for more and more clusters."""
    rows = []
    for times in (1, 10) if quick else (1, 10, 34):
        given = tables | {"clusters": more(tables["clusters"], times)}
        count = len(given["clusters"])
        derived = spent(partial(register, given), 2)
        index = spent(partial(search.build_index, given), 2)
        each = f"{(derived + index) / count * 1000:.2f}"
        rows.append([f"{count:,}", f"{derived:.2f}", f"{index:.2f}", each])
    return rows


def by_outages(*, quick: bool) -> list[list[str]]:
    """Measure what a log costs: bytes, indices, rules."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000):
            path = Path(folder) / f"{count}.parquet"
            write(path, *sample_outages(count, 1, load_all()["communes"]))
            served = customers_path(path)
            alone = spent(partial(indices.answer, path, served, clean=False), 2)
            ruled = spent(partial(indices.answer, path, served), 2)
            size = path.stat().st_size / count
            rows.append(
                [
                    *(f"{count:,}", f"{size:.0f}", f"{alone:.2f}", f"{ruled:.2f}"),
                    f"{(ruled - alone) / count * 1e6:.2f}",
                ]
            )
    return rows


def sizes(store: Store) -> list[list[str]]:
    """Return what the store and its layers weigh, for each snapshot and each layer."""
    snapshot = store.current()
    if snapshot is None:
        return []
    weight = sum(file.stat().st_size for file in snapshot.folder.rglob("*") if file.is_file())
    named = {file.name: file.stat().st_size for file in (settings().static / "layers").iterdir()}
    communes = max((n for name, n in named.items() if name.startswith("communes-")), default=0)
    return [
        ["a snapshot, whole", f"{weight / 1e6:.1f}"],
        ["all files of its layers", f"{sum(named.values()) / 1e6:.1f}"],
        ["one commune in its layer", f"{communes / len(snapshot.read('communes')) / 1e6:.4f}"],
    ]


def a_tile() -> float:
    """Return the processor milliseconds of one tile of 20 KB, read from a table of 10,000."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mbtiles"
        with closing(sqlite3.connect(path)) as made, made:
            made.execute(
                "CREATE TABLE tiles (z INT, x INT, y INT, data BLOB, PRIMARY KEY (z, x, y))"
                " WITHOUT ROWID"
            )
            picture = b"\x89PNG\r\n\x1a\n" + bytes(20_000)
            every = ((14, x, y, picture) for x in range(100) for y in range(100))
            made.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", every)
        taken = [(14, n % 100, n // 100) for n in range(_TILES)]
        read = pictures._read.__wrapped__  # what is in memory costs nothing
        if read(path, *taken[0]) is None:
            msg = "no tile was read"
            raise RuntimeError(msg)
        return spent(lambda: [read(path, *one) for one in taken]) / _TILES * 1000


def an_outline(communes: gpd.GeoDataFrame) -> float:
    """Return milliseconds to measure what somebody draws, on each commune: 12 corners, a border."""
    index = prepare_communes(communes)
    at = shapely.get_coordinates(communes.geometry.iloc[0])[0]
    drawn = shapely.Point(at).buffer(0.003, quad_segs=3)
    return spent(lambda: hectares_by_commune(drawn, index)) * 1000


def waited(people: int, cores: int, cost_s: float, think_s: float = THINK_S) -> list[float]:
    """Return the seconds each act waits until it is answered, simulated.

    Everybody thinks, acts, waits, thinks again; an act takes a core for `cost_s` on the
    average. One queue for all cores is the best a balancer can do.
    """
    chance = random.Random(people * 1_000 + cores)  # noqa: S311 - no secrets
    coming = [(chance.uniform(0, think_s), number) for number in range(people)]
    heapq.heapify(coming)
    free = [0.0] * cores
    found = []
    for turn in range(2 * ACTS + people):
        at, number = heapq.heappop(coming)
        start = max(at, heapq.heappop(free))
        end = start + chance.expovariate(1 / cost_s)
        heapq.heappush(free, end)
        if turn >= ACTS + people:
            found.append(end - at)
        heapq.heappush(coming, (end + chance.expovariate(1 / think_s), number))
    return found


def crowds(cost_s: float) -> list[list[str]]:
    """Return p95 for each place on each number of cores, and the cores that are enough."""
    rows = []
    for name, people in PLACES:
        shown, enough = [], "more"
        for cores in CORES:
            late = p95(waited(people, cores, cost_s))
            shown.append(f"{late:.2f}" if late < 10 else ">10")
            if late <= PATIENCE_S and enough == "more":
                enough = str(cores)
        rows.append([name, *shown, enough])
    return rows


def breaks(cost_s: float) -> list[list[str]]:
    """Return how many people two cores answer in time, for each thinking time."""
    rows = []
    for think in (5.0, 20.0, 60.0):
        least, most = 1, 4096
        while most - least > max(1, least // 50):
            people = (least + most) // 2
            if p95(waited(people, LAPTOP_CORES, cost_s, think)) <= PATIENCE_S:
                least = people
            else:
                most = people
        median = statistics.median(waited(least, LAPTOP_CORES, cost_s, think))
        rows.append([f"{think:.0f}", str(least), f"{median:.2f}"])
    return rows


def main() -> None:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(prog="make scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no more than some seconds")
    parser.add_argument("--store", type=Path, default=settings().store)
    parser.add_argument("--change", type=float, default=CHANGE_S, help="seconds of one act")
    given = parser.parse_args()
    store = Store(given.store)
    current = store.current()
    if current is None:
        parser.error("there is no snapshot: run prepare first")
    names = [n for n in current.manifest.tables if n == "former_units" or "former" not in n]
    tables = {name: current.read(name) for name in names}
    log = ["outages", "bytes a row", "indices, s", "with rules, s", "rules, µs a row"]
    parts = (
        (
            ["clusters", "register, s", "search, s", "each, ms"],
            by_clusters(tables, quick=given.quick),
        ),
        (log, by_outages(quick=given.quick)),
        (["on disk", "MB"], sizes(store)),
        (["one tile", "ms"], [["read, not from memory", f"{a_tile():.2f}"]]),
        (
            ["one outline", "ms"],
            [["drawn over a border", f"{an_outline(current.read_geo('communes')):.1f}"]],
        ),
        (["place", *(f"{n} core{'s' * (n > 1)}" for n in CORES), "enough"], crowds(given.change)),
        (["thinking, s", "people on 2 cores", "median wait, s"], breaks(given.change)),
    )
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {given.change:.3f} s an act\n")
    people, cores, think = QUIET_RUN
    told = p95(waited(people, cores, CHANGE_S, think))
    print(f"the quiet run of 50 again: p95 {told:.2f} s simulated, 0.23-0.24 s measured\n")
    for head, rows in parts:
        print("\n".join(table(head, rows)), "\n")


if __name__ == "__main__":
    main()
