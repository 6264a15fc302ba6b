"""The committed facts: counts, sources, codes, and what a broken file is told."""

import shutil
import unicodedata
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.geo.crs import AREA_CRS
from lib.language.errors import DataRefusedError
from lib.language.text import same_spelling
from lib.tables import facts, schemas
from lib.tables.glossary import with_later_columns
from lib.tables.registry import with_facts


@pytest.fixture(scope="module")
def tables():
    return facts.load_all()


ROWS = {
    "communes": 148,
    "former_units": 482,
    "clusters": 93,
    "statements": 133,
    "assignments": 2,
    "weak_supply": 15,
    "substations": 32,
    "power_plants": 11,
    "reliability_published": 48,
    "settlements": 148,
}


def test_counts(tables):
    assert {name: len(tables[name]) for name in ROWS} == ROWS
    assert set(tables) == {*with_facts(), "statements"}
    assert tables["communes"]["kind"].value_counts().to_dict() == {"xã": 133, "phường": 15}
    former = tables["former_units"].drop_duplicates("former_code")
    assert len(former) == 479
    assert former["province"].value_counts().to_dict() == {
        "Phú Thọ": 207,
        "Hòa Bình": 151,
        "Vĩnh Phúc": 121,
    }
    assert former["kind"].value_counts().to_dict() == {"xã": 397, "phường": 42, "thị trấn": 40}
    assert former["district"].nunique() == 32


def test_three_units_were_split(tables):
    units = tables["former_units"]
    parts = units[units["part"] == "part"]
    assert set(parts["name"]) == {"Vầy Nưa", "Cao Sơn", "Đồng Tân"}
    assert (parts.groupby("former_code")["new_code"].nunique() == 2).all()
    assert units.groupby("former_code").size().value_counts().to_dict() == {1: 476, 2: 3}


def test_every_row_has_a_source_and_a_date(tables):
    for name, table in tables.items():
        if name == "statements":  # one whose address is lost names it in words
            assert table["source_url"].str.fullmatch(r"https?://[^\s;]+|[^:;]+").all()
        else:
            assert table["source_url"].str.fullmatch(r"https?://[^\s;]+").all(), name
        assert table["as_of"].str.fullmatch(r"\d{4}(-\d{2}){0,2}").all(), name
        assert (table["as_of"] <= "2026-11-23").all(), name


def test_text_is_nfc_and_says_what_a_reader_can_check(tables):
    for name, table in tables.items():
        for column in table.select_dtypes("str"):
            words = table[column].dropna()
            assert (words.map(lambda v: unicodedata.normalize("NFC", v)) == words).all(), name
            assert not words.str.contains(r"address not kept|/tmp|/work|đề bài").any(), name


def test_every_new_commune_is_made_of_former_units_of_its_province(tables):
    merged = tables["former_units"].merge(
        tables["communes"], left_on="new_code", right_on="code", suffixes=("", "_new")
    )
    assert merged["new_code"].nunique() == 148
    assert (merged["province"] == merged["former_province"]).all()
    clause = merged["legal_basis"].str.extract(r"khoản (\d+)$")[0].astype("Int64")
    assert (clause == merged["clause"]).all()


def test_clusters_are_a_sample_and_say_only_what_sources_say(tables):
    clusters = tables["clusters"]
    assert clusters["former_province"].value_counts().to_dict() == {
        "Phú Thọ": 24,
        "Vĩnh Phúc": 33,
        "Hòa Bình": 36,
    }
    assert (clusters["outline_quality"] == "none").all()
    for column in ("decision_end", "handover_date", "schedule_end", "extension_end"):
        assert clusters[column].isna().all(), column
    stopped = clusters[clusters["wastewater"] == "stopped"]
    assert set(stopped["name"]) == {"Yên Đồng", "Tề Lỗ"}
    assert not (clusters["wastewater"] == "operating").any()
    established = clusters[clusters["decision_kind"] == "establish"]
    assert set(established["name"]) == {"Tam Nông", "Bắc Lâm Thao", "Phú Gia"}
    assert (established["legal_status"] == "established").all()
    assert {"Tề Lỗ", "Tề Lỗ 2", "Đồng Văn", "Đồng Văn 3"} <= set(clusters["name"])


def test_statements_say_what_the_notes_and_found_pages_say(tables):
    said = tables["statements"]
    area = said[said["field"] == "area_ha"].set_index(["id", "state"])["value"]
    assert (area["PT-002", "in_use"], area["PT-002", "kept"]) == ("69.42", "75.0")
    assert (area["PT-014", "in_use"], area["PT-014", "kept"]) == ("26.7", "84.0")
    weak = said[said["strength"] == "other"]
    assert (weak["state"] == "kept").all()
    assert not weak["note"].isna().any()
    words = said[~said["source_url"].str.startswith("http")]
    found = words[~words["note"].str.contains("ghi chú của dòng")]
    assert (found["strength"] == "other").all(), "no address, not used"
    named = {"Mông Hóa", "Thanh Lãng", "Tử Đà - An Đạo", "Duy Phiên", "Vân Hội"}
    clusters = tables["clusters"].set_index("name")
    assert clusters.loc[list(named), ["former_communes", "stated_communes"]].isna().all(axis=None)


def test_a_statement_of_a_row_that_is_not_there_is_refused(folder):
    _spoil(folder, "statements", "id", 3, "PT-999")
    with pytest.raises(DataRefusedError, match=r"statements.csv.*PT-999"):
        facts.load_all(folder)


def test_without_statements_the_tables_are_as_their_files(folder):
    (folder / "statements.csv").unlink()
    clusters = facts.load_all(folder)["clusters"]
    pd.testing.assert_frame_equal(clusters, facts.load("clusters", folder))


def test_a_cluster_without_any_date_says_so(tables):
    clusters = tables["clusters"]
    undated = clusters[clusters["as_of"] == "2026-11-23"]
    assert undated["note"].str.contains("ngày kiểm tra nguồn").all()
    assert len(undated) == 8


def test_the_two_assignments_are_proposals(tables):
    proposed = tables["assignments"].merge(tables["clusters"], on="cluster_id")
    proposed = proposed.merge(tables["communes"], left_on="commune_code", right_on="code")
    pairs = set(zip(proposed["name_x"], proposed["name_y"], strict=True))
    assert pairs == {("Yên Đồng", "Tam Hồng"), ("Tề Lỗ", "Tề Lỗ")}
    assert (proposed["status"] == "proposed").all()
    assert proposed["document_no"].isna().all()
    assert proposed["note_x"].str.contains("Chưa thấy văn bản giao").all()


def test_official_totals_stand_beside_the_sample(tables):
    totals = tables["published_totals"]
    now = totals[(totals["area"] == "phu_tho_new") & (totals["topic"] == "clusters")]
    values = now.set_index("metric")["value"]
    assert values["clusters_established"] == 67
    assert values["clusters_operating"] == 35
    assert values["clusters_area_min_ha"] == 3000
    assert now.set_index("metric")["qualifier"]["clusters_area_min_ha"] == "more_than"
    assert (totals["topic"] == "power").sum() == 24


def test_kinds_of_weak_supply_never_mix(tables):
    weak = tables["weak_supply"]
    assert weak["kind"].value_counts().to_dict() == {
        "no_grid": 2,
        "low_voltage": 1,
        "extremely_difficult": 4,
        "programme": 4,
        "context": 4,
    }
    placed = weak[weak["commune_code"].notna()]
    assert len(placed) == 3
    assert weak.set_index("former_commune")["state"]["Yên Sơn"] == "solved"


def test_swapped_label_points_are_swapped_back(tables, real_communes):
    communes = tables["communes"].merge(real_communes, on="code", suffixes=("", "_upstream"))
    points = shapely.points(communes["lon"], communes["lat"])
    assert shapely.contains(communes["geometry"].to_numpy(), points).all()


def test_names_and_areas_agree_with_the_borders(tables, real_communes):
    communes = tables["communes"].merge(real_communes, on="code", suffixes=("", "_upstream"))
    assert len(communes) == 148
    same = communes["name"].map(same_spelling) == communes["name_upstream"].map(same_spelling)
    assert same.all()
    assert (communes["area_km2"] == communes["area_km2_upstream"]).all()


def test_ended_units_lie_in_the_commune_they_lead_to(tables, shared, real_communes):
    ended, units = tables["ended_units"], tables["former_units"]
    old = gpd.read_file(shared / "data/premerger/communes_2009_gso_thinned.geojson")
    old[["kind", "bare"]] = old["name"].str.extract(r"^(Xã|Phường|Thị trấn) (.*)$")
    old["kind"] = old["kind"].str.lower()
    found = ended.merge(
        old, left_on=["name", "kind", "district"], right_on=["bare", "kind", "district"]
    )
    assert len(found) == len(ended)
    assert (found["successor_code"] == found["successor_code_2025"]).all()
    pairs = found.merge(
        units[["former_code", "new_code"]], left_on="successor_code", right_on="former_code"
    )
    new = real_communes.to_crs(AREA_CRS).set_index("code").geometry
    was = shapely.make_valid(gpd.GeoSeries(pairs["geometry"], crs=4326).to_crs(AREA_CRS).to_numpy())
    inside = shapely.area(shapely.intersection(was, new.loc[pairs["new_code"]].to_numpy()))
    share = pd.Series(inside / shapely.area(was)).groupby(pairs["commune_id"]).sum()
    stated = found.set_index("commune_id")["basis"].str.extract(r"(\d+) % diện tích")[0]
    assert (share >= 0.8).all()
    assert (stated.astype(int) - 100 * share).abs().max() < 0.51


def test_cleaning_changed_no_figure(tables, shared):
    before = pd.read_csv(shared / "facts/clusters.csv")
    after = facts.load("clusters")  # as the file has it, before statements choose
    added = {"PT-022", "PT-023", "PT-024", "HB-034", "HB-035", "HB-036"}
    assert added <= set(after["cluster_id"])
    after = after[~after["cluster_id"].isin(added)].reset_index(drop=True)
    for column in ("area_ha", "industrial_land_ha", "occupancy_pct"):
        pd.testing.assert_series_equal(before[column], after[column].rename(column))
    assert (
        before["old_communes"].fillna("").tolist() == after["former_communes"].fillna("").tolist()
    )
    people = pd.read_csv(shared / "facts/communes_post_merger.csv", dtype={"code": str})
    merged = people.merge(tables["communes"], on="code", suffixes=("", "_after"))
    assert (merged["population"] == merged["population_after"]).all()
    assert merged["population"].sum() == 4_022_638


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(facts.FACTS, tmp_path / "facts")
    return tmp_path / "facts"


def _spoil(folder, table, column, row, value):
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[row, column] = value
    frame.to_csv(path, index=False)


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "key"),
    [
        ("clusters", "wastewater", 4, "yes", "schemas.not_a_code"),
        ("clusters", "area_ha", 7, "69,42", "schemas.not_a_number"),
        ("clusters", "area_ha", 7, "6942", "schemas.bad_value"),
        ("clusters", "source_url", 0, "", "schemas.blank"),
        ("clusters", "source_url", 0, "báo Phú Thọ", "schemas.bad_value"),
        ("clusters", "as_of", 2, "2025-13", "schemas.bad_value"),
        ("clusters", "cluster_id", 1, "PT-001", "schemas.duplicate"),
        ("former_units", "new_code", 0, "4792", "schemas.bad_value"),
        ("former_units", "new_code", 0, "99999", "schemas.unknown_reference"),
        ("assignments", "cluster_id", 1, "PT-999", "schemas.unknown_reference"),
    ],
)
def test_a_broken_cell_is_named(folder, table, column, row, value, key):
    _spoil(folder, table, column, row, value)
    with pytest.raises(DataRefusedError) as refused:
        facts.load_all(folder)
    error = refused.value
    told = error.values  # noqa: PD011 the error's own attribute
    assert error.key == key
    assert told["file"] == f"{table}.csv"
    assert told["column"] == column
    if key != "schemas.duplicate":
        assert told["row"] == row + 2
    for lang in ("vi", "en"):
        assert f"{table}.csv" in error.message(lang)
        assert "{" not in error.message(lang)


def test_columns_are_exact(folder):
    path = folder / "clusters.csv"
    frame = pd.read_csv(path, dtype=str)
    frame.drop(columns="wastewater").to_csv(path, index=False)
    with pytest.raises(DataRefusedError, match="thiếu cột «wastewater»"):
        facts.load("clusters", folder)
    frame.assign(extra="1").to_csv(path, index=False)
    with pytest.raises(DataRefusedError, match="cột lạ «extra»"):
        facts.load("clusters", folder)


def test_a_missing_or_foreign_file_is_refused(folder):
    (folder / "clusters.csv").unlink()
    with pytest.raises(DataRefusedError, match=r"Không thấy tệp clusters\.csv"):
        facts.load("clusters", folder)
    (folder / "clusters.csv").write_bytes("tên,xã".encode("utf-16"))
    with pytest.raises(DataRefusedError, match="UTF-8"):
        facts.load("clusters", folder)
    (folder / "clusters.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataRefusedError, match="UTF-8"):
        facts.load("clusters", folder)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 86), st.text(min_size=1, max_size=20))
def test_any_text_in_a_coded_cell_is_a_code_or_refused(row, text):
    written = pd.read_csv(facts.FACTS / "clusters.csv", dtype=str)
    frame = with_later_columns("clusters", written)
    frame["legal_status"] = frame["legal_status"].where(frame.index != row, text)
    if text in schemas.CODES["legal_status"]:
        assert len(facts.check("clusters", frame, file="clusters.csv")) == 87
    else:
        with pytest.raises(DataRefusedError) as refused:
            facts.check("clusters", frame, file="clusters.csv")
        assert refused.value.values["row"] == row + 2  # noqa: PD011
        assert refused.value.message("vi")


def test_a_source_is_a_document_or_the_home_of_a_data_set_never_a_package_index(tables):
    urls = pd.concat([table["source_url"] for table in tables.values()]).dropna()
    hosts = {urlsplit(str(url)).netloc.removeprefix("www.") for url in urls}
    assert len(hosts) > 20
    assert not hosts & {"pypi.org", "npmjs.com", "anaconda.org", "crates.io", "cran.r-project.org"}
