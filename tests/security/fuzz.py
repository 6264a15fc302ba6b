"""Spoiled files for every reader, in processes with limits of time and memory.

``python -m security.fuzz --files 10000`` (``make fuzz``) makes and reads that
many for each reader and prints a line a reader. File, reader and seed make a
case: ``--reader kml --first 4711 --files 1`` repeats one.
"""

import argparse
import collections
import json
import os
import queue
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 20261125
MEMORY: Final = 2**30
"""Bytes a worker may take beyond what it has when it is ready."""
SECONDS: Final = 10
"""Of processor time a file may take."""
SILENCE: Final = 120
"""Seconds without a word after which a worker is taken for dead: other programs run too."""
CHECKED: Final = 100
"""Every so many files that can be read are checked as an import would."""
ANSWERED: Final = 10
"""Every so many files given to a command by hand go all the way to its answer."""


# ---- the worker: reads files until it is told to stop ------------------------------------------


class TooSlowError(BaseException):
    """A file took longer than `SECONDS` of processor time."""


def _too_slow(*_: object) -> None:
    raise TooSlowError


def work(store: str) -> None:
    """Read the cases asked for on stdin; say of each reader how it went."""
    # Loaded here: the process that only counts needs none of it.
    from lib.importing import bring  # noqa: PLC0415
    from lib.importing.readers import registry  # noqa: PLC0415
    from lib.store.store import Store  # noqa: PLC0415
    from security.seeds import beside, seeds  # noqa: PLC0415

    registry.allow_here()

    current = Store(Path(store)).current()
    base = bring.tables_of(current)
    signal.signal(signal.SIGPROF, _too_slow)
    used = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**29, 2**29))
    for line in sys.stdin:
        reader, seed, first, count = json.loads(line)
        os.chdir(tempfile.mkdtemp())
        sound = seeds(reader)
        near = beside(reader)
        for number in range(first, first + count):
            ended, said = _one(reader, seed, number, sound, near, base)
            sys.stdout.write(json.dumps([number, ended, said]) + "\n")
            sys.stdout.flush()


def _one(
    reader: str, seed: int, number: int, sound: list[Any], near: dict[str, bytes], base: Any
) -> tuple[str, str]:
    from lib.language.errors import PhuThoError  # noqa: PLC0415

    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        return _read(reader, seed, number, sound, near, base)
    except PhuThoError as error:
        return ("refused", error.key) if error.message("vi") else ("crash", "no words")
    except MemoryError:
        return "memory", traceback.format_exc(limit=-4)
    except TooSlowError:
        return "slow", traceback.format_exc(limit=-4)
    except BaseException:  # noqa: BLE001 - what else escapes is what is looked for
        return "crash", traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _read(
    reader: str, seed: int, number: int, sound: list[Any], near: dict[str, bytes], base: Any
) -> tuple[str, str]:
    from lib.importing import bring  # noqa: PLC0415
    from lib.importing.draft import Options  # noqa: PLC0415
    from lib.importing.readers import registry  # noqa: PLC0415
    from security.mutate import mutated  # noqa: PLC0415
    from security.seeds import COMMANDS  # noqa: PLC0415

    chance = random.Random(f"{seed} {reader} {number}")  # noqa: S311 - chance, no secret
    source = chance.choice(sound)
    content = mutated(chance, source.content, [one.content for one in sound])
    path = Path(source.name)
    path.write_bytes(content)
    for name, part in near.items():
        spoiled = chance.random() < 0.5
        Path(name).write_bytes(mutated(chance, part, [part]) if spoiled else part)
    if reader in COMMANDS:
        return _commanded(reader, source.kind, path, content, whole=number % ANSWERED == 0)
    registry.read(path)
    # Some go the whole way of an import, which takes longer by far.
    if number % CHECKED == 0:
        contents, unreadable = bring.read_all([(path, path.name)])
        options = Options(source.kind, "2026-01-01", crs=9208)
        draft = bring.check(contents, options, base, unreadable=unreadable)
        for finding in draft.findings:
            finding.message()
        return "checked", ""
    return "read", ""


def _commanded(
    command: str, kind: str, path: Path, content: bytes, *, whole: bool
) -> tuple[str, str]:
    """Read a file as a command that takes it by hand does; some go the whole way to the answer."""
    import geopandas as gpd  # noqa: PLC0415

    from lib.crossing import answer  # noqa: PLC0415
    from lib.crossing.communes import prepare_communes  # noqa: PLC0415
    from lib.importing.direct import maps, tables  # noqa: PLC0415
    from lib.power import indices  # noqa: PLC0415
    from security.seeds import COMMANDS, made  # noqa: PLC0415

    files = []
    for role, (name, make) in COMMANDS[command].items():
        files.append(path if role == kind else path.with_name(name))
        if role != kind:
            files[-1].write_bytes(made(make, name))
    first, second = files
    if command == "reliability":
        with tempfile.TemporaryDirectory() as folder:
            given = [tables.outages(first, Path(folder)), tables.customers(second)]
            if whole and all(one.source is not None for one in given):
                with tables.readable(first, second):
                    indices.answer(given[0].source, given[1].source, by=("all",))
    else:
        given = [maps.communes(second)]
        if given[0].source is not None:
            borders = prepare_communes(gpd.GeoDataFrame(given[0].source))
            given.append(maps.outlines(first, borders))
            if whole and given[1].source is not None:
                outlines = gpd.GeoDataFrame(given[1].source)
                answer.answer_given(outlines, borders, tolerance_m=50)
    for finding in (found for one in given for found in one.findings):
        finding.message()
    if path.read_bytes() != content:
        return "changed", path.name
    refused = next((found for one in given for found in tables.grave(one.findings)), None)
    return ("refused", refused.key) if refused else ("checked" if whole else "read", "")


# ---- the one that counts ----------------------------------------------------------------------


@dataclass
class Tally:
    """How the files of one reader went."""

    reader: str
    ends: collections.Counter[str] = field(default_factory=collections.Counter)
    bad: list[tuple[int, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def files(self) -> int:
        """How many were read."""
        return self.ends.total()

    def note(self, number: int, ended: str, said: str) -> None:
        """Count one file."""
        self.ends[ended] += 1
        if ended not in {"read", "checked", "refused"}:
            self.bad.append((number, ended, said))


class Worker:
    """A process of `work`; started again where it dies."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._start()

    def _start(self) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "security.fuzz", "--work", str(self._store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"},
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(self._process, self._lines)).start()

    @staticmethod
    def _listen(process: subprocess.Popen[str], lines: "queue.Queue[str]") -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put("")

    def run(self, reader: str, seed: int, first: int, count: int) -> Iterator[tuple[int, str, str]]:
        """Yield number, end and words of each file; a dead or silent worker is an end too."""
        end = first + count
        while first < end:
            self._ask(reader, seed, first, end - first)
            while first < end:
                try:
                    line = self._lines.get(timeout=SILENCE)
                except queue.Empty:
                    self.close()
                    line = "silent"
                if not line.startswith("["):
                    yield first, "silent" if line else "died", f"exit {self.close()}"
                    first += 1
                    self._start()
                    break
                number, ended, said = json.loads(line)
                yield number, ended, said
                first = number + 1
                if ended in {"memory", "slow"}:  # what it still holds is not the next file's
                    self.close()
                    self._start()
                    break

    def _ask(self, *case: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(case) + "\n")
            self._process.stdin.flush()

    def close(self) -> int:
        """End the process and return how it ended."""
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        return code


def fuzz(
    readers: list[str],
    files: int,
    store: Path,
    *,
    seed: int = SEED,
    first: int = 0,
    workers: int = 1,
    fresh: bool = True,
) -> list[Tally]:
    """Return how `files` spoiled files of each reader went.

    A worker reads one reader's, or, unless `fresh`, one reader's after another's: for a
    few files the start of a process takes longer than all of them.
    """
    idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for _ in range(workers):
        idle.put(Worker(store))

    def one(reader: str) -> Tally:
        worker, tally, start = idle.get(), Tally(reader), time.monotonic()
        for number, ended, said in worker.run(reader, seed, first, files):
            tally.note(number, ended, said)
        if fresh:
            worker.close()
            worker = Worker(store)
        idle.put(worker)
        tally.seconds = time.monotonic() - start
        print(line_of(tally), flush=True)  # noqa: T201 - the report of `make fuzz`
        return tally

    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(one, readers))
    while not idle.empty():
        idle.get().close()
    return done


def line_of(tally: Tally) -> str:
    """Return one line of the report."""
    counts = ", ".join(f"{count} {end}" for end, count in sorted(tally.ends.items()))
    return f"{tally.reader:9} {tally.files:6} files {tally.seconds:7.1f} s: {counts}"


def main() -> int:
    """Run the fuzzer; exit 1 if anything but a refusal came of a file."""
    from security.seeds import READERS  # noqa: PLC0415

    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--files", type=int, default=10_000)
    given.add_argument("--first", type=int, default=0)
    given.add_argument("--seed", type=int, default=SEED)
    given.add_argument("--reader", action="append", choices=READERS)
    given.add_argument("--work", help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.work:
        work(asked.work)
        return 0
    from lib.operate.prepare import prepare  # noqa: PLC0415
    from lib.store.store import Store  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder)
        prepare(
            store=Store(there / "store"),
            static=there / "static",
            bundle=None,
            offline=True,
            simplify_m=30,
            root=there,
        )
        done = fuzz(
            asked.reader or list(READERS),
            asked.files,
            there / "store",
            seed=asked.seed,
            first=asked.first,
            workers=os.cpu_count() or 1,
        )
    for tally in done:
        for number, ended, said in tally.bad[:20]:
            print(f"\n{tally.reader} {number}: {ended}\n{said}")  # noqa: T201
    return int(any(tally.bad for tally in done))


if __name__ == "__main__":
    raise SystemExit(main())
