"""Start the application where only Python is there: environment, packages, data, server, browser.

``run.cmd`` and ``run.sh`` find a Python and call ``python -m lib.operate.start``. Only the
standard library is imported: nothing else is there before this has done its work. Its words lie
with the other texts and are read here as they are.
"""

import hashlib
import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import webbrowser
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_WINDOWS: Final = os.name == "nt"
_TEXTS: Final = ROOT / "lib" / "language" / "texts" / "operate.toml"
_STAMP: Final = ".requirements-installed"
"""What `make` looks at too: written when all packages are there."""
DEEPEST: Final = 190
"""Characters of the longest path below the folder of the program once all is installed, and /."""
_LONGEST: Final = 259
"""Characters of a path Windows takes unless it is told otherwise."""
_FIRST_PORT: Final = 8501
_PORTS: Final = 20
_STARTS_SECONDS: Final = 180
_ENDS_SECONDS: Final = 10


class StopError(Exception):
    """A step failed: the key of the sentence that says why, and what it names."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> None:
    """Print a sentence at once: the next step may take minutes."""
    family, _, name = key.partition(".")
    sys.stdout.write(_texts()[family][name]["vi"].format(**values) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do every step, say each; return 0, or 1 after saying which one failed and what to do."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    os.chdir(ROOT)
    os.environ["PYTHONUTF8"] = "1"
    try:
        say("start.python", version=_words(sys.version_info[:3]), program=sys.executable)
        wheels = usable_wheels(ROOT / "wheelhouse")
        python = environment(ROOT / ".venv")
        install(python, wheels)
        prepare(python, offline=wheels is not None)
        serve(python)
    except StopError as stop:
        say(stop.key, **stop.values)
        if _WINDOWS:
            say("start.close")
        return 1
    except KeyboardInterrupt:
        pass
    say("start.ended")
    return 0


def _words(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


# ---- before the packages are there ---------------------------------------------------------


def usable_wheels(folder: Path) -> Path | None:
    """Return the folder of packages if there is one for this Python; say so if for another.

    Parameters
    ----------
    folder : Path
        Its file ``PYTHON`` says for which Python its packages are: ``3.13``.
    """
    if not folder.is_dir():
        return None
    told = folder / "PYTHON"
    wanted = told.read_text(encoding="ascii").strip() if told.exists() else ""
    here = _words(sys.version_info[:2])
    if wanted in {"", here}:
        return folder
    say("start.other_wheels", wanted=wanted, here=here)
    return None


def environment(folder: Path) -> Path:
    """Return the Python of the virtual environment; it is made anew unless it is one of this.

    Raises
    ------
    StopError
        This Python is one of 32 bits, the path is too long for Windows, or the folder of the
        program cannot be written.
    """
    if sys.maxsize < 2**32:
        raise StopError("start.bits")
    if _WINDOWS and len(str(ROOT)) > _LONGEST - DEEPEST:
        raise StopError("start.long_path", folder=ROOT, most=_LONGEST - DEEPEST)
    python = folder / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    minor = _words(sys.version_info[:2])
    if _output(python, "import sys; print('%d.%d' % sys.version_info[:2])") == minor:
        return python
    say("start.environment")
    try:
        folder.mkdir(exist_ok=True)
        (folder / _STAMP).unlink(missing_ok=True)  # what was in it goes first
        subprocess.run(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "venv", "--clear", str(folder)], check=True
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StopError("start.not_writable", folder=ROOT, reason=reason) from error
    except subprocess.CalledProcessError as error:
        raise StopError("start.no_environment", code=error.returncode) from error
    return python


def _output(python: Path, code: str) -> str:
    """Return what a program prints, empty if it does not start or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - our own environment
            [python, "-c", code], capture_output=True, encoding="utf-8", check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def install(python: Path, wheels: Path | None) -> None:
    """Install what ``requirements.lock`` names, each file by its sha256, unless it is done.

    Parameters
    ----------
    python : Path
        Of the virtual environment.
    wheels : Path or None
        Folder to install from without asking a network.

    Raises
    ------
    StopError
        pip failed; it has said why.
    """
    lock = ROOT / "requirements.lock"
    stamp = python.parents[1] / _STAMP
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    told = stamp.read_text(encoding="ascii") if stamp.exists() else None
    by_make = told == "" and stamp.stat().st_mtime >= lock.stat().st_mtime
    if told == digest or by_make:
        return
    say("start.install_wheels" if wheels else "start.install_network")
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    words += ["--no-warn-script-location", "--require-hashes", "--only-binary", ":all:"]
    words += ["--requirement", str(lock)]
    if wheels:
        words = ["--isolated", *words, "--no-index", "--no-cache-dir", "--find-links", str(wheels)]
    done = subprocess.run([python, "-m", "pip", *words], check=False)  # noqa: S603
    if done.returncode:
        key = "start.not_installed_wheels" if wheels else "start.not_installed_network"
        raise StopError(key, folder=wheels)
    stamp.write_text(digest, encoding="ascii")


# ---- with the packages ---------------------------------------------------------------------


def prepare(python: Path, *, offline: bool) -> None:
    """Fill store and layer files as ``python -m lib prepare`` does; it may ask a question.

    Raises
    ------
    StopError
        It failed; it has said why.
    """
    say("start.prepare")
    words = ["--offline"] if offline else []
    done = subprocess.run([python, "-m", "lib", "prepare", *words], check=False)  # noqa: S603
    if done.returncode:
        raise StopError("start.not_prepared", code=done.returncode)


def serve(python: Path) -> None:
    """Run the server until it ends, and open the browser as soon as it answers.

    Raises
    ------
    StopError
        No port is free, or the server ended or did not answer in time.
    """
    port = free_port()
    say("start.server")
    words = ["-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    words += ["--logger.hideWelcomeMessage", "true"]  # it is said below, in Vietnamese
    with subprocess.Popen([python, *words]) as server:  # noqa: S603 - our own arguments
        try:
            _wait(server, port)
            address = f"http://localhost:{port}"
            say("start.opened", address=address)
            webbrowser.open(address)
            code = server.wait()
        finally:
            _end(server)
    if code > 0:
        raise StopError("start.server_ended", code=code)


def free_port() -> int:
    """Return the first port from the usual one on that nobody listens on.

    Raises
    ------
    StopError
        All that are tried are taken.
    """
    first = int(os.environ.get("STREAMLIT_SERVER_PORT") or _FIRST_PORT)
    for port in range(first, first + _PORTS):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise StopError("start.no_port", first=first, last=first + _PORTS - 1)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until the server answers, well or not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _STARTS_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise StopError("start.server_ended", code=server.returncode)
        try:
            with direct.open(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise StopError("start.no_answer", seconds=_STARTS_SECONDS)


def _end(server: "subprocess.Popen[bytes]") -> None:
    """End the server; one that got the same Ctrl+C has its time to do so itself."""
    if server.poll() is None:
        try:
            server.wait(_ENDS_SECONDS if isinstance(sys.exception(), KeyboardInterrupt) else 0)
        except subprocess.TimeoutExpired:
            server.kill()


if __name__ == "__main__":
    raise SystemExit(main())
