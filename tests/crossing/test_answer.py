"""The answer as the command line gives it: from files, from facts, in four formats."""

import json

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from facttables import fact_tables
from typer.testing import CliRunner

from lib.cli.main import app
from lib.crossing import answer
from lib.crossing.verdict import COLUMNS
from lib.language.errors import PhuThoError

EAST, NORTH = 550_000, 2_350_000


@pytest.fixture
def files(tmp_path):
    boxes = [
        shapely.box(EAST - 4_000, NORTH, EAST, NORTH + 4_000),
        shapely.box(EAST, NORTH, EAST + 4_000, NORTH + 4_000),
    ]
    communes = gpd.GeoDataFrame(
        {"code": ["00001", "00002"], "name": ["Tây", "Đông"]}, geometry=boxes, crs=9208
    )
    outline = shapely.box(EAST - 600, NORTH + 1_000, EAST + 200, NORTH + 1_800)
    clusters = gpd.GeoDataFrame(
        {"cluster_id": ["C1"], "name": ["=Cụm <b>"]}, geometry=[outline], crs=9208
    )
    paths = tmp_path / "clusters.geojson", tmp_path / "communes.gpkg"
    clusters.to_crs(4326).to_file(paths[0], driver="GeoJSON")
    communes.to_file(paths[1], driver="GPKG")
    return paths


def run(*words):
    """Run the command; a refusal gives its exit code as `python -m lib` does."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    error = done.exception
    return error.exit_code if isinstance(error, PhuThoError) else done.exit_code


def call(files, out, *more):
    return run("cross-commune", "--clusters", files[0], "--communes", files[1], "--out", out, *more)


def test_two_plain_files_are_enough(files, tmp_path):
    out = tmp_path / "out.csv"
    assert call(files, out) == 0
    table = pd.read_csv(out, dtype={"commune_code": str, "lead": str})
    assert list(table.columns) == list(COLUMNS)
    assert table["commune_code"].tolist() == ["00001", "00002"]
    assert table["area_ha"].tolist() == pytest.approx([48.0, 16.0], abs=0.01)
    assert table["area_ha_low"].tolist() == pytest.approx([44.0, 12.0], abs=0.01)
    assert set(table["verdict"]) == {"cross_commune"}
    assert set(table["lead"]) == {"00001"}
    assert table["cluster_name"].iloc[0].startswith("'=")


def test_the_tolerance_reaches_the_interval(files, tmp_path):
    out = tmp_path / "out.csv"
    assert call(files, out, "--tolerance", "20") == 0
    assert pd.read_csv(out)["area_ha_low"].tolist() == pytest.approx([46.4, 14.4], abs=0.01)


@pytest.mark.parametrize("kind", ["xlsx", "geojson", "gpkg"])
def test_every_format_says_its_tolerance_and_rule(files, tmp_path, kind):
    out = tmp_path / f"out.{kind}"
    assert call(files, out, "--tolerance", "35") == 0
    if kind == "xlsx":
        book = openpyxl.load_workbook(out)
        assert [cell.value for cell in book["cross_commune"][1]] == list(COLUMNS)
        said = {row[0].value: row[1].value for row in book["Ghi chú"].iter_rows()}
    elif kind == "geojson":
        content = json.loads(out.read_text(encoding="utf-8"))
        assert len(content["features"]) == 2
        said = content["metadata"]
    else:
        shapes = gpd.read_file(out, layer="cross_commune")
        assert shapes.to_crs(9208).area.to_numpy() / 10_000 == pytest.approx([48.0, 16.0], abs=0.01)
        notes = gpd.read_file(out, layer="metadata")
        said = dict(zip(notes["label"], notes["text"], strict=True))
    assert said["Sai số ranh giới T (ranh giới cụm đo đạc)"] == "35\u00a0m"
    assert "T/2" in said["Quy tắc kết luận"]
    assert said["Số liệu đến ngày"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--tolerance", "2"], 2),
        (["--tolerance", "81"], 2),
        (["--tolerance", "a"], 2),
        (["--unknown"], 2),
    ],
)
def test_wrong_use_exits_2_and_writes_nothing(files, tmp_path, words, code):
    out = tmp_path / "out.csv"
    assert call(files, out, *words) == code
    assert not out.exists()


def test_half_of_the_files_a_strange_ending_and_a_missing_file_are_wrong_use(files, tmp_path):
    out = tmp_path / "out.csv"
    assert run("cross-commune", "--clusters", files[0], "--out", out) == 2
    assert call(files, tmp_path / "out.pdf") == 2
    assert call((tmp_path / "none.geojson", files[1]), out) == 2
    assert call(files, tmp_path / "nowhere" / "out.csv") == 2


def test_a_vrt_in_disguise_and_a_broken_file_are_refused(files, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("cluster_id,name,x,y\nleak,leak,105,21\n", encoding="utf-8")
    disguised = tmp_path / "disguised.geojson"
    disguised.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(files[1].read_bytes()[:2_000])
    out = tmp_path / "out.csv"
    assert call((disguised, files[1]), out) == 3
    assert call((files[0], broken), out) == 3
    assert not out.exists()


def test_only_outlines_that_cannot_be_cut_are_a_refusal(files, tmp_path):
    crossed = tmp_path / "crossed.geojson"
    shape = shapely.Polygon([(105, 21), (105.01, 21.01), (105.01, 21), (105, 21.01)])
    frame = gpd.GeoDataFrame({"cluster_id": ["C1"], "name": ["A"]}, geometry=[shape], crs=4326)
    frame.to_file(crossed, driver="GeoJSON")
    assert call((crossed, files[1]), tmp_path / "out.csv") == 3


def test_an_empty_store_says_what_to_do(tmp_path):
    assert run("cross-commune", "--store", tmp_path / "store", "--out", tmp_path / "o.csv") == 3


@pytest.fixture(scope="module")
def register():
    tables = fact_tables()
    return answer.answer(tables, None, None, tolerance_m=50.0).rows


def test_the_register_names_what_remains_and_what_was_resolved(register):
    first = register.drop_duplicates("cluster_id").set_index("cluster_name")
    remains = first.index[first["change"] == "remains"]
    resolved = first.index[first["change"] == "resolved"]
    assert set(remains) == {"Bãi Ba - Đông Thành", "Làng nghề phía Nam Thanh Ba", "Ấm Hạ"}
    assert set(resolved) == {
        "Bãi Ba 2",
        "Quảng Yên",
        "Tam Nông",
        "Nam Đoan Hùng",
        "Xuân Hòa - Cao Minh",
    }
    assert (first.loc[remains, "verdict"] == "cross_commune").all()
    assert (first.loc[resolved, "verdict"] == "within").all()


def test_all_93_clusters_are_in_the_answer_and_nothing_is_measured(register):
    assert register["cluster_id"].nunique() == 93
    assert register["area_ha"].isna().all()
    assert register.loc[register["commune_code"].isna(), "note"].notna().all()


def test_the_two_assignments_show_as_proposals(register):
    first = register.drop_duplicates("cluster_id").set_index("cluster_name")
    for name, commune in (("Yên Đồng", "09043"), ("Tề Lỗ", "09040")):
        assert (first.loc[name, "lead"], first.loc[name, "lead_rule"]) == (
            commune,
            "proposed_assignment",
        )
