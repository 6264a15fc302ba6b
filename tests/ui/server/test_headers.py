"""The security policy of the server itself, and that nginx says the same."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from lib.access.policy import Proxy
from lib.ui.server import headers
from lib.ui.server.rights import SINCE

NGINX = (Path(__file__).parents[3] / "deploy" / "nginx.conf").read_text(encoding="utf-8")
FRAME = "/component/streamlit_folium.st_folium/index.html"


def answered(path: str) -> dict[str, str]:
    """Return the headers of an answer that brings some of its own."""
    sent = []

    async def send(message):
        sent.append(message)

    async def nothing():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "path": path, "method": "GET", "headers": []}
    behind = PlainTextResponse("", headers={"x-frame-options": "ALLOWALL", "X-Own": "1"})
    asyncio.run(headers.Headers(behind)(scope, nothing, send))
    told = [(name.decode().lower(), value.decode()) for name, value in sent[0]["headers"]]
    assert len(dict(told)) == len(told), "each header once"
    return dict(told)


@pytest.mark.parametrize("path", ["/", "/app/static/vendor/x.js", "/media/x", FRAME])
def test_every_answer_carries_the_policy(path):
    told = answered(path)
    policy = dict(part.split(" ", 1) for part in told["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert ("'unsafe-inline'" in policy["script-src"]) is (path == FRAME)
    assert "http" not in told["content-security-policy"]
    assert told["x-frame-options"] == "SAMEORIGIN"
    assert told["x-own"] == "1"


def test_nginx_says_what_the_application_says_and_says_it_once():
    given = dict(re.findall(r'^ {4}add_header ([\w-]+) "?(.*?)"? always;$', NGINX, re.MULTILINE))
    del given["Strict-Transport-Security"]  # TLS is of nginx alone
    scripts = dict(re.findall(r"^ {4}(default|~\S+)\s+\"('.*')\";$", NGINX, re.MULTILINE))
    policy = given.pop("Content-Security-Policy")
    assert policy.replace("$phutho_scripts", scripts["default"]) == headers.security_policy("/")
    frame = next(value for name, value in scripts.items() if name != "default")
    assert policy.replace("$phutho_scripts", frame) == headers.security_policy(FRAME)
    assert given == headers.OTHERS
    hidden = set(re.findall(r"^ {4}proxy_hide_header ([\w-]+);$", NGINX, re.MULTILINE))
    assert {*given, "Content-Security-Policy", "Access-Control-Allow-Origin"} <= hidden


def test_nginx_lets_no_browser_say_who_it_is():
    """Each header something may take an identity from is set or emptied, in one place only."""
    told = re.findall(r"^( *)proxy_set_header (\S+)\s+(\S+);$", NGINX, re.MULTILINE)
    assert {indent for indent, _, _ in told} == {" " * 4}, "a location of its own loses all others"
    said = {name.lower(): value for _, name, value in told}
    assert len(said) == len(told)
    proxy = Proxy.model_fields
    assert said[proxy["person_header"].default.lower()] == "$remote_user"
    emptied = {name for name, value in said.items() if value == '""'}
    assert {
        SINCE.lower(),
        "authorization",
        "forwarded",
        "remote-user",
        "x-remote-name",
        "x-remote-groups",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-forwarded-groups",
        "x-forwarded-preferred-username",
        "x-forwarded-access-token",
        "x-auth-request-user",
        "x-auth-request-email",
        "x-auth-request-groups",
        "x-forwarded-host",
        "x-real-ip",
    } <= emptied
    include = "include /etc/phutho/nginx-secret.conf;"
    assert NGINX.count(include) == 1
