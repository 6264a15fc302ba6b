"""Roles: every act by every role, when a sign-in ends, whom a token or a proxy speaks of."""

import math
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.access import identity, roles
from lib.access.policy import ROLES, Policy
from lib.access.roles import ALONE, STRANGER, Action, Actor
from lib.language.errors import NotAllowedError

NOW = 1_800_000_000.0
HOUR = 3600
SECRET = "s" * 40
MAY = {
    None: set(),
    "viewer": {"view", "take_away"},
    "editor": {"view", "take_away", "import"},
    "administrator": {"view", "take_away", "import", "restore", "restricted", "audit", "approve"},
}
OIDC = {
    "server_metadata_url": "https://sso.example.vn/.well-known/openid-configuration",
    "client_id": "map",
    "client_secret": "x",
    "redirect_uri": "https://map.example.vn/oauth2callback",
    "cookie_secret": "c" * 40,
}


def by_oidc(**more: object) -> Policy:
    given = {
        "oidc": OIDC,
        "people": {"lan@example.vn": "editor"},
        "groups": {"it": "administrator"},
    }
    return Policy.model_validate(given | more)


def by_proxy(**more: object) -> Policy:
    proxy = {"secret": SECRET, "name_header": "X-Name", "role_header": "X-Groups"}
    people = {"lan": "editor"}
    return Policy.model_validate(
        {"proxy": proxy, "people": people, "groups": {"it": "administrator"}} | more
    )


def claims(**changed: object) -> dict[str, object]:
    said = {
        "is_logged_in": True,
        "email": "lan@example.vn",
        "name": "Nguyễn Thị Lan",
        "exp": NOW + HOUR,
        "iat": NOW,
    }
    return {key: value for key, value in (said | changed).items() if value is not None}


def headers(**changed: str | None) -> list[tuple[str, str]]:
    said = {"x-phutho-secret": SECRET, "x-remote-user": "lan"}
    said |= {name.replace("_", "-"): value for name, value in changed.items()}
    return [(name, value) for name, value in said.items() if value is not None]


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("action", list(Action))
def test_every_act_by_every_role(role, action):
    actor = Actor(role, "lan", NOW + 1)
    assert actor.may(action, NOW) is (action.value in MAY[role])
    if action.value in MAY[role]:
        roles.require(actor, action, NOW)
    else:
        with pytest.raises(NotAllowedError) as refused:
            roles.require(actor, action, NOW)
        assert refused.value.message("vi") != refused.value.message("en")


def test_a_higher_role_may_all_that_a_lower_one_may():
    for lower, higher in pairwise(ROLES):
        assert roles.ALLOWED[lower] < roles.ALLOWED[higher]
    assert roles.ALLOWED[ROLES[-1]] == set(Action)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("late", [0, 0.001, 1, 10 * HOUR])
def test_nothing_is_allowed_from_the_moment_a_sign_in_ends(role, action, late):
    actor = Actor(role, "lan", NOW)
    assert not actor.may(action, NOW + late)
    with pytest.raises(NotAllowedError) as refused:
        roles.require(actor, action, NOW + late)
    assert refused.value.key == "access.expired"


def test_who_is_alone_may_everything_for_ever_and_gives_a_name_each_time():
    assert all(ALONE.may(action, math.inf) for action in Action)
    assert ALONE.signed("  Lan   Anh ") == "Lan Anh"
    assert Actor("editor", "lan").signed("somebody else") == "lan"
    assert not any(STRANGER.may(action, 0) for action in Action)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({}, "editor"),
        ({"email": "LAN@example.VN"}, None),
        ({"roles": ["it"]}, "administrator"),
        ({"roles": "it"}, "administrator"),
        ({"roles": ["it", "x"], "email": "other@example.vn"}, "administrator"),
        ({"roles": [{"it": 1}, 7, None], "email": "other@example.vn"}, None),
        ({"roles": {"it": True}, "email": "other@example.vn"}, None),
        ({"roles": "it,x", "email": "other@example.vn"}, None),
        ({"email": "other@example.vn"}, None),
        ({"email_verified": True}, "editor"),
    ],
)
def test_the_role_is_the_highest_of_the_list_and_the_claim(said, role):
    actor = identity.of_claims(by_oidc(), claims(**said))
    assert actor.role == role
    assert actor.name
    assert actor.expires == NOW + HOUR


@pytest.mark.parametrize(
    "said",
    [
        {"is_logged_in": False},
        {"is_logged_in": "true"},
        {"is_logged_in": None},
        {"exp": None},
        {"exp": "1900000000"},
        {"exp": True},
        {"exp": math.inf},
        {"exp": math.nan},
        {"iat": None},
        {"email": None},
        {"email": ""},
        {"email": ["lan@example.vn"]},
        {"email_verified": False},
    ],
)
def test_a_token_that_leaves_something_open_is_nobodys(said):
    assert identity.of_claims(by_oidc(others="administrator"), claims(**said)) == STRANGER


def test_a_sign_in_never_holds_longer_than_the_file_says():
    actor = identity.of_claims(by_oidc(max_hours=2), claims(exp=NOW + 1000 * HOUR))
    assert actor.expires == NOW + 2 * HOUR
    assert identity.of_headers(by_proxy(max_hours=2), headers(), NOW).expires == NOW + 2 * HOUR


def test_the_log_says_name_and_address_and_is_not_flooded():
    assert identity.of_claims(by_oidc(), claims()).name == "Nguyễn Thị Lan (lan@example.vn)"
    assert identity.of_claims(by_oidc(), claims(name=None)).name == "lan@example.vn"
    assert len(identity.of_claims(by_oidc(), claims(name="x" * 5000)).name) <= 80
    assert "\n" not in identity.of_claims(by_oidc(), claims(name="a\nb")).name


def test_others_who_sign_in_get_what_the_file_says():
    assert identity.of_claims(by_oidc(), claims(email="x@y.vn")).role is None
    assert identity.of_claims(by_oidc(others="viewer"), claims(email="x@y.vn")).role == "viewer"


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({}, "editor"),
        ({"x_groups": "a, it"}, "administrator"),
        ({"x_remote_user": "hoa", "x_groups": "it"}, "administrator"),
        ({"x_remote_user": "hoa"}, None),
    ],
)
def test_a_proxy_vouches_with_its_secret(said, role):
    actor = identity.of_headers(by_proxy(), headers(**said), NOW)
    assert actor.role == role
    assert actor.name


@pytest.mark.parametrize(
    "said",
    [
        {"x_phutho_secret": None},
        {"x_phutho_secret": ""},
        {"x_phutho_secret": SECRET[:-1]},
        {"x_phutho_secret": SECRET + "s"},
        {"x_phutho_secret": "ß" * 40},
        {"x_remote_user": None},
        {"x_remote_user": "  "},
    ],
)
def test_without_the_secret_or_a_name_a_header_says_nothing(said):
    assert identity.of_headers(by_proxy(others="administrator"), headers(**said), NOW) == STRANGER


@pytest.mark.parametrize("name", ["X-Phutho-Secret", "X-Remote-User", "x-remote-user", "X-Groups"])
def test_a_header_that_comes_twice_counts_as_none(name):
    twice = [*headers(x_groups="it"), (name, "it")]
    assert identity.of_headers(by_proxy(), twice, NOW).role != "administrator"


def test_a_way_that_is_not_in_the_file_signs_nobody_in():
    assert identity.of_headers(by_oidc(), headers(), NOW) == STRANGER
    assert identity.of_claims(by_proxy(), claims()) == STRANGER


def test_restricted_tables_are_closed_to_all_but_administrators():
    policy = by_oidc(restricted=["power_lines", "outlines"])
    for role in (None, "viewer", "editor"):
        actor = Actor(role, "x")
        assert roles.closed_to(actor, policy) == {"power_lines", "outlines"}
        with pytest.raises(NotAllowedError):
            roles.require_tables(actor, ["clusters", "outlines"], policy)
        roles.require_tables(actor, ["clusters"], policy)
    roles.require_tables(Actor("administrator", "x"), ["outlines"], policy)
    roles.require_tables(ALONE, ["outlines"], None)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"])
def test_an_address_only_this_machine_reaches(address):
    assert identity.is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [None, "", " ", "0.0.0.0", "::", "10.0.0.4", "may-chu", "unix:/run/x", "localhost.vn"],  # noqa: S104
)
def test_an_address_others_may_reach(address):
    assert not identity.is_loopback(address)


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_a_request_from_here(host):
    assert identity.came_from_here([("host", host), ("cookie", "x")])


@pytest.mark.parametrize(
    "said",
    [
        [],
        [("host", "evil.example")],
        [("host", "localhost.evil.example:8501")],
        [("host", "127.0.0.1.nip.io")],
        [("host", "localhost"), ("host", "evil.example")],
        [("host", "localhost"), ("X-Forwarded-For", "10.1.1.1")],
        [("host", "localhost"), ("Forwarded", "for=10.1.1.1")],
        [("host", "localhost"), ("x-real-ip", "10.1.1.1")],
        [("host", "map.example.vn")],
        [("host", "")],
        [("host", ":8501")],
    ],
)
def test_a_request_that_passed_a_proxy_or_asks_for_another_name(said):
    assert not identity.came_from_here(said)


@given(st.sampled_from(["lan", "tú", "ﬁ", "straße", "a b"]), st.data())
def test_an_account_is_the_one_listed_letter_for_letter(listed, data):
    alike = {
        listed.upper(),
        listed.title(),
        listed.casefold(),
        unicodedata.normalize("NFD", listed),
        unicodedata.normalize("NFKC", listed),
        listed.replace(" ", "  "),
        f"{listed} ",
        f"{listed}\u200b",
    } - {listed}
    other = data.draw(st.sampled_from(sorted(alike)) | st.text(max_size=8).filter(listed.__ne__))
    people = {listed: "administrator"}
    for said, role in ((listed, "administrator"), (other, None)):
        assert (
            identity.of_headers(by_proxy(people=people), headers(x_remote_user=said), NOW).role
            == role
        )
        assert identity.of_claims(by_oidc(people=people), claims(email=said)).role == role


def test_a_long_name_does_not_hide_whose_account_it_is():
    actor = identity.of_claims(by_oidc(), claims(name="Trần Hòa (hoa@example.vn) " * 9))
    assert actor.name.endswith("(lan@example.vn)")
    assert len(actor.name) <= 80


def test_what_was_said_of_somebody_is_read_by_the_policy_of_later():
    for now, later, actor in (
        (
            by_proxy(),
            by_proxy(people={"x": "viewer"}),
            identity.of_headers(by_proxy(), headers(), NOW),
        ),
        (by_oidc(), by_oidc(people={"x": "viewer"}), identity.of_claims(by_oidc(), claims())),
    ):
        assert actor.again(now) == actor
        assert actor.role == "editor"
        assert actor.again(later).role is None


@given(
    st.dictionaries(
        st.sampled_from(["is_logged_in", "exp", "iat", "email", "roles", "name", "email_verified"]),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(), lambda of: st.lists(of, max_size=3)
        ),
    )
)
def test_no_token_without_a_listed_person_or_group_gives_a_role(said):
    actor = identity.of_claims(by_oidc(), said)
    listed = "it" in str(said.get("roles")) or "lan@" in str(said.get("email")).casefold()
    assert actor.role is None or listed


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=60)), max_size=8))
def test_no_headers_without_the_secret_give_a_role(said):
    assert identity.of_headers(by_proxy(others="administrator"), said, NOW) == STRANGER


@pytest.mark.parametrize("name", ["cụm.xlsx", "cụm", "a.b c.csv", "x; y.pdf"])
def test_a_file_that_may_hold_restricted_tables_says_so_and_is_known_by_it(name):
    closed = by_proxy(restricted=["substations"])
    marked = roles.file_name(Actor("administrator", "hoa"), name, closed)
    assert marked != name
    assert Path(marked).suffix == (Path(name).suffix or ".han-che")
    for header in (f'attachment; filename="{marked}"', f"attachment; filename*=utf-8''{marked}"):
        assert roles.needed_for_file(header) == Action.RESTRICTED
    for actor, rules in (
        (Actor("viewer", "x"), closed),
        (Actor("editor", "x"), closed),
        (Actor("administrator", "x"), by_proxy()),
        (ALONE, None),
    ):
        assert roles.file_name(actor, name, rules) == name
    assert roles.needed_for_file(f'attachment; filename="{name}"') is None
    assert roles.needed_for_file("") is None


@pytest.mark.parametrize(
    ("role", "closed", "needs"),
    [
        ("editor", [], Action.IMPORT),
        ("editor", ["substations"], Action.IMPORT),
        ("administrator", [], Action.IMPORT),
        ("administrator", ["substations"], Action.RESTRICTED),
    ],
)
def test_a_file_an_office_brought_is_for_those_who_may_import(role, closed, needs):
    rules = by_proxy(restricted=closed)
    called = roles.file_name(Actor(role, "x"), "cụm.xlsx", rules, brought=True)
    assert roles.needed_for_file(f'attachment; filename="{called}"') == needs
    assert roles.file_name(ALONE, "cụm.xlsx", None, brought=True) == "cụm.xlsx"


def test_of_two_marks_the_stricter_counts():
    named = 'attachment; filename="tram.han-che.noi-bo.xlsx"'
    assert roles.needed_for_file(named) == Action.RESTRICTED
