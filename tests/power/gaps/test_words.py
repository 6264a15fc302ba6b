"""What is remote and weak, in words: rules, facts with their dates, the table to take away."""

import pandas as pd
import pytest
from facttables import fact_tables

from lib.language.text import LANGS, t
from lib.power.gaps import words as gapwords
from lib.power.gaps.find import Choice, find
from lib.power.gaps.measures import MEASURES

TABLES = fact_tables()
CHOICE = Choice({"town_km": 5.0, "density": 99.5}, kinds=("no_grid",), match="any")


def test_the_rule_is_said_with_units_and_the_vietnamese_way():
    assert gapwords.remote_words(CHOICE, "vi") == (
        "cách phường, thị trấn cũ ≥\u00a05\u00a0km hoặc mật độ dân số ≤\u00a0100\u00a0người/km²"
    ).replace("≥\u00a0", "≥ ").replace("≤\u00a0", "≤ ")
    assert gapwords.weak_words(CHOICE, "vi") == "chưa có điện lưới"
    assert gapwords.weak_words(Choice(), "en") == "no grid or low voltage or frequent outage"


def test_nothing_set_is_said():
    assert gapwords.remote_words(Choice(), "vi") == "chưa đặt ngưỡng, tính mọi xã"


def test_a_fact_says_how_old_its_source_is_and_in_which_state():
    (fact,) = find(TABLES, Choice()).facts.to_dict("records")
    words = gapwords.fact_words(fact, "vi")
    assert "chưa có điện lưới: khu Đìa" in words
    assert "nguồn 2019" in words
    assert "unknown_now" not in words


@pytest.mark.parametrize("lang", LANGS)
def test_every_measure_and_fact_has_words(lang):
    for key in MEASURES:
        assert gapwords.measure_name(key, lang)
        assert gapwords.shown(key, 1_234.5, lang)
        assert (
            gapwords.shown(key, None, lang) == {"vi": "chưa có số liệu", "en": "no data yet"}[lang]
        )


def test_a_number_of_a_sample_log_is_called_a_sample():
    fact = {"measure": "saidi_min", "value": 700.0, "threshold": 600.0, "rule": "≥"}
    assert "MẪU" in gapwords.fact_words({**fact, "sample": True}, "vi")
    assert "MẪU" not in gapwords.fact_words({**fact, "sample": False}, "vi")


def test_the_table_has_one_row_a_commune_with_both_reasons():
    answer = find(TABLES, Choice({"town_km": 1.0}, settled=True))
    rows = gapwords.by_commune(answer, "vi").set_index("commune_name")
    assert set(rows.index) == set(answer.communes.query("listed")["commune_name"])
    assert rows["remote"].str.startswith("cách phường, thị trấn cũ").all()
    assert rows["weak"].notna().all()


def test_the_distance_is_told_even_where_no_threshold_asks_for_it():
    (row,) = gapwords.by_commune(find(TABLES, Choice()), "vi").to_dict("records")
    assert row["commune_name"] == "Xuân Đài"
    km = gapwords.shown("town_km", row["town_km"], "vi")
    assert row["remote"] == f"cách phường, thị trấn cũ {km}"
    assert row["elevation_m"] > 0


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_taken_away_has_a_source_and_a_date_on_every_row(lang):
    answer = find(TABLES, Choice({"town_km": 1.0}, settled=True))
    table = gapwords.taken_away(answer, lang)
    assert len(table) == len(answer.facts)
    assert not table.iloc[:, -2:].map(lambda cell: pd.isna(cell) or cell == "").any().any()
    assert not table.astype(str).apply(lambda c: c.str.contains("unknown_now")).any().any()


def test_an_empty_answer_keeps_its_columns():
    answer = find(TABLES, Choice(kinds=("frequent_outage",)))
    table = gapwords.taken_away(answer, "vi")
    assert len(table) == 0
    assert "Nguồn" in table.columns
    assert gapwords.by_commune(answer, "vi").empty


def test_notes_hold_the_rule_the_date_the_sources_and_the_sample():
    told = gapwords.notes(CHOICE, "vi", data_date="2024-12", sources=["a", "b"], sample=True)
    assert next(iter(told)) == "DỮ LIỆU MẪU"
    assert "12/2024" in told.values()
    assert "a, b" in told.values()
    assert gapwords.remote_words(CHOICE, "vi") in told.values()
    assert "DỮ LIỆU MẪU" not in gapwords.notes(
        CHOICE, "vi", data_date="2024", sources=[], sample=False
    )


def test_weights_are_said_one_by_one():
    words = gapwords.weight_words({"town_km": 2, "density": 1}, "vi")
    assert "trọng số 2" in words
    assert "trọng số 1" in words


@pytest.mark.parametrize("lang", LANGS)
def test_a_choice_of_what_is_painted_fits_its_box(lang):
    """At 1366 px the box shows some 30 characters and cuts the rest."""
    names = [t(f"powerpage.choice_{key}", lang) for key in MEASURES]
    assert max(map(len, names)) <= 28
    assert len(set(names)) == len(MEASURES)
