"""A colour of the theme is written once, and once more for Streamlit."""

import re
import tomllib

from lib.layers import web
from lib.settings import ROOT
from lib.tables.palette import COLOURS, css, typst

HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")


def test_streamlit_has_the_colours_of_the_table():
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    wanted = {
        "primaryColor": "accent",
        "backgroundColor": "paper",
        "secondaryBackgroundColor": "land",
        "textColor": "ink",
        "linkColor": "link",
        "borderColor": "rule",
    }
    assert {key: theme[key] for key in wanted} == {k: COLOURS[name] for k, name in wanted.items()}


def test_no_style_sheet_and_no_paper_has_a_colour_of_its_own():
    sheets = [*ROOT.glob("lib/**/*.css"), *ROOT.glob("lib/**/*.typ")]
    assert len(sheets) > 5
    assert {p.name: found for p in sheets if (found := HEX.findall(p.read_text("utf-8")))} == {}


def test_every_colour_that_is_asked_for_is_there():
    named = re.compile(r"var\(--ph-([a-z-]+)\)|\btheme-([a-z-]+)")
    for path in (*ROOT.glob("lib/**/*.css"), *ROOT.glob("lib/**/*.typ")):
        asked = {a or b for a, b in named.findall(path.read_text("utf-8"))} - {"at"}
        assert asked <= set(COLOURS), path.name
    assert all(f"--ph-{name}:{value};" in css() for name, value in COLOURS.items())
    assert all(f'theme-{name} = rgb("{value}")' in typst() for name, value in COLOURS.items())


def test_a_page_and_the_map_are_given_the_colours_with_their_style_sheet(tmp_path):
    assets = web.install(tmp_path)
    for path in (assets.styles[-1], *map(web.page_style_path, web.PAGE_STYLES)):
        assert (tmp_path / path).read_text(encoding="utf-8").startswith(css())
