"""`make portable`: one ZIP that runs without a network, for one platform and one Python.

It holds the program, the packages of requirements.lock as wheels, the borders and grounds that
are here, and a guide of one page. `--check ZIP` says whether all of it is there.
"""

import argparse
import datetime as dt
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import default_environment
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from lib.geo import download  # noqa: E402 - of the folder above
from lib.layers.ground import kept  # noqa: E402
from lib.operate import start  # noqa: E402
from lib.settings import settings  # noqa: E402

WHEELS = "wheelhouse"
GUIDE = "HUONG-DAN.txt"
PLATFORM = re.compile(r"win_amd64|win_arm64|manylinux_2_\d+_(x86_64|aarch64)")
UNBUILT = (
    "Chưa làm được tệp ZIP: {0} báo lỗi. Cần internet, và thư mục này phải là bản sao git."
    " / The ZIP was not made: {0} failed. It needs the internet and a clone of git."
)


@dataclass(frozen=True)
class Target:
    """A machine: a platform as wheels name it (win_amd64, manylinux_2_28_x86_64), a Python."""

    platform: str
    minor: str

    @property
    def version(self) -> tuple[int, int]:
        """The Python as numbers."""
        major, minor = self.minor.split(".")
        return int(major), int(minor)

    @property
    def platforms(self) -> list[str]:
        """Every name a wheel for this platform may have, the newest first."""
        found = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", self.platform)
        if not found:
            return [self.platform]
        newest, machine = int(found[1]), found[2]
        old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
        names = []
        for glibc in range(newest, 4, -1):
            names.append(f"manylinux_2_{glibc}_{machine}")
            names += [f"{old[glibc]}_{machine}"] if glibc in old else []
        return [*names, f"linux_{machine}"]

    @property
    def tags(self) -> set[Tag]:
        """Every tag of a wheel that this machine can install."""
        interpreter = "cp{}{}".format(*self.version)
        return {
            *cpython_tags(self.version, platforms=self.platforms),
            *compatible_tags(self.version, interpreter, self.platforms),
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the markers of a requirement are held against there."""
        windows = self.platform.startswith("win")
        machine = self.platform.partition("x86_64")[1] or self.platform.rpartition("_")[2]
        return {
            **default_environment(),
            "implementation_name": "cpython",
            "implementation_version": f"{self.minor}.0",
            "os_name": "nt" if windows else "posix",
            "platform_machine": machine.upper() if windows else machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Windows" if windows else "Linux",
            "platform_version": "",
            "python_full_version": f"{self.minor}.0",
            "python_version": self.minor,
            "sys_platform": "win32" if windows else "linux",
            "extra": "",
        }


def locked(text: str, target: Target) -> dict[str, tuple[Requirement, set[str]]]:
    """Return the packages of a lock file that a machine needs, each with its hashes."""
    found = {}
    for line in re.sub(r"\\\n", " ", text).splitlines():
        name, *hashes = line.split(" --hash=")
        if not name.strip() or name.startswith("#"):
            continue
        one = Requirement(name.strip())
        if one.marker is None or one.marker.evaluate(target.environment):
            found[canonicalize_name(one.name)] = (one, {value.strip() for value in hashes})
    return found


def faults(wheels: Iterable[tuple[str, bytes]], lock: str, target: Target) -> Iterator[str]:
    """Say what a machine without a network would miss, or must not be given.

    Parameters
    ----------
    wheels : iterable of (str, bytes)
        Name and content of each file of packages.
    lock : str
        The list of packages with their hashes.
    """
    wanted = locked(lock, target)
    there = {}
    for file, content in wheels:
        name, version, _, tags = parse_wheel_filename(file)
        one, hashes = wanted.get(name, (None, set()))
        if one is None or version not in one.specifier:
            yield f"{file}: không có trong requirements.lock / is not in requirements.lock"
        elif f"sha256:{hashlib.sha256(content).hexdigest()}" not in hashes:
            yield f"{file}: sai sha256 / wrong sha256"
        elif not tags & target.tags:
            yield f"{file}: không dành cho / is not for {target.platform}, Python {target.minor}"
        else:
            there[name] = content
            deepest = max(len(f".venv/Lib/site-packages/{one}") for one in _members(content))
            if deepest >= start.DEEPEST:
                yield f"{file}: đường dẫn dài / a path of {deepest}: lib/operate/start.py DEEPEST"
    for name in sorted(wanted.keys() - there.keys()):
        yield f"{wanted[name][0]}: thiếu / missing"
    for name, content in there.items():
        for needed in _needed(content, target):
            one = wanted.get(canonicalize_name(needed.name))
            if one is None or next(iter(one[0].specifier)).version not in needed.specifier:
                yield f"{name}: cần / needs {needed}"


def _members(wheel: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.namelist()


def _needed(wheel: bytes, target: Target) -> Iterator[Requirement]:
    """Return what a wheel says it needs on a machine."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        (member,) = (
            name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)
        )
        raw, _ = parse_email(archive.read(member))
    for line in raw.get("requires_dist", []):
        one = Requirement(line)
        if one.marker is None or one.marker.evaluate(target.environment):
            yield one


def fetch(folder: Path, target: Target) -> None:
    """Fetch the wheels of a machine into a folder.

    Markers are evaluated here and not by pip, which holds them against the machine it runs on.
    """
    needed = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"), target).values()
    lines = [
        " ".join([f"{one.name}{one.specifier}", *(f"--hash={value}" for value in sorted(hashes))])
        for one, hashes in needed
    ]
    with tempfile.TemporaryDirectory() as made:
        asked = Path(made) / "requirements.txt"
        asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
        subprocess.run(  # noqa: S603 - our own arguments
            [
                *(sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"),
                *("download", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *("--implementation", "cp", "--python-version", target.minor),
                *(word for name in target.platforms for word in ("--platform", name)),
                *("--dest", str(folder), "--requirement", str(asked)),
            ],
            check=True,
        )


def _borders() -> Path | None:
    """Return a folder with all files of borders, if there is one here."""
    files = download.read_registry(download.REGISTRY)
    places = [settings().bundle, ROOT / "bundle", settings().store / "cache" / "borders"]
    for folder in filter(None, places):
        if all((folder / file.path).is_file() for file in files):
            return folder
    return None


def _git(*words: str) -> str:
    git = shutil.which("git") or "git"
    return subprocess.run(  # noqa: S603 - our own arguments
        [git, "-C", ROOT, *words], check=True, capture_output=True, encoding="utf-8"
    ).stdout


def write(path: Path, wheels: Path, target: Target) -> None:
    """Write the ZIP: the program as git knows it, wheels, borders, grounds, the guide."""
    program = [file for file in _git("ls-files", "-z").split("\0") if file]
    borders, store = _borders(), settings().store
    grounds = kept.grounds(store)
    windows = target.platform.startswith("win")
    command = r".venv\Scripts\python -m lib" if windows else ".venv/bin/python -m lib"
    words = {
        "name": path.stem,
        "command": command,
        "minor": target.minor,
        "platform": target.platform,
        "start": "run.cmd" if windows else "run.sh",
        "borders": _BORDERS if borders else _NO_BORDERS.format(command),
        "ground": "; ".join(f"{one.name} ({one.source})" for one in grounds) or "không có",
    }
    guide = (ROOT / "tools" / "guide.txt").read_text(encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        text = guide.format(**words).replace("\n", "\r\n")
        archive.writestr(GUIDE, "\N{BYTE ORDER MARK}" + text)
        for file in program:
            if not file.startswith(("tests/", ".ci/")) and (ROOT / file).is_file():
                archive.write(ROOT / file, file)
        for file in sorted(wheels.glob("*.whl")):
            archive.write(file, f"{WHEELS}/{file.name}", zipfile.ZIP_STORED)
        archive.writestr(f"{WHEELS}/PYTHON", f"{target.minor}\r\n")
        for one in download.read_registry(download.REGISTRY) if borders else ():
            archive.write(borders / one.path, f"bundle/{one.path}")
        for one in grounds:
            for file in (f"{one.name}.json", one.file):
                archive.write(kept.folder_of(store) / file, f"data/store/ground/{file}")


_BORDERS = "có kèm, từ kho vietnamese-provinces-database (giấy phép MIT), là ranh giới tham khảo"
_NO_BORDERS = (
    "không kèm; bản đồ vẽ ranh giới sơ đồ, không dùng để đo.\n"
    "   Có internet thì gõ một lần: {0} prepare"
)


def check(path: Path, target: Target) -> list[str]:
    """Return what a ZIP lacks to be started without a network."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        lacking = [
            f"{name}: thiếu / missing"
            for name in ("run.cmd", "run.sh", "app.py", "requirements.lock", GUIDE)
            if name not in names
        ]
        told = archive.read(f"{WHEELS}/PYTHON").decode().strip()
        if told != target.minor:
            lacking.append(f"{WHEELS}/PYTHON: {told}, không phải / not {target.minor}")
        lock = archive.read("requirements.lock").decode()
        wheels = (
            (name.rpartition("/")[2], archive.read(name))
            for name in names
            if name.startswith(f"{WHEELS}/") and name.endswith(".whl")
        )
        return [*lacking, *faults(wheels, lock, target)]


def build(folder: Path, target: Target) -> Path:
    """Fetch the wheels and write the ZIP into a folder; return where it is."""
    when = dt.datetime.fromisoformat(_git("log", "-1", "--format=%cI").strip())
    wheels = folder / f"{target.platform}-{target.minor}"
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir(parents=True)
    fetch(wheels, target)
    # Windows unpacks it into a folder of this name, and takes no long path.
    path = folder / f"phu-tho-{when:%Y%m%d}-{target.platform}-py{target.minor}.zip"
    write(path, wheels, target)
    return path


def main() -> int:
    """Build the ZIP and look through it, or only look; 0 if whole, 1 if not, 2 if not built."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--platform", default="win_amd64")
    asked.add_argument("--python", default="3.13", choices=["3.11", "3.12", "3.13", "3.14"])
    asked.add_argument("--out", type=Path, default=ROOT / "build" / "portable")
    asked.add_argument("--check", type=Path, metavar="ZIP")
    words = asked.parse_args()
    if not PLATFORM.fullmatch(words.platform):
        asked.error(f"{words.platform}: win_amd64, manylinux_2_28_x86_64 …")
    target = Target(words.platform, words.python)
    try:
        path = words.check or build(words.out, target)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error.stderr or ''}{UNBUILT.format(error.cmd[0])}\n")
        return 2
    found = check(path, target)
    for line in found:
        sys.stdout.write(f"{line}\n")
    size = path.stat().st_size / 1e6
    said = "thiếu / lacking" if found else "đủ, chạy không cần mạng / whole, needs no network"
    sys.stdout.write(f"{path}: {size:.0f} MB, {said}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
