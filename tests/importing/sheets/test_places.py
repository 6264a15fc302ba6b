"""Names of communes as offices, telephones and foreigners write them."""

import pytest
from facttables import fact_tables

from lib.importing.sheets.places import Places

TABLES = fact_tables()
CODES = dict(zip(TABLES["communes"]["name"], TABLES["communes"]["code"], strict=True))


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(TABLES)


@pytest.mark.parametrize(
    ("given", "commune"),
    [
        ("Ðoan Hùng", "Đoan Hùng"),
        ("xã Ɖoan Hùng", "Đoan Hùng"),
        ("xã Đоаn Hùng", "Đoan Hùng"),  # Cyrillic о, а
        ("xã Đoan Hùng.", "Đoan Hùng"),
        ("xã Đoan Hùng ;", None),
        ("xã Đoan Hùng,", "Đoan Hùng"),
        ("xã Đoan Hùng - Phú Thọ", "Đoan Hùng"),
        ("xã Đoan Hùng, tỉnh Phú Thọ", "Đoan Hùng"),
        ("P Hòa Bình", "Hòa Bình"),
        ("P. Hòa Bình", "Hòa Bình"),
        ("phường Hòa Bình – Phú Thọ", "Hòa Bình"),
        ("X Đoan Hùng", "Đoan Hùng"),
        ("Đoan Hùng commune", "Đoan Hùng"),
        ("Doan Hung Commune, Phu Tho Province", "Đoan Hùng"),
        ("commune of Doan Hung", "Đoan Hùng"),
        ("Hoa Binh Ward", "Hòa Bình"),
    ],
)
def test_a_name_is_found_however_it_is_written(places, given, commune):
    read = places.find(given)
    assert read.value == (None if commune is None else CODES[commune]), read


def test_a_town_that_had_the_name_of_the_province_is_still_a_town(places):
    former = TABLES["former_units"]
    town = former[(former["district"] == "Phú Thọ") | former["district"].str.endswith(" Phú Thọ")]
    unit = town.drop_duplicates("name", keep=False).iloc[0]
    read = places.find(f"{unit['kind']} {unit['name']} - Phú Thọ", before=True)
    assert read.value == unit["new_code"], read


def test_an_unknown_name_stays_unknown(places):
    for given in ("xã Đоаn Hùnk - Phú Thọ", "Nowhere commune", "ward", "commune of"):
        assert places.find(given).value is None
