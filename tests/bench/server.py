"""Starting a Streamlit application as a person would, and looking at its memory."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A running Streamlit server."""

    url: str
    process: subprocess.Popen
    started: float
    healthy_s: float

    def processor_s(self) -> float:
        """Return the processor time the server has used, seconds."""
        used = psutil.Process(self.process.pid).cpu_times()
        return used.user + used.system

    def memory_mb(self) -> float:
        """Return what the server holds in memory, MB: private pages and its part of shared ones."""
        return psutil.Process(self.process.pid).memory_full_info().pss / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(script: Path, cwd: Path, *options: str, data: Path | None = None) -> Iterator[Server]:
    """Run `script` until the block ends.

    Parameters
    ----------
    script : Path
        What Streamlit runs.
    cwd : Path
        Where; its ``.streamlit`` holds.
    *options : str
        Further options of ``streamlit run``.
    data : Path, optional
        What a contender reads, ``BENCH_DATA`` in its environment.
    """
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PHUTHO_")}
    log = cwd / "bench-server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    started = time.perf_counter()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, *options],
            cwd=cwd,
            env=clean | {"BENCH_DATA": str(data or "")},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        url = f"http://localhost:{port}"
        try:
            _wait_until_healthy(url, process, log)
            yield Server(url, process, started, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(f"{url}/_stcore/health", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.02)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    msg = f"the server did not answer (exit code {process.poll()}): {said}"
    raise RuntimeError(msg)
