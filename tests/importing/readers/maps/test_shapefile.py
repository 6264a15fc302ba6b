"""Layers that come in several files: Shapefile and MapInfo, and what their .prj says."""

import warnings
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pyogrio
import pytest
import shapely
from badfiles.corpus_build import frame, shapefile_parts, square, zipped
from pyproj import CRS
from readings import SQUARE, refused, the_square

from lib.importing.readers import registry
from lib.importing.readers.maps.ogr import epsg_of

# ---- Shapefile ------------------------------------------------------------------------------


def test_a_zipped_shapefile_states_its_crs_and_letters(tmp_path):
    path = tmp_path / "ranh.zip"
    zipped(path, shapefile_parts(path))
    layer = the_square(registry.read(path))
    assert (layer.crs, layer.by_format) == ("EPSG:9208", False)
    assert layer.place == "ranh.zip [ranh]"
    assert layer.frame["name"][0] == "Bãi Ba 2"


def test_a_shapefile_in_a_folder_with_capital_endings_and_rubbish_of_a_mac(tmp_path):
    path = tmp_path / "ranh.zip"
    parts = {f"Bản đồ/Lớp/{n.upper()}": c for n, c in shapefile_parts(path).items()}
    rubbish = {"__MACOSX/Lớp/._RANH.SHP": b"\0\5\x16\7", "Bản đồ/.DS_Store": b"x", "đọc.txt": b"x"}
    zipped(path, {"Bản đồ/": b"", **parts, **rubbish})
    assert the_square(registry.read(path)).layer == "RANH"


@pytest.mark.parametrize("page", ["1258", "cp1258", "ANSI 1258", "windows-1258"])
@pytest.mark.parametrize(
    "stored", ["Tân Phú", "Tân Phu\u0309", "Hơ\u0323p Tiê\u0301n", "Đô\u0300ng La\u0323c"]
)
def test_code_page_1258_keeps_the_last_letter(tmp_path, page, stored):
    parts = shapefile_parts(tmp_path / "ranh.zip", frame(name=["x" * 20]))
    parts["ranh.dbf"] = parts["ranh.dbf"].replace(b"x" * 20, stored.encode("cp1258").ljust(20))
    zipped(tmp_path / "ranh.zip", parts | {"ranh.cpg": page.encode()})
    layer = the_square(registry.read(tmp_path / "ranh.zip"))
    assert list(layer.frame) == ["cluster_id", "name"]
    assert layer.frame["name"].tolist() == [normalize("NFC", stored)]


@pytest.mark.parametrize("missing", [".prj", ".shx", ".cpg"])
def test_a_shapefile_is_read_without_the_parts_it_can_miss(tmp_path, missing):
    path = tmp_path / "ranh.zip"
    parts = shapefile_parts(path)
    del parts[f"ranh{missing}"]
    zipped(path, parts)
    layer = the_square(registry.read(path))
    assert layer.crs == (None if missing == ".prj" else "EPSG:9208")
    assert registry.read(path).findings == ()


def test_two_shapefiles_in_one_zip_are_two_layers(tmp_path):
    path = tmp_path / "ranh.zip"
    other = frame(epsg=5897)
    parts = {f"a/{n}": c for n, c in shapefile_parts(path, stem="ranh").items()}
    parts |= {f"b/{n}": c for n, c in shapefile_parts(path, other, stem="ranh").items()}
    zipped(path, parts)
    read = registry.read(path)
    assert [layer.crs for layer in read.layers] == ["EPSG:9208", "EPSG:5897"]


def test_letters_of_a_shapefile_follow_its_cpg(tmp_path):
    path = tmp_path / "ranh.zip"
    parts = shapefile_parts(path, frame(name=["B¶o Th¾ng"]))
    parts["ranh.dbf"] = parts["ranh.dbf"].replace("B¶o Th¾ng".encode(), b"B\xb6o Th\xbeng  ")
    parts["ranh.cpg"] = b"1252"
    zipped(path, parts)
    assert registry.read(path).layers[0].frame["name"][0].strip() == "B¶o Th¾ng"


def test_a_crs_nobody_knows_is_told(tmp_path):
    path = tmp_path / "ranh.zip"
    parts = shapefile_parts(path) | {"ranh.prj": b'LOCAL_CS["so do tu do",UNIT["Meter",1]]'}
    zipped(path, parts)
    read = registry.read(path)
    assert read.layers[0].crs is None
    assert [(f.key, f.file) for f in read.findings] == [("readers.unknown_crs", "ranh.zip [ranh]")]


SHIFT = "-191.90441429,-39.30318279,-111.45032835"
FLIPPED = f"{SHIFT},0.00928836,-0.01975479,0.00427372,0.252906278"
UNFLIPPED = f"{SHIFT},-0.00928836,0.01975479,-0.00427372,0.252906278"


def prj(
    meridian: float,
    scale: float,
    *,
    name: str = "VN2000_TM3",
    datum: str = "D_Vietnam_2000",
    shift: str = "",
) -> str:
    toward = f",TOWGS84[{shift}]" if shift else ""
    return (
        f'PROJCS["{name}",GEOGCS["GCS_{datum[2:]}",DATUM["{datum}",'
        f'SPHEROID["WGS_1984",6378137.0,298.257223563]{toward}],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


@pytest.mark.parametrize(
    ("meridian", "scale", "code"),
    [(104.75, 0.9999, 9208), (105.0, 0.9999, 5897), (106.0, 0.9999, 9211), (105.0, 0.9996, 3405)],
)
@pytest.mark.parametrize("shift", ["", FLIPPED, UNFLIPPED], ids=["bare", "flipped", "unflipped"])
@pytest.mark.parametrize("words", ["VN2000_TM3", "VN-2000 / mui chieu rieng", "Kinh tuyen truc"])
def test_vn2000_in_words_of_its_own_is_known(tmp_path, meridian, scale, code, shift, words):
    path = tmp_path / "ranh.zip"
    text = prj(meridian, scale, name=words, shift=shift)
    zipped(path, shapefile_parts(path) | {"ranh.prj": text.encode()})
    read = registry.read(path)
    assert read.layers[0].crs == f"EPSG:{code}"
    assert read.findings == ()


@pytest.mark.parametrize(("meridian", "code"), [(104.75, 9208), (105.0, 5897), (106.0, 9211)])
@pytest.mark.parametrize("shift", [FLIPPED, UNFLIPPED])
def test_vn2000_as_a_proj_string_is_known(meridian, code, shift):
    stated = (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        f"+towgs84={shift} +units=m +no_defs"
    )
    assert epsg_of(stated) == f"EPSG:{code}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (prj(105.0, 0.9996, name="WGS_1984_UTM_Zone_48N", datum="D_WGS_1984"), "EPSG:32648"),
        (prj(105.0, 0.9996, name="so do", datum="D_WGS_1984"), "EPSG:32648"),
        (prj(104.25, 0.9999), None),
        (prj(105.0, 1.0), None),
        ("+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=0 +ellps=WGS84 +units=m", None),
        ("EPSG:4326", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:900913", "EPSG:3857"),
        ("+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000 +ellps=krass", None),
        (prj(104.75, 0.9999).replace('"Meter",1.0', '"Foot_US",0.3048006096'), None),
        ("EPSG:4756", "EPSG:4756"),
        ("EPSG:9208", "EPSG:9208"),
        ("rubbish", None),
        ("", None),
        (None, None),
    ],
)
def test_another_system_is_never_taken_for_vn2000(text, code):
    assert epsg_of(text) == code


OFFICIAL = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
ON_VN2000 = {
    "+proj=longlat": "EPSG:4756",
    "+proj=utm +zone=48": "EPSG:3405",
    "+proj=utm +zone=49": "EPSG:3406",
    "+proj=tmerc +lon_0=105.5 +k=0.9999 +x_0=500000": "EPSG:9209",
    "+proj=tmerc +lon_0=104.75 +k=0.9999 +x_0=500000": "EPSG:9208",
    "+proj=tmerc +lon_0=104.75 +k=0.9996 +x_0=500000": None,
}


@pytest.mark.parametrize("version", ["WKT1_GDAL", "WKT2_2019", "PROJ4"])
@pytest.mark.parametrize("system", ON_VN2000)
@pytest.mark.parametrize("shift", [OFFICIAL, "-191.90441429,-39.30318279,-111.45032835"])
def test_a_system_of_its_own_with_the_shift_of_vn2000_is_vn2000(system, version, shift):
    crs = CRS(f"{system} +ellps=WGS84 +towgs84={shift} +no_defs +type=crs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PROJ strings lose words
        stated = crs.to_proj4() if version == "PROJ4" else crs.to_wkt(version)
    assert epsg_of(stated) == ON_VN2000[system]


@pytest.mark.parametrize("system", ON_VN2000)
def test_a_system_with_another_shift_is_no_known_one(system):
    stated = f"{system} +ellps=WGS84 +towgs84=198,881,317,0,0,0,0 +no_defs +type=crs"
    assert epsg_of(stated) is None


@pytest.mark.parametrize("system", ["EPSG:9208+5773", "EPSG:4756+5773", "EPSG:32648+5773"])
def test_heights_with_a_system_of_their_own_do_not_hide_the_plane(system):
    assert epsg_of(system) == system.partition("+")[0]


def fifty(path: Path) -> dict[str, bytes]:
    ring = np.array([*square(), square()[0]])
    many = frame(*[shapely.Polygon(ring + 2_000 * at) for at in range(50)])
    return shapefile_parts(path, many)


@pytest.mark.parametrize("part", [".shp", ".dbf"])
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_part_of_a_shapefile_that_is_cut_short_is_refused(tmp_path, part, share):
    path = tmp_path / "ranh.zip"
    parts = fifty(path)
    parts[f"ranh{part}"] = parts[f"ranh{part}"][: int(len(parts[f"ranh{part}"]) * share)]
    zipped(path, parts)
    assert refused(path).key == "readers.unreadable"


@pytest.mark.parametrize("share", [0.985, 0.999])
def test_a_last_shape_that_is_cut_off_is_never_read_as_none(tmp_path, share):
    path = tmp_path / "ranh.zip"
    parts = fifty(path)
    parts["ranh.shp"] = parts["ranh.shp"][: int(len(parts["ranh.shp"]) * share)]
    zipped(path, parts)
    assert refused(path).key == "readers.unreadable"


def test_an_index_of_a_shapefile_that_is_cut_short_is_made_anew(tmp_path):
    path = tmp_path / "ranh.zip"
    parts = fifty(path)
    parts["ranh.shx"] = parts["ranh.shx"][:150]
    zipped(path, parts)
    (layer,) = registry.read(path).layers
    assert len(layer.frame) == 50
    assert not shapely.is_missing(layer.shapes).any()


# ---- MapInfo -------------------------------------------------------------------------------


def mapinfo_parts(folder: Path, suffix: str) -> dict[str, bytes]:
    folder.mkdir()
    made = frame(name=["Bai Ba 2"])
    pyogrio.write_dataframe(made, folder / f"ranh.{suffix}", driver="MapInfo File")
    return {part.name: part.read_bytes() for part in folder.iterdir()}


@pytest.mark.parametrize("suffix", ["tab", "mif"])
def test_a_zipped_mapinfo_table_is_read(tmp_path, suffix):
    path = tmp_path / "ranh.zip"
    zipped(path, {f"Lớp/{n}": c for n, c in mapinfo_parts(tmp_path / "parts", suffix).items()})
    (layer,) = registry.read(path).layers
    assert shapely.equals_exact(shapely.normalize(layer.shapes[0]), shapely.normalize(SQUARE), 0.05)
    assert layer.frame["name"][0] == "Bai Ba 2"
    assert layer.crs in (None, "EPSG:9208")


def test_a_mif_beside_its_mid_is_read(tmp_path):
    mapinfo_parts(tmp_path / "parts", "mif")
    (layer,) = registry.read(tmp_path / "parts" / "ranh.mif").layers
    assert layer.frame["cluster_id"][0] == "PT-001"


@pytest.mark.parametrize("packed", [True, False])
def test_a_mif_without_its_mid_is_refused(tmp_path, packed):
    parts = mapinfo_parts(tmp_path / "parts", "mif")
    (tmp_path / "parts" / "ranh.mid").unlink()
    path = tmp_path / "parts" / "ranh.mif"
    if packed:
        path = tmp_path / "ranh.zip"
        zipped(path, {"ranh.mif": parts["ranh.mif"]})
    error = refused(path)
    assert error.key == "readers.part_missing"
    assert ".mid" in error.message()


@pytest.mark.parametrize(
    "line",
    [
        'Open Table "/etc/passwd"',
        '  open table "../khác"',
        "create view x as select * from y",
        'File "/etc/passwd"',
        "Type ODBC",
        '"\\IsSeamless" = "TRUE"',
    ],
)
def test_a_tab_that_points_elsewhere_is_refused(tmp_path, line):
    path = tmp_path / "ranh.zip"
    parts = mapinfo_parts(tmp_path / "parts", "tab")
    parts["ranh.tab"] += f"\r\n{line}\r\n".encode()
    zipped(path, parts)
    assert refused(path).key == "readers.tab_foreign"


@pytest.mark.parametrize("missing", [".dat", ".map", ".id"])
def test_a_tab_without_a_part_is_refused(tmp_path, missing):
    path = tmp_path / "ranh.zip"
    parts = mapinfo_parts(tmp_path / "parts", "tab")
    del parts[f"ranh{missing}"]
    zipped(path, parts)
    error = refused(path)
    assert error.key == "readers.part_missing"
    assert missing in error.message()
