"""Signing in with Chromium at a real OpenID provider on this machine: three roles, one stranger.

The provider signs its tokens (RS256) and is found by discovery; the code, the
nonce and the signature are checked by Streamlit and Authlib as in the office.
"""

import importlib.util
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from clones import copy_of
from playwright.sync_api import Page, expect

from e2e.session import get
from e2e.sites import START_SECONDS, Site, free_port, served
from lib.language.text import t
from lib.store import audit

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PEOPLE = {
    "xem": {"email": "xem@so.vn", "name": "Vũ Văn Xem"},
    "sua": {"email": "sua@so.vn", "name": "Nguyễn Thị Sửa"},
    "hoa": {"email": "hoa@so.vn", "name": "Trần Hòa", "roles": ["ccn-quan-tri", "x"]},
    "la": {"email": "la@noi-khac.vn", "name": "Người Lạ"},
}
POLICY = """
restricted = ["substations"]
[oidc]
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_id = "ban-do"
client_secret = "khong-quan-trong"
redirect_uri = "{app}/oauth2callback"
cookie_secret = "{secret}"
[people]
"xem@so.vn" = "viewer"
"sua@so.vn" = "editor"
[groups]
"ccn-quan-tri" = "administrator"
"""


@contextmanager
def provider(*options: str) -> Iterator[str]:
    """Run the provider of the package ``oidc-provider-mock`` until the block ends."""
    port = free_port()
    known = [f"--user-claims={json.dumps({'sub': who, **said})}" for who, said in PEOPLE.items()]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known, *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://localhost:{port}"
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end and process.poll() is None:
                try:
                    requests.get(f"{address}/.well-known/openid-configuration", timeout=5)
                    break
                except requests.ConnectionError:
                    time.sleep(0.1)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


@contextmanager
def office(clone: Path, folder: Path, *options: str) -> Iterator[Site]:
    """Run an office: the provider and a server that sends people there."""
    missing = [n for n in ("authlib", "httpx", "oidc_provider_mock") if not found(n)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (requirements-dev.txt)")
    root, port, policy = copy_of(clone, folder), free_port(), folder / "access.toml"
    with provider(*options) as address:
        text = POLICY.format(provider=address, app=f"http://localhost:{port}", secret="c" * 40)
        policy.write_text(text, encoding="utf-8")
        with served(root, port=port, PHUTHO_ACCESS=str(policy)) as site:
            yield site


def found(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@pytest.fixture(scope="module")
def signed(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office whose sign-ins hold an hour."""
    with office(schematic_clone, tmp_path_factory.mktemp("signed"), "--token-max-age=3600") as site:
        yield site


def sign_in(page: Page, site: Site, who: str) -> None:
    """Go from the closed page through the provider's and back."""
    page.goto(f"{site.url}/data?tab=import")
    page.get_by_text(t("access.nobody")).wait_for()
    assert page.get_by_test_id("stSidebarNav").count() == 0
    button = page.get_by_role("button", name=t("access.sign_in"))
    expect(button).to_have_count(1)
    button.click()
    page.get_by_role("heading", name="Authorize Client").wait_for()
    page.get_by_role("textbox").fill(who)
    page.get_by_role("button", name="Authorize", exact=True).click()


def cookies(page: Page) -> dict[str, str]:
    """Return the header that makes a request the browser's own."""
    return {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())}


@pytest.mark.parametrize(
    ("who", "role"), [("xem", "viewer"), ("sua", "editor"), ("hoa", "administrator")]
)
def test_each_role_signs_in_and_sees_what_is_his(signed: Site, contexts, who, role):
    context, beyond = contexts()
    page = context.new_page()
    assert get(signed, "media/x", cookies(page)).status_code == 401
    sign_in(page, signed, who)
    shown = page.locator(".st-key-who").get_by_text(t(f"access.role_{role}"))
    shown.wait_for()
    assert PEOPLE[who]["name"] in page.locator(".st-key-who").inner_text()
    page.locator(".st-key-map iframe").wait_for()
    page.goto(f"{signed.url}/data")
    tabs = page.get_by_test_id("stButtonGroup").filter(has_text=t("data.tab_use"))
    tabs.wait_for()
    for tab, roles in (("import", ("editor", "administrator")), ("log", ("administrator",))):
        assert (t(f"data.tab_{tab}") in tabs.inner_text()) is (role in roles)
    mine = cookies(page)
    layer = next((signed.root / "static" / "layers").glob("communes-*.json")).name
    assert get(signed, f"app/static/layers/{layer}", mine).status_code == 200
    assert get(signed, f"app/static/layers/{layer}", {}).status_code == 401
    # A name of no layer is nobody's: whether there could be one is not told either.
    assert get(signed, "restricted/khong-co.json", mine).status_code == 404
    forged = {"Cookie": mine["Cookie"].replace("_streamlit_user=", "_streamlit_user=x")}
    assert get(signed, f"app/static/layers/{layer}", forged).status_code == 401
    page.get_by_role("button", name=t("access.sign_out")).click()
    page.wait_for_url(lambda url: "end_session" in url or url.rstrip("/") == signed.url)
    assert get(signed, f"app/static/layers/{layer}", cookies(page)).status_code == 401
    said = [e for e in audit.events(signed.root / "data" / "store") if "role" in e.details]
    mine_said = [(e.action, e.details["role"]) for e in said if PEOPLE[who]["email"] in e.who]
    assert mine_said == [("sign-in", role), ("sign-out", role)]
    # The provider's own pages would like a style sheet from elsewhere; ours ask for nothing.
    assert [url for url in beyond if "picocss" not in url] == []


def test_who_is_known_to_the_provider_but_not_to_the_office_sees_nothing(signed: Site, contexts):
    page = contexts()[0].new_page()
    sign_in(page, signed, "la")
    page.get_by_text(t("access.no_role")).wait_for()
    assert page.locator(".st-key-map").count() == 0
    assert get(signed, "app/static/layers/x.json", cookies(page)).status_code == 403


def test_a_token_that_has_run_out_opens_nothing(schematic_clone, tmp_path, contexts):
    with office(schematic_clone, tmp_path, "--token-max-age=-5") as site:
        page = contexts()[0].new_page()
        sign_in(page, site, "hoa")
        page.get_by_text(t("access.expired")).wait_for()
        expect(page.get_by_role("button", name=t("access.sign_in_again"))).to_have_count(1)
        assert page.locator(".st-key-map").count() == 0
        layer = next((site.root / "static" / "layers").glob("communes-*.json")).name
        assert get(site, f"app/static/layers/{layer}", cookies(page)).status_code == 401
