"""Leaflet, map script, styles and legend drawings: from this machine, never from a CDN."""

import hashlib
import re
from pathlib import Path

import pytest

from lib.language.errors import StoreError
from lib.layers import web
from lib.layers.looks.symbols import swatch
from lib.layers.registry import LAYERS
from lib.layers.web import install, page_style_path, swatch_path, web_assets


@pytest.fixture(scope="module")
def static(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "static"
    install(folder)
    return folder


def everything(static: Path) -> dict[str, str]:
    return {
        str(path.relative_to(static)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in static.rglob("*")
        if path.is_file()
    }


def test_all_a_map_loads_is_there_after_installing(static):
    assets = web_assets()
    assert [Path(p).suffix for p in assets.scripts] == [".js", ".js", ".js"]
    assert [Path(p).suffix for p in assets.styles] == [".css", ".css"]
    for path in (*assets.scripts, *assets.styles, page_style_path()):
        assert (static / path).stat().st_size > 100


def test_a_map_without_its_files_is_refused_before_it_is_blank(static, tmp_path):
    web.check_assets(static)
    with pytest.raises(StoreError, match="prepare"):
        web.check_assets(tmp_path)


def test_leaflet_is_loaded_before_the_script_that_needs_it(static):
    first, *own = ((static / path).read_text(encoding="utf-8") for path in web_assets().scripts)
    assert "Leaflet 1.9" in first[:200]
    assert "window.PhuThoScroll =" in own[0]
    assert "window.PhuThoMap =" in own[1]


def test_installing_says_what_is_installed(tmp_path):
    assert install(tmp_path) == web_assets()


def test_our_own_files_carry_the_hash_of_their_content(static):
    own = [web_assets().scripts[-1], web_assets().styles[-1], page_style_path()]
    for path in own:
        digest = hashlib.sha256((static / path).read_bytes()).hexdigest()
        assert Path(path).stem.rpartition("-")[2] == digest[:12]
    assert len(set(own)) == 3


def test_a_changed_script_gets_another_name_and_the_old_one_stays(tmp_path, monkeypatch):
    assets = tmp_path / "assets"
    (assets / "map").mkdir(parents=True)
    parts = [f"map/{name}" for name in web.MAP_PARTS]
    for name in (*parts, "scroll.js", "map.css", "app.css", "present.css"):
        (assets / name).write_bytes((web.ASSETS / name).read_bytes())
    old = install(tmp_path / "static")
    (assets / "map" / "hand.js").write_text("// new", encoding="utf-8")
    monkeypatch.setattr(web, "ASSETS", assets)
    new = install(tmp_path / "static")
    assert new.scripts[-1] != old.scripts[-1]
    assert new.styles == old.styles
    assert "// new" in (tmp_path / "static" / new.scripts[-1]).read_text(encoding="utf-8")
    assert (tmp_path / "static" / old.scripts[-1]).exists()


def test_installing_twice_changes_nothing(static):
    before = everything(static)
    install(static)
    assert everything(static) == before


def test_nothing_is_fetched_from_elsewhere(static):
    for path in static.rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        assert "@import" not in css
        for target in re.findall(r"url\(([^)]*)\)", css):
            place = target.strip("'\"")
            if place.startswith(("#", "data:")):
                continue
            assert not re.match(r"(https?:)?//", place), (path.name, place)
            assert (path.parent / place).is_file(), (path.name, place)
    for path in web_assets().scripts[1:]:
        script = (static / path).read_text(encoding="utf-8")
        addresses = re.findall(r"https?://[^\s\"'`]+", script)
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}


def test_what_comes_from_data_is_never_put_in_as_html():
    scroll = (web.ASSETS / "scroll.js").read_text(encoding="utf-8")
    for script in (web.map_script(), scroll):
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in script
        assert "textContent" in script


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.layer_id)
def test_every_class_has_its_drawing_for_the_legend(static, layer):
    for style in layer.styles:
        path = static / swatch_path(layer, style)
        assert path.read_text(encoding="utf-8") == swatch(style, layer.kind)
        assert path.suffix == ".svg"


def test_the_legend_has_no_drawing_nobody_asks_for(static):
    wanted = {swatch_path(layer, style) for layer in LAYERS.values() for style in layer.styles}
    assert {str(p.relative_to(static)) for p in (static / "legend").iterdir()} == wanted
