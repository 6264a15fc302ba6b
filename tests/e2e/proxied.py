"""Two processes of the application behind the nginx of `deploy/`, on ports of this machine."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from e2e.sites import ROOT, START_SECONDS, Site, environment, free_port

NAME = "phutho.example.gov.vn"
SECRET = "0123456789abcdef" * 4
PEOPLE = {"quantri": "mat-khau-1", "xem": "mat-khau-2"}


@dataclass(frozen=True)
class Front(Site):
    """The site as nginx shows it.

    Parameters
    ----------
    ports : dict of str, int
        The ports of nginx: http, https.
    backends : dict of int, Popen
        The processes behind it, by port.
    certificate : Path
        What its TLS certificate is checked with.
    ways : Path
        One line a request: the visitor's cookie, what was asked, the processes it went to.
    """

    ports: dict[str, int]
    backends: dict[int, subprocess.Popen]
    certificate: Path
    ways: Path

    def pool(self, *, timeout: float = 30) -> urllib3.HTTPSConnectionPool:
        """Return connections to nginx that trust its certificate for its name."""
        return urllib3.HTTPSConnectionPool(
            "127.0.0.1",
            self.ports["https"],
            server_hostname=NAME,
            assert_hostname=NAME,
            ca_certs=str(self.certificate),
            timeout=timeout,
            retries=False,
        )

    def get(
        self, path: str, *, person: str = "quantri", host: str = NAME, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """Ask nginx as `person` and under any name; what it packed stays packed."""
        pool = self.pool()
        given = {"Host": host, "Accept-Encoding": "gzip"} | headers
        if person:
            given |= urllib3.make_headers(basic_auth=f"{person}:{PEOPLE[person]}")
        return pool.request("GET", path, headers=given, redirect=False, decode_content=False)

    def way(self, cookie: str) -> int:
        """Return the port of the process that the visitor with this cookie was led to last."""
        lines = [line.split() for line in self.ways.read_text().splitlines()]
        # Where the first one asked is dead, nginx names it before the one that answered.
        return int([line[-1] for line in lines if line[0] == cookie][-1].rpartition(":")[2])


def environment_file() -> dict[str, str]:
    """Return what `deploy/phutho.env` sets."""
    text = (ROOT / "deploy" / "phutho.env").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


def configured(folder: Path, ports: dict[str, int], backends: list[int]) -> Path:
    """Return a whole configuration around `deploy/nginx.conf`, with ports and files of its own."""
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (("8501", backends[0]), ("8502", backends[-1])):
        site = site.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    site = re.sub(r"listen 80\b", f"listen 127.0.0.1:{ports['http']}", site)
    site = re.sub(r"listen 443\b", f"listen 127.0.0.1:{ports['https']}", site)
    site = site.replace("/etc/phutho/tls/", f"{folder}/").replace("/etc/phutho/", f"{folder}/")
    secret = f"proxy_set_header X-Phutho-Secret {SECRET};\n"
    (folder / "nginx-secret.conf").write_text(secret, encoding="utf-8")
    hashed = (
        subprocess.run(
            ["openssl", "passwd", "-apr1", password], capture_output=True, text=True, check=True
        ).stdout
        for password in PEOPLE.values()
    )
    people = "".join(f"{name}:{line}" for name, line in zip(PEOPLE, hashed, strict=True))
    (folder / "people").write_text(people, encoding="utf-8")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        capture_output=True,
        check=True,
    )
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"""{"user root;" if os.geteuid() == 0 else ""}
pid {folder}/nginx.pid;
daemon off;
worker_processes 2;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
include /etc/nginx/mime.types;
{temporary}
log_format ways '$cookie_phutho_way $request_uri $upstream_addr';
access_log {folder}/ways.log ways;
include {folder}/site.conf;
}}
""",
        encoding="utf-8",
    )
    return whole


def start(root: Path, port: int, log: Path) -> subprocess.Popen:
    """Start one process with the settings of the service."""
    line = re.search(
        r"^ExecStart=\S+python (.*)$",
        (ROOT / "deploy" / "phutho@.service").read_text(encoding="utf-8"),
        re.MULTILINE,
    )[1]
    settings = {key: value for key, value in environment_file().items() if "PHUTHO" not in key}
    settings |= {
        "PHUTHO_ACCESS": str(root.parent / "access.toml"),
        "STREAMLIT_SERVER_COOKIE_SECRET": SECRET,
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, *line.replace("%i", str(port)).split()],
            cwd=root,
            env=environment() | settings,
            stdout=output,
            stderr=output,
        )


@contextmanager
def fronted(root: Path) -> Iterator[Front]:
    """Run two processes of a copy and nginx before them until the block ends."""
    folder = root.parent / "nginx"
    folder.mkdir()
    access = (ROOT / "deploy" / "access.toml").read_text(encoding="utf-8")
    (root.parent / "access.toml").write_text(access.replace("@SECRET@", SECRET), encoding="utf-8")
    ports = {"http": free_port(), "https": free_port()}
    inner = [free_port(), free_port()]
    log = root.parent / "server.log"
    with ExitStack() as stack:
        backends = {port: start(root, port, log.with_suffix(f".{port}")) for port in inner}
        for process in backends.values():
            stack.callback(stop, process)
        with log.open("wb") as output:
            nginx = subprocess.Popen(
                ["nginx", "-p", folder, "-c", configured(folder, ports, inner)],
                stdout=output,
                stderr=output,
            )
        stack.callback(stop, nginx)
        front = Front(
            f"https://{NAME}:{ports['https']}",
            root,
            log,
            ports=ports,
            backends=backends,
            certificate=folder / "fullchain.pem",
            ways=folder / "ways.log",
        )
        for port in inner:
            wait_until_healthy(port, backends[port])
        yield front


def wait_until_healthy(port: int, process: subprocess.Popen) -> None:
    """Wait until a process says that it is well."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/health", timeout=10).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    msg = f"the process on port {port} did not become healthy (exit code {process.poll()})"
    raise AssertionError(msg)


def stop(process: subprocess.Popen) -> None:
    """End a process, at once if it does not end by itself."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
