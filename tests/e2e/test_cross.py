"""Clusters on two communes: pieces on the map, the slider, the card, the downloads."""

import json

import openpyxl
import pytest

from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

ROW_PX = 36
SAMPLE = {"samples": "yes", "sel": "clusters:MAU-05"}


def shapes(opened) -> int:
    return int(opened.map.locator("body").get_attribute("data-ph-shapes") or 0)


def test_a_sample_is_drawn_named_recomputed_and_never_counted(real: Site, visit):
    opened = visit(real).open("cross_commune", **SAMPLE)
    assert opened.eventually(lambda: shapes(opened) == 5), "three pieces, the band, the lines"
    names = opened.map.locator(".ph-label-shapes")
    told = ["Hòa Bình 10,31 ha", "Kỳ Sơn 18,23 ha", "Tân Hòa 29,86 ha"]

    def read() -> list[str]:
        return sorted(" ".join(text.split()) for text in names.all_text_contents())

    assert opened.eventually(lambda: read() == told)
    told = opened.card.inner_text()
    assert "MẪU" in told
    assert "29,86 ha" in told.replace("\u00a0", " ")
    assert "nằm trên nhiều xã" in told

    plain, aloud = visit(real).open("cross_commune"), "Vẫn nằm trên hai xã mới"
    figures = [tab.page.locator(".st-key-figures").inner_text() for tab in (plain, opened)]
    said = [tab.page.get_by_text(aloud).text_content() for tab in (plain, opened)]
    assert figures[0] == figures[1]
    assert said[0] == said[1]
    assert "Bãi Ba - Đông Thành, Làng nghề phía Nam Thanh Ba, Ấm Hạ" in said[0]

    opened.page.bring_to_front()
    opened.js("() => { window.phSame = true; }")
    before = opened.card.inner_text()
    with opened.turn():
        opened.page.get_by_role("slider").first.press("ArrowLeft")
    assert opened.js("() => window.phSame")
    assert opened.eventually(lambda: opened.card.inner_text() != before)
    assert opened.eventually(lambda: opened.query().get("tolerance") == "49")


def test_the_samples_say_where_they_are_and_lead_there(real: Site, visit):
    opened = visit(real).open("cross_commune", samples="yes")
    opened.page.get_by_text("gồm 6 ranh giới MẪU").wait_for()
    places = opened.page.locator(".st-key-sample-places")
    places.get_by_role("button").nth(5).wait_for()
    told = places.get_by_role("button").all_inner_texts()
    assert len(told) == 6
    assert "Tân Hòa; Kỳ Sơn; Hòa Bình" in told[0], "most hectares in dispute first"
    before = opened.view()
    with opened.turn():
        opened.press("Cụm mẫu 5 (ba xã)", inside=places)
    assert opened.query()["sel"] == "clusters:MAU-05"
    assert opened.eventually(lambda: opened.view()[0] > before[0] + 3), "the map goes there"
    heads = opened.heads()
    assert heads.index("Cụm") < heads.index("Ha bên nhỏ") < heads.index("Kết luận")
    close = opened.view()[0]
    with opened.turn():  # from a small outline on to a cluster on two communes, below the samples
        opened.table.click(position={"x": 100, "y": ROW_PX * 4 + ROW_PX // 2})
    assert opened.query()["sel"] == "clusters:PT-003"
    assert opened.eventually(lambda: 10 < opened.view()[0] < close - 2), "both communes are seen"


def test_schematic_borders_measure_nothing(schematic: Site, visit):
    opened = visit(schematic).open("cross_commune", **SAMPLE)
    assert shapes(opened) == 0
    assert "không đo được ranh giới mẫu" in opened.page.get_by_test_id("stSidebar").inner_text()


def test_what_is_seen_can_be_taken_home(best: Site, visit, tmp_path):
    opened = visit(best).open("cross_commune", change="remains")
    for kind in ("XLSX", "GEOJSON"):
        with opened.page.expect_download() as asked:
            opened.press(kind)
        asked.value.save_as(tmp_path / f"seen.{kind.lower()}")
    book = openpyxl.load_workbook(tmp_path / "seen.xlsx")
    rows = list(book["Cụm liên xã"].iter_rows(values_only=True))
    assert len(rows) == 1 + 6, "three clusters on two communes each"
    assert "nằm trên nhiều xã" in rows[1], "words, no codes"
    content = json.loads((tmp_path / "seen.geojson").read_text(encoding="utf-8"))
    assert len(content["features"]) == 6
    assert "Sai số ranh giới T (ranh giới cụm đo đạc)" in content["metadata"]
