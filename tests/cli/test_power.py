"""The commands on outage logs, as a script calls them."""

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lib.cli.main import app
from lib.language.errors import DataRefusedError, StoreError, WrongUseError
from lib.power.madeup import sample_outages
from lib.store.store import Act, Store, Table
from lib.tables import facts


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "mau.csv"
    done = run("sample-outages", "--events", 300, "--seed", 7, "--out", path)
    assert done.exit_code == 0, done.output
    assert "MẪU" in done.output
    return path, tmp_path / "mau-khach-hang.csv"


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("commune", ["commune_code"]),
        ("month", ["month"]),
        ("commune,month", ["commune_code", "month"]),
        ("district", ["district"]),
        ("province,month", ["province", "month"]),
    ],
)
def test_the_columns_are_those_of_the_contract(log, tmp_path, by, keys):
    out = tmp_path / "out.csv"
    done = run("reliability", "--outages", log[0], "--customers", log[1], "--by", by, "--out", out)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out, dtype={"commune_code": str})
    wanted = ["saifi", "saidi_min", "caidi_min", "maifi", "interruptions", "customer_minutes"]
    assert list(table.columns)[: len(keys) + 6] == keys + wanted
    assert table["interruptions"].sum() > 0
    assert table["saidi_min"].notna().any()


def test_the_records_of_the_rules_are_written_where_they_are_asked_for(log, tmp_path):
    rows = pd.read_csv(log[0], dtype=str).head(3).drop(columns="sample")
    rows.loc[1, "end"] = None
    rows.loc[2, "end"] = "2020-01-01 00:00"
    rows.to_csv(tmp_path / "log.csv", index=False)
    told = tmp_path / "told.csv"
    out = ("--out", tmp_path / "out.csv", "--report", told)
    done = run("reliability", "--outages", tmp_path / "log.csv", *out)
    assert done.exit_code == 0, done.output
    listed = pd.read_csv(told, dtype=str).set_index("rule")
    assert listed.loc["end_before_start", "start"] == f"{pd.Timestamp(rows.loc[2, 'start'])}"
    assert listed.loc["without_end", "rule_in_words"] == "chưa có lúc kết thúc"
    nowhere = ("--report", tmp_path / "none" / "told.csv")
    assert isinstance(run("reliability", *out[:2], *nowhere).exception, WrongUseError)


def test_without_customers_there_are_counts_and_no_indices(log, tmp_path):
    out = tmp_path / "out.xlsx"
    assert run("reliability", "--outages", log[0], "--by", "month", "--out", out).exit_code == 0
    sheet = openpyxl.load_workbook(out)["reliability"]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, [c.value for c in row], strict=True)) for row in sheet.iter_rows(2)]
    assert all(row["saidi_min"] is None for row in rows)
    assert sum(row["interruptions"] for row in rows) > 0


def test_the_same_seed_gives_the_same_log(log, tmp_path):
    again = tmp_path / "again.csv"
    run("sample-outages", "--events", 300, "--seed", 7, "--out", again)
    assert again.read_bytes() == log[0].read_bytes()


def test_a_result_of_an_unknown_kind_is_wrong_use(log, tmp_path):
    done = run("reliability", "--outages", log[0], "--out", tmp_path / "out.pdf")
    assert isinstance(done.exception, WrongUseError)


SOURCE = {"source_url": "file:nhat-ky.csv", "as_of": "2026-01-05"}


def read_book(path):
    return pd.read_excel(path, engine="openpyxl")


def store_of(folder, *, sample=False, log=True):
    """Return the folder of a store with a log; not a sample only by its mark."""
    tables = {"communes": facts.load("communes")}
    if log:
        outages, customers = sample_outages(300, 7, tables["communes"])
        outages = outages.assign(**SOURCE, station=None, area_text=None, sample=sample)
        tables |= {"outages": outages, "customers": customers.assign(**SOURCE, sample=sample)}
    named = {n: Table(frame, "import: nhat-ky.csv", "2026-01-05") for n, frame in tables.items()}
    Store(folder).publish(named, Act("import"), border_quality="schematic")
    return folder


def test_without_files_the_store_is_read_and_a_real_log_has_no_mark(log, tmp_path):
    store = store_of(tmp_path / "store")
    outs = [tmp_path / "a.csv", tmp_path / "b.csv"]
    done = run("reliability", "--store", store, "--out", outs[0])
    assert done.exit_code == 0, done.output
    assert "MẪU" not in done.output
    run("reliability", "--outages", log[0], "--customers", log[1], "--out", outs[1])
    real, sample = (pd.read_csv(out) for out in outs)
    assert list(sample.columns) == [*real.columns, "data"]
    pd.testing.assert_frame_equal(real, sample.drop(columns="data"))


@pytest.mark.parametrize(("log", "error"), [(False, DataRefusedError), (None, StoreError)])
def test_a_store_without_a_log_is_refused_with_what_to_do(tmp_path, log, error):
    store = store_of(tmp_path / "store", log=log) if log is not None else tmp_path / "none"
    done = run("reliability", "--store", store, "--out", tmp_path / "a.csv")
    assert isinstance(done.exception, error)
    assert done.exception.exit_code == 3
    assert not (tmp_path / "a.csv").exists()
    if log is False:
        assert "--outages" in str(done.exception)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_what_comes_from_a_sample_says_so_in_every_kind_of_file(tmp_path, kind):
    store, out = store_of(tmp_path / "store", sample=True), tmp_path / f"a.{kind}"
    done = run("reliability", "--store", store, "--by", "all", "--out", out)
    assert done.exit_code == 0, done.output
    assert "MẪU" in done.output
    reader = {"csv": pd.read_csv, "xlsx": read_book, "parquet": pd.read_parquet}[kind]
    rows = reader(out)
    assert rows["data"].tolist() == ["mẫu"]
    if kind == "xlsx":
        notes = [c.value for row in openpyxl.load_workbook(out)["Ghi chú"] for c in row]
    elif kind == "parquet":
        notes = [text.decode() for text in pq.read_schema(out).metadata.values()]
    if kind != "csv":
        assert any("MẪU" in note for note in notes)
        last = pd.read_parquet(next(store.rglob("outages.parquet")))["start"].max()
        assert any(f"import: nhat-ky.csv ({last:%d/%m/%Y})" in note for note in notes)
        assert any("Nhật ký từ" in note for note in notes)


def test_former_provinces_kinds_and_the_momentary_limit(log, tmp_path):
    out = tmp_path / "a.csv"
    words = ["reliability", "--outages", log[0], "--customers", log[1], "--out", out]
    assert run(*words, "--by", "province").exit_code == 0
    assert sorted(pd.read_csv(out)["province"]) == ["Hòa Bình", "Phú Thọ", "Vĩnh Phúc"]
    counts = {}
    for option in ((), ("--planned", "planned"), ("--momentary", 0)):
        run(*words, "--by", "all", *option)
        counts[option] = int(pd.read_csv(out)["interruptions"].item())
    assert 0 < counts["--planned", "planned"] < counts[()] < counts["--momentary", 0] == 300


def test_major_event_days_are_taken_out_and_named(tmp_path):
    days = pd.date_range("2025-01-01", periods=31)
    log = pd.DataFrame({"start": days + pd.Timedelta(hours=9), "commune_code": "07900"})
    minutes = [10 + n % 4 for n in range(30)] + [480]
    log["end"] = log["start"] + pd.to_timedelta(minutes, unit="min")
    log["customers_interrupted"] = [10] * 30 + [900]
    served = pd.DataFrame(
        {"commune_code": ["07900"], "month": ["2025-01"], "customers_served": [1000]}
    )
    paths = tmp_path / "log.csv", tmp_path / "served.csv"
    for path, frame in zip(paths, (log, served), strict=True):
        frame.to_csv(path, index=False)
    words = ["reliability", "--outages", paths[0], "--customers", paths[1], "--by", "all"]
    done = run(*words, "--exclude-major-days", "--out", tmp_path / "a.xlsx")
    assert done.exit_code == 0, done.output
    assert "31/01/2025" in done.output
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    notes = [c.value for row in book["Ghi chú"] for c in row]
    assert any("31/01/2025" in note for note in notes)
    assert read_book(tmp_path / "a.xlsx")["interruptions"].item() == 30


def test_real_outages_are_not_divided_by_made_up_customers(log, tmp_path):
    real = tmp_path / "that.csv"
    pd.read_csv(log[0], dtype=str).drop(columns="sample").to_csv(real, index=False)
    out = tmp_path / "a.csv"
    done = run("reliability", "--outages", real, "--customers", log[1], "--out", out)
    assert isinstance(done.exception, DataRefusedError)
    assert "mau-khach-hang.csv" in str(done.exception)
    assert not out.exists()


def test_a_commune_of_several_districts_is_a_group_of_its_own(log, tmp_path):
    out = {by: tmp_path / f"{by}.csv" for by in ("district", "all")}
    for by, path in out.items():
        words = ("--outages", log[0], "--customers", log[1], "--by", by, "--out", path)
        assert run("reliability", *words).exit_code == 0
    rows, whole = pd.read_csv(out["district"]), pd.read_csv(out["all"])
    mixed = rows["district"].str.contains(" + ", regex=False)
    assert mixed.any()
    assert (~mixed).any()
    assert rows["interruptions"].sum() == whole["interruptions"].sum()
    assert rows["customers_served"].sum() == pytest.approx(whole["customers_served"].sum())
