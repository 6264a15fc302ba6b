"""Every parameter of an address × every payload × every page: no error, no trace, nothing alive."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from clones import data_of
from streamlit.testing.v1 import AppTest

from lib.settings import settings
from lib.ui import state
from security.inert import alive_in_html
from security.payloads import PAYLOADS, UNWRITABLE

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
EVERY = int(os.environ.get("EVERY_ADDRESS", "10"))
"""Of the turns one in so many; all with ``EVERY_ADDRESS=1``, as ``make fuzz`` does."""
KEYS = (*state.multi(), *state.SINGLE, *state.sliders(), "view", "find", "nobody_knows_this")
TEXTS = (
    *(text for name, text in PAYLOADS.items() if name != "long"),
    *UNWRITABLE.values(),
    "k" * 10_000,
    "-1",
    "1e999",
    "٣",
    "clusters:../../etc/passwd",
    "communes:08434:x",
    ",,,,",
)
pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture(scope="module")
def data(schematic_clone, tmp_path_factory) -> Path:
    return data_of(schematic_clone, tmp_path_factory.mktemp("addresses"))


@pytest.fixture
def page_of(data, monkeypatch) -> Iterator[Callable[[str, dict[str, str]], AppTest]]:
    """Return how to open one page with an address."""
    monkeypatch.setenv("PHUTHO_STORE", str(data / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(data / "static"))
    monkeypatch.chdir(ROOT)
    settings.cache_clear()

    def opened(page: str, query: dict[str, str]) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240).run()
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.query_params.update(query)
        return app.run()

    yield opened
    settings.cache_clear()
    st.cache_resource.clear()


def turn(number: int) -> dict[str, str]:
    """Return an address in which each parameter has another text; all turns try them all."""
    return {key: TEXTS[(number + at) % len(TEXTS)] for at, key in enumerate(KEYS)}


def test_all_turns_together_try_every_text_in_every_parameter():
    tried = {(key, text) for number in range(len(TEXTS)) for key, text in turn(number).items()}
    assert tried == {(key, text) for key in KEYS for text in TEXTS}


WITHOUT_CHOICES = {"about", "status"}
"""Pages that read nothing from the address leave it as it is."""


@pytest.mark.parametrize("page", PAGES)
def test_no_address_does_more_than_open_the_page(page_of, page):
    for number in range(PAGES.index(page) % EVERY, len(TEXTS), EVERY):
        app = page_of(page, turn(number))
        assert list(app.exception) == [], number
        assert list(app.error) == [], number
        assert app.title, number
        for block in app.get("html"):
            assert alive_in_html(block.proto.body) == [], number
        if page not in WITHOUT_CHOICES:
            assert "nobody_knows_this" not in app.query_params
