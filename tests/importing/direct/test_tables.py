"""Logs given to a command by hand: what is read, and that an import reads the same."""

import csv
import datetime as dt
import io
import random

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from facttables import fact_tables

from lib.importing import bring
from lib.importing.direct import longlog, tables
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError, WrongUseError
from lib.power import indices, inuse
from lib.power.served import served_table
from lib.store.store import Act, Store, Table

HEAD = "start,end,commune_code,customers_interrupted"
ROW = "2026-08-01 07:00,2026-08-01 08:00,07900,100"


def written(folder, text, name="nhat-ky.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rows(folder, text, **how):
    """Return the rows of a log and what was found in it."""
    given = tables.outages(written(folder, text, **how), folder)
    source = given.source
    frame = pd.read_parquet(source) if not isinstance(source, pd.DataFrame | None) else source
    return frame, given.findings


def refused(folder, text, **how):
    """Return the key and the row of each refusal or question of a log."""
    frame, found = rows(folder, text, **how)
    assert frame is None
    return [(finding.key, finding.row) for finding in tables.grave(found)]


def saifi(folder, text, **how):
    given = tables.outages(written(folder, text, **how), folder)
    served = written(folder, "commune_code,month,customers_served\n07900,2026-08,1000\n", "kh.csv")
    answer = indices.answer(given.source, tables.customers(served).source, by=("all",))
    return answer.rows["saifi"].item(), answer.rows["interruptions"].item()


TWO_MONTHS = "\n".join([HEAD, *[f"2026-08-0{n} 07:00,2026-08-0{n} 08:00,07900,100" for n in "123"]])


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        (f"{HEAD},feeder", ["2026-08-08 07:00,2026-08-08 08:00,07900,100,471"]),
        (HEAD, ["2026-08-08 07:00,2026-08-08 08:00,07900,100"]),
        (
            "end,start,customers_interrupted,commune_code",
            ["2026-08-08 08:00,2026-08-08 07:00,100,07900"],
        ),
        (
            "commune_code,start,end,planned,customers_interrupted",
            ["07900,2026-08-08 07:00,2026-08-08 08:00,planned,100"],
        ),
    ],
)
def test_a_second_heading_begins_its_own_columns(tmp_path, second, rows):
    assert saifi(tmp_path, "\n".join([TWO_MONTHS, second, *rows])) == (pytest.approx(0.4), 4)


@pytest.mark.parametrize(
    ("cell", "count"),
    [("1.200", 1200), ("1 200", 1200), ('"1,200"', 1200), ("1.234.567", 1234567), ("120 KH", 120)],
)
def test_customers_are_the_number_an_import_reads(tmp_path, cell, count):
    frame, _ = rows(tmp_path, f"{HEAD}\n2026-08-01 07:00,2026-08-01 08:00,07900,{cell}\n")
    assert frame["customers_interrupted"].tolist() == [count]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_end_of_lines_is_read(tmp_path, encoding, end):
    text = end.join([f"{HEAD},cause", f"{ROW},Sự cố lưới", f"{ROW[:-3]}7,Đứt dây", ""])
    frame, _ = rows(tmp_path, text, encoding=encoding)
    assert frame["cause"].tolist() == ["Sự cố lưới", "Đứt dây"]
    assert frame["customers_interrupted"].tolist() == [100, 7]


def test_ends_of_lines_of_two_kinds_and_the_vietnamese_code_page_are_read(tmp_path):
    frame, _ = rows(tmp_path, f"{HEAD}\n{ROW}\r\n{ROW}\n")
    assert len(frame) == 2
    marks = "".join  # cp1258 writes tones apart
    text = f"{HEAD},cause\n{ROW},{marks(['Đ', 'ư', chr(0x301), 't dây điê', chr(0x323), 'n'])}\n"
    frame, found = rows(tmp_path, text, encoding="cp1258")
    assert frame["cause"].tolist() == ["Đứt dây điện"]
    assert "readers.cp1258" in {finding.key for finding in found} or len(found) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}\n{ROW}\n2026-08-02 07:00,2026-08-02 08:00,07900,1,200\n", "readers.row_wider"),
        (f"{HEAD}\n{ROW}\n2026-08-02 07:00,2026-08-02 08:00,07900\n", "readers.row_narrower"),
        (f"{HEAD}\n{ROW}\n2026-08-02 07:00,2026-08-02\n", "readers.row_narrower"),
        (f"{HEAD},feeder\n{ROW},471\n{ROW},471,E4.1\n", "readers.row_wider"),
        (f"{HEAD}\n{ROW}\nmai,2026-08-02 08:00,07900,1\n", "cells.not_a_moment"),
        (f"{HEAD}\n{ROW}\n2026-08-02 07:00,2026-08-02 08:00,07900,nhiều\n", "cells.not_a_number"),
        (f"{HEAD}\n{ROW}\n2026-08-02,2026-08-02 08:00,07900,1\n", "cells.no_hour"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, text, said):
    assert (said, 3) in refused(tmp_path, text)


def test_no_sign_begins_a_comment(tmp_path):
    lines = ["# nhật ký,,,", HEAD, ROW, f"{ROW[:-3]}# 7", f"#{ROW}"]
    frame, _ = rows(tmp_path, "\n".join(lines[:3]))
    assert len(frame) == 1
    assert refused(tmp_path, "\n".join(lines[:4])) == [("cells.not_a_number", 4)]
    assert len(rows(tmp_path, "\n".join([*lines[:3], lines[4]]))[0]) == 2


def test_the_row_is_that_of_the_file_though_lines_are_empty_and_texts_go_over_two(tmp_path):
    text = f'{HEAD},cause\n{ROW},"hai\ndòng"\n\n{ROW},-\n\n\n2026-13-01 07:00,,07900,1,x\n'
    assert refused(tmp_path, text) == [("cells.not_a_moment", 7)]


def test_titles_totals_and_blank_rows_are_no_interruptions(tmp_path):
    text = f"Nhật ký tháng 8,,,\n\n{HEAD}\n{ROW}\n,,,\nTổng cộng,,,100\n"
    frame, _ = rows(tmp_path, text)
    assert len(frame) == 1


@pytest.mark.parametrize(("column", "kept"), [("customers_interrupted", 3), ("commune_code", 2)])
def test_a_column_without_which_nothing_is_counted_is_missed(tmp_path, column, kept):
    text = "\n".join(",".join(line.split(",")[:kept]) for line in (HEAD, ROW))
    found = rows(tmp_path, text)[1]
    assert column in {finding.column for finding in tables.grave(found)}


def test_a_column_there_twice_is_not_called_missing(tmp_path):
    text = f"{HEAD},customers_interrupted\n{ROW},900\n"
    assert refused(tmp_path, text) == [("headings.twice", 1)]


def test_a_file_that_is_not_there_empty_or_no_table_is_refused(tmp_path):
    with pytest.raises(WrongUseError):
        tables.outages(tmp_path / "khong.csv", tmp_path)
    with pytest.raises(DataRefusedError):
        rows(tmp_path, f"{HEAD}\n")
    for text in ("", "\0\0\0\0"):
        given = tables.outages(written(tmp_path, text), tmp_path) if not text else None
        assert given is None or tables.grave(given.findings)
    broken = tmp_path / "log.parquet"
    broken.write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(DataRefusedError):
        tables.outages(broken, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n01/1,5.7/2026,2026-08-01 08:00,100,\n",
        f"a,b,c,d,e,f\n{HEAD}\nmai,2026-08-01 08:00,07900,100\n",
    ],
)
def test_a_row_that_ends_elsewhere_for_duckdb_is_the_readers(tmp_path, text):
    path = written(tmp_path, text)
    assert longlog.read(path, tmp_path) is None
    assert tables.grave(tables.outages(path, tmp_path).findings)


def test_customers_are_read_though_what_pandas_noted_of_them_is_spoiled(tmp_path):
    path = tmp_path / "khach.parquet"
    rows = pa.table({"commune_code": ["07900"], "month": ["2026-08"], "customers_served": [7]})
    rows = rows.replace_schema_metadata({"pandas": '{"columns": [{"name": "month"}]}'})
    pq.write_table(rows, path)
    assert served_table(tables.customers(path).source)["served"].tolist() == [7]


def test_a_parquet_file_with_names_that_are_no_text_is_refused(tmp_path):
    path = tmp_path / "log.parquet"
    pd.DataFrame({"customers_served": [1]}).to_parquet(path)
    path.write_bytes(path.read_bytes().replace(b"customers_served", b"customers_serv\xff\xff"))
    with pytest.raises(DataRefusedError, match=r"log\.parquet"):
        tables.outages(path, tmp_path)


def test_customers_that_a_separator_tore_are_refused_by_row(tmp_path):
    torn = '"Xã, phường",Tháng,Số KH\nphường Việt Trì,2026-08,1,200\nphường Nông Trang,2026-08,2,4'
    found = tables.customers(written(tmp_path, torn)).findings
    assert [(f.key, f.row) for f in tables.grave(found)] == [
        ("readers.row_wider", 2),
        ("readers.row_wider", 3),
    ]
    whole = tables.customers(
        written(tmp_path, torn.replace("1,200", '"1,200"').replace("2,4", "9"))
    )
    assert whole.source["customers_served"].tolist() == [1200, 9]
    assert whole.source["commune_code"].tolist() == ["07900", "07894"]


def test_a_few_odd_rows_of_a_long_log_are_read_where_they_stand(tmp_path):
    days = pd.date_range("2020-01-01", periods=60_000, freq="h")
    lines = [
        f"{day:%Y-%m-%d %H:%M},{day:%Y-%m-%d %H}:30,07900,{n % 90}" for n, day in enumerate(days)
    ]
    lines[40_000] = lines[40_000].rpartition(",")[0] + ",1.200"
    path = written(tmp_path, "\n".join([HEAD, *lines]))
    made = longlog.read(path, tmp_path)
    frame = pd.read_parquet(made.path)
    assert len(frame) == len(days)
    odd = frame[frame["customers_interrupted"] == 1200]
    assert odd["start"].tolist() == [days[40_000]]
    lines[50_000] = "mai" + lines[50_000][16:]
    found = longlog.read(written(tmp_path, "\n".join([HEAD, *lines])), tmp_path).findings
    assert [(f.key, f.row) for f in tables.grave(found)] == [("cells.not_a_moment", 50_002)]


# ---- the same as import and store ------------------------------------------------------------


HEADS = {
    "start": ["start", "Bắt đầu", "Thời gian bắt đầu"],
    "end": ["end", "Kết thúc"],
    "commune_code": ["commune_code", "Mã xã", "Xã, phường"],
    "customers_interrupted": ["customers_interrupted", "Số KH", "Số khách hàng mất điện"],
    "planned": ["planned", "Loại"],
    "cause": ["cause", "Nguyên nhân"],
    "feeder": ["feeder", "Lộ"],
}
PLACES = ["07900", "07909", "4792", "phường Việt Trì", "xã Đoan Hùng", "X. Không Có Đâu"]
COUNTS = ["0", "7", "1200", "1.200", "1 200", "1,200", "12 KH", "", "-", "1.20", "ba", "007", "2.5"]
KINDS = ["planned", "unplanned", "Sự cố", "kế hoạch", "true", "0", "", "unknown", "lạ lắm"]
WORDS = [
    "",
    "Đứt dây",
    "471E4.1/02",
    "'=1+1",
    "  hai  chữ ",
    "n/a",
    "chập\u200b mạch",
    "–",
    "a;b,c|d",
]
TIMES = [
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%H:%M %d/%m/%Y",
    "%Hh%M ngày %d/%m/%Y",
    "%Y-%m-%d %H:%M+07:00",
]


def made(chance):
    """Return the cells of a small log, its heading first; two in five are strange."""
    columns = [c for c in HEADS if c in list(HEADS)[:4] or chance.random() < 0.7]
    chance.shuffle(columns)
    strange = chance.random() < 0.4
    form = chance.choice(TIMES)
    lines = [[chance.choice(HEADS[column]) for column in columns]]
    for at in range(chance.randint(1, 5)):
        start = dt.datetime(2026, 8, 1 + at, chance.randint(0, 23), chance.randint(0, 59))  # noqa: DTZ001
        end = start + dt.timedelta(minutes=chance.randint(1, 3000))
        stated = "" if chance.random() < 0.1 else end.strftime(form)
        cells = {
            "start": "mốt" if strange and chance.random() < 0.1 else start.strftime(form),
            "end": stated,
            "commune_code": chance.choice(PLACES if strange else PLACES[:5]),
            "customers_interrupted": chance.choice(COUNTS if strange else COUNTS[:8]),
            "planned": chance.choice(KINDS if strange else KINDS[:8]),
            "cause": chance.choice(WORDS),
            "feeder": f"47{at}",
        }
        line = [cells[column] for column in columns]
        if strange and chance.random() < 0.15:
            line = line[:-1] if chance.random() < 0.5 else [*line, "thừa"]
        lines.append(line)
    return lines


def saved(chance, lines, folder, number):
    """Write a log in some format and dialect."""
    kind = chance.choice(["csv", "csv", "csv", "txt", "xlsx"])
    path = folder / f"nhat-ky-{number}.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append([cell or None for cell in line])
        book.save(path)
        return path
    text = io.StringIO()
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = chance.choice(["\n", "\r\n"])
    csv.writer(
        text, delimiter=chance.choice(";,|\t"), quoting=quoting, lineterminator=end
    ).writerows(lines)
    content = text.getvalue() + end * chance.randint(0, 2)
    path.write_bytes(content.encode(chance.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])))
    return path


COLUMNS = ["start", "end", "commune_code", "customers_interrupted", "planned", "cause", "feeder"]


def plain(frame):
    """Return the rows as plain values, in order of time."""
    shown = frame.reindex(columns=COLUMNS).sort_values("start", ignore_index=True)
    shown["planned"] = shown["planned"].astype(object).fillna("unknown")
    return shown.astype(object).where(shown.notna(), None).to_numpy().tolist()


def in_a_store(folder, draft):
    """Publish what an import brings and return the tables as they are read from the snapshot."""
    brought = {name: Table(table, "test", "2026-09-30") for name, table in draft.tables.items()}
    Store(folder).publish(brought, Act("test"), border_quality="schematic")
    snapshot = Store(folder).current()
    return {name: snapshot.read(name) for name in brought}


def test_two_hundred_logs_are_read_or_refused_as_import_and_store_do(tmp_path):
    wanted = ("communes", "former_units", "ended_units")
    base = {name: table for name, table in fact_tables().items() if name in wanted}
    ends = {"read": 0, "refused": 0}
    for number in range(200):
        chance = random.Random(number)  # noqa: S311 - chance, no secret
        path = saved(chance, made(chance), tmp_path, number)
        before = path.read_bytes()
        given = tables.outages(path, tmp_path)
        contents, lost = bring.read_all([(path, path.name)])
        draft = bring.check(contents, Options("outages", "2026-09-30"), base, unreadable=lost)
        assert path.read_bytes() == before
        if given.source is None:
            said = {(f.key, f.row) for f in tables.grave(given.findings)}
            also = {(f.key, f.row) for f in tables.grave(draft.findings)} - said
            assert said <= {(f.key, f.row) for f in tables.grave(draft.findings)}, number
            # A row cut off may lack what a table in use has to have, too.
            assert also <= {("schemas.blank", row) for _, row in said}, number
            ends["refused"] += 1
            continue
        assert not tables.grave(draft.findings), (number, [f.message() for f in draft.findings])
        source = given.source
        frame = source if isinstance(source, pd.DataFrame) else pd.read_parquet(source)
        kept = in_a_store(tmp_path / "store", draft)
        assert plain(frame) == plain(kept["outages"]), number
        ends["read"] += 1
        if number % 50 == 0:
            stored = inuse.log_in_use({**base, **kept}).outages
            ways = [indices.answer(one, None, by=("commune", "month")) for one in (source, stored)]
            pd.testing.assert_frame_equal(ways[0].rows, ways[1].rows)
            assert ways[0].rules == ways[1].rules
    assert min(ends.values()) > 50, ends


def test_a_parquet_file_that_breaks_while_it_is_read_is_refused_not_other_errors(tmp_path):
    days = pd.date_range("2026-01-01", periods=5_000, freq="h")
    log = pd.DataFrame({"start": days, "end": days + pd.Timedelta(hours=1)})
    log["commune_code"], log["customers_interrupted"] = "07900", range(5_000)
    path = tmp_path / "log.parquet"
    log.to_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + b"\xff" * 4_000 + whole[4_060:])
    source = tables.outages(path, tmp_path).source
    with pytest.raises(DataRefusedError, match=r"log\.parquet"), tables.readable(path, None):
        indices.answer(source, None, by=("all",))
    with pytest.raises(PermissionError), tables.readable(tmp_path / "log.csv"):
        raise PermissionError
