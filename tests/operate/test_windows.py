"""The program uses nothing Windows lacks: neither when it is loaded nor outside a guard."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lib.cli import base
from lib.importing.apart import process
from lib.language.errors import StoreError, WrongUseError
from lib.layers.ground import kept
from lib.store import disk, pending
from lib.store.store import Store
from lib.tables.statements.record import Statement

ROOT = Path(__file__).parents[2]
CODE = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "lib").rglob("*.py")]
MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "crypt", "uvloop")
UNIX = {
    "os": "fork nice setsid setpgid killpg getuid geteuid getgid getegid chown lchown fchown"
    " fchmod lchmod sync getloadavg sysconf statvfs fstatvfs mkfifo wait wait3 wait4 WIFSIGNALED"
    " WTERMSIG WEXITSTATUS uname openpty ttyname setpriority getpriority register_at_fork sendfile"
    " pread pwrite O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_SYNC posix_fallocate sched_getaffinity",
    "signal": "SIGKILL SIGCHLD SIGXCPU SIGALRM SIGHUP SIGUSR1 SIGUSR2 SIGQUIT alarm setitimer"
    " pthread_sigmask",
    "socket": "AF_UNIX send_fds recv_fds SO_REUSEPORT TCP_QUICKACK",
    "time": "tzset",
}
WORDS = {"preexec_fn", "pass_fds", "dir_fd", "src_dir_fd", "follow_symlinks"}
GUARDED = {
    ("process.py", "confine"),  # ends before them where there is no `resource`
    ("process.py", "_size"),
    *(("process.py", name) for name in ("serve", "_keep", "_read")),
    *(("sandbox.py", name) for name in ("start", "ask", "_forked")),  # only where there is fork
}


def unix_only(path):
    """Yield function and name of what only Unix has in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    holders = [(None, tree)]
    while holders:
        function, node = holders.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Attribute):
            holder = getattr(node.value, "id", "")
            if node.attr in UNIX.get(holder, "").split():
                yield function, f"{holder}.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg in WORDS:
            yield function, node.arg
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            yield from ((function, name) for name in sorted(names & set(MODULES), key=str))
        holders += [(function, child) for child in ast.iter_child_nodes(node)]


def test_what_only_unix_has_stands_behind_a_guard():
    found = {(path.name, *one) for path in CODE for one in unix_only(path)}
    assert {one[:2] for one in found} == GUARDED, found


WITHOUT = f"""
import importlib, os, pkgutil, socket, sys
for name in {MODULES!r}:
    sys.modules[name] = None
del os.fork, socket.send_fds
import lib
for module in pkgutil.walk_packages(lib.__path__, "lib."):
    if module.name != "lib.__main__":
        importlib.import_module(module.name)
from lib.importing.apart import sandbox
assert not sandbox._FORKS
"""


def test_every_module_loads_without_what_only_unix_has():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# ---- files another process holds -----------------------------------------------------------


@pytest.fixture
def held(monkeypatch):
    """Let a name be held for the first tries, as Windows says it; return the list of tries."""
    real, tries, until = os.replace, [], [3]

    def replace(source, target):
        tries.append(target)
        if len(tries) <= until[0]:
            raise PermissionError(13, "The process cannot access the file", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(disk, "_PAUSE_SECONDS", 0.001)
    return tries, until


def test_a_file_that_is_held_for_a_moment_gets_its_place(tmp_path, held):
    (tmp_path / "new").write_text("new")
    (tmp_path / "CURRENT").write_text("old")
    disk.put(tmp_path / "new", tmp_path / "CURRENT")
    assert (tmp_path / "CURRENT").read_text() == "new"
    assert len(held[0]) == 4


def test_a_file_that_stays_held_is_told_by_its_name(tmp_path, held, monkeypatch):
    monkeypatch.setattr(disk, "_HELD_SECONDS", 0.02)
    held[1][0] = 1_000_000
    (tmp_path / "new").write_text("new")
    (tmp_path / "CURRENT").write_text("old")
    with pytest.raises(StoreError, match="CURRENT đang được chương trình khác giữ"):
        disk.put(tmp_path / "new", tmp_path / "CURRENT")
    assert (tmp_path / "CURRENT").read_text() == "old"
    monkeypatch.setattr(os, "access", lambda *_: False)  # it is the account that may not
    with pytest.raises(PermissionError):
        disk.put(tmp_path / "new", tmp_path / "CURRENT")


def test_a_file_somebody_reads_is_left_and_no_fault(tmp_path, monkeypatch):
    def unlink(path, **_):
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr(Path, "unlink", unlink)
    disk.drop(tmp_path / "x")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError):
        disk.drop(tmp_path / "x")


# ---- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["con", "NUL", "com1", "LPT9", "aux.json", "Con .txt", "com²"])
def test_a_device_of_windows_is_no_name_of_a_file(name):
    assert disk.reserved(name)
    assert not disk.reserved(f"x{name}")


def test_a_ground_is_not_called_as_a_device():
    with pytest.raises(WrongUseError, match="con, nul"):
        kept.name_for("nul", "x.osm.pbf")
    assert kept.name_for("", "CON.geojson") == "ground-con"


def test_a_value_of_a_row_called_as_a_device_waits_in_a_file(tmp_path):
    store = Store(tmp_path / "kho")
    word = Statement(
        "clusters", "NUL", "area_ha", "1", "Sở", "2026-12-01", who="An", when="2026-12-01"
    )
    pending.keep(store, [word])
    assert pending.every(store) == [word]
    (file,) = (store.folder / "pending").rglob("*.json")
    assert not disk.reserved(file.name)


# ---- accounts and memory -------------------------------------------------------------------


@pytest.mark.parametrize("error", [ImportError, KeyError, OSError])
def test_an_account_without_a_name_is_no_fault(monkeypatch, error):
    def unnamed():
        raise error("pwd")

    monkeypatch.setattr("getpass.getuser", unnamed)
    assert base.account() == "?"


def test_the_memory_of_a_process_is_that_of_its_own_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert process.resident(7) == 0

    class GoneError(Exception):
        pass

    def process_of(number):
        if number != 7:
            raise GoneError
        own = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=2**20))
        children = {True: [own, own]}
        return SimpleNamespace(
            memory_info=own.memory_info, children=lambda *, recursive: children[recursive]
        )

    psutil = SimpleNamespace(Error=GoneError, Process=process_of)
    monkeypatch.setitem(sys.modules, "psutil", psutil)
    assert [process.resident(number) for number in (7, 8)] == [3 * 2**20, 0]
