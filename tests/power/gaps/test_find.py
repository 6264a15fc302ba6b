"""Remote and weak: what counts, what is unknown, and that every commune listed has its facts."""

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.power.gaps import find as gaps
from lib.power.gaps.find import WANTED, WEAK_KINDS, Choice, find, ranked
from lib.power.gaps.measures import MEASURES, measures

TABLES = fact_tables()
REMOTE = [m for m in MEASURES.values() if m.side == "remote"]
INDICES = [m for m in MEASURES.values() if m.of_log]
LOG = {"source_url": "file:nhat-ky.xlsx", "as_of": "2026-10-31", "sample": False}


def with_supply(**changes: object) -> dict[str, pd.DataFrame]:
    """Return the tables with one more row of weak supply."""
    supply = TABLES["weak_supply"]
    row = supply.iloc[[0]].assign(weak_id="WS-X", **changes)
    return {**TABLES, "weak_supply": pd.concat([supply, row], ignore_index=True)}


def indices(**values: object) -> pd.DataFrame:
    codes = TABLES["communes"]["code"].head(3)
    return pd.DataFrame({"commune_code": codes, **values})


def listed(answer: gaps.Gaps) -> list[str]:
    return answer.communes.loc[answer.communes["listed"], "commune_name"].tolist()


# ---- measures ------------------------------------------------------------------


def test_measures_are_those_of_the_facts():
    table = measures(TABLES).set_index("commune_code")
    assert len(table) == 148
    assert table[[m.key for m in REMOTE]].notna().all().all()
    assert table[[m.key for m in INDICES]].isna().all().all(), "no log, no index"
    place = TABLES["settlements"].set_index("code").loc["08590"]
    assert table.loc["08590", "town_km"] == place["km_to_nearest_old_urban_unit"]
    assert table.loc["08590", "elevation_m"] == place["elev_median"]
    capitals = [place[f"km_to_{name}"] for name in ("viet_tri", "vinh_yen", "hoa_binh")]
    assert table.loc["08590", "capital_km"] == min(capitals)
    commune = TABLES["communes"].set_index("code").loc["08590"]
    assert table.loc["08590", "density"] == commune["population"] / commune["area_km2"]


def test_indices_of_a_log_go_to_their_commune_and_blanks_stay_blank():
    given_rows = indices(saidi_min=[600.0, None, 0.0], hours=[10.0, 3.0, 0.0])
    table = measures(TABLES, given_rows).set_index("commune_code")
    codes = given_rows["commune_code"].tolist()
    assert table.loc[codes[0], "saidi_min"] == 600
    assert pd.isna(table.loc[codes[1], "saidi_min"])
    assert table.loc[codes[2], "saidi_min"] == 0
    assert table["saifi"].isna().all()
    assert table["hours"].notna().sum() == 3


# ---- what counts ---------------------------------------------------------------


def test_nothing_chosen_lists_what_is_on_record_and_not_settled():
    answer = find(TABLES, Choice())
    assert listed(answer) == ["Xuân Đài"]
    (fact,) = answer.facts.to_dict("records")
    assert fact["measure"] == "no_grid"
    assert fact["value"] == 53, "households"
    assert fact["as_of"] == "2019"
    assert fact["source_url"].startswith("https://")


def test_what_a_source_calls_settled_counts_only_when_asked():
    assert "Yên Sơn" not in listed(find(TABLES, Choice()))
    assert "Yên Sơn" in listed(find(TABLES, Choice(settled=True)))


def test_records_without_a_commune_are_told_apart():
    answer = find(TABLES, Choice(kinds=("low_voltage",)))
    assert listed(answer) == []
    assert answer.unplaced["weak_id"].tolist() == ["WS-09"]


def test_the_four_kinds_never_stand_for_each_other():
    for kind in WEAK_KINDS:
        tables = with_supply(kind=kind, commune_code="05212", state="current")
        for other in WEAK_KINDS:
            names = listed(find(tables, Choice(kinds=(other,))))
            assert ("Pà Cò" in names) is (kind == other)
    tables = with_supply(kind="extremely_difficult", commune_code="05212", state="current")
    assert "Pà Cò" not in listed(find(tables, Choice())), "a list about poverty is no fault"
    assert find(tables, Choice(difficult=True)).communes.query("remote")[
        "commune_name"
    ].tolist() == ["Pà Cò"]


def test_the_list_of_the_extremely_difficult_is_a_fact_of_remoteness():
    tables = with_supply(kind="extremely_difficult", commune_code="08590", state="current")
    answer = find(tables, Choice(difficult=True))
    assert answer.facts["measure"].tolist() == ["no_grid", "extremely_difficult"]
    assert answer.facts["side"].tolist() == ["weak", "remote"]


def test_all_or_any_of_the_thresholds():
    thresholds = {"town_km": 10.0, "elevation_m": 300.0}
    table = measures(TABLES)
    far, high = table["town_km"] >= 10, table["elevation_m"] >= 300
    both = find(TABLES, Choice(thresholds)).communes["remote"]
    either = find(TABLES, Choice(thresholds, match="any")).communes["remote"]
    assert both.tolist() == (far & high).tolist()
    assert either.tolist() == (far | high).tolist()
    assert both.sum() < either.sum()


def test_density_counts_from_below():
    answer = find(TABLES, Choice({"density": 100.0}))
    remote = answer.communes[answer.communes["remote"]]
    assert 0 < len(remote) < 148
    assert (remote["density"] <= 100).all()


def test_a_threshold_of_the_log_adds_to_the_records_and_never_replaces_them():
    given_rows = indices(saidi_min=[600.0, 599.9, None])
    choice = Choice({"saidi_min": 600.0})
    answer = find(TABLES, choice, given_rows, log=LOG)
    first, _, third = given_rows["commune_code"]
    name = answer.communes.set_index("commune_code").loc[first, "commune_name"]
    assert set(listed(answer)) == {name, "Xuân Đài"}, "a village without grid never drops out"
    (fact,) = answer.facts.query("commune_code == @first").to_dict("records")
    assert (fact["rule"], fact["threshold"], fact["value"]) == ("≥", 600, 600)
    assert (fact["source_url"], fact["as_of"], fact["sample"]) == (*LOG.values(),)
    assert answer.communes.set_index("commune_code").loc[third, "unknown"] == ("saidi_min",)
    kind = find(TABLES, Choice({"saidi_min": 600.0}, kinds=("low_voltage",)), given_rows, log=LOG)
    assert listed(kind) == [name], "a reader who asks for one kind gets that kind"


def test_remote_weak_or_both_is_one_choice_of_the_same_flags():
    far = {"town_km": 8.0}
    lists = {one: find(TABLES, Choice(far, settled=True, wanted=one)) for one in WANTED}
    flags = lists["both"].communes
    for wanted, mask in (
        ("remote", flags["remote"]),
        ("weak", flags["weak"]),
        ("both", flags["remote"] & flags["weak"]),
    ):
        assert lists[wanted].communes["listed"].tolist() == mask.tolist()
        assert set(lists[wanted].facts["commune_code"]) <= set(flags["commune_code"][mask])
    assert flags["remote"].tolist() == (measures(TABLES)["town_km"] >= 8).tolist()
    assert listed(lists["weak"]) == ["Xuân Đài", "Yên Sơn"]
    assert len(listed(lists["remote"])) > 20
    assert Choice(far).says == "both"
    assert Choice().says == "weak", "nothing is called remote yet"
    assert Choice(wanted="remote").says == "remote"


def test_facts_of_a_sample_say_so_and_those_of_sources_do_not():
    given_rows = indices(saifi=[9.0, None, None])
    sample = {**LOG, "sample": True}
    answer = find(TABLES, Choice({"saifi": 5.0, "town_km": 0.0}), given_rows, log=sample)
    said = dict(zip(answer.facts["measure"], answer.facts["sample"], strict=True))
    assert said == {"town_km": False, "saifi": True, "no_grid": False}


def test_a_threshold_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        find(TABLES, Choice({"poverty": 1.0}))


def test_within_lists_only_the_communes_named_and_keeps_the_measures():
    answer = find(TABLES, Choice(settled=True))
    inside = gaps.within(answer, {"08590"})
    assert listed(inside) == ["Xuân Đài"]
    assert set(inside.facts["commune_code"]) == {"08590"}
    assert inside.communes["town_km"].equals(answer.communes["town_km"])


thresholds = st.dictionaries(
    st.sampled_from([m.key for m in REMOTE]),
    st.floats(0, 1_000, allow_nan=False),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(
    thresholds,
    st.lists(st.sampled_from(WEAK_KINDS), unique=True),
    st.booleans(),
    st.sampled_from(["all", "any"]),
)
def test_a_commune_is_listed_with_facts_of_what_was_asked_and_never_without(
    levels, kinds, settled, match
):
    choice = Choice(levels, tuple(kinds), settled=settled, match=match)
    answer = find(TABLES, choice)
    chosen = set(answer.communes.loc[answer.communes["listed"], "commune_code"])
    assert set(answer.facts["commune_code"]) == chosen
    for code, rows in answer.facts.groupby("commune_code"):
        sides = rows["side"].tolist()
        assert "weak" in sides
        assert ("remote" in sides) is bool(levels), code
    numbers = answer.facts[answer.facts["threshold"].notna()]
    for fact in numbers.to_dict("records"):
        above = fact["value"] >= fact["threshold"]
        assert above if MEASURES[fact["measure"]].at_least else fact["value"] <= fact["threshold"]
    assert answer.facts["source_url"].notna().all()
    assert answer.facts["as_of"].notna().all()


# ---- a ranking, only with weights on the screen ----------------------------------


def test_a_ranking_is_the_weighted_mean_of_ranks():
    frame = pd.DataFrame({"town_km": [1.0, 3.0, 2.0], "density": [50.0, 10.0, 20.0]})
    one = ranked(frame, {"town_km": 2})
    assert one["score"].round(6).tolist() == [83.333333, 50.0, 16.666667]
    assert one.index.tolist() == [1, 2, 0]
    two = ranked(frame, {"town_km": 3, "density": 1})
    assert two.index.tolist() == [1, 2, 0], "fewer people a km² is more remote"
    frame.loc[1, "density"] = None
    assert pd.isna(ranked(frame, {"town_km": 3, "density": 1}).loc[1, "score"]), "not guessed"


@pytest.mark.parametrize("weights", [{}, {"town_km": 0}])
def test_without_a_weight_there_is_no_ranking(weights):
    with pytest.raises(ValueError, match="weight"):
        ranked(measures(TABLES), weights)
