"""The map in one file: no text from data can leave its place, nothing is fetched."""

import base64
import hashlib
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from lib.layers.web import ASSETS, map_script
from lib.reports import page


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_in_the_page_reads_back_and_cannot_end_its_element(value):
    written = page.escaped(value)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == value


def test_ends_and_comments_are_escaped():
    written = page.escaped(["</script>", "<!--", "]]>", "&lt;"])
    assert json.loads(written) == ["</script>", "<!--", "]]>", "&lt;"]
    assert "</" not in written
    assert "<!--" not in written


def test_the_policy_names_the_scripts_and_nothing_else():
    code = ["let a = 1;", "let b = 2;"]
    policy = page._policy(code)
    for text in code:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_no_script_of_the_page_ends_itself_or_evaluates_text():
    for text in (map_script(), (page._OWN / "page.js").read_text(encoding="utf-8")):
        assert "</script" not in text
        assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML", text)


def test_styles_fetch_nothing():
    for path in (ASSETS / "map.css", page._OWN / "page.css"):
        assert "url(" not in page._style(path)
