"""Lists of layer files: whole, or as if there were none."""

import pytest

from lib.layers import index as layerindex
from lib.layers.files import Detail, LayerFile

BOUNDS = (104.8, 20.6, 105.9, 21.7)
FILE = LayerFile("communes", "layers/communes-0.json", ("08434", "08590"), BOUNDS)
PARTS = (Detail("layers/country-25.json", 0, BOUNDS),)


def test_what_is_kept_is_known_again(tmp_path):
    index = tmp_path / "layers" / "x.index.json"
    files = (FILE, LayerFile("country", "layers/country-0.json", ("1",), BOUNDS, PARTS))
    layerindex.keep(index, files)
    for file in files:
        (tmp_path / file.path).touch()
    assert layerindex.known(index, tmp_path) == files
    (tmp_path / FILE.path).unlink()
    assert layerindex.known(index, tmp_path) == ()


@pytest.mark.parametrize("content", ["", "[{", "null", '{"a": 1}', '[{"layer_id": "communes"}]'])
def test_a_damaged_index_names_no_file(tmp_path, content):
    path = tmp_path / "index.json"
    path.write_text(content, encoding="utf-8")
    assert layerindex.known(path, tmp_path) == ()
