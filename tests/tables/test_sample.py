"""A made-up log never counts with real rows, whatever it is read from or imported into."""

import io
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from facttables import fact_tables

from lib.geo.schematic import schematic_communes
from lib.importing import bring
from lib.importing.draft import Options
from lib.language.errors import DataRefusedError
from lib.power import inuse, view
from lib.power.madeup import sample_outages, write
from lib.reports.alldata import everything
from lib.store import history
from lib.store.store import Act, Store, Table
from lib.tables import facts
from lib.tables.sample import sample_of


@pytest.fixture(scope="module")
def made_up():
    return sample_outages(200, 3, facts.load("communes").head(5))


@pytest.mark.parametrize("kind", ["frame", "parquet"])
def test_a_sample_is_known_from_frames_and_files(tmp_path, made_up, kind):
    paths = made_up if kind == "frame" else write(tmp_path / f"mau.{kind}", *made_up)
    assert sample_of(*paths)
    assert sample_of(paths[0])


def test_rows_without_a_mark_are_real_and_mixtures_are_refused(tmp_path, made_up):
    outages, customers = made_up

    def saved(frame, name):
        path = tmp_path / f"{name}.parquet"
        frame.to_parquet(path, index=False)
        return path

    real = saved(outages.drop(columns="sample"), "that")
    said = saved(outages.assign(sample=False), "noi-ro")
    mixed = saved(outages.assign(sample=outages.index < 9), "lan")
    served = saved(customers, "khach-hang")
    assert not sample_of(real)
    assert not sample_of(said, saved(customers.assign(sample=False), "khach-hang-that"))
    with pytest.raises(DataRefusedError, match="lan"):
        sample_of(mixed)
    with pytest.raises(DataRefusedError, match="khach-hang"):
        sample_of(said, served)


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


def draft_of(path, kind, base, **options):
    contents, unreadable = bring.read_all([(path, path.name)])
    chosen = Options(kind, as_of="2026-01-05", **options)
    return bring.check(contents, chosen, base, unreadable=unreadable)


@pytest.fixture(scope="module")
def imported(tmp_path_factory, base, made_up):
    """Return a store with the facts, then the sample's outages, then its customers."""
    folder = tmp_path_factory.mktemp("sample")
    paths = write(folder / "mau.csv", *made_up)
    store = Store(folder / "store")
    tables = {name: Table(frame, "facts", "2025-07-01") for name, frame in base.items()}
    store.publish(tables, Act("prepare"), border_quality="schematic")
    for path, kind in zip(paths, ("outages", "customers"), strict=True):
        before = store.current()
        draft = draft_of(path, kind, bring.tables_of(before))
        assert not draft.refused, [f.message() for f in draft.of("refused")]
        bring.publish(store, draft, base=before, files={}, who="x", confirmed=True)
    return store


def test_an_imported_sample_stays_labelled_in_the_store_and_in_every_export(
    imported, made_up, tmp_path
):
    snapshot = imported.current()
    for name, frame in zip(("outages", "customers"), made_up, strict=True):
        kept = snapshot.read(name)
        assert len(kept) == len(frame)
        assert kept["sample"].all()
    assert snapshot.read("outages")["cause"].str.contains("mẫu").all()
    assert snapshot.read("outages")["outage_id"].str.startswith("MAU-").all()
    book = openpyxl.load_workbook(io.BytesIO(everything.everything(snapshot, "xlsx")))
    for name in ("outages", "customers"):
        heads, *rows = book[name].iter_rows(values_only=True)
        assert all(row[heads.index("Dữ liệu mẫu")] is True for row in rows)
    (tmp_path / "all.gpkg").write_bytes(everything.everything(snapshot, "gpkg"))
    layer = pyogrio.read_dataframe(tmp_path / "all.gpkg", "outages")
    assert layer["sample"].astype(bool).all()
    told = pyogrio.read_dataframe(tmp_path / "all.gpkg", "metadata").set_index("label")["text"]
    listed = {row[0]: row[1] for row in book["Ghi chú"].iter_rows(values_only=True)}
    for name in ("outages", "customers"):
        assert "dữ liệu MẪU" in listed[name]
        assert "dữ liệu MẪU" in told[name]
    assert "MẪU" not in listed["substations"]
    with zipfile.ZipFile(io.BytesIO(everything.everything(snapshot, "geoparquet"))) as archive:
        frame = pd.read_parquet(io.BytesIO(archive.read("outages.parquet")))
    assert frame["sample"].all()


def test_check_report_and_counts_name_a_sample(tmp_path, base, made_up):
    paths = write(tmp_path / "mau.csv", *made_up)
    draft = draft_of(paths[1], "customers", base)
    assert draft.sample("customers")
    assert "số liệu MẪU (60 dòng)" in str(draft.report())
    real = draft_of(paths[1], "customers", base, mapping={"sample": -1})
    assert not real.sample("customers")
    assert "MẪU" not in str(real.report())


def test_the_history_names_the_rows_of_a_sample_by_their_code(imported):
    newest, _, oldest = imported.snapshots()
    added = history.compare(oldest, newest)["outages"].added
    assert len(added) == 200
    assert all(code.startswith("MAU-") for (code,) in added)
    told = history.compare(oldest, newest)
    assert {name for name, difference in told.items() if difference.sample} == set(told)


def test_what_was_imported_gives_what_the_sample_gives(imported, made_up):
    snapshot = imported.current()
    tables = {name: snapshot.read(name) for name in ("communes", "outages", "customers")}
    facts_of_log = inuse.log_facts(tables)
    assert (facts_of_log.sample, facts_of_log.rows, facts_of_log.unplaced) == (True, 200, 0)
    rows = view.by_commune(tables, view.Choice()).dropna(subset="interruptions")
    length = made_up[0]["end"] - made_up[0]["start"]
    assert len(rows) == 5
    assert rows["interruptions"].sum() <= (length > pd.Timedelta(minutes=5)).sum()
    assert rows["saidi_min"].gt(0).all()


def test_real_rows_are_not_imported_beside_a_sample_but_may_replace_it(tmp_path, imported, made_up):
    path = tmp_path / "that.csv"
    made_up[0].head(9).drop(columns="sample").assign(
        outage_id=[f"PC-{n}" for n in range(9)], cause="sự cố"
    ).to_csv(path, index=False)
    tables = bring.tables_of(imported.current())
    draft = draft_of(path, "outages", tables)
    assert [f.key for f in draft.of("refused")] == ["importing.mixed_sample"]
    assert "--replace" in draft.of("refused")[0].message()
    alone = draft_of(path, "outages", tables, replace=True)
    assert not alone.refused, [f.message() for f in alone.of("refused")]
    assert len(alone.tables["outages"]) == 9
    assert not alone.tables["outages"]["sample"].any()
