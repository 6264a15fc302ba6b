"""From a fresh clone to data in use: schematic, real, kept, mended."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from lib.geo.crs import AREA_CRS
from lib.importing import stating
from lib.language.errors import DataRefusedError
from lib.layers.build import build
from lib.layers.files import LayerFile
from lib.layers.web import web_assets
from lib.operate.prepare import Prepared, prepare
from lib.store.store import Act, Store, Table
from lib.tables import facts
from lib.tables.statements.record import Statement

pytestmark = pytest.mark.xdist_group("prepare")

ROOT = Path(__file__).parents[2]
PLANE_HA = 935_207.6
ELLIPSOID_HA = 935_317.2
"""The province on the plane of EPSG:9208, as the law measures, and on the ellipsoid."""
BACKGROUND = {"neighbours", "rivers", "former_borders", "former_pieces", "former_districts"}
BACKGROUND |= {"grid_2016"}


@dataclass(frozen=True)
class Case:
    """One run of `prepare` and where it ran."""

    done: Prepared
    store: Store
    static: Path

    def communes(self) -> gpd.GeoDataFrame:
        return self.done.snapshot.read_geo("communes")

    def files(self) -> dict[str, LayerFile]:
        files = build(self.done.snapshot, self.static, simplify_m=30)
        return {file.layer_id: file for file in files}


def run(store: Store, static: Path, root: Path) -> Case:
    done = prepare(store=store, static=static, bundle=None, offline=True, simplify_m=30, root=root)
    return Case(done, store, static)


def copied(case: Case, folder: Path) -> Store:
    return Store(Path(shutil.copytree(case.store.folder, folder / "store")))


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="session")
def away(tmp_path_factory) -> Path:
    """Return a clone's folder with no bundle in it and none beside it."""
    folder = tmp_path_factory.mktemp("away") / "app"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def schematic(tmp_path_factory, away) -> Case:
    folder = tmp_path_factory.mktemp("schematic")
    return run(Store(folder / "store"), folder / "static", away)


@pytest.fixture(scope="session")
def reference(tmp_path_factory, schematic, shared) -> Case:
    """Return a run with real borders beside the clone, on a store that had schematic ones."""
    assert shared.parent == ROOT.parent
    folder = tmp_path_factory.mktemp("reference")
    return run(copied(schematic, folder), schematic.static, ROOT)


# ---- without any border --------------------------------------------------------


def test_without_borders_they_are_schematic_and_said_to_be(schematic):
    done = schematic.done
    assert done.border_quality == done.snapshot.manifest.border_quality == "schematic"
    assert not done.kept
    assert "SƠ ĐỒ" in done.summary()
    assert "SCHEMATIC" in done.summary("en")
    assert "148" in done.summary()
    assert "\n" not in done.summary()
    tried = [key for key, _ in done.notes]
    assert tried[:3] == ["sources.no_bundle", "sources.no_bundle", "sources.offline"]
    assert done.snapshot.manifest.notes == done.notes


def test_nothing_is_measured_on_schematic_borders(schematic):
    communes = schematic.communes()
    assert len(communes) == communes["code"].nunique() == 148
    assert communes["measured_ha"].isna().all()
    assert communes["measured_ha"].dtype == "float64"
    assert set(communes["border_quality"]) == {"schematic"}
    assert communes["area_km2"].sum() == pytest.approx(9361.4, abs=0.5)


def test_schematic_communes_fit(schematic):
    communes = schematic.communes()
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    coverage = schematic.done.snapshot.manifest.details["coverage"]
    assert (coverage["units"], coverage["overlaps"], coverage["gaps"]) == (148, 0, 0)


def test_the_snapshot_holds_every_table_of_facts_as_checked(schematic):
    snapshot = schematic.done.snapshot
    for name, table in facts.load_all().items():
        if name != "communes":
            pd.testing.assert_frame_equal(snapshot.read(name), table)
    assert not BACKGROUND & set(snapshot.manifest.tables)
    named = snapshot.read("communes").drop(columns=["geometry", "measured_ha", "border_quality"])
    wanted = facts.load("communes").set_index("code").sort_index()
    pd.testing.assert_frame_equal(
        named.set_index("code").sort_index()[list(wanted.columns)], wanted
    )


def test_pages_find_all_they_load(schematic):
    assets = web_assets()
    for path in (*assets.scripts, *assets.styles):
        assert (schematic.static / path).exists()
    files = schematic.files()
    assert len(files["communes"].codes) == 148
    assert {"clusters", "weak", "province", "former-provinces"} <= set(files)


def test_preparing_again_writes_nothing_new(schematic, away):
    before = fingerprint(schematic.store.folder), fingerprint(schematic.static)
    again = run(schematic.store, schematic.static, away)
    assert again.done.snapshot == schematic.done.snapshot
    assert (fingerprint(schematic.store.folder), fingerprint(schematic.static)) == before


# ---- with real borders ------------------------------------------------------------


def test_real_borders_replace_schematic_ones_and_the_old_snapshot_stays(reference, schematic):
    done = reference.done
    assert done.border_quality == done.snapshot.manifest.border_quality == "reference"
    assert not done.kept
    assert "tham khảo" in done.summary()
    assert reference.store.current() == done.snapshot
    old = reference.store.open(schematic.done.snapshot.snapshot_id)
    assert old.manifest.border_quality == "schematic"
    borders = done.snapshot.manifest.details["borders"]
    assert borders["origin"] == "bundle"
    assert borders["source_url"].startswith("https://")
    assert borders["licence"]


def test_real_borders_are_measured_in_hectares(reference):
    communes = reference.communes().set_index("code")
    assert len(communes) == 148
    assert communes["measured_ha"].sum() == pytest.approx(PLANE_HA, abs=2)
    whole = shapely.coverage_union_all(communes.geometry.to_numpy())
    ellipsoid = abs(Geod(ellps="WGS84").geometry_area_perimeter(whole)[0]) / 10_000
    assert ellipsoid == pytest.approx(ELLIPSOID_HA, abs=2)
    off = communes["measured_ha"] / (100 * communes["area_km2"]) - 1
    assert off.abs().median() < 0.005
    assert off.abs().max() < 0.07
    metric = communes.geometry.to_crs(AREA_CRS).area / 10_000
    assert np.allclose(metric, communes["measured_ha"], rtol=1e-9)


def test_overlaps_are_recorded_with_the_rule_that_settled_them(reference):
    details = reference.done.snapshot.manifest.details
    assert (details["coverage"]["overlaps"], details["coverage"]["gaps"]) == (8, 7)
    assert details["coverage"]["overlap_ha"] == pytest.approx(1.63, abs=0.005)
    overlaps = [move for move in details["settlements"] if move["kind"] == "overlap"]
    assert len(overlaps) == 8
    assert sum(move["area_ha"] for move in overlaps) == pytest.approx(1.63, abs=0.005)
    assert {move["rule"] for move in overlaps} == {"geometry.rule_shortfall"}
    communes = reference.communes().set_index("code")
    # What each had before it gained or lost: the winner lacked the larger share.
    moved = pd.Series(0.0, index=communes.index)
    for move in overlaps:
        moved[move["from_code"]] += move["area_ha"]
    lack = 1 - (communes["measured_ha"] + moved) / (100 * communes["area_km2"])
    for move in overlaps:
        assert lack[move["to_code"]] > lack[move["from_code"]] - 1e-3, move


def test_settled_borders_fit_exactly(reference):
    assert shapely.coverage_is_valid(reference.communes().geometry.to_numpy())


def test_background_layers_come_with_the_bundle(reference):
    tables = reference.done.snapshot.manifest.tables
    assert set(tables) >= BACKGROUND
    for name in BACKGROUND:
        assert tables[name].crs == "EPSG:4326"
        assert tables[name].source
        assert tables[name].rows > 0
    assert {"neighbours", "rivers", "former-units"} <= set(reference.files())


def test_drawn_communes_keep_148_codes_and_fit_to_a_square_metre(reference):
    file = reference.files()["communes"]
    content = json.loads((reference.static / file.path).read_text(encoding="utf-8"))
    codes = [feature["properties"]["code"] for feature in content["features"]]
    assert len(set(codes)) == len(codes) == 148
    assert set(codes) == set(reference.communes()["code"])
    degrees = shapely.from_geojson([json.dumps(f["geometry"]) for f in content["features"]])
    assert shapely.is_valid(degrees).all()
    drawn = gpd.GeoSeries(degrees, crs="EPSG:4326").to_crs(AREA_CRS).to_numpy()
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    first = one < other
    shared = shapely.area(shapely.intersection(drawn[one[first]], drawn[other[first]]))
    assert shared.max() < 1
    whole = shapely.union_all(drawn)
    holes = shapely.polygons(shapely.get_rings(whole)[shapely.get_num_geometries(whole) :])
    assert shapely.area(holes).sum() < 1
    assert shapely.get_num_geometries(whole) == 1
    real = shapely.coverage_union_all(reference.communes().geometry.to_crs(AREA_CRS).to_numpy())
    assert shapely.area(shapely.symmetric_difference(whole, real)) < 0.002 * real.area
    assert (reference.static / file.path).stat().st_size < 1_500_000


# ---- what is better stays --------------------------------------------------------


def test_real_borders_are_kept_when_only_schematic_ones_can_be_had(reference, away, tmp_path):
    store = copied(reference, tmp_path)
    later = run(store, reference.static, away)
    assert later.done.kept
    assert later.done.border_quality == "reference"
    assert later.done.snapshot.snapshot_id == reference.done.snapshot.snapshot_id
    assert fingerprint(store.folder) == fingerprint(reference.store.folder)
    assert "giữ" in later.done.summary()
    assert "sources.offline" in [key for key, _ in later.done.notes]
    assert later.communes()["measured_ha"].sum() == pytest.approx(PLANE_HA, abs=2)


def test_what_the_office_said_stays_and_what_the_program_says_besides_is_kept(
    schematic, away, tmp_path
):
    store = copied(schematic, tmp_path)
    base = store.current()
    word = Statement("clusters", "PT-014", "area_ha", "30", "Biên bản", "2026-11-30")
    stated = stating.said(stating.tables_of(base), [word])
    stating.publish(store, stated, base=base, who="An")
    after = run(store, schematic.static, away).done.snapshot
    for name in ("clusters", "statements"):
        pd.testing.assert_frame_equal(after.read(name), stated.tables[name])
    # An office that brought its clusters before there were statements.
    own = facts.load("clusters").assign(area_ha=1.5)
    tables = {
        name: Table(after.read(name), info.source, info.as_of)
        for name, info in after.manifest.tables.items()
        if name != "statements"
    }
    tables["clusters"] = Table(own, "import: a.xlsx", "2026")
    store.publish(tables, Act("import"), border_quality="schematic")
    later = run(store, schematic.static, away).done.snapshot
    pd.testing.assert_frame_equal(later.read("clusters"), own)
    assert set(later.read("statements")["state"]) == {"kept"}


def assert_whole(case: Case) -> None:
    current = case.store.current()
    assert current == case.done.snapshot
    for name, info in current.manifest.tables.items():
        assert len(current.read(name)) == info.rows


@pytest.mark.parametrize("file", ["manifest.json", "clusters.parquet"])
def test_preparing_mends_a_damaged_store(schematic, away, tmp_path, file):
    """The message of a damaged store says: prepare again. So that has to help."""
    store = copied(schematic, tmp_path)
    (store.folder / "snapshots" / schematic.done.snapshot.snapshot_id / file).write_bytes(b"{")
    assert_whole(run(store, schematic.static, away))


def test_damaged_real_borders_are_not_kept(reference, away, tmp_path):
    store = copied(reference, tmp_path)
    damaged = store.folder / "snapshots" / reference.done.snapshot.snapshot_id
    (damaged / "communes.parquet").write_bytes(b"PAR1")
    mended = run(store, reference.static, away)
    assert mended.done.border_quality == "schematic"
    assert not mended.done.kept
    assert_whole(mended)


# ---- the whole country ---------------------------------------------------------


@pytest.fixture
def country_bundle(schematic, tmp_path) -> Path:
    """Return a bundle with the country: the 148 as drawn, one more commune, both archipelagos."""
    own = schematic.communes()
    more = {"00004": (105.8, 21.0), "20333": (112.0, 16.5), "22736": (113.8, 8.6)}
    names = ["Phường Ba Đình", "Đặc khu Hoàng Sa", "Đặc khu Trường Sa"]
    squares = [shapely.box(x, y, x + 0.1, y + 0.1) for x, y in more.values()]
    columns = {
        "code": [*own["code"], *more],
        "fullName": [*("Xã " + own["name"]), *names],
        "province": ["25_phu_tho"] * len(own) + ["01_ha_noi", "48_da_nang", "56_khanh_hoa"],
        "areaKm2": 1.0,
    }
    every = gpd.GeoDataFrame(columns, geometry=[*own.geometry, *squares], crs=4326)
    path = tmp_path / "app" / "bundle" / "scale" / "communes_vietnam_20m.parquet"
    path.parent.mkdir(parents=True)
    every.to_parquet(path)
    return tmp_path / "app"


def test_the_country_is_a_background_and_the_province_stays_what_it_is(
    schematic, country_bundle, tmp_path
):
    store, static = copied(schematic, tmp_path), tmp_path / "static"
    options = {"store": store, "static": static, "bundle": None, "offline": True, "simplify_m": 30}
    done = prepare(**options, root=country_bundle, scope="vietnam")
    assert ("country.used", {"count": 3}) in done.notes
    assert done.snapshot.read("country")["province"].tolist() == ["Hà Nội", "Đà Nẵng", "Khánh Hòa"]
    before, after = (one.manifest.tables for one in (schematic.done.snapshot, done.snapshot))
    assert {name: info.sha256 for name, info in after.items() if name != "country"} == {
        name: info.sha256 for name, info in before.items()
    }
    files = {file.layer_id: file for file in build(done.snapshot, static, simplify_m=30)}
    assert next(iter(files)) == "country"
    assert len(files["country"].details) == 3
    assert {"archipelago-20333", "archipelago-22736"} < set(files["neighbours"].codes)
    again = prepare(**options, root=country_bundle)
    assert "country" not in again.snapshot.manifest.tables


def test_a_country_that_is_not_there_is_refused_before_anything_changes(schematic, away, tmp_path):
    store = copied(schematic, tmp_path)
    before = store.current().snapshot_id
    with pytest.raises(DataRefusedError) as why:
        prepare(
            store=store,
            static=tmp_path / "static",
            bundle=None,
            offline=True,
            simplify_m=30,
            root=away,
            scope="vietnam",
        )
    assert store.current().snapshot_id == before
    assert why.value.key == "country.no_file"
