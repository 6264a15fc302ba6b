"""Another province: its file and facts of three made-up clusters are all it takes."""

import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import otherprovince
import pytest
from pyproj import CRS, Geod

from lib.language.errors import WrongUseError
from lib.settings import Province, province, settings

ROOT = Path(__file__).parents[2]
needs_country = pytest.mark.skipif(
    not otherprovince.COUNTRY.is_file(), reason="the borders of the country are not here"
)
WALK = """
import json, sys
from streamlit.testing.v1 import AppTest

seen = {}
for page, lang, query in (
    ("overview", "vi", {"sel": "communes:13285", "commune": "13285"}),
    ("overview", "en", {}),
    ("clusters", "vi", {"sel": "clusters:NB-002", "province": "nam-dinh"}),
    ("cross_commune", "vi", {"sel": "clusters:NB-002", "samples": "yes"}),
    ("merger", "en", {"sel": "communes:13285"}),
    ("power", "vi", {"sel": "communes:13285", "part": "grid"}),
    ("data", "vi", {}),
    ("about", "vi", {}),
):
    app = AppTest.from_file("app.py", default_timeout=120)
    app.query_params.update(query | {"lang": lang})
    app.run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py")
        app.query_params.update(query | {"lang": lang})
        app.run()
    assert not app.exception, (page, app.exception)
    assert not app.error, (page, [error.value for error in app.error])
    blocks = [element.proto.body for element in app.get("html")]
    blocks += [element.value for element in (*app.title, *app.markdown, *app.caption)]
    seen[f"{page}-{lang}"] = "\\n".join(blocks)

from lib.places.search import build_index, find
from lib.settings import settings
from lib.store.store import Store

snapshot = Store(settings().store).current()
tables = ("communes", "former_units", "ended_units", "clusters")
index = build_index({name: snapshot.read(name) for name in tables})
found = {typed: [hit.target for hit in find(typed, index)] for typed in ("phu ly", "thu hai")}
json.dump({"seen": seen, "found": found}, sys.stdout)
"""


@dataclass(frozen=True)
class Elsewhere:
    """A folder where the program was run for the other province."""

    folder: Path
    outline: Path
    said: str

    def run(self, *command: str) -> str:
        return run(self.folder, *command)


def run(folder: Path, *command: str, code: int = 0) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHUTHO_")}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept
        | {
            "DATABASE_URL": "",
            "PHUTHO_PROVINCE": str(folder / "ninh-binh"),
            "PHUTHO_BUNDLE": str(folder / "bundle"),
            "PHUTHO_STORE": str(folder / "store"),
            "PHUTHO_STATIC": str(folder / "static"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + (done.stderr if code else "")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Elsewhere:
    folder = tmp_path_factory.mktemp("elsewhere")
    *_, outline = otherprovince.make(folder)
    said = run(folder, "-m", "lib", "prepare", "--offline")
    run(folder, "-m", "lib", "import", "outlines", str(outline), "--crs", "4326", "--yes")
    return Elsewhere(folder, outline, said)


@needs_country
def test_the_map_of_another_province_is_drawn(elsewhere):
    assert "129 xã, phường" in elsewhere.said
    (path,) = (elsewhere.folder / "static" / "layers").glob("communes-*.json")
    drawn = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert {f["properties"]["code"] for f in drawn} == set(otherprovince.communes()["code"])


@needs_country
def test_a_cluster_on_two_communes_is_measured_in_the_zone_of_the_province(elsewhere):
    out = elsewhere.folder / "hai-xa.csv"
    elsewhere.run("-m", "lib", "cross-commune", "--out", str(out))
    with out.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["cluster_id"] == "NB-002"]
    assert {row["verdict"] for row in rows} == {"cross_commune"}
    assert {row["evidence"] for row in rows} == {"both"}
    outline = gpd.read_file(elsewhere.outline)
    plane = outline.to_crs(5897).area.sum() / 10_000
    assert sum(float(row["area_ha"]) for row in rows) == pytest.approx(plane, rel=1e-6)
    ground = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline.geometry[0])[0]) / 10_000
    assert plane == pytest.approx(ground, rel=5e-4)


@needs_country
def test_the_atlas_of_another_province_is_printed(elsewhere):
    out = elsewhere.folder / "atlas.pdf"
    elsewhere.run("-m", "lib", "atlas", "--all", "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF-")
    assert out.stat().st_size > 50_000


@needs_country
def test_every_page_opens_and_no_page_names_this_province(elsewhere):
    told = json.loads(elsewhere.run("-c", WALK))
    assert told["found"]["phu ly"][0] == "communes:13285"
    assert told["found"]["thu hai"][0] == "clusters:NB-002"
    assert "Ninh Bình" in told["seen"]["overview-vi"]
    here = re.compile("|".join(re.escape(name) for name in names(province())))
    for page, text in told["seen"].items():
        assert not here.search(text), (page, here.findall(text))
        assert not re.search(rf"\b{province().communes}\b", text), page


@needs_country
def test_tables_with_another_number_of_units_are_refused(tmp_path):
    otherprovince.make(tmp_path)
    path = tmp_path / "ninh-binh" / "province.toml"
    wrong = path.read_text(encoding="utf-8").replace("communes = 129", "communes = 130")
    path.write_text(wrong, encoding="utf-8")
    said = run(tmp_path, "-m", "lib", "prepare", "--offline", code=3)
    assert "communes.csv" in said
    assert "129" in said
    assert "130" in said
    assert not (tmp_path / "static").exists()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, "province.toml"),
        ("code = 'xy", "province.toml"),
        ("code = '250'", "code"),
        ("unheard_of = 1", "«code»"),
    ],
)
def test_a_folder_that_is_no_province_is_wrong_use(tmp_path, text, names):
    if text is not None:
        (tmp_path / "ninh-binh").mkdir()
        (tmp_path / "ninh-binh" / "province.toml").write_text(text, encoding="utf-8")
    said = run(tmp_path, "-m", "lib", "--help", code=2)
    assert names in said
    assert "Traceback" not in said


def test_a_system_of_measurement_that_is_no_zone_is_refused(monkeypatch, tmp_path):
    given = (ROOT / "data" / "province.toml").read_text(encoding="utf-8")
    (tmp_path / "province.toml").write_text(given.replace("area = 9208", "area = 3405"), "utf-8")
    monkeypatch.setenv("PHUTHO_PROVINCE", str(tmp_path))
    settings.cache_clear()
    try:
        with pytest.raises(WrongUseError, match="crs"):
            province.__wrapped__()
    finally:
        settings.cache_clear()


def test_the_zones_have_the_meridians_they_say():
    for zone in province().tm3:
        degrees, minutes = zone.degrees_minutes
        said = CRS.from_epsg(zone.epsg).coordinate_operation.params
        known = {one.name: one.value for one in said}
        assert known["Scale factor at natural origin"] == 0.9999
        meridian = known["Longitude of natural origin"]
        assert meridian == pytest.approx(degrees + minutes / 60)


def names(home: Province) -> set[str]:
    """Return what only this province is called."""
    return {home.name, *(former.name for former in home.former)} | {
        capital.name for capital in home.capitals
    }


def terms(home: Province) -> set[str]:
    """Return every word and number of the province that code must not know, as patterns."""
    tm3 = {str(zone.epsg) for zone in home.tm3}
    words = names(home) | {former.slug for former in home.former} | {home.area}
    words |= {capital.key for capital in home.capitals} | {home.slug.replace("-", "_")}
    words |= {home.slug.replace("-", " "), f"{home.code}_{home.slug.replace('-', '_')}"}
    words |= {home.resolution, home.resolution_number, f'"{home.code}"'}
    words |= {zone.meridian for zone in home.tm3 if zone.epsg == home.crs.area} | tm3
    words |= {str(home.communes), str(home.former_units), home.merged_on.isoformat()}
    return words


# A person's example of a name without marks, in two functions' examples; `25%` read as a quarter;
# row 25 of a form.
EXAMPLES = (
    'fold("HÒA  BÌNH") == fold("Hoà Bình")',
    '_QUARTERS: Final = {"25": 15',
    'Row("25", "person"',
    '_LISTED: Final = ("20", "21", "22", "25")',
)


def test_code_names_the_province_nowhere():
    here = province()
    assert here == Province.model_validate(
        tomllib.loads((ROOT / "data" / "province.toml").read_text(encoding="utf-8"))
    )
    wanted = re.compile(
        "|".join(rf"(?<!\w){re.escape(term)}(?!\w)" for term in sorted(terms(here))), re.IGNORECASE
    )
    assert wanted.search("tỉnh Phú Thọ")
    assert wanted.search("AREA_CRS = 9208")
    code = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "lib").rglob("*.py")]
    assert len(code) > 150
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in code
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if wanted.search(line) and not any(example in line for example in EXAMPLES)
    ]
    assert not found, "\n".join(found)
