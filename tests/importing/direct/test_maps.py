"""Outlines and borders given to a command by hand, and that an import reads the same."""

import json
import random
import warnings

import geopandas as gpd
import pytest
import shapely
from badfiles.corpus_build import polygon, shapefile_parts, zipped
from facttables import fact_tables

from lib.crossing import answer
from lib.crossing.communes import prepare_communes
from lib.geo.geometry import areas_ha
from lib.geo.schematic import schematic_communes
from lib.importing import bring
from lib.importing.direct import maps
from lib.importing.direct import tables as direct
from lib.importing.draft import Options
from lib.language.errors import WrongUseError
from lib.store.store import Act, Store, Table

EAST, NORTH = 548_800, 2_356_000


def box(east=EAST, north=NORTH, width=800, height=500):
    return shapely.box(east, north, east + width, north + height)


def frame(shapes, ids, crs=9208, **more):
    names = [f"Cụm {one}" for one in ids]
    made = gpd.GeoDataFrame({"cluster_id": ids, "name": names, **more}, geometry=shapes, crs=9208)
    return made.to_crs(crs)


def geojson(path, features, crs=None):
    """Write features given as (properties, geometry) with the standard library alone."""
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": said, "geometry": shape} for said, shape in features
        ],
    }
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def grave(given):
    return {(finding.key, finding.row) for finding in direct.grave(given.findings)}


@pytest.fixture
def borders(tmp_path):
    halves = [
        box(EAST - 4_000, NORTH - 4_000, 4_320, 9_000),
        box(EAST + 320, NORTH - 4_000, 5_000, 9_000),
    ]
    whole = gpd.GeoDataFrame({"code": [4792, 4795], "name": ["A", "B"]}, geometry=halves, crs=9208)
    whole.to_crs(4326).to_file(tmp_path / "communes.geojson", driver="GeoJSON")
    return maps.communes(tmp_path / "communes.geojson")


def test_codes_kept_as_numbers_get_their_zero_back_and_are_told(borders):
    assert borders.source["code"].tolist() == ["04792", "04795"]
    assert [f.key for f in borders.findings if f.level == "mended"] == ["cells.zero"] * 2


@pytest.mark.parametrize("codes", [["04792", "4795"], [4792.0, 4795.0], ["A", "B"]])
def test_other_codes_are_what_they_say(tmp_path, codes):
    parts = [box(), box(EAST + 900)]
    path = tmp_path / "communes.gpkg"
    frame(parts, codes).rename(columns={"cluster_id": "code"}).to_file(path, driver="GPKG")
    wanted = codes if codes == ["A", "B"] else ["04792", "04795"]
    assert maps.communes(path).source["code"].tolist() == wanted


@pytest.mark.parametrize("layers", [["một", "hai"], ["một", "hai", "ba"], ["một"]])
def test_every_layer_is_read(tmp_path, borders, layers):
    path = tmp_path / "cum.gpkg"
    for at, layer in enumerate(layers):
        shape = box(EAST + 900 * at)
        frame([shape], [f"C{at}"]).to_file(path, layer=layer, driver="GPKG")
    given = maps.outlines(path, prepare_communes(borders.source))
    assert given.source["cluster_id"].tolist() == [f"C{at}" for at in range(len(layers))]
    assert areas_ha(given.source.geometry).tolist() == pytest.approx([40.0] * len(layers), abs=1e-4)
    rows = answer.answer_given(given.source, prepare_communes(borders.source), tolerance_m=50).rows
    first = rows[rows["cluster_id"] == "C0"].set_index("commune_code")["area_ha"]
    assert first.to_dict() == pytest.approx({"04792": 16.0, "04795": 24.0}, abs=1e-4)


@pytest.mark.parametrize(
    ("over_m", "asked"), [(0.0, False), (0.5, False), (3.0, True), (90.0, True)]
)
def test_land_that_two_communes_claim_is_asked_not_counted_twice(tmp_path, over_m, asked):
    halves = [
        box(EAST - 4_000, NORTH - 4_000, 4_320 + over_m, 9_000),
        box(EAST + 320, NORTH - 4_000, 5_000, 9_000),
    ]
    two = gpd.GeoDataFrame(
        {"code": ["04792", "04795"], "name": ["A", "B"]}, geometry=halves, crs=9208
    )
    frame([box()], ["C0"]).to_file(tmp_path / "cum.gpkg", driver="GPKG")
    given = maps.outlines(tmp_path / "cum.gpkg", prepare_communes(two))
    told = [f.message() for f in given.findings if f.key == "direct.claimed_twice"]
    assert bool(told) == asked == (given.source is None)
    if asked:
        hectares = f"{over_m * 500 / 10_000:.2f}".replace(".", ",")
        assert f"{hectares}\u00a0ha" in told[0]
        assert "04792, 04795" in told[0]


@pytest.mark.parametrize("crs", [3857, 4756, 32648, 32649])
def test_what_an_import_reads_is_read(tmp_path, borders, crs):
    frame([box()], ["C0"], crs).to_file(tmp_path / "cum.gpkg", driver="GPKG")
    given = maps.outlines(tmp_path / "cum.gpkg", prepare_communes(borders.source))
    assert not grave(given)
    assert shapely.hausdorff_distance(given.source.to_crs(9208).geometry[0], box()) < 1e-3


@pytest.mark.parametrize(
    "beside", [shapely.Point(EAST, NORTH), shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])]
)
def test_an_outline_in_a_collection_is_taken_out_and_told(tmp_path, borders, beside):
    whole = shapely.GeometryCollection([box(), beside])
    frame([whole], ["C1"], 4326).to_file(tmp_path / "cum.geojson", driver="GeoJSON")
    given = maps.outlines(tmp_path / "cum.geojson", prepare_communes(borders.source))
    assert "outlinecheck.taken_out" in {finding.key for finding in given.findings}
    assert areas_ha(given.source.geometry).tolist() == pytest.approx([40.0], abs=1e-4)


def open_ring(corners):
    return {"type": "Polygon", "coordinates": [corners[:-1]]}


RING = [list(corner) for corner in box().exterior.coords]
SAID = {"cluster_id": "C1", "name": "Một"}


@pytest.mark.parametrize(
    ("features", "crs", "said"),
    [
        ([(SAID, polygon(RING))], None, ("direct.not_degrees", None)),
        ([(SAID, open_ring(RING))], 9208, ("readers.bad_ring", 1)),
        ([(SAID, polygon(RING)), (SAID, open_ring(RING[:3]))], 9208, ("readers.bad_ring", 2)),
        ([(SAID, polygon(RING))], 2154, ("importing.crs_unsupported", None)),
        ([({"name": "Một"}, polygon(RING))], 9208, ("crosswork.columns", None)),
        ([({"cluster_id": "C1"}, polygon(RING))], 9208, ("crosswork.columns", None)),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cause(tmp_path, borders, features, crs, said):
    path = geojson(tmp_path / "cum.geojson", features, crs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        given = maps.outlines(path, prepare_communes(borders.source))
    assert given.source is None
    assert said in grave(given)


def test_borders_that_are_no_degrees_or_of_no_crs_are_refused(tmp_path):
    path = geojson(tmp_path / "xa.geojson", [({"code": "04792", "name": "A"}, polygon(RING))])
    assert grave(maps.communes(path)) == {("direct.not_degrees", None)}
    made = frame([box()], ["04792"]).set_crs(None, allow_override=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.to_file(tmp_path / "xa.gpkg", driver="GPKG")
    assert grave(maps.communes(tmp_path / "xa.gpkg")) == {("direct.no_crs", None)}
    with pytest.raises(WrongUseError):
        maps.communes(tmp_path / "khong.gpkg")


@pytest.mark.parametrize(
    ("said", "metres"), [(None, 0.5), (["2,5", "7"], [2.5, 7.0]), ([3, None], [3, None])]
)
def test_the_accuracy_is_what_the_file_says_or_that_of_a_survey(tmp_path, borders, said, metres):
    more = {} if said is None else {"outline_accuracy_m": said}
    parts = [box(), box(EAST + 900)]
    frame(parts, ["C1", "C2"], **more).to_file(tmp_path / "cum.gpkg", driver="GPKG")
    read = maps.outlines(tmp_path / "cum.gpkg", prepare_communes(borders.source)).source[
        "outline_accuracy_m"
    ]
    wanted = [metres] * 2 if said is None else metres
    assert read.astype(object).where(read.notna(), None).tolist() == wanted


# ---- the same as import and store ------------------------------------------------------------


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    units = tables["former_units"].rename(columns={"code": "former_code"})
    shapes = schematic_communes(units).set_index("code").geometry
    tables["communes"] = gpd.GeoDataFrame(
        tables["communes"], geometry=tables["communes"]["code"].map(shapes).to_numpy(), crs=4326
    )
    tables["clusters"] = tables["clusters"].assign(area_ha=float("nan"))
    return tables


def saved(chance, folder, number):
    """Write one to three outlines in some format, CRS and form; some are broken."""
    count = chance.randint(1, 3)
    ids = chance.sample(["PT-001", "PT-002", "PT-020", "PT-021"], count)
    shapes = [box(EAST + 2_000 * at, NORTH, chance.randint(300, 900)) for at in range(count)]
    form = chance.choice(["plain", "parts", "collection", "open", "no crs"])
    if form == "parts":
        shapes = [
            shapely.MultiPolygon([one, box(EAST - 3_000 * (at + 1))])
            for at, one in enumerate(shapes)
        ]
    if form == "collection":
        shapes = [shapely.GeometryCollection([one, one.centroid]) for one in shapes]
    crs = chance.choice([9208, 4326, 5897])
    made = frame(shapes, ids, crs)
    kind = chance.choice(["geojson", "gpkg", "zip", "kml", "csv"])
    path = folder / f"cum-{number}.{kind}"
    if kind == "geojson" or form in {"open", "no crs"}:
        path = path.with_suffix(".geojson")
        features = json.loads(made.to_json(to_wgs84=False))["features"]
        if form == "open":
            features[-1]["geometry"]["coordinates"][0].pop()
        stated = crs if crs != 4326 and form != "no crs" else None
        return geojson(path, [(one["properties"], one["geometry"]) for one in features], stated)
    if kind == "gpkg":
        for at in range(count):
            made.iloc[[at]].to_file(path, layer=f"lop {at}", driver="GPKG")
    elif kind == "zip" and form != "collection":
        zipped(path, shapefile_parts(path, made))
    elif kind == "csv":
        text = made.assign(wkt=made.geometry.to_wkt()).drop(columns="geometry")
        text.to_csv(path, index=False, sep=chance.choice(";\t|"))
    else:
        path = path.with_suffix(".kml")
        made.to_crs(4326).rename(columns={"name": "Name"}).to_file(path, layer="cum", driver="KML")
    return path


def test_outlines_are_read_or_refused_as_import_and_store_do(tmp_path, base):
    borders = prepare_communes(gpd.GeoDataFrame(base["communes"])[["code", "name", "geometry"]])
    ends = {"read": 0, "refused": 0}
    for number in range(60):
        chance = random.Random(number)  # noqa: S311 - chance, no secret
        path = saved(chance, tmp_path, number)
        before = path.read_bytes()
        given = maps.outlines(path, borders)
        contents, lost = bring.read_all([(path, path.name)])
        draft = bring.check(contents, Options("outlines", "2026-09-30"), base, unreadable=lost)
        assert path.read_bytes() == before
        if given.source is None:
            said = {key for key, _ in grave(given)}
            # What the import proposes where nobody states a CRS, a command can only refuse.
            alike = {"direct.not_degrees", "direct.no_crs", "crosswork.columns"}
            assert said & ({f.key for f in draft.of("refused")} | alike), number
            assert draft.refused or said == {"crosswork.columns"}, number
            ends["refused"] += 1
            continue
        assert not draft.refused, (number, [f.message() for f in draft.of("refused")])
        brought = {name: Table(table, "test", "2026-09-30") for name, table in draft.tables.items()}
        Store(tmp_path / "store").publish(brought, Act("test"), border_quality="schematic")
        kept = Store(tmp_path / "store").current().read_geo("outlines")
        stored = kept.set_index("cluster_id").geometry
        mine = given.source.set_index("cluster_id").geometry
        assert sorted(mine.index) == sorted(stored.index)
        for code, shape in mine.items():
            assert shape.normalize().equals_exact(stored[code].normalize(), 1e-9), (number, code)
        ends["read"] += 1
    assert min(ends.values()) > 10, ends
