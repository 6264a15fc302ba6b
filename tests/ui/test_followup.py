"""The page that follows conclusions, and the form on it and on cards."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from apppages import html, opened
from clones import data_of
from streamlit.testing.v1 import AppTest

from lib.access import acts, limits, roles
from lib.access.roles import ALONE, Actor
from lib.importing.documents import Attachment
from lib.language.text import plain, t
from lib.settings import settings
from lib.store import brought
from lib.store.store import Store
from lib.ui import visitor

pytestmark = pytest.mark.xdist_group("pages")

HOSTILE = "**đậm** [x](javascript:y) <img src=x onerror=alert(1)>"
Open = Callable[..., AppTest]


@pytest.fixture
def folder(
    schematic_clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    folder = data_of(schematic_clone, tmp_path)
    monkeypatch.setenv("PHUTHO_STORE", str(folder / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(folder / "static"))
    settings.cache_clear()
    yield folder
    settings.cache_clear()
    st.cache_resource.clear()


def with_label(elements, label: str):
    (found,) = [element for element in elements if element.label == label]
    return found


def written(
    app: AppTest, *, agency="Sở A", task="Đo ranh giới", who="An", press="followup.publish"
) -> AppTest:
    """Fill in the form that is open, and publish."""
    with_label(app.text_input, t("schemas.column.agency")).set_value(agency)
    with_label(app.text_area, t("schemas.column.task")).set_value(task)
    with_label(app.text_input, t("data.who")).set_value(who)
    with_label(app.button, t(press)).click()
    app.run()
    assert not app.exception
    return app


def open_form(app: AppTest, subject: str = "") -> AppTest:
    app.session_state[f"conclude-{subject}"] = True
    return app.run()


def test_a_conclusion_is_written_listed_marked_as_done_and_taken_back(folder: Path):
    store = Store(folder / "store")
    before = store.current().snapshot_id
    app = open_form(opened("follow_up"))
    assert [one.value for one in app.info] == [t("followup.none")]
    assert "11 nhiệm vụ" in html(app)
    written(app, agency="", task="")
    assert [error.value for error in app.error] == [
        t("followup.lacking", fields="Cơ quan chủ trì, Nhiệm vụ")
    ]
    assert store.current().snapshot_id == before
    written(app, task=HOSTILE)
    made = store.current()
    assert made.manifest.who == "An"
    row = made.read("conclusions").iloc[0]
    assert (row["agency"], row["task"], row["status"]) == ("Sở A", HOSTILE, "proposed")
    assert "1 đề xuất" in html(app)
    assert with_label(app.text_area, t("schemas.column.task")).value == "", "not written twice"

    code = row["conclusion_id"]
    app.session_state["sel"] = f"conclusions:{code}"
    app.run()
    (form,) = {
        area.key.removesuffix("-task") for area in app.text_area if f"change-{code}" in area.key
    }
    assert app.text_area(key=f"{form}-task").value == HOSTILE
    app.radio(key=f"{form}-status").set_value("decided")
    app.text_input(key=f"{form}-done_document").set_value("12/BC-UBND")
    app.text_input(key=f"{form}-who").set_value("An")
    app.button(key=f"FormSubmitter:{form}-form-{t('followup.publish')}").click()
    app.run()
    assert [error.value for error in app.error] == [
        t("followup.lacking", fields=t("schemas.column.done"))
    ]
    app.date_input(key=f"{form}-done").set_value(dt.date(2026, 11, 28))
    app.button(key=f"FormSubmitter:{form}-form-{t('followup.publish')}").click()
    app.run()
    after = store.current().read("conclusions").iloc[0]
    assert (after["status"], after["done"], after["done_document"]) == (
        "decided",
        "2026-11-28",
        "12/BC-UBND",
    )
    assert after["conclusion_id"] == code

    app.button(key="conclusion-undo").click()
    app.run()
    assert store.current().snapshot_id == made.snapshot_id


def test_the_card_of_a_cluster_has_the_form_and_says_it_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    store = Store(folder / "store")
    app = open_form(opened("clusters", sel="clusters:PT-003"), "PT-003")
    with monkeypatch.context() as two:
        two.setattr(limits, "two_needed", lambda: True)
        written(app.run(), press="brought.keep")
        assert [one.value for one in app.success] == [t("brought.kept")]
    (held,) = brought.every(store)
    assert (held.kind, held.who) == ("conclusions", "An")
    assert "conclusions" not in store.current().manifest.tables
    written(app.run())
    assert not app.error
    assert store.current().read("conclusions")["cluster_id"].tolist() == ["PT-003"]
    card = html(app).partition('class="ph-card"')[2]
    assert card.index("Đo ranh giới") < card.index(t("cards.place_former"))
    presented = opened("clusters", sel="clusters:PT-003", present="yes")
    assert "Đo ranh giới" in html(presented)
    assert not [one for one in presented.expander if one.label == t("followup.write")]


def test_documents_stand_under_the_card_and_a_lost_one_is_told(folder: Path):
    store = Store(folder / "store")
    given = Attachment(HOSTILE, b"%PDF-1.7 %%EOF", "clusters", "PT-003", "2026-11-30")
    made = acts.attach(ALONE, store, given, base=store.current(), typed="An")
    box = "documents-clusters-PT-003"

    def shown() -> AppTest:
        app = opened("clusters", sel="clusters:PT-003")
        app.session_state[box] = True
        return app.run()

    app = shown()
    assert not app.error
    (taken,) = [b for b in app.get("download_button") if b.proto.id.endswith(given.sha256)]
    assert taken.proto.label == plain(given.name)
    made.original(made.manifest.files[0]).unlink()
    app = shown()
    assert [error.value for error in app.error] == [plain(t("documents.lost", name=given.name))]
    assert not [b for b in app.get("download_button") if b.proto.id.endswith(given.sha256)]


@pytest.mark.usefixtures("folder")
def test_who_may_only_look_has_no_form_and_is_refused(monkeypatch: pytest.MonkeyPatch, folder):
    app = open_form(opened("follow_up"))
    with_label(app.text_input, t("schemas.column.agency")).set_value("Sở A")
    with_label(app.text_area, t("schemas.column.task")).set_value("việc")
    with_label(app.text_input, t("data.who")).set_value("An")
    monkeypatch.setattr(visitor, "actor", lambda: Actor("viewer", "Xem"))
    monkeypatch.setattr(roles, "of_now", lambda actor: actor)
    with_label(app.button, t("followup.publish")).click()
    app.run()
    assert "conclusions" not in Store(folder / "store").current().manifest.tables
    assert not [one for one in app.expander if one.label == t("followup.write")]
