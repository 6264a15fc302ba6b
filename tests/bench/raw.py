"""The raw figures: every repeat of every task, kept beside the report and written at once."""

import json
import os
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

OURS = "ours"
GROUNDED = "ours, roads on"
CROWDED = "ours, 20,000 points"
TILES = "100 tiles of 20 KB"
OVERLAY = "geopandas.overlay"
DUCKDB = "DuckDB spatial"
SEDONA = "SedonaDB"
POSTGIS = "PostGIS"
QGIS = "QGIS overlap analysis"


@dataclass(frozen=True)
class Record:
    """What one contender did in one task.

    Parameters
    ----------
    part : str
        What was asked of ``make bench``: maps, visitors, analysis, ...
    task : str
        What was measured, a key of `tests.bench.report.TASKS`.
    case : str
        On what: how many communes, clusters, visitors.
    contender : str
        Who.
    unit : str
        Of `values`.
    values : list of float
        One a repeat, in the order they were taken; empty if it failed.
    load : float
        Load average of the machine when it ended.
    ended : str
        When, UTC.
    failed : str
        Why there are no values.
    notes : dict
        What else was seen: zoom kept, pairs found, largest difference.
    """

    part: str
    task: str
    case: str
    contender: str
    unit: str = ""
    values: list[float] = field(default_factory=list)
    load: float = 0.0
    ended: str = ""
    failed: str = ""
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What a later run of the same thing replaces."""
        return self.task, self.case, self.contender

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        return p95(self.values)


def _both(held: object, new: object) -> object:
    """Return what holds for both rounds: a yes needs two."""
    return held and new if isinstance(held, bool) else new


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile, between neighbours; of few values nearly the greatest."""
    ranked = sorted(values)
    place = 0.95 * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


class Raw:
    """The file of raw figures; what is added is on the disk before the next task begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.machine: dict[str, object] = {}
        self.seconds: dict[str, float] = {}
        self.records: list[Record] = []
        if path.exists():
            held = json.loads(path.read_text(encoding="utf-8"))
            self.machine, self.seconds = held["machine"], held["seconds"]
            self.records = [Record(**record) for record in held["records"]]

    def add(self, record: Record) -> None:
        """Add a record, or its values to those of an earlier round, and save."""
        held = self._held(record.key)
        values, failed = record.values, record.failed
        notes = record.notes
        if held:
            values = held.values + values
            failed = "" if values else failed
            also = (
                {"failed in a later round": record.failed} if held.values and record.failed else {}
            )
            notes = held.notes | {k: _both(held.notes.get(k), v) for k, v in notes.items()} | also
        stamped = asdict(record) | {
            "unit": record.unit or (held.unit if held else ""),
            "load": round(os.getloadavg()[0], 2),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "values": [float(f"{value:.5g}") for value in values],
            "failed": failed,
            "notes": notes,
        }
        done = Record(**stamped)
        self.records = [other for other in self.records if other.key != done.key] + [done]
        self.save()
        said = record.failed or f"{done.median:.4g} {done.unit}, {len(done.values)} repeats"
        print(f"  {done.task} [{done.case}] {done.contender}: {said}", flush=True)

    def _held(self, key: tuple[str, str, str]) -> Record | None:
        return next((record for record in self.records if record.key == key), None)

    def forget(self, part: str) -> None:
        """Drop what an earlier run left of a part: figures of two runs are never mixed."""
        self.records = [held for held in self.records if held.part != part]

    def save(self) -> None:
        """Write the file; records are sorted, so that two runs can be compared."""
        records = [asdict(r) for r in sorted(self.records, key=lambda r: (r.part, *r.key))]
        lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
        machine, seconds = (json.dumps(held, indent=1) for held in (self.machine, self.seconds))
        text = f'{{"machine": {machine},\n"seconds": {seconds},\n"records": [\n{lines}\n]}}\n'
        beside = self.path.with_suffix(".part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path)

    def find(self, task: str, case: str, contender: str) -> Record | None:
        """Return a record that has values."""
        held = self._held((task, case, contender))
        return held if held and held.values else None

    def failed(self, task: str, case: str, contender: str) -> bool:
        """Return whether somebody broke in an earlier round."""
        held = self._held((task, case, contender))
        return held is not None and not held.values

    def of(self, task: str) -> Iterator[Record]:
        """Return the records of a task."""
        return (record for record in self.records if record.task == task)


def repeats(wanted: int, *, least: int = 3, budget_s: float = 30.0) -> Iterator[int]:
    """Count repeats: `wanted`, fewer if the time is used up, but `least` at any rate."""
    start = perf_counter()
    for number in range(wanted):
        if number >= least and perf_counter() - start > budget_s:
            return
        yield number


def timed(work: Callable[[], object], rounds: Iterable[int]) -> list[float]:
    """Return the seconds of each round after one to warm up."""
    work()
    seconds = []
    for _ in rounds:
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return seconds


@contextmanager
def attempt(raw: Raw, part: str, task: str, case: str, contender: str) -> Iterator[None]:
    """Make what goes wrong in the block one line "failed, why" and go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a contender may break in any way it likes
        said = (str(error).strip() or type(error).__name__).splitlines()
        why = f"{type(error).__name__}: {said[0]}"[:200]
        raw.add(Record(part, task, case, contender, failed=why))
