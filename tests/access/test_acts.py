"""Every act on the store asks for itself: what no role may, no caller gets."""

import math
import time
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from backups import tree

from lib.access import acts, identity, roles
from lib.access.policy import ROLES, Policy
from lib.access.roles import ALONE, STRANGER, Actor
from lib.importing.draft import Draft, Options
from lib.language.errors import NotAllowedError
from lib.store import audit
from lib.store.store import Act, Store, Table
from lib.tables.merging import Counts

KINDS = (None, *ROLES)
SAMPLE = "=1+1 Trạm kín"


def tables() -> dict[str, Table]:
    clusters = pd.DataFrame({"cluster_id": ["PT-001"], "area_ha": [75.0]})
    stations = pd.DataFrame({"substation_id": ["SS-1"], "name": [SAMPLE]})
    square = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(105, 21, 106, 22)], crs=4326)
    frames = {"clusters": clusters, "substations": stations, "communes": square}
    return {name: Table(frame, "test", "2026-01-01") for name, frame in frames.items()}


@pytest.fixture
def store(tmp_path) -> Store:
    """Return a store with two snapshots; the earlier was an import of substations."""
    store = Store(tmp_path / "store")
    details = {"import": {"kind": "substations", "counts": {"substations": {}}}}
    act = Act("import", "Lan", {"tram.xlsx": b"original"}, details=details)
    store.publish(tables(), act, border_quality="schematic")
    more = tables() | {"assignments": Table(pd.DataFrame({"cluster_id": ["PT-001"]}), "x", "2026")}
    store.publish(more, Act("prepare", details={}), border_quality="schematic")
    return store


@pytest.fixture
def restricted(monkeypatch) -> Policy:
    """Put a policy in force that keeps the substations for administrators."""
    policy = Policy.model_validate(
        {
            "proxy": {"secret": "p" * 40},
            "people": {"lan": "editor"},
            "restricted": ["substations"],
        }
    )
    monkeypatch.setattr(roles, "policy", lambda: policy)
    return policy


def draft(kind: str, **frames: pd.DataFrame) -> Draft:
    return Draft(
        options=Options(kind, "2026-02-01"),
        tables=frames,
        findings=(),
        counts={name: Counts(added=1) for name in frames},
    )


def clusters(area: float) -> pd.DataFrame:
    return pd.DataFrame({"cluster_id": ["PT-001"], "area_ha": [area]})


def asked(actor: Actor, store: Store) -> dict[str, tuple[set[str | None], Callable[[], object]]]:
    """Return act -> who may, and the act."""
    newest, oldest = store.snapshots()[0], store.snapshots()[-1]
    (file,) = oldest.manifest.files
    editors, viewers = {"editor", "administrator"}, set(ROLES)
    return {
        "publish": (
            editors,
            lambda: acts.publish(
                actor,
                store,
                draft("clusters", clusters=clusters(80.0)),
                base=newest,
                files={},
                typed="",
                confirmed=True,
            ),
        ),
        "restore": ({"administrator"}, lambda: acts.restore(actor, store, oldest.snapshot_id)),
        "original": (editors, lambda: acts.original(actor, oldest, file)),
        "everything": (viewers, lambda: acts.everything(actor, newest, "geoparquet", "vi")),
        "log": ({"administrator"}, lambda: acts.log(actor, store)),
        "download": (viewers, acts.guarded(actor, lambda: b"made")),
        "check": (editors, lambda: acts.require_import(actor, "clusters")),
    }


@pytest.mark.parametrize("role", KINDS)
@pytest.mark.parametrize(
    "act", ["publish", "restore", "original", "everything", "log", "download", "check"]
)
def test_every_act_by_every_role(store, role, act):
    allowed, do = asked(Actor(role, "lan"), store)[act]
    before = tree(store)
    if role in allowed:
        do()
        return
    with pytest.raises(NotAllowedError):
        do()
    assert tree(store) == before


@pytest.mark.parametrize(
    "act", ["publish", "restore", "original", "everything", "log", "download", "check"]
)
def test_no_act_outlives_the_sign_in(store, act):
    _, do = asked(Actor("administrator", "lan", time.time() - 1), store)[act]
    before = tree(store)
    with pytest.raises(NotAllowedError) as refused:
        do()
    assert refused.value.key == "access.expired"
    assert tree(store) == before


def test_a_download_drawn_in_time_is_refused_when_it_is_made_late():
    made = acts.guarded(Actor("viewer", "lan", 0.0), lambda: b"made")
    with pytest.raises(NotAllowedError):
        made()
    assert acts.guarded(Actor("viewer", "lan", math.inf), lambda: b"made")() == b"made"


def test_the_log_says_who_signed_in_not_what_was_typed(store):
    newest, oldest = store.snapshots()[0], store.snapshots()[-1]
    acts.restore(Actor("administrator", "Hòa (hoa@so.vn)"), store, oldest.snapshot_id, typed="Lan")
    assert audit.events(store.folder)[-1].who == "Hòa (hoa@so.vn)"
    acts.restore(ALONE, store, newest.snapshot_id, typed=" Lan ")
    assert audit.events(store.folder)[-1].who == "Lan"
    made = acts.publish(
        Actor("editor", "Lan (lan@so.vn)"),
        store,
        draft("clusters", clusters=clusters(81.0)),
        base=newest,
        files={},
        typed="somebody else",
        confirmed=True,
    )
    assert made.manifest.who == "Lan (lan@so.vn)"
    assert next(event.who for event in acts.log(ALONE, store)) == "Lan (lan@so.vn)"


@pytest.mark.usefixtures("restricted")
def test_what_is_restricted_is_in_nothing_taken_away(store):
    newest = store.snapshots()[0]
    for role in ("viewer", "editor"):
        actor = Actor(role, "lan")
        assert "substations" not in acts.seen(actor, newest).manifest.tables
        for kind in ("geoparquet", "xlsx"):
            assert b"substations" not in acts.everything(actor, newest, kind, "vi"), kind
    whole = acts.everything(Actor("administrator", "hoa"), newest, "geoparquet", "vi")
    assert b"substations.parquet" in whole


@pytest.mark.parametrize("named", ["own_rows", "own_rows.Chợ hạng 1"])
def test_the_file_of_a_restricted_layer_is_given_to_administrators_alone(store, monkeypatch, named):
    act = Act(
        "import",
        "Lan",
        {"cho.xlsx": b"brought"},
        details={"import": {"kind": "own_rows", "counts": {"own_rows": {}}}},
    )
    made = store.publish(tables(), act, border_quality="schematic")
    (file,) = made.manifest.files
    monkeypatch.setattr(roles, "policy", lambda: of("editor", restricted=[named]))
    with pytest.raises(NotAllowedError) as refused:
        acts.original(Actor("editor", "lan"), made, file)
    assert refused.value.key == "access.table_restricted"
    assert acts.original(Actor("administrator", "hoa"), made, file) == b"brought"


def of(who: str, **changed: object) -> Policy:
    given = {"proxy": {"secret": "p" * 40}, "people": {"lan": who}}
    return Policy.model_validate(given | changed)


def come(policy: Policy) -> Actor:
    said = [("X-Phutho-Secret", "p" * 40), ("X-Remote-User", "lan")]
    return identity.of_headers(policy, said, time.time())


@pytest.mark.parametrize(
    "act", ["publish", "restore", "original", "everything", "log", "download", "check"]
)
@pytest.mark.parametrize("role", [None, "viewer", "editor"])
def test_no_act_outlives_the_role(store, monkeypatch, act, role):
    """What a page holds was made for an administrator, and the file says something else by now."""
    monkeypatch.setattr(roles, "policy", lambda: of("administrator"))
    allowed, do = asked(come(of("administrator")), store)[act]
    others = {"people": {"somebody": "viewer"}} if role is None else {}
    monkeypatch.setattr(roles, "policy", lambda: of(role or "viewer", **others))
    before = tree(store)
    if role in allowed:
        do()
        return
    with pytest.raises(NotAllowedError):
        do()
    assert tree(store) == before


def test_a_download_drawn_before_a_table_was_closed_is_not_made(monkeypatch):
    opened, closed = of("viewer"), of("viewer", restricted=["substations"])
    monkeypatch.setattr(roles, "policy", lambda: opened)
    drawn = acts.guarded(come(opened), lambda: b"with substations")
    assert drawn() == b"with substations"
    monkeypatch.setattr(roles, "policy", lambda: closed)
    with pytest.raises(NotAllowedError) as refused:
        drawn()
    assert refused.value.key == "access.table_restricted"
    assert acts.guarded(come(closed), lambda: b"without")() == b"without"


@pytest.mark.usefixtures("restricted")
def test_who_brought_a_restricted_table_from_which_file_is_not_told(store):
    oldest = store.snapshots()[-1]
    for actor, told in (
        (Actor("editor", "lan"), ("", (), {})),
        (Actor("administrator", "hoa"), ("Lan", oldest.manifest.files, oldest.manifest.details)),
    ):
        manifest = acts.seen(actor, oldest).manifest
        assert (manifest.who, manifest.files, manifest.details) == told


@pytest.mark.usefixtures("restricted")
def test_a_restricted_table_is_not_imported_by_an_editor(store):
    newest, oldest = store.snapshots()[0], store.snapshots()[-1]
    editor, before = Actor("editor", "lan"), tree(store)
    stations = tables()["substations"].frame
    for given in (
        draft("substations", substations=stations),
        draft("clusters", clusters=clusters(1.0), substations=stations),
    ):
        with pytest.raises(NotAllowedError) as refused:
            acts.publish(editor, store, given, base=newest, files={}, typed="", confirmed=True)
        assert refused.value.key == "access.table_restricted"
    with pytest.raises(NotAllowedError):
        acts.require_import(editor, "substations")
    with pytest.raises(NotAllowedError):
        acts.original(editor, oldest, oldest.manifest.files[0])
    assert tree(store) == before
    assert (
        acts.original(Actor("administrator", "h"), oldest, oldest.manifest.files[0]) == b"original"
    )


@pytest.mark.usefixtures("restricted")
def test_an_import_by_who_does_not_see_a_table_keeps_it(store):
    editor = Actor("editor", "lan")
    base = acts.seen(editor, store.current())
    made = acts.publish(
        editor,
        store,
        draft("clusters", clusters=clusters(90.0)),
        base=base,
        files={},
        typed="",
        confirmed=True,
    )
    assert made.read("substations")["name"].tolist() == [SAMPLE]
    assert made.read("clusters")["area_ha"].tolist() == [90.0]


@pytest.mark.usefixtures("restricted")
def test_a_stranger_sees_no_restricted_table(store):
    assert "substations" not in acts.seen(STRANGER, store.current()).manifest.tables
