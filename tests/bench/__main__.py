"""``make bench``: measure what is asked, write every figure at once, then the report.

``python -m tests.bench [--quick] [--report] [PART ...]``
"""

import argparse
import fcntl
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from tests.bench import bench_crossing, data, maps, memory, pages, papers, visitors
from tests.bench.cdn import network
from tests.bench.machine import describe
from tests.bench.raw import Raw
from tests.bench.report import render
from tests.e2e.sites import ROOT

RAW = ROOT / "docs" / "benchmarks.json"
USUAL = ("maps", "country", "visitors", "memory", "analysis", "atlas", "outages")
PARTS = (*USUAL, "soak")


def _run_maps(raw: Raw, *, quick: bool) -> None:
    ground = data.province()
    with network(data.WORK / "npm") as local:
        maps.run(raw, ground, local, rounds=1 if quick else 2, times=2 if quick else 4)
        maps.floor(raw, ground, times=1 if quick else 5)
        maps.offline(raw, ground)
        pages.run(raw, times=1 if quick else 4)
        _say_missing(local.missing)


def _run_country(raw: Raw, *, quick: bool) -> None:
    ground = data.country()
    with network(data.WORK / "npm") as local:
        maps.run(raw, ground, local, rounds=1, times=2 if quick else 5)


def _run_visitors(raw: Raw, *, quick: bool) -> None:
    visitors.run(raw, data.province(), seconds=5 if quick else 15)
    visitors.meeting(raw, seconds=60 if quick else 300)


def _run_soak(raw: Raw, *, quick: bool) -> None:
    visitors.soak(raw, data.province(), seconds=60 if quick else 600)


def _run_memory(raw: Raw, *, quick: bool) -> None:
    ground = data.province()
    with network(data.WORK / "npm") as local:
        memory.run(raw, ground, local, times=300, budget_s=20 if quick else 60)


def _run_analysis(raw: Raw, *, quick: bool) -> None:
    data.province()
    counts = bench_crossing.COUNTS[:2] if quick else bench_crossing.COUNTS
    bench_crossing.run(raw, times=3 if quick else 10, counts=counts)


def _run_atlas(raw: Raw, *, quick: bool) -> None:
    data.province()
    papers.atlas(raw, times=1 if quick else 3)


def _run_outages(raw: Raw, *, quick: bool) -> None:
    papers.outages(raw, events=1_000_000 if quick else 10_000_000)


RUN: dict[str, Callable[..., None]] = {
    "maps": _run_maps,
    "country": _run_country,
    "visitors": _run_visitors,
    "memory": _run_memory,
    "analysis": _run_analysis,
    "atlas": _run_atlas,
    "outages": _run_outages,
    "soak": _run_soak,
}


def _say_missing(addresses: set[str]) -> None:
    if addresses:
        print("  asked for and in no package:", *sorted(addresses), sep="\n    ")


def main() -> None:
    """Measure, write, say."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="few repeats, for a look")
    parser.add_argument("--report", action="store_true", help="only write the report again")
    parser.add_argument("--raw", type=Path, default=RAW, help="the file of raw figures")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    raw = Raw(given.raw)
    # Two benchmarks at once would measure each other.
    with (Path(tempfile.gettempdir()) / "phutho-bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for part in () if given.report else given.parts or USUAL:
            print(part, flush=True)
            raw.machine = describe() | {"run": "quick" if given.quick else "whole"}
            raw.forget(part)
            start = perf_counter()
            try:
                RUN[part](raw, quick=given.quick)
            except (RuntimeError, OSError) as error:
                print(f"  {part} could not be measured: {error}", file=sys.stderr)
            raw.seconds[part] = round(perf_counter() - start, 1)
            raw.save()
            given.raw.with_suffix(".md").write_text(render(raw), encoding="utf-8")
    given.raw.with_suffix(".md").write_text(render(raw), encoding="utf-8")


if __name__ == "__main__":
    main()
