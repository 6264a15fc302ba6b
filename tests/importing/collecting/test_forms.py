"""Forms sent and brought back: what nobody touched is nothing, the rest is the recipient's word."""

import datetime as dt
import io
import zipfile
from functools import cache

import openpyxl
import pandas as pd
import pytest
from facttables import fact_tables

from lib.importing import bring
from lib.importing.collecting import asked, book, sending
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, WrongUseError
from lib.register.clusters import register
from lib.store.store import Act, Store, Table
from lib.tables.collecting import POWER, parts_of
from lib.tables.statements.say import said

FACTS = fact_tables()
CLUSTERS = register(FACTS)
EVERYONE = {one.code: one for one in asked.recipients(FACTS, CLUSTERS)}
SNAPSHOT = "20261101T000000Z-0123456789ab"
MADE = dt.date(2025, 11, 1)
SHEET = "Cụm công nghiệp"
PART = parts_of("")[0]
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x","y")',
    "[x](javascript:alert(1))",
    "'=1+1",
    "-5 kV",
)


def two_of_one_district() -> tuple[str, str, str]:
    """Return a cluster whose commune nobody knows, and two communes that are asked of it."""
    for row in CLUSTERS.to_dict("records"):
        code = row["cluster_id"]
        of = [one.code for one in EVERYONE.values() if code in one.rows.get("clusters", ())]
        if not row["commune_codes"] and len(of) > 1:
            return code, of[0], of[1]
    raise AssertionError


CLUSTER, FIRST, SECOND = two_of_one_district()


@cache
def sent(code: str) -> bytes:
    return sending.form(FACTS, SNAPSHOT, code, made=MADE)


def filled(code: str, cells: dict, *, day: str = "20/11/2025", content: bytes | None = None):
    """Return a form with cells filled in: (row key, column) -> what is typed."""
    made = openpyxl.load_workbook(io.BytesIO(content or sent(code)))
    for part in parts_of(code):
        for (row_id, name), typed in cells.items():
            title = {"clusters": SHEET, "weak_supply": "Nơi điện yếu"}.get(part.table)
            if name not in part.columns or title not in made.sheetnames:
                continue
            sheet = made[title]
            rows = {sheet.cell(at, 1).value: at for at in range(4, sheet.max_row + 1)}
            if row_id in rows:
                sheet.cell(rows[row_id], 1 + part.columns.index(name)).value = typed
    made["Phiếu"].cell(17, 2).value = day
    return made


def draft_of(tmp_path, *books, base=FACTS, as_of="2025-11-21"):
    files = []
    for at, one in enumerate(books):
        path = tmp_path / f"phieu-{at}.xlsx"
        path.write_bytes(one) if isinstance(one, bytes) else one.save(path)
        files.append((path, path.name))
    contents, unreadable = bring.read_all(files)
    return bring.check(contents, Options("forms", as_of), base, unreadable=unreadable)


def keys(draft) -> list[str]:
    return [one.key for one in draft.findings if one.level in ("refused", "ask")]


def in_use(draft, row: str, field: str):
    return said({**FACTS, **draft.tables}, "clusters", row)[field]


def test_what_is_sent_and_comes_back_untouched_is_nothing_but_an_answer(tmp_path):
    busiest = max((o for o in EVERYONE.values() if o.code != POWER), key=lambda one: one.count)
    weak = next(o for o in EVERYONE.values() if o.rows.get("weak_supply") and o.code != POWER)
    codes = {POWER, busiest.code, weak.code}
    draft = draft_of(tmp_path, *(filled(code, {}) for code in codes), *map(sent, [FIRST]))
    assert keys(draft) == []
    assert set(draft.tables) == {"form_answers"}
    rows = draft.tables["form_answers"]
    assert set(rows["recipient"]) == codes | {FIRST}
    assert list(rows["new_values"]) == [0] * 4
    days = dict(zip(rows["recipient"], rows["as_of"], strict=True))
    assert days.pop(FIRST) == "2025-11-21", "a form that names no day"
    assert set(days.values()) == {"2025-11-20"}
    assert set(rows["sent"]) == {MADE.isoformat()}


def test_hostile_texts_go_out_and_come_back_as_the_same_text(tmp_path):
    clusters = FACTS["clusters"].copy()
    own = EVERYONE[FIRST].rows["clusters"]
    for at, text in zip(own, [*HOSTILE] * 3, strict=False):
        for name in ("name", "investor", "decision_no"):
            clusters.loc[clusters["cluster_id"] == at, name] = text
    clusters["source_url"] = "https://x/<img/src=x/onerror=alert(1)>"
    base = {**FACTS, "clusters": clusters}
    content = sending.form(base, SNAPSHOT, FIRST, made=MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        written = b"".join(map(packed.read, packed.namelist()))
    assert b"<f>" not in written
    assert b"<hyperlink" not in written
    assert keys(draft_of(tmp_path, content, base=base)) == []
    typed = {(row, "investor"): f"Công ty {text}" for row, text in zip(own, HOSTILE, strict=False)}
    draft = draft_of(tmp_path, filled(FIRST, typed, content=content), base=base)
    assert keys(draft) == []
    for (row, name), text in typed.items():
        found = said({**base, **draft.tables}, "clusters", row)[name]
        assert text in {found.value, *(one.value for one in found.others)}


def test_five_clusters_filled_in_are_placed_in_one_act_and_undone(tmp_path):
    store = Store(tmp_path / "kho")
    tables = {name: Table(frame, "data/facts", "2026") for name, frame in FACTS.items()}
    before = store.publish(tables, Act("prepare"), border_quality="schematic")
    units = FACTS["former_units"]
    books, named = [], {}
    for row in CLUSTERS[~CLUSTERS["commune_codes"].map(bool)].to_dict("records"):
        code = next(iter(row["district_codes"]), "")
        own = units[(units["new_code"] == code) & (units["province"] == row["former_province"])]
        asked_of = EVERYONE[code].rows.get("clusters", ()) if code else ()
        if row["cluster_id"] in asked_of and len(named) < 5 and len(own):
            old = f"{own['kind'].iloc[0]} {own['name'].iloc[0]}"
            books.append(filled(code, {(row["cluster_id"], "former_communes"): old}))
            named[row["cluster_id"]] = old
    assert len(named) == 5
    draft = draft_of(tmp_path, *books, base=bring.tables_of(before))
    refused = [one.message() for one in draft.of("refused")]
    assert refused == [], refused
    made = bring.publish(store, draft, base=before, files={"a": b"x"}, who="An", confirmed=True)
    now = register(bring.tables_of(made)).set_index("cluster_id")
    assert all(now.loc[code, "commune_codes"] for code in named)
    told = said(bring.tables_of(made), "clusters", next(iter(named)))["former_communes"]
    assert told.source.startswith("Phiếu thu thập, ")
    assert told.source.endswith(", 20/11/2025")
    answered = sending.status(sending.tables_of(made), register(bring.tables_of(made)))
    assert {one.day for one in answered[: len(set(map(id, books)))]} >= {"2025-11-20"}

    again = draft_of(tmp_path, *books, base=bring.tables_of(made))
    assert not again.changes, "what is in use already is nothing new"
    undone = store.restore(before.snapshot_id, who="An")
    assert "form_answers" not in undone.manifest.tables
    assert undone.read("clusters").equals(FACTS["clusters"])


@pytest.mark.parametrize(
    ("name", "typed", "key"),
    [
        ("area_ha", "nhiều", "cells.not_a_number"),
        ("area_ha", 9_999, "registers.out_of_range"),
        ("enterprises", 1.5, "cells.not_whole"),
        ("wastewater", "sạch", "cells.not_a_code"),
        ("handover_date", "32/01/2026", "cells.not_a_date"),
        ("name", "Tên khác", "collect.locked"),
        ("cluster_id", "XX-999", "collect.foreign_row"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_its_place(tmp_path, name, typed, key):
    draft = draft_of(tmp_path, filled(FIRST, {(CLUSTER, name): typed}))
    found = next(one for one in draft.of("refused") if one.key == key)
    assert draft.tables == {}
    assert found.row is not None
    assert found.column
    assert "phieu-0.xlsx" in found.message()


def swapped(made):
    sheet = made[SHEET]
    for row in range(3, sheet.max_row + 1):
        a, b = sheet.cell(row, 5), sheet.cell(row, 8)
        a.value, b.value = b.value, a.value


def renamed(made):
    made[SHEET].cell(3, 5).value = "Diện tích mới"


def wider(made):
    made[SHEET].cell(4, 30).value = "ghi thêm"


def shorter(made):
    made[SHEET].delete_rows(4)


def sheetless(made):
    made[SHEET].title = "Trang khác"


def unmarked(made):
    del made["_phieu"]


def later(made):
    made["Phiếu"].cell(17, 2).value = "01/01/2099"


def another_version(made):
    made["_phieu"].cell(1, 2).value = "2"


def anothers(made):
    made["_phieu"].cell(1, 3).value = "99999"


def forged(made):
    """Claim that the form was sent with a cluster it was not sent with."""
    other = next(
        code for code in CLUSTERS["cluster_id"] if not EVERYONE[FIRST].may_say("clusters", code)
    )
    sheet, hidden = made[SHEET], made["_phieu"]
    row = CLUSTERS[CLUSTERS["cluster_id"] == other].iloc[0]
    at, last = sheet.max_row + 1, hidden.max_row + 1
    for place, name in enumerate(PART.columns):
        text = row[name] if name in ("cluster_id", "name") else None
        sheet.cell(at, place + 1).value = text
        for column, value in enumerate(("clusters", other, name, text), start=1):
            hidden.cell(last + place, column).value = value
    sheet.cell(at, 1 + PART.columns.index("investor")).value = "Công ty X"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (swapped, "collect.moved"),
        (renamed, "collect.moved"),
        (wider, "collect.foreign_row"),
        (shorter, "collect.row_missing"),
        (sheetless, "collect.sheet_gone"),
        (unmarked, "collect.no_form"),
        (later, "collect.bad_day"),
        (another_version, "collect.other_version"),
        (anothers, "collect.nobody"),
        (forged, "collect.not_theirs"),
    ],
)
def test_a_form_that_is_not_as_it_was_sent_is_refused(tmp_path, change, key):
    made = filled(FIRST, {(CLUSTER, "area_ha"): 12})
    change(made)
    draft = draft_of(tmp_path, made)
    assert key in [one.key for one in draft.of("refused")]
    assert draft.tables == {}


def test_an_emptied_cell_takes_nothing_away_and_a_known_value_is_told_with_what_it_was(tmp_path):
    row = CLUSTERS[CLUSTERS["area_ha"].notna() & CLUSTERS["commune_codes"].map(bool)].iloc[0]
    code, commune = row["cluster_id"], row["commune_codes"][0]
    emptied = draft_of(tmp_path, filled(commune, {(code, "area_ha"): None}))
    assert next(one.key for one in emptied.of("note")) == "collect.emptied"
    assert set(emptied.tables) == {"form_answers"}
    draft = draft_of(tmp_path, filled(commune, {(code, "area_ha"): "12,5"}))
    told = next(one for one in draft.findings if one.key == "collect.changed")
    assert "12,5" in told.message()
    assert 12.5 in {
        in_use(draft, code, "area_ha").value,
        *(float(one.value) for one in in_use(draft, code, "area_ha").others),
    }


def test_what_others_changed_meanwhile_is_asked_and_what_they_said_the_same_is_nothing(tmp_path):
    clusters = FACTS["clusters"].copy()
    clusters.loc[clusters["cluster_id"] == CLUSTER, "investor"] = "Công ty B"
    base = {**FACTS, "clusters": clusters}
    draft = draft_of(tmp_path, filled(FIRST, {(CLUSTER, "investor"): "Công ty A"}), base=base)
    assert keys(draft) == ["collect.meanwhile"]
    assert "Công ty B" in draft.of("ask")[0].message()
    same = draft_of(tmp_path, filled(FIRST, {(CLUSTER, "investor"): "Công ty B"}), base=base)
    assert set(same.tables) == {"form_answers"}


def test_two_communes_that_differ_are_asked_and_one_that_differs_from_itself_is_refused(tmp_path):
    one = filled(FIRST, {(CLUSTER, "investor"): "Công ty A"})
    other = filled(SECOND, {(CLUSTER, "investor"): "Công ty B"})
    draft = draft_of(tmp_path, one, other)
    assert keys(draft) == ["collect.differ"]
    found = in_use(draft, CLUSTER, "investor")
    assert {found.value, *(o.value for o in found.others)} == {"Công ty A", "Công ty B"}
    twice = draft_of(tmp_path, one, filled(FIRST, {(CLUSTER, "investor"): "Công ty C"}))
    assert keys(twice) == ["collect.twice"]


def test_an_old_form_after_a_newer_one_is_asked_and_not_used(tmp_path):
    first = draft_of(tmp_path, filled(FIRST, {(CLUSTER, "investor"): "Mới"}, day="20/11/2025"))
    base = {**FACTS, **first.tables}
    draft = draft_of(
        tmp_path, filled(FIRST, {(CLUSTER, "investor"): "Cũ"}, day="05/11/2025"), base=base
    )
    assert set(keys(draft)) == {"collect.older", "collect.meanwhile"}
    assert in_use(draft, CLUSTER, "investor").value == "Mới"
    assert "importing.value_kept" in [one.key for one in draft.of("note")]
    assert len(draft.tables["form_answers"]) == 2


def test_a_name_that_leads_nowhere_is_asked(tmp_path):
    draft = draft_of(tmp_path, filled(FIRST, {(CLUSTER, "former_communes"): "xã Không Có"}))
    assert keys(draft) == ["collect.name_unsure"]


def test_a_list_offers_the_codes_of_a_column_and_everything_else_is_locked():
    made = openpyxl.load_workbook(io.BytesIO(sent(FIRST)))
    sheet = made[SHEET]
    assert all(made[name].protection.sheet for name in made.sheetnames)
    assert all(made[name].protection.password is None for name in made.sheetnames)
    rules = {
        PART.columns[next(iter(rule.sqref.ranges)).min_col - 1]: rule
        for rule in sheet.data_validations.dataValidation
    }
    letters = rules["wastewater"].formula1.rpartition("!")[2].replace("$", "")
    offered = [cell.value for (cell,) in made["_danhmuc"][letters]]
    assert len(offered) > 1
    assert "chưa rõ" not in offered
    assert (rules["area_ha"].type, rules["enterprises"].type) == ("decimal", "whole")
    locked = {name: sheet.cell(4, 1 + at).protection.locked for at, name in enumerate(PART.columns)}
    assert {name for name, shut in locked.items() if not shut} == set(PART.asked)
    blank = CLUSTERS.set_index("cluster_id").loc[CLUSTER]
    assert pd.isna(blank["former_communes"])
    assert sheet.conditional_formatting


def test_all_forms_are_one_archive_the_same_each_time_and_nobody_is_asked_in_vain():
    packed, count, _ = sending.forms(FACTS, SNAPSHOT, [FIRST, SECOND], power=True, made=MADE)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [
            book.file_name(EVERYONE[code]) for code in (FIRST, SECOND, POWER)
        ]
    assert count == 3
    assert packed == sending.forms(FACTS, SNAPSHOT, [FIRST, SECOND], power=True, made=MADE)[0]
    idle = next(one.code for one in EVERYONE.values() if not one.count)
    with pytest.raises(DataRefusedError):
        sending.forms(FACTS, SNAPSHOT, [idle], made=MADE)
    with pytest.raises(WrongUseError):
        sending.forms(FACTS, SNAPSHOT, ["1"], made=MADE)


def test_every_cluster_that_is_there_is_asked_of_somebody_or_named():
    lost = set(asked.unasked(list(EVERYONE.values()), CLUSTERS))
    rows = {row for one in EVERYONE.values() for row in one.rows.get("clusters", ())}
    gone = (CLUSTERS["legal_status"] == "withdrawn") | (CLUSTERS["operation_status"] == "withdrawn")
    assert rows | lost == set(CLUSTERS.loc[~gone, "cluster_id"])
    assert not rows & lost
