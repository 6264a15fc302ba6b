"""A site that is started for the tests: its copy of the application, its facts, its server."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd
import requests

from lib.store.store import Store

ROOT = Path(__file__).parents[2]
START_SECONDS = 240

QUIET_PORTS = range(20_000, 32_000)
"""Below those a system takes for connections that go out."""

HOSTILE = (
    """<img src=x onerror="parent.document.title='pwned'">""",
    "${alert(1)}",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    "[x](javascript:alert(1))",
)
HOSTILE_COMMUNES = ("08590", "08656", "05212", "08542", "08152")
HOSTILE_CLUSTERS = ("PT-001", "PT-002", "PT-004", "PT-008", "PT-009")


@dataclass(frozen=True)
class Site:
    """A running server with a store of its own.

    Parameters
    ----------
    url : str
        Where it answers, without a slash at the end.
    root : Path
        Its copy of the application; store and static files are below.
    log : Path
        All the server said.
    pid : int
        Its process, where there is one.
    """

    url: str
    root: Path
    log: Path
    pid: int = field(default=0, kw_only=True)

    @cached_property
    def layers(self) -> dict[str, dict]:
        """What ``prepare`` says of the layer files: path, codes, bounds, by layer."""
        in_use = Store(self.root / "data" / "store").current().snapshot_id
        lists = (self.root / "static" / "layers").glob(f"{in_use}-*.index.json")
        index = max(lists, key=lambda path: path.stat().st_mtime_ns)
        listed = json.loads(index.read_text(encoding="utf-8"))
        return {layer["layer_id"]: layer for layer in listed}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of its snapshot the tests compare with."""
        snapshot = Store(self.root / "data" / "store").current()
        names = ("communes", "clusters", "former_units", "ended_units", "weak_supply")
        return {name: pd.DataFrame(snapshot.read(name)) for name in names}

    def places(self, layer_id: str) -> list[dict]:
        """Return the properties of a layer's features: code, name, lx, ly."""
        path = self.root / "static" / self.layers[layer_id]["path"]
        document = json.loads(path.read_text(encoding="utf-8"))
        return [feature["properties"] for feature in document["features"]]


def copy_app(folder: Path) -> Path:
    """Copy what a clone needs to run; nothing of the developer's store or static files.

    What is compiled goes along, but not what another process is writing at this moment.
    """
    root = folder / "app"
    compiling = shutil.ignore_patterns("*.pyc.*")

    def hidden(folder: str, names: list[str]) -> set[str]:
        own = {"store"} if Path(folder) == ROOT / "data" else set()
        return own | compiling(folder, names)

    for name in ("lib", "pages", ".streamlit", "data"):
        shutil.copytree(ROOT / name, root / name, ignore=hidden)
    shutil.copyfile(ROOT / "app.py", root / "app.py")
    return root


def _hostile_changes() -> dict[str, tuple[str, dict[str, dict[str, str]]]]:
    """Return table -> key column and, by key, the cells that become hostile."""
    communes = dict(zip(HOSTILE_COMMUNES, HOSTILE, strict=True))
    clusters = {
        code: {
            **dict.fromkeys(("name", "investor", "decision_no", "note"), text),
            "source_url": 'https://example.org/"onmouseover="alert(1)',
        }
        for code, text in zip(HOSTILE_CLUSTERS, HOSTILE, strict=True)
    }
    clusters["PT-005"] = {"former_communes": HOSTILE[0], "former_district": HOSTILE[3]}
    village = {"villages": HOSTILE[0], "note": HOSTILE[1], "value": HOSTILE[3]}
    shown = ("name", "note", "seat_text", "legal_basis")
    return {
        "communes": ("code", {c: dict.fromkeys(shown, text) for c, text in communes.items()}),
        "former_units": ("former_code", {c: {"name": text} for c, text in communes.items()}),
        "clusters": ("cluster_id", clusters),
        "weak_supply": ("weak_id", {"WS-01": {**village, "programme": HOSTILE[4]}}),
        "published_totals": ("metric", {"clusters_established": {"source": HOSTILE[3]}}),
    }


def make_hostile(root: Path) -> None:
    """Put hostile texts in the free texts of the copy's facts that a page shows."""
    for table, (key, changes) in _hostile_changes().items():
        path = root / "data" / "facts" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for value, cells in changes.items():
            rows = frame[key] == value
            assert rows.any(), f"{table} has no {value}"
            frame.loc[rows, list(cells)] = list(cells.values())
        frame.to_csv(path, index=False)


def environment() -> dict[str, str]:
    """Return the environment without what would point an application elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PHUTHO_")}
    return kept | {"DATABASE_URL": ""}


def prepare(root: Path, *options: str, **more: str) -> None:
    """Run ``prepare`` on a copy of the application, without the network."""
    done = subprocess.run(
        [sys.executable, "-m", "lib", "prepare", "--offline", *options],
        cwd=root,
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, (
        f"prepare ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    )


def free_port() -> int:
    """Return a port nobody listens on, nor is given meanwhile to a connection that goes out."""
    while True:
        port = secrets.choice(QUIET_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def served(root: Path, *, port: int = 0, **more: str) -> Iterator[Site]:
    """Run the server of a copy until the block ends; show what it said if it will not start.

    Parameters
    ----------
    root : Path
        The copy.
    port : int
        Where it listens; 0 for any free one.
    **more : str
        Variables of the environment.
    """
    port = port or free_port()
    log = root.parent / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=root,
            env=environment() | more,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        site = Site(f"http://localhost:{port}", root, log, pid=process.pid)
        try:
            _wait_until_healthy(site, process)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_healthy(site: Site, process: subprocess.Popen) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(f"{site.url}/_stcore/health", timeout=2).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)  # the port is bound before the application is loaded
    said = site.log.read_text(encoding="utf-8", errors="replace")
    msg = f"the server did not become healthy (exit code {process.poll()}):\n{said}"
    raise AssertionError(msg)
