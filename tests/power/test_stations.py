"""Substations near a cluster: only what a source places, and distances between real positions."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from facttables import fact_tables

from lib.language.text import catalog
from lib.power.stations import COLUMNS, near
from lib.register.clusters import register

TABLES = fact_tables()
CLUSTERS = register(TABLES)


def stations(**rows: dict) -> pd.DataFrame:
    """Return substations, the first of the facts with changes."""
    base = TABLES["substations"].iloc[[0]]
    blank = {"commune_code": None, "former_district": None, "lat": None, "lon": None}
    made = [base.assign(substation_id=key, **{**blank, **row}) for key, row in rows.items()]
    return pd.concat(made, ignore_index=True)


def cluster(**changes: object) -> pd.DataFrame:
    one = CLUSTERS.iloc[[0]].copy()
    for name, value in changes.items():
        one[name] = pd.Series([value], index=one.index, dtype=object)
    return one


def outline(cluster_id: str, x: float, y: float) -> gpd.GeoDataFrame:
    shape = shapely.box(x, y, x + 0.01, y + 0.01)
    return gpd.GeoDataFrame({"cluster_id": [cluster_id]}, geometry=[shape], crs="EPSG:4326")


HERE = cluster(commune_codes=("08542",), former_district="Thanh Sơn")
ID = HERE["cluster_id"].iloc[0]


def test_on_the_real_register_every_cluster_is_told_and_nothing_is_measured():
    pairs = near(CLUSTERS, TABLES["substations"])
    assert tuple(pairs.columns) == COLUMNS
    assert set(pairs["cluster_id"]) == set(CLUSTERS["cluster_id"])
    assert pairs["distance_km"].isna().all(), "no substation has a position"
    assert pairs["reason"].notna().all()
    assert set(pairs["reason"]) <= set(catalog())
    placed = pairs.dropna(subset=["substation_id"])
    assert set(placed["relation"]) <= {"same_commune", "same_district"}
    assert placed["source_url"].notna().all()


def test_a_commune_wins_over_a_district():
    given = stations(
        same={"commune_code": "08542", "former_district": "Thanh Sơn"},
        other={"commune_code": "08590", "former_district": "Thanh Sơn"},
        district={"former_district": "huyện Thanh Sơn"},
        nowhere={},
    )
    pairs = near(HERE, given).set_index("substation_id")
    assert pairs["relation"].to_dict() == {"same": "same_commune", "district": "same_district"}


def test_a_distance_needs_both_positions():
    given = stations(placed={"commune_code": "08542", "lat": 21.3, "lon": 105.5})
    (row,) = near(HERE, given).to_dict("records")
    assert (row["distance_km"], row["reason"]) == (None, "clustergrid.no_cluster_place")
    (row,) = near(HERE, given, outline(ID, 105.5, 21.3)).to_dict("records")
    assert (row["distance_km"], row["reason"]) == (0.0, None)
    bare = stations(bare={"commune_code": "08542"})
    (row,) = near(HERE, bare, outline(ID, 105.5, 21.3)).to_dict("records")
    assert row["reason"] == "clustergrid.no_station_place"


def test_a_distance_is_that_of_the_plane_in_km():
    given = stations(a={"lat": 21.305, "lon": 105.60}, b={"lat": 21.305, "lon": 105.55})
    (row,) = near(HERE, given, outline(ID, 105.5, 21.3)).to_dict("records")
    assert row["substation_id"] == "b", "only the nearest of those no source pairs"
    assert row["relation"] == "nearest"
    # 0.04 degrees of longitude at 21.305 N; the plane's scale is within 0.02 %.
    assert row["distance_km"] == pytest.approx(4.150, abs=0.003)


def test_a_cluster_without_any_says_why():
    lonely = cluster(commune_codes=(), former_district=None)
    (row,) = near(lonely, stations(x={"commune_code": "08590"})).to_dict("records")
    assert (row["substation_id"], row["reason"]) == (None, "clustergrid.cluster_nowhere")
    (row,) = near(HERE, stations(x={"commune_code": "08590"})).to_dict("records")
    assert row["reason"] == "clustergrid.no_station"
