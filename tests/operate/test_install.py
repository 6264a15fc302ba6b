"""What is installed is what the lock files name, by sha256, with any Python from 3.11 to 3.14."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import SimpleNamespace

import conftest
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SETS = ("", "-build", "-server", "-dev", "-bench")
TOOLS = ("sh", "cat", "ls", "mktemp", "head", "rm", "paste", "mkdir", "cp")


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entries(kind):
    """Return the packages of a lock file and the number of hashes of each."""
    text = (ROOT / f"requirements{kind}.lock").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", text).splitlines()
    found = [line.split(" --hash=") for line in lines if not line.startswith("#")]
    return [(Requirement(line.strip()), hashes) for line, *hashes in found]


def version(one):
    return next(iter(one.specifier)).version


def locked(kind):
    """Return the version of each package that is installed here, by this Python."""
    here = [one for one, _ in entries(kind) if not one.marker or one.marker.evaluate()]
    assert len({one.name for one in here}) == len(here)
    return {one.name: version(one) for one in here}


def asked(kind):
    lines = (ROOT / f"requirements{kind}.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("-r "):
            yield from asked(line.removeprefix("-r requirements").removesuffix(".txt"))
        elif not line.startswith("#"):
            yield Requirement(line)


@pytest.mark.parametrize("kind", SETS)
def test_a_lock_has_a_hash_for_every_package_and_names_no_place(kind):
    assert entries(kind)
    for one, hashes in entries(kind):
        assert re.fullmatch(r"==[^,*]+", str(one.specifier)), one
        assert hashes, one
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value.strip()) for value in hashes), one
        assert one.url is None
    text = (ROOT / f"requirements{kind}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"^--?[a-z-]+", text, re.MULTILINE) == []


@pytest.mark.parametrize("kind", SETS)
def test_a_lock_agrees_with_what_was_asked_for(kind):
    found = locked(kind)
    for one in asked(kind):
        if one.marker and not one.marker.evaluate():
            continue
        name = canonicalize_name(one.name)
        assert name in found, f"{name}: make lock"
        assert found[name] in one.specifier, f"{name} {found[name]}, not {one.specifier}: make lock"


@pytest.mark.parametrize("kind", SETS)
def test_a_lock_names_all_that_its_packages_need_here(kind):
    """What a package here says it needs is in the lock too, in a version it takes."""
    found, looked = locked(kind), 0
    for name in found:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        if package.version != found[name]:
            assert kind in {"-build", "-bench"}, f"{name} {package.version}: make lint"
            continue
        looked += 1
        for needed in map(Requirement, package.requires or []):
            if needed.marker and not needed.marker.evaluate({"extra": ""}):
                continue
            assert found[canonicalize_name(needed.name)] in needed.specifier, (name, needed)
    assert looked >= (len(found) if kind in {"", "-dev"} else 0)


@pytest.mark.parametrize("kind", ["-server", "-dev", "-bench"])
def test_all_locks_agree_on_what_the_application_runs_on(kind):
    assert locked("").items() <= locked(kind).items()


def test_all_packages_stand_with_their_licence():
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \| (\S.*?) \| \S.* \|$", text, re.MULTILINE)
    wanted = {(one.name, version(one)) for kind in SETS[:-1] for one, _ in entries(kind)}
    assert {row[:2] for row in rows} == wanted, "make licences"


def lines_of(folder, *words):
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "-C", folder, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "locks"),
    [
        (["run"], {"requirements.lock"}),
        (["prepare", "WHEELHOUSE=/media/usb"], {"requirements.lock"}),
        (["quick"], {"requirements-dev.lock"}),
        (["wheelhouse"], {"requirements.lock"}),
        (["install-offline"], {"requirements.lock"}),
        (["bench"], {"requirements-bench.lock"}),
        (
            ["prepare", "REQUIREMENTS=requirements-server.txt"],
            {"requirements-build.lock", "requirements-server.lock"},
        ),
    ],
)
def test_nothing_is_installed_but_by_hash(tmp_path, words, locks):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for path in ROOT.glob("requirements*"):
        shutil.copy(path, tmp_path)
    lines = [line for line in lines_of(tmp_path, *words) if re.search(r"-m pip\b", line)]
    assert lines
    for line in lines:
        assert "--require-hashes --only-binary :all:" in line
        assert ("--no-index" in line) is ("offline" in words[0] or len(words[-1]) == 21), line
    assert set(re.findall(r"-r (\S+)", " ".join(lines))) == locks


class Machine:
    """Programs a script finds: a few tools, and what a test puts there."""

    def __init__(self, folder):
        self.bin = folder / "bin"
        self.venv = folder / "môi trường" / "v"
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name))

    def program(self, name, text):
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def python(self, name, version, *, whole=True):
        """Put a Python there which says it is another version, and makes a venv of itself."""
        told = f"import sys; sys.version_info = {version}; sys.base_prefix = '/opt/{name}'"
        lacks = "" if whole else 'case "$2" in *ensurepip*) exit 1;; esac\n'
        self.program(
            name,
            f'if [ "$1" = -m ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit; fi\n{lacks}'
            f'exec "{sys.executable}" -c "{told}\n$2"',
        )

    def run(self, script, *words):
        return subprocess.run(
            [ROOT / "tools" / script, *words],
            env={"PATH": str(self.bin), "PYENV_ROOT": str(self.bin / "none")},
            capture_output=True,
            text=True,
            check=False,
        )

    def make(self, *words):
        return self.run("venv.sh", self.venv, *words)


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.venv.parent.mkdir()
    return made


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
def test_any_python_in_the_range_is_taken_and_named(machine, minor):
    machine.python("python3.11", (3, 10, 9))
    machine.python("python3", (3, minor, 2))
    done = machine.make()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(f"Python 3.{minor}.2 ({machine.bin}/python3)") == 2
    assert (machine.venv / ".python").read_text() == f"/opt/python3 3.{minor}.2\n"


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 14), (3, 15, 0)])
def test_another_python_is_refused_in_both_languages(machine, version):
    machine.python("python3", version)
    done = machine.make()
    assert done.returncode == 2
    assert "3.11 đến 3.14" in done.stderr
    assert "from 3.11 to 3.14" in done.stderr
    assert not machine.venv.exists()


def test_a_python_without_venv_says_what_to_install(machine):
    machine.python("python3.12", (3, 12, 1), whole=False)
    done = machine.make()
    assert done.returncode == 2
    assert done.stderr.count("apt-get install python3-venv") == 2
    machine.python("python3.13", (3, 13, 1))
    assert "3.13.1" in machine.make().stdout


def test_the_environment_stays_until_another_python_is_asked_for(machine):
    machine.python("python3.11", (3, 11, 2))
    machine.python("python3.13", (3, 13, 0))
    machine.make()
    (machine.venv / "installed").touch()
    told = (machine.venv / ".python").stat().st_mtime_ns
    for words in ([], ["python3.11"]):
        assert machine.make(*words).stdout == ""
        assert (machine.venv / ".python").stat().st_mtime_ns == told
    refused = machine.make("python3.12")
    assert refused.returncode == 2
    assert "(đã tìm: python3.12)" in refused.stderr
    assert (machine.venv / "installed").exists()
    assert "3.13.0" in machine.make("python3.13").stdout
    assert not (machine.venv / "installed").exists()


def test_what_the_tests_meet_is_installed_by_root_and_missed_by_others(machine, tmp_path):
    asked = tmp_path / "asked"
    machine.program("apt-get", f'echo "$@" >> {asked}')
    machine.program("id", "echo 1000")
    parts = ("browser", "nginx", "java")
    done = machine.run("parts.sh", *parts)
    assert (done.returncode, asked.exists()) == (0, False)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["Chromium", "nginx", "Java"]
    machine.program("id", "echo 0")
    machine.program("java", "")
    done = machine.run("parts.sh", *parts)
    calls = asked.read_text().splitlines()
    assert [line.split()[0] for line in calls] == ["update", "install", "install"]
    assert "chromium" in calls[1]
    assert calls[2].endswith("nginx openssl")
    assert done.stdout.count("skipped") == 2


FAULT = {"id": "CVE-1", "fix_versions": ["2"], "description": ""}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([], 2),
        ([{"name": "a", "skip_reason": "not found"}], 2),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}], 2),
        ([{"name": "a", "version": "1", "vulns": []}], 0),
        ([{"name": "a", "version": "1", "vulns": [FAULT]}, {"name": "b", "skip_reason": "?"}], 1),
    ],
)
def test_an_audit_that_was_not_answered_is_no_good_news(packages, code):
    lines, said = tool("audit").report(packages)
    assert said == code
    assert ("no known fault" in lines[-1]) is (code == 0)
    assert any("CVE-1" in line for line in lines) is (code == 1)


def test_what_is_named_as_slow_or_long_is_there():
    named = conftest.SLOW | {name for name in conftest.LONG if "/" in name}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(
    ("nodeid", "fixtures", "marks"),
    [
        ("tests/e2e/test_map.py::test_x", [], {"live", "slow"}),
        ("tests/store/database/test_layout.py::test_x", ["here", "postgres"], {"live"}),
        ("tests/store/test_audit.py::test_x", ["killer"], {"live"}),
        ("tests/security/test_doors.py::test_x", ["tmp_path"], {"slow"}),
        (f"{min(conftest.SLOW)}::test_x", [], {"slow"}),
        ("tests/geo/test_zones.py::test_x", ["shared"], set()),
    ],
)
def test_quick_leaves_out_what_is_live_or_slow(nodeid, fixtures, marks):
    marked = []
    item = SimpleNamespace(nodeid=nodeid, fixturenames=fixtures, add_marker=marked.append)
    conftest.pytest_collection_modifyitems([item])
    assert {mark for mark in marked if isinstance(mark, str)} == marks
    (line,) = re.findall(r'pytest .*-m "(.*)"', (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert line == "not live and not slow"


def test_the_tools_run_where_they_are():
    assert all(os.access(path, os.X_OK) for path in (ROOT / "tools").glob("*.sh"))
