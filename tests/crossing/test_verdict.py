"""Verdicts, intervals, evidence and lead, on small provinces made here."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given as drawn_from
from hypothesis import settings
from hypothesis import strategies as st
from shapely import affinity

from lib.crossing import verdict as crossing
from lib.crossing.communes import prepare_communes
from lib.crossing.pieces import tolerance_band
from lib.crossing.verdict import COLUMNS, cut
from lib.language.errors import WrongUseError
from lib.language.text import t

EAST, NORTH = 550_000.0, 2_350_000.0
SIDE = 4_000.0


def province() -> gpd.GeoDataFrame:
    """Four square communes of 4 km round the point (EAST, NORTH), VN-2000."""
    boxes = [
        shapely.box(
            EAST + SIDE * i, NORTH + SIDE * j, EAST + SIDE * (i + 1), NORTH + SIDE * (j + 1)
        )
        for i in (-1, 0)
        for j in (-1, 0)
    ]
    names = ["Tây Nam", "Tây Bắc", "Đông Nam", "Đông Bắc"]
    codes = ["00001", "00002", "00003", "00004"]
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=boxes, crs=9208)


INDEX = prepare_communes(province())


def outlines(*shapes, accuracy=0.5) -> gpd.GeoDataFrame:
    ids = [f"C{i}" for i in range(len(shapes))]
    frame = {"cluster_id": ids, "name": ids, "outline_accuracy_m": accuracy}
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs=9208)


def square(x: float, y: float, side: float = 700.0) -> shapely.Polygon:
    return shapely.box(
        EAST + x - side / 2, NORTH + y - side / 2, EAST + x + side / 2, NORTH + y + side / 2
    )


def with_a_blank(shape):
    """Return `shape` with its second corner without an easting."""
    corners = shapely.get_coordinates(shape)
    corners[1, 0] = np.nan
    return shapely.set_coordinates(shape, corners)


def verdict(shape, tolerance=50.0, accuracy=0.5) -> tuple[str, str]:
    row = cut(outlines(shape, accuracy=accuracy), INDEX, tolerance_m=tolerance).verdicts.iloc[0]
    return row["verdict"], row["reason"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (square(-2_000, -2_000), ("within", "far_inside")),
        (square(0, -2_000), ("cross_commune", "pieces_stand")),
        (square(-390, -2_000), ("undetermined", "near_border")),
        (square(-330, -2_000), ("undetermined", "thin_piece")),
        (square(-401, -2_000), ("within", "far_inside")),
        (square(-4_000, -2_000), ("undetermined", "outside_province")),
        (square(0, 0), ("cross_commune", "pieces_stand")),
        (square(-350, -2_000), ("undetermined", "near_border")),
        (
            shapely.box(EAST - 2_000, NORTH - 2_000, EAST - 1_000, NORTH - 1_980),
            ("undetermined", "thin_piece"),
        ),
    ],
)
def test_the_verdict_and_its_reason(shape, expected):
    assert verdict(shape) == expected


def test_it_is_the_width_of_a_piece_that_counts_not_its_share():
    thin = shapely.box(EAST - 700, NORTH - 3_000, EAST + 45, NORTH - 1_000)
    small = shapely.union(
        square(-360, -2_000, 700), shapely.box(EAST - 20, NORTH - 2_040, EAST + 60, NORTH - 1_960)
    )
    assert verdict(thin)[0] == "undetermined"
    assert verdict(small)[0] == "cross_commune"
    pieces = cut(outlines(thin, small), INDEX).pieces.set_index(["cluster_id", "commune_code"])
    assert pieces.loc[("C0", "00003"), "area_ha"] > 10 * pieces.loc[("C1", "00003"), "area_ha"]


def test_a_worse_outline_needs_more_room():
    shape = square(-420, -2_000)
    assert verdict(shape, accuracy=0.5)[0] == "within"
    assert verdict(shape, accuracy=25.0)[0] == "undetermined"
    limits = crossing.tolerances(pd.Series([0.5, 25.0]), 50.0)
    assert limits.tolist() == pytest.approx([50.0, 2 * (25.0**2 + 25.0**2 - 0.25) ** 0.5])


def test_holes_and_several_parts_are_measured_as_they_are():
    ring = square(0, -2_000, 900).difference(square(0, -2_000, 300))
    apart = shapely.MultiPolygon([square(-1_000, -2_000, 300), square(1_000, -2_000, 300)])
    pieces = cut(outlines(ring, apart), INDEX).pieces
    areas = pieces.groupby("cluster_id")["area_ha"].sum()
    assert areas.tolist() == pytest.approx([72.0, 18.0])
    assert verdict(apart)[0] == "cross_commune"


def test_the_interval_is_the_area_with_the_border_moved_by_t():
    row = cut(outlines(square(0, -2_000, 1_000)), INDEX, tolerance_m=50).pieces.iloc[0]
    assert row["area_ha"] == pytest.approx(50.0)
    assert (row["area_ha_low"], row["area_ha_high"]) == pytest.approx((45.0, 55.0))


def test_land_outside_every_commune_is_a_row_of_its_own():
    pieces = cut(outlines(square(-4_000, -2_000)), INDEX).pieces
    outside = pieces[pieces["commune_code"] == ""]
    assert outside["area_ha"].tolist() == pytest.approx([24.5])


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (shapely.Polygon(), "crossing.outline_empty"),
        (shapely.Point(EAST, NORTH), "crossing.outline_not_polygon"),
        (
            shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST + 5, NORTH)]),
            "crossing.outline_zero_area",
        ),
        (
            shapely.Polygon(
                [(EAST, NORTH), (EAST + 500, NORTH + 500), (EAST + 500, NORTH), (EAST, NORTH + 500)]
            ),
            "crossing.outline_crosses_itself",
        ),
        (
            with_a_blank(square(0, 0)),
            "crossing.outline_not_finite",
        ),
    ],
)
def test_an_outline_that_cannot_be_cut_is_refused_with_a_reason(shape, reason):
    done = cut(outlines(shape, square(-2_000, -2_000)), INDEX)
    assert done.refused["reason"].tolist() == [reason]
    assert done.verdicts["verdict"].tolist() == ["undetermined", "within"]
    row = combined(done, outlines(shape, square(0, 0))).iloc[0]
    assert "C0" in row["note"]


def test_the_same_code_twice_is_refused_both_times():
    twice = outlines(square(0, 0), square(500, 500)).assign(cluster_id="C0")
    done = cut(twice, INDEX)
    assert set(done.refused["reason"]) == {"crossing.outline_twice"}
    notes = combined(done, twice)["note"].tolist()
    assert ["dòng 1" in notes[0], "dòng 2" in notes[1]] == [True, True]


def test_a_cluster_without_a_code_is_refused_and_told():
    frame = outlines(square(0, 0), square(500, 500)).assign(cluster_id=[None, " "])
    done = cut(frame, INDEX)
    assert set(done.refused["reason"]) == {"crossing.outline_no_id"}
    assert combined(done, frame)["note"].str.extract(r"(Dòng \d)")[0].tolist() == [
        "Dòng 1",
        "Dòng 2",
    ]


def test_a_code_may_be_a_number():
    frame = outlines(square(0, -2_000), shapely.Polygon()).assign(cluster_id=[7, 8])
    table = combined(cut(frame, INDEX), frame)
    assert table["cluster_id"].tolist() == ["7", "7", "8"]
    assert "Cụm 8" in table["note"].iloc[2]


@pytest.mark.parametrize("accuracy", [-1.0, np.inf])
def test_an_accuracy_that_is_no_distance_is_refused(accuracy):
    done = cut(outlines(square(0, 0), accuracy=accuracy), INDEX)
    assert done.refused["reason"].tolist() == ["crossing.outline_bad_accuracy"]


def test_the_place_where_an_outline_crosses_itself_is_told_in_vn_2000():
    bow = [(EAST, NORTH), (EAST + 500, NORTH + 500), (EAST + 500, NORTH), (EAST, NORTH + 500)]
    message = refusal(shapely.Polygon(bow))
    assert f"X = {NORTH + 250:.2f}, Y = {EAST + 250:.2f}" in message
    assert "kinh độ 105." in message


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (
            shapely.Polygon(square(0, 0).exterior, [square(5_000, 0, 100).exterior]),
            "crossing.outline_bad_hole",
        ),
        (shapely.MultiPolygon([square(0, 0), square(0, 0, 100)]), "crossing.outline_invalid"),
    ],
)
def test_parts_and_holes_out_of_place_are_told(shape, key):
    done = cut(outlines(shape), INDEX)
    assert done.refused["reason"].tolist() == [key]
    assert "C0" in refusal(shape)


def refusal(shape) -> str:
    row = cut(outlines(shape), INDEX).refused.iloc[0]
    return t(row["reason"], "vi", **row["values"])


def test_outlines_of_no_stated_system_are_refused():
    bare = gpd.GeoDataFrame(
        {"cluster_id": ["C0"], "outline_accuracy_m": 0.5}, geometry=[square(0, 0)]
    )
    with pytest.raises(WrongUseError):
        cut(bare, INDEX)


def test_no_outline_at_all_is_no_error():
    done = cut(outlines(square(0, 0)).iloc[:0], INDEX)
    assert (len(done.pieces), len(done.verdicts), len(done.refused)) == (0, 0, 0)


def test_an_outline_that_is_not_cut_comes_back_as_it_was_given():
    frame = outlines(square(-2_000, -2_000), square(0, -2_000)).to_crs(4326)
    pieces = cut(frame, INDEX).pieces
    assert pieces.geometry.iloc[0].equals_exact(frame.geometry.iloc[0], 0)
    parts = pieces.to_crs(9208).area.iloc[1:] / 10_000
    assert parts.to_numpy() == pytest.approx(pieces["area_ha"].iloc[1:].to_numpy(), rel=1e-6)


def test_a_share_is_of_the_cluster_even_where_borders_overlap():
    overlapping = province()
    overlapping.loc[0, "geometry"] = shapely.box(
        EAST - SIDE, NORTH - SIDE, EAST + 100, NORTH
    )  # 100 m into its neighbour
    pieces = cut(outlines(square(0, -2_000)), prepare_communes(overlapping)).pieces
    assert pieces.set_index("commune_code")["share"].to_dict() == pytest.approx(
        {"00001": 450 / 700, "00003": 0.5}
    )


@pytest.mark.parametrize("quality", ["approximate", "none"])
def test_an_outline_that_is_not_measured_gives_no_verdict(quality):
    frame = outlines(square(0, 0)).assign(outline_quality=quality)
    done = cut(frame, INDEX)
    assert done.verdicts["verdict"].tolist() == ["undetermined"]
    assert done.pieces.empty
    (row,) = combined(done, frame).to_dict("records")
    assert row["note"] == t(f"crossing.{done.verdicts['reason'].iloc[0]}")


def test_an_outline_of_unknown_accuracy_is_not_measured():
    done = cut(outlines(square(0, 0), accuracy=np.nan), INDEX)
    assert done.verdicts[["verdict", "reason"]].to_numpy().tolist() == [
        ["undetermined", "unknown_accuracy"]
    ]
    assert done.pieces.empty


@st.composite
def shapes(draw):
    """A star-shaped outline of 1 to 80 ha somewhere on or beside the province."""
    count = draw(st.integers(3, 9))
    radius = draw(st.floats(60, 500))
    spokes = draw(st.lists(st.floats(0.35, 1.0), min_size=count, max_size=count))
    turn = draw(st.floats(0, 6.28))
    x, y = (draw(st.floats(-4_200, 4_200)) for _ in range(2))
    angles = turn + np.linspace(0, 2 * np.pi, count, endpoint=False)
    corners = np.array(spokes)[:, None] * radius * np.c_[np.cos(angles), np.sin(angles)]
    outline = shapely.Polygon(corners + np.array([EAST + x, NORTH + y]))
    return outline.difference(affinity.scale(outline, 0.3, 0.3)) if draw(st.booleans()) else outline


@settings(max_examples=60, deadline=None)
@drawn_from(st.lists(shapes(), min_size=1, max_size=5), st.floats(3, 80))
def test_pieces_sum_to_the_cluster_and_lie_in_their_interval(drawn, tolerance):
    frame = outlines(*drawn)
    pieces = cut(frame, INDEX, tolerance_m=tolerance).pieces
    whole = frame.set_index("cluster_id").area / 10_000
    total = pieces.groupby("cluster_id")["area_ha"].sum()
    assert (total - whole.reindex(total.index)).abs().max() <= 1e-9 * whole.max()
    assert pieces.groupby("cluster_id")["share"].sum().to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert (pieces["area_ha_low"] <= pieces["area_ha"]).all()
    assert (pieces["area_ha"] <= pieces["area_ha_high"]).all()


@settings(max_examples=60, deadline=None)
@drawn_from(shapes(), st.floats(3, 80), st.floats(3, 80))
def test_a_larger_tolerance_never_makes_a_verdict_surer(outline, one, other):
    small, large = sorted((one, other))
    before, after = verdict(outline, small)[0], verdict(outline, large)[0]
    assert after in {before, "undetermined"}


@settings(max_examples=25, deadline=None)
@drawn_from(st.lists(shapes(), min_size=2, max_size=5), st.randoms())
def test_the_order_of_the_inputs_does_not_matter(drawn, random):
    frame = outlines(*drawn)
    mixed = frame.sample(frac=1, random_state=random.randrange(1000))
    index = prepare_communes(province().sample(frac=1, random_state=random.randrange(1000)))
    columns = ["cluster_id", "commune_code", "area_ha", "area_ha_low", "area_ha_high", "stands"]

    def table(done):
        found = done.pieces[columns].sort_values(columns[:2], ignore_index=True)
        return found.round(9), done.verdicts.set_index("cluster_id")["verdict"].sort_index()

    for left, right in zip(table(cut(frame, INDEX)), table(cut(mixed, index)), strict=True):
        assert left.equals(right)


@settings(max_examples=40, deadline=None)
@drawn_from(shapes(), st.floats(3, 80))
def test_the_band_is_the_land_that_would_be_lost_to_every_commune(outline, tolerance):
    (there,) = gpd.GeoSeries([outline], crs=9208).to_crs(4326)
    band = gpd.GeoSeries([tolerance_band(there, INDEX, tolerance)], crs=4326).to_crs(9208)
    naive = sum(outline.intersection(box.buffer(-tolerance)).area for box in province().geometry)
    inside = outline.intersection(shapely.box(EAST - SIDE, NORTH - SIDE, EAST + SIDE, NORTH + SIDE))
    lost = inside.area - naive
    outside = outline.difference(inside).area
    assert band.area.iloc[0] == pytest.approx(lost, abs=max(1.0, outside + 1e-3 * outline.area))


# ---- both kinds of evidence ---------------------------------------------------

NONE = pd.DataFrame({"cluster_id": [], "commune_code": [], "status": []})


def said(*rows) -> pd.DataFrame:
    columns = ["cluster_id", "commune_code", "commune_name", "former_names", "certain"]
    return pd.DataFrame(rows, columns=columns)


def combined(done, frame, by_decision=None, assignments=NONE, changes=None):
    changes = pd.DataFrame({"cluster_id": [], "change": []}) if changes is None else changes
    by_decision = said() if by_decision is None else by_decision
    return crossing.combine(done, by_decision, assignments, changes, frame)


def test_every_cluster_has_a_row_even_if_nothing_is_known():
    table = combined(None, outlines(square(0, 0), square(1, 1)))
    assert list(table.columns) == list(COLUMNS)
    assert table["cluster_id"].tolist() == ["C0", "C1"]
    assert table["verdict"].tolist() == ["undetermined"] * 2
    assert table["note"].str.contains("Nguồn không nêu xã").all()


def test_a_decision_outranks_geometry_and_the_disagreement_is_told():
    frame = outlines(square(-2_000, -2_000))
    papers = said(
        ("C0", "00001", "Tây Nam", "xã A", True), ("C0", "00003", "Đông Nam", "xã B", True)
    )
    table = combined(cut(frame, INDEX), frame, papers)
    assert set(table["verdict"]) == {"cross_commune"}
    assert table["evidence"].tolist() == ["both", "by_decision"]
    assert table["note"].str.contains("không khớp").all()


def test_geometry_speaks_where_the_documents_cannot_be_followed():
    frame = outlines(square(0, -2_000))
    table = combined(cut(frame, INDEX), frame, said(("C0", None, None, "xã Mất", False)))
    assert set(table["verdict"]) == {"cross_commune"}
    assert table["note"].str.contains("xã Mất").all()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("C0", "00001", "A", "x", True), ("C0", "00002", "B", "y", True)], "cross_commune"),
        ([("C0", "00001", "A", "x", True)], "within"),
        ([("C0", "00001", "A", "x", True), ("C0", None, None, "y", False)], "undetermined"),
        ([("C0", "00001", "A", "x", False), ("C0", "00002", "B", "x", False)], "undetermined"),
    ],
)
def test_the_verdict_by_decision(rows, expected):
    table = combined(None, outlines(square(0, 0)), said(*rows))
    assert set(table["verdict"]) == {expected}


def test_sources_that_contradict_each_other_give_no_verdict():
    papers = said(("C0", "00001", "A", "x", True), ("C0", "00002", "B", None, True))
    table = combined(None, outlines(square(0, 0)), papers.assign(conflict=[False, True]))
    assert set(table["verdict"]) == {"undetermined"}
    assert table["note"].str.contains("không khớp bảng").all()


def test_names_that_lead_to_several_communes_are_told_once_each():
    frame = outlines(square(-2_000, -2_000))
    split = said(("C0", "00001", "A", "xã Chia", False), ("C0", "00002", "B", "xã Chia", False))
    fits, apart = (
        combined(cut(frame, INDEX), frame, papers)
        for papers in (split, split.assign(commune_code=["00003", "00004"]))
    )
    assert set(fits["verdict"]) | set(apart["verdict"]) == {"within"}
    assert fits["note"].str.count("xã Chia").tolist() == [1, 1]
    assert not fits["note"].str.contains("không khớp").any()
    assert apart["note"].str.contains("không khớp").all()


def lead(frame, **more):
    row = combined(cut(frame, INDEX, tolerance_m=50), frame, **more).iloc[0]
    return (None if pd.isna(row["lead"]) else row["lead"]), row["lead_rule"]


def given(status, code="00004"):
    return pd.DataFrame({"cluster_id": ["C0"], "commune_code": [code], "status": [status]})


def test_the_lead_and_its_rule_in_their_order():
    uneven, even = outlines(square(150, -2_000)), outlines(square(10, -2_000))
    assert lead(uneven) == ("00003", "larger_area")
    assert lead(even) == (None, "needs_decision")
    assert lead(uneven, assignments=given("proposed")) == ("00004", "proposed_assignment")
    assert lead(uneven, assignments=given("decided")) == ("00004", "assigned")
    assert lead(outlines(square(-2_000, -2_000))) == ("00001", "only_commune")


@pytest.mark.parametrize(
    "papers",
    [
        [("C0", None, None, "xã Mất", False)],
        [("C0", "00003", "B", "xã Chia", False), ("C0", "00004", "C", "xã Chia", False)],
    ],
)
def test_names_that_cannot_be_followed_do_not_make_a_lead(papers):
    frame = outlines(square(-2_000, -2_000))
    assert lead(frame, by_decision=said(*papers)) == ("00001", "only_commune")


def test_area_proposes_no_commune_the_documents_do_not_name():
    uneven = outlines(square(150, -2_000))  # most of it in 00003
    both = said(("C0", "00001", "A", "x", True), ("C0", "00003", "B", "y", True))
    others = said(("C0", "00001", "A", "x", True), ("C0", "00002", "B", "y", True))
    assert lead(uneven, by_decision=both) == ("00003", "larger_area")
    assert lead(uneven, by_decision=others) == (None, "needs_decision")


def test_the_newest_assignment_counts_in_whatever_order_they_come():
    frame = outlines(square(0, -2_000))
    papers = pd.concat(
        [
            given("decided", "00001").assign(date="2025-07-30"),
            given("decided", "00003").assign(date="2026-01-02"),
            given("proposed", "00004").assign(date="2026-05-05"),
        ]
    )
    for order in (papers, papers[::-1]):
        assert lead(frame, assignments=order) == ("00003", "assigned")


def test_the_area_rule_takes_no_side_within_the_tolerance():
    frame = outlines(square(40, -2_000))  # 310 m and 390 m wide
    assert lead(frame) == (None, "needs_decision")
    (row,) = combined(cut(frame, INDEX, tolerance_m=30), frame).iloc[:1].to_dict("records")
    assert (row["lead"], row["lead_rule"]) == ("00003", "larger_area")


def test_land_outside_the_province_never_leads():
    mostly_outside = outlines(square(-4_100, -2_000))
    assert lead(mostly_outside) == (None, "needs_decision")
    table = combined(cut(mostly_outside, INDEX), mostly_outside)
    assert table["commune_name"].iloc[0] == t("crossing.outside")
    assert table["commune_code"].isna().tolist() == [True, False]
