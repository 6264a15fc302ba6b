"""Every page, run by Streamlit's own test runner in both languages."""

import dataclasses
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdf
import pytest
import streamlit as st
from clones import data_of
from facttables import fact_tables
from streamlit.testing.v1 import AppTest

from lib.crossing import answer
from lib.language.text import LANGS, t
from lib.layers import build
from lib.layers.target import Target
from lib.operate import integrity
from lib.places import merger
from lib.power.gaps import find
from lib.reports import page as single
from lib.reports.atlas import atlas
from lib.reports.brief import brief
from lib.reports.cards import clusters, places
from lib.reports.cards.card import Fact, Said, Source
from lib.reports.cards.file import cards_docx
from lib.reports.cards.material import from_snapshot
from lib.reports.drawing.view import View
from lib.settings import settings
from lib.store import audit
from lib.store.store import Act, Store, Table

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
WITH_MAP = ("overview", "clusters")
HOSTILE = "<script>alert(1)</script>" * 400
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def schematic_data(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of schematic borders and its static files."""
    return _with_borders(
        "schematic", data_of(schematic_clone, tmp_path_factory.mktemp("schematic"))
    )


@pytest.fixture(scope="session")
def real_data(real_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of the published borders and its static files."""
    return _with_borders("reference", data_of(real_clone, tmp_path_factory.mktemp("real")))


def _with_borders(quality: str, folder: Path) -> Path:
    assert Store(folder / "store").current().manifest.border_quality == quality
    return folder


@pytest.fixture(params=["schematic_data", "real_data"])
def data(request: pytest.FixtureRequest) -> Path:
    """Each kind of borders in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Open]]:
    """Return how to open a page on a store."""

    def on(folder: Path) -> Open:
        monkeypatch.setenv("PHUTHO_STORE", str(folder / "store"))
        monkeypatch.setenv("PHUTHO_STATIC", str(folder / "static"))
        settings.cache_clear()

        def opened(page: str = "overview", **query: str) -> AppTest:
            app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
            app.query_params.update(query)
            app.run()
            if page != "overview":
                turn_to(app, page, **query)
            assert_sound(app)
            return app

        return opened

    yield on
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def opened(pages, schematic_data: Path) -> Open:
    """Return how to open a page on the schematic store."""
    return pages(schematic_data)


def turn_to(app: AppTest, page: str, **query: str) -> None:
    """Go to another page; a link holds page and query at once, so the query goes along."""
    app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    app.query_params.update(query)
    app.run()


def assert_sound(app: AppTest) -> None:
    assert list(app.exception) == []
    assert list(app.error) == []


def html(app: AppTest) -> str:
    """Return all HTML the page put out, and its titles."""
    blocks = [element.proto.body for element in app.get("html")]
    return "\n".join(blocks + [title.value for title in app.title])


def sentence(app: AppTest) -> str:
    return re.search(r'class="ph-sentence"[^>]*>(.*?)</p>', html(app))[1]


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_runs(pages, data: Path, lang):
    app = pages(data)(lang=lang)
    schematic = t("frame.borders_schematic", lang)
    reference = t("frame.borders_reference", lang, date="")[:15]
    for page in PAGES:
        turn_to(app, page, lang=lang)
        assert_sound(app)
        assert app.title[0].value == t(f"pages.{page}", lang)
        if page in WITH_MAP:
            legends = html(app).partition("ph-legend")[2]
            assert t("layers.former_provinces", lang) in legends, "a line that is drawn is named"
        foot = html(app).rpartition("ph-foot")[2]
        warned = [warning.value for warning in app.warning]
        if data.name.startswith("schematic"):
            assert schematic in foot
            assert t("frame.schematic_body", lang) in warned
        else:
            assert schematic not in foot
            assert reference in foot
            assert t("frame.schematic_body", lang) not in warned


@pytest.mark.parametrize("page", WITH_MAP)
def test_the_sentence_says_the_filter(opened: Open, page):
    everything = sentence(opened(page))
    assert t("filters.none") in everything
    some = sentence(opened(page, province="phu-tho,hoa-binh", status="operating", gaps="yes"))
    assert "tỉnh cũ Phú Thọ, Hòa Bình · đang hoạt động · còn thiếu số liệu" in some
    assert some != everything


@pytest.mark.parametrize("page", WITH_MAP)
def test_a_pill_changes_the_sentence_and_the_address(opened: Open, page):
    app = opened(page)
    app.pills(key="province").set_value(["vinh-phuc"]).run()
    assert_sound(app)
    assert "tỉnh cũ Vĩnh Phúc" in sentence(app)
    assert app.query_params["province"] == "vinh-phuc"


@pytest.mark.parametrize("page", WITH_MAP)
def test_what_the_data_does_not_know_is_dropped(opened: Open, page):
    app = opened(
        page,
        province="atlantis,phu-tho",
        commune="99999",
        status="exploded",
        gaps="no",
        sel="clusters:ZZ-999",
        lang="xx",
        stranger="1",
    )
    assert app.query_params == {"province": "phu-tho"}
    assert "atlantis" not in html(app)


@pytest.mark.parametrize("page", WITH_MAP)
def test_long_hostile_values_do_no_harm(opened: Open, page):
    assert len(HOSTILE) == 10_000
    keys = ("sel", "lang", "province", "commune", "status", "kind", "wastewater", "gaps", "find")
    app = opened(page, **dict.fromkeys(keys, HOSTILE))
    assert "<script" not in html(app)
    assert app.query_params == {}
    assert app.title[0].value == t(f"pages.{page}")


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_result_offers_to_lift_the_filter_that_emptied_it(opened: Open, lang):
    app = opened("clusters", province="hoa-binh", status="withdrawn", lang=lang)
    assert any(t("filters.status", lang) in info.value for info in app.info)
    lift = app.button(key="lift-status")
    assert lift.label == t("frame.lift", lang, filter=t("filters.status", lang))
    lift.click().run()
    assert_sound(app)
    assert app.query_params.get("province") == "hoa-binh"
    assert "status" not in app.query_params
    assert [button.key for button in app.button if str(button.key).startswith("lift")] == []


def led(app: AppTest) -> list[tuple[str, str]]:
    """Return words and page of each link of the list beside the map."""
    links = [element.proto for element in app.get("page_link")]
    return [(link.label, f"{link.page}?{link.query_string}") for link in links]


@pytest.mark.parametrize("lang", LANGS)
def test_the_overview_opens_on_three_questions_by_name(opened: Open, lang):
    app = opened("overview", lang=lang)
    lines, late = led(app), fact_tables()["clusters"]["behind_schedule"].eq("yes").sum()
    for key, page, count in (
        ("cross", "cross_commune", 3),
        ("gaps", "power", 1),
        ("late", "clusters", late),
    ):
        assert t(f"agenda.{key}", lang, count=count) in html(app)
        assert sum(to.startswith(f"{page}?") for _, to in lines) == count
    for name, page, target in (
        ("Bãi Ba", "cross_commune", "clusters%3APT-003"),
        ("Xuân Đài", "power", "communes%3A08590"),
        ("Quảng Yên", "clusters", "clusters%3APT-002"),
    ):
        (to,) = [to for words, to in lines if words.startswith(f"**{name}")]
        assert page in to
        assert f"sel={target}" in to
        assert ("lang=en" in to) == (lang == "en")
    assert t("crossing.value.lead_rule.needs_decision", lang) in lines[0][0]


def test_a_filter_leaves_its_own_questions(opened: Open):
    app = opened("overview", province="hoa-binh")
    due = [to for _, to in led(app) if to.startswith("progress?")]
    assert any("part=forms" in to for to in due), "what is due is due whatever is filtered"
    assert all("sel=clusters%3AHB-" in to for _, to in led(app) if to not in due)
    assert html(app).count(t("agenda.nothing")) == 2, "neither on two communes nor weak"


@pytest.mark.parametrize(("page", "name"), [("clusters", "Quảng Yên"), ("power", "Xuân Đài")])
def test_with_nothing_chosen_a_page_answers_its_own_question(opened: Open, page, name):
    app = opened(page)
    app.session_state["_page"] = page  # the test runner does not go through the navigation
    app.run()
    assert_sound(app)
    assert led(app)[0][0].startswith(f"**{name}")
    assert {to.partition("?")[0] for _, to in led(app)} == {page}


def test_a_card_is_the_same_on_every_page_and_its_names_lead_on(opened: Open):
    for page in ("overview", "clusters", "cross_commune"):
        card = html(opened(page, sel="clusters:PT-003")).partition('class="ph-card"')[2]
        head = card.partition("</dl>")[0]
        assert "Quyết định xã chủ trì" in head
        assert '<a href="/?sel=communes%3A08209" target="_self">Đông Thành</a>' in head
        assert "ph-sources" in card.partition("<details")[2] or "<details" in card


def test_the_code_of_the_snapshot_stands_behind_a_click(opened: Open):
    foot = html(opened("overview")).rpartition('class="ph-foot"')[2]
    before, _, folded = foot.partition("<details>")
    assert "Bản dữ liệu 20" not in before
    assert "Bản dữ liệu 20" in folded


def test_whoever_lacks_a_value_is_named_to_the_last_and_is_a_door(opened: Open):
    app = opened("data")
    every = re.findall(r'href="/clusters\?sel=clusters%3A([A-Z]+-\d+)"', html(app))
    assert set(every) >= set(fact_tables()["clusters"]["cluster_id"][:60])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("target", ["communes:08434", "clusters:PT-002", "weak:WS-01"])
def test_a_link_opens_the_card(opened: Open, target, lang):
    card = html(opened("overview", sel=target, lang=lang)).partition('class="ph-card"')[2]
    assert "<h3>" in card
    assert card.count("<sup><a href=") + card.count("<sup>[") >= 3, "facts name their source"
    assert "ph-sources" in card


def test_a_cluster_without_a_place_has_a_card(opened: Open):
    card = html(opened("clusters", sel="clusters:PT-005")).partition('class="ph-card"')[2]
    assert t("cards.no_marker") in card
    assert t("common.no_data") in card


def test_the_official_totals_stand_beside_our_own_count(opened: Open):
    for page in WITH_MAP:
        told = html(opened(page)).partition('class="ph-official"')[2].partition("</p>")[0]
        for figure in ("67 ", "3.000 ha", "35 ", "12/2025", "93 "):
            assert figure in told


def test_what_a_snapshot_decides_is_computed_once_for_all_visitors(opened: Open, monkeypatch):
    counts: Counter[str] = Counter()

    def counted(module, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *args, **more: counts.update([name]) or real(*args, **more)
        )

    names = [(build, "build"), (find, "find"), (merger, "origins"), (answer, "answer")]
    for module, name in names:
        counted(module, name)
    for _ in range(2):
        for page in ("power", "merger", "cross_commune"):
            app = opened(page)
            app.pills(key="province").set_value(["vinh-phuc"]).run()
            assert_sound(app)
    assert counts == {name: 1 for _, name in names}


def test_an_empty_store_is_said_in_words(
    pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schematic_data: Path
):
    pages(schematic_data)
    monkeypatch.setenv("PHUTHO_STORE", str(tmp_path))
    settings.cache_clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240).run()
    assert list(app.exception) == []
    assert [error.value for error in app.error] == [t("store.empty")]


def test_a_damaged_snapshot_is_named_and_the_whole_one_before_is_one_click_away(
    pages, tmp_path: Path, schematic_data: Path
):
    shutil.copytree(schematic_data, tmp_path / "copy")
    store = Store(tmp_path / "copy" / "store")
    whole = store.current()
    tables = {
        name: Table(whole.read(name), info.source, info.as_of)
        for name, info in whole.manifest.tables.items()
    }
    tables["clusters"] = dataclasses.replace(tables["clusters"], as_of="2026-12-01")
    act = Act("import", details=whole.manifest.details)
    damaged = store.publish(tables, act, border_quality="schematic")
    (damaged.folder / "clusters.parquet").write_bytes(b"PAR1")
    pages(tmp_path / "copy")
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240).run()
    assert list(app.exception) == []
    (said,) = app.error
    assert damaged.snapshot_id in said.value.replace("\\", "")
    assert app.button(key="rescue").disabled
    # Streamlit's runner goes past app.py on a second run, so the click is tried without it.
    app = AppTest.from_function(_reads_clusters, default_timeout=240).run()
    app.text_input(key="rescue_who").input("An").run()
    app.button(key="rescue").click().run()
    assert_sound(app)
    assert [told.value for told in app.text] == ["whole"]
    assert store.current() == whole
    assert (audit.events(store.folder)[-1].who, integrity.check_log(store).whole) == ("An", True)


def _reads_clusters() -> None:
    import streamlit as st  # noqa: PLC0415 - the script of a test stands alone

    from lib.language.errors import StoreError  # noqa: PLC0415
    from lib.settings import settings  # noqa: PLC0415
    from lib.store.store import Store  # noqa: PLC0415
    from lib.ui import rescue  # noqa: PLC0415

    try:
        Store(settings().store).current().read("clusters")
        st.text("whole")
    except StoreError as error:
        rescue.say(error)


def test_the_accuracy_of_an_outline_is_typed_as_numbers_are_written_here(opened: Open):
    app = opened("data")
    app.session_state["tab"] = "import"
    app.session_state["import_kind"] = "outlines"
    app.run()
    assert app.text_input(key="import_accuracy").value == "0,5"
    wrong = t("data.accuracy_wrong")
    for typed, said in (("2,5", False), ("nửa mét", True), ("501", True), ("0.5", False)):
        app.text_input(key="import_accuracy").set_value(typed).run()
        assert (wrong in [caption.value for caption in app.caption]) == said, typed
    assert_sound(app)


def in_word(content: bytes) -> str:
    word = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in word.paragraphs] + cells)


def in_pdf(content: bytes) -> str:
    read = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s+", " ", " ".join(read).replace("\u200b", "").replace("\u00a0", " "))


def added(monkeypatch: pytest.MonkeyPatch) -> Fact:
    """Add one fact to the data of every card of a cluster and a commune; return it."""
    given = Source("Sổ thử", "thu.vn", "https://thu.vn/a", "02/03/2026")
    other = Said("hai trăm linh tư", Source("", "khac.vn", "https://khac.vn/b", "04/05/2025"))
    fact = Fact("cards.added", "Điều thêm", 203, "hai trăm linh ba", (given,), (other,))
    for module, name in ((clusters, "recorded"), (places, "station_facts")):
        said = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *asked, said=said: [*said(*asked), fact])
    return fact


@pytest.mark.parametrize("target", ["clusters:PT-003", "communes:08590"])
def test_a_fact_added_to_a_card_is_on_page_paper_single_file_and_word(
    pages, real_data, monkeypatch, target
):
    fact = added(monkeypatch)
    layer, _, code = target.partition(":")
    snapshot = Store(real_data / "store").current()
    files = build.build_whole(snapshot, real_data / "static", simplify_m=30)
    material = from_snapshot(snapshot, files, real_data / "static", tolerance_m=50)
    paper = atlas(material, [code]) if layer == "clusters" else brief(material, code)
    shown = View("Bản đồ", "Tất cả", {"communes": "land"}, target=Target(layer, code))
    opened = pages(real_data)
    drawn = {name: html(opened(name, sel=target)) for name in ("overview", "cross_commune")}
    drawn |= {
        "paper": in_pdf(paper),
        "single file": single.page(material, shown).decode(),
        "word": in_word(cards_docx(material, [Target(layer, code)])),
    }
    (other,) = fact.others
    told = (fact.label, fact.words, *(s.as_of for s in (*fact.sources, other.source)), other.words)
    missing = {name: [said for said in told if said not in text] for name, text in drawn.items()}
    assert not any(missing.values()), missing


@pytest.mark.parametrize(("query", "metres"), [({}, 20.0), ({"tolerance": "35"}, 35.0)])
def test_the_tolerance_of_the_settings_reaches_the_pages(
    pages, real_data, monkeypatch, query, metres
):
    asked = []
    cut = answer.answer

    def watched(*args, tolerance_m, **kwargs):
        asked.append(tolerance_m)
        return cut(*args, tolerance_m=tolerance_m, **kwargs)

    monkeypatch.setattr(answer, "answer", watched)
    monkeypatch.setenv("PHUTHO_TOLERANCE_M", "20")
    st.cache_resource.clear()
    page = pages(real_data)("cross_commune", samples="yes", playlist="remains", **query)
    (slider,) = (box for box in page.slider if box.key == "tolerance")
    assert slider.value == metres
    assert set(asked) == {metres}
    assert page.query_params.get("tolerance") == query.get("tolerance")
    slider.set_value(20).run()
    assert "tolerance" not in page.query_params
    asked.clear()
    st.cache_resource.clear()
    page = pages(real_data)("merger", present="yes", playlist="remains", **query)
    assert asked == [metres]
