"""Filters on the real register: what is left, what is said, and what to lift."""

import re
from itertools import product

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.text import LANGS, catalog, t
from lib.register import filters
from lib.register.clusters import register
from lib.register.delay import DELAYS
from lib.register.filters import PROVINCES, Filtered, apply
from lib.tables.schemas import CODES

MANY = settings(max_examples=80, deadline=None)
TABLES = fact_tables()
CLUSTERS = register(TABLES)
COMMUNES = TABLES["communes"]
CLUSTER_FILTERS, COMMUNE_FILTERS = filters.of("clusters"), filters.of("communes")
CROSSING_FILTERS = filters.of("crossing")
KEYS = [item.key for item in CLUSTER_FILTERS]
UNKNOWN = "atlantis"
OPTIONS = {
    "province": [*PROVINCES, UNKNOWN],
    "commune": [*COMMUNES["code"], UNKNOWN],
    "status": [*CODES["operation_status"], UNKNOWN],
    "kind": [*CODES["cluster_kind"], UNKNOWN],
    "wastewater": [*CODES["wastewater"], UNKNOWN],
    "delay": [*DELAYS, UNKNOWN],
    "legal": [*CODES["legal_status"], UNKNOWN],
    "investor": [*CLUSTERS["investor_code"].drop_duplicates().drop(0), UNKNOWN],
    "size_ha": ["0.5", "30", "75"],
    "two": ["yes"],
    "gaps": ["yes"],
}
CODED = [key for key in KEYS if UNKNOWN in OPTIONS[key]]
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        key: st.lists(st.sampled_from(codes), max_size=1 if key == "size_ha" else 3, unique=True)
        for key, codes in OPTIONS.items()
    },
)


def said(key: str, code: str) -> str:
    return f"<{key}={code}>"


def use(chosen: filters.Chosen, lang: str = "vi", frame: pd.DataFrame = CLUSTERS) -> Filtered:
    return apply(frame, chosen, CLUSTER_FILTERS, value_name=said, lang=lang)


def passes(row: pd.Series, key: str, codes: list[str]) -> bool:
    """Say of one row, in plain words, whether it passes one filter."""
    if key == "province":
        return row["former_province"] in [PROVINCES.get(code) for code in codes]
    if key == "commune":
        return bool(set(codes) & set(row["commune_codes"]))
    if key == "gaps":
        return len(row["missing"]) > 0
    if key == "two":
        return len(row["commune_codes"]) > 1 and row["change"] == "remains"
    if key == "size_ha":
        return not pd.isna(row["area_ha"]) and row["area_ha"] >= float(codes[0])
    columns = {"status": "operation_status", "legal": "legal_status", "investor": "investor_code"}
    return row[columns.get(key, key)] in codes


@MANY
@given(CHOICES)
def test_the_mask_leaves_the_rows_that_pass_every_filter(chosen):
    mask = use(chosen).mask
    assert mask.dtype == bool
    assert mask.index.equals(CLUSTERS.index)
    wanted = [
        all(passes(row, key, codes) for key, codes in chosen.items() if codes)
        for _, row in CLUSTERS.iterrows()
    ]
    assert mask.tolist() == wanted


@MANY
@given(CHOICES, st.sampled_from(LANGS))
def test_every_active_filter_is_said_with_every_value_and_none_else(chosen, lang):
    sentence = use(chosen, lang).sentence
    active = [item for item in CLUSTER_FILTERS if chosen.get(item.key)]
    parts = sentence.split(" · ") if sentence else []
    assert len(parts) == len(active)
    for part, item in zip(parts, active, strict=True):
        values = ", ".join(said(item.key, code) for code in chosen[item.key])
        assert part == t(item.sentence, lang, values=values)
        if "{values}" in catalog()[item.sentence][lang]:
            assert values in part


@MANY
@given(CHOICES)
def test_what_is_to_be_lifted_brings_rows_back(chosen):
    found = use(chosen)
    active = tuple(key for key in KEYS if chosen.get(key))
    if found.mask.any() or not active:
        assert found.emptied_by == ()
        return
    helps = tuple(
        key for key in active if use({k: v for k, v in chosen.items() if k != key}).mask.any()
    )
    # No single filter emptied it: then all of them are named, and lifting all helps.
    assert found.emptied_by == (helps or active)
    assert use({k: v for k, v in chosen.items() if k not in found.emptied_by}).mask.any()


def test_nothing_chosen_filters_nothing():
    for chosen in ({}, {key: [] for key in KEYS}, {"no such filter": ["x"]}):
        found = use(chosen)
        assert found.mask.all()
        assert (found.sentence, found.emptied_by) == ("", ())


@pytest.mark.parametrize("key", CODED)
def test_an_unknown_code_alone_leaves_nothing_and_is_named(key):
    found = use({key: [UNKNOWN]})
    assert not found.mask.any()
    assert found.emptied_by == (key,)
    assert said(key, UNKNOWN) in found.sentence


@pytest.mark.parametrize("key", CODED)
def test_an_unknown_code_beside_a_known_one_changes_nothing(key):
    for code in OPTIONS[key][:3]:
        assert use({key: [code, UNKNOWN]}).mask.equals(use({key: [code]}).mask)


def test_two_filters_that_empty_each_other_are_both_named():
    only = CLUSTERS.loc[CLUSTERS["former_province"] == "Hòa Bình", "commune_codes"].sum()[0]
    found = use({"province": ["phu-tho"], "commune": [only], "kind": list(CODES["cluster_kind"])})
    assert not found.mask.any()
    assert found.emptied_by == ("province", "commune")


def test_each_province_and_all_three():
    counts = {code: int(use({"province": [code]}).mask.sum()) for code in PROVINCES}
    assert counts == {"phu-tho": 24, "vinh-phuc": 33, "hoa-binh": 36}
    assert use({"province": list(PROVINCES)}).mask.all()


def test_the_codes_of_provinces_are_those_of_the_tables():
    assert set(PROVINCES.values()) == set(CODES["province"])
    assert all(code.isascii() and "," not in code for code in PROVINCES)


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_choices_of_verdict_and_change_bear_one_name(lang):
    words = [item.word(code, lang) for item in CROSSING_FILTERS for code in item.options]
    assert len(words) == len(set(words)), "two of them were called cannot be said"


def test_gaps_are_the_clusters_that_lack_something_asked_for():
    whole = TABLES["clusters"].copy()
    texts = {"former_communes": "Chí Tiên", "decision_no": "1/QĐ-UBND", "investor": "Công ty A"}
    numbers = dict.fromkeys(("area_ha", "cleared_ha", "leased_ha"), 10.0)
    days = dict.fromkeys(("handover_date", "schedule_end"), "2026-01-01")
    told = texts | numbers | days | {"outline_quality": "surveyed"}
    whole.loc[whole.index[:2], list(told)] = list(told.values())
    whole.loc[whole.index[1], "outline_quality"] = "approximate"
    frame = register(TABLES | {"clusters": whole})
    mask = use({"gaps": ["yes"]}, frame=frame).mask
    assert mask.tolist() == [False, *[True] * (len(frame) - 1)]
    assert frame["missing"].iloc[1] == ("outline_quality",)


def test_an_investor_is_a_code_of_its_name_and_a_blank_is_none():
    (item,) = [item for item in CLUSTER_FILTERS if item.key == "investor"]
    names = item.names(CLUSTERS)
    assert sorted(names.values()) == sorted(CLUSTERS["investor"].dropna().unique())
    assert all(re.fullmatch("[a-z0-9-]+", code) for code in names)
    assert use({"investor": ["nam-hoang-viet-jsc"]}).mask.sum() == 2


def test_filters_of_communes_work_on_communes():
    frame = COMMUNES.assign(commune_codes=[(code,) for code in COMMUNES["code"]])
    for code, name in PROVINCES.items():
        found = apply(frame, {"province": [code]}, COMMUNE_FILTERS, value_name=said, lang="vi")
        assert set(frame.loc[found.mask, "former_province"]) == {name}
    found = apply(frame, {"commune": ["08500"]}, COMMUNE_FILTERS, value_name=said, lang="vi")
    assert frame.loc[found.mask, "code"].tolist() == ["08500"]


def test_an_empty_table_has_nothing_to_pass():
    found = use({"commune": ["08500"], "gaps": ["yes"]}, frame=CLUSTERS.iloc[:0])
    assert found.mask.tolist() == []
    assert found.mask.dtype == bool


def test_keys_and_texts_of_filters_are_there_and_may_stand_in_an_address():
    groups = [CLUSTER_FILTERS, COMMUNE_FILTERS, CROSSING_FILTERS]
    for group in groups:
        assert len({item.key for item in group}) == len(group)
    for item in {item.key: item for group in groups for item in group}.values():
        assert item.key.isidentifier()
        assert item.key.isascii()
        for key, lang in product((item.label, item.sentence), LANGS):
            assert catalog()[key][lang]


def disputes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "former_province": ["Phú Thọ", "Vĩnh Phúc", "Hòa Bình"],
            "change": ["remains", "resolved", "single"],
            "verdict": ["cross_commune", "within", "undetermined"],
            "evidence": ["decision", "geometry", "decision"],
            "lead_state": ["decided", "proposed", "undecided"],
            "disputed_ha": [12.5, 0.0, float("nan")],
        }
    )


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"verdict": ["cross_commune", "within"]}, [0, 1]),
        ({"change": ["single"]}, [2]),
        ({"lead": ["undecided"]}, [2]),
        ({"evidence": ["decision"], "province": ["phu-tho"]}, [0]),
        ({"min_ha": ["1"]}, [0]),
        ({"min_ha": ["12.5"]}, [0]),
        ({"min_ha": ["13"]}, []),
        ({"min_ha": ["0"]}, [0, 1]),
        ({"min_ha": []}, [0, 1, 2]),
    ],
)
@pytest.mark.parametrize("stored", ["float64", "Float64"])
def test_filters_of_disputes(chosen, left, stored):
    frame = disputes().astype({"disputed_ha": stored})
    found = apply(frame, chosen, CROSSING_FILTERS, value_name=said, lang="vi")
    assert frame.index[found.mask].tolist() == left
    assert found.mask.dtype == bool


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_choices_on_clusters_and_communes_bear_one_name(lang):
    """*Chưa đủ căn cứ* was a verdict of 55 clusters and a change of 58."""
    asked = [item for item in filters.of("crossing") if item.key in {"change", "verdict", "lead"}]
    words = [item.word(code, lang) for item in asked for code in item.options]
    assert len(words) == len(set(words)) > 8
