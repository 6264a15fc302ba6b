"""Nothing a map file holds is lost without a word, and arcs stay arcs."""

import json
import math
import shutil
import sqlite3
import warnings
from contextlib import closing, nullcontext
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from badfiles.corpus_build import (
    collection,
    feature,
    frame,
    holding,
    kml,
    moved,
    placemark,
    polygon,
    square,
    zipped,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.importing.readers import base, registry
from lib.importing.readers.maps import ogr
from lib.importing.readers.maps.counts import Counts
from lib.importing.readers.maps.geojson import counts_of
from lib.importing.readers.maps.kmltext import Written
from lib.language.errors import DataRefusedError

RING = square(epsg=4326)
SQUARE = shapely.Polygon(square())


def read(path: Path) -> base.Content:
    return registry.read(path)


def refused(path: Path) -> DataRefusedError:
    with pytest.raises(DataRefusedError) as caught:
        registry.read(path)
    return caught.value


def keys(content: base.Content) -> list[tuple[str, str]]:
    return [(finding.level, finding.key) for finding in content.findings]


# ---- arcs ---------------------------------------------------------------------------------


def bulged(radius: float, angle: float) -> tuple[shapely.Polygon, float]:
    """Return a sector's chord as a square's side, and the area of the arc beyond it."""
    side = 2 * radius * math.sin(angle / 2)
    return side, radius**2 * (angle - math.sin(angle)) / 2


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(5, 20_000), st.floats(2, 170))
def test_chords_lie_within_a_centimetre_of_their_arc_whatever_its_radius(tmp_path, radius, degrees):
    angle = math.radians(degrees)
    side, segment = bulged(radius, angle)
    made = ezdxf.new("R2000")
    ring = [(0, 0, math.tan(angle / 4)), (side, 0, 0), (side, side, 0), (0, side, 0)]
    made.modelspace().add_lwpolyline(ring, format="xyb", close=True)
    path = tmp_path / "cung.dxf"
    made.saveas(path)
    (shape,) = read(path).layers[0].shapes
    centre = (side / 2, radius * math.cos(angle / 2))
    xy = shapely.get_coordinates(shape)
    beyond = xy[xy[:, 1] < 0]
    assert np.hypot(*(beyond - centre).T) == pytest.approx(np.full(len(beyond), radius))
    chords = np.hypot(*np.diff(xy[xy[:, 1] <= 1e-9], axis=0).T)
    sagitta = radius - np.sqrt(radius**2 - (chords[chords < side * 0.999] / 2) ** 2)
    assert sagitta.max(initial=0.0) <= ogr.CHORD_M * 1.05
    assert shape.area == pytest.approx(side**2 + segment, abs=ogr.CHORD_M * radius * angle + 1e-6)


@pytest.mark.parametrize(
    ("radius", "most"), [(2.0, 200), (2_000.0, 1_500)], ids=["of a corner", "of a road"]
)
def test_a_circle_has_no_more_corners_than_it_needs(tmp_path, radius, most):
    made = ezdxf.new("R2010")
    made.modelspace().add_circle(square()[0], radius)
    path = tmp_path / "tròn.dxf"
    made.saveas(path)
    (shape,) = read(path).layers[0].shapes
    assert shape.area == pytest.approx(math.pi * radius**2, rel=1e-2 if radius < 10 else 1e-4)
    assert shapely.get_num_coordinates(shape) <= most


def test_straight_sides_are_as_they_were_drawn(tmp_path):
    made = ezdxf.new("R2010")
    made.modelspace().add_lwpolyline(square(), close=True)
    made.saveas(tmp_path / "thẳng.dxf")
    (shape,) = read(tmp_path / "thẳng.dxf").layers[0].shapes
    assert shapely.get_num_coordinates(shape) == 5
    assert shapely.equals_exact(shapely.normalize(shape), shapely.normalize(SQUARE))


def circle_of_curves(east: float, north: float, radius: float) -> bytes:
    """Return a circle as ISO WKB: a curve polygon of one circular string."""
    turns = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 0)]
    xy = np.array([(east + x * radius, north + y * radius) for x, y in turns], dtype="<f8")
    curve = b"\1" + np.array([8, 5], dtype="<u4").tobytes() + xy.tobytes()
    return b"\1" + np.array([10, 1], dtype="<u4").tobytes() + curve


def untriggered(path: Path) -> sqlite3.Connection:
    """Return an open GeoPackage without the triggers that call functions of GDAL."""
    opened = sqlite3.connect(path)
    for (name,) in opened.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        opened.execute(f'DROP TRIGGER "{name}"')
    return opened


def test_a_curve_of_a_geopackage_keeps_its_area(tmp_path):
    path = tmp_path / "ranh.gpkg"
    frame().to_file(path, layer="ccn")
    head = b"GP\0\1" + np.array([9208], dtype="<i4").tobytes()
    with closing(untriggered(path)) as opened:
        opened.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        blob = head + circle_of_curves(*square()[0], 2_000)
        opened.execute("UPDATE ccn SET geom = ?", [blob])
        opened.commit()
    content = read(path)
    assert content.layers[0].shapes[0].area == pytest.approx(math.pi * 2_000**2, rel=1e-5)
    assert keys(content) == [("note", "readers.remark")]


# ---- KML ----------------------------------------------------------------------------------


def hole(at: float, side: float) -> list[tuple[float, float]]:
    x, y = square()[0]
    corner = (x + at, y + at)
    return moved(
        [
            corner,
            (corner[0], corner[1] + side),
            (corner[0] + side, corner[1] + side),
            (corner[0] + side, corner[1]),
        ],
        4326,
    )


def ring(corners: list[tuple[float, float]], comma: str = ",") -> str:
    points = " ".join(f"{x}{comma}{y}{comma}0" for x, y in [*corners, corners[0]])
    return f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"


def holed(*inner: str, prefix: str = "") -> str:
    text = (
        f"<Placemark><name>Bãi Ba 2</name><Polygon><outerBoundaryIs>{ring(RING)}</outerBoundaryIs>"
        f"{''.join(inner)}</Polygon></Placemark>"
    )
    text = kml(text)
    if prefix:
        text = text.replace('xmlns="', f'xmlns:{prefix}="').replace("</", f"</{prefix}:")
        for tag in ("kml", "Document", "Placemark", "name", "Polygon", "outerBoundaryIs"):
            text = text.replace(f"<{tag}", f"<{prefix}:{tag}")
        for tag in ("innerBoundaryIs", "LinearRing", "coordinates"):
            text = text.replace(f"<{tag}", f"<{prefix}:{tag}")
    return text


@pytest.mark.parametrize("prefix", ["", "kml"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_holes_in_one_element_are_all_holes(tmp_path, count, prefix):
    rings = "".join(ring(hole(100 + 200 * at, 100)) for at in range(count))
    path = tmp_path / "khoét.kml"
    holding(holed(f"<innerBoundaryIs>{rings}</innerBoundaryIs>", prefix=prefix))(path)
    (shape,) = read(path).layers[0].shapes
    assert shapely.get_num_interior_rings(shape) == count
    (flat,) = moved_back(shape)
    assert flat.area == pytest.approx(866.0**2 - count * 100**2, rel=1e-4)


def moved_back(*shapes: shapely.Geometry) -> list[shapely.Geometry]:
    return list(gpd.GeoSeries(list(shapes), crs=4326).to_crs(9208))


def test_holes_each_in_its_element_and_undeclared_prefixes_are_as_they_were(tmp_path):
    path = tmp_path / "khoét.kml"
    inner = [f"<innerBoundaryIs>{ring(hole(at, 50))}</innerBoundaryIs>" for at in (100, 300)]
    text = holed(*inner).replace("<Polygon>", "<Polygon><gx:drawOrder>1</gx:drawOrder>")
    holding(text)(path)
    assert Written(path.read_bytes()).plain() == path.read_bytes()
    (shape,) = read(path).layers[0].shapes
    assert shapely.get_num_interior_rings(shape) == 2


@pytest.mark.parametrize("around", ["{}", "<MultiGeometry>{}</MultiGeometry>"])
def test_a_ring_outside_of_a_polygon_is_a_closed_line(tmp_path, around):
    path = tmp_path / "vòng.kml"
    holding(kml(f"<Placemark><name>x</name>{around.format(ring(RING))}</Placemark>"))(path)
    (shape,) = read(path).layers[0].shapes
    assert shapely.get_dimensions(shape) == 1
    assert shapely.is_closed(shapely.get_parts(shape)).all()


@pytest.mark.parametrize("comma", [", ", " , ", ",\n"])
def test_blanks_round_a_comma_lose_no_corner(tmp_path, comma):
    path = tmp_path / "cách.kml"
    text = f"<Polygon><outerBoundaryIs>{ring(RING, comma)}</outerBoundaryIs></Polygon>"
    holding(kml(f"<Placemark><name>x</name>{text}</Placemark>"))(path)
    try:
        (shape,) = read(path).layers[0].shapes
    except DataRefusedError as error:
        assert error.key in {"readers.lost", "readers.bad_ring"}  # noqa: PT017 - either is right
    else:
        assert shapely.equals_exact(shapely.force_2d(shape), shapely.Polygon(RING), 1e-9)


def test_placemarks_in_folders_of_folders_are_all_there(tmp_path):
    inner = "".join(placemark(f"Cụm {at}", RING) for at in range(3))
    nested = f"<Folder><name>a</name>{inner}<Folder><name>b</name>{inner}</Folder></Folder>{inner}"
    path = tmp_path / "thư mục.kml"
    holding(kml(nested))(path)
    assert Counts.of(read(path).layers).features == 9


LINK = "<NetworkLink><Link><href>{}</href></Link></NetworkLink>"


@pytest.mark.parametrize(
    ("root", "part", "href"),
    [
        ("doc.kml", "layers/ccn.kml", "layers/ccn.kml"),
        ("doc.kml", "layers/ccn.kml", "./layers/../layers/ccn.kml"),
        ("a/doc.kml", "layers/cụm 1.kml", "../layers/c%E1%BB%A5m%201.kml"),
    ],
)
def test_what_a_kmz_links_to_inside_itself_is_part_of_it(tmp_path, root, part, href):
    path = tmp_path / "ranh.kmz"
    parts = {root: kml(LINK.format(href)).encode(), part: kml().encode()}
    zipped(path, parts)
    content = read(path)
    assert [layer.place for layer in content.layers] == ["ranh.kmz"]
    assert keys(content) == []


def test_several_parts_of_a_kmz_are_told_apart_and_a_link_outside_is_told(tmp_path):
    path = tmp_path / "ranh.kmz"
    links = "".join(
        LINK.format(href) for href in ("một.kml", "hai.kml", "http://127.0.0.1:9/x.kml")
    )
    parts = {"doc.kml": kml(links).encode(), "một.kml": kml().encode(), "hai.kml": kml().encode()}
    zipped(path, parts)
    content = read(path)
    assert [layer.layer for layer in content.layers] == ["một", "hai"]
    assert keys(content) == [("note", "readers.network_link")]


# ---- GeoJSON ------------------------------------------------------------------------------

RINGS = st.integers(1, 3)


@given(
    st.lists(
        st.lists(st.lists(st.integers(4, 6), min_size=1, max_size=3), min_size=1, max_size=3),
        max_size=4,
    )
)
def test_what_a_geojson_holds_is_counted_right(features):
    def shape(parts):
        at = [[[[0.0, 0.0]] * corners for corners in rings] for rings in parts]
        if len(at) == 1:
            return {"type": "Polygon", "coordinates": at[0]}
        if len(at) == 2:
            return {"type": "MultiPolygon", "coordinates": at}
        inside = [{"type": "Polygon", "coordinates": rings} for rings in at]
        return {"type": "GeometryCollection", "geometries": inside}

    document = {"features": [feature(shape(parts)) for parts in features]}
    rings = [corners for parts in features for ring in parts for corners in ring]
    assert counts_of(document) == Counts(len(features), len(rings), sum(rings))


# ---- GeoPackage ---------------------------------------------------------------------------


def in_wal(path: Path) -> dict[str, bytes]:
    """Make a GeoPackage whose second outline is in the journal; return the folder's content."""
    frame().to_file(path, layer="ccn")
    with closing(untriggered(path)) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA wal_autocheckpoint = 0")
        opened.execute("INSERT INTO ccn (geom, cluster_id) SELECT geom, 'PT-002' FROM ccn")
        opened.commit()
        for part in path.parent.glob(f"{path.name}*"):
            shutil.copy(part, path.parent / "giữ" / part.name)
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    for part in (path.parent / "giữ").iterdir():
        part.rename(path.parent / part.name)
    (path.parent / "giữ").rmdir()
    return {part.name: part.read_bytes() for part in path.parent.iterdir()}


def test_edits_in_the_journal_are_read_and_the_folder_stays_as_it_was(tmp_path):
    (tmp_path / "giữ").mkdir()
    path = tmp_path / "ranh.gpkg"
    before = in_wal(path)
    assert len(before["ranh.gpkg-wal"]) > 0
    content = read(path)
    assert list(content.layers[0].frame["cluster_id"]) == ["PT-001", "PT-002"]
    assert keys(content) == [("note", "readers.wal_read")]
    assert {part.name: part.read_bytes() for part in tmp_path.iterdir()} == before


def test_a_virtual_table_in_the_journal_is_found_too(tmp_path):
    (tmp_path / "giữ").mkdir()
    path = tmp_path / "ranh.gpkg"
    in_wal(path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA wal_autocheckpoint = 0")
        opened.execute("PRAGMA writable_schema = ON")
        opened.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'leak', 'leak', 0,"
            " 'CREATE VIRTUAL TABLE leak USING VirtualOGR(x)')"
        )
        opened.commit()
        copy = tmp_path / "bản.gpkg"
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    assert refused(copy).key == "readers.virtual_table"


@pytest.mark.parametrize("table", ["layer_styles", "qgis_projects"])
def test_tables_of_qgis_are_told_and_left_out(tmp_path, table):
    path = tmp_path / "ranh.gpkg"
    frame().to_file(path, layer="ccn")
    pyogrio.write_dataframe(frame().drop(columns="geometry"), path, layer=table)
    content = read(path)
    assert [layer.place for layer in content.layers] == ["ranh.gpkg"]
    assert keys(content) == [("note", "readers.housekeeping")]


# ---- what GDAL remarks ----------------------------------------------------------------------


def test_every_remark_of_gdal_is_a_finding_without_paths_of_this_machine(tmp_path, monkeypatch):
    real = pyogrio.raw.read

    def remarking(source, **asked):
        warnings.warn(f"{source}: Value 'x\x1b' of field ten is odd", RuntimeWarning, stacklevel=1)
        warnings.warn("Measured (M) geometry types are not supported", RuntimeWarning, stacklevel=1)
        return real(source, **asked)

    monkeypatch.setattr(pyogrio.raw, "read", remarking)
    path = tmp_path / "ranh.geojson"
    holding(collection(feature(polygon(RING))))(path)
    asked, noted = read(path).findings
    assert (asked.level, noted.level) == ("ask", "note")
    assert asked.values["remark"] == "GeoJSON:ranh.geojson: Value 'x ' of field ten is odd"


@pytest.mark.parametrize(
    ("said", "twice"),
    [
        ('"cluster_id": "C1", "cluster_id": "C2"', "cluster_id"),
        ('"area_ha": 40, "name": "Một", "area_ha": 84', "area_ha"),
        ('"cluster_id": "C1", "Cluster_id": "C2"', ""),
    ],
)
def test_a_name_that_stands_twice_in_geojson_is_refused_not_read_last(tmp_path, said, twice):
    corners = "[[105.2,21.3],[105.3,21.3],[105.3,21.4],[105.2,21.3]]"
    path = tmp_path / "ranh.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
        f'{{{said}}}, "geometry": {{"type": "Polygon", "coordinates": [{corners}]}}}}]}}',
        encoding="utf-8",
    )
    with pytest.raises(DataRefusedError) if twice else nullcontext() as caught:
        assert len(registry.read(path).layers[0].frame) == 1
    if twice:
        assert (caught.value.key, caught.value.values["column"]) == ("readers.json_twice", twice)


@pytest.mark.parametrize("said", [7, 1.5, "x", None, {}])
def test_coordinates_that_are_no_list_are_no_shape(tmp_path, said):
    path = tmp_path / "ranh.geojson"
    shape = {"type": "MultiPolygon", "coordinates": said}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    (layer,) = registry.read(path).layers
    assert shapely.is_missing(layer.shapes).tolist() == [True]


def test_a_geopackage_whose_columns_are_no_text_is_refused(tmp_path):
    path = tmp_path / "ranh.gpkg"
    shape = shapely.box(105.2, 21.3, 105.3, 21.4)
    gpd.GeoDataFrame({"ten": ["A"]}, geometry=[shape], crs=4326).to_file(path, driver="GPKG")
    content = path.read_bytes()
    assert b'"ten" TEXT' in content
    path.write_bytes(content.replace(b'"ten" TEXT', b'"ten" TEX\xff'))
    with pytest.raises(DataRefusedError):
        registry.read(path)
