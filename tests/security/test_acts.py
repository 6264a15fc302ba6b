"""Every act there is or will be asks first: past the page, who may not gets nowhere."""

import inspect
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from unittest.mock import MagicMock

import pytest

from lib.access import acts, bringing, entering
from lib.access.roles import STRANGER, Action, Actor
from lib.language.errors import NotAllowedError

FOR_VIEWERS = {"document", "everything"}
"""Acts of whoever sees pages."""
NO_ACTS = {"closed", "seen", "require_tables", "publishable", "require", "guarded"}
"""What an actor is asked with, and what gives nothing away by itself; tested by their name."""


MODULES = (acts, bringing, entering)


def acts_of(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, act in inspect.getmembers(module, inspect.isfunction):
        first = next(iter(inspect.signature(act).parameters), "")
        if act.__module__ == module.__name__ and first == "actor" and not name.startswith("_"):
            yield name, act


EVERY = [(m.__name__, name) for m in MODULES for name, _ in acts_of(m)]
PEOPLE = {
    "stranger": STRANGER,
    "no role": Actor(None, "lan"),
    "former administrator": Actor("administrator", "lan", time.time() - 1),
    "viewer": Actor("viewer", "lan"),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(
    ("module", "name"), [(m, name) for m, name in EVERY if name not in NO_ACTS]
)
def test_nobody_without_the_right_gets_as_far_as_the_store(who, module, name):
    if who == "viewer" and name in FOR_VIEWERS:
        return
    act = vars({one.__name__: one for one in MODULES}[module])[name]
    named = {
        one.name: MagicMock(name=one.name)
        for one in inspect.signature(act).parameters.values()
        if one.name != "actor"
    }
    with pytest.raises(NotAllowedError):
        act(PEOPLE[who], **named)
    touched = [one for one, given in named.items() if given.method_calls and one != "given"]
    assert not touched, touched


def test_the_acts_are_found():
    assert {name for _, name in EVERY} >= FOR_VIEWERS | NO_ACTS | {"attach", "enter", "put_aside"}
    with pytest.raises(NotAllowedError):
        acts.require(PEOPLE["viewer"], Action.IMPORT)
