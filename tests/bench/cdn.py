"""The internet of the benchmark: one local server that stands for every content network.

Contenders load Leaflet, widgets and fonts from content networks. Chromium is
told to look every other name up here, so that they get the same files from the
same machine: packages of the npm registry by name and version, as
jsdelivr and unpkg lay them out. What is not in a package is refused and noted.
No request is intercepted in the browser, whose cache works as always.
"""

import gzip
import json
import mimetypes
import re
import shutil
import ssl
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from tests.bench import esm

PACKAGE = re.compile(
    r"^/?(?:npm[/:])?(?P<name>(?:@[^/@]+/)?[^/@]+)@(?P<version>[^/]+)/(?P<file>.+)$"
)
CDNJS = r"cdnjs\.cloudflare\.com/ajax/libs"
ELSEWHERE = {
    # What is not addressed by package, and the package, version and file that hold the same:
    # {0}, {1} are the groups of the address.
    r"code\.jquery\.com/jquery-([\d.]+)\.min\.js": ("jquery", "{0}", "dist/jquery.min.js"),
    # 2.0.2 is not in the registry; 2.0.4 is its next.
    rf"{CDNJS}/Leaflet\.awesome-markers/2\.0\.2/(leaflet\.awesome-markers\.\w+)": (
        "leaflet.awesome-markers",
        "2.0.4",
        "dist/{0}",
    ),
    rf"{CDNJS}/require\.js/([\d.]+)/require\.min\.js": ("requirejs", "{0}", "require.js"),
    rf"{CDNJS}/leaflet\.draw/([\d.]+)/(.+)": ("leaflet-draw", "{0}", "dist/{1}"),
}
NEXT_BEST = {"kepler.gl@3.3.0-alpha.18": "3.3.0-alpha.11"}
"""What is asked for and not in the registry -> the version nearest to it that is."""
GROUND_STYLE = b'{"version": 8, "sources": {}, "layers": []}'
"""What a style of Carto's base map is answered with: no contender waits for tiles of the ground."""
OF_THE_BROWSER = "googleapis.com"


class Network:
    """Files of npm packages by the address a content network gives them.

    Parameters
    ----------
    folder : Path
        Where packages are unpacked, kept from run to run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.missing: set[str] = set()
        self._lock = threading.Lock()

    def file(self, host: str, path: str) -> Path | None:
        """Return the file an address stands for, None if no package has it."""
        for pattern, place in ELSEWHERE.items():
            if found := re.fullmatch(pattern, host + path):
                name, version, inside = (part.format(*found.groups()) for part in place)
                return self._inside(name, version, inside)
        if host == "esm.sh":
            with self._lock:
                return esm.module(self.folder, path)
        if found := PACKAGE.match(path):
            return self._inside(found["name"], found["version"], found["file"])
        return None

    def _inside(self, name: str, version: str, inside: str) -> Path | None:
        package = self._package(name, version)
        if package is None:
            return None
        for candidate in (inside, inside.replace(".min.", "."), f"{inside}.js"):
            path = (package / candidate).resolve()
            if path.is_file() and path.is_relative_to(package.resolve()):
                return path
        return None

    def _package(self, name: str, version: str) -> Path | None:
        version = NEXT_BEST.get(f"{name}@{version}", version)
        folder = self.folder / f"{name.replace('/', '__')}@{version}"
        with self._lock:
            if not folder.exists() and shutil.which("npm"):
                self.folder.mkdir(parents=True, exist_ok=True)
                done = subprocess.run(
                    ["npm", "pack", "--silent", "--json", f"{name}@{version}"],
                    cwd=self.folder,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=120,
                )
                if done.returncode == 0:
                    packed = self.folder / json.loads(done.stdout)[0]["filename"]
                    with tarfile.open(packed) as archive:
                        archive.extractall(folder, filter="data")
                    packed.unlink()
                else:
                    folder.mkdir()  # asked once, not there
        inner = [path for path in folder.iterdir() if path.is_dir()] if folder.exists() else []
        return inner[0] if inner else None


def _handler(network: Network) -> type[BaseHTTPRequestHandler]:
    @cache
    def packed(path: Path) -> bytes:
        return gzip.compress(path.read_bytes(), 6)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            path = unquote(self.path.partition("?")[0])
            if path.endswith("/style.json"):
                self._send(gzip.compress(GROUND_STYLE), "application/json")
                return
            file = network.file(host, path)
            if file is None:
                if not host.endswith(OF_THE_BROWSER):
                    network.missing.add(f"{host}{path}")
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                return
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self._send(packed(file), kind)

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is no news."""


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """Serve the packages until the block ends."""
    made = Network(folder)
    folder.mkdir(parents=True, exist_ok=True)
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    if not certificate.exists():
        asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
        subprocess.run(
            [*asked, "-subj", "/CN=bench", "-keyout", str(key), "-out", str(certificate)],
            check=True,
            capture_output=True,
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = _Quiet(("127.0.0.1", 0), _handler(made))
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
