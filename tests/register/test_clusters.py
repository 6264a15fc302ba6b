"""The register of clusters: facts joined, markers only where a unit is named."""

import csv

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from facttables import fact_tables

from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.places import names as merger
from lib.register import completeness
from lib.register.clusters import register
from lib.tables import facts

TABLES = fact_tables()
FACTS, COMMUNES, UNITS = (TABLES[n] for n in ("clusters", "communes", "former_units"))
CLUSTERS = register(TABLES)
ASKED = {
    *("former_communes", "area_ha", "decision_no", "investor", "cleared_ha", "leased_ha"),
    *("handover_date", "schedule_end", "outline_quality"),
}
NO_OUTLINE = ("none", "approximate")
BY_ID = CLUSTERS.set_index("cluster_id")
NAMED = FACTS["former_communes"].notna() | FACTS["stated_communes"].notna()


def markers(clusters: pd.DataFrame) -> gpd.GeoSeries:
    """Return the markers there are, in metres (EPSG:9208), by cluster."""
    placed = clusters.dropna(subset=["lat", "lon"])
    places = gpd.GeoSeries.from_xy(placed["lon"], placed["lat"], crs=STORAGE_CRS)
    return places.set_axis(placed["cluster_id"]).to_crs(AREA_CRS)


def with_cluster(**values: object) -> pd.Series:
    """Return the register's row of one cluster with other facts."""
    row = FACTS.head(1).assign(**{"cluster_id": "PT-900", **values}).astype(FACTS.dtypes)
    return register(TABLES | {"clusters": row}).iloc[0]


def test_a_row_for_each_of_the_93_clusters_with_all_its_facts():
    assert len(CLUSTERS) == 93
    pd.testing.assert_frame_equal(CLUSTERS[list(FACTS.columns)], FACTS)


def test_the_facts_are_left_as_they_were():
    before = {name: table.copy() for name, table in TABLES.items()}
    register(TABLES)
    for name, table in TABLES.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_every_commune_code_exists_and_stands_once():
    known = set(COMMUNES["code"])
    for codes in CLUSTERS["commune_codes"]:
        assert isinstance(codes, tuple)
        assert set(codes) <= known
        assert len(set(codes)) == len(codes)


def test_codes_and_names_of_communes_go_together():
    names = COMMUNES.set_index("code")["name"]
    for codes, shown in zip(CLUSTERS["commune_codes"], CLUSTERS["communes_now"], strict=True):
        assert shown == "; ".join(names[code] for code in codes)


@pytest.mark.parametrize(
    ("cluster_id", "communes", "change"),
    [
        ("PT-001", "Chí Tiên", "resolved"),
        ("PT-003", "Đông Thành; Chí Tiên", "remains"),
        ("PT-007", "Vạn Xuân", "single"),
        ("PT-005", "", "undetermined"),
    ],
)
def test_places_by_decision_known_from_the_papers(cluster_id, communes, change):
    assert BY_ID.loc[cluster_id, "communes_now"] == communes
    assert BY_ID.loc[cluster_id, "change"] == change


def test_changes_are_those_of_the_merger():
    wanted = merger.changes(FACTS, UNITS, TABLES["ended_units"])
    pd.testing.assert_frame_equal(CLUSTERS[list(wanted.columns)], wanted)
    several = CLUSTERS["commune_codes"].map(len).gt(1)
    assert several[CLUSTERS["change"].eq("remains")].all()
    assert not several[CLUSTERS["change"].isin(["resolved", "single"])].any()


def test_missing_is_what_file_and_statements_leave_blank():
    with (facts.FACTS / "clusters.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = {row["cluster_id"]: row for row in csv.DictReader(lines)}
    assert len(rows) == 93
    said = TABLES["statements"].query("state == 'in_use'")
    for cluster_id, field in zip(said["id"], said["field"], strict=True):
        rows[cluster_id][field] = "said"
    for cluster_id, missing in BY_ID["missing"].items():
        row = rows[cluster_id]
        assert set(missing) == {c for c in ASKED if row[c].strip() in ("", *NO_OUTLINE)}, cluster_id


def test_the_card_the_filter_and_the_page_of_data_give_one_answer_to_what_is_missing():
    outlined = FACTS.copy()
    outlined.loc[outlined.index[0], "outline_quality"] = "surveyed"
    rows = register(TABLES | {"clusters": outlined})
    for field in completeness.of_clusters({"clusters": outlined}):
        lacks = rows["missing"].map(lambda missing, column=field.column: column in missing)
        assert sorted(rows["name"][lacks]) == sorted(field.missing), field.column
    assert {field.column for field in completeness.of_clusters(TABLES)} == ASKED
    assert "outline_quality" not in rows["missing"].iloc[0]


def test_district_codes_are_communes_made_of_that_district():
    full = {
        "TP Phúc Yên": "Thành phố Phúc Yên",
        "TP Hòa Bình": "Thành phố Hòa Bình",
        "thị xã Phú Thọ": "Thị xã Phú Thọ",
    }
    for row in CLUSTERS.itertuples():
        if pd.isna(row.former_district):
            assert row.district_codes == ()
            continue
        district = full.get(row.former_district, f"Huyện {row.former_district}")
        own = UNITS[(UNITS["district"] == district) & (UNITS["province"] == row.former_province)]
        assert row.district_codes == tuple(sorted(set(own["new_code"]))), row.cluster_id
        assert row.district_codes


# ---- markers ---------------------------------------------------------------------


def test_a_cluster_of_which_no_commune_is_named_has_no_marker_and_no_commune():
    unnamed = CLUSTERS[~NAMED]
    assert len(unnamed) == 54
    # Of all these, one is put in a commune by the meeting of 15/10/2025.
    assert unnamed.loc[unnamed["lat"].notna(), "name"].tolist() == ["Tề Lỗ"]
    assert unnamed["lat"].notna().equals(unnamed["lon"].notna())
    assert not unnamed["commune_codes"].map(len).any()
    assert unnamed["change"].eq("undetermined").all()


def test_a_cluster_that_leads_to_a_commune_has_a_marker():
    placed = CLUSTERS["lat"].notna() & (CLUSTERS["placed_by"] != "assignment")
    assert CLUSTERS["lat"].notna().equals(CLUSTERS["lon"].notna())
    assert placed.equals(CLUSTERS["commune_codes"].map(len).gt(0))
    assert placed.sum() == 39


def test_no_two_markers_stand_on_one_point():
    places = markers(CLUSTERS)
    apart = shapely.distance(places.to_numpy()[:, None], places.to_numpy()[None, :])
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 500


def test_markers_lie_in_the_province(real_communes):
    west, south, east, north = real_communes.total_bounds
    placed = CLUSTERS.dropna(subset=["lat"])
    assert placed["lon"].between(west, east).all()
    assert placed["lat"].between(south, north).all()
    inside = markers(CLUSTERS).within(real_communes.geometry.to_crs(AREA_CRS).union_all())
    assert inside.all()


def test_a_marker_stands_in_or_near_its_commune(real_communes):
    shapes = real_communes.set_index("code").geometry.to_crs(AREA_CRS)
    far = {}
    for cluster_id, place in markers(CLUSTERS).items():
        row = BY_ID.loc[cluster_id]
        codes = list(row["commune_codes"] or row["assigned_codes"])
        far[cluster_id] = shapes[codes].distance(place).min()
    distance = pd.Series(far)
    assert distance.max() <= 15_000
    assert (distance == 0).mean() > 0.9


def test_a_marker_stands_at_the_mean_of_the_units_named():
    units = UNITS.set_index("former_code")
    both = units[units["name"].isin(["Sơn Cương", "Chí Tiên"])].query(
        "district == 'Huyện Thanh Ba'"
    )
    assert len(both) == 2
    row = BY_ID.loc["PT-001"]
    assert (row["lat"], row["lon"]) == pytest.approx((both["lat"].mean(), both["lon"].mean()))


def test_clusters_of_one_commune_are_set_apart_but_stay_close():
    one = FACTS[FACTS["cluster_id"].isin(["PT-007"])]
    many = pd.concat([one.assign(cluster_id=f"PT-90{i}") for i in range(4)], ignore_index=True)
    found = register(TABLES | {"clusters": many})
    places = markers(found).to_numpy()
    centre = markers(register(TABLES | {"clusters": one.reset_index(drop=True)})).iloc[0]
    apart = shapely.distance(places[:, None], places[None, :])
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 1_000
    assert shapely.distance(places, centre) == pytest.approx([850] * 4, rel=0.06)


@pytest.mark.parametrize(
    "values",
    [
        {"former_communes": "xã Không Có Thật"},
        {"former_communes": "xã Không Có Thật;phường Cũng Không"},
        {"former_communes": None, "stated_communes": None},
    ],
)
def test_a_name_nobody_knows_makes_no_marker(values):
    row = with_cluster(**({"stated_communes": None} | values))
    assert np.isnan(row["lat"])
    assert np.isnan(row["lon"])
    assert row["commune_codes"] == ()
    assert row["change"] == "undetermined"


def test_a_name_several_units_have_makes_no_marker_between_them():
    """Cao Sơn of Đà Bắc and of Lương Sơn: the middle is in neither."""
    row = with_cluster(
        former_province="Hòa Bình",
        former_district=None,
        former_communes="xã Cao Sơn",
        stated_communes=None,
    )
    assert row["change"] == "undetermined"
    assert len(row["commune_codes"]) == 3
    assert np.isnan(row["lat"])
    assert np.isnan(row["lon"])


def test_a_divided_unit_is_one_place_and_still_undetermined():
    row = with_cluster(
        former_province="Hòa Bình",
        former_district="Đà Bắc",
        former_communes="xã Vầy Nưa",
        stated_communes=None,
    )
    assert len(row["commune_codes"]) == 2
    assert row["change"] == "undetermined"
    unit = UNITS[UNITS["name"] == "Vầy Nưa"].iloc[0]
    assert (row["lat"], row["lon"]) == (unit["lat"], unit["lon"])


def test_a_stated_commune_alone_is_a_place():
    row = with_cluster(former_communes=None, stated_communes="xã Thịnh Minh")
    commune = COMMUNES[COMMUNES["name"] == "Thịnh Minh"].iloc[0]
    assert row["commune_codes"] == (commune["code"],)
    assert (row["lat"], row["lon"]) == pytest.approx((commune["lat"], commune["lon"]))
    assert row["missing"][0] == "former_communes"


def test_what_a_marker_stands_by_is_told():
    counts = CLUSTERS["placed_by"].value_counts().to_dict()
    assert counts == {"decision": 33, "stated": 6, "assignment": 1, "": 53}
    named = CLUSTERS[CLUSTERS["placed_by"] == "decision"]
    assert named["former_communes"].notna().all()
    meeting = BY_ID.loc[TABLES["assignments"]["cluster_id"]]
    assert meeting["name"].tolist() == ["Yên Đồng", "Tề Lỗ"]
    assert meeting["lat"].notna().all()


def assigned(*rows: tuple[str, str, str]) -> pd.Series:
    """Return the row of a cluster of which only assignments say where it is."""
    given = pd.DataFrame(rows, columns=["commune_code", "date", "status"])
    nowhere = {"cluster_id": "PT-900", "former_communes": None, "stated_communes": None}
    row = FACTS.head(1).assign(**nowhere).astype(FACTS.dtypes)
    tables = {"clusters": row, "assignments": given.assign(cluster_id="PT-900")}
    return register(TABLES | tables).iloc[0]


def test_a_proposed_commune_gives_a_mark_and_no_commune_by_decision():
    row = assigned(("09040", "2025-10-15", "proposed"))
    commune = COMMUNES.set_index("code").loc["09040"]
    assert (row["lat"], row["lon"]) == pytest.approx((commune["lat"], commune["lon"]))
    assert (row["placed_by"], row["commune_codes"]) == ("assignment", ())
    assert row["change"] == "undetermined"


def test_a_decided_assignment_comes_before_a_newer_proposal():
    row = assigned(
        ("09040", "2025-10-15", "proposed"),
        ("09043", "2025-09-01", "decided"),
        ("08500", "2025-08-01", "decided"),
    )
    assert row["assigned_codes"] == ("09043", "08500", "09040")
    assert row["lat"] == COMMUNES.set_index("code").loc["09043", "lat"]


def test_an_empty_register_is_empty():
    assert len(register(TABLES | {"clusters": FACTS.iloc[:0]})) == 0
