"""Files that wait for a second person: kept whole, opened, published by another, taken back."""

import json
import time
from pathlib import Path

import pytest
from backups import tree
from killedstores import file_with, publish, served

from lib.access import acts, bringing, identity, limits, roles
from lib.access.policy import Policy
from lib.access.roles import Actor
from lib.importing import bring
from lib.importing.draft import Draft, Options, Typed
from lib.language.errors import DataRefusedError, NotAllowedError, StoreError
from lib.operate import backup, restore
from lib.store import brought
from lib.store.store import Store

GIVEN = {
    "publish": "two",
    "proxy": {"secret": "p" * 40},
    "people": {
        "lan": "editor",
        "xa": "editor",
        "hoa": "administrator",
        "an": "administrator",
        "xem": "viewer",
    },
    "communes": {"xa": ["08503"]},
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch) -> Store:
    made = Store(tmp_path / "kho")
    publish(made, 1)
    in_force(monkeypatch)
    return made


def in_force(monkeypatch, **more: object) -> None:
    policy = Policy.model_validate(GIVEN | more)
    monkeypatch.setattr(roles, "policy", lambda: policy)


def come(who: str) -> Actor:
    headers = [("X-Phutho-Secret", "p" * 40), ("X-Remote-User", who)]
    return identity.of_headers(roles.policy(), headers, time.time())


def checked(store: Store, path: Path) -> Draft:
    return bring.draft_of([(path, path.name)], Options("customers", "2026-11-25"), store.current())


def keep(store: Store, who: str, count: int = 2) -> brought.Brought:
    path = file_with(store.folder.parent, count)
    draft = checked(store, path)
    given = {"base": store.current(), "files": {path.name: path.read_bytes()}, "typed": ""}
    return bringing.keep(come(who), store, draft, **given)


def go(store: Store, who: str, waiting: str = "", **more: object):
    """Publish the file that lies in the folder, out of the draft or past it."""
    path = store.folder.parent / "Khách hàng.csv"
    given = {"base": store.current(), "files": {path.name: path.read_bytes()}} | more
    draft = checked(store, path)
    return acts.publish(come(who), store, draft, typed="", confirmed=True, waiting=waiting, **given)


def test_what_an_editor_brings_another_publishes_and_it_waits_no_longer(store):
    held = keep(store, "lan")
    which, options, files = bringing.opened(come("hoa"), store, held.key)
    assert (which.who, options.kind, list(files)) == ("lan", "customers", ["Khách hàng.csv"])
    assert bringing.waiting(come("lan"), store) == [held]
    before = tree(store)
    for who, key, waiting in (
        ("lan", "need_approve", held.key),
        ("lan", "need_approve", ""),
        ("hoa", "need_draft", ""),
    ):
        with pytest.raises(NotAllowedError) as refused:
            go(store, who, waiting)
        assert refused.value.key == f"access.{key}"
    with pytest.raises(DataRefusedError, match="Bản nháp"):
        go(store, "hoa", held.key, files={"Khách hàng.csv": b"x"})
    assert tree(store) == before
    made = go(store, "hoa", held.key)
    assert served(made) == 2
    assert made.manifest.who == "hoa"
    assert made.manifest.details["import"]["brought"] == {"key": held.key, "who": "lan"}
    assert bringing.waiting(come("hoa"), store) == []
    with pytest.raises(DataRefusedError):
        go(store, "an", held.key)


def test_what_an_administrator_brings_another_has_to_publish(store):
    held = keep(store, "hoa")
    with pytest.raises(NotAllowedError) as refused:
        go(store, "hoa", held.key)
    assert refused.value.key == "access.need_second"
    assert served(go(store, "an", held.key)) == 2


def test_it_is_not_shown_again_where_a_server_died_before_it_forgot(store, monkeypatch):
    held = keep(store, "lan")

    def dies(*_given):
        raise StoreError("store.busy", seconds=1)

    with monkeypatch.context() as broken:
        broken.setattr(brought, "drop", dies)
        go(store, "hoa", held.key)
    assert list(store.folder.rglob("brought/*.json"))
    assert bringing.waiting(come("hoa"), store) == []


def test_it_is_taken_back_by_who_may(store, monkeypatch):
    held = keep(store, "lan")
    for who in ("xem", "xa"):
        with pytest.raises(NotAllowedError):
            bringing.put_aside(come(who), store, held.key)
    bringing.put_aside(come("lan"), store, held.key)
    with pytest.raises(DataRefusedError):
        bringing.opened(come("hoa"), store, held.key)
    monkeypatch.setattr(limits, "_clusters_in", lambda *_given, **_named: frozenset())
    with pytest.raises(NotAllowedError) as refused:
        keep(store, "xa")
    assert refused.value.key == "access.elsewhere", "customers are nobody's of a commune"
    in_force(monkeypatch, restricted=["power_lines"])
    assert bringing.waiting(come("lan"), store) == []


def test_a_backup_brings_it_back_and_damage_is_told(store, tmp_path):
    held = keep(store, "lan")
    backup.backup(store, tmp_path / "kho.zip")
    other = Store(tmp_path / "other")
    restore.restore_backup(tmp_path / "kho.zip", other)
    assert brought.every(other) == [held]
    assert brought.contents(other, held) == brought.contents(store, held)
    (content,) = other.folder.rglob("bytes.json")
    content.write_text(content.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(StoreError, match="bản nháp"):
        brought.contents(other, held)
    (told,) = other.folder.rglob("brought/*.json")
    given = json.loads(told.read_text(encoding="utf-8"))
    for harm in (
        {"key": "../../x"},
        {"choices": {"kind": "nope"}},
        {"names": [1]},
        {"choices": []},
        {"who": None},
    ):
        told.write_text(json.dumps(given | harm), encoding="utf-8")
        with pytest.raises(StoreError, match="bản nháp"):
            brought.every(other)
    told.write_text(json.dumps(given | {"choices": {"kind": "customers", "crs": "x"}}), "utf-8")
    with pytest.raises(StoreError, match="bản nháp"):
        bringing.opened(come("hoa"), other, held.key)


def test_too_much_is_refused_and_nothing_is_kept(store, monkeypatch):
    monkeypatch.setattr(brought, "MOST_BYTES", 10)
    with pytest.raises(DataRefusedError) as refused:
        keep(store, "lan")
    assert refused.value.key == "brought.too_large"
    monkeypatch.undo()
    in_force(monkeypatch)
    monkeypatch.setattr(brought, "MOST", 1)
    keep(store, "lan")
    with pytest.raises(DataRefusedError) as refused:
        keep(store, "lan")
    assert refused.value.key == "brought.too_many"
    assert len(brought.every(store)) == 1


def test_rows_typed_on_a_page_wait_as_a_file(store):
    row = {"commune_code": "08500", "month": "2026-09", "customers_served": 7}
    given = Typed("customers", [row], "khách.csv", "2026-11-25")
    draft = bringing.keep_rows(come("lan"), store, given, base=store.current(), typed="")
    assert not draft.refused
    (held,) = bringing.waiting(come("hoa"), store)
    _, options, files = bringing.opened(come("hoa"), store, held.key)
    path = store.folder.parent / "khách.csv"
    path.write_bytes(files[path.name])
    again = bring.draft_of([(path, path.name)], options, store.current())
    assert again.tables["customers"].equals(draft.tables["customers"])
    wrong = Typed("customers", [row | {"month": "x"}], "sai.csv", "2026-11-25")
    assert bringing.keep_rows(come("lan"), store, wrong, base=store.current(), typed="").refused
    assert bringing.waiting(come("hoa"), store) == [held]
