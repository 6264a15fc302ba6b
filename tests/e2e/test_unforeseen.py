"""An error nobody foresaw: a sentence and a number for the visitor, the traceback for the log."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import copy_of

from e2e.session import session
from e2e.sites import Site, served
from lib.language.text import LANGS, t

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

BROKEN = """

from lib.language.errors import StoreError


@st.fragment
def in_a_fragment():
    if st.button("fragment"):
        raise RuntimeError("hidden words")
    if st.button("ours"):
        raise StoreError("store.busy", seconds=7)


def in_a_callback():
    raise RuntimeError("hidden words")


st.button("callback", on_click=in_a_callback)
in_a_fragment()
if st.button("stop"):
    st.stop()
if st.button("page"):
    raise RuntimeError("hidden words")
st.caption("whole to its end")
"""


@pytest.fixture(scope="module")
def broken(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a page that breaks where it is told to."""
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("unforeseen"))
    page = root / "pages" / "about.py"
    page.write_text(page.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
    with served(root) as site:
        yield site


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("where", ["page", "fragment", "callback"])
def test_the_visitor_is_given_a_number_and_the_log_the_rest(broken: Site, where, lang):
    before, after = t("rescue.unforeseen", lang, number="|").split("|")
    with session(broken, {}) as visit:
        told = visit.open("about", lang=lang)
        assert before not in told.text
        told = visit.run(told.widgets[where])
        (number,) = re.findall(re.escape(before) + "([0-9A-F]{8})" + re.escape(after), told.text)
        for word in ("hidden words", "RuntimeError", "Traceback", "redacted"):
            assert word not in told.text
        log = broken.log.read_text(encoding="utf-8", errors="replace")
        assert "RuntimeError: hidden words" in log.partition(f"unforeseen error {number}")[2]
        assert "whole to its end" in visit.run().text, "the next turn is as if nothing had been"


def test_an_error_of_ours_in_a_fragment_is_said_in_its_own_words(broken: Site):
    with session(broken, {}) as visit:
        told = visit.open("about")
        told = visit.run(told.widgets["ours"])
        assert t("store.busy", seconds=7) in told.text
        assert t("rescue.unforeseen", number="|").partition("|")[0] not in told.text


def test_a_stop_is_no_error(broken: Site):
    with session(broken, {}) as visit:
        told = visit.open("about")
        told = visit.run(told.widgets["stop"])
        assert "whole to its end" not in told.text
        assert t("rescue.unforeseen", number="|").partition("|")[0] not in told.text
