"""Names of old decisions followed to the communes of today."""

import unicodedata

import pandas as pd
import pytest
from facttables import fact_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.language.text import fold
from lib.places import names as merger
from lib.places.merger import composition

TABLES = fact_tables()
CLUSTERS, COMMUNES = TABLES["clusters"], TABLES["communes"]
FORMER, ENDED = TABLES["former_units"], TABLES["ended_units"]
UNITS = FORMER.drop_duplicates("former_code").to_dict("records")
REGISTER = merger.Names(FORMER, ENDED, COMMUNES)
MANY = settings(max_examples=60, deadline=None)


def _one(name, district=None, province=None):
    (found,) = REGISTER.resolve_all(name, district, province)
    return found


def _new(name, district=None, province=None):
    found = _one(name, district, province)
    names = COMMUNES.set_index("code")["name"]
    return found.status, [names[code] for code in found.new_codes]


@pytest.mark.parametrize(
    ("name", "district", "status", "new"),
    [
        ("xã Quảng Yên", "Thanh Ba", "whole", ["Quảng Yên"]),
        ("xã Đại An", "Thanh Ba", "whole", ["Quảng Yên"]),
        ("xã Sơn Cương", "Thanh Ba", "whole", ["Chí Tiên"]),
        ("xã Đỗ Sơn", "Thanh Ba", "whole", ["Liên Minh"]),
        ("xã Thanh Hà", "Thanh Ba", "whole", ["Chí Tiên"]),
        ("xã Lam Sơn", "Tam Nông", "whole", ["Vạn Xuân"]),
        ("xã Phương Viên", "Hạ Hòa", "whole", ["Yên Kỳ"]),
        ("xã Ấm Hạ", "Hạ Hòa", "whole", ["Hạ Hòa"]),
        ("xã Vân Đồn", "Đoan Hùng", "ended", ["Chân Mộng"]),
        ("xã Tiêu Sơn", "Đoan Hùng", "ended", ["Chân Mộng"]),
        ("xã Hợp Thịnh", "Tam Dương", "ended", ["Hội Thịnh"]),
        ("xã Hợp Thịnh", "Kỳ Sơn", "ended", ["Thịnh Minh"]),
        ("xã Việt Xuân", "Vĩnh Tường", "ended", ["Vĩnh Thành"]),
        ("xã Đình Chu", "Lập Thạch", "ended", ["Sơn Đông"]),
        ("xã Triệu Đề", "Lập Thạch", "ended", ["Sơn Đông"]),
        ("xã Vầy Nưa", "Đà Bắc", "split", ["Thống Nhất", "Tiền Phong"]),
        ("xã Cao Sơn", "Lương Sơn", "split", ["Lương Sơn", "Liên Sơn"]),
        ("xã Đồng Tân", "Mai Châu", "split", ["Mai Châu", "Pà Cò"]),
        ("xã Cao Sơn", "Đà Bắc", "whole", ["Cao Sơn"]),
        ("xã Cao Sơn", None, "ambiguous", ["Cao Sơn", "Lương Sơn", "Liên Sơn"]),
        ("xã Trường Sơn", "Lương Sơn", "split", ["Lương Sơn", "Liên Sơn"]),
        ("Minh Phương", "Yên Lạc", "unresolved", []),
        ("xã Quảng Yên", "Đoan Hùng", "unresolved", []),
        ("phường Quảng Yên", "Thanh Ba", "unresolved", []),
    ],
)
def test_known_names(name, district, status, new):
    assert _new(name, district) == (status, new)


def test_district_may_carry_its_kind_or_an_abbreviation():
    for district in ("Phúc Yên", "TP Phúc Yên", "Thành phố Phúc Yên", "thị xã Phúc Yên"):
        assert _one("xã Cao Minh", district).status == "whole"


def test_province_narrows_too():
    assert _one("xã Hợp Thịnh").status == "ambiguous"
    assert _one("xã Hợp Thịnh", None, "Vĩnh Phúc").status == "ended"
    assert _one("xã Hợp Thịnh", None, "tỉnh Hòa Bình").status == "ended"


def test_the_table_decides_whether_a_first_word_is_a_kind():
    assert _new("Phương Viên") == _new("phuong vien") == ("whole", ["Yên Kỳ"])


def test_marks_that_tell_names_apart_are_kept():
    assert _one("xã Văn Bán").status == "whole"
    assert _one("xã Vân Bán").status == "unresolved"


def test_several_names_keep_their_order():
    found = merger.resolve("xã Vân Đồn; xã Tiêu Sơn;;", "Đoan Hùng", None, FORMER, ENDED)
    assert [one.given for one in found] == ["xã Vân Đồn", "xã Tiêu Sơn"]
    assert found[0].chain == "xã Vân Đồn → xã Hùng Long → 08038"
    assert merger.resolve("", None, None, FORMER, ENDED) == []


def test_the_chain_is_told_with_its_sources():
    chain = _one("xã Tiêu Sơn", "Đoan Hùng")
    assert chain.chain == "xã Tiêu Sơn → xã Yên Kiện → xã Chân Mộng"
    assert "Nghị quyết 1282/NQ-UBTVQH15" in chain.sentence()
    assert "Điều 1 khoản 19" in chain.sentence()
    assert "clause 19" in chain.sentence("en")
    assert _one("xã Cao Sơn", "Lương Sơn").clauses == "116, 118"
    assert "chưa tra được" in _one("xã Không Có").sentence()
    assert "Huyện Đà Bắc" in _one("Cao Sơn").sentence()


_TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ"}
_TONES |= {"ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}
_TONES |= {"òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ", "ọe": "oẹ"}


def _other_tone_place(name):
    words = []
    for word in name.split():
        swaps = [(old, new) for old, new in _TONES.items() if word.endswith(old)]
        words.append(word.removesuffix(swaps[0][0]) + swaps[0][1] if swaps else word)
    return " ".join(words)


ways = st.sampled_from(
    [
        lambda name: name,
        lambda name: unicodedata.normalize("NFD", name),
        str.upper,
        str.title,
        _other_tone_place,
        lambda name: unicodedata.normalize("NFD", _other_tone_place(name).upper()),
        lambda name: f"  {name.replace(' ', '   ')} ",
    ]
)


@MANY
@given(st.sampled_from(UNITS), ways, ways)
def test_every_former_unit_is_found_however_it_is_written(unit, way, way_of_district):
    found = _one(way(f"{unit['kind']} {unit['name']}"), way_of_district(unit["district"]))
    assert found.former_codes == (unit["former_code"],)
    assert found.new_codes == merger.became(unit["former_code"], FORMER)


def test_tone_placement_is_really_exercised():
    moved = [u["name"] for u in UNITS if _other_tone_place(u["name"]) != u["name"]]
    assert len(moved) > 20
    assert "Hạ Hòa" in moved


@MANY
@given(st.sampled_from(UNITS))
def test_without_accents_the_unit_is_among_those_meant(unit):
    found = _one(fold(f"{unit['kind']} {unit['name']}"), fold(unit["district"]))
    assert unit["former_code"] in found.former_codes
    assert (found.status == "ambiguous") == (len(found.former_codes) > 1)


@MANY
@given(st.sampled_from(UNITS), st.booleans(), st.booleans())
def test_knowing_less_never_loses_the_unit(unit, with_kind, with_district):
    name = f"{unit['kind']} {unit['name']}" if with_kind else unit["name"]
    district = unit["district"] if with_district else None
    found = _one(name, district, unit["province"])
    assert unit["former_code"] in found.former_codes
    assert set(merger.became(unit["former_code"], FORMER)) <= set(found.new_codes)


@MANY
@given(st.sampled_from(ENDED.to_dict("records")))
def test_every_ended_unit_leads_to_its_successor(unit):
    found = _one(f"{unit['kind']} {unit['name']}", unit["district"])
    assert found.former_codes == (unit["successor_code"],)
    assert found.status in {"ended", "split"}
    assert found.basis == unit["basis"]


@MANY
@given(st.text(alphabet="abcđêộ ;", max_size=12), st.text(max_size=6))
def test_any_text_is_answered(names, district):
    for found in REGISTER.resolve_all(names, district, None):
        assert found.status in {"unresolved", "whole", "ended", "split", "ambiguous"}
        assert found.sentence("vi")
        assert found.sentence("en")


def test_changes_on_the_real_register():
    table = merger.changes(CLUSTERS, FORMER, ENDED)
    named = table.assign(name=CLUSTERS["name"])
    by_change = {c: set(g["name"]) for c, g in named.groupby("change")}
    assert by_change["resolved"] == {
        "Bãi Ba 2",
        "Quảng Yên",
        "Tam Nông",
        "Nam Đoan Hùng",
        "Xuân Hòa - Cao Minh",
    }
    assert by_change["remains"] == {
        "Bãi Ba - Đông Thành",
        "Làng nghề phía Nam Thanh Ba",
        "Ấm Hạ",
    }
    assert "Minh Phương" in by_change["undetermined"]
    assert len(by_change["single"]) == 24
    assert table["cluster_id"].tolist() == CLUSTERS["cluster_id"].tolist()
    undetermined = named[named["change"] == "undetermined"]
    assert undetermined["new_communes_n"].isna().all()
    two = named[named["change"].isin(["resolved", "remains"])]
    assert (two["former_units_n"] == 2).all()
    assert (named["former_provinces_n"].dropna() == 1).all()


def test_by_decision_on_the_real_register():
    table = merger.by_decision(CLUSTERS, FORMER, ENDED, COMMUNES)
    assert not table.duplicated(["cluster_id", "commune_code"]).any()
    assert not table["conflict"].any()
    lost = table[table["commune_code"].isna()]
    assert lost["former_names"].tolist() == ["Minh Phương"]
    assert not lost["certain"].any()
    stated = table[table["stated"]].set_index("cluster_id")["commune_name"]
    names = CLUSTERS.set_index("cluster_id")["name"]
    assert {(names[i], commune) for i, commune in stated.items()} == {
        ("Tam Nông", "Vạn Xuân"),
        ("Đồng Sóc", "Vĩnh Tường"),
        ("Yên Đồng", "Tam Hồng"),
        ("Hoàng Lâu", "Hoàng An"),
        ("Tiên Tiến", "Thịnh Minh"),
        ("Thịnh Minh 1", "Thịnh Minh"),
        ("Bắc Lâm Thao", "Xuân Lũng"),
        ("Sóc Đăng", "Đoan Hùng"),
        ("Ngọc Quan", "Đoan Hùng"),
        ("Đồng Phì", "Hiền Lương"),
        ("Đồng Lạng", "Phù Ninh"),
        ("Đồng Thịnh", "Sông Lô"),
        ("Đồng Văn", "Tề Lỗ"),
    }
    evidence = CLUSTERS["former_communes"].notna() | CLUSTERS["stated_communes"].notna()
    assert set(table["cluster_id"]) == set(CLUSTERS.loc[evidence, "cluster_id"])


def _cluster(former, stated=None, district=None, province="Hòa Bình"):
    return pd.DataFrame(
        [
            {
                "cluster_id": "HB-900",
                "former_communes": former,
                "stated_communes": stated,
                "former_district": district,
                "former_province": province,
            }
        ],
        dtype="str",
    )


def _said(*args, **kwargs):
    table = merger.by_decision(_cluster(*args, **kwargs), FORMER, ENDED, COMMUNES)
    columns = ["commune_name", "stated", "certain", "conflict"]
    return {row[0]: row[1:] for row in table[columns].itertuples(index=False, name=None)}


def test_a_split_unit_leaves_both_communes_uncertain():
    split = "xã Vầy Nưa"
    assert _said(split, district="Đà Bắc") == {
        "Thống Nhất": (False, False, False),
        "Tiền Phong": (False, False, False),
    }
    table = merger.changes(_cluster(split, district="Đà Bắc"), FORMER, ENDED)
    assert table["change"].tolist() == ["undetermined"]
    assert table["former_units_n"].tolist() == [1]
    assert table["new_communes_n"].isna().all()


def test_a_source_naming_the_new_commune_is_evidence():
    said = _said("xã Vầy Nưa", "xã Tiền Phong", "Đà Bắc")
    assert said["Tiền Phong"] == (True, True, False)
    assert said["Thống Nhất"] == (False, False, False)
    assert _said(None, "Tiền Phong") == {"Tiền Phong": (True, True, False)}


def test_a_source_against_the_table_is_flagged():
    said = _said("xã Hòa Sơn", "xã Tân Lạc", "Lương Sơn")
    assert said == {"Lương Sơn": (False, True, True), "Tân Lạc": (True, True, True)}
    both = _said("xã Hòa Sơn", "xã Lương Sơn;xã Tân Lạc", "Lương Sơn")
    assert both == {"Lương Sơn": (True, True, False), "Tân Lạc": (True, True, True)}


def test_a_stated_commune_that_does_not_exist_is_reported():
    table = merger.by_decision(_cluster(None, "xã Một;xã Hai"), FORMER, ENDED, COMMUNES)
    assert table["former_names"].tolist() == ["xã Một", "xã Hai"]
    assert table["commune_code"].isna().all()
    assert table["stated"].all()
    assert not table["certain"].any()


def test_no_cluster_gives_empty_tables_with_their_columns():
    table = merger.by_decision(CLUSTERS.iloc[:0], FORMER, ENDED, COMMUNES)
    assert len(table) == 0
    assert table.dtypes["commune_code"] == "str"
    assert len(merger.changes(CLUSTERS.iloc[:0], FORMER, ENDED)) == 0


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(len(CLUSTERS))))
def test_order_of_rows_does_not_matter(order):
    straight = merger.changes(CLUSTERS, FORMER, ENDED).set_index("cluster_id")
    mixed = merger.changes(CLUSTERS.iloc[list(order)], FORMER.iloc[::-1], ENDED.iloc[::-1])
    pd.testing.assert_frame_equal(mixed.set_index("cluster_id").loc[straight.index], straight)


def test_composition():
    table = composition(FORMER).set_index("new_code")
    assert len(table) == 148
    assert table["former_units_n"].sum() == 482
    assert table["split"].sum() == 6
    assert (table["provinces_n"] == 1).all()
    assert table["former_units_n"].value_counts().to_dict() == {
        1: 2,
        2: 13,
        3: 90,
        4: 34,
        5: 7,
        6: 1,
        7: 1,
    }
    names = COMMUNES.set_index("code")["name"]
    assert set(names[table.index[table["districts_n"] > 1]]) == {
        "Thống Nhất",
        "Sơn Đông",
        "Tam Dương Bắc",
    }
    assert table.loc["08113", "former_names"].split("; ")[0].startswith(("xã ", "thị trấn "))


def test_became():
    assert merger.became("04891", FORMER) == ("04828", "04891")
    assert merger.became("08545", FORMER) == ("08545",)
    assert merger.became("00000", FORMER) == ()
