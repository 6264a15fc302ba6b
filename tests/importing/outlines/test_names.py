"""Which cluster an outline is of, and what stands beside outlines in a file."""

import ezdxf
import geopandas as gpd
import pyogrio
import pytest
import shapely
from badfiles.corpus_build import (
    collection,
    feature,
    frame,
    holding,
    kml,
    placemark,
    polygon,
    shapefile_parts,
    zipped,
)
from facttables import fact_tables

from lib.geo.schematic import schematic_communes
from lib.geo.zones import to_storage
from lib.importing import bring
from lib.importing.draft import Draft, Options
from lib.language.errors import WrongUseError
from lib.language.text import t

NAME = "Bãi Ba 2"
EAST, NORTH = 548_800.0, 2_356_000.0
SIDE = 866.03
AREA = SIDE**2
FRAME = [(0, 0), (420, 0), (420, 297), (0, 297)]


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


def square(shift: float = 0.0, side: float = SIDE) -> list[tuple[float, float]]:
    x = EAST + shift
    return [(x, NORTH), (x + side, NORTH), (x + side, NORTH + side), (x, NORTH + side)]


def degrees(ring, epsg: int = 9208):
    (shape,) = to_storage(shapely.polygons([ring]), epsg)
    return list(shape.exterior.coords)[:-1]


def drawn(path, *rings, layer: str = "0", text: str = ""):
    made = ezdxf.new("R2010")
    for ring in rings:
        made.modelspace().add_lwpolyline(ring, close=True, dxfattribs={"layer": layer})
    if text:
        made.modelspace().add_text(text, dxfattribs={"insert": (EAST + 99, NORTH + 99)})
    made.saveas(path)
    return path


def check(base, path, **chosen) -> Draft:
    contents, unreadable = bring.read_all([(path, path.name)])
    options = Options("outlines", "2026-11-30", **chosen)
    return bring.check(contents, options, base, unreadable=unreadable)


def areas(draft: Draft) -> dict[str, float]:
    outlines = gpd.GeoDataFrame(draft.tables["outlines"]).to_crs(9208)
    return dict(zip(outlines["cluster_id"], outlines.area, strict=True))


def keys(draft: Draft, *levels: str) -> list[str]:
    return [f.key for f in draft.findings if f.level in levels]


# ---- drawings that name nothing -----------------------------------------------------------


def test_a_drawing_on_layer_0_is_known_by_the_name_of_its_file(base, tmp_path):
    draft = check(base, drawn(tmp_path / f"{NAME}.dxf", square()), crs=9208)
    assert areas(draft) == {"PT-001": pytest.approx(AREA, rel=1e-6)}
    assert keys(draft, "refused", "ask") == []


def test_a_layer_that_names_no_cluster_gives_way_to_the_name_of_the_file(base, tmp_path):
    path = drawn(tmp_path / f"{NAME}.dxf", square(), layer="RANH_GIOI")
    draft = check(base, path, crs=9208)
    assert list(areas(draft)) == ["PT-001"]
    assert "importing.named_by_file" in keys(draft, "note")


def test_a_layer_or_a_text_that_names_a_cluster_goes_before_the_file(base, tmp_path):
    other = base["clusters"].set_index("cluster_id")["name"]["PT-020"]
    by_layer = check(base, drawn(tmp_path / f"{NAME}.dxf", square(), layer=other), crs=9208)
    by_text = check(base, drawn(tmp_path / f"{NAME}.dxf", square(), text=other), crs=9208)
    assert list(areas(by_layer)) == list(areas(by_text)) == ["PT-020"]


def test_the_cluster_may_be_named_for_the_whole_file(base, tmp_path):
    path = drawn(tmp_path / "bản vẽ.dxf", square(), square(SIDE), layer="RANH")
    draft = check(base, path, crs=9208, cluster="PT-020")
    assert areas(draft) == {"PT-020": pytest.approx(2 * AREA, rel=1e-6)}
    assert keys(draft, "refused") == []
    assert "importing.parts_joined" in keys(draft, "mended")
    assert draft.options.chosen() == {"cluster": {"all": "PT-020"}}


def test_a_cluster_named_for_the_file_is_held_against_what_the_file_says(base, tmp_path):
    path = tmp_path / "ranh.geojson"
    holding(collection(feature(polygon(degrees(square())))))(path)
    draft = check(base, path, cluster="PT-020")
    (found,) = draft.of("refused")
    assert (found.key, found.row) == ("importing.other_cluster", 1)
    assert "PT-001" in found.message()
    assert "PT-020" in found.message()


def test_a_cluster_nobody_knows_is_wrong_use(base, tmp_path):
    with pytest.raises(WrongUseError, match="PT-999"):
        check(base, drawn(tmp_path / "a.dxf", square()), crs=9208, cluster="PT-999")


def test_several_shapes_without_a_name_are_asked(base, tmp_path):
    path = drawn(tmp_path / f"{NAME}.dxf", square(side=500), square(1_000, side=500))
    draft = check(base, path, crs=9208)
    assert keys(draft, "refused") == []
    assert "importing.several_by_file" in keys(draft, "ask")
    assert areas(draft) == {"PT-001": pytest.approx(2 * 500**2, rel=1e-6)}


# ---- what stands beside outlines ----------------------------------------------------------


@pytest.mark.parametrize("cluster", ["", "PT-001"])
def test_a_far_frame_is_asked_and_never_joined(base, tmp_path, cluster):
    path = drawn(tmp_path / f"{NAME}.dxf", square(), FRAME)
    draft = check(base, path, crs=9208, cluster=cluster)
    assert areas(draft) == {"PT-001": pytest.approx(AREA, rel=1e-6)}
    assert keys(draft, "refused") == []
    (found,) = [f for f in draft.of("ask") if f.key == "importing.stray"]
    assert "2.3" in found.message()


def test_a_far_outline_of_a_known_cluster_is_refused_and_not_left_out(base, tmp_path):
    path = tmp_path / "ranh.geojson"
    both = (
        feature(polygon(square())),
        feature(polygon(FRAME), cluster_id="PT-020", name=""),
    )
    holding(collection(*both, crs=9208))(path)
    assert keys(check(base, path), "refused") == ["outlinecheck.far_outside"]


def test_points_and_open_lines_beside_outlines_are_told_by_their_numbers(base, tmp_path):
    path = tmp_path / "ranh.geojson"
    x, y = degrees(square())[0]
    point = {"type": "Point", "coordinates": [x, y]}
    line = {"type": "LineString", "coordinates": [[x, y], [x + 0.01, y]]}
    shapes = (point, line, polygon(degrees(square())), point)
    named = [feature(one, cluster_id="PT-001") for one in shapes]
    holding(collection(*named))(path)
    draft = check(base, path)
    assert areas(draft) == {"PT-001": pytest.approx(AREA, rel=1e-6)}
    assert keys(draft, "refused", "ask") == []
    told = {f.key: f.values for f in draft.of("note")}
    assert told["importing.points_beside"] == {"count": 2, "rows": "1, 4"}
    assert told["importing.lines_beside"] == {"count": 1, "rows": "2"}
    assert "importing.parts_joined" not in keys(draft, "mended")


def test_a_label_point_of_a_kml_is_no_outline_of_an_unknown_cluster(base, tmp_path):
    path = tmp_path / "ranh.kml"
    x, y = degrees(square())[0]
    point = f"<Point><coordinates>{x},{y},0</coordinates></Point>"
    label = f"<Placemark><name>Trạm</name>{point}</Placemark>"
    holding(kml(placemark(NAME, degrees(square())), label))(path)
    draft = check(base, path)
    assert keys(draft, "refused", "ask") == []
    assert "importing.points_beside" in keys(draft, "note")


CLOSED = {"type": "LineString", "coordinates": [[105.2, 21.4], [105.21, 21.4], [105.2, 21.41]]}
KINDS = {
    "point": {"type": "Point", "coordinates": [105.2, 21.4]},
    "open_line": CLOSED,
    "closed_line": {**CLOSED, "coordinates": [*CLOSED["coordinates"], [105.2, 21.4]]},
    "not_polygon": {"type": "GeometryCollection", "geometries": [CLOSED]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_shape_without_an_area_is_refused_by_what_it_is(base, tmp_path, kind):
    path = tmp_path / "ranh.geojson"
    holding(collection(feature(KINDS[kind])))(path)
    assert keys(check(base, path), "refused") == [f"outlinecheck.{kind}"]


def test_a_table_beside_outlines_is_told_and_alone_is_refused_as_one(base, tmp_path):
    path = tmp_path / "ranh.gpkg"
    shape = frame(shapely.Polygon(square()))
    shape.to_file(path, layer="ccn")
    pyogrio.write_dataframe(shape.drop(columns="geometry"), path, layer="ghi_chu")
    draft = check(base, path)
    assert list(areas(draft)) == ["PT-001"]
    assert "importing.no_geometry_beside" in keys(draft, "note")
    only = tmp_path / "bảng.gpkg"
    pyogrio.write_dataframe(shape.drop(columns="geometry"), only, layer="ghi_chu")
    assert keys(check(base, only), "refused") == ["importing.no_geometry"]


# ---- systems ------------------------------------------------------------------------------


@pytest.mark.parametrize("epsg", [4756, 32648, 3857, 9209, 3405])
@pytest.mark.parametrize("ending", ["gpkg", "geojson", "zip"])
def test_a_well_defined_system_is_read_with_its_shift_and_told(base, tmp_path, epsg, ending):
    path = tmp_path / f"ranh.{ending}"
    there = frame(shapely.Polygon(degrees(square())), epsg=4326)
    # From WGS 84 to the file over the official shift, as the office's own programs go.
    made = there.to_crs(9208).to_crs(epsg) if epsg in {4756, 9209, 3405} else there.to_crs(epsg)
    if ending == "zip":
        zipped(path, shapefile_parts(path, made))
    else:
        made.to_file(path)
    draft = check(base, path)
    assert keys(draft, "refused", "ask") == []
    assert areas(draft) == {"PT-001": pytest.approx(AREA, rel=1e-5)}
    outline = gpd.GeoDataFrame(draft.tables["outlines"]).to_crs(9208).geometry.iloc[0]
    assert shapely.hausdorff_distance(outline, shapely.Polygon(square())) < 0.02
    (read,) = draft.crs
    assert (read.epsg, read.stated) == (epsg, True)


@pytest.mark.parametrize("ending", ["kml", "geojson", "gpkg"])
def test_degrees_of_vn_2000_are_named_among_the_readings_that_lie_inside(base, tmp_path, ending):
    path = tmp_path / f"ranh.{ending}"
    there = frame(shapely.Polygon(degrees(square())), epsg=4326)
    there.to_file(path, driver={"kml": "LIBKML", "geojson": "GeoJSON", "gpkg": "GPKG"}[ending])
    (note,) = [f for f in check(base, path).findings if f.key == "zones.also_inside"]
    assert t("zones.vn2000_degrees") in note.message()


def test_degrees_of_a_table_may_be_chosen_to_be_vn_2000(base, tmp_path):
    path = tmp_path / f"{NAME}.csv"
    rows = [f"{n};{x:.9f};{y:.9f}" for n, (x, y) in enumerate(degrees(square()), start=1)]
    path.write_text("\n".join(["Số hiệu điểm;Kinh độ;Vĩ độ", *rows]), encoding="utf-8")
    wgs, vn2000 = check(base, path), check(base, path, crs=4756)
    first, second = (
        gpd.GeoDataFrame(draft.tables["outlines"]).to_crs(9208).geometry.iloc[0].centroid
        for draft in (wgs, vn2000)
    )
    assert first.distance(second) == pytest.approx(224, abs=3)
    assert t("zones.vn2000_degrees") in " ".join(f.message() for f in wgs.of("note"))
