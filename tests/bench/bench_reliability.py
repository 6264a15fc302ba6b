"""Indices by commune and month of a long log, beside plain pandas, in the same run.

`python -m tests.bench.bench_reliability [EVENTS] [--json FILE]` makes a sample
log in the temporary folder and measures each way in a process of its own; Spark
too where pyspark (requirements-server.txt) and Java are there.
"""

import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd

from lib.power import clean, keep
from lib.power.indices import answer
from lib.power.madeup import customers_path, sample_outages, write
from lib.power.view import COUNTED
from lib.tables.facts import load_all

EVENTS = 10_000_000
RUNS = 3
NAMES = ["saifi", "saidi_min", "caidi_min", "maifi", "customer_minutes", "interruptions"]


def indices_only(log: Path) -> pd.DataFrame:
    """Return the indices of a log that went through the rules at its import."""
    return answer(log, customers_path(log), clean=False).rows


def with_rules(log: Path) -> pd.DataFrame:
    """Return the indices of a raw log: duplicates, overlaps and all the other rules."""
    return answer(log, customers_path(log)).rows


def plain_pandas(log: Path) -> pd.DataFrame:
    """Return the indices as one would write them in a notebook, no rules."""
    columns = ["start", "end", "commune_code", "customers_interrupted"]
    outages = pd.read_parquet(log, columns=columns)
    served = pd.read_parquet(customers_path(log))
    minutes = (outages["end"] - outages["start"]).dt.total_seconds() / 60
    people, long = outages["customers_interrupted"], minutes > 5
    cells = (
        pd.DataFrame(
            {
                "commune_code": outages["commune_code"].astype(str),
                "month": outages["start"].dt.strftime("%Y-%m"),
                "interruptions": long,
                "struck": people.where(long, 0),
                "brief": people.where(~long, 0),
                "customer_minutes": (people * minutes).where(long, 0.0),
            }
        )
        .groupby(["commune_code", "month"])
        .sum()
    )
    rows = served.set_index(["commune_code", "month"]).join(cells).fillna(0.0).sort_index()
    base = rows["customers_served"]
    return rows.assign(
        saifi=rows["struck"] / base,
        saidi_min=rows["customer_minutes"] / base,
        caidi_min=rows["customer_minutes"] / rows["struck"].replace(0, np.nan),
        maifi=rows["brief"] / base,
    ).reset_index()


def on_spark(log: Path) -> pd.DataFrame:
    """Return what `with_rules` returns, on Spark."""
    return answer(log, customers_path(log), engine="spark").rows


def later(log: Path) -> pd.DataFrame:
    """Return what `with_rules` returns, from the cleaned log as a store keeps it, read anew."""
    kept = log.parent / "store" / keep.FOLDER / "mau.parquet"
    kept.parent.mkdir(parents=True, exist_ok=True)

    def make() -> clean.CleanLog:
        return clean.clean(pd.read_parquet(log), pd.read_parquet(customers_path(log)))

    rows = keep.cleaned(kept, make).rows
    return answer(rows[list(COUNTED)], customers_path(log), clean=False).rows


LATER = "later question"
WAYS = {
    "indices": indices_only,
    "indices and rules": with_rules,
    LATER: later,
    "plain pandas": plain_pandas,
}
if importlib.util.find_spec("pyspark") and shutil.which("java"):
    WAYS["indices and rules, Spark"] = on_spark


def measure(way: str, log: Path, out: Path) -> None:
    """Run one way `RUNS` times in this process; print seconds and the greatest memory.

    Seconds of both processors say what a quiet machine would need where others
    are at work; Spark's own are not among them, it runs in another process.
    """
    seconds, worked = [], []
    if way == LATER:
        WAYS[way](log)  # the first question, which applies the rules and keeps what is left
    for _ in range(RUNS):
        start, before = time.perf_counter(), time.process_time()
        rows = WAYS[way](log)
        seconds.append(time.perf_counter() - start)
        worked.append(time.process_time() - before)
    rows.to_parquet(out)
    # Not getrusage: a child starts with the peak of the process that forked it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    out.with_suffix(".json").write_text(
        json.dumps({"seconds": seconds, "processor": min(worked), "memory": round(memory)}),
        encoding="utf-8",
    )
    middle = statistics.median(seconds)
    told = (f"{value:.2f}" for value in (min(seconds), middle, max(seconds), min(worked)))
    print(f"| {way} | {' | '.join(told)} | {memory:.0f} |", flush=True)


def main() -> None:
    """Make the log, measure each way, compare the numbers."""
    given = sys.argv[1:]
    told = Path(given.pop()) if "--json" in given else None
    if told:
        given.remove("--json")
    if len(given) > 2:
        measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        return
    events = int(given[0]) if given else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "mau.parquet"
        start = time.perf_counter()
        write(log, *sample_outages(events, 1, load_all()["communes"]))
        print(
            f"Python {sys.version.split()[0]}, {platform.machine()}, {os.cpu_count()} cores, "
            f"ibis {ibis.__version__}, duckdb {duckdb.__version__}, pandas {pd.__version__}; "
            f"{events:,} rows, {log.stat().st_size / 1e6:.0f} MB, "
            f"made in {time.perf_counter() - start:.1f} s; {RUNS} runs; "
            f"load {os.getloadavg()[0]:.1f}"
        )
        print("| way | least, s | median, s | greatest, s | processor, s | memory, MB |")
        print("|---|---:|---:|---:|---:|---:|", flush=True)
        results, measured = {}, {}
        for way in WAYS:
            out = Path(folder) / f"{way}.parquet"
            command = [sys.executable, "-m", "tests.bench.bench_reliability", way, log, out]
            subprocess.run(command, check=True)
            results[way] = pd.read_parquet(out)
            measured[way] = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
        equal = {"indices": compared("indices", "plain pandas", results)}
        equal[LATER] = compared(LATER, "indices and rules", results)
        if "indices and rules, Spark" in results:
            compared("indices and rules", "indices and rules, Spark", results)
        if told:
            said = json.dumps({"ways": measured, "equal": equal})
            told.write_text(said, encoding="utf-8")


def compared(one: str, other: str, results: dict[str, pd.DataFrame]) -> bool:
    """Return and print whether two ways give the same rows and numbers equal to 1e-9."""
    ours, theirs = results[one], results[other]
    ours, theirs = (table.sort_values(["commune_code", "month"]) for table in (ours, theirs))
    ours, theirs = ours.reset_index(drop=True), theirs.reset_index(drop=True)
    same = ours[["commune_code", "month"]].equals(theirs[["commune_code", "month"]])
    numbers = (table[NAMES].to_numpy(float) for table in (ours, theirs))
    close = np.allclose(*numbers, rtol=1e-9, atol=0, equal_nan=True)
    print(f"{one} and {other} equal to 1e-9: {same and close}, {len(ours)} rows")
    return bool(same and close)


if __name__ == "__main__":
    main()
