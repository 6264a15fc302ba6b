"""The glossary: every column has a type, words, codes; nothing else gets in."""

import datetime as dt
import re
import string

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.text import LANGS, catalog, no_data
from lib.tables import glossary, registry, schemas
from lib.tables.registry import TABLES

COLUMNS = [
    (table, column) for table, model in schemas.ALL_TABLES.items() for column in model.columns
]


def test_every_column_has_a_heading_in_both_languages():
    for table, column in COLUMNS:
        headings = [schemas.label(table, column, lang) for lang in LANGS]
        assert all(headings), (table, column)
        assert column not in headings, (table, column)


def test_a_column_that_came_later_may_be_blank():
    later = {(name, c.name) for name, t in registry.TABLES.items() for c in t.columns if c.later}
    assert ("clusters", "decision_end") in later
    for table, column in later:
        known = schemas.ALL_TABLES[table].columns[column]
        assert known.nullable, (table, column)
        old = glossary.with_later_columns(table, pd.DataFrame({"name": ["x"]}))
        assert old[column].isna().all()
        known.validate(old[[column]])


def test_a_unit_stands_in_the_heading():
    units = {(table, column): TABLES[table].column(column).unit for table, column in COLUMNS}
    assert units["clusters", "area_ha"] == "ha"
    for (table, column), unit in units.items():
        for lang in LANGS:
            assert not unit or f"({unit}" in schemas.label(table, column, lang)


@pytest.mark.parametrize("table", schemas.ALL_TABLES)
def test_no_table_without_source_and_date(table):
    schema = schemas.ALL_TABLES[table]
    assert schema.strict is True
    for column in ("source_url", "as_of"):
        assert schema.columns[column].nullable is False


def test_every_set_of_codes_is_used_by_a_column_or_by_the_merger():
    used = {schemas.codes_of(table, column) for table, column in COLUMNS} - {None}
    assert used | {"change", "resolution"} == set(schemas.CODES)


def test_the_words_of_the_look():
    assert schemas.value_label("wastewater", "stopped") == "có nhưng dừng"
    assert schemas.value_label("outline_quality", "none") == "chưa có ranh giới"
    assert schemas.value_label("weak_kind", "extremely_difficult") == "xã đặc biệt khó khăn"
    assert schemas.value_label("change", "remains") == "vẫn liên xã"
    assert schemas.value_label("change", "undetermined", "en") == "before and after not known"
    assert schemas.value_label("decision_kind", None) == no_data()
    assert schemas.value_label("qualifier", float("nan"), "en") == no_data("en")


def test_an_unknown_code_has_no_words():
    with pytest.raises(KeyError):
        schemas.value_label("wastewater", "yes")


def test_placeholders_of_both_languages_are_the_same():
    for key, twins in catalog().items():
        if key.startswith(("schemas.", "merger.")):
            assert set(twins) == set(LANGS), key
            names = [set(re.findall(r"{(\w+)", twins[lang])) for lang in LANGS]
            assert names[0] == names[1], key


def _assignments(**changed):
    row = {
        "cluster_id": "VP-002",
        "commune_code": "09043",
        "document_no": None,
        "date": "2025-10-15",
        "status": "proposed",
        "note": None,
        "source_url": "https://example.vn/1",
        "as_of": "2025-10-15",
    } | changed
    return schemas.ALL_TABLES["assignments"].validate(pd.DataFrame([row], dtype="str"))


FEW = settings(max_examples=25, deadline=None)


@FEW
@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)), st.sampled_from([4, 7, 10]))
def test_a_day_a_month_or_a_year_is_a_date(day, length):
    assert _assignments(as_of=day.isoformat()[:length])["as_of"].iloc[0]


@FEW
@given(st.text(alphabet=string.digits + "-/ năm", min_size=1, max_size=12))
def test_nothing_else_is_a_date(text):
    parts = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    whole = parts and 1900 <= int(parts[1]) <= 2099
    whole = whole and 1 <= int(parts[2] or 1) <= 12 and 1 <= int(parts[3] or 1) <= 31
    if whole and (parts[2] or not parts[3]):
        assert len(_assignments(date=text))
    else:
        with pytest.raises(pa.errors.SchemaError):
            _assignments(date=text)


@FEW
@given(st.text(max_size=8))
def test_a_code_keeps_its_five_digits(text):
    if re.fullmatch(r"[0-9]{5}", text):
        assert _assignments(commune_code=text)["commune_code"].iloc[0] == text
    else:
        with pytest.raises(pa.errors.SchemaError):
            _assignments(commune_code=text)


@pytest.mark.parametrize("note", [" đầu có dấu cách", "cuối có dấu cách ", " ", ""])
def test_text_is_trimmed_and_a_blank_is_na(note):
    with pytest.raises(pa.errors.SchemaError):
        _assignments(note=note)
