"""A picture of a store as one image, for paper and for the map in one file."""

import base64
import io
from dataclasses import replace

import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image
from tilefiles import BESIDE, HERE, TILES, mbtiles

from lib.importing.direct import tiles
from lib.layers.ground import kept
from lib.layers.ground.mosaic import MOST_PX, Under, under

AREA = shapely.box(105.3, 21.2, 105.6, 21.4)
# The middle of tiles HERE and BESIDE, and degrees of a tile at their zoom.
DEGREES = 360 / 2**12
WEST = HERE[1] * DEGREES - 180
LAT = 21.33


def inside(tile: tuple[int, int, int], share: float = 0.25) -> tuple[float, float, float, float]:
    """Return the bounds of the middle of a tile, degrees."""
    west = tile[1] * DEGREES - 180 + share * DEGREES
    return west, LAT, west + 0.5 * DEGREES, LAT + 0.25 * DEGREES


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    made = folder / "tiles.sqlite"
    broken = {**TILES, BESIDE: TILES[BESIDE][:40]}
    about = tiles.rewrite(mbtiles(folder / "a.mbtiles", broken), made, AREA)
    kept.keep(folder, made, "anh", "pictures", source="Sở <i>", as_of="2026-01-01", about=about)
    return folder


@pytest.fixture
def picture(store):
    (found,) = under(store, {"anh": 0.5, "internet:": 1, "khac": 1})
    return found


def colours(address: str) -> np.ndarray:
    kind, _, content = address.partition(";base64,")
    assert kind in ("data:image/png", "data:image/jpeg")
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert max(image.size) <= MOST_PX
        return np.asarray(image.convert("RGBA"))


def test_the_place_of_a_tile_has_its_colour_on_the_web_and_on_the_plane(picture):
    assert picture.opacity == 0.5
    assert picture.credit == ("Sở <i>", "2026-01-01")
    bounds = inside(HERE)
    web = colours(picture.on_web(bounds))
    assert np.abs(web[..., :3].astype(int) - (1, 100, 100)).max() <= 3
    to_plane = pyproj.Transformer.from_crs(4326, 9208, always_xy=True)
    box = to_plane.transform_bounds(*bounds)
    plane = colours(picture.on_plane(box, 20))
    assert np.abs(plane[..., :3].astype(int) - (1, 100, 100)).max() <= 3
    assert plane.shape[1] == pytest.approx((box[2] - box[0]) / 20, abs=1)


def test_the_edge_between_two_tiles_lies_where_it_is(picture):
    west, south, _, north = inside(HERE, 0.5)
    both = colours(picture.on_web((west, south, west + DEGREES, north)))
    seen = both[0, :, 3] > 0
    assert seen.mean() == pytest.approx(0.5, abs=0.01), "the spoiled tile beside it is left out"
    assert seen[0]
    assert not seen[-1]


def test_from_too_far_away_or_elsewhere_there_is_nothing(picture):
    about = {**picture.ground.about, "least": 12}
    far = Under(picture.store, replace(picture.ground, about=about), 1)
    assert far.on_web((100, 15, 110, 25)) == ""
    assert picture.on_web((90, 10, 90.1, 10.1)) == ""
