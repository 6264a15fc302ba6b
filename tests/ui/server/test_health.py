"""Whether a server is well is for everybody; why, for who may read the log."""

import json

import pytest
from starlette.requests import Request

from lib.access import roles
from lib.access.policy import Policy
from lib.settings import settings
from lib.ui.server.health import health

SECRET = "p" * 40


def asked(**said: str) -> dict[str, object]:
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()]
    scope = {"type": "http", "method": "GET", "path": "/health", "headers": headers}
    return json.loads(health(Request(scope)).body)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """Look at a folder without any data: what is wrong names it."""
    monkeypatch.setenv("PHUTHO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("who", "secret", "reasons"),
    [
        ("", "", False),
        ("hoa", "guessed", False),
        ("xem", SECRET, False),
        ("sua", SECRET, False),
        ("hoa", SECRET, True),
    ],
)
def test_reasons_are_for_administrators(monkeypatch, tmp_path, who, secret, reasons):
    people = {"hoa": "administrator", "sua": "editor", "xem": "viewer"}
    policy = Policy.model_validate({"proxy": {"secret": SECRET}, "people": people})
    monkeypatch.setattr(roles, "policy", lambda: policy)
    said = asked(x_phutho_secret=secret, x_remote_user=who) if who else asked()
    if reasons:
        assert {"store", "log"} <= {check["name"] for check in said["checks"]}
    else:
        assert said == {"well": False}
    assert (str(tmp_path) in json.dumps(said)) is reasons


def test_where_nobody_signs_in_reasons_are_for_the_one_at_the_machine(monkeypatch):
    monkeypatch.setattr(roles, "policy", lambda: None)
    assert asked()["checks"]
