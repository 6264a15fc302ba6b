"""What the author of a KML file switched off: left out, and asked."""

import pytest
from badfiles.corpus_build import holding, kml, placemark, square, zipped

from lib.importing.readers.registry import read
from lib.language.errors import DataRefusedError

RING = square(epsg=4326)


@pytest.mark.parametrize("own", ["", "<visibility>1</visibility>", "<visibility>0</visibility>"])
@pytest.mark.parametrize("around", ["Folder", "Document"])
def test_what_lies_in_a_folder_switched_off_is_left_out_and_asked(tmp_path, around, own):
    path = tmp_path / "ẩn.kml"
    inside = f"<Folder><name>b</name>{placemark('Sâu', RING)}</Folder>{placemark('Cũ', RING, own)}"
    off = f"<{around}><name>a</name><visibility>0</visibility>{inside}</{around}>"
    holding(kml(placemark("Trước", RING), off, placemark("Mới", RING)))(path)
    content = read(path)
    kept = [name for layer in content.layers for name in layer.frame["Name"]]
    assert sorted(kept) == ["Mới", "Trước"]
    told = [(f.level, f.key, f.values["label"]) for f in content.findings]
    assert sorted(told) == [("ask", "readers.kml_hidden", one) for one in ("Cũ", "Sâu")]


@pytest.mark.parametrize("ending", ["kml", "kmz"])
def test_a_file_switched_off_whole_is_refused_for_that(tmp_path, ending):
    text = kml(*[placemark("Cũ", RING, "<visibility>0</visibility>")] * 2)
    path = tmp_path / f"ẩn.{ending}"
    if ending == "kmz":
        zipped(path, {"doc.kml": text.encode()})
    else:
        holding(text)(path)
    with pytest.raises(DataRefusedError) as caught:
        read(path)
    assert (caught.value.key, caught.value.values["count"]) == ("readers.kml_all_hidden", 2)


def test_a_switched_off_placemark_keeps_the_numbers_of_the_others(tmp_path):
    off = placemark("Cũ", RING, "<visibility>0</visibility>")
    path = tmp_path / "ẩn.kml"
    holding(kml(off, placemark("Mới", RING), off))(path)
    content = read(path)
    (layer,) = content.layers
    assert (list(layer.frame["Name"]), layer.rows) == (["Mới"], (2,))
    assert [(f.level, f.row, f.values["label"]) for f in content.findings] == [
        ("ask", 1, "Cũ"),
        ("ask", 3, "Cũ"),
    ]
