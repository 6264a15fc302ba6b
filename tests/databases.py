"""A real PostgreSQL with PostGIS, started by hand in a folder of its own, for the tests."""

import contextlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from e2e.sites import free_port

psycopg = pytest.importorskip(
    "psycopg", reason="psycopg is not installed: the tests of a shared database are left out"
)

OWNER = secrets.token_hex(8)
PASSWORD = "m4t-kh@u/bí:mật?#%"  # noqa: S105 - everything an address has to escape
QUOTED = "m4t-kh%40u%2Fb%C3%AD%3Am%E1%BA%ADt%3F%23%25"
START_SECONDS = 240


def _programs() -> Path:
    """Return the folder of the server's programs; skip if they or PostGIS are not here."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    own = shutil.which("initdb")
    places = [path.parent for path in found] + ([Path(own).resolve().parent] if own else [])
    for place in places:
        shared = subprocess.run(
            [place / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
        ).stdout.strip()
        version = place.parent.name
        for folder in (Path(shared or "-"), Path(f"/usr/share/postgresql/{version}")):
            if (folder / "extension" / "postgis.control").is_file():
                return place
    pytest.skip("PostgreSQL with PostGIS is not installed: its tests are left out")


def _account() -> list[str]:
    """Return how to run as somebody else: the server refuses the superuser."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    pytest.skip("there is no account but the superuser's, which PostgreSQL refuses")


@dataclass
class Cluster:
    """A server that can be killed and started again."""

    folder: Path
    programs: Path
    account: list[str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def url(self, database: str, *, user: str = "app", password: str = QUOTED) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        data = self.folder / "data"
        secret = self.folder / "secret"
        secret.write_text(OWNER, encoding="utf-8")
        if self.account:
            owner = int(re.search(r"reuid=(\d+)", self.account[1])[1])
            for path in (self.folder, secret):
                os.chown(path, owner, -1)
        options = ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "owner"]
        options += ["-A", "scram-sha-256", f"--pwfile={secret}"]
        subprocess.run(
            [*self.account, self.programs / "initdb", "-D", data, *options],
            capture_output=True,
            check=True,
            cwd="/",
        )

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "32MB",
            "fsync": "off",  # a killed server needs no disk: the machine goes on
            "full_page_writes": "off",
            "log_statement": "none",
            "restart_after_crash": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        options += ["-p", str(self.port)]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [*self.account, self.programs / "postgres", "-D", self.folder / "data", *options],
            stdout=log,
            stderr=log,
            cwd="/",
        )
        log.close()
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError((self.folder / "log").read_text(errors="replace")[-3000:])
            time.sleep(0.05)

    def answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self.owner().close()
            return True
        return False

    def kill(self) -> None:
        """Kill the server with signal 9 and wait until every part of it is gone."""
        children = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid="],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        for pid in (self.process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            self.process.wait()

    def emptied(self) -> str:
        """Return the address of the database, without anything an earlier test left."""
        with self.owner("kho") as owner:
            owner.execute("DROP SCHEMA IF EXISTS phutho CASCADE")
            owner.execute("DROP SCHEMA IF EXISTS phutho_store CASCADE")
            owner.execute("DROP SCHEMA IF EXISTS phutho_own CASCADE")
            owner.execute("DROP SCHEMA IF EXISTS ngoai CASCADE")
        return self.url("kho")

    def owner(self, database: str = "postgres"):
        return psycopg.connect(self.url(database, user="owner", password=OWNER), autocommit=True)


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """Run a server with the database ``kho``, PostGIS in it, and the account ``app``."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - if it is there
    folder = Path(tempfile.mkdtemp(prefix="phutho-pg-", dir=memory))
    cluster = Cluster(folder, _programs(), _account())
    try:
        cluster.make()
        cluster.start()
        with cluster.owner() as owner:
            made = psycopg.sql.SQL("CREATE ROLE app LOGIN PASSWORD {}")
            owner.execute(made.format(psycopg.sql.Literal(PASSWORD)))
            owner.execute("CREATE DATABASE kho")
            owner.execute("GRANT CREATE ON DATABASE kho TO app")
        with cluster.owner("kho") as owner:
            owner.execute("CREATE EXTENSION postgis")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
