"""Uploads past the widget, by requests of one's own: what is too large is refused and not kept."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from clones import copy_of
from e2e.session import Session, session
from e2e.sites import Site, served
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from lib.operate.status import UPLOAD_BYTES

MARK = b"too large to be kept"
BOUNDARY = "phutho"
MESSAGE_BYTES = 50 * 2**20
"""``server.maxMessageSize`` in ``.streamlit/config.toml``."""
PIECE = (MARK + b"\n") * 50_000
KIND = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no /proc here: memory cannot be asked for"
)


@pytest.fixture(scope="module")
def site(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("uploads"))
    temporary = root.parent / "tmp"
    temporary.mkdir()
    with served(root, TMPDIR=str(temporary)) as site:
        yield site


@contextmanager
def visitor(site: Site) -> Iterator[tuple[Session, dict[str, str]]]:
    """Open a visit whose requests carry the token a browser would send."""
    with session(site, {}) as visit:
        visit.open("data", tab="import")
        answer = requests.get(f"{site.url}/_stcore/health", timeout=30)
        token = answer.cookies["_streamlit_xsrf"]
        yield visit, {"X-Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}


def body(size: int) -> Iterator[bytes]:
    """Yield a form with one file of `size` bytes, without a word on how long it is."""
    said = 'Content-Disposition: form-data; name="file"; filename="x.geojson"'
    yield f"--{BOUNDARY}\r\n{said}\r\n\r\n".encode()
    for start in range(0, size, len(PIECE)):
        yield PIECE[: size - start]
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def put(site: Site, visit: Session, headers: dict[str, str], content: object) -> int:
    """Send a file to the address of this visit; return the status."""
    (path,) = visit.addresses("x.geojson")
    address = f"{site.url}/{path}"
    given = headers | KIND
    return requests.put(address, data=content, headers=given, timeout=120).status_code


def port(site: Site) -> int:
    return int(site.url.rpartition(":")[2])


def resident(site: Site) -> int:
    """Return the bytes of memory of the server."""
    lines = Path(f"/proc/{site.pid}/status").read_text(encoding="utf-8").splitlines()
    (size,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(size) * 1024


def open_files(site: Site) -> list[str]:
    """Return the files in its temporary folder the server holds open, named or not."""
    held = []
    for link in Path(f"/proc/{site.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            name = str(link.readlink())
            if str(site.root.parent / "tmp") in name:
                held.append(name)
    return held + [str(path) for path in (site.root.parent / "tmp").iterdir()]


def test_more_than_the_limit_is_refused_and_nothing_of_it_is_kept(site):
    with visitor(site) as (visit, headers):
        assert put(site, visit, headers, body(2**20)) == 204, "this way a file does come in"
        before = resident(site)
        for size in (UPLOAD_BYTES + 1, 2 * UPLOAD_BYTES):
            for content in (body(size), b"".join(body(size))):  # without its length, then with it
                assert put(site, visit, headers, content) == 413, size
                assert open_files(site) == []
        assert resident(site) - before < 2 * UPLOAD_BYTES, "six times as much was sent"
        assert put(site, visit, headers, body(2**20)) == 204
    assert requests.get(f"{site.url}/health", timeout=30).ok


def test_a_length_that_is_not_true_helps_nobody(site):
    """What is said to be short is cut there; what is said to be long is refused unread."""
    with visitor(site) as (visit, headers):
        for said, status in (("100", 400), (str(10**15), 413), ("-1", 400), ("x", 400)):
            (path,) = visit.addresses("x.geojson")
            lines = [f"{name}: {value}" for name, value in (headers | KIND).items()]
            lines += [f"Host: localhost:{port(site)}", f"Content-Length: {said}"]
            start = "\r\n".join([f"PUT /{path} HTTP/1.1", *lines, "Connection: close", "", ""])
            with socket.create_connection(("127.0.0.1", port(site)), timeout=30) as peer:
                peer.sendall(start.encode() + b"".join(body(200))[:100])
                assert int(peer.recv(65_536).split(b" ", 2)[1]) == status, said


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_upload_comes_by_one_method_only(site, method):
    with visitor(site) as (visit, headers):
        address = f"{site.url}/_stcore/upload_file/{visit.session_id}/a"
        answer = requests.request(
            method, address, data=body(10), headers=headers | KIND, timeout=30
        )
        assert answer.status_code == 405


def knocked(site: Site, packing: str | None) -> int:
    """Send a message that is too long; return the code the server closes with."""
    address = f"{site.url.replace('http://', 'ws://')}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], compression=packing) as peer:
        with suppress(ConnectionClosed):  # it may be closed while this is being sent
            peer.send(bytes(MESSAGE_BYTES + 1))
            while True:
                peer.recv(timeout=60)
        return peer.close_code


def test_a_message_of_the_socket_has_a_limit_too_packed_or_not(site):
    """Anybody may open the socket: the page that asks him to sign in comes through it.

    When Python lets go of a connection's memory is its own affair: twelve messages are sent
    and the least that the last four leave is looked at, where eight kept would be 400 MB.
    """
    before = resident(site)
    left = []
    for number in range(12):
        packing = None if number % 3 == 2 else "deflate"
        # One that is not packed is cut off while it is sent, and the answer may go under.
        assert knocked(site, packing) in ({1009} if packing else {1006, 1009})
        left.append(resident(site) - before)
    assert min(left[8:]) < 4 * MESSAGE_BYTES, left
    assert requests.get(f"{site.url}/health", timeout=30).ok
