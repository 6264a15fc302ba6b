import geopandas as gpd

from lib.geo.crs import AREA_CRS
from lib.importing.samples import SAMPLES, sample_outlines
from lib.tables.sample import SAMPLE_PREFIX


def test_every_sample_says_that_it_is_one():
    outlines = sample_outlines()
    assert len(outlines) == 6
    assert outlines["cluster_id"].str.startswith(SAMPLE_PREFIX).all()
    assert outlines["name"].str.contains("mẫu").all()
    for path in (SAMPLES / "outlines").glob("*.csv"):
        assert "MẪU, không phải số liệu thật" in path.read_text(encoding="utf-8-sig")


def test_samples_are_clusters_of_a_real_size_in_the_province():
    outlines = sample_outlines()
    hectares = outlines.to_crs(AREA_CRS).area / 10_000
    assert hectares.between(10, 75).all()
    assert outlines.is_valid.all()
    west, south, east, north = outlines.total_bounds
    assert (west, south, east, north) > (104.6, 20.2, 0, 0)
    assert (east, north) < (106.0, 21.9)


def test_a_sample_in_another_zone_lies_where_the_others_do():
    outlines = sample_outlines().set_index("cluster_id")
    other = gpd.GeoSeries([outlines.geometry["MAU-04"].centroid], crs=4326).to_crs(AREA_CRS)
    assert abs(other.iloc[0].x - 586_800) < 3_000
