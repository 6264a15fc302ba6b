"""Every knob: its default, its limits, the environment, and what a wrong value says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from lib import settings as knobs
from lib.language.errors import WrongUseError
from lib.settings import ROOT, Settings, settings

NAMES = list(Settings.model_fields)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    """Take what the machine sets out of the way, and what a test reads."""
    for name in NAMES:
        monkeypatch.delenv(f"PHUTHO_{name.upper()}", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_defaults_stay_inside_the_clone():
    assert Path(__file__).parents[1] == ROOT
    assert Settings().store == ROOT / "data" / "store"
    assert Settings().static == ROOT / "static"
    assert Settings().bundle is None
    assert (Settings().tolerance_m, Settings().simplify_m) == (50.0, 30.0)


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_says_what_it_is_for(name):
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    assert len(field.description) > 20
    assert not field.is_required()


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("store", "/srv/phu tho/kho", Path("/srv/phu tho/kho")),
        ("bundle", "gói", Path("gói")),
        ("static", "/srv/static", Path("/srv/static")),
        ("tolerance_m", "12.5", 12.5),
        ("simplify_m", "0", 0.0),
    ],
)
def test_the_environment_sets_a_knob(monkeypatch, name, value, read):
    monkeypatch.setenv(f"PHUTHO_{name.upper()}", value)
    assert getattr(settings(), name) == read


def test_what_has_another_name_is_none_of_ours(monkeypatch):
    monkeypatch.setenv("STORE", "/elsewhere")
    monkeypatch.setenv("PHUTHO_UNHEARD_OF", "1")
    assert Settings().store == ROOT / "data" / "store"


def test_settings_are_read_once_and_never_changed(monkeypatch):
    first = settings()
    monkeypatch.setenv("PHUTHO_STORE", "/later")
    assert settings() is first
    with pytest.raises(ValidationError):
        first.store = Path("/other")


@pytest.mark.parametrize("value", [3, 50, 80])
def test_the_tolerance_may_go_from_3_to_80_metres(value):
    assert Settings(tolerance_m=value).tolerance_m == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tolerance_m", "2.9"),
        ("tolerance_m", "81"),
        ("tolerance_m", "nan"),
        ("tolerance_m", "năm mươi"),
        ("simplify_m", "-1"),
        ("simplify_m", "inf"),
    ],
)
def test_a_wrong_value_is_a_refusal_that_names_the_variable(monkeypatch, name, value):
    monkeypatch.setenv(f"PHUTHO_{name.upper()}", value)
    with pytest.raises(WrongUseError, match=f"PHUTHO_{name.upper()}") as caught:
        settings()
    assert value in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_sets_nothing(monkeypatch, name):
    """``PHUTHO_STORE=`` in a service file must not make the current folder the store."""
    monkeypatch.setenv(f"PHUTHO_{name.upper()}", "")
    assert getattr(knobs.settings(), name) == Settings.model_fields[name].default
