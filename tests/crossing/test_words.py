"""A card and a page of paper say the same of a cluster."""

import pytest

from lib.crossing import words
from lib.language.text import LANGS
from lib.tables import facts

TABLES = {name: facts.load(name) for name in ("former_units", "ended_units", "communes")}
ROW = {
    "former_communes": "xã Quảng Yên;xã Đại An",
    "former_district": "Thanh Ba",
    "former_province": "Phú Thọ",
    "stated_communes": None,
}


@pytest.mark.parametrize("lang", LANGS)
def test_documents_lead_name_by_name_to_today(lang):
    said = words.by_decision(ROW, TABLES, lang)
    assert "Quảng Yên" in said
    assert "Đại An" in said
    stated = words.by_decision({**ROW, "stated_communes": "xã Thanh Ba"}, TABLES, lang)
    assert stated.startswith(said)
    assert "xã Thanh Ba" in stated


@pytest.mark.parametrize("lang", LANGS)
def test_where_no_document_names_a_commune_that_is_said(lang):
    nothing = words.by_decision({}, TABLES, lang)
    assert nothing == words.by_decision({**ROW, "former_communes": None}, TABLES, lang)


def test_the_outline_speaks_with_its_tolerance():
    verdict = {"tolerance_m": 50.0, "reason": "pieces_stand"}
    said = words.by_geometry(verdict, standing=3)
    assert "25\u00a0m" in said
    assert "3" in said
    assert words.by_geometry({}, standing=0) != said
