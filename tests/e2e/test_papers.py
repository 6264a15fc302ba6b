"""What a meeting takes away: a cluster's page, a commune's, the annex, the atlas, the map."""

import io
import zipfile

import pytest
from pypdf import PdfReader

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def taken(opened: Visit, button: str) -> bytes:
    with opened.page.expect_download() as download:
        opened.press(button)
    return download.value.path().read_bytes()


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_page_of_a_cluster_says_what_the_card_says(real: Site, visit):
    opened = visit(real)
    opened.page.set_viewport_size({"width": 1366, "height": 768})
    opened.open("cross_commune", samples="yes", sel="clusters:MAU-05")
    box = opened.card.get_by_role("button", name="Xuất PDF").bounding_box()
    assert box["y"] + box["height"] < 400, "beside the title of the card, without scrolling"
    told = words(taken(opened, "Xuất PDF"))
    assert "Trang 1/1" in told
    for figure in ("29,86", "18,23", "10,31", "MẪU", "Kỳ Sơn"):
        assert figure in told


def test_the_brief_of_a_commune_holds_its_power_facts(best: Site, visit):
    opened = visit(best).open("power", sel="communes:08590")
    told = words(taken(opened, "Xuất PDF"))
    assert "Xuân Đài" in told
    assert "khu Đìa" in told


def test_the_annex_and_the_atlas_hold_the_clusters_in_view(best: Site, visit):
    opened = visit(best).open("cross_commune", change="remains")
    annex = taken(opened, "Phụ lục (DOCX")
    assert zipfile.ZipFile(io.BytesIO(annex)).testzip() is None
    opened.press("Lập tập sơ đồ 3 cụm")
    told = words(taken(opened, "Tải tập sơ đồ"))
    for name in ("Ấm Hạ", "Bãi Ba - Đông Thành", "Làng nghề phía Nam Thanh Ba"):
        assert name in told


def test_the_map_is_taken_as_it_is(best: Site, visit):
    opened = visit(best).open("power", measure="density")
    opened.press("Xuất bản đồ")
    page = taken(opened, "Một tệp HTML").decode()
    assert "Cấp điện" in page
    assert "mật độ dân số" in page
    assert "http://localhost" not in page
    assert b"<svg" in taken(opened, "Hình SVG")[:400]


def test_a_paper_speaks_the_visitors_language(best: Site, visit):
    opened = visit(best).open("power", sel="communes:08590", lang="en")
    told = words(taken(opened, "Page as PDF"))
    assert "Data to" in told
    assert "Số liệu đến ngày" not in told


def test_a_page_printed_by_the_browser_is_map_answer_table_and_legend(best: Site, visit):
    opened = visit(best)
    opened.page.set_viewport_size({"width": 1366, "height": 768})
    opened.open("clusters", sel="clusters:PT-017")
    before = opened.view()
    printed = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = PdfReader(io.BytesIO(printed)).pages
    assert len(sheets) <= 2
    told = words(printed)
    for said in ("Cụm công nghiệp Ấm Hạ", "Nằm trên nhiều xã", "mới trong quy hoạch", "Vĩnh Chân"):
        assert said in told, "answer, legend and the names of the map"
    assert any(sheet.images for sheet in sheets), "the table"
    for pressed in ("Xuất PDF", "Tìm xã, cụm", "Trình chiếu", "Lớp bản đồ"):
        assert pressed not in told
    assert opened.eventually(lambda: opened.view() == pytest.approx(before, abs=1e-3))
