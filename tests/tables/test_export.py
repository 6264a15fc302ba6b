import io
import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lib.language.errors import WrongUseError
from lib.tables import export

NOTES = {"_sheet": "Ghi chú", "Số liệu đến": "02/08/2026", "Sai số ranh giới": "50 m"}
FRAME = pd.DataFrame(
    {
        "cluster_id": ["PT-001", "PT-002"],
        "cluster_name": ["=HYPERLINK(1)", "Quảng Yên"],
        "area_ha": [12.3456, float("nan")],
        "change": [-1.5, 2.0],
    }
)
SHAPES = gpd.GeoDataFrame(
    FRAME,
    geometry=[shapely.box(105, 21, 105.1, 21.1), shapely.box(105.2, 21, 105.3, 21.1)],
    crs=4326,
)


def test_a_formula_in_a_name_stays_text_in_csv():
    text = export.to_csv(FRAME).decode()
    assert "'=HYPERLINK(1)" in text
    assert "-1.5" in text
    assert "'-1.5" not in text


def test_csv_for_excel_in_vietnam_opens_with_semicolons_and_commas():
    content = export.to_csv(FRAME, notes={"Số liệu đến": "02/08/2026"}, excel=True)
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), sep=";", decimal=",")
    assert back["area_ha"].iloc[0] == 12.3456
    assert (back["Số liệu đến"] == "02/08/2026").all()


def test_the_workbook_has_no_formula_a_frozen_header_and_its_notes():
    book = openpyxl.load_workbook(
        io.BytesIO(export.to_xlsx(FRAME, notes=NOTES, sheet="Cụm liên xã", decimals=["area_ha"]))
    )
    page = book["Cụm liên xã"]
    assert page.freeze_panes == "A2"
    assert page["B2"].data_type == "s"
    assert page["B2"].value == "=HYPERLINK(1)"
    assert page["C2"].number_format == "#,##0.00"
    assert page["C3"].value is None
    assert page["D2"].value == -1.5
    notes = {row[0].value: row[1].value for row in book["Ghi chú"].iter_rows()}
    assert notes == {"Số liệu đến": "02/08/2026", "Sai số ranh giới": "50 m"}


def test_geojson_carries_its_notes_and_no_nan():
    content = json.loads(export.to_geojson(SHAPES, notes=NOTES))
    assert content["metadata"]["Sai số ranh giới"] == "50 m"
    assert content["features"][1]["properties"]["area_ha"] is None


def test_a_geopackage_opens_with_its_layer_and_notes(tmp_path):
    path = tmp_path / "x.gpkg"
    path.write_bytes(export.to_gpkg(SHAPES, layer="cross_commune", notes=NOTES))
    assert len(gpd.read_file(path, layer="cross_commune")) == 2
    assert set(gpd.read_file(path, layer="metadata")["text"]) == {"02/08/2026", "50 m"}


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_whatever_looks_like_a_formula_is_disarmed(first, rest):
    assert export.safe_text(first + rest) == f"'{first}{rest}"


def test_an_unknown_ending_is_wrong_use(tmp_path):
    with pytest.raises(WrongUseError) as wrong:
        export.suffix_of(tmp_path / "a.pdf")
    assert "csv, xlsx, geojson, gpkg" in wrong.value.message()
