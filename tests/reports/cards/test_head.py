"""What a card leads with, and by whose word."""

import pandas as pd
import pytest
from cardstores import material, with_values

from lib.layers.target import Target
from lib.reports.cards.card import Card
from lib.reports.cards.clusters import Dossier, card_of


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    return material(tmp_path_factory.mktemp("facts"))


def card(given, target: str) -> Card:
    layer, _, code = target.partition(":")
    return card_of(given, Target(layer, code), "vi")


def todo(made: Card) -> list[str]:
    return [fact.words for fact in made.head if fact.key == "head.todo"]


def words(made: Card) -> str:
    return "\n".join(f"{fact.label}: {fact.words}" for fact in made.every)


def test_a_cluster_on_two_communes_leads_with_them_and_with_the_decision_to_take(facts):
    made = card(facts, "clusters:PT-003")
    verdict = made.head[0]
    assert verdict.words == "Nằm trên nhiều xã: Đông Thành; Chí Tiên"
    assert [place.name for place in verdict.places] == ["Đông Thành", "Chí Tiên"]
    assert todo(made)[0] == "Quyết định xã chủ trì: Đông Thành hay Chí Tiên."
    assert made.lines()[0]["parts"][0]["text"] == verdict.words, "every drawing begins with it"


def test_a_cluster_a_source_calls_late_says_so_first_with_the_source(facts):
    made = card(facts, "clusters:PT-002")
    late = made.head[1]
    assert late.key == "head.late"
    assert late.words.startswith("chậm theo trang en.baophutho.vn"), "the page that says it"
    assert late.sources
    assert "Kiểm tra tiến độ" in todo(made)[0]


def test_a_cluster_without_a_commune_asks_for_the_document(facts):
    assert "Tìm văn bản nêu xã" in todo(card(facts, "clusters:PT-005"))[0]


def test_a_commune_says_what_it_shares_and_what_to_ask(facts):
    shared = card(
        facts, "communes:" + facts.summary.set_index("cluster_id")["commune_codes"]["PT-003"][0]
    )
    assert "nằm chung với xã khác" in shared.head[0].words
    assert any("Quyết định xã chủ trì của cụm Bãi Ba - Đông Thành" in said for said in todo(shared))
    weak = card(facts, "communes:08590")
    assert "chưa có điện lưới" in weak.head[0].words
    assert "2019" in todo(weak)[0]


def test_a_page_is_no_decision(facts):
    """`Theo quyết định` beside `Chưa có số quyết định`: the source was a web page."""
    without, numbered = card(facts, "clusters:PT-003"), card(facts, "clusters:PT-002")
    assert "Theo trang mạng thanhba.phutho.gov.vn" in words(without)
    assert "Theo quyết định" not in words(without)
    assert "Theo quyết định số 20/2022/QĐ-UBND" in words(numbered)


def test_an_assignment_is_cited_by_its_document(tmp_path):
    def given(frame: pd.DataFrame) -> pd.DataFrame:
        return with_values("cluster_id", "VP-002", document_no="12/TB-UBND", date="2026-01-20")(
            frame
        )

    made = material(tmp_path, {"assignments": given})
    named, meeting = Dossier(made, "VP-002"), Dossier(made, "VP-003")
    assert named.rule == "theo văn bản số 12/TB-UBND, ngày 20/01/2026"
    assert "15/10/2025" not in words(named.card)
    assert any("12/TB-UBND" in source.title for source in named.card.sources)
    assert meeting.rule == "nêu ngày 15/10/2025, chưa thấy văn bản giao"


def test_an_outline_that_is_not_in_view_is_not_called_missing(tmp_path):
    """A card said `chưa có ranh giới đo vẽ` above and `đo đạc` below."""
    change = with_values("cluster_id", "PT-003", outline_quality="surveyed")
    said = words(card(material(tmp_path, {"clusters": change}), "clusters:PT-003"))
    assert "Ranh giới cụm: đo đạc" in said
    assert "Chưa có ranh giới" not in said
    assert "Nhập ranh giới" not in said
    assert "sơ đồ" in said
