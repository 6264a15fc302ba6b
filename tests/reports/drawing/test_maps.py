"""A map's legend: what is seen, once, in the registry's words or the answer's."""

import geopandas as gpd
import shapely

from lib.layers.looks.paints import class_key
from lib.layers.registry import LAYERS
from lib.reports.drawing.canvas import Canvas, Window
from lib.reports.drawing.maps import Drawn, around

WINDOW = Window(550_000, 2_350_000, 10_000, 100, 60)
HERE = shapely.box(550_000, 2_350_000, 550_100, 2_350_100)
FAR = shapely.box(650_000, 2_350_000, 650_100, 2_350_100)


def drawn(classes, **more):
    frame = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[HERE, FAR], crs=9208)
    made = Drawn(Canvas(WINDOW), **more)
    made.add("communes", frame, classes)
    made.add("communes", frame, classes)
    return made


def test_only_what_is_seen_is_explained_and_only_once():
    made = drawn({"a": "land", "b": "named"})
    assert [entry["text"] for entry in made.entries("vi", str)] == ["xã, phường (từ 01/7/2025)"]


def test_a_class_without_words_of_its_own_gets_those_of_the_answer():
    key = class_key(2)
    assert not next(s for s in LAYERS["communes"].styles if s.key == key).label
    assert drawn({"a": key}).entries("vi", str) == []
    (entry,) = drawn({"a": key}, words={key: "10 – 20 phút"}).entries("vi", str)
    assert entry["text"] == "10 – 20 phút"
    assert entry["svg"].startswith("<svg")


def test_a_class_can_be_renamed():
    made = drawn({"a": "named"})
    made.rename(("named",), "reports.this_commune")
    assert [entry["text"] for entry in made.entries("en", str)] == ["this commune"]


def test_land_is_shown_around_but_never_less_than_asked():
    assert around((0, 0, 1_000, 500), share=0.1, least_m=50) == (-100, -100, 1_100, 600)
    assert around((0, 0, 10, 10), share=0.1, least_m=50) == (-50, -50, 60, 60)
