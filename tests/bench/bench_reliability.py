"""Indices by commune and month of a long log, beside plain pandas, in the same run.

`python -m tests.bench.bench_reliability [EVENTS]` makes a sample log in the
temporary folder and measures each way in a process of its own.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd

from lib.facts import load_all
from lib.outagesample import customers_path, sample_outages, write
from lib.reliability import answer

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


WAYS = {"indices": indices_only, "indices and rules": with_rules, "plain pandas": plain_pandas}


def measure(way: str, log: Path, out: Path) -> None:
    """Run one way `RUNS` times in this process; print seconds and the greatest memory."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        rows = WAYS[way](log)
        seconds.append(time.perf_counter() - start)
    rows.to_parquet(out)
    # Not getrusage: a child starts with the peak of the process that forked it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(f"| {way} | {min(seconds):.2f} | {max(seconds):.2f} | {memory:.0f} |", flush=True)


def main() -> None:
    """Make the log, measure each way, compare the numbers."""
    if len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        return
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "mau.parquet"
        start = time.perf_counter()
        write(log, *sample_outages(events, 1, load_all()["communes"]))
        print(
            f"Python {sys.version.split()[0]}, {platform.machine()}, {os.cpu_count()} cores, "
            f"ibis {ibis.__version__}, duckdb {duckdb.__version__}, pandas {pd.__version__}; "
            f"{events:,} rows, {log.stat().st_size / 1e6:.0f} MB, "
            f"made in {time.perf_counter() - start:.1f} s; {RUNS} runs"
        )
        print("| way | least, s | greatest, s | memory, MB |")
        print("|---|---|---|---|", flush=True)
        results = {}
        for way in WAYS:
            out = Path(folder) / f"{way}.parquet"
            command = [sys.executable, "-m", "tests.bench.bench_reliability", way, log, out]
            subprocess.run(command, check=True)
            results[way] = pd.read_parquet(out)
        ours, theirs = results["indices"], results["plain pandas"]
        same = ours[["commune_code", "month"]].equals(theirs[["commune_code", "month"]])
        close = np.allclose(
            ours[NAMES].to_numpy(float),
            theirs[NAMES].to_numpy(float),
            rtol=1e-9,
            atol=0,
            equal_nan=True,
        )
        print(f"indices and plain pandas equal to 1e-9: {same and close}, {len(ours)} rows")


if __name__ == "__main__":
    main()
