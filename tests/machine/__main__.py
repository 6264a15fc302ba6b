"""`make fresh-machine`: docs/operate.md typed into an empty Debian, then tried as a server.

Root, Debian 12, debootstrap and systemd-container are needed. It ends with exit
code 1 at the first thing that is not as the guide says.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from machine.fresh import Machine
from machine.guide import NAME, PASSWORD, ROOT, blocks, typed

PACKAGE = "/tmp/phutho.tar.gz"  # noqa: S108 - as the guide calls it
PORTS = (8501, 8502)
CURL = f"curl -sk --resolve {NAME}:443:127.0.0.1 --resolve {NAME}:80:127.0.0.1"
CODE = f"{CURL} -o /dev/null -w '%{{http_code}}'"
SIGNED = f"-u quantri:{PASSWORD}"
SECONDS = 60


def packed(folder: Path, change: str = "") -> Path:
    """Return the archive of section 1, made in a clone; borders come from a folder if there is one.

    Parameters
    ----------
    folder : Path
        Where the clone and the archive are kept.
    change : str
        A command that makes a new version of the clone.
    """
    source, made = folder / "source", folder / f"phutho{'-2' if change else ''}.tar.gz"
    if not source.is_dir():
        subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    subprocess.run(["git", "pull", "--quiet"], cwd=source, check=True)
    (block,) = blocks(1)
    lines = block.replace(PACKAGE, str(made)).splitlines()
    borders = ROOT.parent / "shared" / "data" / "upstream"
    if borders.is_dir():
        shutil.copytree(borders, source / "bundle", dirs_exist_ok=True)
        lines = [line for line in lines if not line.startswith(("make prepare", "cp -r"))]
    if (source / "build" / "debs").is_dir():  # fetched before: only pack
        lines = lines[-1:]
    script = "\n".join(["set -e", change or ":", *lines, "git checkout -q ."])
    subprocess.run(["bash", "-c", script], cwd=source, check=True)
    return made


def equal(found: object, wanted: object, what: str) -> None:
    """Stop if something is not as it should be."""
    if found != wanted:
        msg = f"{what}: {found!r} instead of {wanted!r}"
        raise AssertionError(msg)


def until(ready: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + SECONDS
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.5)


def healthy(machine: Machine, *ports: int) -> None:
    """Wait until both processes say that they are well."""
    for port in ports or PORTS:
        asked = f"curl -s http://127.0.0.1:{port}/health"
        until(lambda asked=asked: '"well"' in machine.ask(asked), f"port {port} is not well")
        equal(json.loads(machine.ask(asked)), {"well": True}, f"health of port {port}")


def protected(machine: Machine) -> None:
    """Who gets in, what listens, who may read what."""
    page = f"https://{NAME}/"
    for asked, wanted in (
        (page, "401"),
        (f"-u quantri:sai {page}", "401"),
        (f"{SIGNED} {page}", "200"),
        (f"http://{NAME}/", "301"),
        (f"{SIGNED} {page}_stcore/metrics", "404"),
        (f"{SIGNED} {page}_stcore/agent/", "404"),
        ("https://127.0.0.1/", "000"),
        ("-H 'X-Remote-User: quantri' http://127.0.0.1:8501/media/x", "401"),
    ):
        equal(machine.ask(f"{CODE} {asked}"), wanted, asked)
    listening = machine.ask("ss -Hltn | awk '{print $4}' | sort").split()
    equal(listening, ["0.0.0.0:443", "0.0.0.0:80", *(f"127.0.0.1:{p}" for p in PORTS)], "ss")
    closed = "people nginx-secret.conf tls/privkey.pem access.toml phutho.env"
    for who, files in (("nobody", closed), ("phutho", "people nginx-secret.conf tls/privkey.pem")):
        for name in files.split():
            done = machine.call(f"runuser -u {who} -- cat /etc/phutho/{name}", check=False)
            equal(done.returncode, 1, f"{who} reads {name}")
    inside = "nsenter -m -t $(systemctl show -p MainPID --value phutho@8501) touch"
    for place in ("/opt/phutho", "/etc", "/var/backups/phutho", "/home"):
        equal(machine.call(f"{inside} {place}/x", check=False).returncode, 1, f"write to {place}")


def faults(machine: Machine) -> None:
    """A process that is killed, and one without a list of roles."""
    killed = machine.ask("systemctl show -p MainPID --value phutho@8501")
    machine.call(f"kill -9 {killed}")
    equal(machine.ask(f"{CODE} {SIGNED} https://{NAME}/"), "200", "the other process")
    healthy(machine)
    machine.call("mv /etc/phutho/access.toml /root/")
    equal(machine.call("systemctl restart phutho@8502", check=False).returncode, 1, "no roles")
    equal(machine.ask("systemctl is-active phutho@8502"), "inactive", "no roles")
    machine.call("mv /root/access.toml /etc/phutho/ && systemctl start phutho@8502")
    healthy(machine)


def backups(machine: Machine) -> None:
    """What the timer starts, and the data from before an import back from it."""
    before = machine.ask("phutho snapshots list | sed -n 's/^[*] //p'").split()[0]
    machine.call("systemctl start phutho-backup.service")
    table = "Mã cụm,Tên cụm,Diện tích (ha)\nPT-017,Ấm Hạ,61.5\n"
    machine.call(f"printf '{table}' > /tmp/c.csv && phutho import clusters /tmp/c.csv --yes")
    listed = machine.ask("phutho snapshots list")
    equal(listed.count("\n"), 1, "snapshots after an import")
    machine.call("phutho restore-backup /var/backups/phutho/phutho-*.zip")
    equal(json.loads(machine.ask("phutho status --json"))["snapshot"], before, "restored")
    machine.call("phutho audit verify && systemctl start phutho-backup.service")
    times = "systemctl show phutho-backup.timer -p NextElapseUSecRealtime --value"
    until(lambda: bool(machine.ask(times)), "the timer waits for nothing")
    hour = machine.ask(f'TZ=Asia/Ho_Chi_Minh date +%H:%M -d "$({times})"')
    equal(hour[:4], "01:3", "the next backup in Vietnam")


def walk(machine: Machine, folder: Path) -> None:
    """Follow the guide from an empty machine to an upgrade and back."""

    def done(what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - began:5.0f} s  {what}\n")
        sys.stdout.flush()

    began = time.monotonic()
    package, newer = (
        packed(folder),
        packed(folder, "sed -i '1i# newer' lib/language/texts/pages.toml"),
    )
    done("section 1: packed, and a newer version")
    machine.make()
    machine.boot()
    done("an empty Debian is up, no network")
    machine.put(package, PACKAGE)
    for section in (2, 3, 4, 5):
        for block in blocks(section):
            # A stricter umask than Debian's, as on a hardened server.
            machine.call(f"umask 077\n{typed(block)}")
        done(f"section {section}")
    healthy(machine)
    for what in (protected, faults, backups):
        what(machine)
        done(what.__name__)
    machine.down()
    machine.boot()
    healthy(machine)
    protected(machine)
    done("up again after a reboot")
    machine.put(newer, PACKAGE)
    listed = machine.ask("phutho snapshots list")
    for block, here in zip(blocks(8), ("1", "0"), strict=True):
        machine.call(typed(block))
        healthy(machine)
        protected(machine)
        equal(
            machine.ask("grep -c '^# newer' /opt/phutho/lib/language/texts/pages.toml"),
            here,
            "version",
        )
        equal(machine.ask("phutho snapshots list"), listed, "data")
    done("section 8: upgraded, and back")
    warned = machine.ask("journalctl -b --no-pager -p err -u 'phutho*' -o cat")
    equal(warned, "", "errors in the journal")
    # What the program writes has no priority there: systemd takes all of it for information.
    equal(machine.ask("journalctl --no-pager -u 'phutho*' -o cat -g Traceback"), "", "tracebacks")


def main() -> int:
    """Run the walk; say what is missing to run it."""
    given = argparse.ArgumentParser(description=__doc__)
    # Not below the repository: section 1 packs all of that.
    given.add_argument("--folder", type=Path, default=Path("/var/tmp/phutho-machine"))  # noqa: S108
    folder = given.parse_args().folder.resolve()
    lacking = [name for name in ("debootstrap", "systemd-nspawn") if not shutil.which(name)]
    if lacking or os.geteuid():
        sys.stderr.write(f"Needs root and {', '.join(lacking) or 'nothing else'}.\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(folder)
    try:
        walk(machine, folder)
    except AssertionError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    finally:
        machine.down()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
