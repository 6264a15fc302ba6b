"""The download against a server that does everything a bad network does."""

import gzip
import hashlib
import io
import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lib.geo import download
from lib.geo.download import (
    BorderFile,
    DownloadOptions,
    fetch_release,
    missing_files,
    read_registry,
)
from lib.language.errors import SourceUnavailableError

ODD = "wards/20007_xa.geojson"
FOREVER = 250
"""Seconds of a silence nobody is to wait for."""
AT_ONCE = 30
"""Seconds within which a busy machine too has given up: every file by itself takes far longer."""


def content_of(path: str) -> bytes:
    return f'{{"file": "{path}"}}'.encode() * 20


@pytest.fixture
def all_files(tmp_path: Path) -> tuple[BorderFile, ...]:
    """Return a registry of 148 small files, read back from its CSV."""
    rows = ["code,path,sha256,bytes"]
    for number in range(20000, 20148):
        path = f"wards/{number}_xa.geojson"
        content = content_of(path)
        rows.append(f"{number},{path},{hashlib.sha256(content).hexdigest()},{len(content)}")
    registry = tmp_path / "registry.csv"
    registry.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return read_registry(registry)


@pytest.fixture
def files(all_files) -> tuple[BorderFile, ...]:
    """Return the first 40 files: enough for a fault in one of them."""
    return all_files[:40]


class Handler(BaseHTTPRequestHandler):
    """Answers as its server is told to."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, else each file waits 40 ms for an ACK
    server: "Server"

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        with self.server.lock:
            self.server.asked[path] += 1
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.answer(self, path)

    def log_message(self, *_args: object) -> None:
        pass

    def give(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hang(self) -> None:
        self.wfile.flush()
        self.server.over.wait(FOREVER)
        self.close_connection = True

    def drop(self) -> None:
        self.close_connection = True


class Server(ThreadingHTTPServer):
    """Gives each file as it is, until `answer` is replaced."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.answer: Callable[[Handler, str], None] = well

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def odd(self, answer: Callable[[Handler], None]) -> None:
        """Answer one file with `answer`, the others well."""
        self.answer = lambda handler, path: answer(handler) if path == ODD else well(handler, path)


def well(handler: Handler, path: str) -> None:
    handler.give(content_of(path))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + AT_ONCE
    for thread in set(threading.enumerate()) - before:
        if thread.name != "tqdm_monitor" and "process_request" not in thread.name:
            thread.join(max(0, until - time.monotonic()))
            assert not thread.is_alive(), thread


@pytest.fixture(autouse=True)
def _patient(monkeypatch) -> None:
    """Count what is kept when the last thread has ended, on a busy machine too."""
    monkeypatch.setattr(download, "_GOODBYE_S", AT_ONCE)


@pytest.fixture
def _hasty(monkeypatch) -> None:
    """Do not wait a second for threads that will not end."""
    monkeypatch.setattr(download, "_GOODBYE_S", 0.05)


def quick(server: Server, **options: object) -> DownloadOptions:
    given = {"read_s": 60, "connect_s": 60, "reach_s": 60, "retries": 0} | options
    return DownloadOptions(base_url=server.url, **given)


def refusal(files: tuple[BorderFile, ...], cache: Path, options: DownloadOptions):
    with pytest.raises(SourceUnavailableError) as caught:
        fetch_release(files, cache, options=options)
    return caught.value


def kept(files: tuple[BorderFile, ...], cache: Path) -> int:
    """Return the number of whole files, having checked that nothing else is there."""
    absent = missing_files(files, cache)
    present = [path for path in cache.rglob("*") if path.is_file()]
    assert len(present) == len(files) - len(absent), present
    return len(present)


def test_every_file_is_fetched_once_and_never_again(all_files, server, tmp_path):
    fetch_release(all_files, tmp_path / "cache", options=quick(server))
    assert kept(all_files, tmp_path / "cache") == 148
    assert set(server.asked.values()) == {1}
    fetch_release(all_files, tmp_path / "cache", options=quick(server))
    assert server.asked.total() == 148


def test_a_compressed_answer_is_checked_as_the_file_it_holds(files, server, tmp_path):
    server.answer = lambda handler, path: handler.give(
        gzip.compress(content_of(path)), Content_Encoding="gzip"
    )
    fetch_release(files, tmp_path, options=quick(server))
    assert missing_files(files, tmp_path) == ()


@pytest.mark.usefixtures("_hasty")
def test_a_silent_server_is_given_up_after_three_files(files, server, tmp_path):
    server.answer = lambda handler, _path: handler.hang()
    error = refusal(files, tmp_path / "cache", quick(server, retries=2, read_s=0.4))
    assert error.key == "sources.unreachable"
    assert "127.0.0.1" in error.message()
    assert "0/40" in error.message()
    assert server.asked.total() <= 16


@pytest.mark.parametrize("after", [0, 40], ids=["before the answer", "in the middle of it"])
def test_one_slow_file_is_named_and_the_others_stay(files, server, tmp_path, after):
    def slow(handler: Handler) -> None:
        if after:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(content_of(ODD))))
            handler.end_headers()
            handler.wfile.write(content_of(ODD)[:after])
        handler.hang()

    server.odd(slow)
    error = refusal(files, tmp_path / "cache", quick(server, read_s=4))
    assert error.key == "sources.timed_out"
    assert ODD in error.message()
    assert "39/40" in error.message()
    assert kept(files, tmp_path / "cache") == 39


def test_a_connection_dropped_halfway_leaves_no_half_file(files, server, tmp_path):
    def half(handler: Handler) -> None:
        content = content_of(ODD)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.drop()

    server.odd(half)
    error = refusal(files, tmp_path / "cache", quick(server))
    assert error.key == "sources.dropped"
    assert ODD in error.message()
    assert kept(files, tmp_path / "cache") == 39


def test_a_wrong_file_is_deleted_and_named(files, server, tmp_path):
    server.odd(lambda handler: handler.give(b"<html>Please log in</html>"))
    error = refusal(files, tmp_path / "cache", quick(server))
    assert error.key == "sources.wrong_file"
    assert ODD in error.message()
    assert not (tmp_path / "cache" / ODD).exists()
    assert kept(files, tmp_path / "cache") == 39


def test_a_file_without_end_is_cut_at_the_size_of_the_registry(files, server, tmp_path):
    sent = itertools.count()

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while next(sent) < 2_000:
            handler.wfile.write(bytes(100_000))

    server.odd(endless)
    error = refusal(files, tmp_path / "cache", quick(server))
    assert (error.key, error.values["file"]) == ("sources.wrong_file", ODD)
    assert next(sent) < 1_000
    assert kept(files, tmp_path / "cache") == 39


def test_not_found_is_not_asked_twice(files, server, tmp_path):
    server.odd(lambda handler: handler.give(b"", 404))
    error = refusal(files, tmp_path / "cache", quick(server, retries=2))
    assert error.key == "sources.http_status"
    assert ODD in error.message()
    assert "404" in error.message()
    assert server.asked[ODD] == 1
    assert kept(files, tmp_path / "cache") == 39


def test_a_passing_fault_is_tried_again_and_a_lasting_one_named(files, server, tmp_path):
    lasting = files[3].path

    def faulty(handler: Handler, path: str) -> None:
        if path == lasting:
            handler.give(b"", 503)
        elif path == ODD and server.asked[ODD] == 1:
            handler.give(b"", 500)
        else:
            well(handler, path)

    server.answer = faulty
    error = refusal(files, tmp_path / "cache", quick(server, retries=1))
    assert error.key == "sources.http_status"
    assert error.values["file"] == lasting
    assert "503" in error.message("en")
    assert (server.asked[ODD], server.asked[lasting]) == (2, 2)
    assert kept(files, tmp_path / "cache") == 39


def test_a_server_that_has_nothing_is_left_alone_early(all_files, server, tmp_path):
    server.answer = lambda handler, _path: handler.give(b"", 404)
    error = refusal(all_files, tmp_path / "cache", quick(server))
    assert error.key == "sources.http_status"
    assert server.asked.total() < 100


def test_an_interrupted_download_goes_on_where_it_stopped(all_files, server, tmp_path):
    turns = itertools.count()

    def fifty(handler: Handler, path: str) -> None:
        with server.lock:
            turn = next(turns)
        if turn < 50:
            well(handler, path)
        else:
            handler.drop()

    server.answer = fifty
    error = refusal(all_files, tmp_path / "cache", quick(server))
    assert "50/148" in error.message()
    assert kept(all_files, tmp_path / "cache") == 50

    absent = {file.path for file in missing_files(all_files, tmp_path / "cache")}
    server.asked.clear()
    server.answer = well
    fetch_release(all_files, tmp_path / "cache", options=quick(server))
    assert server.asked == dict.fromkeys(absent, 1)
    assert len(absent) == 98
    assert kept(all_files, tmp_path / "cache") == 148


def test_ctrl_c_keeps_what_is_whole(all_files, server, tmp_path, monkeypatch):
    class Impatient(download.tqdm):
        def update(self, n: float = 1) -> None:
            super().update(n)
            if len(missing_files(all_files, tmp_path / "cache")) <= 98:
                raise KeyboardInterrupt

    monkeypatch.setattr(download, "tqdm", Impatient)
    with pytest.raises(KeyboardInterrupt):
        fetch_release(all_files, tmp_path / "cache", options=quick(server))
    assert kept(all_files, tmp_path / "cache") >= 50


@pytest.mark.usefixtures("_hasty")
def test_no_server_at_all_is_known_at_once(all_files, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        start = time.monotonic()
        error = refusal(all_files, tmp_path, DownloadOptions(base_url=f"http://127.0.0.1:{port}/"))
    assert time.monotonic() - start < AT_ONCE
    assert error.key == "sources.unreachable"


@pytest.mark.usefixtures("_hasty")
def test_an_unknown_host_is_known_at_once(all_files, tmp_path):
    start = time.monotonic()
    error = refusal(all_files, tmp_path, DownloadOptions(base_url="http://khong-co.invalid/"))
    assert time.monotonic() - start < AT_ONCE
    assert "khong-co.invalid" in error.message()


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("wanted", [1, 148])
def test_a_name_server_that_never_answers_is_not_waited_for(
    all_files, tmp_path, monkeypatch, wanted
):
    over = threading.Event()

    def never(*_args: object, **_options: object) -> None:
        over.wait(FOREVER)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    start = time.monotonic()
    options = DownloadOptions(base_url="http://example.invalid/", reach_s=0.3, retries=0)
    error = refusal(all_files[:wanted], tmp_path, options)
    assert time.monotonic() - start < AT_ONCE
    assert error.key == "sources.unreachable"
    over.set()


@pytest.mark.usefixtures("_hasty")
def test_a_server_that_trickles_is_given_up(files, server, tmp_path, monkeypatch):
    def trickle(handler: Handler, path: str) -> None:
        content = content_of(path)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for byte in content:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if server.over.wait(0.05):
                handler.drop()
                break

    server.answer = trickle
    monkeypatch.setattr(DownloadOptions, "patience_s", 0.5)
    error = refusal(files, tmp_path / "cache", quick(server))
    server.over.set()
    assert error.key == "sources.stalled"
    assert "0/40" in error.message()


def test_a_wrong_file_in_the_cache_is_named_and_fetched_again(files, server, tmp_path):
    fetch_release(files, tmp_path, options=quick(server))
    (tmp_path / ODD).write_bytes(content_of(ODD)[:-1] + b"!")
    (tmp_path / files[0].path).write_bytes(b"")
    assert download.discard_wrong(files, tmp_path) == (files[0].path, ODD)
    assert not (tmp_path / ODD).exists()
    server.asked.clear()
    fetch_release(files, tmp_path, options=quick(server))
    assert server.asked == {ODD: 1, files[0].path: 1}


def test_a_cache_that_cannot_be_written_is_named(files, server, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    error = refusal(files, tmp_path / "cache", quick(server))
    assert error.key == "sources.cache_unwritable"
    assert str(tmp_path / "cache") in error.message()
    assert server.asked.total() == 0


def test_a_disk_that_fills_up_ends_the_download(files, server, tmp_path, monkeypatch):
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pooch.core.shutil.move", full)
    error = refusal(files, tmp_path / "cache", quick(server))
    assert error.key == "sources.cache_unwritable"
    assert "No space left" in error.message()


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_is_for_terminals_only(files, server, tmp_path, monkeypatch, terminal):
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stderr", stderr)
    fetch_release(files, tmp_path, options=quick(server))
    assert ("40/40" in stderr.getvalue()) is terminal
    assert terminal or not stderr.getvalue()


def test_the_registry_names_148_files_by_code():
    files = read_registry()
    assert len({file.code for file in files}) == len({file.path for file in files}) == 148
    assert [file.code for file in files] == sorted(file.code for file in files)
    for file in files:
        assert file.path.startswith(f"json/geojson/25_phu_tho/wards/{file.code}_")
        assert ".." not in file.path
        assert len(file.sha256) == 64


def test_the_registry_is_that_of_the_published_files(shared):
    files = read_registry()
    assert missing_files(files, shared / "data/upstream") == ()
    assert sum(file.size for file in files) == sum(
        path.stat().st_size
        for path in (shared / "data/upstream/json/geojson/25_phu_tho/wards").iterdir()
    )
