"""Whose share something counts for, and how much of it there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.access.roles import STRANGER, Actor
from lib.language.errors import WrongUseError
from lib.settings import from_environment
from lib.ui.server.limits import Limits, Pages, Visitor, limits, visitor_of

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("actor", "address", "visitor"),
    [
        (Actor("viewer", "Lan", NOW + 1), "10.0.0.9", Visitor("Lan", known=True)),
        (Actor("viewer", "Lan", NOW), "10.0.0.9", Visitor("10.0.0.9", known=False)),
        (Actor(None, "Lan", NOW + 1), "10.0.0.9", Visitor("10.0.0.9", known=False)),
        (STRANGER, "2001:db8:1:2:3:4:5:6", Visitor("2001:db8:1:2::/64", known=False)),
        (STRANGER, "2001:db8:1:2::9", Visitor("2001:db8:1:2::/64", known=False)),
        (STRANGER, "fe80::1%eth0", Visitor("fe80::/64", known=False)),
        (STRANGER, "::ffff:10.0.0.9", Visitor("10.0.0.9", known=False)),
        (STRANGER, "", Visitor("", known=False)),
    ],
)
def test_an_account_is_one_visitor_and_so_is_a_strangers_line(actor, address, visitor):
    assert visitor_of(actor, address, NOW, alone=False) == visitor


def test_without_accounts_everybody_is_the_person_at_this_machine():
    assert visitor_of(STRANGER, "127.0.0.1", NOW, alone=True) == Visitor("", known=True)


def test_strangers_from_everywhere_do_not_fill_the_server():
    pages = Pages()
    strangers = [Visitor(f"10.0.{n // 100}.{n % 100}", known=False) for n in range(1000)]
    let_in = [one for one in strangers if pages.enter(one)]
    assert len(let_in) == limits().strangers
    assert pages.enter(Visitor("Lan", known=True))
    pages.leave(let_in[0])
    assert pages.enter(strangers[-1])


@given(st.lists(st.floats(0, 30), max_size=400))
def test_a_stranger_is_heard_so_often_a_minute_and_no_more(pauses):
    pages, one, now, heard = Pages(), Visitor("10.0.0.9", known=False), NOW, []
    for pause in pauses:
        now += pause
        if pages.speak(one, now):
            heard.append(now)
        assert pages.speak(Visitor("Lan", known=True), now)
    most = limits().stranger_messages
    for number, moment in enumerate(heard):
        within = [at for at in heard[number:] if at - moment <= 60]
        assert len(within) <= 2 * most + 1


def test_a_limit_that_is_no_number_is_refused_in_words(monkeypatch):
    monkeypatch.setenv("PHUTHO_SESSIONS", "many")
    with pytest.raises(WrongUseError, match=r"PHUTHO_SESSIONS"):
        from_environment(Limits)


def test_the_guide_lists_every_limit_with_its_default(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "operate.md").read_text(encoding="utf-8")
    for name, field in Limits.model_fields.items():
        (line,) = (
            one for one in guide.splitlines() if f"`PHUTHO_{name.upper()}`" in one and "|" in one
        )
        assert line.split("|")[3].split()[0] == f"{field.default:g}", name
