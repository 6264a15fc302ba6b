"""Own layers on the map: filtered, added up, in classes; the rows behind every figure."""

import datetime as dt

import pandas as pd
import pytest
from ownrows import CODES, TABLES, table

from lib.language.errors import WrongUseError
from lib.layers.frames import own_points
from lib.layers.own.look import MANY, Look, draw, looks_of, row_of_sign
from lib.layers.own.total import Choice, areas_of, left, totals
from lib.layers.own.words import of_classes, title
from lib.layers.registry import LAYERS
from lib.places.owntable import geo_table, plain_table
from lib.settings import settings
from lib.tables.ownlayers import (
    TABLE,
    layers_of,
    named,
    of_program,
)
from lib.tables.symbology import AUTOMATIC, Symbology, symbology_of


@pytest.fixture
def layer():
    return layers_of({TABLE: table()}, shipped=False)[0]


EVERY = pd.Series(data=True, index=range(4))


def test_sums_are_those_of_the_rows_and_a_blank_is_no_zero(layer):
    drawn = draw(layer, Look("sum", "Số"), EVERY)
    assert drawn.amounts[CODES[0]] == 3.5
    assert pd.isna(drawn.amounts[CODES[1]])
    assert drawn.communes == {CODES[0]: "class-0", CODES[1]: "class-none"}
    assert draw(layer, Look("count"), EVERY).amounts.to_dict() == {CODES[0]: 2, CODES[1]: 1}


def test_a_commune_of_two_categories_is_of_neither(layer):
    mixed = left(layer, Choice())
    assert draw(layer, Look("category", "Tên"), mixed).communes[CODES[0]] == MANY
    assert draw(layer, Look("category", "Loại"), mixed).communes[CODES[0]] == "own-0"


def test_signs_have_the_class_of_their_category_and_lead_back_to_their_row(layer):
    drawn = draw(layer, Look("signs", "Loại"), EVERY)
    assert list(drawn.signs.values()) == ["own-0", "own-1"]
    code = list(drawn.signs)[1].partition(":")[2]
    assert row_of_sign((layer,), code) == (layer, 2)
    assert row_of_sign((layer,), code.replace(".2", ".9")) is None


def test_the_file_of_the_map_holds_points_and_nothing_else(layer):
    frame = own_points({**TABLES, TABLE: table()})
    assert frame["name"].tolist() == ["<b>Một</b>", "Ba"]
    assert set(frame["code"]) == {sign.partition(":")[2] for sign in layer.signs}
    assert own_points(TABLES) is None


@pytest.mark.parametrize(
    ("choice", "rows"),
    [
        (Choice(words="mot"), [0]),
        (Choice(categories={"Loại": ["B"]}), [2, 3]),
        (Choice(ranges={"Số": (2, 4)}), [1, 3]),
        (Choice(days={"Ngày": (dt.date(2024, 2, 1), dt.date(2024, 2, 29))}), [1, 2]),
        (Choice(matches=("unknown",)), [3]),
        (Choice(communes=frozenset({CODES[1]})), [2]),
    ],
)
def test_filters_leave_the_rows_they_say(layer, choice, rows):
    passing = left(layer, choice)
    assert passing.index[passing].tolist() == rows


def test_totals_by_area_add_up_to_all_rows(layer):
    communes, former = TABLES["communes"], TABLES["former_units"]
    for area in ("commune", "district", "province"):
        found = totals(layer, EVERY, areas_of(communes, former, area))
        assert found["rows"].sum() == 4
        assert found["Số"].sum() == 7.5
    blank = found[found["area"] == ""]
    assert blank["rows"].tolist() == [1]


def test_it_begins_with_the_number_it_was_brought_for(layer):
    assert next(iter(looks_of(layer).values())) == Look("sum", "Số")


def test_tables_for_others_say_where_each_row_was_found(layer):
    plain = plain_table(layer, TABLES["communes"])
    assert plain["match"].tolist() == ["exact", "exact", "exact", "unknown"]
    assert plain["commune_name"].iloc[0].endswith(TABLES["communes"]["name"].iloc[0])
    shapes = geo_table(layer, TABLES["communes"]).geometry
    assert shapes.iloc[0].x == 105.1
    assert shapes.iloc[1].x == pytest.approx(TABLES["communes"]["lon"].iloc[0])
    assert shapes.iloc[3] is None


def test_a_layer_is_found_however_its_name_is_written(layer):
    assert named((layer,), "chợ") is layer
    with pytest.raises(WrongUseError):
        named((layer,), "Cho")


def test_the_layers_of_the_program_name_a_source_and_a_date_on_every_row():
    shipped = of_program(settings().facts)
    assert len(shipped) == 3
    for one in shipped:
        assert one.cells["Địa chỉ nguồn"].str.fullmatch(r"https?://\S+").all(), one.name
        assert one.cells["Ngày kiểm tra nguồn"].notna().all()
        codes = one.rows["commune_code"].dropna()
        assert set(codes) <= set(CODES), one.name
    railway = shipped[0].cells["Loại"] == "Đường sắt mới: xã đi qua"
    assert shipped[0].rows["commune_code"][railway].nunique() == 20


def test_a_layer_of_the_office_takes_the_place_of_one_of_the_program():
    name = of_program(settings().facts)[0].name
    found = layers_of({TABLE: table(name)})
    assert [one.shipped for one in found if one.name == name] == [False]
    assert len(found) == 3


def test_a_layer_is_drawn_as_somebody_chose():
    chosen = Symbology("count", "", "blue", "ring", 2, 1, "m³")
    kept = chosen.kept()
    again = layers_of({TABLE: table(symbology=kept)}, shipped=False)[0]
    assert again.symbology == symbology_of(kept) == chosen
    assert next(iter(looks_of(again).values())) == Look("count")
    drawn = draw(again, Look("sum", "Số"), EVERY)
    assert drawn.communes[CODES[0]] == "blue-0"
    assert title(again, Look("sum", "Số"), "vi") == "Chợ: tổng Số theo xã (m³)"
    assert of_classes(drawn, "vi")["blue-0"] == "3,5"
    alone = draw(again, Look("signs"), EVERY)
    assert set(alone.signs.values()) == {"own-blue-ring"}
    by_kind = draw(again.drawn_as(Symbology(colour="green")), Look("signs", "Loại"), EVERY)
    assert list(by_kind.signs.values()) == ["own-2", "own-3"]
    keys = {key for key, _, _ in by_kind.legend} | {"own-blue-ring"}
    assert keys <= {style.key for style in LAYERS["own-points"].styles}


@pytest.mark.parametrize(
    "cell",
    [None, "[]", "{", '{"colour": "red"}', '{"classes": true, "decimals": 99, "unit": 1, "x": 2}'],
)
def test_what_a_cell_cannot_say_is_left_to_the_program(cell):
    assert symbology_of(cell) == AUTOMATIC
    assert AUTOMATIC.kept() is None
