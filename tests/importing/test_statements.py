"""A file of statements: out and in is the same, and what cannot be said is refused by its row."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from facttables import fact_tables
from pandas.testing import assert_frame_equal

from lib.importing import bring, entering, stating
from lib.importing.draft import Options
from lib.importing.entering import Source
from lib.language.text import LANGS, today
from lib.reports.alldata import everything
from lib.reports.alldata.workbook import in_words
from lib.store.store import Act, Store, Table
from lib.tables import export
from lib.tables.glossary import label
from lib.tables.statements.record import NAME, Statement, statements_of

FACTS = fact_tables()
HOSTILE = '=HYPERLINK("http://a";"b") <img src=x onerror=alert(1)>'
CONCLUSION = {
    "source_url": "file:hop.csv",
    "as_of": "2026-11-12",
    "conclusion_id": "KL-1",
    "date": "2026-11-12",
    "document_no": None,
    "cluster_id": "HB-025",
    "commune_code": None,
    "agency": "UBND xã Chí Tiên",
    "task": HOSTILE,
    "due": "2026-12-31",
    "done": None,
    "done_document": None,
    "status": "decided",
    "note": None,
}


def first_of(folder) -> Store:
    """Return a store with the facts and nothing entered."""
    square = [shapely.box(105, 21, 105.1, 21.1)] * len(FACTS["communes"])
    tables = FACTS | {"communes": gpd.GeoDataFrame(FACTS["communes"], geometry=square, crs=4326)}
    store = Store(folder)
    published = {name: Table(frame, "data/facts", "2026") for name, frame in tables.items()}
    store.publish(published, Act("prepare"), border_quality="schematic")
    return store


def brought(store: Store, kind: str, content: bytes, name: str = "tất cả.xlsx"):
    """Import a file; return what it would change, published if it changes anything."""
    folder = store.folder.parent / "tệp"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    base = store.current()
    draft = bring.draft_of([(folder / name, name)], Options(kind, today().isoformat()), base)
    if not draft.refused and draft.changes:
        files = {name: content}
        bring.publish(store, draft, base=base, files=files, who="An", confirmed=True)
    return draft


def said(store: Store, *words: Statement) -> None:
    base = store.current()
    stated = stating.settled(stating.tables_of(base), words)
    stating.publish(store, stated, base=base, who="An")


def entered(store: Store) -> None:
    """Have values said, chosen and withdrawn, entries added, merged and taken out."""
    table = export.to_csv(in_words("conclusions", pd.DataFrame([CONCLUSION]), "vi"))
    assert not brought(store, "conclusions", table, "họp.csv").refused
    source = Source("Họp 12/11", "2026-11-12", "12/QĐ-UBND", HOSTILE, chosen=True)
    subjects = {
        ("clusters", "HB-025", "area_ha"): "69,42",
        ("clusters", "HB-025", "investor"): HOSTILE,
        ("clusters", "HB-026", "legal_status"): "established",
        ("conclusions", "KL-1", "due"): "2027-01-15",
        ("assignments", "VP-002/09043", "status"): "decided",
        ("substations", FACTS["substations"]["substation_id"].iloc[0], "capacity_mva"): "40",
    }
    said(store, *entering.words_of(subjects, source, "Lan"))
    other = replace(source, source="Báo", document_no="", note="", chosen=False)
    said(store, *entering.words_of({("clusters", "HB-025", "area_ha"): "75"}, other, "Lan"))
    tables = stating.tables_of(store.current())
    told = {"name": "Cụm mới", "former_province": "Hòa Bình", "area_ha": "40,5"}
    said(store, *entering.entry_added(tables, (), told, source, "Lan"))
    station = ("substations", FACTS["substations"]["substation_id"].iloc[0], "capacity_mva")
    said(store, *entering.act_on(tables, station, "40.0", replace(source, note="ghi nhầm"), "Lan"))
    gone = entering.act_on(tables, ("clusters", "PT-022", "cluster_id"), "PT-001", source, "Lan")
    said(store, *gone)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> tuple[Store, bytes]:
    """Return a store where all of it was entered, and its download."""
    store = first_of(tmp_path_factory.mktemp("office") / "kho")
    entered(store)
    return store, everything.everything(store.current(), "xlsx", "vi")


def test_what_is_entered_goes_out_and_comes_in_the_same(office):
    store, content = office
    now = store.current()
    for kind in (NAME, "conclusions"):
        draft = brought(store, kind, content)
        assert [f.message() for f in draft.findings if f.level != "note"] == []
        assert not draft.changes
        assert_frame_equal(draft.tables[kind], now.read(kind))
    table = export.to_csv(in_words(NAME, now.read(NAME), "en"), excel=True)
    draft = brought(store, NAME, table, "nguồn.csv")
    assert not draft.changes
    given = {"base": now, "files": {"nguồn.csv": table}, "who": "An", "confirmed": True}
    assert bring.publish(store, draft, **given).snapshot_id == now.snapshot_id
    assert store.current().snapshot_id == now.snapshot_id


def test_what_is_entered_comes_into_another_store_the_same(office, tmp_path):
    first, content = office
    there, second = first.current(), first_of(tmp_path / "kho")
    base = stating.tables_of(second.current())
    draft = brought(second, NAME, content)
    assert {f.key for f in draft.of("refused")} == {
        "statements.entry_by_hand",  # the register of the second has other entries
        "statements.unknown_row",
        "statements.unknown_table",
    }
    gone = entering.act_on(
        base, ("clusters", "PT-022", "cluster_id"), "PT-001", Source("x", "2026", note="y"), "An"
    )
    said(second, *gone)
    for kind in ("clusters", "conclusions", NAME):
        assert [f.message() for f in brought(second, kind, content).of("refused")] == []
    now = second.current()
    for table in ("clusters", "conclusions", "assignments", "substations"):
        assert_frame_equal(now.read(table), there.read(table), check_like=True)
    told = [
        {one for one in statements_of(tables.read(NAME)) if one.source_url != "x"}
        for tables in (now, there)
    ]
    assert told[0] == told[1]


GOOD = {
    "table": "clusters",
    "id": "HB-025",
    "field": "area_ha",
    "value": "40.5",
    "strength": "official",
    "state": "in_use",
    "source_url": "Biên bản",
    "as_of": "2026-11-12",
}


@pytest.mark.parametrize(
    ("wrong", "column", "key"),
    [
        ({"table": "cum"}, "table", "statements.unknown_table"),
        ({"id": "XX-999"}, "id", "statements.unknown_row"),
        ({"field": "dien_tich"}, "field", "statements.unknown_column"),
        ({"field": "area_ha", "value": "rộng"}, "value", "cells.not_a_number"),
        ({"field": "area_ha", "value": "inf"}, "value", "cells.not_a_number"),
        ({"field": "area_ha", "value": "900"}, "area_ha", "registers.out_of_range"),
        ({"field": "legal_status", "value": "lạ"}, "value", "cells.not_a_code"),
        ({"field": "legal_status", "value": "unknown"}, "value", "statements.blank"),
        ({"value": None}, "value", "schemas.blank"),
        ({"as_of": "2062-11-12"}, "as_of", "data.day_to_come"),
        ({"when": "2062-11-12T00:00:00+00:00"}, "when", "data.day_to_come"),
        ({"state": "withdrawn"}, "reason", "statements.no_reason"),
        ({"field": "cluster_id", "value": "PT-001"}, "id", "statements.entry_by_hand"),
        (
            {"table": "assignments", "id": "VP-002/09043", "field": "note", "value": HOSTILE[:0]},
            "value",
            "schemas.blank",
        ),
    ],
)
def test_a_statement_that_cannot_be_is_refused_by_its_row(known, wrong, column, key):
    store, before = known, known.current().snapshot_id
    rows = pd.DataFrame([GOOD, GOOD | {"field": "investor", "value": "Công ty A"} | wrong])
    draft = brought(store, NAME, export.to_csv(rows), "nguồn.csv")
    (refused,) = draft.of("refused")
    title = label("clusters" if column == "area_ha" else NAME, column)
    assert (refused.key, refused.row) == (key, 3)
    assert refused.column in (column, title)
    assert all(refused.message(lang) for lang in LANGS)
    assert store.current().snapshot_id == before


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Store:
    return first_of(tmp_path_factory.mktemp("said") / "kho")


def test_numbers_and_words_are_read_as_cells_and_the_rule_chooses(known):
    before = known.current()
    rows = [
        GOOD | {"value": "40,5"},
        GOOD | {"field": "legal_status", "value": "Đã thành lập"},
        GOOD | {"value": "60", "source_url": "QĐ", "document_no": "1/QĐ-UBND", "state": "kept"},
    ]
    draft = brought(known, NAME, export.to_csv(pd.DataFrame(rows)), "nguồn.csv")
    assert [f.message() for f in draft.of("refused")] == []
    now = known.current().read("clusters").set_index("cluster_id").loc["HB-025"]
    assert (now["area_ha"], now["legal_status"]) == (60.0, "established")
    stays = bring.draft_of(
        [(known.folder.parent / "tệp" / "nguồn.csv", "nguồn.csv")],
        Options(NAME, "2026-11-12", replace=True),
        known.current(),
    )
    assert [f.key for f in stays.findings] == ["statements.stay"]
    known.restore(before.snapshot_id, who="An")
