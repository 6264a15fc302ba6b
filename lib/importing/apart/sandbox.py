"""Read foreign files in a separate process, so that no file can harm the one that asked.

What the process may use is in the settings; how it is made, in `lib.importing.apart.process`;
what may come back, in `lib.importing.apart.results`.
"""

import atexit
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Final, ParamSpec, TypeVar

from lib.importing import bring
from lib.importing.apart import process as apart
from lib.importing.apart import results
from lib.importing.draft import Draft, Options
from lib.language import errors
from lib.language.errors import DataRefusedError
from lib.language.findings import from_error
from lib.settings import ROOT, settings
from lib.store.store import Snapshot

P = ParamSpec("P")
T = TypeVar("T")

_LOOK_SECONDS: Final = 0.2
"""How often who waits is asked whether it still waits."""
_PATIENCE: Final = 3
"""Seconds of the clock for one of processor time: other readers have their turn too."""
_BYTES_A_SECOND: Final = 2_000_000
"""What a second of processor time reads of a long log at the least."""
_LONG_BYTES: Final = 20_000_000
_LOG_MEMORY_MB: Final = 3_072
_STARTS_SECONDS: Final = 60
"""What the server may take to load the library on a busy machine."""
_SAID: Final = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.PhuThoError)
}


class ReadingFault(RuntimeError):  # noqa: N818 - not what a file has wrong, but this program
    """Unforeseen error in the reading process; its text is that of the process."""


# ---- the process that is forked from ----------------------------------------------------


class _Server:
    """The process readers are forked from; started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asks: socket.socket | None = None

    def start(self) -> socket.socket:
        """Return the socket the server listens on; start one if there is none."""
        with self._lock:
            if self._process is None or self._process.poll() is not None or self._asks is None:
                self._close()
                self._asks, theirs = socket.socketpair()
                with theirs:
                    number = theirs.fileno()
                    self._process = _program("serve", str(number), pass_fds=(number,))
            return self._asks

    def ask(self, folder: Path) -> socket.socket:
        """Send the folder of a job to the server; return the socket that tells or makes its end."""
        ours, theirs = socket.socketpair()
        with theirs:
            asks = self.start()
            with self._lock:
                socket.send_fds(asks, [b"!"], [theirs.fileno()])
        ours.sendall(f"{folder}\n".encode())
        return ours

    def close(self) -> None:
        """End the server; readers that are at work end too when who asked has gone."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._asks is not None:
            self._asks.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self._process.kill()
            self._process.wait()
        self._process = self._asks = None


def _program(*words: str, **more: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - of Popen
    # Threads of its own and pools that reserve a GB at once are no use to one short reading.
    frugal = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS"), "1")
    frugal |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
    return subprocess.Popen(  # noqa: S603 - this program's own module
        [sys.executable, "-m", "lib.importing.apart.process", *words],
        cwd=ROOT,
        env={**os.environ, **frugal, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        **more,
    )


_SERVER: Final = _Server()
_FORKS: Final = hasattr(os, "fork") and hasattr(socket, "send_fds")
atexit.register(_SERVER.close)


def ready() -> None:
    """Begin to load what a reading needs, without waiting: the first one is then not slower."""
    if _FORKS:
        _SERVER.start()


# ---- one reading --------------------------------------------------------------------------


@cache
def _turns(count: int) -> threading.BoundedSemaphore:
    """Return the semaphore that limits how many readings go on at once."""
    return threading.BoundedSemaphore(count)


@contextlib.contextmanager
def _turn(waiting: Callable[[], None]) -> Iterator[None]:
    """Hold one place among the readings that go on at once; wait until one is free."""
    turns = _turns(settings().readings)
    while not turns.acquire(timeout=_LOOK_SECONDS):
        waiting()
    try:
        yield
    finally:
        turns.release()


def limits(size: int = 0) -> apart.Limits:
    """Return what the settings let one reading use, and a log of `size` bytes besides.

    A log is read in one pass, on as many bytes of memory as DuckDB is given, and what it
    becomes is smaller than it was.
    """
    knobs = settings()
    seconds = knobs.read_seconds + size // _BYTES_A_SECOND
    memory = knobs.read_memory_mb + (_LOG_MEMORY_MB if size > _LONG_BYTES else 0)
    return apart.Limits(
        seconds,
        seconds * _PATIENCE,
        memory * 2**20,
        max(knobs.read_output_mb * 2**20, size),
        knobs.read_files,
    )


def _folder() -> tempfile.TemporaryDirectory[str]:
    # A virus scanner may still look at what a reader wrote: no fault of the reading.
    return tempfile.TemporaryDirectory(prefix="doc-", ignore_cleanup_errors=True)


def _still_here() -> None:
    """Default of `waiting`: nobody can have gone."""


def run(
    function: Callable[..., T],
    *arguments: object,
    name: str,
    size: int = 0,
    waiting: Callable[[], None] = _still_here,
) -> T:
    """Return what a function of a module returns, called in a process apart.

    Parameters
    ----------
    function : callable
        Found there by its module and name.
    *arguments : object
        Of plain data; paths are absolute.
    name : str
        What to call the files in messages.
    size : int
        Bytes of a log that may take longer than a register.
    waiting : callable, optional
        Called several times a second; what it raises ends the process.

    Raises
    ------
    DataRefusedError
        It took too long or too much memory, or broke off; or what the function refuses.
    ReadingFault
        An error nobody foresaw.
    """
    bounds = limits(size)
    with _turn(waiting), _folder() as made:
        folder = Path(made).resolve()
        (folder / apart.JOB).write_bytes(pickle.dumps(apart.Job(function, arguments, bounds)))
        (folder / apart.PATIENCE).write_text(str(bounds.patience), encoding="ascii")
        ended = (_forked if _FORKS else _started)(folder, bounds, waiting)
        try:
            with (folder / apart.RESULT).open("rb") as file:
                came = _came(file, bounds) if ended == "done" else (ended,)
        except FileNotFoundError:
            came = (ended,)
    return _told(came, name, bounds)  # type: ignore[no-any-return]


def _forked(folder: Path, bounds: apart.Limits, waiting: Callable[[], None]) -> str:
    """Have the job of a folder done by a process forked for it; return how that ended."""
    connection = _SERVER.ask(folder)
    # The keeper ends the reader in time; this only waits for a keeper that itself was ended.
    until = time.monotonic() + bounds.patience + 2 * _LOOK_SECONDS + _STARTS_SECONDS
    with connection:
        connection.settimeout(_LOOK_SECONDS)
        try:
            while (told := _heard(connection)) is None:
                waiting()
                if time.monotonic() > until:
                    return "time"
        finally:
            # The reader ends before its folder goes.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                connection.recv(apart.STATUS.size)
    if len(told) < apart.STATUS.size:
        return "broke"
    status, late = apart.STATUS.unpack(told)
    if late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)):
        return "time"
    return "done" if status == 0 else "broke"


def _heard(connection: socket.socket) -> bytes | None:
    """Return what the keeper says, empty if it has gone, None if it says nothing yet."""
    try:
        return connection.recv(apart.STATUS.size)
    except TimeoutError:
        return None
    except OSError:
        return b""


def _started(folder: Path, bounds: apart.Limits, waiting: Callable[[], None]) -> str:
    """Have the job of a folder done by a process started for it: where there is no fork."""
    until = time.monotonic() + bounds.patience
    with _program("read", str(folder), stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                waiting()
                if time.monotonic() > until:
                    return "time"
                if apart.resident(process.pid) > apart.LIBRARY_BYTES + bounds.memory:
                    return "memory"
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_SECONDS)
        finally:
            process.kill()
    return "done" if process.returncode == 0 else "broke"


def _came(file: IO[bytes], bounds: apart.Limits) -> tuple[Any, ...]:
    """Return what a reader wrote; what is no such data is as if it had broken off."""
    if os.fstat(file.fileno()).st_size > bounds.output:
        return ("memory",)
    try:
        came = results.load(file)
    except results.NoResultError as error:
        return ("fault", str(error))
    return came if isinstance(came, tuple) and came else ("broke",)


def _told(came: tuple[Any, ...], name: str, bounds: apart.Limits) -> Any:  # noqa: ANN401 - of the caller
    """Return what was found, or raise what was said."""
    what, *told = came
    if what == "done":
        return told[0]
    if what == "said":
        kind, key, values = told
        raise _SAID.get(kind, DataRefusedError)(key, **values)
    if what == "fault":
        raise ReadingFault(told[0])
    if what == "time":
        raise DataRefusedError("readers.too_long", file=name, seconds=bounds.seconds)
    if what == "memory":
        raise DataRefusedError("readers.too_heavy", file=name, most=bounds.memory // 2**20)
    raise DataRefusedError("readers.broke_off", file=name)


# ---- imports ----------------------------------------------------------------------------


def draft_of(
    files: Sequence[tuple[Path, str]],
    options: Options,
    base: Snapshot,
    *,
    waiting: Callable[[], None] = _still_here,
) -> Draft:
    """Return what importing these files would change, read and checked in a process apart.

    Parameters
    ----------
    files : sequence of (Path, str)
        Where a file lies and what it is called.
    options : Options
        What a person chose.
    base : Snapshot
        What the files are held against.
    waiting : callable, optional
        As in `run`.

    Returns
    -------
    Draft
        With a refusal where the process was ended.

    Raises
    ------
    WrongUseError
        A file is not there.
    """
    there = [(path.resolve(), name) for path, name in files]
    names = ", ".join(name for _, name in files)
    try:
        return run(bring.draft_of, there, options, base, name=names, waiting=waiting)
    except DataRefusedError as error:
        return Draft(options, findings=(from_error(error),))
