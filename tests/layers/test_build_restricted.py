"""Layers of restricted tables: nowhere among what is served to all, whole for administrators."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from layerstores import publish, schematic_tables

from lib.access import roles, serving
from lib.access.policy import Policy
from lib.layers import build
from lib.layers.files import APART, on_disk
from lib.settings import Settings

pytestmark = pytest.mark.xdist_group("layerdata")

MARK = "Trạm ZQX9"


@pytest.fixture
def hidden(tmp_path):
    """Return a snapshot with a station that has a mark and a place, and its static folder."""
    tables = schematic_tables()
    frame = tables["substations"].frame.copy()
    frame.loc[frame.index[0], ["name", "lat", "lon"]] = [MARK, 21.3, 105.6]
    tables["substations"] = replace(tables["substations"], frame=frame)
    return publish(tmp_path / "store", tables), tmp_path / "static"


def served_files(static):
    return {path: path.read_text(encoding="utf-8") for path in static.rglob("*.json")}


def test_what_is_restricted_is_nowhere_among_the_static_files(hidden):
    made, static = hidden
    whole = build.build(made, static, simplify_m=30, closed=())
    assert any(MARK in text for text in served_files(static).values())
    opened = build.build(made, static, simplify_m=30, closed=("substations",))
    assert {f.layer_id for f in whole} - {f.layer_id for f in opened} == {"substations"}
    assert not any(MARK in text for text in served_files(static).values())
    assert [path.name for path in static.rglob("*.index.json")] == [
        f"{made.snapshot_id}-30-without-substations.index.json"
    ]
    again = build.build(made, static, simplify_m=30, closed=("substations",))
    assert again == opened


def test_administrators_get_the_whole_map_from_beside_the_static_folder(hidden, monkeypatch):
    made, static = hidden
    policy = Policy.model_validate(
        {
            "proxy": {"secret": "p" * 40},
            "people": {"hoa": "administrator"},
            "restricted": ["substations"],
        }
    )
    monkeypatch.setattr(roles, "policy", lambda: policy)
    monkeypatch.setattr(serving, "settings", lambda: Settings(static=static))
    opened = serving.serve_layers(made)
    whole = serving.serve_all_layers(made)
    (more,) = set(whole) - set(opened)
    assert more.layer_id == "substations"
    assert more.path.startswith(APART)
    assert MARK in on_disk(static, more.path).read_text(encoding="utf-8")
    assert not any(MARK in text for text in served_files(static).values())
    assert serving.serve_all_layers(made) == whole
    assert serving.serve_layers(made) == opened


def test_restricted_outlines_do_not_move_the_markers_everyone_sees(tmp_path):
    tables = schematic_tables()
    clusters = tables["clusters"].frame
    code = clusters["cluster_id"].iloc[0]
    square = shapely.box(105.3, 21.3, 105.31, 21.31)
    outline = {
        "cluster_id": [code],
        "outline_quality": ["surveyed"],
        "outline_accuracy_m": [0.5],
        "as_of": ["2026-01-01"],
    }
    frame = gpd.GeoDataFrame(outline, geometry=[square], crs=4326)
    tables["outlines"] = replace(tables["clusters"], frame=frame)
    made, static = publish(tmp_path / "store", tables), tmp_path / "static"
    place = "[105.305,21.305]"
    build.build(made, static, simplify_m=30, closed=())
    assert any(place in text for text in served_files(static).values())
    build.build(made, static, simplify_m=30, closed=("outlines",))
    assert not any(place in text for text in served_files(static).values())
    assert not any("105.31," in text for text in served_files(static).values())
