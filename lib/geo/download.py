"""The public release of the commune borders, fetched file by file, each checked by its sha256.

A meeting room often has no internet: the fetch gives up early, keeps every
file that came whole, and asks only for the others the next time.
"""

import csv
import queue
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

import pooch
import requests
import urllib3
from tqdm import tqdm

from lib.language.errors import SourceUnavailableError
from lib.language.text import t
from lib.settings import settings

REGISTRY: Final = settings().facts / "border_files.csv"
"""Code, path, sha256 and size of each file of the release for the province."""

RELEASE_URL: Final = (
    "https://raw.githubusercontent.com/thanglequoc/vietnamese-provinces-database/v4.2.0/"
)

_CHUNK: Final = 1 << 16
_TRY_LATER: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_GOODBYE_S: Final = 1.0


class BorderFile(NamedTuple):
    """One file of the release: commune code, path in the release, sha256, size in bytes."""

    code: str
    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class DownloadOptions:
    """Address, time-outs (seconds) and retries of the download.

    Parameters
    ----------
    base_url : str
        Address the paths of the registry are put after.
    connect_s, read_s : float
        Longest wait for a connection, and for the next byte.
    reach_s : float
        Longest wait for the first answer of all. It covers what `connect_s` cannot: a name
        server that never answers, a host with eight addresses tried one by one.
    retries : int
        Further tries for a file after a passing fault: no answer, 5xx, a wrong hash.
    give_up_after : int
        Give up the whole after so many files in a row without any answer, or so many lost.
    """

    base_url: str = RELEASE_URL
    connect_s: float = 5.0
    read_s: float = 15.0
    reach_s: float = 10.0
    retries: int = 2
    threads: int = 8
    give_up_after: int = 3

    @property
    def patience_s(self) -> float:
        """Longest time one file may take with all its tries, seconds, with a margin."""
        return (1 + self.retries) * (self.connect_s + self.read_s) + 10


def read_registry(path: Path = REGISTRY) -> tuple[BorderFile, ...]:
    """Return the files of the release, in the order of the registry.

    Parameters
    ----------
    path : pathlib.Path
        CSV with the columns ``code``, ``path``, ``sha256``, ``bytes``.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            BorderFile(row["code"], row["path"], row["sha256"], int(row["bytes"]))
            for row in csv.DictReader(lines)
        )


def missing_files(files: Iterable[BorderFile], cache: Path) -> tuple[BorderFile, ...]:
    """Return the files that are not in `cache` with the right size and sha256."""
    return tuple(file for file in files if not _is_right(file, cache / file.path))


def discard_wrong(files: Iterable[BorderFile], cache: Path) -> tuple[str, ...]:
    """Delete the files in `cache` that are not what the registry says; return their paths."""
    wrong = [file.path for file in missing_files(files, cache) if (cache / file.path).is_file()]
    try:
        for path in wrong:
            (cache / path).unlink(missing_ok=True)
    except OSError as fault:
        raise _unwritable(cache, fault) from fault
    return tuple(wrong)


def fetch_release(
    files: Sequence[BorderFile], cache: Path, *, options: DownloadOptions | None = None
) -> None:
    """Bring every file of the release into `cache`, under its path in the release.

    A file that is there with the right sha256 is not asked for again. Others are written aside
    and renamed once their sha256 is right, so an interrupted run leaves only whole files.

    Parameters
    ----------
    cache : pathlib.Path
        Folder of the files; made if absent.

    Raises
    ------
    SourceUnavailableError
        If not all files could be had; it names the first file lost, why, and how many are kept.
    """
    options = options or DownloadOptions()
    wanted = missing_files(files, cache)
    if not wanted:
        return
    try:
        for folder in {(cache / file.path).parent for file in wanted}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise _unwritable(cache, fault) from fault
    # pooch tells each file on stderr, through the progress bar.
    pooch.get_logger().setLevel("WARNING")
    run = _Run(options, files, cache)
    for file in wanted:
        run.todo.put(file)
    # Daemons: a thread stuck in a name server that never answers must not keep
    # the program from ending, as those of concurrent.futures would.
    threads = [
        threading.Thread(target=_work, args=(run,), daemon=True)
        for _ in range(min(options.threads, len(wanted)))
    ]
    for thread in threads:
        thread.start()
    try:
        losses = _collect(run, len(files), len(wanted))
    finally:
        run.stop.set()
        until = time.monotonic() + _GOODBYE_S
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    if losses:
        absent = len(missing_files(files, cache))
        raise SourceUnavailableError(
            losses[0].key, **losses[0].values, kept=len(files) - absent, total=len(files)
        )


def _is_right(file: BorderFile, path: Path) -> bool:
    """Return True if `path` holds `file`; what cannot be read is not right."""
    try:
        return path.stat().st_size == file.size and pooch.file_hash(str(path)) == file.sha256
    except OSError:
        return False


def _unwritable(folder: Path, fault: OSError) -> SourceUnavailableError:
    reason = fault.strerror or type(fault).__name__
    return SourceUnavailableError("sources.cache_unwritable", folder=str(folder), reason=reason)


class _Loss(NamedTuple):
    """Reason an attempt failed: text key, values, and whether it ends the try, the file or all."""

    key: str
    values: Mapping[str, object]
    settles: Literal["try", "file", "all"]


@dataclass
class _Run:
    """Shared state of the threads of one download; each field is safe to touch from all."""

    options: DownloadOptions
    files: Sequence[BorderFile]
    cache: Path
    todo: "queue.SimpleQueue[BorderFile]" = field(default_factory=queue.SimpleQueue)
    done: "queue.SimpleQueue[_Loss | None]" = field(default_factory=queue.SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)
    news: threading.Event = field(default_factory=threading.Event)
    silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keeper = pooch.Pooch(
            path=self.cache,
            base_url=self.options.base_url,
            registry={file.path: f"sha256:{file.sha256}" for file in self.files},
        )

    def unreachable(self) -> _Loss:
        host = urlsplit(self.options.base_url).hostname
        return _Loss("sources.unreachable", {"host": host}, "all")


def _collect(run: _Run, total: int, wanted: int) -> list[_Loss]:
    """Wait for the threads, moving the progress bar; return what was lost."""
    losses: list[_Loss] = []
    # disable=None: no bar where stderr is not a terminal.
    with tqdm(desc=t("sources.progress"), total=total, initial=total - wanted, disable=None) as bar:
        if not run.news.wait(run.options.reach_s):
            return [run.unreachable()]
        for _ in range(wanted):
            try:
                loss = run.done.get(timeout=run.options.patience_s)
            except queue.Empty:
                stalled = {"seconds": run.options.patience_s}
                return [*losses, _Loss("sources.stalled", stalled, "all")]
            if loss is None:
                bar.update()
                continue
            losses.append(loss)
            if loss.settles == "all":
                return [loss]
            if len(losses) >= run.options.give_up_after:
                break
    return losses


def _work(run: _Run) -> None:
    """Fetch files until none is left or the run is given up."""
    with requests.Session() as session, suppress(queue.Empty):
        while not run.stop.is_set():
            run.done.put(_fetch(run, session, run.todo.get_nowait()))
            run.news.set()


def _fetch(run: _Run, session: requests.Session, file: BorderFile) -> _Loss | None:
    """Fetch one file, again after a passing fault; return why it was lost, None if it is there."""
    loss = _try(run, session, file)
    for pause in range(1, run.options.retries + 1):
        # pooch can try again too, but sleeps on when the run is given up.
        if loss is None or loss.settles != "try" or run.stop.wait(pause):
            break
        loss = _try(run, session, file)
    return loss


def _try(run: _Run, session: requests.Session, file: BorderFile) -> _Loss | None:
    """Fetch one file once; return why it failed, None if it is there."""
    try:
        run.keeper.fetch(file.path, downloader=partial(_get, run, session, file))
    except requests.RequestException as fault:
        return _loss(run, file, fault)
    except ValueError:  # pooch: the sha256 is another
        return _Loss("sources.wrong_file", {"file": file.path}, "try")
    except OSError as fault:
        error = _unwritable(run.cache, fault)
        return _Loss(error.key, error.values, "all")
    return None


def _loss(run: _Run, file: BorderFile, fault: requests.RequestException) -> _Loss:
    """Return what a fault of the network means for the file and for the run."""
    if len(run.silent) >= run.options.give_up_after:
        return run.unreachable()
    if isinstance(fault, requests.HTTPError):
        status = fault.response.status_code
        passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_LATER
        said = {"file": file.path, "status": status}
        return _Loss("sources.http_status", said, "try" if passing else "file")
    # A read time-out inside the body comes as a ConnectionError around urllib3's own.
    inner = fault.args[0] if fault.args else None
    if isinstance(fault, requests.Timeout) or isinstance(
        inner, urllib3.exceptions.ReadTimeoutError
    ):
        slow = {"file": file.path, "seconds": run.options.read_s}
        return _Loss("sources.timed_out", slow, "try")
    return _Loss("sources.dropped", {"file": file.path}, "try")


def _get(
    run: _Run,
    session: requests.Session,
    file: BorderFile,
    url: str,
    output: str,
    _keeper: pooch.Pooch,
) -> None:
    """Write what `url` answers to `output`: the downloader pooch calls."""
    waits = (run.options.connect_s, run.options.read_s)
    try:
        response = session.get(url, stream=True, timeout=waits)
    except (requests.ConnectionError, requests.Timeout):
        run.silent.add(file.path)
        raise
    with response, Path(output).open("wb") as aside:
        run.silent.clear()
        run.news.set()
        response.raise_for_status()
        size = 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > file.size:
                break  # longer than the file: the sha256 will say no
            aside.write(chunk)
