"""What the project writes it reads back the same: every table, every kind of file."""

import datetime as dt
import functools
import io
import itertools
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from lib.geo.geometry import areas_ha
from lib.importing import bring
from lib.importing.draft import Options
from lib.importing.readers.grid import blank
from lib.language.text import LANGS, nfc
from lib.reports.alldata import everything
from lib.reports.alldata.workbook import in_words
from lib.store.store import Act, Store, Table
from lib.tables import columns, export, facts, registry
from lib.tables.schemas import ALL_TABLES, CODE, CODES, ISO_DATE, TRIMMED, URL, codes_of

UNLIKE = ("communes", "outlines", "power_lines")
PLAIN = [table for table in registry.imported() if table not in UNLIKE]
DRAWN = ("outlines", "power_lines")
MOST = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # at most four rows: nothing to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

# ---- whole valid tables ------------------------------------------------------------------

WORDS = (
    *("Đồng Sóc", "Quảng Yên", "Bãi Ba 2", "Ỷ La", "Hòa Bình", "Hoà", "đường dây 35 kV", "ấm"),
    *("=1+1", "+84 210", "-5", "@SUM(A1)", '=HYPERLINK("http://a.vn";"b")', "'=1", "''-2", "'tên'"),
    *(";", "a;b", "a,b", "a|b", '"', '"a"', "“a”", "'", "<b>", "{x}", "%s", "\\", "_x0041_"),
    *("00123", "1.234", "1,5", "2025-01-01", "10/2025", "05h00", "12.0", "1e5", "x", "đã", "có"),
)
TEXT = (
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
    .map(lambda words: nfc(" ".join(words)))
    .filter(lambda text: not blank(text))
)
DAY = st.dates(dt.date(1954, 1, 1), dt.date(2063, 1, 1)).map(dt.date.isoformat)
PARTIAL = st.one_of(DAY, DAY.map(lambda day: day[:7]), DAY.map(lambda day: day[:4]))
MOMENT = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2050, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
ADDRESS = st.sampled_from(
    ("https://a.vn/x?y=1&z=%C4%90#c", "http://a.vn", "file:Sổ_cụm_'1'.xlsx", "https://b.vn/(1);a,b")
)
BY_PATTERN = {
    TRIMMED: TEXT,
    URL: ADDRESS,
    ISO_DATE: PARTIAL,
    columns.CLUSTER_ID: st.from_regex(r"(PT|VP|HB)-[0-9]{3}", fullmatch=True)
    | st.sampled_from(("007", "1.5", "2025-01", "a_b.c-d", "E5")),
    r"^\d+(/\d+)*$": st.sampled_from(("110", "35", "0022", "220/110", "110/35/22")),
    r"^EPSG:\d{4,5}$": st.sampled_from(("EPSG:9208", "EPSG:4326")),
    r"^(19|20)\d{2}-(0[1-9]|1[0-2])$": DAY.map(lambda day: day[:7]),
}
COMMUNES = facts.load("communes")
CLUSTERS = facts.load("clusters")["cluster_id"]
POINTED = {("former_units", "new_code"): COMMUNES["code"]} | {
    (table, column): CLUSTERS
    for table, column, target, _ in registry.references()
    if target == "clusters"
}
CODES_OF_COMMUNES = st.sampled_from(sorted(COMMUNES["code"]))


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers a column may hold: any, small, round, and with three decimals."""
    several = (
        st.floats(low, high),
        st.integers(int(np.ceil(low)), int(high)).map(float),
        st.integers(int(np.ceil(1000 * low)), int(1000 * high)).map(lambda value: value / 1000),
    )
    return st.one_of(several).filter(lambda value: low <= value <= high)


def values(table: str, column: str) -> st.SearchStrategy[object]:
    """Return what a cell of a column may hold, blanks too where the table allows them."""
    declared = ALL_TABLES[table].columns[column]
    limits = {key: value for check in declared.checks for key, value in check.statistics.items()}
    kind = str(declared.dtype)
    if (table, column) in POINTED:
        made = st.sampled_from(sorted(POINTED[table, column]))
    elif codes := codes_of(table, column):
        made = st.sampled_from(CODES[codes])
    elif kind.startswith("datetime"):
        made = MOMENT
    elif kind == "bool":
        made = st.booleans()
    elif kind == "Int64":
        made = st.integers(limits["min_value"], limits["max_value"])
    elif kind == "float64":
        made = numbers(limits["min_value"], limits["max_value"])
    elif limits["pattern"] == CODE:
        own = column in ("code", "former_code")
        made = st.from_regex(r"[0-9]{5}", fullmatch=True) if own else CODES_OF_COMMUNES
    else:
        made = BY_PATTERN[limits["pattern"]]
    return st.none() | made if declared.nullable else made


@functools.cache
def rows(table: str) -> st.SearchStrategy[pd.DataFrame]:
    """Return whole valid tables of one to four rows."""
    model = ALL_TABLES[table]
    unique = [lambda row, c=c: row[c] for c, column in model.columns.items() if column.unique]
    unique.append(lambda row: tuple(row[column] for column in registry.TABLES[table].key))
    row = st.fixed_dictionaries({column: values(table, column) for column in model.columns})
    if table == "outages":
        row = row.map(in_order)
    return st.lists(row, min_size=1, max_size=4, unique_by=tuple(unique)).map(
        lambda found: model.validate(unmixed(pd.DataFrame(found, columns=list(model.columns))))
    )


def unmixed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that is a sample or none: an import refuses both in one."""
    return frame.assign(sample=frame["sample"].iloc[0]) if "sample" in frame else frame


def in_order(row: dict[str, object]) -> dict[str, object]:
    """Return an outage that ends after it starts."""
    for column in ("end", "announced_end"):
        if row[column] is not None:
            row[column] = max(row[column], row["start"])
    return row


@pytest.mark.parametrize("excel", [False, True])
def test_hours_that_are_all_midnight_stay_hours(excel):
    frame = pd.DataFrame({"start": pd.to_datetime(["2050-01-01", "2050-01-02"])})
    assert b"2050-01-01 00:00:00" in export.to_csv(frame, excel=excel)


# ---- out and in --------------------------------------------------------------------------


def squares(count: int, size: float = 0.01) -> list[shapely.Polygon]:
    return [
        shapely.box(105.2 + size * i, 21.3, 105.2 + size * (i + 1), 21.31) for i in range(count)
    ]


def snapshot_of(table: str, frame: pd.DataFrame, folder: Path):
    """Return a snapshot with this table and what every download names."""
    communes = gpd.GeoDataFrame(COMMUNES.head(2), geometry=squares(2), crs=4326)
    tables = {"communes": communes}
    published = {name: Table(made, "x", "2026") for name, made in {**tables, table: frame}.items()}
    return Store(folder / "kho").publish(
        published, Act("prepare"), border_quality="reference", created=NOON
    )


def as_sheets_keep(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the 15 digits of a number that Excel keeps."""
    kept = frame.copy()
    for name in kept.select_dtypes("float"):
        kept[name] = [float(f"{value:.15g}") for value in kept[name]]
    return kept


def base(table: str) -> dict[str, pd.DataFrame]:
    """Return what a file is held against: the tables it points to, and none of its own."""
    edges = np.linspace(104, 107, len(COMMUNES) + 1)
    strips = [shapely.box(west, 20, east, 23) for west, east in itertools.pairwise(edges)]
    province = gpd.GeoDataFrame(COMMUNES, geometry=strips, crs=4326)
    clusters = facts.load("clusters").assign(area_ha=np.nan)
    return {"communes": province, "clusters": clusters.head(0) if table == "clusters" else clusters}


def imported(table: str, content: bytes, name: str, before: dict[str, pd.DataFrame], **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        contents, unreadable = bring.read_all([(path, name)])
    assert unreadable == []
    return bring.check(contents, Options(table, "2026-11-25", **options), before)


ASKED = {"importing.cluster_added", "cells.share"}
"""New codes, and a share of 0,5 where the column counts per cent: asked, and taken as it stands."""


def assert_same(table: str, draft, frame: pd.DataFrame) -> None:
    told = [finding for finding in draft.findings if finding.level != "note"]
    assert [f.message() for f in told if f.key not in ASKED] == []
    columns = list(ALL_TABLES[table].columns)
    assert_frame_equal(
        pd.DataFrame(draft.tables[table])[columns], pd.DataFrame(frame)[columns], check_exact=True
    )


@pytest.mark.parametrize("table", PLAIN)
@MOST
@given(data=st.data())
def test_the_workbook_of_all_data_is_imported_as_it_was(table, data):
    frame = as_sheets_keep(data.draw(rows(table)))
    lang = data.draw(st.sampled_from(LANGS))
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(table, frame, Path(folder))
        content = everything.everything(snapshot, "xlsx", lang)
    draft = imported(table, content, "tất cả.xlsx", base(table))
    assert_same(table, draft, frame)
    again = imported(table, content, "tất cả.xlsx", {**base(table), table: frame})
    counts = again.counts[table]
    assert (counts.unchanged, counts.added, counts.changed) == (len(frame), 0, 0)


@pytest.mark.parametrize("excel", [False, True])
@pytest.mark.parametrize("table", PLAIN)
@MOST
@given(data=st.data())
def test_a_table_as_csv_is_imported_as_it_was(table, excel, data):
    frame = data.draw(rows(table))
    lang = data.draw(st.sampled_from(LANGS))
    content = export.to_csv(in_words(table, frame, lang), excel=excel)
    assert_same(table, imported(table, content, "bảng.csv", base(table)), frame)


@pytest.mark.parametrize("table", PLAIN)
@MOST
@given(data=st.data())
def test_a_table_as_workbook_is_imported_as_it_was(table, data):
    frame = as_sheets_keep(data.draw(rows(table)))
    lang = data.draw(st.sampled_from(LANGS))
    shown = in_words(table, frame, lang)
    content = export.to_xlsx(shown, notes={"Nguồn": "x"}, sheet=table)
    assert_same(table, imported(table, content, "bảng.xlsx", base(table)), frame)


# ---- with geometry -----------------------------------------------------------------------

LON, LAT = st.floats(105.0, 105.4), st.floats(21.2, 21.5)


@st.composite
def shapes(draw, table: str, count: int) -> list[shapely.Geometry]:
    """Return outlines that do not touch, some of two parts with a hole; lines of one or two."""
    made = []
    for at in range(count):
        x, y = 105.0 + 0.1 * at + draw(st.floats(0, 0.01)), draw(LAT)
        if table == "outlines":
            size = draw(st.floats(0.002, 0.012))
            outer = shapely.box(x, y, x + size, y + size, ccw=True)
            hole = shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2)
            parts = [outer.difference(hole) if draw(st.booleans()) else outer]
            if draw(st.booleans()):
                parts.append(shapely.box(x + 0.03, y, x + 0.035, y + 0.004))
            parts = [shapely.geometry.polygon.orient(part) for part in parts]
            made.append(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))
        else:
            ends = draw(st.lists(st.tuples(LON, LAT), min_size=2, max_size=5, unique=True))
            line = shapely.LineString(ends)
            other = shapely.LineString([(x, 21.2), (x + 0.01, 21.25)])
            made.append(shapely.MultiLineString([line, other]) if draw(st.booleans()) else line)
    return made


def written(table: str, frame: gpd.GeoDataFrame, kind: str, folder: Path) -> bytes:
    if kind == "gpkg":
        return everything.everything(snapshot_of(table, frame, folder), "gpkg")
    return export.to_geojson(frame, notes={"Nguồn": "x"})


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
@pytest.mark.parametrize("table", DRAWN)
@MOST
@given(data=st.data())
def test_a_layer_is_imported_as_it_was(table, kind, data):
    frame = data.draw(rows(table))
    drawn = data.draw(shapes(table, len(frame)))
    frame = gpd.GeoDataFrame(frame, geometry=drawn, crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        content = written(table, frame, kind, Path(folder))
    draft = imported(table, content, f"lớp.{kind}", base(table))
    assert_same(table, draft, frame)
    back = draft.tables[table]
    assert back.crs == frame.crs
    assert same_places(back.geometry, frame.geometry)


def same_places(left: gpd.GeoSeries, right: gpd.GeoSeries) -> bool:
    """Return whether the coordinates are equal to the last bit, one part or a collection of one."""
    pairs = zip(left, right, strict=True)
    return all(
        shapely.equals_identical(*(shapely.normalize(shapely.union_all([s])) for s in pair))
        or shapely.equals_exact(*(shapely.normalize(as_many(s)) for s in pair), tolerance=0)
        for pair in pairs
    )


def as_many(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    many = shapely.MultiPolygon if "Polygon" in shape.geom_type else shapely.MultiLineString
    return many(list(parts))


@pytest.mark.parametrize("table", DRAWN)
@MOST
@given(data=st.data())
def test_the_geoparquet_of_all_data_is_the_table(table, data):
    frame = data.draw(rows(table))
    frame = gpd.GeoDataFrame(frame, geometry=data.draw(shapes(table, len(frame))), crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        snapshot = snapshot_of(table, frame, Path(folder))
        content = everything.everything(snapshot, "geoparquet")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        back = gpd.read_parquet(io.BytesIO(archive.read(f"{table}.parquet")))
    assert_frame_equal(pd.DataFrame(back), pd.DataFrame(frame))


# ---- communes: borders from a layer, everything else from a table ------------------------


@st.composite
def provinces(draw) -> gpd.GeoDataFrame:
    """Return communes with borders of one quality, beside each other without gaps."""
    frame = draw(rows("communes"))
    edges = np.linspace(105, 105.2, len(frame) + 1)
    tops = [21.3 + draw(st.floats(0, 0.05)) for _ in edges]
    drawn = [
        shapely.Polygon([(west, 21.2), (east, 21.2), (east, right), (west, left)])
        for (west, left), (east, right) in itertools.pairwise(zip(edges, tops, strict=True))
    ]
    quality = draw(st.sampled_from(("schematic", "reference", "official")))
    made = gpd.GeoDataFrame(frame, geometry=drawn, crs=4326)
    return made.assign(measured_ha=areas_ha(made.geometry), border_quality=quality)


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
@MOST
@given(frame=provinces())
def test_borders_are_imported_as_they_were_and_no_better_than_they_were(kind, frame):
    with tempfile.TemporaryDirectory() as folder:
        content = written("communes", frame, kind, Path(folder))
    draft = imported("communes", content, f"ranh.{kind}", {"communes": frame})
    assert {f.key for f in draft.findings if f.level != "note"} <= {"importing.border_area"}
    back = draft.tables["communes"]
    assert_frame_equal(
        pd.DataFrame(back).drop(columns="geometry"), pd.DataFrame(frame).drop(columns="geometry")
    )
    assert same_places(back.geometry, frame.geometry)
    assert draft.border_quality == frame["border_quality"].iloc[0]


@MOST
@given(frame=provinces(), lang=st.sampled_from(LANGS))
def test_what_is_said_of_communes_is_imported_and_their_borders_stay(frame, lang):
    kept = gpd.GeoDataFrame(as_sheets_keep(frame), crs=frame.crs)
    with tempfile.TemporaryDirectory() as folder:
        content = everything.everything(snapshot_of("communes", kept, Path(folder)), "xlsx", lang)
    before = kept.assign(population=pd.array([500] * len(kept), dtype="Int64"), note=None)
    draft = imported("communes", content, "xã.xlsx", {"communes": before})
    assert_same("communes", draft, kept)
    assert_frame_equal(pd.DataFrame(draft.tables["communes"]), pd.DataFrame(kept))


# ---- a table without shapes for things that have some ------------------------------------


def lines(*codes: str) -> gpd.GeoDataFrame:
    rows = {"line_id": list(codes), "voltage_kv": "35", "status": "operating"}
    said = pd.DataFrame(rows).assign(source_url="file:a.csv", as_of="2026")
    columns = list(ALL_TABLES["power_lines"].columns)
    typed = ALL_TABLES["power_lines"].validate(said.reindex(columns=columns))
    drawn = [shapely.LineString([(105, 21.3), (105.1, 21.3 + i / 10)]) for i in range(len(codes))]
    return gpd.GeoDataFrame(typed, geometry=drawn, crs=4326)


LIST = "Mã đường dây;Điện áp (kV);Trạng thái\nDZ-1;110;đang xây dựng\n"


def test_a_list_of_lines_changes_known_ones_and_refuses_those_without_a_shape():
    known = {**base("power_lines"), "power_lines": lines("DZ-1", "DZ-2")}
    draft = imported("power_lines", LIST.encode(), "đz.csv", known)
    assert [f.message() for f in draft.of("refused")] == []
    back = draft.tables["power_lines"]
    assert back["voltage_kv"].tolist() == ["110", "35"]
    assert shapely.equals_identical(
        back.geometry.to_numpy(), known["power_lines"].geometry.to_numpy()
    ).all()
    unknown = f"{LIST}DZ-9;110;đang xây dựng\n".encode()
    draft = imported("power_lines", unknown, "đz.csv", known)
    (refused,) = draft.of("refused")
    assert (refused.key, refused.row) == ("importing.row_without_shape", 3)
    assert "DZ-9" in refused.message()
    assert not draft.tables


def test_a_list_beside_a_layer_keeps_the_shapes_of_known_lines(tmp_path):
    known = {**base("power_lines"), "power_lines": lines("DZ-1", "DZ-2")}
    layer, table = tmp_path / "đz.geojson", tmp_path / "đz.csv"
    moved = lines("DZ-2").assign(voltage_kv="22")
    layer.write_bytes(export.to_geojson(moved, notes={}))
    table.write_text(LIST, encoding="utf-8")
    contents, _ = bring.read_all([(path, path.name) for path in (layer, table)])
    draft = bring.check(contents, Options("power_lines", "2026-11-25"), known)
    assert [f.message() for f in draft.of("refused")] == []
    back = draft.tables["power_lines"]
    assert back["voltage_kv"].tolist() == ["110", "22"]
    expected = [known["power_lines"].geometry.iloc[0], moved.geometry.iloc[0]]
    assert shapely.equals_identical(back.geometry.to_numpy(), expected).all()


def test_a_list_of_communes_neither_adds_nor_drops_one():
    communes = base("communes")["communes"]
    head, row = "Mã xã;Dân số\n", f"{communes['code'].iloc[0]};9000\n"
    before = {"communes": communes}
    draft = imported("communes", (head + row).encode(), "xã.csv", before)
    assert [f.message() for f in draft.of("refused")] == []
    counts = draft.counts["communes"]
    assert (counts.changed, counts.unchanged, counts.removed) == (1, 147, 0)
    draft = imported("communes", f"{head}{row}99999;9000\n".encode(), "xã.csv", before)
    assert [(f.key, f.row) for f in draft.of("refused")] == [("importing.row_without_shape", 3)]
    draft = imported("communes", (head + row).encode(), "xã.csv", before, replace=True)
    assert [f.key for f in draft.of("refused")] == ["importing.communes_stay"]


def test_another_sheet_is_left_out_and_told(tmp_path):
    frame = facts.load("substations").head(2)
    content = everything.everything(snapshot_of("substations", frame, tmp_path), "xlsx")
    draft = imported("substations", content, "tất cả.xlsx", base("substations"))
    (told,) = [f for f in draft.findings if f.key == "importing.parts_unused"]
    assert "communes" in told.message()
    assert "substations" in told.message()
