"""A table of an office becomes a layer: every row with its place and how it was found."""

import geopandas as gpd
import numpy as np
import openpyxl
import ownsheets
import pandas as pd
import pytest
import shapely
from layerstores import publish, schematic_tables

from lib.importing.bring import publish as put_in_use
from lib.importing.ownlayers import bring, columns
from lib.importing.ownlayers.places import Finder
from lib.importing.ownlayers.rows import Wanted
from lib.importing.readers.grid import Grid
from lib.language.errors import DataRefusedError
from lib.layers.own.table import plain_table
from lib.store import history
from lib.store.store import Store
from lib.tables import export
from lib.tables.ownlayers import ADDED, TABLE, layers_of, named

WANTED = Wanted("Cửa hàng xăng dầu", "2026-10-01", "Sở", value="Sức chứa (m3)")
LENIENT = Wanted("Cửa hàng xăng dầu", "2026-10-01", "Sở", value="Sức chứa (m3)", skip_unknown=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("own") / "store", schematic_tables())


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    return ownsheets.saved(tmp_path_factory.mktemp("sheet"))


@pytest.fixture(scope="module")
def draft(base, sheet):
    return bring.draft_of([(sheet, sheet.name)], LENIENT, base)


def csv(folder, frame: pd.DataFrame, name: str = "bang.csv"):
    path = folder / name
    frame.to_csv(path, index=False)
    return [(path, name)]


def brought(draft):
    (layer,) = layers_of(draft.tables, shipped=False)
    return layer


def test_every_row_is_found_as_it_is_meant(draft):
    layer = brought(draft)
    wanted = ownsheets.rows()
    assert layer.rows["match"].tolist() == [match for *_, match in wanted]
    codes = layer.rows["commune_code"].astype(object)
    assert codes.where(codes.notna(), None).tolist() == [code for _, _, code, _ in wanted]
    old = layer.rows[layer.rows["match"] == "old_name"]
    assert old["clause"].notna().all()
    assert layer.cells["Tên cửa hàng"].head(4).tolist() == list(ownsheets.HOSTILE)
    assert [c.type for c in layer.columns] == [
        *("number", "text", "text", "text", "number", "date", "text")
    ]
    assert layer.quantities == ("Sức chứa (m3)",)


def test_what_is_not_known_is_refused_row_by_row(base, sheet, draft):
    strict = bring.draft_of([(sheet, sheet.name)], WANTED, base)
    refused = {finding.row for finding in strict.of("refused")}
    rows = ownsheets.rows()
    assert refused == {at for at, row in enumerate(rows, start=3) if row[3] == "unknown"}
    split = [f for f in strict.of("refused") if f.key == "registers.commune_split"]
    assert len(split) == len(ownsheets.SPLIT)
    assert len(strict.of("ask")) == len(ownsheets.MISSPELT)
    assert not draft.refused
    with pytest.raises(DataRefusedError):
        put_in_use(
            Store(base.folder.parent.parent), strict, base=base, files={}, who="", confirmed=True
        )


def test_a_split_unit_is_where_a_person_says(base, sheet):
    units = ownsheets.TABLES["former_units"]
    code = units.loc[units["name"] == "Vầy Nưa", "new_code"].iloc[0]
    wanted = Wanted("L", "2026-10-01", skip_unknown=True, communes={"xã Vầy Nưa": code})
    layer = brought(bring.draft_of([(sheet, sheet.name)], wanted, base))
    at = next(i for i, row in enumerate(ownsheets.rows()) if row[:2] == ("xã Vầy Nưa", None))
    assert layer.rows["commune_code"].iloc[at] == code


def test_a_new_file_of_a_layer_is_compared_row_by_row_and_an_old_one_comes_back(
    base, draft, tmp_path
):
    store = Store(base.folder.parent.parent)
    first = put_in_use(store, draft, base=base, files={"a": b"1"}, who="Lan", confirmed=True)
    again = ownsheets.saved(tmp_path, changed={5: 999.0, 6: 1.25})
    second = bring.draft_of([(again, again.name)], LENIENT, first)
    assert vars(second.counts[TABLE]) == {"added": 0, "changed": 2, "unchanged": 298, "removed": 0}
    made = put_in_use(store, second, base=first, files={"b": b"2"}, who="Lan", confirmed=True)
    assert len(history.compare(first, made)[TABLE].changed) == 2
    (layer,) = layers_of({TABLE: made.read(TABLE)}, shipped=False)
    gone = bring.remove(store, layer, base=made, who="Lan")
    assert TABLE not in gone.manifest.tables
    assert TABLE in store.restore(first.snapshot_id, who="Lan").manifest.tables


def test_an_export_brought_again_is_the_same_layer(base, draft, tmp_path):
    layer = brought(draft)
    communes = ownsheets.TABLES["communes"]
    path = tmp_path / "lai.csv"
    path.write_bytes(export.to_csv(plain_table(layer, communes)))
    again = brought(bring.draft_of([(path, path.name)], LENIENT, base))
    assert not set(ADDED) & {c.name for c in again.columns}
    assert again.cells["Tên cửa hàng"].equals(layer.cells["Tên cửa hàng"])
    known = layer.rows["commune_code"].notna()
    same = again.rows["commune_code"][known].tolist()
    assert same == layer.rows["commune_code"][known].tolist()


def test_codes_of_today_and_of_before_are_read(base, tmp_path):
    units, communes = ownsheets.TABLES["former_units"], ownsheets.TABLES["communes"]
    old = units[~units["former_code"].isin(communes["code"]) & (units["part"] != "part")].iloc[0]
    frame = pd.DataFrame(
        {"Mã xã": [communes["code"].iloc[0], old["former_code"]], "Hộ": ["1.234", "2"]}
    )
    layer = brought(bring.draft_of(csv(tmp_path, frame), Wanted("L", "2026-10-01"), base))
    assert layer.rows["commune_code"].tolist() == [communes["code"].iloc[0], old["new_code"]]
    assert layer.rows["match"].tolist() == ["exact", "old_name"]
    assert layer.typed["Hộ"].tolist() == [1234, 2]


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        (Wanted("L", "2026-10-01", place="Chợ"), "ownlayers.no_column"),
        (Wanted("L", "2026-10-01", value="Ghi chú"), "ownlayers.not_a_number"),
        (Wanted("L", "2026-10-01", value="Nhà"), "ownlayers.no_column"),
    ],
)
def test_a_column_that_is_not_there_is_named(base, tmp_path, wanted, key):
    name = ownsheets.TABLES["communes"]["name"].iloc[0]
    files = csv(tmp_path, pd.DataFrame({"Xã": [name], "Ghi chú": ["mới"]}))
    draft = bring.draft_of(files, wanted, base)
    assert [finding.key for finding in draft.of("refused")] == [key]
    assert not draft.tables


def test_a_table_without_places_is_refused(base, tmp_path):
    files = csv(tmp_path, pd.DataFrame({"Tên": ["a", "b"], "Số": [1, 2]}))
    draft = bring.draft_of(files, Wanted("L", "2026-10-01"), base)
    assert [f.key for f in draft.of("refused")] == ["ownlayers.no_place_column"]


def two_communes() -> dict[str, pd.DataFrame]:
    """Return the tables with two squares as the only communes that have a border."""
    communes = ownsheets.TABLES["communes"].head(2)
    shapes = [shapely.box(105, 21, 105.1, 21.1), shapely.box(105.1, 21, 105.2, 21.1)]
    return {**ownsheets.TABLES, "communes": gpd.GeoDataFrame(communes, geometry=shapes, crs=4326)}


def test_a_point_lies_in_the_commune_that_covers_it():
    tables = two_communes()
    finder = Finder(tables, {}, lenient=False, measured=True)
    points = [shapely.Point(105.05, 21.05), shapely.Point(105.15, 21.05), shapely.Point(110, 21)]
    found = finder.by_shape(np.array([*points, None], dtype=object), "t.csv", [2, 3, 4, 5])
    assert [one.code for one in found] == [*tables["communes"]["code"], None, None]
    told = [(f.level, f.key, f.row) for f in finder.findings]
    assert told == [("refused", "ownlayers.outside", 4), ("refused", "ownlayers.no_place", 5)]


def test_nothing_is_told_from_schematic_borders():
    finder = Finder(two_communes(), {}, lenient=False, measured=False)
    found = finder.by_shape(np.array([shapely.Point(105.05, 21.05)], dtype=object), "t", [1])
    assert found[0].code is None
    assert [f.key for f in finder.findings] == ["ownlayers.schematic"]


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1.234,5", "2"], "number", [1234.5, 2]),
        (["1.234", None, "12"], "number", [1234, None, 12]),
        (["0912", "0345"], "text", [None, None]),
        (["01/02/2024", "2024-03-05"], "date", ["2024-02-01", "2024-03-05"]),
        ([2024, 2025], "number", [2024, 2025]),
        (["1", "hai"], "text", [None, None]),
        ([None, ""], "text", [None, None]),
    ],
)
def test_a_column_is_of_numbers_or_dates_if_every_cell_is(cells, kind, values):
    column, read = columns.typed("C", cells)
    assert (column.type, read) == (kind, values)


def test_headings_are_there_once_whatever_their_case():
    grid = Grid("f", "", (("Tên", "tên", "fid", None), ("a", "b", "c", "d")))
    assert columns.open_sheet(grid).titles == ("Tên", "tên (2)", "fid (2)", "Cột 4")


def test_a_title_over_the_table_is_no_heading():
    grid = Grid("f", "", (("Bảng 1", None), ("Xã", "Số"), ("A", 1), ("Tổng cộng", 1)))
    sheet = columns.open_sheet(grid)
    assert (sheet.titles, sheet.rows) == (("Xã", "Số"), [3, 4])


def test_of_several_sheets_the_longest_is_meant_or_that_with_the_column_asked(base, tmp_path):
    names = ownsheets.TABLES["communes"]["name"].head(4).tolist()
    path = tmp_path / "nhieu.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"Xã": names[:1], "Bìa": ["a"]}).to_excel(book, sheet_name="A", index=False)
        pd.DataFrame({"Phường": names, "Số": [1, 2, 3, 4]}).to_excel(
            book, sheet_name="B", index=False
        )
    files = [(path, path.name)]
    longest = bring.draft_of(files, Wanted("L", "2026-10-01"), base)
    assert len(brought(longest).rows) == 4
    assert [f.file for f in longest.of("note")] == ["nhieu.xlsx [A]"]
    asked = bring.draft_of(files, Wanted("L", "2026-10-01", place="xa"), base)
    assert len(brought(asked).rows) == 1


def book(folder, *sheets, merge=()):
    """Save a workbook of sheets, each a list of rows; return what `draft_of` takes."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for at, rows in enumerate(sheets, start=1):
        sheet = made.create_sheet(f"Trang {at}")
        for row in rows:
            sheet.append(row)
    for area in merge:
        made.worksheets[0].merge_cells(area)
    made.save(folder / "Lớp.xlsx")
    return [(folder / "Lớp.xlsx", "Lớp.xlsx")]


HEAD = ["Tên", "Xã", "Số hộ"]


def told(draft):
    return [(f.level, f.key, f.row, f.column) for f in draft.findings]


def test_a_number_in_merged_cells_is_asked_and_not_repeated(base, tmp_path):
    rows = [HEAD, ["A", "Đoan Hùng", 10], ["B", "Tề Lỗ", None], ["C", "Tam Hồng", 7]]
    files = book(tmp_path, rows, merge=("C2:C3",))
    draft = bring.draft_of(files, Wanted("Kho", "2026-10-01"), base)
    assert ("ask", "cells.merged_quantity", 2, "Số hộ") in told(draft)
    kept = named(layers_of(draft.tables), "Kho")
    table = plain_table(kept, base.read("communes"))
    assert table["Số hộ"].fillna(-1).tolist() == [-1, -1, 7]


def test_a_formula_that_was_never_computed_is_refused_by_its_cell(base, tmp_path):
    files = book(tmp_path, [HEAD, ["A", "Đoan Hùng", 10], ["B", "Tề Lỗ", "=10*2"]])
    draft = bring.draft_of(files, Wanted("Kho", "2026-10-01"), base)
    assert draft.refused
    assert told(draft)[0] == ("refused", "cells.not_computed", 3, "Số hộ")


def test_a_table_that_goes_on_in_another_sheet_is_asked(base, tmp_path):
    first, other = [HEAD, ["A", "Đoan Hùng", 1], ["C", "Tam Hồng", 2]], [HEAD, ["B", "Tề Lỗ", 3]]
    draft = bring.draft_of(book(tmp_path, first, other), Wanted("Kho", "2026-10-01"), base)
    assert told(draft) == [("ask", "ownlayers.sheet_left", None, "")]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        (["1.200", "15", "khoảng 20"], "ownlayers.text_not_number"),
        (["03/04/2026", "13/04/2026", "4/25/2026"], "ownlayers.text_not_date"),
        (["A", "B", "20"], None),
    ],
)
def test_one_cell_that_makes_a_column_text_is_named(base, tmp_path, values, key):
    places = ("Đoan Hùng", "Tề Lỗ", "Tam Hồng")
    rows = [[name, *row] for name, row in zip("ABC", zip(places, values, strict=True), strict=True)]
    draft = bring.draft_of(book(tmp_path, [HEAD, *rows]), Wanted("Kho", "2026-10-01"), base)
    assert [one[1] for one in told(draft)] == ([key] if key else [])
