"""Documents: known by their content, kept once, told when lost, out and in the same."""

import io
import itertools
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from killedstores import communes, whole
from layerstores import schematic_tables

from lib.access import acts
from lib.access.roles import ALONE, Actor
from lib.importing.apart.document import LIST, read_folder, write_folder
from lib.importing.documents import Attachment, kind_of, subject
from lib.language.errors import (
    DataRefusedError,
    NotAllowedError,
    StoreError,
    WrongUseError,
)
from lib.operate import backup, integrity, restore, status
from lib.store import documents
from lib.store.store import Act, Store, Table
from lib.tables import facts

HOSTILE = "<img src=x onerror=alert(1)>"


def word(*, macro=False) -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    if macro:
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("word/vbaProject.bin", b"x")
    return out.getvalue()


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 40 + b"\xff\xd9"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.publish(schematic_tables(), Act("prepare"), border_quality="schematic")
    return store


def given(content=PDF, name="QĐ 12.pdf", of="PT-003", **more) -> Attachment:
    return Attachment(name, content, "clusters", of, "2026-11-30", **more)


def attach(store: Store, attachment: Attachment, actor=ALONE):
    return acts.attach(actor, store, attachment, base=store.current(), typed="An")


def file_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "tệp"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), (png(), "png"), (JPEG, "jpg"), (word(), "docx")]
)
def test_a_kind_is_told_by_the_content(tmp_path, content, kind):
    assert kind_of(file_of(tmp_path, content), "x.exe") == kind


def zipped(**parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"<html><script>alert(1)</script>", "documents.kind_unknown"),
        (b"MZ\x90\0", "documents.kind_unknown"),
        (b"\n%PDF-1.7 %%EOF", "documents.kind_unknown"),
        (zipped(a="b"), "documents.kind_unknown"),
        (PDF[:20], "documents.cut_short"),
        (png()[:-6], "documents.cut_short"),
        (JPEG[:-2], "documents.cut_short"),
        (word()[:-30], "readers.bad_zip"),
        (word(macro=True), "documents.macro"),
        (PDF + b" " * (20 * 2**20), "documents.too_large"),
    ],
)
def test_what_is_not_what_it_says_is_refused(tmp_path, content, key):
    with pytest.raises(DataRefusedError) as refusal:
        kind_of(file_of(tmp_path, content), f"{HOSTILE}.pdf")
    assert refusal.value.key == key
    assert refusal.value.message()


def test_a_file_is_kept_once_whatever_it_is_attached_to(store: Store):
    made = attach(store, given(document_no="12/QĐ-UBND", date="2026-01-05", note=HOSTILE))
    again = attach(store, given(of="PT-017", name=f"a/{HOSTILE}\u202e.pdf"))
    assert [len(made.manifest.files), len(again.manifest.files)] == [1, 0]
    table = again.read("documents")
    assert table["of_id"].tolist() == ["PT-003", "PT-017"]
    assert table["name"].tolist()[0] == "QĐ 12.pdf"
    assert "/" not in table["name"].iloc[1]
    assert "\u202e" not in table["name"].iloc[1]
    assert acts.document(ALONE, store, again, given().sha256) == PDF
    assert attach(store, given()).snapshot_id != made.snapshot_id, "its words are others now"
    store.restore(store.snapshots()[-1].snapshot_id, who="An")
    assert "documents" not in store.current().manifest.tables, "taken back in one act"


def test_who_may_not_write_attaches_nothing_and_strangers_get_nothing(store: Store):
    with pytest.raises(NotAllowedError):
        attach(store, given(), Actor("viewer", "Xem"))
    made = attach(store, given(), Actor("editor", "Sửa"))
    assert acts.document(Actor("viewer", "Xem"), store, made, given().sha256) == PDF
    with pytest.raises(NotAllowedError):
        acts.document(Actor(None), store, made, given().sha256)
    before = store.snapshots()[-1]
    with pytest.raises(StoreError) as refusal:
        acts.document(ALONE, store, before, given().sha256)
    assert refusal.value.key == "documents.unknown", "no snapshot shows what it does not name"
    hidden = made.without({"clusters"})
    assert "documents" not in hidden.manifest.tables


@pytest.mark.parametrize("typed", ["PT-003", "clusters:", "communes:08218", f"{HOSTILE}:1"])
def test_a_subject_nothing_is_attached_to_is_wrong_use(typed):
    with pytest.raises(WrongUseError):
        subject(typed)


def test_nothing_is_attached_to_nothing(store: Store):
    before = store.current().snapshot_id
    with pytest.raises(DataRefusedError) as refusal:
        attach(store, given(of="XX-999"))
    assert refusal.value.key == "documents.nothing_there"
    assert store.current().snapshot_id == before


def test_a_damaged_or_missing_document_is_told_and_mended_by_attaching_it_again(store, tmp_path):
    made = attach(store, given())
    path = made.original(made.manifest.files[0])
    table = made.read("documents")
    for harm in (lambda: path.write_bytes(b"%PDF-other %%EOF"), path.unlink):
        harm()
        assert documents.lost(store, table) == ["QĐ 12.pdf"]
        checks = status.check(store, static=tmp_path).checks
        found = {check.name: check for check in checks}["documents"]
        assert found.level == "bad"
        assert "QĐ 12.pdf" in found.message()
        assert integrity.damage(store, made.snapshot_id) is not None
        with pytest.raises(StoreError) as refusal:
            acts.document(ALONE, store, made, given().sha256)
        assert refusal.value.key == "documents.lost"
    attach(store, given(note="lần hai"))
    assert documents.lost(store, table) == []


def test_a_backup_brings_documents_back_whole(store: Store, tmp_path: Path):
    attach(store, given())
    backup.backup(store, tmp_path / "kho.zip")
    other = Store(tmp_path / "other")
    restore.restore_backup(tmp_path / "kho.zip", other)
    assert acts.document(ALONE, other, other.current(), given().sha256) == PDF


def test_out_and_in_is_the_same_table_and_the_same_bytes(store: Store, tmp_path: Path):
    attach(store, given(note=HOSTILE))
    made = attach(store, given(png(), "=1+1.png", "PT-017", date="2026-01-05"))
    assert write_folder(store, made, tmp_path / "out") == 2
    draft, _ = read_folder(tmp_path / "out", made, as_of="2026-12-01")
    assert not draft.changes
    fresh = Store(tmp_path / "fresh")
    base = fresh.publish(schematic_tables(), Act("prepare"), border_quality="schematic")
    draft, contents = read_folder(tmp_path / "out", base, as_of="2026-12-01")
    assert draft.tables["documents"].equals(made.read("documents"))
    assert sorted(contents.values()) == sorted([PDF, png()])
    (tmp_path / "out" / f"{given().sha256}.pdf").write_bytes(PDF + b"\n")
    with pytest.raises(DataRefusedError) as refusal:
        read_folder(tmp_path / "out", base, as_of="2026-12-01")
    assert refusal.value.key == "documents.not_the_file"
    (tmp_path / "out" / LIST).write_text('{"a": 1', encoding="utf-8")
    with pytest.raises(DataRefusedError) as refusal:
        read_folder(tmp_path / "out", base, as_of="2026-12-01")
    assert refusal.value.key == "documents.no_list"


def test_killed_on_the_way_a_document_and_its_row_are_both_there_or_neither(killer, tmp_path):
    store = Store(tmp_path / "kho")
    tables = {"communes": communes(), "clusters": Table(facts.load("clusters"), "x", "2026")}
    store.publish(tables, Act("prepare"), border_quality="reference")
    seen: set[str] = set()
    ids = iter(facts.load("clusters")["cluster_id"])
    ends = []
    for step in itertools.count(1, 5):
        wanted = next(ids)
        alive, _ = killer.run("attach", store.folder, wanted, step=step)
        now = whole(store, seen)
        rows = now.read("documents") if "documents" in now.manifest.tables else None
        ends.append(rows is not None and wanted in set(rows["of_id"]))
        assert rows is None or documents.lost(store, rows) == []
        if not alive:
            break
    assert ends[-1], "the one nobody killed is attached"
    assert {False, True} == set(ends)
