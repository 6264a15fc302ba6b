"""Prepared lists of a meeting: who is in them, in which order, and round the end."""

from pathlib import Path

import pandas as pd
import pytest
from facttables import fact_tables

from lib.crossing import answer, summary
from lib.power.gaps import find
from lib.register.clusters import register
from lib.register.playlist import (
    PAGES,
    PLAYLISTS,
    Stop,
    clusters_of,
    communes_most,
    communes_of,
    communes_split,
    neighbour,
    walked,
)
from lib.ui.state import PLAIN

TABLES = fact_tables()
CLUSTERS = register(TABLES)
SUMMARY = summary.summarise(answer.answer(TABLES, None, None, tolerance_m=50).rows)
THREE = [Stop("clusters", f"clusters:{n}", n) for n in "abc"]


def test_the_clusters_on_two_communes_are_those_that_remain():
    stops = clusters_of("cross", CLUSTERS, SUMMARY)
    assert [stop.name for stop in stops] == [
        "Ấm Hạ",
        "Bãi Ba - Đông Thành",
        "Làng nghề phía Nam Thanh Ba",
    ]
    assert {stop.page for stop in stops} == {"cross_commune"}


def test_a_measured_cluster_on_two_communes_is_one_of_them_and_a_sample_never():
    row = SUMMARY.iloc[[-1]].assign(verdict="cross_commune", change="single")
    rows = pd.concat([SUMMARY, row.assign(cluster_id="PT-X", cluster_name="X")])
    assert "X" in [stop.name for stop in clusters_of("cross", CLUSTERS, rows)]
    assert "X" not in [
        stop.name for stop in clusters_of("cross", CLUSTERS, rows.assign(sample=True))
    ]


@pytest.mark.parametrize(
    ("name", "column", "code"),
    [("stopped", "wastewater", "stopped"), ("delayed", "behind_schedule", "yes")],
)
def test_lists_of_a_state_hold_exactly_those_in_it(name, column, code):
    stops = clusters_of(name, CLUSTERS, SUMMARY)
    wanted = CLUSTERS.loc[CLUSTERS[column] == code, "cluster_id"]
    assert {stop.target for stop in stops} == {f"clusters:{code}" for code in wanted}
    assert len(stops) > 0


def test_the_communes_are_those_with_a_gap():
    assert communes_of(find.find(TABLES, find.Choice()).communes) == [
        Stop("power", "communes:08590", "Xuân Đài")
    ]


def test_the_list_goes_round_and_begins_where_nothing_is_selected():
    assert neighbour(THREE, "clusters:a", 1) == THREE[1]
    assert neighbour(THREE, "clusters:c", 1) == THREE[0]
    assert neighbour(THREE, "clusters:a", -1) == THREE[2]
    assert neighbour(THREE, "communes:1", 1) == THREE[0]
    assert neighbour(THREE, "", -1) == THREE[2]
    assert neighbour([], "clusters:a", 1) is None


def test_the_communes_of_divided_units_are_those_the_merger_names():
    parts = TABLES["former_units"].query("part == 'part'")
    stops = communes_split(TABLES["communes"], TABLES["former_units"])
    assert {stop.target for stop in stops} == {f"communes:{code}" for code in parts["new_code"]}
    assert {stop.page for stop in stops} == {"merger"}
    assert len(stops) > 1


def test_a_layer_is_walked_by_its_communes_those_with_most_rows_first():
    rows = pd.DataFrame({"commune_code": ["02", "01", None, "02", "03", "99"]})
    stops = communes_most(rows, {"01": "Ấm Hạ", "02": "Xuân Đài", "03": "An Bình"})
    assert [stop.name for stop in stops] == ["Xuân Đài", "An Bình", "Ấm Hạ"]
    assert {stop.page for stop in stops} == {"layers"}


def test_every_page_with_a_map_has_a_list_and_no_list_another_page():
    pages = {path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py")}
    assert set(PAGES.values()) == pages - PLAIN
    assert tuple(PAGES) == PLAYLISTS


def test_a_list_is_walked_by_places_each_once():
    nowhere = Stop("progress", "", "Biểu 04")
    again = Stop("progress", "clusters:a", "a")
    assert walked([*THREE, nowhere, again]) == THREE
