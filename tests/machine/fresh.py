"""An empty Debian 12 without a network, whose own systemd runs: made, booted, spoken to."""

import shutil
import subprocess
import time
from pathlib import Path

START_SECONDS = 120
_CLEAN = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
}


class Machine:
    """One machine in a folder.

    Parameters
    ----------
    folder : Path
        Where its disk, its pristine copy and what its console said are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self._process: subprocess.Popen | None = None

    def make(self) -> None:
        """Make its disk anew; what Debian installs by itself is fetched once and kept."""
        pristine = self.folder / "debian"
        if not pristine.is_dir():
            half = self.folder / "debian.half"
            shutil.rmtree(half, ignore_errors=True)
            subprocess.run(["debootstrap", "bookworm", half], check=True)
            half.rename(pristine)
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", pristine, self.root], check=True)

    def boot(self) -> None:
        """Start its systemd, with no network but its own loopback, and wait until it is up."""
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                [
                    *("systemd-nspawn", "--quiet", "--boot", "--private-network"),
                    *("--register=no", "--keep-unit", "--link-journal=no"),
                    *("--machine=fresh", "--directory", self.root),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            if self._init() and self.ask("systemctl is-system-running --wait") == "running":
                return
            time.sleep(0.5)
        msg = f"the machine did not come up, see {self.folder}/console.log"
        raise AssertionError(msg)

    def down(self) -> None:
        """Power it off."""
        if self._process is not None and self._process.poll() is None:
            self.call("systemctl poweroff --no-wall || systemctl --force poweroff", check=False)
            self._process.wait(START_SECONDS)

    def put(self, path: Path, inside: str) -> None:
        """Bring a file into the running machine."""
        shutil.copyfile(path, Path(f"/proc/{self._init()}/root{inside}"))

    def call(self, script: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `script` as root in a shell of its own; stop with what it said if it fails."""
        done = subprocess.run(
            ["nsenter", "--all", "--target", self._init(), "bash", "-c", f"cd\n{script}"],
            env=_CLEAN,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            msg = f"exit code {done.returncode}:\n{script}\n{done.stdout}\n{done.stderr}"
            raise AssertionError(msg)
        return done

    def ask(self, script: str) -> str:
        """Return what a command puts out, whatever its exit code."""
        return self.call(script, check=False).stdout.strip()

    def _init(self) -> str:
        """Return the number of the machine's first process, empty before there is one."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return children.read_text().split(" ")[0] if children.exists() else ""
