"""Which borders are chosen, what is refused, and what is said about it."""

import json
import re
import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.geo import sources
from lib.geo.download import BorderFile, DownloadOptions
from lib.geo.sources import Borders, find_borders, read_border, read_context
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import catalog, t

ROOT = Path(__file__).parents[2]
CODES = [f"2000{n}" for n in range(6)]
SQUARE = [[105.0, 21.0], [105.1, 21.0], [105.1, 21.1], [105.0, 21.1], [105.0, 21.0]]
FILE = BorderFile("20000", "wards/20000_xa.geojson", "0" * 64, 0)
VRT = """<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/hostname</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


def feature(code: str = "20000", **changes: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": "Thu Cúc"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    } | changes


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def shape(kind: str, coordinates: object) -> bytes:
    return collection(feature(geometry={"type": kind, "coordinates": coordinates}))


class Place:
    """A folder with a registry of six files, a published copy, and six former points."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "clone" / "app"
        self.root.mkdir(parents=True)
        self.release = folder / "release"
        (self.release / "wards").mkdir(parents=True)
        rows = ["code,path,sha256,bytes"]
        for code in CODES:
            content = collection(feature(code))
            path = f"wards/{code}_xa.geojson"
            (self.release / path).write_bytes(content)
            rows.append(f"{code},{path},{sha256(content).hexdigest()},{len(content)}")
        (folder / "registry.csv").write_text("\n".join(rows) + "\n")
        self.points = pd.DataFrame(
            {
                "former_code": CODES,
                "new_code": CODES,
                "part": "whole",
                "lat": np.linspace(21, 21.2, 6),
                "lon": np.linspace(105, 105.3, 6),
            }
        )

    def copy(self, target: Path) -> Path:
        shutil.copytree(self.release, target)
        return target

    def find(self, **changes: object) -> Borders:
        given_options = {
            "bundle": None,
            "root": self.root,
            "cache": self.folder / "cache",
            "former_points": self.points,
            "offline": True,
            "registry": self.folder / "registry.csv",
        }
        return find_borders(**(given_options | changes))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def url(place: Place) -> Iterator[str]:
    """Return the address of a server that gives the published copy."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    handler = partial(Quiet, directory=str(place.release))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def nowhere() -> Iterator[DownloadOptions]:
    """Return options for a port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield DownloadOptions(base_url=f"http://127.0.0.1:{free.getsockname()[1]}/")


def keys(borders: Borders) -> list[str]:
    """Return the keys of the notes, having checked that each can be said and stored."""
    for note in borders.notes:
        assert t(note.key, "vi", **note.values) != t(note.key, "en", **note.values)
        json.dumps(note.values)
    return [note.key.removeprefix("sources.") for note in borders.notes]


def said(borders: Borders, position: int) -> Mapping[str, object]:
    _key, values = borders.notes[position]
    return values


def test_a_given_bundle_is_used(place):
    borders = place.find(bundle=place.release)
    assert (borders.origin, borders.quality) == ("bundle", "reference")
    assert borders.as_of == "2026-08-02"
    assert borders.notes == ()
    assert list(borders.communes["code"]) == CODES
    assert borders.communes.crs == "EPSG:4326"
    assert set(borders.communes["name"]) == {"Thu Cúc"}


def test_a_given_bundle_that_is_not_there_is_wrong_use(place):
    place.copy(place.root / "bundle")
    with pytest.raises(WrongUseError) as caught:
        place.find(bundle=place.folder / "khong-co")
    assert "khong-co" in caught.value.message()


def test_a_given_bundle_that_is_incomplete_is_refused(place):
    place.copy(place.root / "bundle")
    bundle = place.copy(place.folder / "usb")
    (bundle / "wards/20002_xa.geojson").unlink()
    (bundle / "wards/20004_xa.geojson").unlink()
    with pytest.raises(DataRefusedError) as caught:
        place.find(bundle=bundle)
    assert "thiếu 2 tệp" in caught.value.message()
    assert "wards/20002_xa.geojson" in caught.value.message()


@pytest.mark.parametrize("content", [b"", collection(feature("20003"))])
def test_a_given_bundle_with_a_wrong_file_is_refused(place, content):
    place.copy(place.root / "bundle")
    bundle = place.copy(place.folder / "usb")
    (bundle / "wards/20002_xa.geojson").write_bytes(content)
    with pytest.raises(DataRefusedError) as caught:
        place.find(bundle=bundle)
    assert "wards/20002_xa.geojson" in caught.value.message()


def test_newer_files_of_an_office_are_used_and_counted(place):
    bundle = place.copy(place.folder / "usb")
    for code in CODES[:2]:
        (bundle / f"wards/{code}_xa.geojson").write_bytes(b" " + collection(feature(code)))
    borders = place.find(bundle=bundle)
    assert keys(borders) == ["bundle_differs"]
    assert said(borders, 0)["count"] == 2
    assert borders.as_of == ""
    assert "v4.2.0" not in borders.source


def test_bundles_are_found_beside_the_program(place):
    upstream = place.copy(place.root.parent / "shared" / "data" / "upstream")
    found = place.find()
    assert (found.origin, keys(found)) == ("bundle", ["no_bundle"])
    bundle = place.copy(place.root / "bundle")
    shutil.rmtree(upstream)
    assert place.find().notes == ()
    (bundle / "wards/20001_xa.geojson").write_bytes(b"{")
    place.copy(upstream)
    assert keys(place.find()) == ["file_not_json"]


def test_a_download_is_kept_and_used_offline(place, url, nowhere):
    borders = place.find(offline=False, download=DownloadOptions(base_url=url))
    assert (borders.origin, borders.quality) == ("download", "reference")
    assert keys(borders) == ["no_bundle", "no_bundle"]
    assert list(borders.communes["code"]) == CODES
    assert place.find(offline=True).origin == "download"
    assert place.find(offline=False, download=nowhere).origin == "download"


def test_a_wrong_file_in_the_cache_is_named(place, url):
    cache = place.copy(place.folder / "cache")
    (cache / "wards/20005_xa.geojson").write_bytes(b"{}")
    borders = place.find(offline=False, download=DownloadOptions(base_url=url))
    assert borders.origin == "download"
    assert keys(borders) == ["no_bundle", "no_bundle", "cache_wrong"]
    assert said(borders, -1)["files"] == "wards/20005_xa.geojson"


def test_offline_without_files_is_schematic(place):
    borders = place.find()
    assert (borders.origin, borders.quality) == ("schematic", "schematic")
    assert keys(borders) == ["no_bundle", "no_bundle", "offline"]
    assert list(borders.communes["code"]) == CODES
    assert borders.as_of == "2025-07-01"
    assert place.find(former_points=place.points.assign(as_of="2025-07-09")).as_of == "2025-07-09"


def test_without_a_network_is_schematic_and_says_why(place, nowhere):
    place.points.loc[2, ["new_code", "lat", "lon"]] = [CODES[0], 21.9, 105.9]
    place.points.loc[6] = ["20098", CODES[0], "whole", 21.01, 105.01]
    place.points.loc[7] = ["20099", CODES[2], "whole", 21.08, 105.12]
    borders = place.find(offline=False, download=nowhere)
    assert borders.quality == "schematic"
    assert keys(borders) == ["no_bundle", "no_bundle", "unreachable", "stray_units"]
    assert said(borders, -1)["codes"] == CODES[2]


def test_schematic_borders_need_every_commune(place):
    with pytest.raises(DataRefusedError) as caught:
        place.find(former_points=place.points[1:])
    assert CODES[0] in caught.value.message()


DEEP = b"[" * 200_000
WRONG = {
    "not_json": [
        b"",
        b"{",
        VRT.encode(),
        DEEP,
        b"\xff\xfe\xfa",
        b"<kml/>",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
    "not_one_feature": [
        b"[]",
        b"null",
        b'{"type": "Topology"}',
        collection(),
        collection(feature(), feature("20001")),
        collection([]),
        json.dumps(feature()).encode(),
        collection(feature(properties=None)),
        collection(feature(geometry=None)),
        collection(feature(geometry=[SQUARE])),
    ],
    "wrong_code": [
        collection(feature("20001")),
        collection(feature(properties={"name": "Thu Cúc"})),
        collection(feature(properties={"code": 20000, "name": "Thu Cúc"})),
    ],
    "no_name": [
        collection(feature(properties={"code": "20000"} | name))
        for name in ({}, {"name": " "}, {"name": 7}, {"name": "\ud800"}, {"name": "a\u0000b"})
    ],
    "not_polygon": [
        shape("Point", [105, 21]),
        shape("LineString", SQUARE),
        collection(feature(geometry={"type": "GeometryCollection", "geometries": []})),
        collection(feature(geometry={"type": ["Polygon"], "coordinates": [SQUARE]})),
        collection(feature(geometry={})),
    ],
    "bad_geometry": [
        shape("Polygon", [SQUARE[:4]]),
        shape("Polygon", [SQUARE[:2]]),
        shape("Polygon", SQUARE),
        shape("Polygon", "105 21"),
        shape("Polygon", [[["a", "b"]] * 5]),
        shape("Polygon", [[[105.0, float("nan")], *SQUARE[1:]]]),
        shape("MultiPolygon", [SQUARE]),
        collection(feature(geometry={"type": "Polygon"})),
    ],
    "outside": [
        shape("Polygon", []),
        shape("MultiPolygon", []),
        shape("Polygon", [[[y, x] for x, y in SQUARE]]),
        shape("Polygon", [[[x * 1e5, y * 1e5] for x, y in SQUARE]]),
        shape("Polygon", [[*SQUARE[:2], [110.01, 21.1], *SQUARE[3:]]]),
    ],
    "too_big": [collection(feature()) + b" " * 5_000_000],
}


@pytest.mark.parametrize(
    ("problem", "content"), [(problem, c) for problem, cases in WRONG.items() for c in cases]
)
def test_a_wrong_file_is_refused_with_its_name(problem, content):
    with pytest.raises(DataRefusedError) as caught:
        read_border(content, FILE)
    assert caught.value.key == f"sources.file_{problem}"
    assert caught.value.exit_code == 3
    for lang in ("vi", "en"):
        assert FILE.path in caught.value.message(lang)


def test_a_border_is_left_as_published():
    name, geometry = read_border(b"\xef\xbb\xbf" + shape("MultiPolygon", [[SQUARE]]), FILE)
    assert name == "Thu Cúc"
    assert geometry.equals_exact(shapely.MultiPolygon([shapely.Polygon(SQUARE)]))
    bow = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    assert not read_border(shape("Polygon", [bow]), FILE)[1].is_valid


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "features", "code", "coordinates"]), inner)
    ),
    max_leaves=12,
)
NEARLY = st.one_of(
    ANYTHING.map(lambda value: json.dumps(value).encode()),
    st.builds(lambda value: collection(feature(geometry=value)), ANYTHING),
    st.builds(shape, st.sampled_from(["Polygon", "MultiPolygon"]), ANYTHING),
    st.binary(max_size=60),
    st.integers(0, 200).map(lambda cut: collection(feature())[:cut]),
)


@settings(max_examples=300, deadline=None)
@given(NEARLY)
def test_any_content_is_read_or_refused(content):
    with suppress(DataRefusedError):
        name, geometry = read_border(content, FILE)
        assert name
        assert geometry.geom_type in {"Polygon", "MultiPolygon"}
        assert 102 <= geometry.bounds[0] <= geometry.bounds[2] <= 110


def test_a_file_that_cannot_be_opened_is_named(place, monkeypatch):
    def denied(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    files = sources.read_registry(place.folder / "registry.csv")
    monkeypatch.setattr(sources, "read_registry", lambda _path: files)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataRefusedError) as caught:
        place.find(bundle=place.release)
    assert caught.value.key == "sources.file_unreadable"
    assert "wards/20000_xa.geojson" in caught.value.message()


def test_the_published_files_are_the_148_communes(shared, real_communes, tmp_path):
    former = pd.DataFrame()
    borders = find_borders(
        bundle=shared / "data" / "upstream",
        root=tmp_path,
        cache=tmp_path,
        former_points=former,
        offline=True,
    )
    assert borders.notes == ()
    assert borders.as_of == "2026-08-02"
    real = real_communes.set_index("code")
    assert set(borders.communes["code"]) == set(real.index)
    ours = borders.communes.set_index("code").loc[real.index]
    assert ours["name"].equals(real["name"])
    assert shapely.equals_exact(ours.geometry.to_numpy(), real.geometry.to_numpy()).all()


def test_a_fresh_machine_without_network_gets_148_schematic_communes(tmp_path, nowhere):
    codes = {"former_code": str, "new_code": str}
    former = pd.read_csv(ROOT / "data/facts/former_units.csv", dtype=codes)
    borders = find_borders(
        bundle=None,
        root=tmp_path / "app",
        cache=tmp_path / "cache",
        former_points=former,
        offline=False,
        download=nowhere,
    )
    assert borders.quality == "schematic"
    assert len(borders.communes) == 148
    assert keys(borders) == ["no_bundle", "no_bundle", "unreachable", "stray_units"]


def test_there_is_no_context_where_there_are_no_layers(tmp_path):
    assert read_context([]) == {}
    assert read_context([tmp_path / "khong-co", tmp_path]) == {}


def test_the_real_context_says_where_it_comes_from(shared):
    layers = read_context([shared / "khong-co", shared / "data" / "upstream"])
    sizes = {name: len(layer) for name, layer in layers.items()}
    assert sizes == {
        "neighbours": 11,
        "rivers": 22,
        "former_units": 479,
        "former_pieces": 482,
        "former_districts": 32,
        "grid_2016": 124,
    }
    assert list(layers["grid_2016"]) == ["voltage_kv", "geometry"], "what is off has no length"
    assert set(layers["grid_2016"]["voltage_kv"]) == {"500", "220", "110"}
    assert layers["grid_2016"].attrs["accuracy_m"] == 10_000
    assert "25" not in set(layers["neighbours"]["code"])
    assert "Lô" in set(layers["rivers"]["name"])
    for name, layer in layers.items():
        assert layer.crs == "EPSG:4326"
        assert set(layer.attrs) == {"source", "licence", "as_of", "quality", "accuracy_m"}
        assert (layer.attrs["quality"] == "reconstructed") is name.startswith("former")
        assert (layer.attrs["accuracy_m"] == 150) is name.startswith("former")


def test_a_layer_in_the_bundle_comes_before_one_beside_it(tmp_path):
    for folder, code in ((tmp_path, "01"), (tmp_path / "usb", "08")):
        (folder / "basemap").mkdir(parents=True)
        content = collection(feature(code), feature("25"))
        (folder / "basemap/provinces_around.geojson").write_bytes(content)
    layers = read_context([tmp_path / "usb"])
    assert list(layers["neighbours"]["code"]) == ["08"]


@pytest.mark.parametrize("content", [VRT, "", "{", "<kml/>"])
def test_a_layer_in_disguise_is_refused(tmp_path, content):
    path = tmp_path / "basemap" / "rivers_gshhg_wdbii.geojson"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(DataRefusedError) as caught:
        read_context([tmp_path])
    assert caught.value.key == "sources.context_unreadable"
    assert path.name in caught.value.message()


def test_every_text_is_used_and_every_key_has_a_text():
    code = "".join(
        (ROOT / "lib" / "geo" / f"{m}.py").read_text() for m in ("sources", "download", "schematic")
    )
    used = set(re.findall(r'"sources\.(\w+)"', code))
    used |= {f"file_{problem}" for problem in re.findall(r'refused\("(\w+)"', code)}
    assert used == {key.removeprefix("sources.") for key in catalog() if key.startswith("sources.")}
