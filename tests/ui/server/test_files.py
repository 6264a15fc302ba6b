"""Files with a hash in their name: packed once, kept for a year, gone when they are gone."""

import asyncio
import gzip
from pathlib import Path

import pytest
import streamlit
import streamlit_folium

from lib.settings import settings
from lib.ui.server import files

NAME = "layers/communes-0123456789ab.json"
CONTENT = b'{"type":"FeatureCollection","features":[]}' * 50
PASSED_ON = (418, {}, b"streamlit")
FRONT = Path(streamlit.__file__).parent / "static" / "static"
FRAME = Path(streamlit_folium.__file__).parent / "frontend" / "build" / "static" / "js"
SCRIPT = max(FRONT.glob("js/index.*.js"), key=lambda file: file.stat().st_size)
FONT = next(FRONT.glob("media/*.woff2"))
(MAP_SCRIPT,) = FRAME.glob("main.*.js")


@pytest.fixture
def static(tmp_path, monkeypatch):
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "layers").mkdir()
    (tmp_path / NAME).write_bytes(CONTENT)
    yield tmp_path
    settings.cache_clear()


async def behind(_scope, _receive, send):
    """Answer as what is behind the layer."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"streamlit"})


def ask(path, method="GET", layer=None, **headers):
    """Return status, headers and body of the answer to a request."""
    said = []

    async def send(message):
        said.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run((layer or files.KeptFiles(behind))(scope, receive, send))
    got = {k.decode(): v.decode() for k, v in said[0]["headers"]}
    return said[0]["status"], got, b"".join(part.get("body", b"") for part in said[1:])


@pytest.mark.usefixtures("static")
def test_a_layer_is_packed_and_kept_for_a_year():
    status, headers, body = ask(f"/app/static/{NAME}", accept_encoding="gzip, br")
    assert status == 200
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["content-encoding"] == "gzip"
    assert headers["content-type"] == "application/json"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(body) < len(CONTENT) / 5
    assert gzip.decompress(body) == CONTENT


@pytest.mark.usefixtures("static")
def test_who_cannot_unpack_gets_it_plain():
    status, headers, body = ask(f"/app/static/{NAME}")
    assert (status, body) == (200, CONTENT)
    assert "content-encoding" not in headers


@pytest.mark.usefixtures("static")
def test_who_has_it_gets_nothing_again():
    _, headers, _ = ask(f"/app/static/{NAME}")
    status, again, body = ask(f"/app/static/{NAME}", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")
    assert again["cache-control"] == headers["cache-control"]


def test_a_file_is_packed_once(static, monkeypatch):
    packed = []
    plain = gzip.compress
    monkeypatch.setattr(gzip, "compress", lambda *a, **k: packed.append(1) or plain(*a, **k))
    layer = files.KeptFiles(behind)
    for _ in range(3):
        assert ask(f"/app/static/{NAME}", layer=layer, accept_encoding="gzip")[0] == 200
    assert len(packed) == 1
    (static / NAME).unlink()
    gone = ask(f"/app/static/{NAME}", layer=layer, accept_encoding="gzip")
    assert gone == PASSED_ON, "taken away is gone"


def test_what_is_kept_in_memory_has_an_end(static, monkeypatch):
    monkeypatch.setattr(files, "_MANY", 2)
    layer = files.KeptFiles(behind)
    names = [f"layers/communes-{number:012x}.json" for number in range(5)]
    for name in names:
        (static / name).write_bytes(CONTENT)
        assert ask(f"/app/static/{name}", layer=layer)[2] == CONTENT
        assert len(layer.read) <= 2


@pytest.mark.parametrize(
    ("path", "file", "kind"),
    [
        (f"/static/js/{SCRIPT.name}", SCRIPT, "text/javascript; charset=utf-8"),
        (
            f"/component/streamlit_folium.st_folium/static/js/{MAP_SCRIPT.name}",
            MAP_SCRIPT,
            "text/javascript; charset=utf-8",
        ),
    ],
)
def test_the_scripts_of_the_page_itself_are_packed_too(path, file, kind):
    status, headers, body = ask(path, accept_encoding="gzip")
    assert (status, headers["content-type"]) == (200, kind)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(body) == file.read_bytes()
    assert len(body) < file.stat().st_size / 2
    assert ask(path)[2] == file.read_bytes(), "plain for who cannot unpack"


def test_a_font_is_not_packed_again():
    status, headers, body = ask(f"/static/media/{FONT.name}", accept_encoding="gzip")
    assert (status, headers["content-type"]) == (200, "font/woff2")
    assert "content-encoding" not in headers
    assert body == FONT.read_bytes()


def test_all_scripts_the_page_names_are_kept():
    page = (FRONT.parent / "index.html").read_text(encoding="utf-8")
    named = [part.split('"')[0] for part in page.split('href="./static/js/')[1:]]
    assert len(named) > 30
    for name in named:
        status, headers, _ = ask(f"/static/js/{name}")
        assert (status, headers.get("etag")) == (200, f'"{name}"')


@pytest.mark.usefixtures("static")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/app/static/vendor/leaflet.js"),
        ("GET", "/app/static/layers/communes-0123456789ab.json/"),
        ("GET", "/app/static/layers/../layers/communes-0123456789ab.json"),
        ("GET", "/app/static/layers/communes-ba9876543210.json"),
        ("GET", "/app/static/layers/20260101T000000Z-0123456789ab-30.index.json"),
        ("GET", "/media/communes-0123456789ab.json"),
        ("POST", f"/app/static/{NAME}"),
        ("GET", "/"),
        ("GET", "/static/js/index.00000000.js"),
        ("GET", "/static/js/../index.html"),
        ("GET", "/static/index.html"),
        ("GET", "/static/manifest.json"),
        ("GET", "/component/streamlit_folium.st_folium/index.html"),
        ("GET", "/component/another.component/static/js/main.521860b0.js"),
    ],
)
def test_everything_else_is_left_to_streamlit(method, path):
    assert ask(path, method) == PASSED_ON
