"""Layers of restricted tables: nowhere among what is served to all, whole for administrators."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from layerstores import publish, schematic_tables
from ownrows import table as own_rows

from lib.access import roles, serving
from lib.access.policy import Policy
from lib.language.errors import NotAllowedError
from lib.layers import build
from lib.layers.files import APART, on_disk
from lib.reports.alldata.contents import Contents
from lib.reports.alldata.parquetzip import parquet_zip
from lib.settings import Settings
from lib.store import history
from lib.store.store import Table
from lib.tables.ownlayers import TABLE as OWN_ROWS
from lib.tables.ownlayers import part_of

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


def test_one_layer_of_an_office_is_closed_and_the_other_is_not(tmp_path):
    tables = schematic_tables()
    rows = pd.concat([own_rows("Chợ"), own_rows(MARK)], ignore_index=True)
    made = publish(tmp_path / "store", {**tables, OWN_ROWS: Table(rows, "", "2026-10-01")})
    static = tmp_path / "static"
    policy = Policy.model_validate(
        {
            "proxy": {"secret": "p" * 40},
            "people": {"hoa": "viewer"},
            "restricted": [f"own_rows.{MARK}"],
        }
    )
    closed = roles.closed_to(roles.STRANGER, policy)
    seen = history.seen_without(made, closed)
    assert seen.read(OWN_ROWS)["layer_name"].unique().tolist() == ["Chợ"]
    assert seen.manifest.tables[OWN_ROWS].rows == 4
    contents = Contents.of(seen, "vi")
    with zipfile.ZipFile(io.BytesIO(parquet_zip(contents))) as archive:
        taken = archive.read("own_rows.parquet")
        info = json.loads(archive.read("manifest.json"))["tables"][OWN_ROWS]
    assert set(pd.read_parquet(io.BytesIO(taken))["layer_name"]) == {"Chợ"}
    assert (info["rows"], info["sha256"]) == (4, hashlib.sha256(taken).hexdigest())
    build.build(made, static, simplify_m=30)
    assert any(MARK in text for text in served_files(static).values())
    opened = build.build(made, static, simplify_m=30, closed=closed)
    whole = build.build_whole(made, static, simplify_m=30, closed=closed)
    assert not any(MARK in text for text in served_files(static).values())
    more = {f.layer_id: f for f in set(whole) - set(opened)}
    assert set(more) == {"own-points"}
    assert MARK in on_disk(static, more["own-points"].path).read_text(encoding="utf-8")
    both = frozenset({part_of("Chợ"), part_of(MARK)})
    assert OWN_ROWS not in made.without(both).manifest.tables
    assert history.kept_back(replace(made.manifest, action="import"), closed)
    with pytest.raises(NotAllowedError):
        roles.require_tables(roles.STRANGER, {part_of(MARK)}, policy)
