"""Strangers who mean harm beside people at work: errors, seconds, memory.

`PYTHONPATH=tests python -m bench.siege [--visitors 25] [--strangers 6] [--minutes 10]
[--quiet 3] [--think 10] [--bundle FOLDER]`

Accounts open pages by websocket as a browser does; first by themselves, then beside
strangers who send what is too large, too much, half or nonsense, each within the
speed of one connection. Exit code 1 if an account met an error, its p95 doubled,
memory did not come back to within a tenth, or the log holds a trace.
"""

import argparse
import random
import socket
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from e2e import sites
from e2e.offices import POLICY, vouched
from e2e.session import session
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

PAGES: Final = ("overview", "clusters", "cross_commune", "merger", "power", "data")
FAILED: Final = (OSError, WebSocketException, requests.RequestException, TimeoutError)
MB: Final = 2**20
SETTLE: Final = 60
"""Seconds after the strangers have gone before memory is looked at."""


@dataclass
class Phase:
    """A part of the time, and what the accounts met in it."""

    name: str
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


@dataclass
class Scene:
    """What all threads share."""

    site: sites.Site
    until: float
    phase: Phase
    acts: Counter[str] = field(default_factory=Counter)

    @property
    def over(self) -> bool:
        return time.monotonic() > self.until

    @property
    def port(self) -> int:
        return int(self.site.url.rpartition(":")[2])

    def memory(self) -> float:
        """Return the resident memory of the server, MB."""
        status = Path(f"/proc/{self.site.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def work(scene: Scene, name: str, think: float) -> None:
    """Open one page after another, as an account, until it is over."""
    chance = random.Random(name)  # noqa: S311 - chance, no secret
    while not scene.over:
        try:
            with session(scene.site, vouched(name)) as visit:
                while not scene.over:
                    time.sleep(chance.expovariate(1 / think))
                    phase, start = scene.phase, time.perf_counter()
                    if not visit.open(chance.choice(PAGES)).text:
                        phase.faults.append("an empty page")
                    phase.seconds.append(time.perf_counter() - start)
        except FAILED as error:
            scene.phase.faults.append(f"{type(error).__name__}: {error}"[:200])


# ---- what strangers do: each once, and then again ----------------------------------------------


def _messages(scene: Scene, *messages: bytes, hold: float = 0.0) -> None:
    address = f"{scene.site.url.replace('http://', 'ws://')}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None) as peer:  # type: ignore[list-item]
        for message in messages:
            peer.send(message)
        time.sleep(hold)


def large(scene: Scene, chance: random.Random) -> None:
    message = BackMsg()
    message.rerun_script.query_string = "k" * chance.randrange(65_000, 3 * MB)
    _messages(scene, message.SerializeToString())


def many_widgets(scene: Scene, chance: random.Random) -> None:
    message = BackMsg()
    states = [WidgetState(id=f"$$ID-{n}-x") for n in range(chance.randrange(1, 20_000))]
    message.rerun_script.widget_states.widgets.extend(states)
    _messages(scene, message.SerializeToString())


def nonsense(scene: Scene, chance: random.Random) -> None:
    _messages(scene, *(chance.randbytes(chance.randrange(1, 4_000)) for _ in range(20)))


def without_end(scene: Scene, chance: random.Random) -> None:
    message = BackMsg()
    message.rerun_script.page_name = chance.choice(PAGES)
    _messages(scene, *[message.SerializeToString()] * 200)


def pages_held(scene: Scene, chance: random.Random) -> None:
    with ExitStack() as opened:
        address = f"{scene.site.url.replace('http://', 'ws://')}/_stcore/stream"
        for _ in range(30):
            opened.enter_context(connect(address, subprotocols=["streamlit"]))  # type: ignore[list-item]
        time.sleep(chance.uniform(0, 3))


def half_sent(scene: Scene, chance: random.Random) -> None:
    with ExitStack() as opened:
        for _ in range(40):
            peer = socket.create_connection(("127.0.0.1", scene.port), timeout=5)
            opened.enter_context(peer)
            peer.sendall(b"POST /_stcore/upload_file/a/b HTTP/1.1\r\nHost: l\r\nContent-Le")
        time.sleep(chance.uniform(0, 5))


def uploads(scene: Scene, chance: random.Random) -> None:
    path = f"/_stcore/upload_file/{chance.randrange(9**9)}/{chance.randrange(9**9)}"
    requests.put(f"{scene.site.url}{path}", files={"file": bytes(5 * MB)}, timeout=10)


def paths(scene: Scene, chance: random.Random) -> None:
    steps = (
        "app",
        "static",
        "..",
        ".",
        "%2e%2e",
        "layers",
        "media",
        "_stcore",
        "",
        "%00",
        "a" * 900,
    )
    for _ in range(50):
        path = "/".join(chance.choices(steps, k=chance.randrange(1, 30)))
        requests.get(f"{scene.site.url}/{path}", timeout=10)


ACTS: Final[tuple[Callable[[Scene, random.Random], None], ...]] = (
    large,
    many_widgets,
    nonsense,
    without_end,
    pages_held,
    half_sent,
    uploads,
    paths,
)


def harm(scene: Scene, number: int) -> None:
    """Do one thing after another until it is over; a refusal is what is hoped for."""
    chance = random.Random(number)  # noqa: S311 - chance, no secret
    while not scene.over:
        act = chance.choice(ACTS)
        with suppress(*FAILED):
            act(scene, chance)
        scene.acts[act.__name__] += 1
        time.sleep(0.2)


def told(quiet: Phase, siege: Phase, before: float, after: float, acts: Counter[str]) -> bool:
    """Print what was seen; return whether it is as it should be."""
    print("| | answers | median, s | p95, s | errors |\n|---|---:|---:|---:|---:|")
    for phase in (quiet, siege):
        print(
            f"| {phase.name} | {len(phase.seconds):,} | {statistics.median(phase.seconds):.2f} "
            f"| {phase.p95:.2f} | {len(phase.faults)} |"
        )
    print(f"{sum(acts.values()):,} acts: " + ", ".join(f"{k} {n}" for k, n in acts.most_common()))
    print(
        f"memory {before:.0f} MB before, {after:.0f} MB a minute after ({after / before - 1:+.1%})"
    )
    for fault in (*quiet.faults, *siege.faults)[:10]:
        print(f"fault: {fault}")
    ratio = siege.p95 / quiet.p95
    print(f"p95 {ratio:.2f} x")
    return not quiet.faults and not siege.faults and ratio < 2 and after < 1.1 * before


def run(asked: argparse.Namespace, site: sites.Site) -> bool:
    """Let the accounts work, then the strangers beside them; return whether all is well."""
    quiet, siege = Phase("alone"), Phase("beside strangers")
    warm = Phase("first pages")
    scene = Scene(site, time.monotonic() + 60 * (1 + asked.quiet + asked.minutes), warm)
    threads = [
        threading.Thread(target=work, args=(scene, f"nguoi{n}", asked.think), daemon=True)
        for n in range(asked.visitors)
    ]
    for thread in threads:
        thread.start()
    time.sleep(60)
    scene.phase = quiet
    time.sleep(60 * asked.quiet)
    before = scene.memory()
    scene.phase = siege
    strangers = [
        threading.Thread(target=harm, args=(scene, n), daemon=True) for n in range(asked.strangers)
    ]
    for thread in strangers:
        thread.start()
    for thread in (*threads, *strangers):
        thread.join()
    time.sleep(SETTLE)
    return told(quiet, siege, before, scene.memory(), scene.acts)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="Strangers beside people at work.")
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--strangers", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--quiet", type=float, default=3, help="minutes without strangers before")
    parser.add_argument("--think", type=float, default=10, help="seconds between two acts, mean")
    parser.add_argument("--bundle", default=str(sites.ROOT.parent / "shared/data/upstream"))
    parser.add_argument("--log", type=Path, help="where the server's log is kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, policy = sites.copy_app(Path(folder)), Path(folder) / "access.toml"
        people = "\n".join(f'nguoi{n} = "viewer"' for n in range(asked.visitors))
        policy.write_text(f"{POLICY}{people}\n", encoding="utf-8")
        policy.chmod(0o600)
        sites.prepare(root, *(("--bundle", asked.bundle) if Path(asked.bundle).is_dir() else ()))
        more: dict[str, Any] = {"PHUTHO_ACCESS": str(policy)}
        with sites.served(root, **more) as site:
            well = run(asked, site)
            said = site.log.read_text(encoding="utf-8", errors="replace")
            traces = said.count("Traceback")
            print(f"{traces} tracebacks in the server's log, {len(said):,} letters")
            if asked.log:
                asked.log.write_text(said, encoding="utf-8")
    raise SystemExit(0 if well and not traces else 1)


if __name__ == "__main__":
    main()
