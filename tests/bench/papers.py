"""An atlas of sixty pages, and the indices of ten million outages: programs of their own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from pypdf import PdfReader

from tests.bench.data import WORK
from tests.bench.raw import OURS, Raw, Record, attempt, repeats
from tests.e2e.sites import ROOT, environment


def atlas(raw: Raw, *, times: int) -> None:
    """Print every cluster of the register, as ``python -m lib atlas --all`` does."""
    case = "every cluster"
    with attempt(raw, "atlas", "atlas", case, OURS), tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "atlas.pdf"
        command = [sys.executable, "-m", "lib", "atlas", "--all", "--out", str(out)]
        for _ in repeats(times, least=1, budget_s=60):
            start = perf_counter()
            subprocess.run(
                command, cwd=WORK / "province", env=environment(), check=True, capture_output=True
            )
            took = perf_counter() - start
            notes = {"pages": _pages(out), "MB": round(out.stat().st_size / 1e6, 1)}
            raw.add(Record("atlas", "atlas", case, OURS, "s", [took], notes=notes))


def _pages(pdf: Path) -> int:
    return len(PdfReader(pdf).pages)


def outages(raw: Raw, *, events: int) -> None:
    """Run `tests.bench.bench_reliability` and keep what it says."""
    with attempt(raw, "outages", "outages", f"{events:,} outages", OURS):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "outages.json"
            command = [sys.executable, "-m", "tests.bench.bench_reliability", str(events)]
            subprocess.run([*command, "--json", str(out)], cwd=ROOT, check=True)
            told = json.loads(out.read_text(encoding="utf-8"))
        case = f"{events:,} outages"
        for way, measured in told["ways"].items():
            notes = {
                "processor, s": measured["processor"],
                "memory, MB": measured["memory"],
            }
            if way in told["equal"]:
                notes["equal to the other way to 1e-9"] = told["equal"][way]
            raw.add(Record("outages", "outages", case, way, "s", measured["seconds"], notes=notes))
