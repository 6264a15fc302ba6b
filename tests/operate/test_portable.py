"""One ZIP holds all a machine without a network asks for, and what it lacks is named."""

import hashlib
import importlib.util
import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("portable", ROOT / "tools" / "portable.py")
portable = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(portable)
WINDOWS = portable.Target("win_amd64", "3.13")
LINUX = portable.Target("manylinux_2_28_x86_64", "3.11")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def wheel(name, *, tag="py3-none-any", needs=(), inside="x.py"):
    """Return file name and content of a wheel ``name-version``."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        told = [f"Requires-Dist: {one}" for one in needs]
        head = ["Metadata-Version: 2.4", f"Name: {name.partition('-')[0]}", *told]
        archive.writestr(f"{name}.dist-info/METADATA", "\n".join(head) + "\n")
        archive.writestr(inside, "")
    return f"{name}-{tag}.whl", content.getvalue()


def lock_of(*wheels, marker=""):
    lines = []
    for name, content in wheels:
        package, version = name.split("-")[:2]
        digest = hashlib.sha256(content).hexdigest()
        lines.append(f"{package}=={version}{marker} \\\n    --hash=sha256:{digest}")
    return "# made\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("minor", ["3.11", "3.12", "3.13", "3.14"])
def test_a_lock_is_read_for_the_machine_that_will_install(minor):
    windows = portable.locked(LOCK, portable.Target("win_amd64", minor))
    linux = portable.locked(LOCK, portable.Target("manylinux_2_28_x86_64", minor))
    assert {"colorama", "psutil", "tzdata"} <= windows.keys()
    assert linux.keys() < windows.keys()
    assert not {"colorama", "psutil"} & linux.keys()
    assert all(hashes for _, hashes in windows.values())
    assert len(windows) == len(re.findall(r"^[a-z0-9-]+==", LOCK, re.MULTILINE))


def test_a_folder_that_is_whole_has_no_faults():
    wheels = [
        wheel("pure-1.0", needs=["compiled>=2", 'absent ; sys_platform == "linux"']),
        wheel("compiled-2.1", tag="cp313-cp313-win_amd64", needs=["extra-one ; extra == 'more'"]),
        wheel("stable-3", tag="cp310-abi3-win_amd64"),
    ]
    assert list(portable.faults(wheels, lock_of(*wheels), WINDOWS)) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda wheels: wheels.pop(), "two==2: thiếu"),
        (lambda wheels: wheels.append(wheel("three-3")), "three-3-py3-none-any.whl: không có"),
        (lambda wheels: wheels.append(wheel("one-1.1")), "one-1.1-py3-none-any.whl: không có"),
        (
            lambda wheels: wheels.__setitem__(0, (wheels[0][0], wheels[0][1] + b" ")),
            "one-1-py3-none-any.whl: sai sha256",
        ),
    ],
)
def test_what_is_missing_wrong_or_too_much_is_named(spoil, said):
    wheels = [wheel("one-1"), wheel("two-2")]
    lock = lock_of(*wheels)
    spoil(wheels)
    assert any(line.startswith(said) for line in portable.faults(wheels, lock, WINDOWS))


@pytest.mark.parametrize(
    "tag",
    [
        "cp312-cp312-win_amd64",
        "cp313-cp313-win32",
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp314-abi3-win_amd64",
    ],
)
def test_a_wheel_for_another_machine_is_named(tag):
    made = wheel("one-1", tag=tag)
    first, *_ = portable.faults([made], lock_of(made), WINDOWS)
    assert "không dành cho" in first


def test_what_a_wheel_needs_beside_the_lock_is_named():
    made = wheel("one-1", needs=["two>=2 ; sys_platform == 'win32'"])
    assert list(portable.faults([made], lock_of(made), LINUX)) == []
    (line,) = portable.faults([made], lock_of(made), WINDOWS)
    assert line.startswith("one: cần / needs two>=2")


def test_a_path_too_long_for_windows_is_named():
    made = wheel("one-1", inside="d/" * 90 + "x.py")
    (line,) = portable.faults([made], lock_of(made), WINDOWS)
    assert "DEEPEST" in line


def test_pip_is_asked_for_the_other_machine_and_no_marker(monkeypatch, tmp_path):
    asked = []

    def run(words, **_):
        asked.append((words, Path(words[-1]).read_text(encoding="utf-8")))

    monkeypatch.setattr(subprocess, "run", run)
    portable.fetch(tmp_path, WINDOWS)
    ((words, text),) = asked
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(words)
    assert words[words.index("--platform") + 1] == "win_amd64"
    assert words[words.index("--python-version") + 1] == "3.13"
    lines = dict(line.split("==", 1) for line in text.splitlines())
    assert lines["psutil"].startswith("7.")
    assert "--hash=sha256:" in lines["psutil"]
    assert ";" not in text
    tags = portable.Target("manylinux_2_28_x86_64", "3.12").platforms
    assert {"manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"} <= set(tags)
    assert "manylinux_2_29_x86_64" not in tags


def test_the_zip_holds_program_guide_and_what_is_here(monkeypatch, tmp_path):
    """Unpacked in a folder with letters it names every wheel it was not given, and nothing else."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setattr(portable, "_borders", lambda: None)
    monkeypatch.setattr(portable.kept, "grounds", lambda _: ())
    path = tmp_path / "phu-tho.zip"
    portable.write(path, wheels, WINDOWS)
    lacking = portable.check(path, WINDOWS)
    wanted = portable.locked(LOCK, WINDOWS)
    assert sorted(lacking) == sorted(f"{one}: thiếu / missing" for one, _ in wanted.values())
    assert "không phải / not 3.12" in portable.check(path, portable.Target("win_amd64", "3.12"))[0]
    folder = tmp_path / "Bản đồ Phú Thọ"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    assert (folder / "run.cmd").read_bytes() == (ROOT / "run.cmd").read_bytes()
    assert (folder / "wheelhouse" / "PYTHON").read_bytes() == b"3.13\r\n"
    assert not (folder / "data" / "store").exists()
    assert not (folder / "tests").exists()
    guide = (folder / portable.GUIDE).read_bytes()
    text = guide.decode("utf-8-sig")
    assert guide.startswith(b"\xef\xbb\xbf")  # Notepad of an older Windows asks for it
    assert guide.count(b"\r\n") == guide.count(b"\n") < 60
    assert "bấm đúp run.cmd (trên Linux" in text
    assert "không kèm; bản đồ vẽ ranh giới sơ đồ" in text
    assert r"gõ một lần: .venv\Scripts\python -m lib prepare" in text
    assert "CHƯA THỬ" in text
    assert max(map(len, text.splitlines())) <= 100  # Notepad does not break lines
    assert not re.search(r"[{}]", text)


def test_borders_and_grounds_that_are_here_go_along(monkeypatch, tmp_path):
    files = portable.download.read_registry(portable.download.REGISTRY)
    for file in files:
        (tmp_path / "borders" / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "borders" / file.path).touch()
    store = tmp_path / "store"
    (tmp_path / "made.sqlite").write_bytes(b"roads")
    portable.kept.keep(
        store, tmp_path / "made.sqlite", "roads", "lines", source="Sở", as_of="", about={}
    )
    known = portable.settings().model_copy(update={"bundle": tmp_path / "borders", "store": store})
    monkeypatch.setattr(portable, "settings", lambda: known)
    path = tmp_path / "phu-tho.zip"
    portable.write(path, tmp_path, LINUX)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        text = archive.read(portable.GUIDE).decode("utf-8-sig")
    assert {f"bundle/{file.path}" for file in files} <= names
    assert "data/store/ground/roads.json" in names
    assert "giấy phép MIT" in text
    assert ".venv/bin/python -m lib take-over" in text
    assert "roads (Sở)" in text
    (tmp_path / "borders" / files[0].path).unlink()
    assert portable._borders() != tmp_path / "borders"
