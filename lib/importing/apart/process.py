"""The process that reads foreign files: one for each reading, under limits, forked from a server.

Started by `lib.importing.apart.sandbox` as ``python -m lib.importing.apart.process``. The server
has the library loaded and reads nothing itself. For each reading it forks a keeper,
which forks the reader: the keeper ends the reader when its time is over or when
who asked has gone, and says how it ended. What was read lies in a file.

Where there is no fork (Windows) the program reads one file and ends.
"""

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from lib.importing.readers import registry
from lib.language.errors import PhuThoError

JOB: Final = "job"
"""File of the folder of a reading: what to do, from who asked."""
RESULT: Final = "result"
"""File of the folder of a reading: what came of it, from the reader."""
PATIENCE: Final = "patience"
"""File of the folder of a reading: seconds of the clock the keeper waits, as text."""
STATUS: Final = struct.Struct("!i?")
"""How a reader ended: status of `os.waitpid`, and whether it was its time that was over."""
LOADED: Final = ("lib.importing.bring", "geopandas.io.arrow", "pyarrow.parquet", "psycopg")
"""What every reading needs: loaded once, before the first."""
LIBRARY_BYTES: Final = 400 * 2**20
"""What the loaded library takes where a reader is a program of its own."""
_OURS: Final = 0o077
"""Nobody else may look at what a reader writes."""
_NICE: Final = 10
"""Who looks at a page goes before who waits for a file."""


@dataclass(frozen=True)
class Limits:
    """Limits of one reading: time, memory, output, open files.

    Parameters
    ----------
    seconds : int
        Of processor time.
    patience : int
        Seconds of the clock: a reader that only waits uses no processor.
    memory : int
        Bytes beside what the loaded library takes.
    output : int
        Bytes of the largest file it writes, what it found included.
    files : int
        Files open at the same time.
    """

    seconds: int
    patience: int
    memory: int
    output: int
    files: int


@dataclass(frozen=True)
class Job:
    """One reading: a function of a module, its arguments and its limits."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    limits: Limits


def confine(limits: Limits) -> None:
    """Put this process under limits for good, as far as the system knows them.

    From here on it may read foreign files.
    """
    registry.allow_here()
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    bounds = {
        resource.RLIMIT_CPU: spent + limits.seconds,
        resource.RLIMIT_AS: _size() + limits.memory,
        resource.RLIMIT_FSIZE: limits.output,
        resource.RLIMIT_NOFILE: limits.files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in bounds.items():
        _, allowed = resource.getrlimit(kind)
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)  # noqa: PLW2901
        resource.setrlimit(kind, (most, most))
    os.nice(_NICE)
    with contextlib.suppress(OSError):  # where memory is short, this goes before the server
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _size() -> int:
    """Return the bytes of address space this process has, 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def resident(number: int) -> int:
    """Return the bytes of memory a process and its own take, 0 where nobody here can say.

    The Python of a virtual environment of Windows starts another one.
    """
    try:
        import psutil  # noqa: PLC0415 - installed where there is no fork
    except ImportError:
        return 0
    try:
        first = psutil.Process(number)
        return sum(int(one.memory_info().rss) for one in (first, *first.children(recursive=True)))
    except psutil.Error:  # it has just ended
        return 0


def work(folder: Path) -> None:
    """Do the job that lies in a folder and write beside it what came of it.

    What is written is ``("done", value)``, ``("said", class, key, values)`` for a
    refusal in words, or ``("fault", text)`` for an error nobody foresaw.
    """
    job: Job = pickle.loads((folder / JOB).read_bytes())  # noqa: S301 - from who asked
    tempfile.tempdir = str(folder)
    for name in ("TMPDIR", "TEMP", "TMP"):  # the last two are what Windows looks at
        os.environ[name] = str(folder)
    confine(job.limits)
    try:
        came: tuple[Any, ...] = ("done", job.function(*job.arguments))
    except PhuThoError as error:
        came = ("said", type(error).__name__, error.key, error.values)
    except MemoryError:
        came = ("memory",)
    except Exception:  # noqa: BLE001 - who asked raises it again, with its text
        came = ("fault", traceback.format_exc())
    try:
        content = pickle.dumps(came, protocol=5)
    except MemoryError:
        content = pickle.dumps(("memory",))
    if len(content) > job.limits.output:
        content = pickle.dumps(("memory",))
    (folder / RESULT).write_bytes(content)


# ---- the server ---------------------------------------------------------------------------


def serve(asked: socket.socket) -> None:
    """Fork a keeper for each connection that comes, until who asks has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    os.umask(_OURS)
    for module in LOADED:
        with contextlib.suppress(ModuleNotFoundError):  # the database's driver need not be there
            importlib.import_module(module)
    gc.collect()
    gc.freeze()
    while True:
        _, ends, _, _ = socket.recv_fds(asked, 1, 1)
        if not ends:
            return
        if os.fork() == 0:
            asked.close()
            _keep(socket.socket(fileno=ends[0]))
        os.close(ends[0])


def _keep(connection: socket.socket) -> NoReturn:
    """Fork the reader, wait for it, end it in time, say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder = Path(connection.makefile(encoding="utf-8").readline().removesuffix("\n"))
    patience = float((folder / PATIENCE).read_text(encoding="ascii"))
    alive, held = os.pipe()
    reader = os.fork()
    if reader == 0:
        connection.close()
        os.close(alive)
        _read(folder)
    os.close(held)
    heard, _, _ = select.select([alive, connection.fileno()], [], [], patience)
    # Who asked says no more: what comes is that it has gone. Its own descendants go with it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(reader, signal.SIGKILL)
    if alive not in heard:
        os.kill(reader, signal.SIGKILL)
    _, status = os.waitpid(reader, 0)
    with contextlib.suppress(OSError):
        connection.sendall(STATUS.pack(status, not heard))
    os._exit(0)


def _read(folder: Path) -> NoReturn:
    """Be the reader: a session of its own, nothing to say on any terminal."""
    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silent, stream)
    code = 1
    try:
        work(folder)
        code = 0
    finally:
        os._exit(code)


def main() -> None:
    """Serve on the socket whose number is given, or do the job of the folder that is given."""
    what, value = sys.argv[1:]
    if what == "serve":
        serve(socket.socket(fileno=int(value)))
    else:
        work(Path(value))


if __name__ == "__main__":
    # Not this module but the one of the package: what is pickled names its classes.
    importlib.import_module("lib.importing.apart.process").main()
