"""Conclusions on card, atlas, annex and in the notice: first, told apart, never run."""

import io
from pathlib import Path

import docx
import pypdf
import pytest
from clones import data_of

from lib.access import bringing
from lib.access.roles import ALONE
from lib.importing.draft import Typed
from lib.language.errors import WrongUseError
from lib.language.text import LANGS, date, t
from lib.layers.build import build_whole
from lib.layers.target import Target
from lib.reports.annex import annex_docx, annex_pdf
from lib.reports.atlas import atlas
from lib.reports.cards.clusters import card_of
from lib.reports.cards.file import cards_docx
from lib.reports.cards.markup import card_html
from lib.reports.cards.material import Material, from_snapshot
from lib.reports.notice import notice_docx
from lib.store.store import Snapshot, Store

CLUSTER, COMMUNE = "PT-003", "08218"
HOSTILE = "<img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://a.vn";"b")'
PAST, FAR = "2026-01-31", "2099-12-31"


def concluded(**given) -> dict[str, object]:
    plain = {"date": "2026-01-12", "document_no": "215/TB-UBND", "agency": "Sở A"}
    row = {**plain, "cluster_id": None, "commune_code": None, "done": None, **given}
    return {**dict.fromkeys(("due", "note")), **row}


ROWS = (
    concluded(cluster_id=CLUSTER, task="Đo ranh giới", due=FAR, status="decided"),
    concluded(cluster_id=CLUSTER, task=HOSTILE, due=PAST, status="decided", agency="UBND xã B"),
    concluded(cluster_id=CLUSTER, task=FORMULA, status="proposed", note="[x](javascript:y)"),
    concluded(cluster_id=CLUSTER, task="Họp dân", status="decided", done="2026-01-20"),
    concluded(commune_code=COMMUNE, task="Lập hồ sơ", status="decided", document_no=None),
    concluded(task="Việc chung", status="decided", document_no=None, date="2026-01-05"),
)


def material_of(snapshot: Snapshot, static: Path, lang="vi") -> Material:
    files = build_whole(snapshot, static, simplify_m=30)
    return from_snapshot(snapshot, files, static, tolerance_m=50, lang=lang)


@pytest.fixture(scope="module")
def folder(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_of(schematic_clone, tmp_path_factory.mktemp("concluded"))


@pytest.fixture(scope="module")
def snapshot(folder: Path) -> Snapshot:
    store = Store(folder / "store")
    draft, made = bringing.publish_rows(
        ALONE,
        store,
        Typed("conclusions", ROWS, "họp.csv", "2026-01-12"),
        base=store.current(),
        typed="An",
        confirmed=False,
    )
    assert made is not None, [finding.message() for finding in draft.findings]
    return made


@pytest.fixture(scope="module")
def material(folder: Path, snapshot: Snapshot) -> Material:
    return material_of(snapshot, folder / "static")


def words(content: bytes) -> list[str]:
    document = docx.Document(io.BytesIO(content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return [*(p.text for p in document.paragraphs), *cells]


def test_they_stand_first_on_the_card_and_look_as_they_stand(material):
    card = card_of(material, Target("clusters", CLUSTER), "vi")
    assert [fact.look for fact in card.every[:5]] == ["overdue", "open", "proposed", "done", ""]
    assert "chưa có hạn" in card.every[2].words
    html = str(card_html(card))
    for look in ("overdue", "open", "proposed", "done"):
        assert f'class="ph-{look}"' in html
    assert "<img" not in html
    assert "&lt;img src=x" in html
    of_commune = card_of(material, Target("communes", COMMUNE), "vi")
    assert of_commune.facts[0].look == "open"
    assert t("conclusions.no_number") in of_commune.facts[0].words


def test_atlas_annex_and_word_say_them(material):
    for pdf in (atlas(material, [CLUSTER]), annex_pdf(material)):
        text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert "Đo ranh giới" in text
        assert "onerror" in text, "hostile text is text"
    annex = words(annex_docx(material))
    heading = annex.index(t("reports.annex_conclusions"))
    assert HOSTILE in annex[heading + 1], "the overdue one first, before the table"
    assert any(
        FORMULA in text for text in words(cards_docx(material, [Target("clusters", CLUSTER)]))
    )


@pytest.mark.parametrize("lang", LANGS)
def test_the_notice_is_a_draft_of_one_meeting(folder, snapshot, lang):
    said = words(
        notice_docx(material_of(snapshot, folder / "static", lang), "2026-01-12 215/TB-UBND")
    )
    whole = "\n".join(said)
    assert said[0] == t("reports.notice_draft", lang)
    assert t("reports.notice_about", lang, date=date("2026-01-12", lang)) in said
    assert t("reports.notice_unsigned", lang) in whole
    assert "215/TB-UBND" in whole
    decided, _, proposed = whole.partition(
        t("reports.notice_proposed", lang, date=date("2026-01-12", lang))
    )
    assert HOSTILE in decided
    assert FORMULA in proposed
    assert FORMULA not in decided
    assert "Việc chung" not in whole, "another meeting"
    assert t("conclusions.left", lang, days="") not in whole


def test_without_a_number_the_place_of_the_number_stays_open(material):
    said = words(notice_docx(material, "2026-01-05"))
    assert any(t("reports.notice_blank_number") in text for text in said)
    assert any("Việc chung" in text for text in said)


def test_a_meeting_nobody_held_is_refused_by_name(material, folder):
    with pytest.raises(WrongUseError) as refusal:
        notice_docx(material, "1999-01-01")
    assert "2026-01-05" in refusal.value.message()
    before = Store(folder / "store").snapshots()[-1]
    with pytest.raises(WrongUseError) as refusal:
        notice_docx(material_of(before, folder / "static"))
    assert refusal.value.key == "reports.no_conclusions"
