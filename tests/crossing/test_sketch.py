"""Lines a drawing is caught by, and the hectares it has on each commune."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lib.crossing.communes import plane, prepare_communes
from lib.crossing.sketch import corners_within, hectares_by_commune, lines_within
from lib.geo.crs import STORAGE_CRS

WINDOW = (104.99, 21.49, 105.05, 21.55)


def communes() -> gpd.GeoDataFrame:
    """Return two communes west and east of 105.02, and one north of both."""
    shapes = [
        shapely.Polygon(
            [(105, 21.5), (105.02, 21.5), (105.02, 21.51), (105.02, 21.52), (105, 21.52)]
        ),
        shapely.Polygon(
            [(105.02, 21.5), (105.04, 21.5), (105.04, 21.52), (105.02, 21.52), (105.02, 21.51)]
        ),
        shapely.Polygon(
            [(105, 21.52), (105.02, 21.52), (105.04, 21.52), (105.04, 21.54), (105, 21.54)]
        ),
    ]
    names = {"code": ["00001", "00002", "00003"], "name": ["Tây", "Đông", "Bắc"]}
    return gpd.GeoDataFrame(names, geometry=shapes, crs=STORAGE_CRS)


def test_a_common_line_is_there_once_from_meeting_to_meeting_with_its_own_corners():
    lines = [line.tolist() for line in lines_within(communes(), WINDOW)]
    common = [[105.02, 21.5], [105.02, 21.51], [105.02, 21.52]]
    assert common in lines or common[::-1] in lines
    ends = {tuple(end) for line in lines for end in (line[0], line[-1])}
    assert {(105.02, 21.5), (105.02, 21.52), (105.0, 21.52), (105.04, 21.52)} <= ends
    whole = shapely.union_all(shapely.boundary(communes().geometry.to_numpy()))
    assert sum(shapely.LineString(line).length for line in lines) == pytest.approx(whole.length)


def test_only_what_is_in_the_window_is_cut_out():
    lines = lines_within(communes(), (105.015, 21.505, 105.025, 21.515))
    assert [line.tolist() for line in lines] == [
        [[105.02, 21.505], [105.02, 21.51], [105.02, 21.515]]
    ]
    assert lines_within(communes(), (106.0, 21.5, 106.1, 21.6)) == []


def test_the_land_on_each_commune_is_what_an_overlay_gives_and_all_of_it():
    index = prepare_communes(communes())
    outline = shapely.Polygon(
        [(105.01, 21.495), (105.03, 21.495), (105.03, 21.53), (105.01, 21.51)]
    )
    found = hectares_by_commune(outline, index)
    land = gpd.GeoSeries([outline], crs=STORAGE_CRS)
    (flat,) = plane(land)
    cut = {
        name: shapely.area(shapely.intersection(flat, shape)) / 10_000
        for name, shape in zip(index.names[:-1], index.shapes[:-1], strict=True)
    }
    assert dict(zip(found["name"], found["area_ha"], strict=True)) == pytest.approx(
        cut | {"": flat.area / 10_000 - sum(cut.values())}
    )
    assert found["share"].sum() == pytest.approx(1)
    assert np.all(np.diff(found["area_ha"]) <= 0)


def test_corners_of_other_outlines_are_those_in_the_window_each_once():
    shapes = communes().geometry.to_numpy()
    found = corners_within(shapes, (105.0, 21.5, 105.02, 21.51)).tolist()
    assert found == [[105.0, 21.5], [105.02, 21.5], [105.02, 21.51]]
    assert corners_within(shapes[:0], WINDOW).tolist() == []
