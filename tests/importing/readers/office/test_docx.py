"""Word documents."""

from pathlib import Path

import docx
import pytest
from badfiles.corpus_build import attempt, document, spoil
from badfiles.corpus_office import ole
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from readings import grid, refused

from lib.importing.readers import registry
from lib.language.errors import DataRefusedError

ROWS = [["Mã cụm", "Tên"], ["PT-001", "Bãi Ba 2"]]
BODY = "word/document.xml"


@pytest.fixture
def word(tmp_path) -> Path:
    return tmp_path / "bảng.docx"


def test_titles_above_a_table_are_rows_before_its_first(word):
    made = docx.Document()
    made.add_paragraph("BẢNG KÊ TỌA ĐỘ RANH GIỚI")
    made.add_paragraph("")
    made.add_paragraph("VN-2000, kinh tuyến trục 104°45'")
    for rows in (ROWS, [["a", "b"]]):
        table = made.add_table(0, 2)
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    made.save(str(word))
    first, second = registry.read(word).grids
    assert first.rows == (
        ("BẢNG KÊ TỌA ĐỘ RANH GIỚI", None),
        ("VN-2000, kinh tuyến trục 104°45'", None),
        *map(tuple, ROWS),
    )
    assert (first.first_row, second.first_row) == (-1, 1)
    assert (first.sheet, second.sheet) == ("1", "2")
    assert second.rows == (("a", "b"),)


def test_merged_cells_are_repeated_across_and_down(word):
    made = docx.Document()
    table = made.add_table(3, 3)
    for at, cell in enumerate(table._cells):
        cell.text = str(at)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "Tọa độ"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Khu A"
    made.save(str(word))
    assert grid(word).rows == (
        ("Tọa độ",) * 3,
        ("Khu A", "4", "5"),
        ("Khu A", "7", "8"),
    )


def test_tracked_changes_count_as_accepted(word):
    document([["x"], ["y"]])(word)
    space = nsdecls("w")
    made = docx.Document(str(word))
    cell = made.tables[0].cell(0, 0)
    cell.text = "23"
    for xml in (
        f'<w:ins {space} w:id="1" w:author="a"><w:r><w:t>5</w:t></w:r></w:ins>',
        f'<w:del {space} w:id="2" w:author="a"><w:r><w:delText>9</w:delText></w:r></w:del>',
        f"<w:r {space}><w:t>8517,85</w:t></w:r>",
    ):
        cell.paragraphs[0]._p.append(parse_xml(xml))
    made.save(str(word))
    assert grid(word).rows[0] == ("2358517,85",)


def test_a_table_in_a_content_control_is_read(word):
    made = docx.Document()
    table = made.add_table(1, 1)
    table.cell(0, 0).text = "x"
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    table._tbl.addprevious(control)
    control[0].append(table._tbl)
    made.save(str(word))
    assert grid(word).rows == (("x",),)


def test_a_document_without_a_table_is_refused(word):
    document(title="x")(word)
    assert refused(word).key == "readers.no_table"


def test_an_old_document_is_refused(word):
    ole("WordDocument")(word)
    assert refused(word).key == "readers.old_word"


@pytest.mark.parametrize("value", ["999999999", "100000000000000000000", "abc", "-5", ""])
@pytest.mark.parametrize("tag", ["gridSpan", "gridBefore"])
def test_a_span_without_end_does_not_fill_the_memory(word, tag, value):
    xml = f'<w:{tag} w:val="{value}"/>'.encode()
    end = b"</w:tcPr>" if tag == "gridSpan" else b"<w:tc>"
    into = xml + end if tag == "gridSpan" else b"<w:trPr>" + xml + b"</w:trPr>" + end

    def widen(parts: dict[str, bytes]) -> None:
        assert end in parts[BODY]
        parts[BODY] = parts[BODY].replace(end, into, 1)

    spoil(document(ROWS), widen)(word)
    read = attempt(word)
    if isinstance(read, DataRefusedError):
        assert read.key in {"readers.too_many_columns", "readers.unreadable"}
    else:
        assert len(read.grids[0].rows[0]) < 10


def test_one_wide_row_does_not_widen_a_thousand(word, monkeypatch):
    monkeypatch.setattr(registry.docx, "MAX_CELLS", 1_000)
    document([["x"] * 30, *[["y"] * 30] * 33])(word)
    assert refused(word).key == "readers.too_many"
