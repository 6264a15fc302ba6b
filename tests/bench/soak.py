"""Many visitors while data is imported: errors, mixed answers, seconds, memory.

`python -m tests.bench.soak [--visitors 50] [--minutes 10] [--think 10] [--every 10]
[--processes 1] [--bundle FOLDER]`

Visitors act through Streamlit's agent API, which runs the pages exactly as for a
browser and gives back what it would show; only the servers of this script have it
on. Every import writes one word, its number, into the decision of every cluster. An
answer is mixed if its rows carry two numbers, or another one than the snapshot that
its foot names.
"""

import argparse
import itertools
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import requests

from lib.importing import bring
from lib.importing.apart import sandbox
from lib.importing.draft import Options
from lib.layers import build
from lib.store.store import Snapshot, Store
from tests.e2e import sites

PAGES = ("", "clusters", "clusters", "clusters", "cross_commune", "merger", "power", "data")
WORD = "SOAK-"
SNAPSHOT = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}")
MARK = re.compile(rf"{WORD}\d+")
WAIT_SECONDS = 120
"""A visitor who waits longer than this has met a fault."""


@dataclass
class Seen:
    """What all visitors met."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    answers: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        self.faults.append(what)
        print(f"fault: {what}"[:300], flush=True)


@dataclass
class Server:
    """One process of the application."""

    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def told(self, name: str) -> str:
        """Return a line of ``/proc/PID/status``."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return status.partition(f"{name}:")[2].split()[0]

    def processor(self) -> float:
        """Return the seconds of processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        return sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(root: Path, port: int) -> Iterator[Server]:
    """Run one process as the service does, with the agent API, until the block ends."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = {
        "server.port": port,
        "server.enableAgentApi": True,
        "server.agentMaxSessions": 500,
        "server.agentWaitTimeout": WAIT_SECONDS,
    }
    command += [f"--{name}={str(value).lower()}" for name, value in options.items()]
    log = root.parent / f"server-{port}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=root, env=sites.environment(), stdout=output, stderr=output
        ) as process,
    ):
        server = Server(port, process.pid)
        try:
            end = time.monotonic() + WAIT_SECONDS
            while time.monotonic() < end and process.poll() is None:
                try:
                    if requests.get(f"{server.address}/health", timeout=10).ok:
                        break
                except (requests.ConnectionError, requests.Timeout):
                    time.sleep(0.2)
            first = requests.post(f"{server.address}/_stcore/agent/interact", json={}, timeout=120)
            first.raise_for_status()
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            said = log.read_text(encoding="utf-8", errors="replace")
            print(f"port {port}: {said.count('Traceback')} tracebacks in its log")


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return every element of a page."""
    yield tree
    for child in tree.get("children", ()):
        yield from nodes(child)


class Visitor(threading.Thread):
    """One person who opens pages and changes filters."""

    def __init__(self, number: int, server: Server, seen: Seen, *, until: float, think: float):
        super().__init__(daemon=True)
        self.chance = random.Random(number)  # noqa: S311 - not a secret
        self.address = f"{server.address}/_stcore/agent/interact"
        self.seen, self.until, self.think = seen, until, think
        self.session, self.pills = "", []

    def run(self) -> None:
        time.sleep(self.chance.uniform(0, self.think))
        while time.monotonic() < self.until:
            try:
                self.act()
            except (requests.RequestException, KeyError, ValueError) as error:
                self.seen.fault(f"{type(error).__name__}: {error}")
            time.sleep(self.chance.expovariate(1 / self.think))

    def act(self) -> None:
        """Change a filter if there is one, else, or sometimes, go to another page."""
        kind, asked = "page", {"page": self.chance.choice(PAGES)}
        if self.pills and self.chance.random() < 0.7:
            some = self.chance.sample(self.pills, self.chance.randrange(len(self.pills)))
            kind, asked = "filter", {"widget_state": {"province": some}}
        if self.session:
            asked["session_id"] = self.session
        start = time.perf_counter()
        answer = requests.post(self.address, json=asked, timeout=WAIT_SECONDS + 30)
        self.seen.seconds.setdefault(kind, []).append(time.perf_counter() - start)
        told = answer.json()
        if answer.status_code != requests.codes.ok or told["status"] != "ready":
            self.seen.fault(f"{answer.status_code} {asked}: {answer.text[:200]}")
            return
        self.session = told["session_id"]
        self.look(kind, told)

    def look(self, kind: str, told: dict[str, Any]) -> None:
        """Keep which snapshot the page names and which numbers its rows carry."""
        elements = list(nodes(told["tree"]))
        self.pills = next(
            (e["props"]["options"] for e in elements if e.get("key") == "province"), []
        )
        if any(e["type"] in {"exception", "error"} for e in elements):
            self.seen.fault(f"an error on page {told['page']['url_path']!r}")
        feet = [e["props"]["body"] for e in elements if "ph-foot" in str(e.get("props"))]
        named = {found for foot in feet for found in SNAPSHOT.findall(foot)}
        rows = [e for e in elements if e["type"] in {"dataframe", "table"}]
        marks = frozenset(MARK.findall(str(rows))) if told["page"]["url_path"] else frozenset()
        if len(named) == 1:
            self.seen.answers.append((kind, named.pop(), marks))
        else:
            self.seen.fault(f"the foot of {told['page']['url_path']!r} names {sorted(named)}")


def import_for_ever(root: Path, every: float) -> None:
    """Publish a new snapshot every `every` seconds, as ``python -m lib import`` does."""
    store, static = Store(root / "data" / "store"), root / "static"
    ids = pd.read_csv(root / "data/facts/clusters.csv", usecols=["cluster_id"])["cluster_id"]
    options = Options(bring.kind_of("clusters"), as_of="2026-11-25")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clusters.csv"
        for number in itertools.count(1):
            start = time.monotonic()
            pd.DataFrame({"cluster_id": ids, "decision_no": f"{WORD}{number}"}).to_csv(path)
            base = store.current()
            draft = sandbox.draft_of([(path, path.name)], options, base)
            made = bring.publish(
                store,
                draft,
                base=base,
                files={path.name: path.read_bytes()},
                who="soak",
                confirmed=True,
            )
            build.build(made, static, simplify_m=30)
            time.sleep(max(0.0, every - (time.monotonic() - start)))


def mark_of(snapshot: Snapshot) -> frozenset[str]:
    """Return the numbers in a snapshot's table of clusters: one, or none before the first."""
    return frozenset(snapshot.read("clusters")["decision_no"].dropna().str.findall(MARK).sum())


def told(seen: Seen, store: Store, servers: list[tuple[Server, float]], seconds: float) -> bool:
    """Print what was seen; return whether nothing went wrong."""
    snapshots = {s.snapshot_id: mark_of(s) for s in store.snapshots()}
    mixed = [
        (snapshot, sorted(marks))
        for _, snapshot, marks in seen.answers
        if len(marks) > 1 or not marks <= snapshots[snapshot]
    ]
    used = Counter(snapshot for _, snapshot, _ in seen.answers)
    print(
        f"{len(seen.answers):,} answers in {seconds:.0f} s, "
        f"{sum(bool(marks) for _, _, marks in seen.answers):,} of them with rows to compare; "
        f"{len(snapshots) - 1} imports, {len(used)} snapshots seen; "
        f"{len(seen.faults)} faults, {len(mixed)} mixed; load {os.getloadavg()[0]:.1f}"
    )
    print("| act | answers | median, s | p95, s | greatest, s |")
    print("|---|---:|---:|---:|---:|")
    for kind, taken in seen.seconds.items():
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(
            f"| {kind} | {len(taken):,} | {statistics.median(taken):.2f} | {p95:.2f} "
            f"| {max(taken):.2f} |"
        )
    for server, before in servers:
        print(
            f"port {server.port}: {int(server.told('VmRSS')) / 1024:.0f} MB, at most "
            f"{int(server.told('VmHWM')) / 1024:.0f} MB; "
            f"{server.processor() - before:.0f} s of processor time"
        )
    for snapshot, marks in mixed[:10]:
        print(f"mixed: {snapshot} {marks}")
    return not (seen.faults or mixed)


def main() -> None:
    """Run it; exit code 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description="Visitors and imports at once.")
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--think", type=float, default=10, help="seconds between two acts, mean")
    parser.add_argument("--every", type=float, default=10, help="seconds between two imports")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--bundle", default=str(sites.ROOT.parent / "shared/data/upstream"))
    parser.add_argument("--import-into", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.import_into:
        import_for_ever(asked.import_into, asked.every)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = sites.copy_app(Path(folder))
        sites.prepare(root, *(("--bundle", asked.bundle) if Path(asked.bundle).is_dir() else ()))
        ports = [sites.free_port() for _ in range(asked.processes)]
        servers = [stack.enter_context(serving(root, port)) for port in ports]
        empty = [f"{int(server.told('VmRSS')) / 1024:.0f} MB" for server in servers]
        print(f"after the first visitor: {', '.join(empty)}; load {os.getloadavg()[0]:.1f}")
        command = [sys.executable, "-m", "tests.bench.soak", "--import-into", str(root)]
        importer = subprocess.Popen([*command, "--every", str(asked.every)])
        stack.callback(importer.kill)
        seen, start = Seen(), time.monotonic()
        before = [(server, server.processor()) for server in servers]
        until = start + asked.minutes * 60
        visitors = [
            Visitor(n, servers[n % len(servers)], seen, until=until, think=asked.think)
            for n in range(asked.visitors)
        ]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        if importer.poll() is not None:
            seen.fault(f"the importer ended with {importer.returncode}")
        importer.kill()
        well = told(seen, Store(root / "data" / "store"), before, time.monotonic() - start)
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
