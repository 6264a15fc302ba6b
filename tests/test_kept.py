"""Files with a hash in their name: packed once, kept for a year, gone when they are gone."""

import asyncio
import gzip

import pytest

from lib.settings import settings
from lib.ui import kept

NAME = "layers/communes-0123456789ab.json"
CONTENT = b'{"type":"FeatureCollection","features":[]}' * 50
PASSED_ON = (418, {}, b"streamlit")


@pytest.fixture
def static(tmp_path, monkeypatch):
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "layers").mkdir()
    (tmp_path / NAME).write_bytes(CONTENT)
    yield tmp_path
    settings.cache_clear()


def ask(path, method="GET", **headers):
    """Return status, headers and body of the answer to a request."""
    said = []

    async def streamlit(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b"streamlit"})

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
    asyncio.run(kept.KeptFiles(streamlit)(scope, receive, send))
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
    for _ in range(3):
        assert ask(f"/app/static/{NAME}", accept_encoding="gzip")[0] == 200
    assert len(packed) == 1
    (static / NAME).unlink()
    assert ask(f"/app/static/{NAME}", accept_encoding="gzip") == PASSED_ON, "taken away is gone"


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
    ],
)
def test_everything_else_is_left_to_streamlit(method, path):
    assert ask(path, method) == PASSED_ON
