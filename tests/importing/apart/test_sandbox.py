"""A process apart: what it may use, how it ends, what may come back from it."""

import ast
import io
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
import shapely
from badfiles.corpus_build import coordinate_rows, csv_text, square

from lib.importing.apart import process, results, sandbox
from lib.importing.draft import Options
from lib.importing.readers import registry
from lib.language.errors import DataRefusedError, WrongUseError
from lib.settings import ROOT, Settings, settings

ROOM = ROOT / "lib"


@pytest.fixture
def knobs(monkeypatch):
    """Return a function that sets what a reading may use."""

    def turn(**values: int) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"PHUTHO_{name.upper()}", str(value))
        settings.cache_clear()

    yield turn
    settings.cache_clear()


def refused(function, *arguments) -> DataRefusedError:
    with pytest.raises(DataRefusedError) as caught:
        sandbox.run(function, *arguments, name="bom.xlsx")
    assert "bom.xlsx" in caught.value.message("vi")
    return caught.value


def gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return True


# ---- limits -----------------------------------------------------------------------------


def test_it_is_another_process_and_what_it_says_comes_back():
    assert sandbox.run(os.getpid, name="x") != os.getpid()
    assert sandbox.run(sorted, (3, 1, 2), name="x") == [1, 2, 3]


def test_a_reading_costs_no_start_of_the_library():
    sandbox.run(os.getpid, name="x")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        sandbox.run(os.getpid, name="x")
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import lib.importing.bring"], cwd=ROOT, check=True)
    assert min(times) < (time.perf_counter() - start) / 5


def test_what_takes_too_much_processor_time_is_ended(knobs):
    knobs(read_seconds=1)
    assert refused(sum, range(10**12)).key == "readers.too_long"


def test_what_only_waits_is_ended_too(knobs):
    knobs(read_seconds=1)
    start = time.monotonic()
    assert refused(time.sleep, 600).key == "readers.too_long"
    assert time.monotonic() - start < 30


def test_what_takes_too_much_memory_is_ended(knobs):
    knobs(read_memory_mb=256)
    assert refused(bytearray, 2**29).key == "readers.too_heavy"
    assert sandbox.run(len, bytes(2**20), name="x") == 2**20


def test_what_says_too_much_is_ended(knobs):
    knobs(read_output_mb=1)
    assert refused(bytes, 2**21).key == "readers.too_heavy"


@pytest.mark.parametrize(
    "written", ["open('big', 'wb').write(bytes(2**21))", "[open('/dev/null') for _ in range(200)]"]
)
def test_files_are_few_and_small(knobs, written, tmp_path):
    knobs(read_output_mb=1)
    code = f"__import__('os').chdir({str(tmp_path)!r}) or {written}"
    with pytest.raises((sandbox.ReadingFault, DataRefusedError)):
        sandbox.run(eval, code, name="x")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2**20


def test_a_process_that_breaks_off_is_told():
    assert refused(os.abort).key == "readers.broke_off"
    assert refused(os._exit, 3).key == "readers.broke_off"
    assert sandbox.run(len, "abc", name="x") == 3


def test_what_it_starts_ends_with_it(tmp_path, knobs):
    knobs(read_seconds=1)
    code = f"__import__('subprocess').run(['sh', '-c', 'echo $$ > {tmp_path}/pid; sleep 600'])"
    assert refused(eval, code).key == "readers.too_long"
    assert gone(int((tmp_path / "pid").read_text()))


def test_it_ends_with_the_tab_that_asked(tmp_path):
    class ClosedError(Exception):
        pass

    told = tmp_path / "pid"

    def waiting() -> None:
        if told.exists() and told.read_text():
            raise ClosedError

    code = f"open({str(told)!r}, 'w').write(str(__import__('os').getpid())) and [*iter(int, 1)]"
    with pytest.raises(ClosedError):
        sandbox.run(eval, code, name="x", waiting=waiting)
    assert gone(int(told.read_text()))


def test_the_next_reading_starts_another_server_when_it_was_ended():
    sandbox.run(os.getpid, name="x")
    sandbox._SERVER.close()
    assert sandbox.run(len, "abc", name="x") == 3


def test_only_as_many_go_on_at_once_as_the_settings_say(knobs):
    knobs(readings=1)
    waited = threading.Event()
    first = threading.Thread(target=sandbox.run, args=(time.sleep, 1), kwargs={"name": "x"})
    first.start()
    time.sleep(0.2)
    sandbox.run(len, "", name="x", waiting=waited.set)
    first.join()
    assert waited.is_set()


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sandbox.run(eval, "__import__('tempfile').mkdtemp()", name="x")
    refused(os.abort)
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_fork_it_is_a_program_of_its_own(monkeypatch, knobs):
    monkeypatch.setattr(sandbox, "_FORKS", False)
    assert sandbox.run(os.getpid, name="x") != os.getpid()
    assert refused(os.abort).key == "readers.broke_off"
    knobs(read_seconds=2)
    assert refused(time.sleep, 600).key == "readers.too_long"
    monkeypatch.setattr(process, "resident", lambda _: 2**40)
    assert refused(time.sleep, 1).key == "readers.too_heavy"


# ---- what comes back --------------------------------------------------------------------


def test_errors_are_said_again_here():
    with pytest.raises(WrongUseError, match=r"không có\.csv"):
        sandbox.run(registry.read, Path("không có.csv"), name="x")
    with pytest.raises(sandbox.ReadingFault, match="ZeroDivisionError"):
        sandbox.run(divmod, 1, 0, name="x")


class Trap:
    """Runs a command where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_of_anything_but_data_is_not_believed(tmp_path):
    content = pickle.dumps(("done", Trap(tmp_path / "bẫy")))
    with pytest.raises(results.NoResultError):
        results.load(io.BytesIO(content))
    assert not (tmp_path / "bẫy").exists()
    with pytest.raises(sandbox.ReadingFault, match="fractions"):
        sandbox.run(eval, "__import__('fractions').Fraction(1, 2)", name="x")


@pytest.mark.parametrize("content", [b"", b"abc", b"\x80\x05.", pickle.dumps("done")[:-2]])
def test_what_is_no_pickle_is_no_result(content):
    with pytest.raises(results.NoResultError):
        results.load(io.BytesIO(content))


def test_every_kind_of_column_comes_back():
    frame = pd.DataFrame(
        {
            "a": pd.array([1, None], "Int64"),
            "b": pd.array(["a", None], "str"),
            "c": pd.to_datetime(["2026-01-01"] * 2, utc=True),
            "d": pd.Categorical(["a", "b"]),
            "e": [pd.NaT, pd.Timestamp("2026-01-01")],
            "f": [pd.NA, 1.5],
            "g": [None, shapely.Point(1, 2)],
            "h": pd.array([True, None], "boolean"),
        }
    )
    pd.testing.assert_frame_equal(sandbox.run(pd.DataFrame, frame, name="x"), frame)


# ---- the gate ---------------------------------------------------------------------------


def test_no_reader_runs_in_a_process_others_wait_for(monkeypatch, tmp_path):
    path = tmp_path / "Bãi Ba 2.csv"
    path.write_text(csv_text(coordinate_rows(square())), encoding="utf-8")
    monkeypatch.setattr(registry, "_here", [])
    for ending in registry.accepted():
        with pytest.raises(RuntimeError, match="sandbox"):
            registry.read(path, f"x{ending}")
    assert sandbox.run(registry.read, path, name=path.name).grids


def test_nobody_goes_round_the_gate():
    """Readers are called by the registry; it and the acts upon it, by the process apart."""
    readers = {path.stem for path in (ROOM / "importing" / "readers").rglob("*.py")}
    readers -= {"registry", "base", "grid", "__init__"}
    inside = ROOM / "importing"
    for path in [*ROOM.rglob("*.py"), *(ROOT / "pages").glob("*.py")]:
        if path.is_relative_to(inside):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
                "lib.importing.readers"
            ):
                names = {node.module.rpartition(".")[2], *(alias.name for alias in node.names)}
                assert not names & readers, path
                assert "read" not in names, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called = f"{node.value.id}.{node.attr}"
                assert called not in {
                    *("registry.read", "registry.allow_here"),
                    *("bring.read_all", "bring.check", "bring.draft_of"),
                }, path


def test_the_limits_of_the_settings_are_those_of_a_reading():
    knobs, limits = Settings(), sandbox.limits()
    assert isinstance(limits, process.Limits)
    assert limits.seconds == knobs.read_seconds <= limits.patience
    assert limits.memory == knobs.read_memory_mb * 2**20
    assert Options("outlines", "2026-11-25") == sandbox.run(
        Options, "outlines", "2026-11-25", name="x"
    )
