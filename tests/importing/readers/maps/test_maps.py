"""Files with geometry: GeoJSON, GeoPackage, Shapefile, KML, MapInfo."""

import json
import sqlite3
import zipfile

import pyogrio
import pytest
import shapely
from badfiles.corpus_build import (
    collection,
    feature,
    frame,
    holding,
    kml,
    kml_polygon,
    placemark,
    polygon,
    shapefile_parts,
    square,
    zipped,
)
from readings import DEGREES, refused, the_square

from lib.importing.readers import registry

# ---- GeoJSON ----------------------------------------------------------------------------


def test_geojson_without_a_crs_is_degrees_only_by_its_format(tmp_path):
    path = tmp_path / "ranh.geojson"
    holding(collection(feature(polygon(square(epsg=4326)), ghi_chú="Đất ở")))(path)
    layer = the_square(registry.read(path), DEGREES)
    assert (layer.crs, layer.by_format, layer.layer) == ("EPSG:4326", True, "")
    assert layer.place == "ranh.geojson"
    assert dict(layer.frame.iloc[0]) == {
        "cluster_id": "PT-001",
        "name": "Bãi Ba 2",
        "ghi_chú": "Đất ở",
    }


@pytest.mark.parametrize("code", [9208, 5897, 9211, 3405])
def test_geojson_may_state_vn2000_the_old_way(tmp_path, code):
    path = tmp_path / "ranh.json"
    holding(collection(feature(polygon(square(epsg=code))), crs=code))(path)
    layer = registry.read(path).layers[0]
    assert (layer.crs, layer.by_format) == (f"EPSG:{code}", False)


def test_geojson_stating_crs84_is_longitude_and_latitude(tmp_path):
    path = tmp_path / "ranh.geojson"
    document = json.loads(collection(feature(polygon(square(epsg=4326)))))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    holding(json.dumps(document))(path)
    assert registry.read(path).layers[0].crs == "EPSG:4326"


def test_a_single_feature_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "ranh.geojson"
    holding(json.dumps(feature(polygon(square(epsg=4326)))), "utf-8-sig")(path)
    the_square(registry.read(path), DEGREES)


def test_a_feature_without_geometry_keeps_its_row(tmp_path):
    path = tmp_path / "ranh.geojson"
    good = feature(polygon(square(epsg=4326)))
    holding(collection(good, feature(None, cluster_id="PT-002"), good))(path)
    (layer,) = registry.read(path).layers
    assert list(shapely.is_missing(layer.shapes)) == [False, True, False]
    assert list(layer.frame["cluster_id"]) == ["PT-001", "PT-002", "PT-001"]


def test_shapes_of_several_kinds_come_in_one_layer(tmp_path):
    path = tmp_path / "ranh.geojson"
    point = {"type": "Point", "coordinates": [105.2, 21.4]}
    line = {"type": "LineString", "coordinates": [[105.2, 21.4], [105.3, 21.4]]}
    holding(collection(*map(feature, (polygon(square(epsg=4326)), point, line))))(path)
    (layer,) = registry.read(path).layers
    assert list(shapely.get_type_id(layer.shapes)) == [3, 0, 1]


# ---- GeoPackage -----------------------------------------------------------------------------


def test_every_layer_of_a_geopackage_is_read_with_its_own_crs(tmp_path):
    path = tmp_path / "ranh.gpkg"
    frame().to_file(path, layer="cụm mới")
    frame(epsg=5897).to_file(path, layer="cụm cũ")
    pyogrio.write_dataframe(frame().drop(columns="geometry"), path, layer="ghi chú")
    read = registry.read(path)
    assert {layer.layer: layer.crs for layer in read.layers} == {
        "cụm mới": "EPSG:9208",
        "cụm cũ": "EPSG:5897",
        "ghi chú": None,
    }
    assert read.layers[0].place == "ranh.gpkg [cụm mới]"
    assert shapely.is_missing(read.layers[2].shapes).all()
    assert [len(layer.frame) for layer in read.layers] == [1, 1, 1]


def test_reading_a_geopackage_leaves_it_and_its_folder_as_they_were(tmp_path):
    path = tmp_path / "ranh.gpkg"
    frame().to_file(path)
    before = path.read_bytes()
    path.chmod(0o444)
    the_square(registry.read(path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "forged",
    [
        "CREATE VIRTUAL TABLE leak USING VirtualOGR('{secret}')",
        "CREATE/**/VIRTUAL\nTABLE leak USING\tVirtualOGR('{secret}')",
        "create  virtual  table leak using 'VirtualShape'('{secret}')",
        "CREATE VIRTUAL TABLE leak /* using rtree( */ USING VirtualOGR('{secret}')",
    ],
)
def test_a_table_that_reads_other_files_is_refused_however_it_is_written(tmp_path, forged):
    secret = tmp_path / "secret.geojson"
    holding(collection(feature(polygon(square(epsg=4326)), name="bí mật")))(secret)
    path = tmp_path / "ranh.gpkg"
    frame().to_file(path)
    base = sqlite3.connect(path)
    base.execute("PRAGMA writable_schema = ON")
    base.execute(
        "INSERT INTO sqlite_master VALUES ('table', 'leak', 'leak', 0, ?)",
        [forged.format(secret=secret)],
    )
    base.commit()
    base.close()
    assert refused(path).key == "readers.virtual_table"


# ---- KML ---------------------------------------------------------------------------------


def test_kml_with_folders_of_one_name_keeps_all_placemarks(tmp_path):
    path = tmp_path / "ranh.kml"
    ring = square(epsg=4326)
    folders = [f"<Folder><name>CCN</name>{placemark(f'Cụm {n}', ring)}</Folder>" for n in (1, 2)]
    holding(kml(*folders))(path)
    read = registry.read(path)
    names = [name for layer in read.layers for name in layer.frame["Name"]]
    assert sorted(names) == ["Cụm 1", "Cụm 2"]
    assert {(layer.crs, layer.by_format) for layer in read.layers} == {("EPSG:4326", True)}


def test_every_part_of_a_multigeometry_and_its_data_are_read(tmp_path):
    path = tmp_path / "ranh.kml"
    data = '<ExtendedData><Data name="cluster_id"><value>PT-001</value></Data></ExtendedData>'
    parts = kml_polygon(square(epsg=4326)) + kml_polygon(square((105.3, 21.4), epsg=4326))
    both = f"<MultiGeometry>{parts}</MultiGeometry>"
    holding(kml(f"<Placemark><name>Bãi Ba 2</name>{data}{both}</Placemark>"))(path)
    (layer,) = registry.read(path).layers
    assert shapely.get_num_geometries(layer.shapes[0]) == 2
    assert layer.frame["cluster_id"][0] == "PT-001"
    assert layer.frame["Name"][0] == "Bãi Ba 2"


def test_what_a_network_link_points_to_is_not_fetched_but_told(tmp_path):
    path = tmp_path / "ranh.kml"
    other = tmp_path / "other.kml"
    holding(kml(placemark("bí mật", square(epsg=4326))))(other)
    link = f"<NetworkLink><Link><href>{other.as_uri()}</href></Link></NetworkLink>"
    holding(kml(link, placemark("Bãi Ba 2", square(epsg=4326))))(path)
    read = registry.read(path)
    assert [name for layer in read.layers for name in layer.frame["Name"]] == ["Bãi Ba 2"]
    assert [finding.key for finding in read.findings] == ["readers.network_link"]


def test_a_kmz_gives_every_kml_in_it(tmp_path):
    path = tmp_path / "ranh.kmz"
    parts = {"doc.kml": kml(), "files/khác.kml": kml(name="Tề Lỗ"), "files/ảnh.png": ""}
    zipped(path, {name: text.encode() for name, text in parts.items()})
    read = registry.read(path)
    assert [layer.frame["Name"][0] for layer in read.layers] == ["Bãi Ba 2", "Tề Lỗ"]
    assert {layer.file for layer in read.layers} == {"ranh.kmz"}


# ---- all of them ---------------------------------------------------------------------------


def test_no_file_is_left_behind(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = tmp_path / "ranh.zip"
    parts = shapefile_parts(path)
    zipped(path, parts)
    registry.read(path)
    zipped(path, {name: content[:50] for name, content in parts.items()})
    refused(path)
    assert list(folder.iterdir()) == []


def test_options_of_gdal_are_put_back(tmp_path):
    before = pyogrio.get_gdal_config_option("LIBKML_RESOLVE_STYLE")
    path = tmp_path / "ranh.kml"
    holding(kml())(path)
    registry.read(path)
    assert pyogrio.get_gdal_config_option("LIBKML_RESOLVE_STYLE") == before


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "zip", "kml", "kmz"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_is_refused_or_read_never_anything_else(tmp_path, suffix, share):
    path = tmp_path / f"ranh.{suffix}"
    if suffix in ("geojson", "gpkg"):
        frame(epsg=4326).to_file(path)
    elif suffix == "zip":
        zipped(path, shapefile_parts(path))
    elif suffix == "kml":
        holding(kml())(path)
    else:
        zipped(path, {"doc.kml": kml().encode()}, zipfile.ZIP_STORED)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    if suffix == "gpkg" and share > 0.9:
        return
    assert refused(path).key in {
        "readers.unreadable",
        "readers.not_json",
        "readers.bad_zip",
        "readers.wrong_kind",
        "readers.no_features",
    }
