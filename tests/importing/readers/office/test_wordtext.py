"""Text of Word documents that is hidden or struck out."""

from pathlib import Path

import docx
import pytest
from badfiles.corpus_build import document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree

from lib.importing.readers import registry
from lib.importing.readers.grid import Area
from lib.importing.readers.office import wordtext
from lib.language.errors import DataRefusedError

W = nsdecls("w")
ROWS = [["Điểm", "X"], ["1", "100"], ["2", "200"]]
AUTHOR = 'w:id="1" w:author="a"'


@pytest.fixture
def word(tmp_path) -> Path:
    document(ROWS)(tmp_path / "bảng.docx")
    return tmp_path / "bảng.docx"


def with_run(path: Path, xml: str, row: int = 1, column: int = 1) -> None:
    made = docx.Document(str(path))
    made.tables[0].cell(row, column).paragraphs[0]._p.append(parse_xml(xml))
    made.save(str(path))


def read(path: Path):
    content = registry.read(path)
    return content.grids[0].rows, [(f.level, f.key, f.row) for f in content.findings]


@pytest.mark.parametrize(
    ("xml", "key"),
    [
        (f"<w:r {W}><w:rPr><w:vanish/></w:rPr><w:t>5</w:t></w:r>", "hidden_text"),
        (f'<w:r {W}><w:rPr><w:vanish w:val="true"/></w:rPr><w:t>5</w:t></w:r>', "hidden_text"),
        (f"<w:del {W} {AUTHOR}><w:r><w:delText>5</w:delText></w:r></w:del>", "struck_text"),
        (f"<w:moveFrom {W} {AUTHOR}><w:r><w:t>5</w:t></w:r></w:moveFrom>", "struck_text"),
        (f"<w:r {W}><w:rPr><w:strike/></w:rPr><w:t>5</w:t></w:r>", "crossed_text"),
        (f'<w:r {W}><w:rPr><w:dstrike w:val="1"/></w:rPr><w:t>5</w:t></w:r>', "crossed_text"),
    ],
)
def test_what_is_not_seen_is_left_out_and_asked(word, xml, key):
    with_run(word, xml)
    rows, told = read(word)
    assert rows == tuple(map(tuple, ROWS))
    assert told == [("ask", f"readers.{key}", 2)]


@pytest.mark.parametrize(
    "xml",
    [
        f'<w:r {W}><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>5</w:t></w:r>',
        f"<w:r {W}><w:rPr><w:webHidden/></w:rPr><w:t>5</w:t></w:r>",
        f'<w:r {W}><w:rPr><w:strike w:val="false"/></w:rPr><w:t>5</w:t></w:r>',
    ],
)
def test_what_is_seen_on_paper_is_read(word, xml):
    with_run(word, xml)
    rows, told = read(word)
    assert (rows[1][1], told) == ("1005", [])


def test_a_tracked_insertion_is_read_and_asked(word):
    with_run(word, f"<w:ins {W} {AUTHOR}><w:r><w:t>5</w:t></w:r></w:ins>")
    rows, told = read(word)
    assert (rows[1][1], told) == ("1005", [("ask", "readers.added_text", 2)])


@pytest.mark.parametrize(("own", "seen"), [("", "100"), ('<w:vanish w:val="0"/>', "1005")])
def test_a_style_hides_text_unless_the_text_says_otherwise(word, own, seen):
    made = docx.Document(str(word))
    made.styles.add_style("Gốc", 2).font.hidden = True
    made.styles.add_style("Con", 2).base_style = made.styles["Gốc"]
    run = made.tables[0].cell(1, 1).paragraphs[0].add_run("5", style="Con")
    if own:
        run._r.get_or_add_rPr().append(parse_xml(own.replace("vanish", f"vanish {W}")))
    made.save(str(word))
    rows, told = read(word)
    assert rows[1][1] == seen
    assert bool(told) == (not own)


@pytest.mark.parametrize("mark", [f"<w:del {W} {AUTHOR}/>", f"<w:hidden {W}/>"])
def test_a_row_that_is_not_seen_leaves_the_others_their_numbers(word, mark):
    made = docx.Document(str(word))
    made.tables[0].rows[1]._tr.get_or_add_trPr().append(parse_xml(mark))
    made.save(str(word))
    rows, told = read(word)
    assert rows == (("Điểm", "X"), (None, None), ("2", "200"))
    assert [(level, row) for level, _, row in told] == [("ask", 2)]


def test_hidden_lines_above_a_table_are_no_title(word):
    made = docx.Document(str(word))
    line = made.tables[0]._tbl
    line.addprevious(
        parse_xml(f"<w:p {W}><w:r><w:rPr><w:vanish/></w:rPr><w:t>105°00'</w:t></w:r></w:p>")
    )
    made.save(str(word))
    rows, told = read(word)
    assert rows == tuple(map(tuple, ROWS))
    assert told == [("ask", "readers.hidden_text", 1)]


def test_a_table_inside_a_cell_is_not_lost_without_a_word(word):
    made = docx.Document(str(word))
    made.tables[0].cell(1, 1).add_table(1, 1).cell(0, 0).text = "trong"
    made.save(str(word))
    assert ("ask", "readers.nested_table", 2) in read(word)[1]


def boxed(table: str) -> str:
    """Return a paragraph with a text box as Word writes it: the table once for each reader."""
    box = f"<w:txbxContent>{table}<w:p/></w:txbxContent>"
    return (
        f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


TABLE = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"


def test_a_table_in_a_text_box_is_not_lost_without_a_word(word):
    made = docx.Document(str(word))
    made.tables[0]._tbl.addnext(parse_xml(boxed(TABLE)))
    made.save(str(word))
    assert read(word) == (tuple(map(tuple, ROWS)), [("ask", "readers.boxed_table", None)])
    told = registry.read(word).findings[0].message()
    assert "còn 1 bảng" in told


@pytest.mark.parametrize("inside", ["cell", "box"])
def test_a_document_whose_only_table_is_inside_something_is_told_so(tmp_path, inside):
    made = docx.Document()
    if inside == "cell":
        made.add_table(1, 1).cell(0, 0).add_table(1, 1).cell(0, 0).text = "1"
    else:
        made.element.body.insert(0, parse_xml(boxed(TABLE)))
    made.save(str(tmp_path / "bảng.docx"))
    with pytest.raises(DataRefusedError) as caught:
        registry.read(tmp_path / "bảng.docx")
    assert caught.value.key == "readers.inner_tables"


@pytest.mark.parametrize("path", ["tr", "tc", "p"])
def test_rows_cells_and_lines_in_content_controls_are_read(word, path):
    made = docx.Document(str(word))
    (element, *_) = made.tables[0].rows[1]._tr.xpath({"tr": ".", "tc": "w:tc", "p": ".//w:p"}[path])
    control = parse_xml(f"<w:sdt {W}><w:sdtContent/></w:sdt>")
    element.addprevious(control)
    control[0].append(element)
    made.save(str(word))
    assert read(word) == (tuple(map(tuple, ROWS)), [])


def test_merged_cells_are_told(word):
    made = docx.Document(str(word))
    table = made.add_table(4, 3)
    table.cell(0, 0).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(2, 1).merge(table.cell(3, 2))
    made.save(str(word))
    (_, grid) = registry.read(word).grids
    assert set(grid.areas) == {Area(0, 0, 0, 2), Area(1, 0, 2, 0), Area(2, 1, 3, 2)}
    assert grid.flows


@pytest.mark.parametrize("root", ["<x/>", "<w:x xmlns:w='urn:else'><w:style/></w:x>"])
def test_a_part_that_is_no_list_of_styles_hides_nothing(root):
    styles = etree.fromstring(root)
    assert wordtext._styles_with("w:vanish", styles) == frozenset()
