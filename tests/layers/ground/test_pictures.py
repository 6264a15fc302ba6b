"""Tiles kept in a store: found by their number, by nothing else, and quickly."""

import sqlite3
import time
from contextlib import closing

import pytest
import shapely
from tilefiles import BESIDE, HERE, PARENT, TILES, mbtiles

from lib.importing.direct import tiles
from lib.layers.ground import kept, pictures

AREA = shapely.box(105.39, 21.25, 105.5, 21.35)


@pytest.fixture
def store(tmp_path):
    made = tmp_path / "tiles.sqlite"
    about = tiles.rewrite(mbtiles(tmp_path / "a.mbtiles"), made, AREA)
    kept.keep(tmp_path, made, "anh-2026", "pictures", source="Sở", as_of="", about=about)
    (tmp_path / "secret").write_bytes(b"x")
    return tmp_path


def address(tile, name="anh-2026"):
    return "/".join(map(str, (name, *tile)))


def test_each_tile_comes_back_as_it_was(store):
    for at in (HERE, PARENT, BESIDE):
        assert pictures.tile(store, address(at)) == (TILES[at], "image/png")


@pytest.mark.parametrize(
    "asked",
    [
        "anh-2026/12/3247/1800",
        "anh-2026/13/3247/1799",
        "khac/12/3247/1799",
        "anh-2026/12/03247/1799",
        "anh-2026/012/3247/1799",
        "anh-2026/-1/0/0",
        "anh-2026/99/0/0",
        "anh-2026/12/3247/1799.png",
        "anh-2026/12/3247/1799/",
        "anh-2026/12/3247",
        "../secret",
        "anh-2026.json",
        "../anh-2026/12/3247/1799",
        "anh-2026/12/3247/٣",
        "anh-2026/12/3247/1٧99",
        "",
    ],
)
def test_nothing_but_a_tile_can_be_read(store, asked):
    assert pictures.tile(store, asked) is None


def test_a_ground_of_lines_has_no_tiles(store, tmp_path):
    made = tmp_path / "lines.parquet"
    made.write_bytes(b"x")
    kept.keep(store, made, "duong", "lines", source="", as_of="", about={})
    assert pictures.tile(store, address(HERE, "duong")) is None
    assert [one.name for one in pictures.pictures(store)] == ["anh-2026"]


def test_a_file_somebody_put_another_thing_in_gives_nothing_of_it(store):
    (one,) = pictures.pictures(store)
    path = kept.folder_of(store) / one.file
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE tiles SET data = ?", (b"<script>",))
        base.commit()
    assert pictures.tile(store, address(HERE)) is None


def test_a_tile_that_was_asked_for_is_at_hand(store):
    pictures.tile(store, address(HERE))
    took = []
    for _ in range(20):
        began = time.perf_counter()
        assert pictures.tile(store, address(HERE)) is not None
        took.append(time.perf_counter() - began)
    assert sorted(took)[10] < 0.010, "the promise of the route, of which this is most"
