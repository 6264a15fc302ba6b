"""The sign that stands for a class of a layer on its way to the browser."""

import re

from lib.layers.looks.layer import _SIGNS
from lib.layers.registry import LAYERS
from lib.settings import ROOT


def test_each_class_of_each_layer_has_a_sign_of_its_own_and_the_map_knows_it():
    script = (ROOT / "lib/layers/assets/map/ground.js").read_text(encoding="utf-8")
    assert re.search(r'SIGNS = "([^"]+)"', script)[1] == _SIGNS
    for layer in LAYERS.values():
        places = [layer.place(style.key) for style in layer.styles]
        assert len(set(places)) == len(places), layer
