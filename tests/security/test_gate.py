"""One gate on a running server: other spellings, what was left, closed at once, a visit replayed.

The mark is the name of a substation only administrators may see.
"""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from clones import copy_of
from e2e.offices import MARK, POLICY, bring_in_a_hidden_station, vouched
from e2e.session import Session, get, session
from e2e.sites import Site, served
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from lib.layers.files import apart
from lib.store.store import Store

pytestmark = pytest.mark.xdist_group("gate")

HIDDEN = f"Trạm {MARK}".encode()
LEFT = "layers/substations-0123456789ab.json"
"""What a run before substations were restricted left among the served files."""
PAGES = (
    ("overview", {}),
    ("power", {"part": "grid"}),
    ("power", {"sel": "communes:08542"}),
    ("data", {"tab": "download"}),
    ("data", {"tab": "history"}),
    ("data", {"tab": "log"}),
)


@dataclass(frozen=True)
class Office:
    """A server with accounts, and the file that says who may do what."""

    site: Site
    policy: Path

    def path_of(self, layer: str) -> str:
        """Return where everyone fetches a layer of the snapshot in use, as it is listed now."""
        in_use = Store(self.site.root / "data" / "store").current().snapshot_id
        lists = (self.site.root / "static" / "layers").glob(f"{in_use}-*.index.json")
        newest = max(lists, key=lambda path: path.stat().st_mtime_ns)
        listed = json.loads(newest.read_text(encoding="utf-8"))
        return next(f"app/static/{one['path']}" for one in listed if one["layer_id"] == layer)

    def decree(self, text: str) -> None:
        """Write the file anew; the server was not told."""
        aside = self.policy.with_suffix(".new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(self.policy)


@pytest.fixture(scope="module")
def office(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server that starts where an earlier run left a layer and an old list of layers."""
    folder = tmp_path_factory.mktemp("gate")
    root, policy = copy_of(schematic_clone, folder), folder / "access.toml"
    policy.write_text(POLICY, encoding="utf-8")
    bring_in_a_hidden_station(Store(root / "data" / "store"))
    leave(root / "static")
    (apart(root / "static")).mkdir(exist_ok=True)
    with served(root, PHUTHO_ACCESS=str(policy)) as site:
        yield Office(site, policy)


def leave(static: Path) -> None:
    (static / LEFT).write_text(f'{{"name": "{HIDDEN.decode()}"}}', encoding="utf-8")


def asked(site: Site, target: str, who: str) -> bytes:
    """Ask for a path that nothing on the way tidies up; return the whole answer."""
    port = int(site.url.rpartition(":")[2])
    headers = [f"{name}: {value}" for name, value in vouched(who).items()]
    lines = [f"GET {target} HTTP/1.1", f"Host: localhost:{port}", *headers, "Connection: close"]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return b"".join(iter(lambda: peer.recv(65_536), b""))


def test_what_an_earlier_run_left_is_gone_when_the_server_has_started(office):
    assert not (office.site.root / "static" / LEFT).exists()


def spellings(path: str) -> Iterator[str]:
    """Yield other ways to write a path: steps that say nothing, codes, cases, other slashes."""
    first, *steps = path.split("/")
    for at in range(len(steps) + 1):
        for step in ("", ".", "%2e", "%2E", "%252e", "x/..", "x/%2e%2e", "./.", "%20", "%00", ".;"):
            yield "/".join([first, *steps[:at], step, *steps[at:]])
    for slash in ("%2f", "%2F", "%252f", "\\", "%5c", "%255c", "//", "/./"):
        yield slash.join([first, *steps])
        yield f"{first}/{'/'.join(steps[:-1])}{slash}{steps[-1]}"
    yield from (path.upper(), path.title(), path.replace("l", "%6c"), path.replace("s", "%73"))
    for end in ("/", "/.", ".", "%20", "%00", "::$DATA", "?x", "%3Fx", "#x", "%23x", ";x", "~"):
        yield path + end


@pytest.mark.parametrize("who", ["", "xem", "sua"])
def test_no_spelling_of_its_address_gives_a_restricted_layer_away(office, who):
    leave(office.site.root / "static")
    path = f"app/static/{LEFT}"
    tried = [f"/{one}" for one in spellings(path)] + [f"/./{path}", f"//{path}", f"/{path}"]
    for target in tried:
        answer = asked(office.site, target, who)
        assert HIDDEN not in answer, target
        assert int(answer.split(b" ", 2)[1]) != 200 or b'<div id="root">' in answer, target
    assert HIDDEN in asked(office.site, f"/{path}", "hoa"), "it is there, for who may"
    assert len(tried) > 70


def test_no_answer_is_kept_between_or_read_by_another_site(office):
    with session(office.site, vouched("hoa")) as visit:
        told = visit.open("data", tab="download")
        media = visit.ask_for(next(iter(told.files.values())))
    paths = [media, "app/static/vendor/leaflet.js", office.path_of("communes")]
    for path in paths:
        headers = vouched("hoa") | {"Origin": "https://evil.example"}
        answer = get(office.site, path, headers)
        assert answer.status_code == 200, path
        assert re.search(r"\b(no-store|private)\b", answer.headers["Cache-Control"]), path
        assert "Access-Control-Allow-Origin" not in answer.headers
        asked_first = requests.options(
            f"{office.site.url}/{path.lstrip('/')}", headers=headers, timeout=60
        )
        assert asked_first.headers.get("Access-Control-Allow-Origin") != "*"


def test_a_table_is_closed_at_once_on_a_running_server(office):
    """Also what is drawn from it under another name, and what was made to be taken away."""
    office.decree(POLICY.replace('restricted = ["substations"]', ""))
    with session(office.site, vouched("xem")) as visit:
        told = visit.open("data", tab="download")
        media = visit.ask_for(next(iter(told.files.values())))
        visit.open("overview")
    clusters = office.path_of("clusters")
    assert get(office.site, clusters, vouched("xem")).status_code == 200
    assert get(office.site, media, vouched("xem")).status_code == 200
    office.decree(POLICY.replace('"substations"', '"substations", "outlines"'))
    try:
        assert get(office.site, clusters, vouched("xem")).status_code == 403
        assert get(office.site, media, vouched("xem")).status_code == 404
        office.decree("a slip of the pen")
        assert get(office.site, clusters, vouched("xem")).status_code == 403, "opens nothing"
    finally:
        office.decree(POLICY)


@dataclass
class Visit:
    """All an administrator's browser asked for and said."""

    names: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    session_id: str = ""


def recorded(office: Office) -> Visit:
    """Visit every page that shows what is restricted, and take everything away."""
    visit = Visit()
    with session(office.site, vouched("hoa")) as opened:
        for page, query in PAGES:
            told = opened.open(page, **query)
            for file in list(told.files.values()):
                visit.media.append(opened.ask_for(file))
        visit.said, visit.session_id = list(opened.said), opened.session_id
        visit.said += [message.SerializeToString() for message in in_fragments(opened)]
    for folder, start in ((office.site.root / "static", "app/static"),):
        files = [path for path in folder.rglob("*") if path.is_file()]
        visit.names += [f"{start}/{path.relative_to(folder)}" for path in files]
    hidden = list(apart(office.site.root / "static").iterdir())
    visit.names += [
        f"{start}/{path.name}" for path in hidden for start in ("restricted", "app/static/layers")
    ]
    return visit


def in_fragments(visit: Session) -> Iterator[BackMsg]:
    """Yield the last run of each page again as runs of each of its fragments alone."""
    for content in visit.said:
        message = BackMsg.FromString(content)
        if message.HasField("rerun_script"):
            for fragment in sorted(visit.fragments):
                message.rerun_script.fragment_id = fragment
                yield message


def replies(office: Office, visit: Visit, who: str, resumed: str = "") -> Iterator[bytes]:
    """Say over again all that was said, as somebody else; yield what comes back."""
    address = f"{office.site.url.replace('http://', 'ws://')}/_stcore/stream"
    protocols = ["streamlit", *(["x", resumed] if resumed else [])]
    with connect(
        address, additional_headers=vouched(who), subprotocols=protocols, max_size=None
    ) as peer:
        for message in visit.said:
            try:
                peer.send(message)
                alone = BackMsg.FromString(message).rerun_script.fragment_id
                yield from until_done(peer, 0.1 if alone else 10.0)
            except ConnectionClosed:
                return
        yield from until_quiet(peer, 1.0)


def until_done(peer: ClientConnection, seconds: float) -> Iterator[bytes]:
    """Yield what comes back until a run is over; a fragment that is not there is not run."""
    for content in until_quiet(peer, seconds):
        yield content
        said = ForwardMsg.FromString(content)
        if said.HasField("script_finished") or said.HasField("backend_operation_response"):
            return


def until_quiet(peer: ClientConnection, seconds: float) -> Iterator[bytes]:
    with suppress(TimeoutError):  # what comes later is read with the next answers
        while True:
            yield peer.recv(timeout=seconds)


def test_an_administrators_visit_replayed_gives_nobody_what_is_restricted(office):
    """As a viewer, a stranger, and the administrator himself when he is one no more.

    Neither the name of the station nor that of the file it came with.
    """
    leave(office.site.root / "static")
    visit = recorded(office)
    assert any(HIDDEN in content for content in replies(office, visit, "hoa"))
    assert len(visit.media) > 5
    tries = 0
    gone = POLICY.replace('hoa = "administrator"', "")
    for who, policy in (
        ("xem", POLICY),
        ("", POLICY),
        ("hoa", POLICY.replace('hoa = "administrator"', 'hoa = "viewer"')),
        ("hoa", gone),
    ):
        office.decree(policy)
        try:
            for path in (*visit.names, *visit.media):
                answer = get(office.site, path, vouched(who))
                assert MARK.encode() not in answer.content, (who, path)
                assert path not in visit.media or answer.status_code != 200, (who, path)
                tries += 1
            for resumed in ("", visit.session_id):
                for content in replies(office, visit, who, resumed):
                    assert MARK.encode() not in content, (who, resumed)
                tries += len(visit.said)
        finally:
            office.decree(POLICY)
    assert tries > 700, tries
