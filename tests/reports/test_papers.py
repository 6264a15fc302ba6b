"""The papers agree with the screen and with each other, in every count and word."""

import dataclasses
import io
import json
import re
import struct
import unicodedata
import zlib
from pathlib import Path

import docx
import geopandas as gpd
import openpyxl
import pandas as pd
import pypdf
import pytest
import shapely
from clones import data_of
from e2e.sites import HOSTILE
from lxml import etree
from shapely.affinity import translate

from lib.crossing import answer as crosswork
from lib.crossing import summary as disputes
from lib.crossing.communes import prepare_communes
from lib.importing.samples import sample_outlines
from lib.language.errors import WrongUseError
from lib.language.text import LANGS, hectares, t
from lib.layers.build import build_whole
from lib.layers.looks.symbols import PIECES
from lib.reports import annex as annex_rows
from lib.reports import atlas as atlases
from lib.reports import page as pages
from lib.reports.annex import annex_docx, annex_pdf
from lib.reports.atlas import atlas
from lib.reports.brief import brief
from lib.reports.cards import material as materials
from lib.reports.drawing.layout import Drawings, typeset
from lib.reports.drawing.view import View, overview
from lib.reports.picture import picture
from lib.store.store import Store

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SMALL = {unicodedata.normalize("NFC", v + tone) for v in "aăâeêioôơuưy" for tone in TONES} | {"đ"}
LETTERS = "".join(sorted(SMALL | {letter.upper() for letter in SMALL}))


def made(folder: Path, **more) -> materials.Material:
    snapshot = Store(folder / "store").current()
    static = folder / "static"
    files = build_whole(snapshot, static, simplify_m=30)
    return materials.from_snapshot(snapshot, files, static, tolerance_m=50, **more)


@pytest.fixture(scope="module")
def schematic(schematic_clone, tmp_path_factory) -> materials.Material:
    """The data of a machine without borders."""
    return made(data_of(schematic_clone, tmp_path_factory.mktemp("schematic")))


@pytest.fixture(scope="module")
def real(real_clone, tmp_path_factory) -> materials.Material:
    """The data with the published borders, samples measured too."""
    return made(data_of(real_clone, tmp_path_factory.mktemp("real")), samples=True)


def text_of(pdf: bytes) -> str:
    """Return all text of a PDF; breaks a long name may take are no part of it."""
    read = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", read.replace("\u200b", "").replace("\u00a0", " "))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u200b", ""))


def fonts_of(pdf: bytes) -> set[str]:
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()  # noqa: PLW2901 - a reference and what it refers to
            (inner,) = font["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), "a font is not embedded"
            found.add(str(font["/BaseFont"]).split("+")[1].split("-")[0])
    return found


def test_every_vietnamese_letter_has_its_glyph_in_the_embedded_font():
    """A letter the font lacks would bring in another font."""
    words = {"lang": "vi", "title": LETTERS, "sentence": LETTERS, "north": "", "foot": LETTERS}
    drawings = Drawings()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="9mm" viewBox="0 0 9 9"/>'
    drawn = {"svg": drawings.add(svg), "width": 9, "height": 9, "labels": [], "alt": LETTERS}
    data = {"words": words, "upright": True, "warnings": [], "map": drawn, "legend": []}
    pdf = typeset("picture", data, drawings)
    assert fonts_of(pdf) == {"SourceSansPro"}
    assert squeezed(text_of(pdf)).count(LETTERS) == 3


def test_the_annex_too_is_set_in_one_family(schematic):
    names = {name.removesuffix("PSMT").removesuffix("PS") for name in fonts_of(annexed(schematic))}
    assert len(names) == 1
    assert names <= {"LibertinusSerif", "TimesNewRoman"}


def annexed(material: materials.Material) -> bytes:
    said = dataclasses.replace(annex_rows.annex(material), counts=LETTERS, heading=LETTERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.reports.annex.annex", lambda _: said)
        return annex_pdf(material)


def counts(material: materials.Material) -> dict[str, int]:
    """Return what the pages count, from the functions they call."""
    summary = disputes.summarise(material.answer.rows)
    own = summary[~summary["sample"]]
    return {
        "all": len(own),
        **{
            v: int((own["verdict"] == v).sum()) for v in ("cross_commune", "within", "undetermined")
        },
        "remains": int((material.clusters["change"] == "remains").sum()),
        "resolved": int((material.clusters["change"] == "resolved").sum()),
    }


def check_counts(material: materials.Material) -> None:
    wanted = counts(material)
    assert wanted["cross_commune"] > 0
    book = openpyxl.load_workbook(
        io.BytesIO(crosswork.content(material.answer, "xlsx", material.notes()))
    )
    head, *rows = book["cross_commune"].iter_rows(values_only=True)
    sheet = pd.DataFrame(rows, columns=head).drop_duplicates("cluster_id")
    sheet = sheet[~sheet["cluster_id"].str.startswith("MAU-")]
    for verdict in ("cross_commune", "within", "undetermined"):
        assert (sheet["verdict"] == verdict).sum() == wanted[verdict]
    for change in ("remains", "resolved"):
        assert (sheet["change"] == change).sum() == wanted[change]

    said = (
        f"Trong {wanted['all']} cụm của danh mục đang dùng: {wanted['cross_commune']} cụm nằm "
        "trên từ hai xã, phường trở lên (liệt kê dưới đây), "
        f"{wanted['within']} cụm nằm trọn trong một xã, "
        f"{wanted['undetermined']} cụm chưa đủ căn cứ."
    )
    word = docx.Document(io.BytesIO(annex_docx(material)))
    assert said in "\n".join(paragraph.text for paragraph in word.paragraphs)
    (table,) = word.tables
    numbers = {row.cells[0].text for row in table.rows[1:]}
    assert len(numbers) == wanted["cross_commune"]
    assert said in text_of(annex_pdf(material))

    check_atlas(material, wanted)


def check_atlas(material: materials.Material, wanted: dict[str, int]) -> None:
    """The cover of all clusters counts as the pages do; a part's pages as its cover."""
    own = material.summary[~material.summary["sample"]]
    cover = atlases.cover(material, list(own["cluster_id"]))
    assert [int(figure["value"]) for figure in cover["figures"]] == list(wanted.values())
    part = own.groupby("verdict").head(3)
    read = text_of(atlas(material, list(part["cluster_id"])))
    for verdict, words in (
        ("cross_commune", "nằm trên nhiều xã"),
        ("within", "nằm trọn trong một xã"),
        ("undetermined", "chưa đủ căn cứ"),
    ):
        number = int((part["verdict"] == verdict).sum())
        assert f"{number} {words}" in read
        assert read.count(f"Kết luận {words[0].upper()}{words[1:]}") == number


def test_screen_xlsx_pdf_and_docx_count_the_same_with_real_borders(real):
    check_counts(real)


def test_and_with_schematic_borders_and_every_page_says_so(schematic):
    check_counts(schematic)
    pdf = pypdf.PdfReader(io.BytesIO(atlas(schematic, ["PT-003", "HB-015"])))
    assert len(pdf.pages) == 4
    for page in pdf.pages:
        read = re.sub(r"\s+", " ", page.extract_text())
        assert "Ranh giới sơ đồ, không dùng để đo" in read
        assert "Số liệu đến ngày" in read
        assert "Nguồn:" in read
        assert "Trang" in read
        assert "Tỷ lệ 1:" not in read


def test_measured_hectares_of_a_page_are_those_of_the_answer(real):
    read = text_of(atlas(real, ["MAU-01"]))
    rows = real.answer.rows.query("cluster_id == 'MAU-01'")
    assert len(rows) == 2
    for column in ("area_ha", "area_ha_low", "area_ha_high"):
        for value in rows[column]:
            assert hectares(value).replace("\u00a0", " ") in read
    assert "không tính vào con số nào" in read


@pytest.mark.parametrize("cluster", ["MAU-05", "PT-012"])
def test_one_cluster_is_one_page_with_date_sources_and_rules_in_its_foot(real, cluster):
    seen: list[tuple[int, int]] = []
    made = atlas(real, [cluster], progress=lambda *at: seen.append(at))
    (page,) = pypdf.PdfReader(io.BytesIO(made)).pages
    read = re.sub(r"\s+", " ", page.extract_text())
    assert f"mã {cluster}" in read
    for said in ("Số liệu đến ngày", "Nguồn:", "Bản dữ liệu", "Quy tắc kết luận:", "Trang 1/1"):
        assert said in read
    assert t("reports.atlas_title", "vi") not in read, "no cover"
    assert seen == [(1, 1)]


def test_the_atlas_of_many_keeps_its_cover_and_a_page_each(real):
    ids = ["PT-003", "PT-012", "MAU-05"]
    pages = pypdf.PdfReader(io.BytesIO(atlas(real, ids))).pages
    assert len(pages) == 2 + len(ids)
    assert t("reports.atlas_title", "vi") in pages[0].extract_text()


@pytest.mark.parametrize("lang", LANGS)
def test_a_cluster_without_an_outline_is_called_approximate(real, lang):
    material = dataclasses.replace(real, lang=lang)
    read = text_of(atlas(material, ["PT-003"]))
    vietnamese = ("vị trí gần đúng", "chưa có số liệu", "Chưa đủ ngày để xác định")
    english = ("approximate place", "no data yet", "Not enough dates to say")
    assert all(said in read for said in (vietnamese if lang == "vi" else english))


def test_progress_counts_every_page_and_unknown_clusters_are_refused(real):
    seen: list[tuple[int, int]] = []
    atlas(real, ["PT-003", "PT-004"], progress=lambda *at: seen.append(at))
    assert seen == [(1, 4), (2, 4), (4, 4)]
    with pytest.raises(WrongUseError, match="XX-999"):
        atlas(real, ["XX-999"])
    with pytest.raises(WrongUseError):
        atlas(real, [])


def test_the_annex_keeps_to_decree_30(real):
    word = docx.Document(io.BytesIO(annex_docx(real)))
    section = word.sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(side.mm) for side in sides] == [297, 210, 20, 20]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin)] == [30, 15]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml
    assert not section.footer.paragraphs[0].text
    heading, title, attached = word.paragraphs[:3]
    assert heading.text == "Phụ lục"
    assert title.text == title.text.upper()
    assert all(run.font.name == "Times New Roman" for p in word.paragraphs for run in p.runs)
    assert attached.runs[0].italic
    assert re.search(r"số …+/…+ ngày …+ tháng …+ năm …+", attached.text)
    assert word.core_properties.author == ""
    said = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "Số liệu đến ngày" in said
    assert "không thay hồ sơ địa giới" in said


def test_a_former_district_is_never_the_place_of_today(real):
    word = docx.Document(io.BytesIO(annex_docx(real)))
    (table,) = word.tables
    place_now = annex_rows.HEAD.index("communes")
    names = set(real.tables["communes"]["name"])
    assert {row.cells[place_now].text for row in table.rows[1:]} <= names
    assert "huyện" not in " ".join(cell.text for row in table.rows for cell in row.cells).lower()


def test_a_brief_is_one_page_with_sources_and_dates(real):
    pdf = brief(real, "08590")
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    read = text_of(pdf)
    for unit in ("xã Xuân Đài", "xã Xuân Sơn", "xã Kim Thượng"):
        assert unit in read
    assert "chưa có điện lưới" in read
    assert "baomoi.net.vn, 2019" in read
    with pytest.raises(WrongUseError, match="99999"):
        brief(real, "99999")


def test_the_most_crowded_commune_still_fits_one_page(real):
    most = real.tables["former_units"]["new_code"].value_counts().index[0]
    for code in (most, "04891"):
        assert len(pypdf.PdfReader(io.BytesIO(brief(real, code))).pages) == 1


def test_a_picture_has_its_size_and_all_that_it_needs(real):
    view = overview(real)
    png = picture(real, view, "png")
    assert struct.unpack(">II", png[16:24]) == (2480, 3508)
    at = png.index(b"pHYs")
    dots, _, unit = struct.unpack(">IIB", png[at + 4 : at + 13])
    assert (round(dots * 0.0254), unit) == (300, 1)
    assert struct.unpack(">I", png[at + 13 : at + 17])[0] == zlib.crc32(png[at : at + 13])
    near = View(view.title, view.sentence, view.styles, (105.0, 21.3, 105.4, 21.5))
    root = etree.fromstring(picture(real, near, "svg"))
    assert not list(root.iter("{*}image"))
    assert root.findtext("{*}title") == view.title
    assert "Ranh giới tham khảo" in root.findtext("{*}desc")
    assert float(root.get("width").rstrip("pt")) > float(root.get("height").rstrip("pt"))


def test_the_selected_cluster_is_drawn_on_picture_and_page_as_measured(real):
    view = dataclasses.replace(overview(real), cluster_id="MAU-01")
    page = pages.page(real, view).decode()
    (data,) = re.findall(r'id="ph-data">(.*?)</script>', page)
    shapes = json.loads(data)["shapes"]
    pieces = real.answer.rows.query("cluster_id == 'MAU-01'")
    assert [shape["name"] for shape in shapes[:2]] == list(pieces["commune_name"])
    assert [shape["vi"][0] for shape in shapes[:2]] == list(map(hectares, pieces["area_ha"]))
    assert len(shapes) == 4
    svg = picture(real, view, "svg").decode()
    assert all(colour in svg for colour in PIECES[:2])
    plain = picture(real, overview(real), "svg").decode()
    assert PIECES[0] not in plain
    assert all("Cụm mẫu 1" in made for made in (page, svg)), "the title names the cluster"
    assert "Cụm mẫu" not in plain


def hostile(material: materials.Material) -> materials.Material:
    """Return `material` with hostile, long and unwritable names, and outlines of all kinds."""
    tables = {name: table.copy() for name, table in material.tables.items()}
    clusters = tables["clusters"]
    texts = [*HOSTILE, "#panic() $x$ *b* @c <d> \\u{1} \x01", "Rất dài " * 40, "k" * 300]
    ids = list(clusters["cluster_id"][: len(texts)])
    for column in ("name", "investor", "decision_no", "note"):
        clusters.loc[: len(texts) - 1, column] = texts
    tables["communes"].loc[:4, "name"] = list(HOSTILE)
    spot = tables["communes"].geometry.iloc[0].representative_point()
    square = shapely.box(spot.x, spot.y, spot.x + 0.008, spot.y + 0.006)
    tables["outlines"] = gpd.GeoDataFrame(
        {
            "cluster_id": ids[:3],
            "outline_quality": ["surveyed", "approximate", "surveyed"],
            "outline_accuracy_m": [0.5, None, 0.5],
            "given_crs": "EPSG:9208",
            "note": None,
            "source_url": "file:a.kml",
            "as_of": "2026-10-01",
        },
        geometry=[square, translate(square, 0.02, 0), sample_outlines().geometry[0]],
        crs=4326,
    )
    index = None if material.schematic else prepare_communes(gpd.GeoDataFrame(tables["communes"]))
    answer = crosswork.answer(
        tables, crosswork.outlines_of(tables), index, tolerance_m=50, lang=material.lang
    )
    clusters = materials.register(tables)
    return dataclasses.replace(material, tables=tables, clusters=clusters, answer=answer)


@pytest.mark.parametrize("kind", ["real", "schematic"])
def test_hostile_and_long_names_stay_text_on_every_paper(kind, request):
    material = hostile(request.getfixturevalue(kind))
    ids = list(material.clusters["cluster_id"][:8])
    read = squeezed(text_of(atlas(material, ids)))
    for text in (*HOSTILE, "k" * 300, "#panic() $x$ *b* @c <d>"):
        assert squeezed(text) in read
    assert "tệpcủacơquan«a.kml»" in read
    (table,) = docx.Document(io.BytesIO(annex_docx(material))).tables
    written = " ".join(cell.text for row in table.rows for cell in row.cells)
    annex = squeezed(text_of(annex_pdf(material)))
    measured = material.answer.rows.query("cluster_id == @ids[2]")["area_ha"].dropna()
    assert len(measured) == (2 if kind == "real" else 0)
    for area in map(hectares, measured):
        assert area in written
        assert squeezed(area) in annex
    code = material.tables["communes"]["code"].iloc[0]
    assert squeezed(HOSTILE[0]) in squeezed(text_of(brief(material, code)))
