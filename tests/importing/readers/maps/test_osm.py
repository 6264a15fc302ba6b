"""OpenStreetMap files: read by GDAL, dated by their own header, refused when cut short."""

import pytest
import shapely
from osmfiles import small_ground

from lib.importing.readers.maps import osm
from lib.language.errors import DataRefusedError

EVERYWHERE = (104.0, 20.0, 107.0, 22.5)


def both(folder):
    made = small_ground()
    return made.write_pbf(folder / "nho.osm.pbf"), made.write_xml(folder / "nho.osm")


def test_pbf_and_xml_give_the_same(tmp_path):
    read = [osm.read(path, path.name, EVERYWHERE) for path in both(tmp_path)]
    for one, other in zip(*read, strict=True):
        assert one.frame.equals(other.frame)
        assert shapely.equals_exact(one.shapes, other.shapes, tolerance=1e-7).all()
    points, lines, areas = read[0]
    assert points.frame["name"].tolist() == ["Việt Trì"], "a bank is no settlement"
    assert len(lines.frame) == 5
    assert areas.frame["name_vi"].tolist() == ["Hồ Đầm Vạc"]
    assert lines.crs == "EPSG:4326"


def test_only_what_reaches_into_the_frame_is_read(tmp_path):
    pbf, _ = both(tmp_path)
    points, lines, areas = osm.read(pbf, pbf.name, (105.5, 21.3, 105.7, 21.4))
    assert (len(points.shapes), len(lines.shapes), len(areas.shapes)) == (0, 1, 0)


def test_a_file_says_of_which_day_its_data_is(tmp_path):
    assert [osm.data_date(path) for path in both(tmp_path)] == ["2025-11-30"] * 2
    other = tmp_path / "khac.osm.pbf"
    other.write_bytes(b"\xff" * 300)
    assert osm.data_date(other) == ""
    old = small_ground().write_pbf(tmp_path / "cu.osm.pbf", seconds=2**63)
    assert osm.data_date(old) == "", "no day anybody lives to see"


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("at", [0, 1])
def test_a_file_that_breaks_off_is_refused(tmp_path, at, share):
    path = both(tmp_path)[at]
    whole = path.read_bytes()
    path.write_bytes(whole[: round(len(whole) * share)])
    with pytest.raises(DataRefusedError) as refused:
        osm.read(path, path.name, EVERYWHERE)
    assert refused.value.key == "readers.unreadable"


def test_another_kind_of_file_under_this_name_is_refused(tmp_path):
    path = tmp_path / "la.osm"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(DataRefusedError):
        osm.read(path, path.name, EVERYWHERE)
