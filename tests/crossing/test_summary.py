import pandas as pd

from lib.crossing.summary import summarise
from lib.crossing.verdict import COLUMNS


def rows(*given):
    table = pd.DataFrame([dict.fromkeys(COLUMNS) | row for row in given], columns=list(COLUMNS))
    return table.astype({"area_ha": float})


def row(cluster, commune, area=None, **more):
    base = {
        "cluster_id": cluster,
        "cluster_name": f"Cụm {cluster}",
        "commune_code": commune,
        "commune_name": commune and f"Xã {commune}",
        "area_ha": area,
        "verdict": "cross_commune",
        "change": "remains",
        "lead_rule": "needs_decision",
    }
    return base | more


def test_most_hectares_outside_the_largest_commune_come_first():
    table = summarise(
        rows(
            row("A", "1", 50.0),
            row("A", "2", 2.0),
            row("B", "1", 20.0),
            row("B", "2", 15.0),
            row("B", "3", 5.0),
            row("C", "1"),
            row("C", "2"),
            row("D", "1", 40.0, verdict="within", change="single"),
        )
    )
    assert table["cluster_id"].tolist() == ["B", "A", "C", "D"]
    assert table["disputed_ha"].tolist()[:2] == [20.0, 2.0]
    assert table["disputed_ha"].isna().tolist() == [False, False, True, False]
    assert table["communes"].iloc[0] == "Xã 1; Xã 2; Xã 3"


def test_a_cluster_without_any_commune_stays_in_the_list():
    table = summarise(rows(row("A", None, verdict="undetermined", change="undetermined")))
    assert table["commune_codes"].tolist() == [()]
    assert table["measured_ha"].isna().all()


def test_samples_are_marked_and_the_lead_is_only_decided_by_a_document():
    table = summarise(
        rows(
            row("MAU-01", "1", 3.0, lead_rule="larger_area"),
            row("A", "1", lead_rule="assigned"),
            row("B", "1", lead_rule="proposed_assignment"),
        )
    ).set_index("cluster_id")
    assert table["sample"].to_dict() == {"MAU-01": True, "A": False, "B": False}
    assert table["lead_state"].to_dict() == {
        "MAU-01": "undecided",
        "A": "decided",
        "B": "proposed",
    }
