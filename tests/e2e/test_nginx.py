"""Two processes on one store behind nginx: doors, visits, an import, a process that dies."""

import gzip
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import requests
import urllib3
from playwright.sync_api import Browser

from e2e.conftest import CHROMIUM_OPTIONS, DEFAULT_SIZE, PATIENCE_MS, UPSTREAM
from e2e.harness import Visit
from e2e.proxied import NAME, PEOPLE, Front, fronted
from lib.language.text import t
from lib.store.store import Store

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("e2e"),
    pytest.mark.skipif(
        not (shutil.which("nginx") and shutil.which("openssl")),
        reason="nginx or openssl is not installed: nothing can stand before the application",
    ),
]

CLOSED = ("/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/metrics")


@pytest.fixture(scope="module")
def front(request, tmp_path_factory) -> Iterator[Front]:
    """A copy of the site the other tests look at, since an import changes this one."""
    site = request.getfixturevalue("real" if UPSTREAM.is_dir() else "schematic")
    root = tmp_path_factory.mktemp("front") / "app"
    shutil.copytree(site.root, root)
    with fronted(root) as made:
        yield made


@pytest.fixture(scope="module")
def outside(browser: Browser) -> Iterator[Browser]:
    """A browser that finds the name of the server at this machine, and nothing else."""
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    options = [one for one in CHROMIUM_OPTIONS if "resolver" not in one]
    made = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*options, rules]
    )
    yield made
    made.close()


@pytest.fixture
def visitor(outside: Browser, front: Front):
    """Return how to come as somebody, with a cookie that leads to one process or by chance."""
    contexts = []

    def come(person: str) -> tuple[Visit, list[str]]:
        context = outside.new_context(
            locale="vi-VN",
            viewport=DEFAULT_SIZE,
            ignore_https_errors=True,
            http_credentials={"username": person, "password": PEOPLE[person]},
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        broken: list[str] = []
        page.on("console", lambda said: broken.append(said.text) if "Policy" in said.text else None)
        return Visit(page, front), broken

    yield come
    for context in contexts:
        context.close()


def way_of(visit: Visit, front: Front) -> int:
    """Return the process a visitor is led to."""
    (cookie,) = (c for c in visit.page.context.cookies() if c["name"] == "phutho_way")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    return front.way(cookie["value"])


def shown(visit: Visit) -> str:
    """Return the snapshot the foot of the page names."""
    return re.search(r"\d{8}T\d{6}Z-[0-9a-f]{12}", visit.page.locator(".ph-foot").text_content())[0]


def test_every_answer_carries_the_headers(front: Front):
    for path in ("/", "/app/static/vendor/leaflet.js", "/_stcore/agent/interact", "/nowhere"):
        headers = front.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'self'"
        assert policy["object-src"] == "'none'"
        assert "'unsafe-inline'" not in policy["script-src"]
        assert "http" not in headers["Content-Security-Policy"]
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers
        assert not re.search(r"\d", headers["Server"])


def test_doors_for_machines_are_closed_and_health_is_open_to_this_machine(front: Front):
    assert [front.get(path).status for path in CLOSED] == [404] * len(CLOSED)
    answer = front.get("/health", person="")
    assert answer.status == 200
    assert answer.json() == {"well": True}
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_comes_in_without_a_password(front: Front):
    assert front.get("/", person="").status == 401
    said = {"X-Remote-User": "quantri", "X-Phutho-Secret": "guessed"}
    assert front.get("/app/static/vendor/leaflet.js", person="", **said).status == 401
    for port in front.backends:
        answer = requests.get(f"http://127.0.0.1:{port}/_stcore/metrics", headers=said, timeout=120)
        assert answer.status_code == 401, "past nginx a name without its secret is nobody"


def test_another_name_gets_no_answer(front: Front):
    with pytest.raises(urllib3.exceptions.ProtocolError):
        front.get("/", host="elsewhere.example")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://localhost:{front.ports['https']}/", timeout=120)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{front.ports['http']}/", timeout=120)
    port = next(iter(front.backends))
    shake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Host": "elsewhere.example",
    }
    answer = requests.get(f"http://127.0.0.1:{port}/_stcore/stream", headers=shake, timeout=120)
    assert answer.status_code == 403


def test_plain_http_leads_to_https(front: Front):
    answer = requests.get(
        f"http://127.0.0.1:{front.ports['http']}/clusters?sel=clusters:PT-002",
        headers={"Host": NAME},
        timeout=120,
        allow_redirects=False,
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{NAME}/clusters?sel=clusters:PT-002"


def test_layer_files_are_packed_on_their_way(front: Front):
    (path,) = (file for name, file in front.layers.items() if name == "communes")
    answer = front.get(f"/app/static/{path['path']}")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < len(gzip.decompress(answer.data)) / 2


def test_an_upload_that_is_too_large_ends_at_nginx_or_behind_it(front: Front):
    pool = front.pool(timeout=60)
    for person, megabytes, status in (
        ("quantri", 60, 413),  # more than nginx takes
        ("quantri", 1, 400),  # taken, but of no page of ours
        ("xem", 52, 403),  # the process says no without reading it
        ("", 1, 401),
    ):
        given = {"Host": NAME, "Content-Type": "multipart/form-data; boundary=x"}
        if person:
            given |= urllib3.make_headers(basic_auth=f"{person}:{PEOPLE[person]}")
        pieces = (bytes(2**20) for _ in range(megabytes))  # without a word on its length
        answer = pool.request(
            "PUT", "/_stcore/upload_file/a/b", headers=given, body=pieces, chunked=True
        )
        assert answer.status == status, (person, megabytes)
    kept = [p for p in front.certificate.parent.joinpath("client_body").rglob("*") if p.is_file()]
    assert kept == []
    assert front.get("/health", person="").status == 200


def test_two_visitors_an_import_and_a_process_that_dies(front: Front, visitor, tmp_path: Path):
    one, broken = visitor("quantri")
    one.open("clusters", province="hoa-binh")
    first = way_of(one, front)
    for _ in range(12):
        other, broken_there = visitor("xem")
        other.open("clusters")
        if way_of(other, front) != first:
            break
    assert {first, way_of(other, front)} == set(front.backends)
    assert shown(one) == shown(other)

    # A viewer is shown no way to import; the administrator brings a file in.
    before = shown(one)
    path = tmp_path / "clusters.csv"
    pd.DataFrame({"cluster_id": ["PT-002"], "decision_no": ["77/QĐ-UBND"]}).to_csv(path)
    brought = Visit(one.page.context.new_page(), front)
    brought.open("data", with_map=False, tab="import")
    page = brought.page
    page.get_by_role("combobox", name="Tệp này là gì?").click()
    page.get_by_role("option", name=t("about.table_clusters"), exact=True).click()
    brought.settled()
    page.locator("input[type=file]").set_input_files(str(path))
    page.get_by_role("button", name="Kiểm tra").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Công bố").click()
    page.get_by_text("Đã công bố").wait_for()
    made = Store(front.root / "data" / "store").current()
    assert (made.snapshot_id != before, made.manifest.who) == (True, "quantri")

    # The other process shows it at the next act.
    other.pill("Tỉnh cũ", "Vĩnh Phúc").click()
    assert other.eventually(lambda: shown(other) == made.snapshot_id, seconds=60)
    other.settled()
    assert "Vĩnh Phúc" in other.sentence(), "what was chosen holds"

    # One process dies in the middle of a visit: the page moves to the other by itself.
    one.page.evaluate("() => { window.phSamePage = true; }")
    sockets, told = one.sockets, one.sentence()
    front.backends[first].send_signal(signal.SIGKILL)
    front.backends[first].wait()
    assert one.eventually(lambda: way_of(one, front) != first, seconds=60)
    assert one.eventually(lambda: one.sockets > sockets, seconds=60)
    assert one.eventually(lambda: shown(one) == made.snapshot_id, seconds=60)
    one.settled()
    assert (one.query()["province"], one.sentence()) == ("hoa-binh", told)
    with one.turn():
        one.pill("Tỉnh cũ", "Phú Thọ").click()
    assert one.query()["province"] == "hoa-binh,phu-tho"
    assert one.sentence() != told
    assert one.page.evaluate("() => window.phSamePage"), "nobody had to load it again"
    one.page.reload()
    one.map_ready()
    one.settled()
    assert one.query()["province"] == "hoa-binh,phu-tho"
    assert broken + broken_there == []
