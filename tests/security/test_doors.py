"""What the server answers to those who knock: real requests to a real server."""

import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from clones import copy_of
from e2e.sites import Site, environment, served

SECRETS = ("Traceback", "/lib/", "site-packages", "secrets", "SECRET")


@pytest.fixture(scope="module")
def site(schematic_clone, tmp_path_factory) -> Iterator[Site]:
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("doors"))
    (root / ".streamlit" / "secrets.toml").write_text('key = "SECRET"', encoding="utf-8")
    with served(root) as site:
        yield site


def raw(site: Site, target: str, *headers: str, method: str = "GET") -> tuple[int, str]:
    """Send a request whose path no library tidies up; return status and the rest."""
    port = int(site.url.rpartition(":")[2])
    end = () if any(h.startswith("Connection:") for h in headers) else ("Connection: close",)
    lines = [f"{method} {target} HTTP/1.1", *headers, *end, "", ""]
    if not any(header.lower().startswith("host:") for header in headers):
        lines.insert(1, f"Host: localhost:{port}")
    with socket.create_connection(("127.0.0.1", port), timeout=120) as peer:
        peer.sendall("\r\n".join(lines).encode())
        answer = b""
        while part := peer.recv(65_536):
            answer += part
            if answer.startswith(b"HTTP/1.1 101"):  # a socket is open, and would stay so
                break
    return int(answer.split(b" ", 2)[1]), answer.decode("utf-8", errors="replace")


@pytest.mark.parametrize(
    "path",
    [
        "../.streamlit/secrets.toml",
        "..%2f.streamlit%2fsecrets.toml",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%5c..%5cetc%5cpasswd",
        "layers/../../app.py",
        "//etc/passwd",
        "%00",
        "layers/",
        ".",
    ],
)
def test_nothing_beside_the_served_folder_is_given_away(site, path):
    status, said = raw(site, f"/app/static/{path}")
    # What is no file of the folder is an error or the page itself, never another file.
    assert status >= 400 or '<div id="root">' in said, said[:300]
    assert not [word for word in (*SECRETS, "root:x:", "st.navigation") if word in said]


@pytest.mark.parametrize(
    "path",
    [
        "/data/store/CURRENT",
        "/data/store/audit.jsonl",
        "/.streamlit/config.toml",
        "/lib/store/store.py",
        "/component/streamlit_folium.st_folium/../../../app.py",
        "/component/streamlit_folium.st_folium/%2e%2e/%2e%2e/%2e%2e/lib/store/store.py",
        "/media/../app.py",
        "/_stcore/../app.py",
    ],
)
def test_no_file_of_the_program_or_the_store_is_given_away(site, path):
    status, said = raw(site, path)
    assert status >= 400 or '<div id="root">' in said, said[:300]
    assert not [word for word in (*SECRETS, "import ", '"when":') if word in said.split("<", 1)[0]]


@pytest.mark.parametrize(
    "path", ["agent", "_stcore/agent", "_stcore/agent/sessions", "api/agent", "_stcore/metrics/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_doors_for_programs_are_shut(site, path, method):
    answer = requests.request(method, f"{site.url}/{path}", timeout=120, json={})
    said = answer.text
    assert answer.status_code >= 400 or '<div id="root">' in said
    assert not [word for word in SECRETS if word in said]


def test_an_upload_without_a_session_of_ours_or_its_token_is_refused(site):
    address = f"{site.url}/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}"
    files = {"file": ("x.geojson", b"{}")}
    for headers in ({}, {"X-Xsrftoken": "made up"}, {"Origin": "https://evil.example"}):
        answer = requests.put(address, files=files, headers=headers, timeout=120)
        assert answer.status_code in {400, 403}, answer.text
        assert not [word for word in SECRETS if word in answer.text]


def knock(site: Site, *headers: str) -> int:
    """Ask for a websocket; return the status: 101 opens it."""
    return raw(
        site,
        "/_stcore/stream",
        *headers,
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Connection: Upgrade",
    )[0]


def test_the_socket_opens_to_our_own_page(site):
    assert knock(site, f"Origin: {site.url}") == 101


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_another_site_may_not_open_our_socket(site, origin):
    assert knock(site, f"Origin: {origin}") == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example"]
)
def test_a_name_somebody_lets_point_here_opens_no_socket(site, host):
    """Against DNS rebinding: to the browser that page and this server are one site then."""
    port = site.url.rpartition(":")[2]
    assert knock(site, f"Host: {host}:{port}", f"Origin: http://{host}:{port}") == 403


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config"])
def test_another_site_may_not_read_our_answers(site, path):
    answer = requests.get(
        f"{site.url}{path}", headers={"Origin": "https://evil.example"}, timeout=120
    )
    allowed = answer.headers.get("Access-Control-Allow-Origin", "")
    assert allowed in {"", site.url}, allowed


def test_what_is_served_is_not_taken_for_something_else(site):
    answer = requests.get(f"{site.url}/app/static/{site.layers['communes']['path']}", timeout=120)
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "html" not in answer.headers["Content-Type"]


def test_nothing_a_browser_would_run_as_a_page_lies_among_the_served_files(site):
    """Streamlit serves a .html or .svg there as one, in the name of this site."""
    static = site.root / "static"
    files = [path.relative_to(static) for path in static.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".json", ".js", ".css", ".png", ".svg"}
    # Signs of the legend, drawn by us; none holds a word from data.
    assert {path.parts[0] for path in files if path.suffix == ".svg"} <= {"vendor", "legend"}


def test_a_name_of_ours_by_the_environment():
    """How a server with a name is told: the list of the file is for one machine alone."""
    found = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"],
        cwd=Path(__file__).parents[2],
        env={**environment(), "STREAMLIT_SERVER_ALLOWED_HOSTS": "ban-do.phutho.test"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(r"^allowedHosts = \[\s*\"ban-do[.]phutho[.]test\"", found.stdout, re.MULTILINE)


def test_the_configuration_shuts_what_can_be_shut():
    text = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    for line in (
        "enableXsrfProtection = true",
        "enableCORS = true",
        "enableAgentApi = false",
        "maxUploadSize = 50",
        "maxMessageSize = 50",
        'showErrorDetails = "none"',
        'toolbarMode = "minimal"',
        'address = "localhost"',
        'allowedHosts = ["localhost", "127.0.0.1", "::1"]',
    ):
        assert line in text.splitlines()
