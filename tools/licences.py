"""`make licences`: the licence of every locked package, as its own metadata states it.

Written as a Markdown table. What this platform does not install (a package for Windows only) is
downloaded, not installed, to read its metadata.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.lock": "chạy / run",
    "requirements-server.lock": "máy chủ / server",
    "requirements-build.lock": "máy chủ / server",
    "requirements-dev.lock": "kiểm thử / tests",
}
"""The lock files and what their packages are for; the first that names a package counts."""
HEAD = """\
# Giấy phép của các gói dùng đến

Bản đồ dùng các gói dưới đây nguyên như tác giả phát hành, không sửa;
không gói nào nằm trong kho mã này. Lập bằng `make licences` từ thông tin do chính từng gói khai.

Licences of the packages in use, as each package states its own; made by `make licences`.
None of them is part of this repository.

| Gói / package | Bản / version | Giấy phép / licence | Dùng để / for |
|---|---|---|---|
"""
CLASSIFIER = "License :: "
READ = {"streamlit-folium": "MIT (LICENSE, github.com/randyzwitch/streamlit-folium)"}
"""Packages whose files say nothing, with what the repository of their author says."""
LONGEST = 60
"""A longer statement is the text of a licence, not its name."""


def locked(name: str) -> Iterator[tuple[str, str]]:
    """Yield the name and version of every package of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE)


def stated(package: Distribution) -> str:
    """Return the licence a package states of itself, or the first line of its licence file.

    Raises
    ------
    LookupError
        If it states none: somebody has to look for it.
    """
    said = package.metadata
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier", [])
        if line.startswith(CLASSIFIER) and line != "License :: OSI Approved"
    ]
    free = (said.get("License") or "").strip()
    files = [
        (package.read_text(f"licenses/{name}") or package.read_text(name) or "").strip()
        for name in said.get_all("License-File", [])
    ]
    licence = (
        said.get("License-Expression")
        or (free if len(free) <= LONGEST and "\n" not in free else "")
        or ", ".join(classifiers)
        or READ.get(canonicalize_name(said["Name"]))
        or "\n".join([free, *files]).strip().partition("\n")[0][:LONGEST]
    )
    if not licence:
        msg = f"{said['Name']} states no licence: look for it and name it in READ"
        raise LookupError(msg)
    return licence


def by_name(packages: Iterable[Distribution]) -> dict[str, Distribution]:
    """Return packages by their normalised names."""
    return {canonicalize_name(one.metadata["Name"]): one for one in packages}


def fetched(missing: dict[str, str], folder: str) -> list[Distribution]:
    """Return the metadata of packages that are not installed, from their files."""
    if not missing:
        return []
    names = [f"{name}=={version}" for name, version in missing.items()]
    subprocess.run(  # noqa: S603 - names from our own lock file
        [
            *(sys.executable, "-m", "pip", "--quiet", "download", "--no-deps"),
            *("--only-binary", ":all:", "--dest", folder, *names),
        ],
        check=True,
    )
    return list(distributions(path=[str(path) for path in Path(folder).iterdir()]))


def table() -> str:
    """Return the whole document."""
    wanted = {}
    for lock, use in LOCKS.items():
        for package in locked(lock):
            wanted.setdefault(package, use)
    found = by_name(distributions())
    missing = dict(package for package in wanted if package[0] not in found)
    with tempfile.TemporaryDirectory() as folder:
        found |= by_name(fetched(missing, folder))
        rows = [
            f"| {name} | {version} | {stated(found[name])} | {use} |\n"
            for (name, version), use in sorted(wanted.items())
        ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table())
