"""``ground add | fetch | list | remove``: a ground comes, is told, shows, and goes."""

import json

import pytest
from layerstores import publish, schematic_tables
from osmfiles import small_ground
from overpassserver import serving
from typer.testing import CliRunner

from lib.cli import main
from lib.language.errors import DataRefusedError, SourceUnavailableError, WrongUseError
from lib.layers.ground import kept
from lib.settings import settings


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ground") / "store"
    publish(folder, schematic_tables())
    return folder


@pytest.fixture
def ground(published, tmp_path, monkeypatch):
    """Return the command on a store with a snapshot and no ground."""
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    monkeypatch.setenv("PHUTHO_STORE", str(published))
    settings.cache_clear()

    def run(*words):
        done = CliRunner().invoke(main.app, ["ground", *map(str, words)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.stdout

    yield run
    for one in kept.grounds(published):
        kept.remove(published, one.name)
    settings.cache_clear()


def layers(tmp_path):
    return {path.name.rpartition("-")[0] for path in (tmp_path / "static/layers").glob("ground*")}


def test_a_file_comes_and_goes(ground, tmp_path):
    assert "Chưa có nền" in ground("list")
    said = ground("add", small_ground().write_pbf(tmp_path / "Phú Thọ.osm.pbf"))
    assert "'phu-tho': 2 đoạn đường, 1 đoạn đường sắt, 1 đoạn sông suối, 1 hồ" in said
    assert "© OpenStreetMap contributors" in said
    assert "30/11/2025" in said
    assert {"ground-roads", "ground-rivers", "ground-lakes"} <= layers(tmp_path)
    assert ground("list").startswith("phu-tho: 2 đoạn đường")
    assert "phu-tho" in ground("remove", "phu-tho")
    assert "Chưa có nền" in ground("list")


def test_name_source_and_day_are_as_typed(ground, tmp_path):
    path = small_ground().write_xml(tmp_path / "x.osm")
    said = ground(
        "add", path, "--name", "duong-2026", "--source", "Sở Xây dựng", "--as-of", "2026-05-01"
    )
    assert "'duong-2026'" in said
    assert "Nguồn: Sở Xây dựng. Ngày số liệu: 01/05/2026" in said


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["add", "khong-co.gpkg"], WrongUseError),
        (["remove", "khong-co"], WrongUseError),
        (["add", "{file}", "--name", "Tên sai"], WrongUseError),
        (["add", "{file}", "--as-of", "hôm nay"], WrongUseError),
        (["add", "{file}", "--as-of", "2999-01-01"], WrongUseError),
        (["add", "{half}"], DataRefusedError),
    ],
)
def test_wrong_use_and_refused_data_change_nothing(ground, published, tmp_path, words, error):
    path = small_ground().write_xml(tmp_path / "x.osm")
    half = tmp_path / "half.osm"
    half.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(error) as refused:
        ground(*(word.format(file=path, half=half) for word in words))
    assert refused.value.exit_code == (3 if error is DataRefusedError else 2)
    assert kept.grounds(published) == ()


def test_fetch_asks_the_server_of_the_settings(ground, published, monkeypatch):
    with serving(small_ground().xml().encode()) as (_, url):
        monkeypatch.setenv("PHUTHO_GROUND_URL", url)
        settings.cache_clear()
        said = ground("fetch")
    assert "'openstreetmap'" in said
    assert "© OpenStreetMap contributors" in said
    before = kept.one(published, "openstreetmap")
    with serving(small_ground().xml().encode()[:-100]) as (_, url):
        monkeypatch.setenv("PHUTHO_GROUND_URL", url)
        settings.cache_clear()
        with pytest.raises(SourceUnavailableError):
            ground("fetch")
    assert kept.one(published, "openstreetmap") == before


def test_a_name_that_is_code_stays_a_name(ground, tmp_path):
    osm = small_ground()
    osm.point(105.35, 21.25, place="town", name='<img src=x onerror="alert(1)">')
    ground("add", osm.write_xml(tmp_path / "x.osm"), "--source", "[x](javascript:alert(1))")
    (places,) = (tmp_path / "static/layers").glob("ground-places-*")
    names = [f["properties"]["name"] for f in json.loads(places.read_text("utf-8"))["features"]]
    assert '<img src=x onerror="alert(1)">' in names, "text, for textContent"
