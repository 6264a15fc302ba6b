"""Vietnamese in the old fonts and in wrongly read UTF-8: found for sure, converted back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oldfonts import CELLS, ENCODERS, KINDS, NAMES, ROWS, accented, kept, tcvn3

from lib.importing.fonts.codes import LOST
from lib.importing.fonts.convert import convert, detect, examples, lost_letters
from lib.language.text import catalog


@pytest.mark.parametrize(
    ("old", "kind", "new"),
    [
        ("B¶o Th¾ng", "tcvn3", "Bảo Thắng"),
        ("TØNH PHó THä", "tcvn3", "TỈNH PHÚ THỌ"),
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "tcvn3", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("QuyÕt ®Þnh sè 12/Q§-UBND", "tcvn3", "Quyết định số 12/QĐ-UBND"),
        ("5 m² ®Êt", "tcvn3", "5 m² đất"),
        ("chaøo", "vni", "chào"),
        ("tænh Vónh Phuùc, xaõ Hoøa Bình", "vni", "tỉnh Vĩnh Phúc, xã Hòa Bình"),
        ("ÑAÁT ÑAI, Aân Thi, kyõ, quyù, thuî", "vni", "ĐẤT ĐAI, Ân Thi, kỹ, quý, thuỵ"),
        ("«Cuïm coâng nghieäp»", "vni", "«Cụm công nghiệp»"),
        ("Báº£o Tháº¯ng", "utf8_as_cp1252", "Bảo Thắng"),
        ("xÃ£ Ä\x90á»“ng, 5 mÂ²", "utf8_as_cp1252", "xã Đồng, 5 m²"),
    ],
)
def test_known_texts(old: str, kind: str, new: str) -> None:
    assert convert(old, kind) == new


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_comes_back(kind: str) -> None:
    coded = [ENCODERS[kind](name) for name in NAMES]
    assert detect(coded) == kind
    assert [convert(text, kind) for text in coded] == [kept(name, kind) for name in NAMES]


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_of_the_facts_comes_back(kind: str) -> None:
    coded = {cell: convert(ENCODERS[kind](cell), kind) for cell in CELLS}
    # In capitals TCVN3 may return more capitals than it was given: compared without case.
    wrong = {a: b for a, b in coded.items() if a.casefold() != b.casefold()}
    assert not wrong


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_five_names_are_enough(kind: str, data) -> None:
    names = data.draw(
        st.lists(st.sampled_from(accented(kind)), min_size=5, max_size=5, unique=True)
    )
    coded = [ENCODERS[kind](name) for name in names]
    assert detect(coded) in {kind, None}
    assert [convert(text, kind) for text in coded] == [kept(name, kind) for name in names]


@pytest.mark.parametrize("kind", KINDS)
def test_five_names_are_nearly_always_recognised(kind: str) -> None:
    names = accented(kind)
    columns = [[ENCODERS[kind](n) for n in names[i::140]][:5] for i in range(100)]
    found = [detect(column) for column in columns]
    assert set(found) <= {kind, None}
    assert found.count(kind) >= 97


@pytest.mark.parametrize("kind", KINDS)
def test_one_name_is_never_taken_for_another_encoding(kind: str) -> None:
    assert {detect([ENCODERS[kind](name)]) for name in NAMES} <= {kind, None}


@pytest.mark.parametrize("kind", ["vni", "utf8_as_cp1252"])
def test_capitals_come_back(kind: str) -> None:
    names = [name.upper() for name in NAMES]
    coded = [ENCODERS[kind](name) for name in names]
    assert detect(coded) == kind
    wrong = [name for name, text in zip(names, coded, strict=True) if convert(text, kind) != name]
    # `GIA MÃ”` alone may as well end a quotation.
    assert wrong == ([] if kind == "vni" else ["GIA MÔ"])


def test_capitals_in_tcvn3_come_back_but_for_case() -> None:
    for name in NAMES:
        assert convert(tcvn3(name.upper()), "tcvn3").upper() == name.upper()
    assert convert("Cù TH¾NG", "tcvn3") == "CỰ THẮNG"


@pytest.mark.parametrize("table", sorted(ROWS))
def test_no_table_column_or_cell_of_the_facts_is_taken_for_an_old_font(table: str) -> None:
    rows = ROWS[table]
    assert detect(cell for row in rows for cell in row) is None
    assert [column[0] for column in zip(*rows, strict=True) if detect(column)] == []
    assert [cell for row in rows for cell in row if detect([cell])] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_sentence_of_the_application_is_taken_for_an_old_font(lang: str) -> None:
    assert detect(twins[lang] for twins in catalog().values()) is None


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["", "12,5", "ha"],
        ["Société Générale", "Müller GmbH", "façade", "Hôtel Métropole", "Noël", "Citroën"],
        ["São Paulo", "Peña", "España", "niño", "Zaïre", "naïve", "Thaï", "Crème brûlée"],
        ["Ångström", "Malmö", "Tromsø", "Københavns Æble", "Großstraße", "Grün & Söhne"],
        ["5 m²", "20 °C", "± 3", "1½", "µm", "µ", "N·m", "kW·h", "A·h", "m×n", "§ 5", "§a", "m¹"],
        ["Coca-Cola®", "© 2025", "Windows®", "x¹", "1ª", "«Tam Nông»", "¶ 3", "¬ a", "·"],
        ["Sông Lô", "Hoàng Cương", "Bá Hiến", "Vô Tranh", "Pà Cò", "Hòa Bình", "Lòng"],
        ["XÃ YÊN LẠC", "“CẤP XÃ”", "THỊ XÃ", "BÃI BA"],
    ],
)
def test_other_languages_units_and_signs_are_none(texts: list[str]) -> None:
    assert detect(texts) is None
    assert [text for text in texts if detect([text])] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_mixed_column_is_recognised_and_its_good_half_left_alone(kind: str) -> None:
    old, good = NAMES[::2], NAMES[1::2]
    assert detect([*map(ENCODERS[kind], old), *good]) == kind
    assert [convert(name, kind) for name in good] == good


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_word_beside_an_old_one_is_left_alone(kind: str) -> None:
    assert convert(f"{ENCODERS[kind]('Thắng')} Đồng 5 m² (Yên)", kind) == "Thắng Đồng 5 m² (Yên)"


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(st.characters(max_codepoint=0x7F)))
def test_plain_ascii_stays_as_it_is(kind: str, text: str) -> None:
    assert convert(text, kind) == text
    assert detect([text]) is None


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text())
def test_any_text_converts_to_nfc(kind: str, text: str) -> None:
    detect([text])
    converted = convert(text, kind)
    assert unicodedata.is_normalized("NFC", converted)


@pytest.mark.parametrize("kind", KINDS)
def test_decomposed_text_is_composed(kind: str) -> None:
    parts = [unicodedata.normalize("NFD", name) for name in NAMES]
    assert detect(parts) is None
    assert [convert(text, kind) for text in parts] == NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_cp1258_is_composed(kind: str) -> None:
    def one(c: str) -> bytes:
        try:
            return c.encode("cp1258")
        except UnicodeEncodeError:
            letter, tone = split(c)
            return (letter + tone).encode("cp1258")

    def split(c: str) -> tuple[str, str]:
        parts = unicodedata.normalize("NFD", c)
        tone = next(p for p in parts if p in "\u0300\u0309\u0303\u0301\u0323")
        return unicodedata.normalize("NFC", parts.replace(tone, "")), tone

    texts = [b"".join(map(one, name)).decode("cp1258") for name in NAMES]
    assert texts != NAMES
    assert [convert(text, kind) for text in texts] == NAMES


def test_a_lost_letter_is_said() -> None:
    texts = [convert(t, "utf8_as_cp1252") for t in ("Tá»\ufffd Lá»—", "Ä\ufffdá»“ng SÃ³c")]
    assert texts == [f"T{LOST} Lỗ", "Đồng Sóc"]
    (finding,) = lost_letters(texts, file="a.csv", column="Tên")
    assert (finding.level, finding.column, finding.values["count"]) == ("ask", "Tên", 1)
    for lang in ("vi", "en"):
        assert f"T{LOST} Lỗ" in finding.message(lang)
    assert lost_letters(["Đồng Sóc"], file="a.csv") == ()


def test_tcvn3_with_a_lost_letter_keeps_the_others() -> None:
    assert convert(f"B{LOST}o Th¾ng, X{LOST}n ®Êt", "tcvn3") == f"B{LOST}o Thắng, X{LOST}n đất"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["a", "ò", "«", "aÃ", "Ã ", "á»", "BÃ b", "a Q"])
def test_a_hostile_cell_takes_no_longer_than_its_length(piece: str) -> None:
    for kind in KINDS:
        convert(piece * 50_000, kind)
    assert detect([piece * 50_000]) is None


def test_examples_are_different_texts_before_and_after() -> None:
    texts = ["Ba", "B¶o", "B¶o", "L¹c", "Yªn", "Nói"]
    assert examples(texts, "tcvn3", limit=2) == [("B¶o", "Bảo"), ("L¹c", "Lạc")]
    assert examples(["Ba", "Đồng"], "tcvn3") == []
