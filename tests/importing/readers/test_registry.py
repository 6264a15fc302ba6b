"""Which reader takes a file, and tables in CSV."""

import csv
import io
from pathlib import Path

import pytest
from badfiles.corpus_build import attempt, csv_text, holding
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.importing.readers import base, registry
from lib.importing.samples import SAMPLES
from lib.language.errors import DataRefusedError, WrongUseError
from lib.tables import facts

ROWS = [["Mã cụm", "Tên cụm", "Diện tích"], ["PT-001", "Bãi Ba 2", "69,42"]]


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "bảng.csv"


def rows(path: Path) -> tuple[tuple[object, ...], ...]:
    (grid,) = registry.read(path).grids
    return grid.rows


def refused(path: Path, name: str | None = None) -> DataRefusedError:
    with pytest.raises(DataRefusedError) as caught:
        registry.read(path, name)
    return caught.value


# ---- which reader ---------------------------------------------------------------------


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    with pytest.raises(WrongUseError, match=r"không có\.csv"):
        registry.read(tmp_path / "không có.csv")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "lớp.gpkg").mkdir()
    with pytest.raises(WrongUseError):
        registry.read(tmp_path / "lớp.gpkg")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("ranh.shp", ".zip"),
        ("ranh.TAB", ".zip"),
        ("ranh.dwg", "DXF"),
        ("ranh.DGN", "DXF"),
        ("bảng.xls", ".xlsx"),
        ("bảng.doc", ".docx"),
        ("quyết định.pdf", "Word"),
        ("ảnh.png", ".geojson"),
        ("không đuôi", ".geojson"),
    ],
)
def test_a_kind_that_cannot_be_read_gets_advice(tmp_path, name, advice):
    (tmp_path / name).write_bytes(b"something")
    message = refused(tmp_path / name).message()
    assert name in message
    assert advice in message


def test_the_name_given_decides_the_kind_and_is_the_one_shown(tmp_path):
    upload = tmp_path / "tmp123"
    holding(csv_text(ROWS))(upload)
    content = registry.read(upload, "Danh mục.CSV")
    assert content.file == "Danh mục.CSV"
    assert content.grids[0].file == "Danh mục.CSV"
    assert refused(upload, "Danh mục.gpkg").key == "readers.wrong_kind"


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "/etc/passwd.csv"])
def test_folders_in_a_name_are_dropped(tmp_path, name):
    upload = tmp_path / "tmp123"
    holding(csv_text(ROWS))(upload)
    assert registry.read(upload, name).file == "passwd.csv"


def test_a_name_cannot_steer_a_terminal(tmp_path):
    upload = tmp_path / "tmp123"
    holding(csv_text(ROWS))(upload)
    assert registry.read(upload, "Bãi\x1b[2J Ba\u202e\n2.csv").file == "Bãi[2J Ba2.csv"


@pytest.mark.parametrize("suffix", registry.accepted())
def test_an_empty_file_of_any_kind_is_refused(tmp_path, suffix):
    path = tmp_path / f"rỗng{suffix}"
    path.touch()
    assert refused(path).key == "readers.empty_file"


@pytest.mark.parametrize("suffix", registry.accepted())
def test_a_file_that_is_too_large_is_refused_unread(tmp_path, suffix):
    path = tmp_path / f"lớn{suffix}"
    with path.open("wb") as file:
        file.truncate(base.MAX_BYTES + 1)
    error = refused(path)
    assert error.key == "readers.too_large"
    assert "50 MB" in error.message()


@pytest.mark.parametrize("suffix", registry.accepted())
@settings(max_examples=25, deadline=None)
@given(content=st.binary(min_size=1, max_size=400))
def test_any_bytes_under_any_name_are_read_or_refused(tmp_path_factory, suffix, content):
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes(content)
    read = attempt(path)
    assert path.name in (read.message() if isinstance(read, DataRefusedError) else read.file)


# ---- CSV --------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_every_usual_separator_is_found_beside_decimal_commas(path, separator):
    holding(csv_text(ROWS, separator))(path)
    assert rows(path) == tuple(map(tuple, ROWS))


def test_a_comma_separates_too(path):
    text = io.StringIO()
    csv.writer(text).writerows([["Mã", "Xã cũ"], ["PT-001", "xã A;xã B"], ["PT-002", "C, D;E"]])
    holding(text.getvalue())(path)
    assert rows(path) == (("Mã", "Xã cũ"), ("PT-001", "xã A;xã B"), ("PT-002", "C, D;E"))


@pytest.mark.parametrize("name", sorted(file.name for file in (SAMPLES / "outlines").glob("*.csv")))
def test_titles_with_commas_do_not_hide_the_separator(name):
    (grid,) = registry.read(SAMPLES / "outlines" / name).grids
    assert grid.rows[2] == ("Số hiệu điểm", "X (m)", "Y (m)", "Chiều dài cạnh (m)")
    assert all(None not in row[:3] for row in grid.rows[3:])


def test_tables_of_facts_are_read_as_pandas_reads_them():
    path = facts.FACTS / "clusters.csv"
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    (grid,) = registry.read(path).grids
    assert [[cell or "" for cell in row] for row in grid.rows] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_every_form_gives_the_same_table(path, encoding):
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    holding(mark + csv_text(ROWS), encoding)(path)
    assert rows(path) == tuple(map(tuple, ROWS))
    assert registry.read(path).findings == ()


def test_bytes_of_old_fonts_are_kept_one_to_a_letter_and_told(path):
    holding("Tên;Xã\r\nB¶o Th¾ng;Tề\r\n".encode("cp1252", errors="replace"))(path)
    content = registry.read(path)
    assert content.grids[0].rows[1][0] == "B¶o Th¾ng"
    (note,) = content.findings
    assert (note.level, note.key) == ("note", "readers.not_utf8")


def test_every_byte_survives(path):
    path.write_bytes(b"a;b\r\n" + bytes(range(0x80, 0x100)) + b";x\r\n")
    text = rows(path)[1][0]
    back = bytes(ord(c) if ord(c) < 256 else c.encode("cp1252")[0] for c in str(text))
    assert back == bytes(range(0x80, 0x100))


def test_short_rows_are_filled_and_blank_lines_keep_their_number(path):
    holding("Mã;Tên\r\n\r\nPT-001\r\nPT-002;Tề Lỗ\r\n")(path)
    assert rows(path) == (("Mã", "Tên"), (None, None), ("PT-001", None), ("PT-002", "Tề Lỗ"))


def test_a_line_break_inside_quotation_marks_is_part_of_the_cell(path):
    holding('Mã;Ghi chú\r\nPT-001;"dòng một\r\ndòng hai"\r\nPT-002;x\r\n')(path)
    assert rows(path)[1] == ("PT-001", "dòng một\r\ndòng hai")
    assert len(rows(path)) == 3


def test_signs_that_only_look_like_line_ends_do_not_end_a_row(path):
    holding("Mã;Tên\r\nPT-001;một\u2028hai\x0b\x1cba\x85\r\n")(path)
    assert rows(path) == (("Mã", "Tên"), ("PT-001", "một\u2028hai\x0b\x1cba\x85"))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ('Mã;Tên\r\nPT-001;"Bãi Ba\r\n', "readers.bad_csv"),
        (";;\r\n;;\r\n  ;\r\n", "readers.empty_sheet"),
        ("Mã;Tên\r\nPT\0;x\r\n", "readers.wrong_kind"),
        ("Mã;Tên\r\nPT-001;" + "x" * 200_000, "readers.bad_csv"),
    ],
)
def test_what_is_no_table_is_refused(path, content, key):
    holding(content)(path)
    assert refused(path).key == key


def test_too_many_cells_are_refused(path, monkeypatch):
    monkeypatch.setattr(registry.csvfile, "MAX_CELLS", 5)
    holding(csv_text(ROWS))(path)
    assert refused(path).key == "readers.too_many"


CELL = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(str.strip)


@settings(max_examples=200, deadline=None)
@given(
    table=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=2)
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_table_written_by_the_standard_library_comes_back(tmp_path_factory, table, encoding):
    path = tmp_path_factory.getbasetemp() / "vòng.csv"
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))
    # A row of words that says the first one again elsewhere begins a grid of its own.
    grids = registry.read(path).grids
    assert [list(row) for grid in grids for row in grid.rows] == table
    assert grids[0].first_row == 1
