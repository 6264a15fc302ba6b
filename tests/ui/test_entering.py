"""Values entered on the page, their draft, one act, and the list of what is to be done."""

import datetime as dt
import io
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import streamlit as st
from clones import data_of
from streamlit.testing.v1 import AppTest

from lib.access import acts, roles
from lib.access.policy import Policy
from lib.importing.apart import sandbox
from lib.importing.collecting import sending
from lib.importing.collecting.asked import recipients
from lib.importing.draft import Options
from lib.language.text import t
from lib.register.clusters import register
from lib.settings import settings
from lib.store import audit, brought, pending
from lib.store.store import Store
from lib.tables.collecting import parts_of
from lib.tables.glossary import value_label

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1))"
OIDC = {
    "server_metadata_url": "https://sso.example.vn/.well-known/openid-configuration",
    "client_id": "map",
    "client_secret": "x",
    "redirect_uri": "https://map.example.vn/oauth2callback",
    "cookie_secret": "c" * 40,
}
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def data(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store and its static files."""
    return data_of(schematic_clone, tmp_path_factory.mktemp("entered"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, data: Path) -> Open:
    """Return how to open the page on data at a tab."""
    monkeypatch.setenv("PHUTHO_STORE", str(data / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(data / "static"))
    settings.cache_clear()

    def start(who: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        if who:
            now = time.time()
            app.user = {"is_logged_in": True, "email": f"{who}@so.vn", "name": who}
            app.user |= {"exp": now + 3600, "iat": now}
        app.query_params.update(query)
        app.run()
        app.switch_page(str(ROOT / "pages" / "data.py"))
        app.query_params.update(query)
        app.run()
        assert list(app.exception) == []
        return app

    yield start
    settings.cache_clear()
    st.cache_resource.clear()


def said(app: AppTest) -> str:
    """Return all words of the page."""
    parts = (app.markdown, app.caption, app.info, app.success, app.warning, app.error)
    return "\n".join(one.value for kind in parts for one in kind).replace("\u00a0", " ")


def unplaced(store: Store) -> list[dict]:
    """Return five clusters whose former communes nobody has said, each with an old name for it."""
    current = store.current()
    tables = {name: current.read(name) for name in ("clusters", "former_units", "ended_units")}
    tables["communes"] = current.read_geo("communes")
    rows = register(tables)
    there = rows["former_communes"].isna() & rows["former_district"].notna()
    rows = rows[there & (rows["legal_status"] != "withdrawn")]
    found = []
    for row in rows.to_dict("records"):
        units = tables["former_units"]
        named = units[
            (units["district"].str.endswith(str(row["former_district"]).removeprefix("huyện ")))
            & (units["province"] == row["former_province"])
        ]
        if len(named):
            unit = named.iloc[0]
            found.append({"id": row["cluster_id"], "old": f"{unit['kind']} {unit['name']}"})
    return found[:5]


def fill(app: AppTest, *, source: str, who: str = "Lan") -> AppTest:
    app.text_input(key="enter_source").set_value(source)
    app.text_input(key="enter_who").set_value(who)
    return app.run()


def press(app: AppTest, words: str) -> AppTest:
    """Press a button by what it says."""
    (button,) = [one for one in app.button if one.label == words]
    button.click().run()
    assert list(app.exception) == []
    return app


def test_five_clusters_are_placed_in_one_act_and_that_is_undone(opened: Open, data: Path):
    store = Store(data / "store")
    before = store.current()
    acts = len(audit.events(store.folder))
    five = unplaced(store)
    assert len(five) == 5
    app = opened(tab="enter")
    app.multiselect(key="enter_clusters").set_value([one["id"] for one in five])
    app.multiselect(key="enter_fields").set_value(["former_communes"]).run()
    for one in five:
        app.text_input(key=f"enter-{one['id']}-former_communes").set_value(one["old"])
    fill(app, source="Biên bản họp 28/11/2026")
    assert said(app).count(" → ") >= 5, "each old name says what it is today"
    app.button(key="enter_keep").click().run()
    assert len(pending.every(store)) == 5
    assert store.current().snapshot_id == before.snapshot_id

    again = opened(tab="enter", sel=f"clusters:{five[0]['id']}")  # another browser
    assert t("enter.waits", value=five[0]["old"], source="Biên bản họp 28/11/2026", who="Lan") in (
        said(again)
    )
    assert "Biên bản họp 28/11/2026" in again.dataframe[0].value.to_string()
    again.text_input(key="enter_who").set_value("Hòa").run()
    again.button(key="enter_publish").click().run()
    assert list(again.exception) == []
    made = store.current()
    assert pending.every(store) == []
    log = audit.events(store.folder)
    assert (len(log), log[-1].action, log[-1].who) == (acts + 1, "fact", "Hòa")
    again.switch_page(str(ROOT / "pages" / "cross_commune.py")).run()
    assert list(again.exception) == []
    shown = "\n".join(frame.value.to_string() for frame in again.dataframe)
    names = made.read("clusters").set_index("cluster_id")["name"]
    assert all(str(names[one["id"]]) in shown for one in five)

    again.switch_page(str(ROOT / "pages" / "data.py"))
    again.query_params.update({"tab": "enter"})
    again.run()
    again.button(key="enter_undo").click().run()
    assert store.current().snapshot_id == before.snapshot_id
    assert len(audit.events(store.folder)) == acts + 2


def test_a_refusal_stands_at_its_box_and_the_rest_waits(opened: Open, data: Path):
    store = Store(data / "store")
    app = opened(tab="enter", sel="clusters:HB-025")
    assert app.multiselect(key="enter_clusters").value == ["HB-025"]
    app.text_input(key="enter-HB-025-area_ha").set_value("nhiều")
    app.text_input(key="enter-HB-025-investor").set_value(HOSTILE)
    app.text_input(key="enter_document").set_value(HOSTILE)
    app.text_input(key="enter_note").set_value(HOSTILE)
    app.checkbox(key="enter_chosen").check()
    fill(app, source=HOSTILE, who=HOSTILE)
    app.button(key="enter_keep").click().run()
    (error,) = app.error
    assert "nhiều" in error.value
    assert app.text_input(key="enter-HB-025-area_ha").value == "nhiều"
    assert app.text_input(key="enter-HB-025-investor").value == ""
    (word,) = pending.every(store)
    assert (word.value, word.source_url, word.who, word.reason) == (HOSTILE,) * 4
    assert "](javascript" not in said(app)
    assert "<img" not in said(app).replace("\\<img", "")
    app.multiselect(key="enter_remove").set_value([word.subject]).run()
    app.button(key="enter_do_remove").click().run()
    assert pending.every(store) == []


def asked(app: AppTest, act: str, *, who: str = "Lan", **boxes: str) -> AppTest:
    """Put an act on entries into the draft."""
    app.session_state["enter-acts"] = True
    app.run()
    app.segmented_control(key="act").set_value(act).run()
    for key, value in boxes.items():
        name = f"act-{key.replace('_', '-')}" if key in ("gone", "kept", "source", "why") else key
        box = next(one for one in (*app.text_input, *app.selectbox) if one.key == name)
        box.set_value(value)
    app.text_input(key="act-who").set_value(who)
    app.run()
    assert list(app.exception) == []
    return app.button(key="act-keep").click().run()


def test_entries_are_added_merged_and_taken_out_in_one_act(opened: Open, data: Path):
    store = Store(data / "store")
    before = store.current()
    app = opened(tab="enter")
    source = {"source": "Biên bản họp", "why": HOSTILE}
    made = {"act-name": HOSTILE, "act-former_province": "Hòa Bình", "act-area_ha": "40,5"}
    asked(app, "made", **source, **made)
    assert t("enter.act_kept") in said(app)
    assert "<img" not in said(app).replace("\\<img", "")
    asked(app, "merged", **source, gone="PT-022", kept="PT-001")
    asked(app, "withdrawn", **source, gone="PT-020")
    shown = app.dataframe[0].value.to_string()
    assert t("enter.waits_merged", value="PT-001") in shown
    assert t("enter.waits_withdrawn") in shown
    app.text_input(key="enter_publisher").set_value("Hòa").run()
    app.button(key="enter_publish").click().run()
    assert list(app.exception) == []
    now = store.current().read("clusters").set_index("cluster_id")
    assert {"PT-020", "PT-022"}.isdisjoint(now.index)
    assert now.iloc[-1]["name"] == HOSTILE
    assert pending.every(store) == []
    app.button(key="enter_undo").click().run()
    assert store.current().snapshot_id == before.snapshot_id


def test_the_pencil_of_a_card_leads_to_the_form_of_each_value(opened: Open, data: Path):
    store = Store(data / "store")
    app = opened(tab="use")
    app.session_state["sel"] = "clusters:HB-025"
    app.switch_page(str(ROOT / "pages" / "clusters.py")).run()
    app.button(key="pencil").click().run()
    assert list(app.exception) == []
    lines = [str(one.key) for one in app.button if str(one.key).startswith("pencil-")]
    assert {"pencil-former_communes", "pencil-area_ha", "pencil-investor"} <= set(lines)
    app.button(key="pencil-investor").click().run()
    assert list(app.exception) == []
    app.text_input(key="enter-HB-025-investor").set_value("Công ty B")
    fill(app, source="Biên bản họp")
    app.button(key="enter_keep").click().run()
    assert list(app.exception) == []
    assert t("enter.waits", value="Công ty B", source="Biên bản họp", who="Lan") in said(app)
    (word,) = pending.every(store)
    assert (word.subject, word.value) == (("clusters", "HB-025", "investor"), "Công ty B")
    pending.drop(store, [word])


def test_what_two_persons_and_limits_ask_for_is_on_the_page(
    opened: Open, monkeypatch: pytest.MonkeyPatch, data: Path
):
    people = {"sua@so.vn": "editor", "xa@so.vn": "editor", "qt@so.vn": "administrator"}
    given = {"people": people, "oidc": OIDC, "publish": "two", "communes": {"xa@so.vn": ["08500"]}}
    monkeypatch.setattr(roles, "policy", lambda: Policy.model_validate(given))
    store = Store(data / "store")
    app = opened("sua", tab="enter", sel="clusters:HB-025")
    app.text_input(key="enter-HB-025-investor").set_value("Công ty B")
    app.text_input(key="enter_source").set_value("Biên bản họp").run()
    app.button(key="enter_keep").click().run()
    assert app.button(key="enter_publish").disabled
    assert t("access.need_approve") in said(app)
    assert t("brought.how") in said(opened("sua", tab="import"))
    app = opened("xa", tab="enter", sel="clusters:HB-025")
    assert t("enter.not_yours", count="1") in said(app)
    app.text_input(key="enter-HB-025-area_ha").set_value("40")
    app.text_input(key="enter_source").set_value("Biên bản họp").run()
    app.button(key="enter_keep").click().run()
    assert "HB\\-025" in app.error[0].value
    assert len(pending.every(store)) == 1
    app = opened("qt", tab="enter")
    assert not app.button(key="enter_publish").disabled
    pending.drop(store, pending.every(store))


def test_a_file_goes_into_the_draft_and_the_second_person_publishes_it(
    opened: Open, monkeypatch: pytest.MonkeyPatch, data: Path
):
    people = {"sua@so.vn": "editor", "qt@so.vn": "administrator"}
    given = {"people": people, "oidc": OIDC, "publish": "two"}
    monkeypatch.setattr(roles, "policy", lambda: Policy.model_validate(given))
    store = Store(data / "store")
    before = store.current()
    content = "Mã cụm;Diện tích (ha)\nHB-025;40,5\n".encode()
    app = opened("sua", tab="import")
    app.selectbox(key="import_kind").set_value("clusters").run()
    app.file_uploader(key="import_files").set_value([(f"{HOSTILE[:20]}.csv", content, "text/csv")])
    app.run()
    press(app, t("data.do_check"))
    press(app, t("data.to_publish"))
    app.button(key="brought-keep").click().run()
    assert t("brought.kept") in said(app)
    assert store.current().snapshot_id == before.snapshot_id
    app = opened("qt", tab="import")
    assert "<img" not in said(app).replace("\\<img", "")
    (open_it,) = [one for one in app.button if str(one.key).startswith("brought-open-")]
    open_it.click().run()
    press(app, t("data.to_publish"))
    assert "sua" in said(app)
    press(app, t("data.do_publish"))
    made = store.current()
    area = made.read("clusters").set_index("cluster_id")["area_ha"]
    assert area["HB-025"] == 40.5
    assert [file.name for file in made.manifest.files] == [f"{HOSTILE[:20]}.csv"]
    assert brought.every(store) == []
    store.restore(before.snapshot_id, who="qt")


def test_many_values_are_entered_in_one_table(opened: Open, data: Path):
    store = Store(data / "store")
    before = store.current()
    ids = ["HB-025", "HB-026"]
    app = opened(tab="enter")
    app.segmented_control(key="enter_as").set_value("table").run()
    assert len(app.data_editor[0].value) == len(before.read("clusters")), "all, unless some are"
    app.multiselect(key="enter_clusters").set_value(ids)
    app.multiselect(key="enter_fields").set_value(["name", "area_ha", "legal_status"]).run()
    (table,) = app.data_editor
    established = value_label("legal_status", "established")
    edits = {0: {"area_ha": "40,5", "legal_status": established}, 1: {"area_ha": "nhiều"}}
    app.session_state[table.key] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
    fill(app, source="Biên bản họp")
    app.button(key="enter_keep").click().run()
    assert list(app.exception) == []
    waits = {(word.id, word.field): word.value for word in pending.every(store)}
    assert waits == {("HB-025", "area_ha"): "40.5", ("HB-025", "legal_status"): "established"}
    (error,) = app.error
    assert "HB\\-026" in error.value
    assert "nhiều" in error.value
    again = opened(tab="enter", sel="clusters:HB-025")
    again.segmented_control(key="enter_as").set_value("table").run()
    shown = again.data_editor[0].value.to_string().replace("\u00a0", " ")
    assert "40,5 ha" in shown, "the second sees the first\x27s"
    pending.drop(store, pending.every(store))


def test_old_names_are_offered_as_they_are_typed(opened: Open):
    app = opened(tab="enter", sel="clusters:PT-001")
    box = "enter-PT-001-former_communes"
    app.text_input(key=box).set_value("xã gì đó; an dao").run()
    hit = next(one for one in app.button if str(one.key).startswith(f"{box}-hit"))
    hit.click().run()
    first, second = app.text_input(key=box).value.split(";")
    assert first == "xã gì đó"
    assert second.startswith("xã ")


def test_a_line_of_the_list_opens_its_form(opened: Open):
    app = opened(tab="todo")
    app.multiselect(key="todo_kinds").set_value(["contradictory"]).run()
    assert app.get("progress")[0].proto.text.startswith(t("todos.known_all"))
    app.button(key="todo-0").click().run()
    assert list(app.exception) == []
    (cluster,) = app.multiselect(key="enter_clusters").value
    (field,) = app.multiselect(key="enter_fields").value
    assert cluster, field
    assert t("enter.other", value="\0", source="", date="").split("\0")[0] in said(app)


def test_a_viewer_reads_the_list_and_has_no_form(opened: Open, monkeypatch: pytest.MonkeyPatch):
    given = {"people": {"xem@so.vn": "viewer"}, "oidc": OIDC}
    monkeypatch.setattr(roles, "policy", lambda: Policy.model_validate(given))
    app = opened("xem", tab="todo")
    assert [one.key for one in app.button if str(one.key).startswith("todo-")] == []
    assert "· " in said(app)
    app = opened("xem", tab="enter")
    assert [one.key for one in app.multiselect if one.key == "enter_clusters"] == []
    assert [one.key for one in app.button if str(one.key).startswith("enter")] == []


def test_five_clusters_are_placed_by_filled_forms_and_the_tab_says_who_answered(
    opened: Open, data: Path, tmp_path: Path
):
    store = Store(data / "store")
    before = store.current()
    tables = sending.tables_of(before)
    everyone = recipients(tables, register(tables))
    place = 1 + parts_of("")[0].columns.index("former_communes")
    paths, answered = [], set()
    for one in unplaced(store):
        of = next(who for who in everyone if one["id"] in who.rows.get("clusters", ()))
        content = sending.form(tables, before.snapshot_id, of.code, made=dt.date(2025, 11, 1))
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[1]
        (row,) = [at for at in range(4, sheet.max_row + 1) if sheet.cell(at, 1).value == one["id"]]
        sheet.cell(row, place).value = one["old"]
        book["Phiếu"].cell(17, 2).value = f"{20 + len(paths)}/11/2025"
        path = tmp_path / f"{one['id']}.xlsx"
        book.save(path)
        paths.append((path, path.name))
        answered.add(of.name)
    draft = sandbox.draft_of(paths, Options("forms", "2025-11-30"), before)
    assert draft.of("refused") == []
    files = {name: path.read_bytes() for path, name in paths}
    given = {"base": before, "files": files, "typed": "Lan", "confirmed": True}
    made = acts.publish(roles.ALONE, store, draft, **given)
    app = opened(tab="collect")
    rows = app.dataframe[0].value
    told = rows[rows[t("collectpage.day")].str.endswith("/11/2025")]
    assert set(told[t("collectpage.place")]) == answered
    assert set(rows[t("collectpage.day")]) - set(told[t("collectpage.day")]) == {
        t("collectpage.not_yet")
    }
    app.button(key="form-in").click().run()
    assert app.selectbox(key="import_kind").value == "forms"
    app.switch_page(str(ROOT / "pages" / "cross_commune.py")).run()
    assert list(app.exception) == []
    shown = "\n".join(frame.value.to_string() for frame in app.dataframe)
    names = made.read("clusters").set_index("cluster_id")["name"]
    assert all(str(names[path.stem]) in shown for path, _ in paths)
    store.restore(before.snapshot_id, who="Lan")


def test_who_may_not_import_or_see_what_is_asked_has_no_way_to_it(
    opened: Open, monkeypatch: pytest.MonkeyPatch
):
    given = {"people": {"xem@so.vn": "viewer", "sua@so.vn": "editor"}, "oidc": OIDC}
    given |= {"restricted": ["substations"]}
    monkeypatch.setattr(roles, "policy", lambda: Policy.model_validate(given))
    app = opened("sua", tab="collect")
    assert [one.key for one in app.button if one.key == "form-in"] == []
    app = opened("sua", tab="import")
    assert "forms" not in app.selectbox(key="import_kind").options
