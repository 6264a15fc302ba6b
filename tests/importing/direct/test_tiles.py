"""Tiles of a picture: read from both kinds of file, cut to the area, nothing but pictures."""

import sqlite3
from contextlib import closing

import pytest
import shapely
from tilefiles import BESIDE, FAR, HERE, PARENT, TILES, mbtiles, pmtiles, png

from lib.geo.ground import is_picture
from lib.importing.direct import tiles
from lib.language.errors import DataRefusedError

AREA = shapely.box(105.39, 21.25, 105.5, 21.35)


def made(path, area=AREA):
    target = path.with_suffix(".made")
    target.unlink(missing_ok=True)
    about = tiles.rewrite(path, target, area)
    with closing(sqlite3.connect(target)) as base:
        rows = base.execute("SELECT z, x, y, data FROM tiles").fetchall()
    return about, {(z, x, y): data for z, x, y, data in rows}


@pytest.mark.parametrize("write", [mbtiles, lambda path: mbtiles(path, view=True), pmtiles])
def test_the_tiles_of_the_area_get_over_as_they_are(tmp_path, write):
    suffix = ".pmtiles" if write is pmtiles else ".mbtiles"
    about, found = made(write(tmp_path / f"anh{suffix}"))
    assert found == {at: TILES[at] for at in (HERE, PARENT, BESIDE)}
    assert (about["tiles"], about["least"], about["most"]) == (3, 11, 12)
    assert about["source"] == "Sở NN&MT"
    west, south, east, north = about["bounds"]
    assert shapely.box(west, south, east, north).covers(shapely.Point(105.4, 21.3))
    assert east - west == pytest.approx(2 * 360 / 2**12, abs=1e-5)


def test_jpeg_and_webp_are_pictures_too(tmp_path):
    given = {HERE: b"\xff\xd8\xff\xe0 jpeg", BESIDE: b"RIFF\x04\0\0\0WEBPVP8 "}
    _, found = made(mbtiles(tmp_path / "a.mbtiles", given))
    assert found == given


@pytest.mark.parametrize(
    "data",
    [b"\x1f\x8b\x08 vector", b"<svg onload='alert(1)'/>", b"RIFF....AVI ", b"", png() * 40_000],
)
def test_what_is_no_picture_is_refused_by_its_place(tmp_path, data):
    with pytest.raises(DataRefusedError) as refused:
        made(mbtiles(tmp_path / "a.mbtiles", {HERE: data}))
    assert refused.value.key == "ground.no_picture"
    assert (refused.value.values["zoom"], refused.value.values["row"]) == (12, 1799)


@pytest.mark.parametrize("write", [mbtiles, pmtiles])
def test_a_file_without_a_tile_of_the_area_is_refused(tmp_path, write):
    path = tmp_path / ("a.pmtiles" if write is pmtiles else "a.mbtiles")
    with pytest.raises(DataRefusedError) as refused:
        made(write(path, {FAR: png()}))
    assert refused.value.key == "ground.elsewhere"


@pytest.mark.parametrize("write", [mbtiles, pmtiles])
@pytest.mark.parametrize("share", [0.02, 0.4, 0.8])
def test_a_damaged_file_is_refused_or_gives_only_what_is_whole(tmp_path, write, share):
    path = write(tmp_path / ("a.pmtiles" if write is pmtiles else "a.mbtiles"))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    try:
        _, found = made(path)
    except DataRefusedError:
        return
    assert all(is_picture(data) for data in found.values())


def insert(path, *row):
    with closing(sqlite3.connect(path)) as base:
        base.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", row)
        base.commit()
    return path


@pytest.mark.parametrize("at", [(-1, 0, 0), (23, 0, 0), (12, 4096, 0), (2, 0, -9)])
def test_a_tile_of_no_place_is_left_out(tmp_path, at):
    path = insert(mbtiles(tmp_path / "a.mbtiles", {HERE: png()}), *at, png())
    assert set(made(path)[1]) == {HERE}


@pytest.mark.parametrize("at", [("x", 1, 1), (12, float("inf"), 1)])
def test_a_tile_without_a_number_refuses_the_file(tmp_path, at):
    path = insert(mbtiles(tmp_path / "a.mbtiles", {HERE: png()}), *at, png())
    with pytest.raises(DataRefusedError) as refused:
        made(path)
    assert refused.value.key == "readers.unreadable"


def test_a_tile_that_is_no_bytes_is_none(tmp_path):
    path = insert(mbtiles(tmp_path / "a.mbtiles", {HERE: png()}), 12, 3248, 2296, "text")
    assert set(made(path)[1]) == {HERE}
