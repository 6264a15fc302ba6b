"""What one visitor may hold of a running server: messages, pages, half a request, uploads."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests
from clones import copy_of
from e2e.offices import POLICY, vouched
from e2e.session import session
from e2e.sites import Site, served
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from lib.language.text import t

pytestmark = pytest.mark.xdist_group("strangers")

PAGES = 4
HALF_SENT = 6
WAIT = 1.0
UPLOADS_MB = 50
MB = 2**20
EDITORS = 'sua2 = "editor"\n'


@pytest.fixture(scope="module")
def site(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with accounts whose limits are small enough to be reached in a moment."""
    folder = tmp_path_factory.mktemp("strangers")
    root, policy = copy_of(schematic_clone, folder), folder / "access.toml"
    policy.write_text(POLICY + EDITORS, encoding="utf-8")
    with served(
        root,
        PHUTHO_ACCESS=str(policy),
        PHUTHO_SESSIONS=str(PAGES + 1),
        PHUTHO_STRANGER_SESSIONS=str(PAGES),
        PHUTHO_STRANGER_MESSAGES="60",
        PHUTHO_HALF_SENT=str(HALF_SENT),
        PHUTHO_REQUEST_SECONDS=str(WAIT),
        PHUTHO_UPLOADS_MB=str(UPLOADS_MB),
    ) as site:
        yield site


def answered(site: Site, who: str, *messages: bytes | str) -> int:
    """Send messages on a socket of somebody; return the code it is closed with, 0 if it is not."""
    address = f"{site.url.replace('http://', 'ws://')}/_stcore/stream"
    with connect(
        address, additional_headers=vouched(who), subprotocols=["streamlit"], max_size=None
    ) as peer:
        try:
            for message in messages:
                peer.send(message)
            peer.recv(timeout=10)
            while True:
                peer.recv(timeout=0.5)
        except TimeoutError:
            return 0
        except ConnectionClosed:
            return peer.close_code


def query(size: int) -> bytes:
    """Return the first message of a page, as large as is asked for."""
    message = BackMsg()
    message.rerun_script.query_string = "x=" + "k" * size
    return message.SerializeToString()


def widgets(count: int, name: str = "$$ID-0a1b-find") -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.extend([WidgetState(id=name)] * count)
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("who", "message", "code"),
    [
        ("", query(60 * 1024), 0),
        ("", query(65 * 1024), 1009),
        ("xem", query(65 * 1024), 0),
        ("xem", query(1025 * 1024), 1009),
        ("", widgets(2001), 1009),
        ("hoa", widgets(2001), 1009),
        ("hoa", widgets(2000), 0),
        ("", b"\xff" * 40, 1008),
        ("", "a text", 1003),
        ("hoa", "", 1003),
        ("hoa", widgets(1, ""), 1008),
        ("hoa", widgets(1, "find"), 1008),
        ("hoa", widgets(1, "$$STREAMLIT_INTERNAL_KEY_SCRIPT_RUN_WITHOUT_ERRORS"), 1008),
    ],
)
def test_a_message_has_the_size_and_the_widgets_of_a_page(site, who, message, code):
    assert answered(site, who, message) == code


def test_who_is_not_signed_in_is_not_heard_without_end(site):
    said = query(1)
    assert answered(site, "", *[said] * 61) == 1013
    assert answered(site, "xem", *[said] * 61) == 0


def test_pages_of_a_stranger_and_of_an_account_are_counted(site):
    """What one holds open keeps nobody else out, and what he closes is his again."""
    for who, most in (("", PAGES), ("xem", PAGES + 1)):
        with ExitStack() as opened:
            for _ in range(most):
                opened.enter_context(session(site, vouched(who)))
            with pytest.raises(InvalidStatus), session(site, vouched(who)):
                pass
            with session(site, vouched("hoa")) as visit:
                assert visit.open("about").text
            with session(site, {"X-Forwarded-For": f"203.0.113.{most}"}) as visit:
                assert visit.open("about").text, "another address behind the same proxy"
        until(lambda who=who: opens(site, who))


def opens(site: Site, who: str) -> bool:
    with suppress(InvalidStatus), session(site, vouched(who)):
        return True
    return False


def until(done, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def half(site: Site) -> socket.socket:
    """Open a connection and say the beginning of a header."""
    peer = socket.create_connection(("127.0.0.1", int(site.url.rpartition(":")[2])), timeout=30)
    peer.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    return peer


def test_requests_that_are_not_all_there_are_few_and_are_not_waited_for(site):
    with ExitStack() as opened:
        peers = [opened.enter_context(half(site)) for _ in range(HALF_SENT)]
        time.sleep(0.3)
        began = time.monotonic()
        one_more = opened.enter_context(half(site))
        assert ended(one_more), "one address has so many and no more"
        assert time.monotonic() - began < WAIT / 2
        for peer in peers:
            for piece in (b"a", b"l"):  # a letter at a time keeps nothing open
                with suppress(OSError):
                    peer.sendall(piece)
        assert all(ended(peer) for peer in peers)
        assert time.monotonic() - began < 4 * WAIT
    assert requests.get(f"{site.url}/_stcore/health", timeout=30).ok


def test_a_hundred_whole_requests_at_once_are_answered(site):
    """As a proxy sends them that speaks HTTP/2 with a browser."""
    with ExitStack() as opened:
        port = int(site.url.rpartition(":")[2])
        peers = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            for _ in range(100)
        ]
        for peer in peers:
            peer.sendall(f"GET /_stcore/health HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        assert {peer.recv(1024)[:12] for peer in peers} == {b"HTTP/1.1 200"}


def ended(peer: socket.socket) -> bool:
    """Return that nothing more will come; a connection that is kept open times out."""
    with suppress(ConnectionResetError):
        while peer.recv(1024):
            pass
    return True


def token(site: Site, who: str) -> dict[str, str]:
    """Return what a browser of somebody sends with an upload."""
    answer = requests.get(f"{site.url}/_stcore/health", headers=vouched(who), timeout=30)
    found = answer.cookies["_streamlit_xsrf"]
    return vouched(who) | {"X-Xsrftoken": found, "Cookie": f"_streamlit_xsrf={found}"}


def put(site: Site, path: str, headers: dict[str, str], size: int = 10) -> requests.Response:
    files = {"file": ("x.geojson", b"x" * size)}
    return requests.put(f"{site.url}/{path}", files=files, headers=headers, timeout=60)


def test_an_upload_belongs_to_a_file_box_of_its_own_visitor(site):
    mine, another = token(site, "sua"), token(site, "sua2")
    with session(site, vouched("sua")) as visit:
        visit.open("about")
        assert visit.addresses("x.geojson") == [], "no file box is there"
        visit.open("data", tab="import")
        (given,) = visit.addresses("x.geojson")
        made_up = f"{given.rpartition('/')[0]}/made-up"
        for path, headers in ((made_up, mine), (given, another)):
            answer = put(site, path, headers)
            assert (answer.status_code, answer.text) == (400, t("access.no_upload_box"))
        assert put(site, given, mine).status_code == 204
    until(lambda: put(site, given, mine).status_code == 400)


def test_uploads_held_for_a_visitor_have_a_sum(site):
    headers = token(site, "sua")
    with session(site, vouched("sua")) as visit, session(site, vouched("sua")) as beside:
        for one in (visit, beside):
            one.open("data", tab="import")
        first, second = visit.addresses("a", "b")
        (third,) = beside.addresses("c")
        assert put(site, first, headers, 30 * MB).status_code == 204
        for path in (second, third):
            answer = put(site, path, headers, 30 * MB)
            assert answer.status_code == 413
            assert answer.text == t("access.upload_full", megabytes=UPLOADS_MB)
        removed = requests.delete(f"{site.url}/{first}", headers=headers, timeout=30)
        assert removed.status_code == 204
        assert put(site, third, headers, 30 * MB).status_code == 204


def test_an_upload_that_stands_still_is_not_waited_for(site):
    headers = token(site, "sua")
    with session(site, vouched("sua")) as visit, ExitStack() as opened:
        visit.open("data", tab="import")
        files = visit.addresses(*"abcdef")
        peers = [opened.enter_context(slow(site, path, headers)) for path in files]
        began = time.monotonic()
        (path,) = visit.addresses("x")
        assert put(site, path, headers).status_code == 204, "after those before it gave up"
        assert time.monotonic() - began < 6 * WAIT
        assert all(ended(peer) for peer in peers)


def slow(site: Site, path: str, headers: dict[str, str]) -> socket.socket:
    """Begin an upload and send no more of it."""
    port = int(site.url.rpartition(":")[2])
    peer = socket.create_connection(("127.0.0.1", port), timeout=30)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Host: localhost:{port}", "Content-Length: 1000"]
    lines += ["Content-Type: multipart/form-data; boundary=b"]
    peer.sendall("\r\n".join([f"PUT /{path} HTTP/1.1", *lines, "", "--b\r\n"]).encode())
    return peer


def test_the_server_has_nothing_to_say_about_all_this_and_serves(site):
    with session(site, vouched("xem")) as visit:
        assert visit.open("overview").text
    assert "Traceback" not in site.log.read_text(encoding="utf-8")
