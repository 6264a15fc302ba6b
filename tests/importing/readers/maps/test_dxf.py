"""Drawings: what is closed is an outline, what is open is told."""

import unicodedata
from pathlib import Path

import ezdxf
import pytest
import shapely
from badfiles.corpus_build import square

from lib.importing.readers import base, registry
from lib.language.errors import DataRefusedError

RING = square()
SQUARE = shapely.Polygon(RING)


@pytest.fixture(params=["R12", "R2000", "R2004", "R2007", "R2018"])
def drawing(request):
    made = ezdxf.new(request.param)
    made.layers.add("Ranh giới CCN")
    return made


def read(drawing, tmp_path) -> base.Content:
    path = tmp_path / "ranh.dxf"
    drawing.saveas(path)
    return registry.read(path)


def refused(drawing, tmp_path) -> DataRefusedError:
    with pytest.raises(DataRefusedError) as caught:
        read(drawing, tmp_path)
    return caught.value


def same(shape: shapely.Geometry, expected: shapely.Geometry = SQUARE) -> bool:
    return bool(
        shapely.equals_exact(
            shapely.normalize(shapely.force_2d(shape)), shapely.normalize(expected), 0.011
        )
    )


def test_a_closed_polyline_keeps_its_layer_and_has_no_crs(drawing, tmp_path):
    space = drawing.modelspace()
    add = space.add_polyline2d if drawing.dxfversion < "AC1015" else space.add_lwpolyline
    add(RING, close=True, dxfattribs={"layer": "Ranh giới CCN"})
    (layer,) = read(drawing, tmp_path).layers
    assert same(layer.shapes[0])
    assert (layer.crs, layer.by_format) == (None, False)
    assert list(layer.frame["layer"]) == ["Ranh giới CCN"]
    assert list(layer.frame["text"]) == [""]


def test_a_polyline_with_heights_is_read_flat(drawing, tmp_path):
    drawing.modelspace().add_polyline3d([(x, y, 12.5) for x, y in RING], close=True)
    (layer,) = read(drawing, tmp_path).layers
    assert same(layer.shapes[0])


@pytest.mark.parametrize("gap", [0.0, 0.004])
def test_a_line_whose_ends_meet_is_closed(tmp_path, gap):
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline([*RING, (RING[0][0] + gap, RING[0][1])])
    (layer,) = read(made, tmp_path).layers
    assert same(layer.shapes[0])


def test_a_line_whose_ends_are_apart_is_never_closed_by_guessing(tmp_path):
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline([*RING, (RING[0][0] + 0.5, RING[0][1])])
    error = refused(made, tmp_path)
    assert error.key == "readers.dxf_nothing_closed"
    assert "0 (1)" in error.message()


def test_a_hatch_is_an_outline(tmp_path):
    made = ezdxf.new("R2007")
    made.layers.add("Đất CCN")
    hatch = made.modelspace().add_hatch(dxfattribs={"layer": "Đất CCN"})
    hatch.paths.add_polyline_path(RING, is_closed=True)
    (layer,) = read(made, tmp_path).layers
    assert same(layer.shapes[0])
    assert layer.frame["layer"][0] == "Đất CCN"


def test_the_one_text_inside_names_the_outline(tmp_path):
    made = ezdxf.new("R2007")
    space = made.modelspace()
    for at, words in enumerate((["Bãi Ba 2"], ["Lô A", "Lô B"], [])):
        shift = 2_000 * at
        space.add_lwpolyline([(x + shift, y) for x, y in RING], close=True)
        for number, text in enumerate(words):
            place = (RING[0][0] + shift + 100 + 50 * number, RING[0][1] + 100)
            space.add_text(text, dxfattribs={"insert": place})
    (layer,) = read(made, tmp_path).layers
    assert list(layer.frame["text"]) == ["Bãi Ba 2", "", ""]


@pytest.mark.parametrize("page", ["cp1252", "cp1258", "cp932"])
@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2013"])
def test_vietnamese_is_read_whatever_the_version_and_code_page(tmp_path, version, page):
    made = ezdxf.new(version)
    made.encoding = page
    space = made.modelspace()
    add = space.add_polyline2d if version == "R12" else space.add_lwpolyline
    add(RING, close=True, dxfattribs={"layer": "Đất"})
    inside = (RING[0][0] + 50, RING[0][1] + 50)
    space.add_text("CCN Tề Lỗ 2", dxfattribs={"insert": inside})
    (layer,) = read(made, tmp_path).layers
    assert (layer.frame["layer"][0], layer.frame["text"][0]) == ("Đất", "CCN Tề Lỗ 2")


def test_marks_of_the_vietnamese_code_page_are_put_together(tmp_path):
    made = ezdxf.new("R2000")
    made.encoding = "cp1258"
    made.modelspace().add_lwpolyline(RING, close=True, dxfattribs={"layer": "LOP"})
    path = tmp_path / "ranh.dxf"
    made.saveas(path)
    written = unicodedata.normalize("NFD", "Tề").replace("e\u0302", "ê").encode("cp1258")
    path.write_bytes(path.read_bytes().replace(b"LOP", written))
    assert registry.read(path).layers[0].frame["layer"][0] == "Tề"


def test_an_old_font_keeps_its_bytes(tmp_path):
    made = ezdxf.new("R2000")
    made.modelspace().add_lwpolyline(RING, close=True, dxfattribs={"layer": "B¶o Th¾ng"})
    (layer,) = read(made, tmp_path).layers
    assert layer.frame["layer"][0] == "B¶o Th¾ng"


def test_a_text_of_several_lines_inside_names_it_too(tmp_path):
    made = ezdxf.new("R2010")
    made.modelspace().add_lwpolyline(RING, close=True)
    made.modelspace().add_mtext(
        "CCN Tề Lỗ", dxfattribs={"insert": (RING[0][0] + 50, RING[0][1] + 50)}
    )
    (layer,) = read(made, tmp_path).layers
    assert layer.frame["text"][0] == "CCN Tề Lỗ"


def test_open_lines_beside_an_outline_are_counted_by_layer(tmp_path):
    made = ezdxf.new("R2000")
    space = made.modelspace()
    space.add_lwpolyline(RING, close=True)
    for layer in ("DUONG", "DUONG", "NUOC"):
        space.add_line((0, 0), (10, 10), dxfattribs={"layer": layer})
    found = read(made, tmp_path).findings
    assert [(f.key, f.values) for f in found] == [
        ("readers.dxf_open", {"layer": "DUONG", "count": 2}),
        ("readers.dxf_open", {"layer": "NUOC", "count": 1}),
    ]


def test_an_outline_inside_a_block_is_found_where_the_block_stands(tmp_path):
    made = ezdxf.new("R2000")
    block = made.blocks.new("CCN")
    block.add_lwpolyline([(0, 0), (0, 100), (100, 100), (100, 0)], close=True)
    made.modelspace().add_blockref("CCN", RING[0])
    (layer,) = read(made, tmp_path).layers
    east, north = RING[0]
    assert same(layer.shapes[0], shapely.box(east, north, east + 100, north + 100))


def test_arcs_of_a_polyline_are_kept(tmp_path):
    made = ezdxf.new("R2000")
    ring = [(*corner, 0.0) for corner in RING[:-1]] + [(*RING[-1], 1.0)]
    made.modelspace().add_lwpolyline(ring, format="xyb", close=True)
    (layer,) = read(made, tmp_path).layers
    bulge = layer.shapes[0].area - SQUARE.area
    assert abs(bulge) == pytest.approx(3.14159 / 8 * 866**2, rel=0.01)


@pytest.mark.parametrize(
    "content",
    [b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(range(256)), b"  0\nSECTION\n", b"0\nEOF\n"],
)
def test_what_is_no_drawing_is_refused(tmp_path, content):
    path: Path = tmp_path / "ranh.dxf"
    path.write_bytes(content)
    with pytest.raises(DataRefusedError, match=r"ranh\.dxf"):
        registry.read(path)
