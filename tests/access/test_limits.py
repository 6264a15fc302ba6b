"""Limits beside the role: a second person publishes, an editor of some communes keeps to them."""

import datetime as dt
import io
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from backups import tree
from facttables import fact_tables

from lib.access import acts, entering, identity, limits, roles
from lib.access.policy import Policy, load
from lib.access.roles import Actor
from lib.importing import bring
from lib.importing import entering as entered
from lib.importing.collecting import sending
from lib.importing.collecting.asked import recipients
from lib.importing.draft import Draft, Options
from lib.importing.entering import Source
from lib.importing.stating import said
from lib.language.errors import DataRefusedError, NotAllowedError, WrongUseError
from lib.language.text import LANGS
from lib.register.clusters import register
from lib.store import pending
from lib.store.store import Act, Store, Table
from lib.tables.collecting import parts_of
from lib.tables.merging import Counts
from lib.tables.statements.record import NAME, Statement

FACTS = fact_tables()
GIVEN = {
    "proxy": {"secret": "p" * 40, "name_header": "X-Name", "role_header": "X-Groups"},
    "people": {
        "lan": "editor",
        "xa": "editor",
        "hoa": "administrator",
        "an": "administrator",
        "xem": "viewer",
    },
    "groups": {"cong-thuong": "editor"},
}
MINE, OTHER = "PT-002", "PT-014"


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Store:
    """Return a store with the facts; no test changes what is in use."""
    store = Store(tmp_path_factory.mktemp("limits") / "kho")
    tables = {name: Table(frame, "data/facts", "2026") for name, frame in FACTS.items()}
    square = [shapely.box(105, 21, 105.1, 21.1)] * len(FACTS["communes"])
    land = gpd.GeoDataFrame(FACTS["communes"], geometry=square, crs=4326)
    tables["communes"] = Table(land, "data/facts", "2026")
    store.publish(tables, Act("prepare"), border_quality="schematic")
    return store


@pytest.fixture(autouse=True)
def empty(whole):
    yield
    pending.drop(whole, pending.every(whole))


def in_force(monkeypatch, **more: object) -> None:
    policy = Policy.model_validate(GIVEN | more)
    monkeypatch.setattr(roles, "policy", lambda: policy)


def come(who: str, name: str = "", groups: str = "") -> Actor:
    headers = [("X-Phutho-Secret", "p" * 40), ("X-Remote-User", who), ("X-Name", name)]
    headers.append(("X-Groups", groups))
    return identity.of_headers(roles.policy(), headers, time.time())


def word(row: str = MINE, value: str = "40", field: str = "area_ha") -> Statement:
    (made,) = entered.words_of(
        {("clusters", row, field): value}, Source("Biên bản", "2026-11-28"), "?"
    )
    return made


def communes_of_mine() -> list[str]:
    rows = register(FACTS).set_index("cluster_id")
    return [*rows.loc[MINE, "commune_codes"]]


def enter(store: Store, actor: Actor, *words: Statement) -> None:
    seen = {pending.place(one): one for one in pending.every(store)}
    entering.enter(actor, store, words, seen=seen)


# ---- a second person -----------------------------------------------------------------------


def test_an_editor_drafts_and_another_administrator_publishes(whole, monkeypatch):
    in_force(monkeypatch, publish="two")
    base = whole.current()
    lan, hoa, an = come("lan", "Lan"), come("hoa", "Hòa"), come("an", "An")
    enter(whole, hoa, word())
    own = pending.every(whole)
    renamed = come("hoa", "Tên khác")
    for who, key in ((lan, "need_approve"), (hoa, "need_second"), (renamed, "need_second")):
        before = tree(whole)
        with pytest.raises(NotAllowedError) as refused:
            entering.publish(who, whole, own, base=base)
        assert refused.value.key == f"access.{key}"
        assert tree(whole) == before
        assert entering.publishable(who, own, base=base)[1].key == f"access.{key}"
    assert entering.publishable(an, own, base=base) == (own, None)
    enter(whole, lan, word(OTHER))
    both = pending.every(whole)
    assert entering.publishable(hoa, both, base=base) == (both, None)
    # What is said by its own name is said by an account, whatever else that name holds.
    assert limits._is(come("hoa"), "Hòa (hoa)")
    assert not limits._is(come("hoa"), "Lan (lan)")
    made = []
    monkeypatch.setattr(entered, "publish", lambda *_given, **named: made.append(named["who"]))
    entering.publish(an, whole, own, base=base)
    assert made == ["An (an)"]


def test_what_was_taken_back_is_not_published_by_who_still_sees_it(whole, monkeypatch):
    in_force(monkeypatch, publish="two")
    base, lan, an = whole.current(), come("lan"), come("an")
    enter(whole, lan, word(), word(OTHER))
    shown = pending.every(whole)
    entering.put_aside(lan, whole, shown[:1])
    before = tree(whole)
    with pytest.raises(DataRefusedError) as refused:
        entering.publish(an, whole, shown, base=base)
    assert refused.value.key == "pending.gone"
    assert tree(whole) == before


def test_what_is_brought_as_a_whole_needs_the_draft_or_an_administrator_then(whole, monkeypatch):
    base = whole.current()
    area = said(FACTS, [word()])
    draft = Draft(
        Options("clusters", "2026-11-28"),
        tables={"clusters": area.tables["clusters"]},
        counts={"clusters": Counts(changed=1)},
    )

    def publish(who: Actor) -> None:
        acts.publish(who, whole, draft, base=base, files={}, typed="", confirmed=True)

    from lib.importing import stating  # noqa: PLC0415 - loads every reader

    done = []
    monkeypatch.setattr(bring, "publish", lambda *_a, **_n: done.append("file"))
    monkeypatch.setattr(stating, "publish", lambda *_a, **_n: done.append("value"))
    in_force(monkeypatch, publish="two")
    for act in (publish, lambda who: acts.state(who, whole, area, base=base)):
        with pytest.raises(NotAllowedError, match="hai người"):
            act(come("lan"))
    with pytest.raises(NotAllowedError, match="bản nháp chung"):
        publish(come("hoa"))
    acts.state(come("hoa"), whole, area, base=base)
    in_force(monkeypatch)
    publish(come("lan"))
    assert done == ["value", "file"]


# ---- some communes -------------------------------------------------------------------------


@pytest.fixture
def limited(monkeypatch) -> Actor:
    in_force(monkeypatch, communes={"xa": communes_of_mine(), "cong-thuong": ["08500"]})
    return come("xa")


def test_limits_are_of_editors_and_add_up(limited, monkeypatch):
    mine = frozenset(communes_of_mine())
    assert limited.communes == mine
    assert come("xa", groups="cong-thuong").communes == mine | {"08500"}
    assert come("lan").communes is None
    assert come("lan", groups="cong-thuong").communes == {"08500"}
    assert come("hoa", groups="cong-thuong").communes is None
    in_force(monkeypatch)
    assert limits.communes_of(limited) is None, "lifted at once"


def test_a_limited_editor_drafts_and_publishes_what_is_of_his_communes(whole, limited):
    base, hoa = whole.current(), come("hoa")
    before = tree(whole)
    entry = Statement("clusters", MINE, "cluster_id", MINE, "Biên bản", "2026", reason="x")
    elsewhere = [
        word(OTHER),
        entry,
        replace(entry, state="withdrawn"),
        Statement(
            "substations", FACTS["substations"]["substation_id"][0], "note", "x", "b", "2026"
        ),
    ]
    for one in elsewhere:
        with pytest.raises(NotAllowedError) as refused:
            enter(whole, limited, one)
        assert refused.value.key == "access.elsewhere"
        assert all(one.id in refused.value.message(lang) for lang in LANGS)
    assert tree(whole) == before
    enter(whole, limited, word())
    enter(whole, hoa, word(OTHER))
    words = pending.every(whole)
    assert entering.waiting(limited, whole) == words, "he sees the draft of all"
    assert entering.publishable(limited, words, base=base) == (words[:1], None)
    for act in (
        lambda: entering.publish(limited, whole, words, base=base),
        lambda: entering.put_aside(limited, whole, words[1:]),
    ):
        with pytest.raises(NotAllowedError):
            act()
    assert pending.every(whole) == words


def draft_of(kind: str, **tables: pd.DataFrame) -> Draft:
    return Draft(Options(kind, "2026-11-28"), tables=tables, counts={kind: Counts(changed=1)})


def test_a_file_of_a_limited_editor_is_looked_at_row_by_row(whole, limited, monkeypatch):
    base = whole.current()
    monkeypatch.setattr(bring, "publish", lambda *_a, **_n: base)
    clusters, weak = FACTS["clusters"], FACTS["weak_supply"]
    own = clusters["cluster_id"] == MINE
    here = weak["commune_code"] == weak["commune_code"].dropna().iloc[0]
    spoken = said(FACTS, [word()]).tables[NAME]
    code = communes_of_mine()[0]
    meeting = pd.DataFrame(
        {"conclusion_id": ["1", "2"], "cluster_id": [MINE, None], "commune_code": [None, code]}
    )
    good = [
        draft_of("clusters", clusters=clusters.assign(area_ha=clusters["area_ha"].mask(own, 41))),
        draft_of("clusters", clusters=clusters.iloc[::-1], statements=spoken),
        draft_of("conclusions", conclusions=meeting),
    ]
    added = pd.concat([clusters, clusters[own].assign(cluster_id="PT-900")], ignore_index=True)
    bad = {
        "PT-001": draft_of("clusters", clusters=clusters.assign(note="x")),
        MINE: draft_of("clusters", clusters=clusters[~own]),
        "PT-900": draft_of("clusters", clusters=added),
        "3": draft_of(
            "conclusions",
            conclusions=meeting.assign(conclusion_id=["1", "3"], commune_code=[None, "99999"]),
        ),
        weak["weak_id"][here].iloc[0]: draft_of(
            "weak_supply", weak_supply=weak.assign(note=weak["note"].mask(here, "x"))
        ),
        FACTS["substations"]["substation_id"][0]: draft_of(
            "substations", substations=FACTS["substations"].iloc[1:]
        ),
    }

    def publish(draft: Draft) -> None:
        acts.publish(limited, whole, draft, base=base, files={}, typed="", confirmed=True)

    for draft in good:
        publish(draft)
    for row, draft in bad.items():
        with pytest.raises(NotAllowedError) as refused:
            publish(draft)
        assert refused.value.key == "access.elsewhere"
        assert row in refused.value.message()


def form(store: Store, folder: Path, code: str, row_id: str, **cells: object) -> Draft:
    """Return what a form says that comes back from a commune with cells of one row filled in."""
    base, part = store.current(), parts_of(code)[0]
    content = sending.form(
        sending.tables_of(base), base.snapshot_id, code, made=dt.date(2025, 11, 1)
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    (at,) = [row[0].row for row in sheet.iter_rows(min_row=4) if row[0].value == row_id]
    for name, typed in cells.items():
        sheet.cell(at, 1 + part.columns.index(name)).value = typed
    book["Phiếu"].cell(17, 2).value = "20/11/2025"
    book.save(folder / "phiếu.xlsx")
    files = [(folder / "phiếu.xlsx", "phiếu.xlsx")]
    return bring.draft_of(files, Options("forms", "2025-11-30"), base)


def test_the_form_of_his_commune_comes_back_by_its_editor(whole, limited, monkeypatch, tmp_path):
    base, (code, *_) = whole.current(), communes_of_mine()
    monkeypatch.setattr(bring, "publish", lambda *_a, **_n: base)

    def publish(draft: Draft) -> None:
        assert draft.of("refused") == []
        assert draft.counts["form_answers"].added == 1
        acts.publish(limited, whole, draft, base=base, files={}, typed="", confirmed=True)

    mine = form(whole, tmp_path, code, MINE, investor="Công ty B")
    assert limits.refusal(limited, base, mine.tables) is None
    publish(mine)
    known = register(FACTS)
    sure = known["commune_codes"].map(bool) | known["assigned_codes"].map(bool)
    nowhere = set(known.loc[~sure, "cluster_id"])
    place, row = next(
        (one.code, row)
        for one in recipients(FACTS, known)
        for row in one.rows.get("clusters", ())
        if row in nowhere
    )
    other = form(whole, tmp_path, place, row, investor="Công ty B")
    in_force(monkeypatch, communes={"xa": [place]})
    refused = limits.refusal(limited, base, other.tables)
    assert refused is not None, "its place is not known, so it is nobody\x27s of a commune"
    assert row in refused.message()
    for draft in (mine, other):
        with pytest.raises(NotAllowedError):
            publish(draft)
    rows = pd.DataFrame({"recipient": [code, "power"], "as_of": "2026"})
    in_force(monkeypatch, communes={"xa": [code]})
    with pytest.raises(NotAllowedError, match="power"):
        limits.require_rows(limited, base, {"form_answers": rows})


def test_a_cluster_whose_outline_reaches_into_a_commune_is_of_it_but_not_by_a_drawing():
    land = gpd.GeoDataFrame(FACTS["communes"], geometry=[shapely.Point(0, 0)] * 148, crs=4326)
    land.loc[0, "geometry"] = shapely.box(105, 21, 105.1, 21.1)
    outline = gpd.GeoDataFrame({"cluster_id": [OTHER]}, geometry=[shapely.box(105, 21, 106, 22)])
    tables = {**FACTS, "communes": land, "outlines": outline.set_crs(4326)}
    code = frozenset({land["code"][0]})
    assert OTHER in limits._clusters_in(tables, code, exact="reference")
    assert OTHER not in limits._clusters_in(tables, code, exact="schematic")


# ---- the file ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('publish = "ba"', 1, "two"),
        ('\n[communes]\nlan = ["850"]', 3, "5"),
        ('\n[communes]\nai-do = ["08500"]', 2, "editor"),
        ('\n[communes]\nhoa = ["08500"]', 2, "editor"),
    ],
)
def test_a_mistake_in_the_limits_is_told_with_its_line(tmp_path, text, line, told):
    path = tmp_path / "phan-quyen.toml"
    ways = f'\n[proxy]\nsecret = "{"p" * 40}"\n[people]\nlan = "editor"\nhoa = "administrator"\n'
    path.write_text(text + ways, encoding="utf-8")
    with pytest.raises(WrongUseError) as refused:
        load(path)
    assert f"dòng {line}:" in refused.value.message()
    assert told in refused.value.message()
