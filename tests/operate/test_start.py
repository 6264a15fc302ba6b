"""From a Python and a folder to an open map: every step said, and why one failed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lib.language.text import catalog
from lib.operate import start

ROOT = Path(__file__).parents[2]
PARTS = (
    *("lib/__init__.py", "lib/operate/__init__.py", "lib/operate/start.py"),
    *("lib/language/texts/operate.toml", "requirements.lock"),
)
# A Python of an environment: what pip and the program are asked is written down, the server is one
# that answers everything.
PYTHON = f"""#!/bin/sh
echo "$@" >> asked
case "$2" in
pip) exit "$(cat pip-ends 2>/dev/null || echo 0)" ;;
lib) exit "$(cat lib-ends 2>/dev/null || echo 0)" ;;
streamlit)
  [ -e server-ends ] && exit 3
  exec "{sys.executable}" -m http.server --bind 127.0.0.1 "$6" ;;
*) exec "{sys.executable}" "$@" ;;
esac
"""


@pytest.fixture
def copy(tmp_path):
    """Return a copy of what starts the program, its environment made, in a folder with letters."""
    folder = tmp_path / "Bản đồ Phú Thọ"
    for part in PARTS:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, folder / part)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").write_text(PYTHON, encoding="utf-8")
    (folder / ".venv" / "bin" / "python").chmod(0o755)
    opens = folder.parent / "opens"
    opens.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n', encoding="utf-8")
    opens.chmod(0o755)
    return folder


def run(folder, *, home="/nowhere"):
    """Start it as run.cmd does and press Ctrl+C when the browser is open; return code and words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # A shell that runs the tests in the background has Ctrl+C ignored by all they start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
            [sys.executable, "-m", "lib.operate.start"],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": home,
                "LC_ALL": "C",
                "STREAMLIT_SERVER_PORT": str(port),
                "BROWSER": str(folder.parent / "opens"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as started:
            signal.signal(signal.SIGINT, before)
            try:
                until = time.monotonic() + 60
                while started.poll() is None and not (folder / "opened").exists():
                    assert time.monotonic() < until
                    time.sleep(0.05)
                if started.poll() is None:
                    os.killpg(started.pid, signal.SIGINT)
                said = started.communicate(timeout=30)[0].decode()
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(started.pid, signal.SIGKILL)
    return started.returncode, said, port


def asked(folder):
    return (folder / "asked").read_text(encoding="utf-8").splitlines()


def test_from_a_folder_of_wheels_to_the_browser_without_a_network(copy):
    (copy / "wheelhouse").mkdir()
    (copy / "wheelhouse" / "PYTHON").write_bytes(b"%d.%d\r\n" % sys.version_info[:2])
    code, said, port = run(copy)
    assert code == 0, said
    keys = ("install_wheels", "prepare", "server", "ended")
    places = [said.index(catalog()[f"start.{key}"]["vi"]) for key in keys]
    assert places == sorted(places)
    opened = (copy / "opened").read_text().strip()
    assert int(opened.rpartition(":")[2]) > port  # the first one was taken
    assert opened in said
    _, pip, prepare, streamlit = asked(copy)
    for word in ("--isolated", "--no-index", "--require-hashes", "--only-binary :all:"):
        assert word in pip
    assert f"--find-links {copy}/wheelhouse" in pip
    assert prepare == "-m lib prepare --offline"
    assert streamlit.startswith("-m streamlit run app.py --server.port")
    assert streamlit.endswith("--logger.hideWelcomeMessage true")  # English words
    (copy / "opened").unlink()
    assert run(copy)[0] == 0
    assert [line for line in asked(copy) if " pip " in line] == [pip]  # it is all there


def test_wheels_for_another_python_are_left_and_told(copy):
    (copy / "wheelhouse").mkdir()
    (copy / "wheelhouse" / "PYTHON").write_text("3.10\n", encoding="ascii")
    code, said, _ = run(copy)
    assert code == 0, said
    assert "gói cho Python 3.10, máy này có Python" in said
    pip, prepare = asked(copy)[1:3]
    assert "--require-hashes" in pip
    assert "--no-index" not in pip
    assert prepare == "-m lib prepare"


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("pip-ends", "start.not_installed_network"),
        ("lib-ends", "start.not_prepared"),
        ("server-ends", "start.server_ended"),
    ],
)
def test_a_step_that_fails_is_said_and_the_next_time_is_whole(copy, fault, key):
    (copy / fault).write_text("3", encoding="ascii")
    code, said, _ = run(copy)
    assert code == 1
    assert said.strip().endswith(catalog()[key]["vi"].format(code=3))
    assert (copy / ".venv" / ".requirements-installed").exists() is (fault != "pip-ends")
    (copy / fault).unlink()
    assert run(copy)[0] == 0


def test_an_environment_of_another_python_is_made_anew(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(start.subprocess, "run", lambda words, **_: made.append(words))
    monkeypatch.setattr(start, "_output", lambda *_: "3.10")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".requirements-installed").touch()
    assert start.environment(tmp_path / ".venv") == tmp_path / ".venv" / "bin" / "python"
    assert made == [[sys.executable, "-m", "venv", "--clear", str(tmp_path / ".venv")]]
    assert not (tmp_path / ".venv" / ".requirements-installed").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "tệp").touch()
    with pytest.raises(start.StopError) as stopped:
        start.environment(tmp_path / "tệp" / ".venv")
    assert stopped.value.key == "start.not_writable"


def test_a_path_windows_does_not_take_is_told_before_anything_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(start, "_WINDOWS", True)
    monkeypatch.setattr(start, "ROOT", "D:\\" + "x" * 66)
    monkeypatch.setattr(start, "_output", lambda *_: start._words(sys.version_info[:2]))
    start.environment(tmp_path)
    monkeypatch.setattr(start, "ROOT", "D:\\" + "x" * 67)
    with pytest.raises(start.StopError) as stopped:
        start.environment(tmp_path)
    assert stopped.value.key == "start.long_path"


def test_only_the_standard_library_is_needed():
    code = "import sys; sys.path.insert(0, '.'); from lib.operate import start; start._texts()"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, check=True)


# ---- run.cmd -------------------------------------------------------------------------------


def test_run_cmd_is_plain_for_any_console():
    content = (ROOT / "run.cmd").read_bytes()
    assert content.isascii()  # cmd.exe loses its place in a file with other letters
    assert content.count(b"\r\n") == content.count(b"\n") > 30
    text = content.decode().replace("\r\n", "\n")
    labels = set(re.findall(r"^:(\w+)$", text, re.MULTILINE))
    called = set(re.findall(r"(?:goto|call :)\s*(\w+)", text))
    assert labels == called
    for path in re.findall(r"\btype (\S+)", text):
        words = (ROOT / path.replace("\\", "/")).read_bytes()
        assert "Python từ 3.11 đến 3.14" in words.decode("utf-8")
        assert words.count(b"\r\n") == words.count(b"\n")
    assert re.search(r"-m ([\w.]+)$", text, re.MULTILINE)[1] == start.__name__
    tried = re.search(r"for %%V in \(%WANTED% ([\d. ]+)\)", text)[1].split()
    assert sorted(tried) == ["3.11", "3.12", "3.13", "3.14"]
    check = re.search(r'"CHECK=(.*)"', text)[1]
    done = subprocess.run([sys.executable, "-c", check], check=False)
    assert done.returncode == 0
    assert text.index("chcp 65001") < text.index("type ")
    assert 'set "PYTHONUTF8=1"' in text
    assert text.index("PYTHON_MANAGER_AUTOMATIC_INSTALL=false") < text.index("call :look")


def test_files_keep_their_line_ends_whatever_git_is_told():
    assert (ROOT / ".gitattributes").read_text(encoding="utf-8") == "* -text\n"
