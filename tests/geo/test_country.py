"""The file of the whole country: what is taken from it, and what is refused."""

import geopandas as gpd
import pytest
import shapely

from lib.geo.country import ARCHIPELAGOS, FILE, PROVINCES, read_country
from lib.language.errors import DataRefusedError

OWN = ["07900", "08152"]
ROWS = [
    ("07900", "Phường Việt Trì", "25_phu_tho", 105.4, 21.3),
    ("08152", "Xã Đoan Hùng", "25_phu_tho", 105.2, 21.6),
    ("00004", "Phường Ba Đình", "01_ha_noi", 105.8, 21.0),
    ("06325", "xã Bắc Sơn", "20_lang_son", 106.3, 21.9),
    ("20333", "Đặc khu Hoàng Sa", "48_da_nang", 112.0, 16.5),
    ("22736", "Đặc khu Trường Sa", "56_khanh_hoa", 113.8, 8.6),
]


def frame(rows=ROWS) -> gpd.GeoDataFrame:
    code, name, province, lon, lat = zip(*rows, strict=True)
    shapes = [shapely.box(x, y, x + 0.1, y + 0.1) for x, y in zip(lon, lat, strict=True)]
    columns = {"code": code, "fullName": name, "province": province, "areaKm2": 100.0}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


@pytest.fixture
def bundle(tmp_path):
    def write(given):
        path = tmp_path / FILE
        path.parent.mkdir(exist_ok=True)
        given.to_parquet(path)
        return tmp_path

    return write


def refused(folder, communes=OWN):
    with pytest.raises(DataRefusedError) as why:
        read_country([folder], communes)
    assert why.value.message("vi")
    return why.value


def test_the_other_provinces_come_with_name_kind_and_province(bundle):
    found = read_country([bundle(frame())], OWN)
    assert found[["code", "name", "kind", "province"]].to_numpy().tolist() == [
        ["00004", "Ba Đình", "ward", "Hà Nội"],
        ["06325", "Bắc Sơn", "commune", "Lạng Sơn"],
        ["20333", "Hoàng Sa", "special_zone", "Đà Nẵng"],
        ["22736", "Trường Sa", "special_zone", "Khánh Hòa"],
    ]
    assert found.crs == 4326
    assert len(PROVINCES) == 34


@pytest.mark.parametrize("code", ARCHIPELAGOS)
def test_no_country_without_either_archipelago(bundle, code):
    why = refused(bundle(frame([row for row in ROWS if row[0] != code])))
    assert why.key == "country.no_archipelago"
    assert why.values["names"] == ARCHIPELAGOS[code]


def test_a_bundle_without_the_file_is_told(tmp_path):
    assert refused(tmp_path).key == "country.no_file"


def test_what_is_no_parquet_is_refused(bundle):
    folder = bundle(frame())
    (folder / FILE).write_bytes(b"PAR1 and nothing more")
    assert refused(folder).key == "country.unreadable"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("code", "4"),
        ("code", "20333"),
        ("fullName", "Ba Đình"),
        ("province", "99_x"),
        ("areaKm2", None),
        ("geometry", shapely.Point(105.8, 21.0)),
        ("geometry", shapely.box(0, 0, 1, 1)),
        ("geometry", None),
    ],
)
def test_the_row_and_column_of_a_fault_are_named(bundle, column, value):
    given = frame()
    given.loc[2, column] = value
    why = refused(bundle(given))
    assert why.key == "country.bad_value"
    assert why.values["column"] == column
    assert why.values["row"] == (5 if value == "20333" else 3)


def test_a_column_that_is_missing_is_named(bundle):
    why = refused(bundle(frame().drop(columns="areaKm2")))
    assert (why.key, why.values["column"]) == ("country.no_column", "areaKm2")


def test_the_communes_of_the_province_must_be_those_of_the_program(bundle):
    why = refused(bundle(frame()), ["07900"])
    assert (why.key, why.values["codes"]) == ("country.other_communes", "08152")
