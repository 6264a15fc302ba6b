"""A file that says some values of a row is the source of these values, and of no other."""

import pandas as pd
import pytest
from facttables import fact_tables

from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES
from lib.tables.statements.brought import blanks_filled, by_value
from lib.tables.statements.record import STATEMENTS, Statement, as_table

CLUSTERS = fact_tables()["clusters"]
ROW = CLUSTERS[CLUSTERS["area_ha"].notna()].iloc[0]
FILE = "file:một_ô.csv"


def brought(known: pd.DataFrame | None = None, *, file: str = FILE, when: str = "", **values):
    """Return what `by_value` makes of a file with one row of some columns."""
    after = CLUSTERS.copy()
    at = after.index[after["cluster_id"] == ROW["cluster_id"]]
    for name, value in {**values, "source_url": file, "as_of": "2026-11-30"}.items():
        after.loc[at, name] = value
    given = frozenset({"cluster_id", "source_url", "as_of", *values})
    in_file = list(after["cluster_id"] == ROW["cluster_id"])
    base = {} if known is None else {"statements": known}
    tables, _ = by_value(CLUSTERS, after, given, base, TABLES["clusters"], in_file, when)
    return tables["clusters"], tables.get("statements")


def test_the_row_keeps_its_source_and_the_value_has_its_own():
    result, told = brought(area_ha=12.5)
    pd.testing.assert_frame_equal(
        result[["cluster_id", "source_url", "as_of"]],
        CLUSTERS[["cluster_id", "source_url", "as_of"]],
    )
    assert result.loc[result["cluster_id"] == ROW["cluster_id"], "area_ha"].item() == 12.5
    ALL_TABLES["statements"].validate(told)
    said = told.set_index("state")[["id", "field", "value", "source_url"]]
    assert list(said.loc["in_use"]) == [ROW["cluster_id"], "area_ha", "12.5", FILE]
    assert list(said.loc["kept"]) == [
        *(ROW["cluster_id"], "area_ha", str(ROW["area_ha"]), ROW["source_url"])
    ]


def test_a_value_that_was_there_is_nobody_elses():
    result, told = brought(area_ha=ROW["area_ha"])
    assert told is None
    assert (result["source_url"] == CLUSTERS["source_url"]).all()


def test_a_later_file_wins_and_the_earlier_is_kept():
    _, first = brought(area_ha=12.5, when="2026-11-30T08:00:00+00:00")
    _, second = brought(first, file="file:hai.csv", area_ha=13.0, when="2026-11-30T09:00:00+00:00")
    states = second.groupby("state")["value"].agg(set)
    assert states["in_use"] == {"13.0"}
    assert {"12.5", str(ROW["area_ha"])} == states["kept"]
    assert not second.duplicated(list(STATEMENTS.key)).any()


def test_a_file_with_the_whole_row_is_its_source():
    values = {c.name: ROW[c.name] for c in TABLES["clusters"].columns if c.name != "cluster_id"}
    result, told = brought(**values | {"area_ha": 12.5})
    assert told is None
    assert result.loc[result["cluster_id"] == ROW["cluster_id"], "source_url"].item() == FILE


def test_a_value_a_person_chose_stays_and_the_file_is_told():
    chosen = Statement(
        *("clusters", ROW["cluster_id"], "area_ha", "44.0", "Biên bản", "2020"),
        reason="đo lại",
        state="in_use",
    )
    after = CLUSTERS.assign(source_url=FILE, as_of="2026-11-30").assign(
        area_ha=CLUSTERS["area_ha"].where(CLUSTERS["cluster_id"] != ROW["cluster_id"], 12.5)
    )
    before = CLUSTERS.assign(
        area_ha=CLUSTERS["area_ha"].where(CLUSTERS["cluster_id"] != ROW["cluster_id"], 44.0)
    )
    in_file = list(CLUSTERS["cluster_id"] == ROW["cluster_id"])
    given = frozenset({"cluster_id", "area_ha", "source_url", "as_of"})
    base = {"statements": as_table([chosen])}
    tables, overruled = by_value(before, after, given, base, TABLES["clusters"], in_file, "2026")
    assert [(one.field, one.value) for one in overruled] == [("area_ha", "12.5")]
    assert tables["clusters"].loc[in_file, "area_ha"].item() == 44.0
    assert set(tables["statements"]["value"]) == {"44.0", "12.5"}


def test_what_a_whole_new_row_says_is_its_own_and_weighed_with_what_was_stated():
    _, told = brought(area_ha=12.5, when="2026-11-30T08:00:00+00:00")
    values = {c.name: ROW[c.name] for c in TABLES["clusters"].columns if c.name != "cluster_id"}
    later = {"area_ha": 20.0, "file": "file:cả dòng.csv"}
    result, told = brought(told, **values | later)
    in_use = told.query("state == 'in_use'").set_index("field")
    cell = result.loc[result["cluster_id"] == ROW["cluster_id"], "area_ha"].item()
    assert in_use.loc["area_ha", "value"] == str(cell)


@pytest.mark.parametrize("address", ["https://phutho.gov.vn/x", ROW["source_url"]])
def test_a_file_that_names_its_source_is_believed(address):
    result, told = brought(file=address, area_ha=12.5)
    assert told is None
    assert result.loc[result["cluster_id"] == ROW["cluster_id"], "source_url"].item() == address


def test_a_blank_takes_nothing_away():
    fresh = pd.DataFrame(
        {
            "cluster_id": [ROW["cluster_id"], "XX-1"],
            "area_ha": [None, None],
            "name": ["Mới", "Khác"],
        }
    )
    rows, kept = blanks_filled(fresh, CLUSTERS, TABLES["clusters"])
    assert rows["area_ha"].tolist()[0] == ROW["area_ha"]
    assert pd.isna(rows["area_ha"].iloc[1])
    assert list(rows["name"]) == ["Mới", "Khác"]
    assert kept == {"area_ha": 1}
