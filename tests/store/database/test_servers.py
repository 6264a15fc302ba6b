"""A shared database and several servers: who gets what, what is damaged, who may do what."""

import dataclasses
import hashlib
import itertools

import numpy as np
import pandas as pd
import pytest
from databasestores import HOSTILE, fingerprint, looking, nothing, publish, rows, served, tables

from lib.importing import bring
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, StoreError
from lib.operate.backup import backup
from lib.operate.restore import restore_backup
from lib.store import audit, brought, pending
from lib.store.database import publishing
from lib.store.database.following import follow
from lib.store.database.postgis import Database
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables.statements.record import Statement

# ---- other servers ---------------------------------------------------------------


def test_a_server_gets_every_byte_of_what_another_published(here, there, database):
    first, second = publish(here), publish(here, 2)
    drawn: list[Snapshot] = []
    taken = follow(there, database, drawn.append)
    assert taken == there.current()
    assert [one.snapshot_id for one in drawn] == [second.snapshot_id]
    for made in (first, second):
        own = there.open(made.snapshot_id)
        assert fingerprint(own) == fingerprint(made)
        assert own.manifest == made.manifest
    assert follow(there, database, drawn.append) is None
    assert len(drawn) == 1
    assert not (there.folder / "fetching").exists()
    (event,) = audit.events(there.folder)
    assert (event.who, event.action, event.snapshot) == ("An", "import", second.snapshot_id)
    manifest = hashlib.sha256((second.folder / "manifest.json").read_bytes()).hexdigest()
    assert event.details == {"files": ["bảng kê.csv"], audit.MANIFEST: manifest}


def test_what_waits_on_one_server_waits_on_all_and_is_replaced_knowingly(here, there, database):
    own = Statement("clusters", "PT-001", "area_ha", "40", HOSTILE, "2026", who="An", when="1")
    with pytest.raises(StoreError):
        pending.keep(here, [own])
    publish(here)
    follow(there, database, nothing)
    assert pending.every(here) == pending.every(there) == []
    pending.keep(here, [own])
    other = dataclasses.replace(own, value="41", who="Bình", when="2")
    more = dataclasses.replace(other, id="PT/002")
    with pytest.raises(DataRefusedError) as refused:
        pending.keep(there, [more, other], seen={})
    assert "An" in refused.value.message()
    assert pending.every(there) == pending.every(here) == [own], "all or nothing"
    pending.keep(there, [more, other], seen={own.subject: own})
    assert pending.every(here) == [other, more]
    assert not (there.folder / pending.FOLDER).exists()
    pending.drop(here, [own, other])
    assert pending.every(there) == [more]
    pending.drop(there, [more])
    assert pending.every(here) == []
    held = brought.keep(here, {HOSTILE: b"\0x"}, {"kind": "clusters"}, who="An")
    assert brought.every(there) == [held]
    assert brought.contents(there, held) == {HOSTILE: b"\0x"}
    assert pending.every(there) == [], "files are beside the values"
    brought.drop(there, held.key)
    assert brought.every(here) == []
    with pytest.raises(StoreError):
        brought.contents(here, held)


def test_an_empty_database_takes_nothing_from_a_server(database, tmp_path):
    alone = Store(tmp_path / "alone")
    made = publish(alone)
    assert follow(alone, database, nothing) is None
    assert alone.current() == made
    assert database.in_use() == ""


def test_what_a_server_has_already_is_not_fetched_again(here, there, database, url):
    publish(here)
    follow(there, database, nothing)
    publish(here, 2)
    with looking(url) as connection:  # only what changed may be asked for
        kept = here.current().manifest.tables["communes"].sha256
        connection.execute("DELETE FROM phutho_store.content WHERE sha256 = %s", (kept,))
    follow(there, database, nothing)
    assert fingerprint(there.current()) == fingerprint(here.current())


def test_publishing_on_what_is_no_longer_in_use_is_refused(here, there, database):
    base = publish(here)
    follow(there, database, nothing)
    new = publish(here, 2)
    before = fingerprint(there.current())
    events = audit.events(there.folder)
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            publish(there, 3)
        assert caught.value.key == "database.moved_on"
    assert there.current().snapshot_id == base.snapshot_id
    assert fingerprint(there.current()) == before
    assert audit.events(there.folder) == events
    assert database.in_use() == new.snapshot_id
    follow(there, database, nothing)
    assert served(publish(there, 3)) == 3
    follow(here, database, nothing)
    assert served(here.current()) == 3


def test_two_servers_that_publish_at_once_do_not_mix(here, there, database, monkeypatch):
    """Both passed the first look: the one that comes second to the lock is refused."""
    publish(here)
    follow(there, database, nothing)
    monkeypatch.setattr(Database, "expect", lambda *_: None)
    won = publish(here, 2)
    with pytest.raises(StoreError) as caught:
        publish(there, 3)
    assert caught.value.key == "database.moved_on"
    assert database.in_use() == won.snapshot_id
    assert len(there.snapshots()) == 1


def test_a_restore_is_followed_and_the_log_says_so(here, there, database, url):
    first = publish(here)
    publish(here, 2)
    follow(there, database, nothing)
    here.restore(first.snapshot_id, who="Bình")
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(1,)]
    follow(there, database, nothing)
    assert there.current().snapshot_id == first.snapshot_id
    status = database.status()
    assert (status.events, status.snapshots, status.in_use) == (3, 2, first.snapshot_id)
    assert (status.last.who, status.last.action) == ("Bình", "restore")
    assert audit.events(there.folder)[-1].who == "Bình"


def test_a_restore_on_a_server_that_fell_behind_is_refused(here, there, database):
    first = publish(here)
    second = publish(here, 2)
    follow(there, database, nothing)
    third = publish(here, 3)
    with pytest.raises(StoreError) as caught:
        there.restore(first.snapshot_id, who="Bình")
    assert caught.value.key == "database.moved_on"
    assert there.current().snapshot_id == second.snapshot_id
    assert database.in_use() == third.snapshot_id


def test_an_import_goes_to_the_database(here, there, database, url, tmp_path):
    base = publish(here)
    path = tmp_path / "Khách hàng.csv"
    path.write_text("Mã xã;Tháng;Số khách hàng\n08500;10/2026;77\n", encoding="utf-8")
    contents, lost = bring.read_all([(path, path.name)])
    options = Options("customers", "2026-11-25")
    draft = bring.check(contents, options, bring.tables_of(base), unreadable=lost)
    files = {path.name: path.read_bytes()}
    bring.publish(here, draft, base=base, files=files, who="An", confirmed=False)
    assert rows(url, "SELECT customers_served FROM phutho.customers") == [(77,)]
    taken = follow(there, database, nothing)
    assert served(taken) == 77
    assert (taken.folder / taken.manifest.files[0].stored).read_bytes() == path.read_bytes()


def test_a_backup_restored_on_one_server_reaches_the_other(here, there, database, tmp_path):
    first = publish(here)
    backup(here, tmp_path / "b.zip")
    publish(here, 2)
    follow(there, database, nothing)
    restore_backup(tmp_path / "b.zip", here, who="Chi")
    follow(there, database, nothing)
    assert there.current().snapshot_id == first.snapshot_id
    assert database.status().last.action == "restore-backup"


def test_a_backup_is_not_restored_over_what_another_server_published(
    here, there, database, tmp_path
):
    publish(here)
    backup(here, tmp_path / "b.zip")
    publish(here, 2)
    follow(there, database, nothing)
    new = publish(there, 3)
    before = fingerprint(here.current())
    for store in (here, Store(tmp_path / "trống", database)):
        with pytest.raises(StoreError) as caught:
            restore_backup(tmp_path / "b.zip", store, who="Chi")
        assert caught.value.key == "database.moved_on"
    assert fingerprint(here.current()) == before
    assert database.in_use() == new.snapshot_id
    assert Store(tmp_path / "trống").current() is None


def test_a_newer_local_snapshot_gives_way_when_another_came_into_use_meanwhile(
    here, there, database
):
    """A follower that was slow never puts an older snapshot over a newer one."""
    publish(here)
    newest: list[Snapshot] = []

    def slow(_: Snapshot) -> None:
        newest.append(publish(here, 2))

    assert follow(there, database, slow) is None
    assert there.current() is None
    assert follow(there, database, nothing).snapshot_id == newest[0].snapshot_id


# ---- what is damaged in the database ------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        (
            "UPDATE phutho_store.content SET bytes = set_byte(bytes, 9, 255 - get_byte(bytes, 9)) "
            "WHERE length(bytes) > 9"
        ),
        "UPDATE phutho_store.content SET bytes = substr(bytes, 1, 40)",
        "DELETE FROM phutho_store.content",
        "DELETE FROM phutho_store.file WHERE name LIKE '%.parquet'",
        "UPDATE phutho_store.file SET name = '../../../CURRENT' WHERE name = 'manifest.json'",
        "UPDATE phutho_store.file SET sha256 = ''",
    ],
)
def test_what_is_damaged_in_the_database_is_never_used(here, there, database, url, damage):
    publish(here)
    follow(there, database, nothing)
    before = fingerprint(there.current())
    new = publish(here, 2)
    with looking(url) as connection:
        connection.execute(damage)
    with pytest.raises(StoreError) as caught:
        follow(there, database, nothing)
    assert caught.value.key in {"database.damaged", "store.snapshot_unreadable"}
    assert fingerprint(there.current()) == before
    assert [s.name for s in (there.folder / "snapshots").iterdir()] == [there.current().snapshot_id]
    assert not (there.folder / "fetching").exists()
    assert here.current() == new


@pytest.mark.parametrize("name", ["../../x", "20261125T000000Z-000000000000/../.."])
def test_a_name_that_leads_elsewhere_is_refused(here, there, database, url, name):
    publish(here)
    with looking(url) as connection:
        connection.execute("INSERT INTO phutho_store.snapshot VALUES (%s, '', '', '', '')", (name,))
    with pytest.raises(StoreError) as caught:
        follow(there, database, nothing)
    assert caught.value.key == "database.damaged"


def test_a_changed_line_of_the_log_is_noticed(here, there, database, url):
    publish(here)
    with looking(url) as connection:
        connection.execute("UPDATE phutho_store.log SET line = replace(line, 'An', 'Ba')")
    for act in (
        database.status,
        lambda: follow(there, database, nothing),
        lambda: publish(here, 2),
    ):
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.key == "audit.broken"
    assert served(here.current()) == 1


def test_a_table_somebody_edited_is_seen_and_mended(here, database, url):
    snapshot = publish(here)
    with looking(url) as connection:
        connection.execute("DELETE FROM phutho.clusters WHERE row_no = 1")
    assert database.status().tables["clusters"] == (3, 2)
    event = audit.Event(audit.now(), "An", "import", snapshot.snapshot_id, snapshot.snapshot_id)
    database.publish(snapshot, event, anew=True)
    assert database.status().tables["clusters"] == (3, 3)


def test_a_column_of_a_later_version_is_added_and_filled(here, url):
    publish(here)
    with looking(url) as connection:
        connection.execute("ALTER TABLE phutho.clusters DROP COLUMN area_ha")
        connection.execute("UPDATE phutho_store.shown SET columns = '' WHERE name = 'clusters'")
    publish(here, 2)
    count = rows(url, "SELECT count(area_ha) FROM phutho.clusters")
    assert count == [(int(tables()["clusters"].frame["area_ha"].notna().sum()),)]


def test_a_damaged_snapshot_of_a_server_is_mended_from_the_database(here, database):
    made = publish(here)
    whole = fingerprint(made)
    (made.folder / "clusters.parquet").write_bytes(b"PAR1")
    follow(here, database, nothing)
    assert fingerprint(here.current()) == whole


# ---- servers that do not let us ---------------------------------------------------------


def test_a_large_file_travels_in_parts(here, there, database, monkeypatch):
    monkeypatch.setattr(publishing, "PART", 100)
    made = publish(here, 250)
    follow(there, database, nothing)
    assert fingerprint(there.current()) == fingerprint(made)


def test_the_order_of_numbers_is_kept_in_infinite_and_missing_ones(url, here):
    frame = pd.DataFrame({"name": ["a", "b"], "area_ha": [np.inf, np.nan]})
    here.publish({"clusters": Table(frame, "", "")}, Act("test"), border_quality="reference")
    assert rows(url, "SELECT area_ha FROM phutho.clusters ORDER BY row_no") == [
        (float("inf"),),
        (None,),
    ]


def test_the_log_is_one_chain_over_all_servers(here, there, database, url):
    publish(here)
    follow(there, database, nothing)
    publish(there, 2)
    follow(here, database, nothing)
    publish(here, 3)
    lines = [line for (line,) in rows(url, "SELECT line FROM phutho_store.log ORDER BY number")]
    events = audit.chain(lines)
    assert len(events) == 3
    for earlier, later in itertools.pairwise(events):
        assert later.before == earlier.snapshot
    assert dataclasses.asdict(events[-1])["snapshot"] == database.in_use()
