"""What was done to the log or to a snapshot behind the program's back is seen."""

import dataclasses
import datetime as dt
import json
import sys

import pytest
from backups import publish, tables
from forked import READY

from lib.cli import main
from lib.language.errors import StoreError
from lib.operate import integrity
from lib.operate.backup import backup
from lib.operate.restore import restore_backup
from lib.settings import settings
from lib.store import audit
from lib.store.store import Act, Store


@pytest.fixture
def store(full_store) -> Store:
    """Return a store whose log has five lines: three imports, back, and forth again."""
    publish(full_store, 3.0)
    first, *_, last = sorted(s.snapshot_id for s in full_store.snapshots())
    full_store.restore(first, who="An")
    full_store.restore(last, who="Bình")
    return full_store


def lines(store) -> list[str]:
    return (store.folder / audit.LOG).read_text(encoding="utf-8").splitlines()


def rewrite(store, changed) -> None:
    text = "".join(f"{line}\n" for line in changed)
    (store.folder / audit.LOG).write_text(text, encoding="utf-8")


def found(store, **known) -> set[str]:
    return {f.key for f in integrity.check_log(store, **known).findings if f.level == "refused"}


def forged(events) -> list[str]:
    """Return a chain that is whole: the work of somebody who knows how it is made."""
    previous, made = "0" * 64, []
    for event in events:
        event = dataclasses.replace(event, previous=previous, digest="")  # noqa: PLW2901
        previous = event.sealed()
        made.append(json.dumps(dataclasses.asdict(event) | {"digest": previous}))
    return made


def test_a_log_nobody_touched_is_whole(store):
    checked = integrity.check_log(store)
    assert checked.whole
    assert checked.findings == ()
    assert checked.head == audit.head(store.folder)
    assert checked.head.lines == len(lines(store)) == 5
    for snapshot in store.snapshots():
        assert snapshot.manifest.log.lines < 5


@pytest.mark.parametrize("row", range(5))
def test_a_changed_line_is_seen(store, row):
    log = lines(store)
    log[row] = log[row].replace('"who": "', '"who": "Không phải ')
    rewrite(store, log)
    assert found(store) == {"audit.broken"}
    with pytest.raises(StoreError) as caught:
        publish(store, 9.0)
    assert caught.value.values["row"] == row + 1


@pytest.mark.parametrize("row", range(4))
def test_a_line_taken_out_put_in_twice_or_moved_is_seen(store, row):
    log = lines(store)
    for changed in (
        log[:row] + log[row + 1 :],
        log[: row + 1] + log[row:],
        [*log[:row], log[row + 1], log[row], *log[row + 2 :]],
    ):
        rewrite(store, changed)
        assert found(store) == {"audit.broken"}


@pytest.mark.parametrize("kept", [0, 1, 2, 4])
def test_lines_cut_off_the_end_are_seen_by_what_lies_outside_the_log(store, kept):
    rewrite(store, lines(store)[:kept])
    assert len(audit.events(store.folder)) == kept
    assert found(store) & {"audit.not_in_use", "audit.head_lost"}


def test_what_a_chain_alone_cannot_show(store, tmp_path):
    """The last acts cut off and CURRENT put back to fit: only what was kept elsewhere tells."""
    kept = tmp_path / "elsewhere.zip"
    backup(store, kept)
    head = audit.head(store.folder).digest
    rewrite(store, lines(store)[:-2])
    assert found(store) == set()
    assert found(store, backup=kept) == {"audit.not_of_backup"}
    assert found(store, known=head[:12]) == {"audit.unknown_hash"}


def test_lines_cut_off_are_seen_after_somebody_wrote_on(store):
    rewrite(store, lines(store)[:-1])
    publish(store, 4.0)
    assert "audit.gap" in found(store)


def test_a_log_written_anew_from_its_first_line_is_seen(store):
    events = audit.events(store.folder)
    rewrite(store, forged(dataclasses.replace(e, who="Người khác") for e in events))
    assert len(audit.events(store.folder)) == 5
    assert "audit.head_lost" in found(store)


def test_a_lost_log_is_seen(store):
    (store.folder / audit.LOG).unlink()
    assert "audit.not_in_use" in found(store)


def test_a_manifest_changed_and_sealed_anew_is_seen(store):
    snapshot = store.current()
    changed = dataclasses.replace(snapshot.manifest, who="Người khác")
    (snapshot.folder / "manifest.json").write_bytes(changed.to_json())
    assert store.current().manifest.who == "Người khác"
    assert found(store) == {"audit.manifest_changed"}


@pytest.mark.parametrize("field", ["who", "border_quality", "created", "notes", "seal"])
def test_a_manifest_changed_without_its_seal_is_not_opened(store, field):
    path = store.current().folder / "manifest.json"
    raw = json.loads(path.read_bytes())
    path.write_text(json.dumps(raw | {field: [] if field == "notes" else "official"}))
    if field == "notes":
        path.write_text(json.dumps(raw | {"notes": [["x", {}]]}))
    with pytest.raises(StoreError) as caught:
        store.current()
    assert caught.value.key == "store.snapshot_changed"
    assert integrity.advice(store, caught.value) == store.last_whole() is not None


def test_every_file_of_a_snapshot_that_is_changed_is_noticed_and_the_last_whole_one_offered(store):
    newest, before = store.snapshots()[:2]
    assert store.current() == newest
    for path in sorted(p for p in newest.folder.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:] if whole else b"x")
        error = integrity.damage(store, newest.snapshot_id)
        assert error is not None, path
        assert integrity.advice(store, error) == before
        assert store.whole() is None
        path.write_bytes(whole)
    assert integrity.damage(store, newest.snapshot_id) is None
    assert integrity.advice(store, StoreError("store.busy", seconds=1)) is None


# ---- a log from before the chain --------------------------------------------------------------


@pytest.fixture
def early(store) -> Store:
    """Return a store of an early version: its log has no chain, its manifests no seal."""
    plain = [json.loads(line) for line in lines(store)]
    rewrite(store, [json.dumps({k: v for k, v in e.items() if k[:2] not in ("pr", "di")})
                    for e in plain])  # fmt: skip
    for snapshot in store.snapshots():
        path = snapshot.folder / "manifest.json"
        raw = json.loads(path.read_bytes())
        path.write_text(json.dumps({k: v for k, v in raw.items() if k not in ("log", "seal")}))
    with (store.folder / audit.LOG).open(encoding="utf-8") as log:
        events = [json.loads(line) for line in log]
    for event in events:
        event["details"].pop(audit.MANIFEST, None)
    rewrite(store, map(json.dumps, events))
    return store


def test_the_chain_starts_behind_the_lines_that_have_none_and_says_so(early):
    before = lines(early)
    publish(early, 7.0)
    assert lines(early)[:5] == before
    events = audit.events(early.folder)
    assert [e.action for e in events[5:]] == ["chain", "import"]
    assert events[5].details == {"lines": 5}
    checked = integrity.check_log(early)
    assert checked.whole
    assert [f.key for f in checked.findings] == ["audit.chain_starts"]
    publish(early, 8.0)
    assert [e.action for e in audit.events(early.folder)].count("chain") == 1


@pytest.mark.parametrize("row", range(5))
def test_a_line_from_before_the_chain_is_held_by_it(early, row):
    publish(early, 7.0)
    log = lines(early)
    for changed in (
        [*log[:row], log[row].replace("Nguyễn", "Nguyên").replace("An", "Bn"), *log[row + 1 :]],
        log[:row] + log[row + 1 :],
    ):
        if changed != log:
            rewrite(early, changed)
            assert "audit.broken" in found(early)


def test_a_chain_that_was_taken_off_is_seen(store):
    plain = [json.loads(line) for line in lines(store)]
    rewrite(store, [json.dumps({k: v for k, v in e.items() if k not in ("previous", "digest")})
                    for e in plain])  # fmt: skip
    assert "audit.head_lost" in found(store)


def test_a_line_without_a_chain_behind_the_chain_is_refused(store):
    event = json.loads(lines(store)[0])
    rewrite(store, [*lines(store), json.dumps({k: event[k] for k in ("when", "who", "action",
                                                                      "snapshot")})])  # fmt: skip
    assert found(store) == {"audit.broken"}


# ---- the clock, other stores, other processes -------------------------------------------------


def test_a_clock_that_goes_back_is_noted_and_the_order_stays(tmp_path, monkeypatch):
    store = Store(tmp_path / "kho")
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    moments = [noon, noon - dt.timedelta(days=400), noon - dt.timedelta(days=400), noon]
    made = []
    for area, moment in enumerate(moments):
        monkeypatch.setattr(audit, "now", moment.isoformat)
        made.append(
            store.publish(
                tables(float(area)), Act("import"), border_quality="reference", created=moment
            )
        )
    names = [snapshot.snapshot_id for snapshot in made]
    assert names == sorted(set(names))
    assert store.snapshots() == made[::-1]
    assert made[1].manifest.created == moments[1].isoformat()
    checked = integrity.check_log(store)
    assert checked.whole
    assert [(f.key, f.values["row"]) for f in checked.findings] == [("audit.clock_back", 2)]


@pytest.mark.parametrize("name", ["99999999T999999Z-000000000000", "99991231T235959Z-00000000000a"])
def test_a_folder_with_an_absurd_date_stops_nobody(full_store, name):
    (full_store.folder / "snapshots" / name).mkdir()
    assert publish(full_store, 5.0) == full_store.current().snapshot_id


def test_snapshots_of_another_store_do_not_speak_against_this_log(saved_backup, tmp_path):
    other = Store(tmp_path / "other")
    publish(other, 50.0)
    restore_backup(saved_backup, other)
    publish(other, 51.0)
    checked = integrity.check_log(other)
    assert checked.whole, checked.findings
    assert checked.findings == ()


def test_a_backup_brings_a_lost_pointer_back_and_the_log_says_so(full_store, saved_backup):
    publish(full_store, 9.0)
    (full_store.folder / "CURRENT").unlink()
    restore_backup(saved_backup, full_store)
    assert audit.events(full_store.folder)[-1].action == "restore-backup"
    assert found(full_store, backup=saved_backup) == set()


def test_four_processes_write_one_chain(full_store):
    processes = [
        READY.Process(target=_writes, args=(full_store, 10.0 * turn)) for turn in range(1, 5)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(audit.events(full_store.folder)) == 2 + 4 * 3
    assert integrity.check_log(full_store).findings == ()


def _writes(store: Store, start: float) -> None:
    for turn in range(3):
        store.publish(tables(start + turn), Act("import"), border_quality="reference")


# ---- the commands -----------------------------------------------------------------------------


@pytest.fixture
def run(store, monkeypatch, capsys, tmp_path):
    """Return how to run a command on the store: its exit code and all it said."""
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    settings.cache_clear()

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lib", *words, "--store", str(store.folder)])
        with pytest.raises(SystemExit) as left:
            main.run()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out + said.err

    yield call
    settings.cache_clear()


def test_audit_verify_says_whole_or_not(run, store, tmp_path):
    kept = tmp_path / "b.zip"
    backup(store, kept)
    head = audit.head(store.folder).digest
    code, said = run("audit", "verify", "--backup", str(kept), "--head", head[:16])
    assert (code, head in said) == (0, True)
    assert run("audit", "verify", "--head", "ffff")[0] == 3
    assert run("audit", "verify", "--backup", str(tmp_path / "none.zip"))[0] == 2
    rewrite(store, lines(store)[:3] + lines(store)[4:])
    code, said = run("audit", "verify")
    assert code == 3
    assert "dòng 4" in said.replace("\u00a0", " ")


def test_audit_show_lists_the_acts_in_order(run, store):
    code, said = run("audit", "show")
    assert code == 0
    rows = said.splitlines()
    assert [row.split()[0] for row in rows] == list("12345")
    assert "Bình" in rows[-1]
    assert audit.head(store.folder).digest[:12] in rows[-1]
    assert run("audit", "show", "--last", "2")[1].splitlines() == rows[-2:]


def test_snapshots_check_names_the_damaged_one_and_the_last_whole_one(run, store):
    assert run("snapshots", "check")[0] == 0
    newest, before, oldest = store.snapshots()
    (oldest.folder / "communes.parquet").write_bytes(b"x")
    code, said = run("snapshots", "check")
    assert code == 3
    assert oldest.snapshot_id in said
    (newest.folder / "clusters.parquet").write_bytes(b"x")
    code, said = run("snapshots", "check")
    assert code == 3
    assert before.snapshot_id in said.splitlines()[-1]
    assert "last-whole" in said


def test_last_whole_skips_what_is_damaged(store):
    newest, before, oldest = store.snapshots()
    (newest.folder / "clusters.parquet").write_bytes(b"x")
    (before.folder / before.manifest.files[0].stored).write_bytes(b"x")
    assert store.last_whole() == oldest
    (oldest.folder / "manifest.json").unlink()
    assert store.last_whole() is None
