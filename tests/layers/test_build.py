"""From a snapshot to layer files: what fits, what is shown, what is built again."""

import itertools
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from layerstores import TABLES, TWO_AROUND, WIRES, publish, schematic_tables, stamps

from lib.access import serving
from lib.language.text import LANGS
from lib.layers import borders, build, frames
from lib.layers.files import LayerFile
from lib.layers.registry import LAYERS, grid
from lib.register.clusters import register
from lib.settings import settings
from lib.store.store import Snapshot, Table

pytestmark = pytest.mark.xdist_group("layerdata")

SHOWN = {"code", "name", "lx", "ly", "weight", "vi", "en"}


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory) -> Snapshot:
    return publish(tmp_path_factory.mktemp("layerdata"), schematic_tables())


@pytest.fixture(scope="session")
def static(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session")
def files(snapshot, static) -> dict[str, LayerFile]:
    built = build.build(snapshot, static, simplify_m=30)
    return {file.layer_id: file for file in built}


def features(static: Path, file: LayerFile) -> list[dict]:
    content = json.loads((static / file.path).read_text(encoding="utf-8"))
    assert content["type"] == "FeatureCollection"
    return content["features"]


def shapes(static: Path, file: LayerFile) -> dict[str, shapely.Geometry]:
    return {
        feature["properties"]["code"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in features(static, file)
    }


# ---- what is there -------------------------------------------------------------


def test_layers_come_bottom_first_as_in_the_registry(files):
    order = [layer.layer_id for layer in LAYERS.values()]
    assert list(files) == [name for name in order if name in files]
    ground = {name for name in order if name.startswith("ground-")}
    brought = {"own-areas", "own-lines", "own-points", "projects"}
    away = {"country", "former-names", "former-units", "power-lines"}
    assert set(order) - set(files) == away | brought | ground


def test_communes_are_all_there_with_their_codes(files, static):
    drawn = shapes(static, files["communes"])
    assert set(drawn) == set(TABLES["communes"]["code"])
    assert len(files["communes"].codes) == 148
    assert all(shape.is_valid and shape.area > 0 for shape in drawn.values())


def test_only_the_clusters_with_a_place_are_drawn(files):
    clusters = register(TABLES)
    placed = clusters.loc[clusters["lat"].notna(), "cluster_id"]
    assert set(files["clusters"].codes) == set(placed)


def test_projects_stand_inside_the_outline_of_their_cluster_or_apart_from_its_marker():
    ground = shapely.box(105.0, 21.0, 105.01, 21.02)
    inside = frames.scattered(ground, (105.0, 21.0), 12)
    assert shapely.contains_xy(ground, inside[:, 0], inside[:, 1]).all()
    assert (inside == frames.scattered(ground, (105.0, 21.0), 12)).all(), "the same each time"
    around = frames.scattered(None, (105.0, 21.0), 5)
    assert len({tuple(place) for place in around.round(5)}) == 5
    assert not (around.round(5) == (105.0, 21.0)).all(axis=1).any()


def test_weak_supply_is_drawn_where_a_commune_is_known(files, static):
    known = TABLES["weak_supply"].dropna(subset=["commune_code"]).set_index("weak_id")
    drawn = shapes(static, files["weak"])
    assert set(drawn) == set(known.index)
    communes = TABLES["communes"].set_index("code")
    for weak_id, point in drawn.items():
        commune = communes.loc[known.loc[weak_id, "commune_code"]]
        assert point.distance(shapely.Point(commune["lon"], commune["lat"])) < 1e-4


def test_nothing_leaves_but_what_is_shown(files, static):
    hidden = [
        text
        for column in ("investor", "decision_no", "note", "source_url")
        for text in TABLES["clusters"][column].dropna()
    ]
    hidden += list(TABLES["weak_supply"]["note"].dropna())
    for file in files.values():
        text = (static / file.path).read_text(encoding="utf-8")
        # A short number can stand in a coordinate by chance; a text cannot.
        assert not [value for value in hidden if len(value) > 6 and value in text]
        assert not [word for word in ("NaN", "Infinity", "null") if word in text]
        for feature in features(static, file):
            assert set(feature["properties"]) <= SHOWN


def test_every_feature_has_a_name_and_lines_in_both_languages(files, static):
    for layer_id in ("communes", "clusters", "weak", "outlines"):
        for feature in features(static, files[layer_id]):
            told = feature["properties"]
            assert told["name"]
            assert len(told["vi"]) == len(told["en"]) >= 1
            assert all(line and isinstance(line, str) for lang in LANGS for line in told[lang])


def test_the_tooltips_say_what_a_thing_is(files, static):
    told = {
        feature["properties"]["code"]: feature["properties"]
        for layer_id in ("communes", "clusters", "weak", "outlines")
        for feature in features(static, files[layer_id])
    }
    kinds = TABLES["communes"].set_index("code")
    code = kinds.index[kinds["former_province"] == "Vĩnh Phúc"][0]
    assert told[code]["vi"] == [f"{kinds.loc[code, 'kind']} · thuộc tỉnh cũ Vĩnh Phúc"]
    assert told["PT-001"]["vi"][0] == "Cụm công nghiệp · vị trí gần đúng"
    assert told["PT-001"]["en"][1] == "by decision, now in: Chí Tiên"
    assert "số liệu 2019" in told["WS-01"]["vi"]
    samples = [lines for code, lines in told.items() if code.startswith("MAU-")]
    assert samples
    assert all("MẪU" in lines["vi"][0] for lines in samples)


def test_labels_stand_inside_what_they_name(files, static):
    for feature in features(static, files["communes"]):
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        told = feature["properties"]
        assert shape.contains(shapely.Point(told["lx"], told["ly"])), told["name"]
        assert told["weight"] > 0


# ---- what fits ------------------------------------------------------------------


def edges(shape: shapely.Geometry) -> set[frozenset[tuple[float, float]]]:
    """Return every edge of lines or rings, whichever way it runs."""
    rings = shapely.get_parts(shape if shape.geom_type.endswith("String") else shape.boundary)
    return {
        frozenset((tuple(a), tuple(b)))
        for ring in rings
        for xy in [shapely.get_coordinates(ring)]
        for a, b in itertools.pairwise(xy)
    }


def test_outlines_run_on_the_lines_of_the_communes(files, static):
    communes = shapes(static, files["communes"])
    ground = {edge for shape in communes.values() for edge in edges(shape)}
    counted = [edge for shape in communes.values() for edge in edges(shape)]
    (province,) = shapes(static, files["province"]).values()
    (former,) = shapes(static, files["former-provinces"]).values()
    assert edges(former) <= ground
    assert not edges(former) & edges(province)
    outer = {edge for edge in ground if counted.count(edge) == 1}
    assert edges(province) == outer


def test_former_provinces_are_divided_by_their_line(files, static):
    communes = gpd.GeoSeries(shapes(static, files["communes"]))
    provinces = TABLES["communes"].set_index("code")["former_province"]
    (line,) = shapes(static, files["former-provinces"]).values()
    for name in set(provinces):
        inside = shapely.coverage_union_all(communes[provinces[provinces == name].index])
        assert not line.intersects(shapely.buffer(inside, -0.001))
    others = {
        frozenset((a, b))
        for a, b in zip(*communes.sindex.query(communes, predicate="touches"), strict=True)
        if provinces[communes.index[a]] != provinces[communes.index[b]]
    }
    assert others
    for a, b in map(tuple, others):
        shared = communes.iloc[a].boundary.intersection(communes.iloc[b].boundary)
        if shared.length:
            assert shared.difference(shapely.buffer(line, 1e-9)).length < 1e-9


def test_the_cut_of_the_frame_is_no_border_of_a_neighbour(files, static):
    drawn = shapes(static, files["neighbours"])
    frame = shapely.box(*shapely.total_bounds(TWO_AROUND)).boundary
    for line in drawn.values():
        assert line.geom_type.endswith("LineString")
        assert line.distance(frame) > 0.001
        assert line.length > 0.3


def test_a_river_cut_down_to_a_point_is_left_out(files, static):
    drawn = features(static, files["rivers"])
    assert [feature["properties"]["name"] for feature in drawn] == ["Sông Lô"]


# ---- once, and again ---------------------------------------------------------------


def test_building_again_reads_what_is_there(snapshot, static, files):
    before = stamps(static)
    again = build.build(snapshot, static, simplify_m=30)
    assert {file.layer_id: file for file in again} == files
    assert stamps(static) == before


def test_a_lost_file_is_built_again_the_same(snapshot, static, files):
    path = static / files["communes"].path
    whole = path.read_bytes()
    path.unlink()
    again = build.build(snapshot, static, simplify_m=30)
    assert {file.layer_id: file for file in again} == files
    assert path.read_bytes() == whole


def test_a_page_does_not_stay_broken_because_a_writer_was_killed(snapshot, static, files):
    (index,) = static.glob("layers/*-30.index.json")
    whole = index.read_text(encoding="utf-8")
    index.write_text(whole[:100], encoding="utf-8")
    again = build.build(snapshot, static, simplify_m=30)
    assert {file.layer_id: file for file in again} == files
    assert index.read_text(encoding="utf-8") == whole


def test_an_update_of_the_program_is_seen(snapshot, static, files, monkeypatch):
    for module in (frames, borders):
        monkeypatch.setattr(module, "t", lambda key, lang, **_: f"{key} {lang}")
    old = build.build(snapshot, static, simplify_m=30)
    new = {f.layer_id: f for f in build.build(snapshot, static, simplify_m=30, anew=True)}
    assert {file.layer_id: file for file in old} == files
    assert new["communes"].path != files["communes"].path
    assert new["clusters"].path != files["clusters"].path
    monkeypatch.undo()
    build.build(snapshot, static, simplify_m=30, anew=True)


def test_another_tolerance_is_another_file(snapshot, static, files):
    rough = {f.layer_id: f for f in build.build(snapshot, static, simplify_m=500)}
    assert rough["communes"].path != files["communes"].path
    assert rough["communes"].codes == files["communes"].codes
    assert rough["clusters"] == files["clusters"]
    sizes = [(static / f["communes"].path).stat().st_size for f in (rough, files)]
    assert sizes[0] < sizes[1]


def test_a_snapshot_without_background_has_no_background(tmp_path):
    tables = schematic_tables()
    background = {"neighbours", "rivers", "grid_2016", "substations"}
    tables = {name: t for name, t in tables.items() if name not in background}
    none_weak = pd.DataFrame(tables["weak_supply"].frame.iloc[:0])
    tables["weak_supply"] = Table(none_weak, "test", "")
    built = build.build(publish(tmp_path / "store", tables), tmp_path, simplify_m=30)
    assert [file.layer_id for file in built] == [
        "communes",
        "former-areas",
        "fade",
        "former-provinces",
        "province",
        "outlines",
        "clusters",
    ]


# ---- the grid ------------------------------------------------------------------


def test_lines_are_drawn_as_given_and_only_placed_substations(files, static):
    drawn = list(shapes(static, files["grid-2016"]).values())
    assert [shapely.equals_exact(a, b, 1e-9) for a, b in zip(drawn, WIRES, strict=True)] == [
        True
    ] * 2
    told = [set(feature["properties"]) for feature in features(static, files["grid-2016"])]
    assert told == [{"code", "name"}] * 2, "no length, no voltage in the open file"
    assert files["substations"].codes == ("SS-01",)
    (station,) = features(static, files["substations"])
    assert station["geometry"]["coordinates"] == [105.6, 21.3]
    assert "500/220/35" in station["properties"]["vi"][0]


def test_without_the_grid_no_file_of_it_is_left_to_be_fetched(tmp_path):
    made = publish(tmp_path / "store", schematic_tables())
    with_it = build.build(made, tmp_path / "static", simplify_m=30, grid=True)
    without = build.build(made, tmp_path / "static", simplify_m=30, grid=False)
    assert {f.layer_id for f in with_it} - {f.layer_id for f in without} == {
        "grid-2016",
        "substations",
    }
    left = {path.name.rpartition("-")[0] for path in (tmp_path / "static/layers").glob("*.json")}
    assert not left & {layer.layer_id for layer in grid()}
    again = build.build(made, tmp_path / "static", simplify_m=30, grid=True)
    assert again == with_it
    assert all((tmp_path / "static" / file.path).exists() for file in again)


def test_the_settings_decide_about_the_grid(tmp_path, monkeypatch):
    made = publish(tmp_path / "store", schematic_tables())
    monkeypatch.setenv("PHUTHO_GRID_LAYER", "0")
    settings.cache_clear()
    try:
        built = serving.serve_layers(made, static=tmp_path / "static")
    finally:
        settings.cache_clear()
    assert not {file.layer_id for file in built} & {layer.layer_id for layer in grid()}
