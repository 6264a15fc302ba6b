"""Every page for those who cannot see well or use no mouse: what axe calls serious is none."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

VIEWS = [
    ("", {}),
    ("clusters", {"sel": "clusters:PT-017"}),
    ("cross_commune", {"sel": "clusters:PT-017"}),
    ("power", {"sel": "communes:08590", "town_km": "5"}),
    ("power", {"present": "yes", "sel": "communes:08590", "playlist": "gaps"}),
    ("merger", {"sel": "communes:04891", "era": "before"}),
    ("merger", {"split": "yes"}),
    ("progress", {}),
    ("layers", {}),
    ("follow_up", {}),
    ("data", {}),
    ("data", {"tab": "import"}),
    ("data", {"tab": "enter"}),
    ("data", {"tab": "history"}),
    ("data", {"tab": "download"}),
    ("about", {}),
]


@pytest.mark.parametrize(("path", "query"), VIEWS, ids=lambda v: "-".join(v) if v else "all")
def test_axe_finds_nothing_serious(best: Site, visit, path, query):
    opened = visit(best).open(path, with_map=path not in {"data", "about", "follow_up"}, **query)
    opened.page.locator(".ph-foot").wait_for()
    found = Axe().run(opened.page).response["violations"]
    serious = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_axe_would_notice(best: Site, visit):
    opened = visit(best).open("about", with_map=False)
    opened.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x>')")
    found = Axe().run(opened.page).response["violations"]
    assert "image-alt" in {violation["id"] for violation in found}
