"""The data of a version beside this one is offered, copied whole, and left where it was."""

import shutil
from types import SimpleNamespace

import pytest
from backups import failing, publish, tree
from typer.testing import CliRunner

from lib.cli import main
from lib.cli import takeover as command
from lib.language.errors import DataRefusedError, StoreError, WrongUseError
from lib.layers.ground import kept
from lib.operate import takeover
from lib.settings import Settings
from lib.store import audit, pending
from lib.store.store import Store
from lib.tables.statements.record import Statement

WORD = Statement("clusters", "PT-001", "area_ha", "=1+1", "Sở", "2026-12-01", who="An", when="1")


def program(folder, store=None, name="phutho-map"):
    """Make a folder that looks like a copy of the program, with a copy of a store."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n', encoding="utf-8")
    if store is not None:
        shutil.copytree(store.folder, folder / "data" / "store")
    return folder


@pytest.fixture
def old(tmp_path, full_store):
    """Return a version used before: two snapshots, a value that waits, a ground."""
    folder = program(tmp_path / "bản đồ cũ", full_store)
    store = takeover.store_of(folder)
    pending.drop(store, pending.every(store))
    pending.keep(store, [WORD])
    (tmp_path / "made.sqlite").write_bytes(b"roads")
    kept.keep(
        store.folder, tmp_path / "made.sqlite", "roads", "lines", source="OSM", as_of="", about={}
    )
    return folder


def test_only_programs_with_data_beside_this_one_are_found(tmp_path, old, full_store):
    here = program(tmp_path / "mới")
    program(tmp_path / "trống")
    program(tmp_path / "khác", full_store, name="other")
    (tmp_path / "hỏng").mkdir()
    (tmp_path / "hỏng" / "pyproject.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "tệp").write_text("")
    assert [one.folder for one in takeover.neighbours(here)] == [old]
    newer = program(tmp_path / "mới hơn", full_store)
    (newer / "data" / "store" / "CURRENT").touch()
    assert [one.folder for one in takeover.neighbours(here)] == [newer, old]
    assert [one.folder for one in takeover.neighbours(old)] == [newer]


def test_everything_is_copied_and_the_old_copy_stays_as_it_was(tmp_path, old):
    source, here = takeover.store_of(old), Store(tmp_path / "kho")
    before = tree(source)
    info = takeover.take_over(source, here, who="Bình")
    assert tree(source) == before
    assert here.whole().snapshot_id == source.whole().snapshot_id == info.current
    assert tree(here).keys() == before.keys()
    assert {name for name in before if tree(here)[name] != before[name]} <= {"ground/roads.json"}
    assert pending.every(here) == [WORD]
    assert [one.name for one in kept.grounds(here.folder)] == ["roads"]
    assert [event.action for event in audit.events(here.folder)] == ["import", "import"]


def test_a_store_that_has_data_gains_the_old_one_and_says_so(tmp_path, old):
    here = Store(tmp_path / "kho")
    own = publish(here, 99.0)
    info = takeover.take_over(takeover.store_of(old), here, who="Bình")
    assert {one.snapshot_id for one in here.snapshots()} == {own, *info.snapshots}
    assert audit.events(here.folder)[-1].who == "Bình"


@pytest.mark.parametrize("after", range(5))
def test_who_is_interrupted_is_offered_it_again(tmp_path, old, monkeypatch, after):
    source, here = takeover.store_of(old), Store(tmp_path / "kho")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", failing(after))
        with pytest.raises(StoreError, match="No space"):
            takeover.take_over(source, here, who="Bình")
    assert here.current() is None
    takeover.take_over(source, here, who="Bình")
    assert here.whole().snapshot_id == source.whole().snapshot_id
    assert pending.every(here) == [WORD]


def test_what_is_not_whole_is_refused_and_nothing_is_taken(tmp_path, old):
    source, here = takeover.store_of(old), Store(tmp_path / "kho")
    table = source.current().folder / "clusters.parquet"
    whole = table.read_bytes()
    table.write_bytes(b"damaged")
    with pytest.raises(StoreError, match="không còn nguyên vẹn; chưa chép gì"):
        takeover.take_over(source, here, who="Bình")
    table.write_bytes(whole)
    log = source.folder / audit.LOG
    log.write_bytes(log.read_bytes().replace(b"import", b"prepar", 1))
    with pytest.raises(DataRefusedError, match="Chưa chép gì"):
        takeover.take_over(source, here, who="Bình")
    assert not here.folder.exists()


def test_a_folder_without_data_and_the_store_itself_are_refused(tmp_path, old):
    with pytest.raises(WrongUseError, match="không có dữ liệu"):
        takeover.store_of(tmp_path)
    source = takeover.store_of(old / "data" / "store")
    with pytest.raises(WrongUseError, match="chính là kho"):
        takeover.take_over(source, Store(old / "data" / "store"), who="")


# ---- the command, and the question before a start ------------------------------------------


@pytest.fixture
def asked(monkeypatch, tmp_path, old):
    """Return a function that starts an empty store of this folder and answers the question."""
    here = Store(tmp_path / "kho")
    monkeypatch.setitem(Settings.model_fields, "store", SimpleNamespace(default=here.folder))
    found = [takeover.Neighbour(old, takeover._changed(old))]
    monkeypatch.setattr(takeover, "neighbours", lambda: found)

    def ask(*answers):
        said = iter(answers)
        monkeypatch.setattr(
            "sys.stdin",
            SimpleNamespace(isatty=lambda: bool(answers), readline=lambda: next(said, "")),
        )
        command.offer(here)
        return here.current() is not None

    return ask


@pytest.mark.parametrize(
    ("answers", "taken"),
    [(["\n"], True), (["Có\n"], True), (["?\n", "C\n"], True), (["k\n"], False), ([], False)],
)
def test_an_empty_store_never_starts_without_a_word(asked, capsys, old, answers, taken):
    assert asked(*answers) is taken
    told = capsys.readouterr().out
    assert f"Bên cạnh có bản khác đã có dữ liệu: {old}" in told
    assert ("Bản cũ giữ nguyên.\n" in told) is taken
    assert (f'python -m lib take-over "{old}"' in told) is not taken


def test_a_store_with_data_or_elsewhere_asks_nothing(asked, capsys, tmp_path):
    command.offer(Store(tmp_path / "nơi khác"))
    assert asked("c\n")
    capsys.readouterr()
    assert asked("c\n")
    assert capsys.readouterr().out == ""


def test_the_command_takes_the_newest_or_says_there_is_none(monkeypatch, tmp_path, old):
    monkeypatch.setattr(command, "serve_layers", lambda _: None)
    words = ["take-over", "--store", str(tmp_path / "kho")]
    monkeypatch.setattr(takeover, "neighbours", list)
    done = CliRunner().invoke(main.app, words)
    assert isinstance(done.exception, WrongUseError)
    assert "Bên cạnh thư mục này không có" in done.exception.message()
    done = CliRunner().invoke(main.app, [*words, str(old)])
    assert done.exit_code == 0, done.exception
    assert "Đã chép dữ liệu từ" in done.output
    assert Store(tmp_path / "kho").whole() is not None
