"""What each commune was made of: the 482 pairs of the resolution, each told once."""

import numpy as np
import pandas as pd
import pytest
import shapely
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.text import LANGS, same_spelling, sort_key
from lib.places import merger as mergerview
from lib.places import names as merger

TABLES = fact_tables()
COMMUNES, FORMER, ENDED = (TABLES[name] for name in ("communes", "former_units", "ended_units"))
ROWS = mergerview.merged(COMMUNES, FORMER)
BY_NAME = ROWS.set_index("name")
MANY = settings(max_examples=60, deadline=None)


def code_of(name: str) -> str:
    return str(BY_NAME["code"][name])


def test_every_commune_and_every_pair_is_there_once():
    assert len(ROWS) == ROWS["code"].nunique() == 148
    assert int(ROWS["former_units_n"].sum()) == len(FORMER) == 482
    assert FORMER["former_code"].nunique() == 479
    assert ROWS["name"].tolist() == sorted(ROWS["name"], key=sort_key)


def test_three_units_are_split_between_six_communes():
    split = mergerview.split_units(FORMER)
    assert set(split["name"]) == {"Vầy Nưa", "Cao Sơn", "Đồng Tân"}
    assert set(ROWS.loc[ROWS["split"], "name"]) == {
        *("Thống Nhất", "Tiền Phong", "Lương Sơn", "Liên Sơn", "Mai Châu", "Pà Cò")
    }


def test_a_kept_name_is_one_of_a_unit_inside_that_is_not_all():
    assert int(ROWS["kept"].sum()) == 104
    unchanged = ROWS[ROWS["former_units_n"] == 1]
    assert set(unchanged["name"]) == {"Trung Sơn", "Thu Cúc"}
    assert not unchanged["kept"].any()
    inside = FORMER.groupby("new_code")["name"].agg(lambda names: set(map(same_spelling, names)))
    for row in ROWS[ROWS["kept"]].itertuples():
        assert same_spelling(row.name) in inside[row.code]
        assert row.former_units_n > 1
    assert not BY_NAME["kept"]["Hòa Bình"], "no former unit inside it had this name"
    assert BY_NAME["kept"]["Hạ Hòa"]


def test_a_part_of_a_namesake_is_not_the_same_territory():
    units = FORMER[FORMER["new_code"] == code_of("Thu Cúc")].assign(part="part")
    rest = FORMER[FORMER["new_code"] != code_of("Thu Cúc")]
    rows = mergerview.merged(COMMUNES, pd.concat([rest, units])).set_index("name")
    assert rows["split"]["Thu Cúc"]
    assert rows["kept"]["Thu Cúc"]


def test_the_tone_mark_may_stand_on_either_vowel():
    units = FORMER.assign(name=FORMER["name"].str.replace("òa", "oà"))
    assert (mergerview.merged(COMMUNES, units)["kept"] == ROWS["kept"]).all()


def test_neighbouring_districts_have_different_tints_and_a_district_one():
    tints = mergerview.district_tints(FORMER, 5)
    units = FORMER.drop_duplicates("former_code").set_index("former_code")
    district = units["province"] + "/" + units["district"]
    assert set(tints) == set(units.index)
    of = pd.Series(tints).groupby(district).nunique()
    assert (of == 1).all()
    places = shapely.points(units["lon"].astype(float), units["lat"].astype(float))
    apart = shapely.distance(places[:, None], places[None, :])
    np.fill_diagonal(apart, np.inf)
    nearest = apart.argmin(axis=1)  # two units nearest each other have no third between them
    beside = district.to_numpy() != district.to_numpy()[nearest]
    tint = np.array([tints[code] for code in units.index])
    assert beside.sum() > 30
    assert (tint != tint[nearest])[beside].all()


def test_a_single_district_has_the_first_tint():
    one = FORMER[FORMER["district"] == "Huyện Thanh Ba"]
    assert set(mergerview.district_tints(one, 5).values()) == {0}


@pytest.mark.parametrize("lang", LANGS)
def test_the_origin_names_every_unit_in_its_district(lang):
    told = mergerview.origins(FORMER, lang)
    assert set(told) == set(ROWS["code"])
    for code, units in FORMER.groupby("new_code"):
        for unit in units.itertuples():
            assert f"{unit.district}: " in told[code]
            assert f"{unit.kind} {unit.name}" in told[code]
    part = {"vi": " (một phần)", "en": " (part)"}[lang]
    assert sum(text.count(part) for text in told.values()) == 6


def test_the_rest_of_a_split_unit_is_named():
    assert mergerview.rest_of("04891", code_of("Tiền Phong"), FORMER) == (code_of("Thống Nhất"),)
    whole = FORMER[FORMER["part"] == "whole"]
    assert not any(
        mergerview.rest_of(former, new, FORMER)
        for former, new in zip(whole["former_code"], whole["new_code"], strict=True)
    )


def test_namesakes_are_elsewhere():
    for name in ("Hòa Bình", "Yên Lãng", "Tân Sơn"):
        code = code_of(name)
        same = mergerview.namesakes(code, COMMUNES, FORMER)
        assert len(same), name
        assert code not in set(same["new_code"])
        assert set(same["name"].map(same_spelling)) == {same_spelling(name)}
    assert mergerview.namesakes(code_of("Thu Cúc"), COMMUNES, FORMER).empty


@MANY
@given(st.sampled_from(ENDED.to_dict("records")))
def test_an_ended_name_stands_with_the_commune_it_is_surely_in(unit):
    new = merger.became(unit["successor_code"], FORMER)
    found = {code: mergerview.ended_in(code, FORMER, ENDED) for code in new}
    named = [
        code
        for code, rows in found.items()
        if ((rows["name"] == unit["name"]) & (rows["district"] == unit["district"])).any()
    ]
    assert named == (list(new) if len(new) == 1 else [])


@pytest.mark.parametrize("lang", LANGS)
def test_the_file_has_the_pairs_in_view_with_clause_and_source(lang):
    table = mergerview.taken_away(ROWS, FORMER, lang)
    assert len(table) == 482
    assert table.columns.is_unique
    assert table.notna().all(axis=None)
    few = ROWS[ROWS["split"]]
    seen = mergerview.taken_away(few, FORMER, lang)
    assert seen.iloc[:, 0].drop_duplicates().tolist() == few["code"].tolist()
    assert len(seen) == int(few["former_units_n"].sum())
    pairs = set(zip(table.iloc[:, 0], table.iloc[:, 5], table.iloc[:, 11], strict=True))
    assert pairs == set(
        zip(FORMER["new_code"], FORMER["former_code"], FORMER["clause"], strict=True)
    )


def test_an_empty_view_gives_an_empty_file_with_headings():
    table = mergerview.taken_away(ROWS.iloc[:0], FORMER)
    assert table.empty
    assert len(table.columns) == 14


@pytest.mark.parametrize("lang", LANGS)
def test_the_file_says_its_date_filter_and_sources(lang):
    about = mergerview.notes(FORMER, data_date="2025-07-01", filters="Hòa Bình", lang=lang)
    told = " ".join(about.values())
    assert "1676/NQ-UBTVQH15" in told
    assert "Hòa Bình" in told
    assert "Vầy Nưa" in told
    assert "https://" in told
    assert "2025" in told
