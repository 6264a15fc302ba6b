"""Who a request is from: an identity token's claims, a proxy's headers, this machine itself.

What a sign-in service or a reverse proxy says about a visitor becomes an `Actor`
here and nowhere else.
"""

import ipaddress
import math
from collections.abc import Iterable, Mapping
from functools import partial
from hmac import compare_digest
from typing import Any, Final

from lib.access.policy import ROLES, Policy, Role
from lib.access.roles import STRANGER, Actor
from lib.language.text import nfc

_NAME_CHARS: Final = 80
_FORWARDED: Final = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)
"""What a reverse proxy adds: the visitor is not at this machine."""
_HOUR: Final = 3600


def role_of(given: Policy, subject: str, values: Iterable[str]) -> Role | None:
    """Return the highest role the list of people or a value of the claim gives.

    Parameters
    ----------
    given : Policy
        The file of `PHUTHO_ACCESS`.
    subject : str
        What the person is called in the list: letter for letter. Two names that look
        alike, or differ in case only, may be two accounts.
    values : iterable of str
        Values of the claim or header that carries roles.
    """
    roles = [given.people.get(subject)] if subject else []
    roles += [given.groups.get(value) for value in values]
    found = [role for role in roles if role]
    return max(found, key=ROLES.index) if found else given.others


def communes_of(given: Policy, subject: str, values: Iterable[str]) -> frozenset[str] | None:
    """Return the communes an editor is limited to, by name or by any of the groups; None: to none.

    Who has several lines has the communes of all of them.
    """
    if role_of(given, subject, values := tuple(values)) != "editor":
        return None
    limits = [given.communes[name] for name in (subject, *values) if name in given.communes]
    return frozenset(code for codes in limits for code in codes) if limits else None


def of_claims(given: Policy, claims: Mapping[str, Any]) -> Actor:
    """Return who an identity token speaks of; its signature was checked before.

    A token that does not say until when it holds, or whose address was not
    verified by the sign-in service, is nobody's.
    """
    oidc = given.oidc
    if oidc is None or claims.get("is_logged_in") is not True:
        return STRANGER
    until, issued = _moment(claims.get("exp")), _moment(claims.get("iat"))
    if until is None or issued is None:
        return STRANGER
    subject = _exact(claims.get(oidc.person_claim))
    if not subject or (oidc.person_claim == "email" and claims.get("email_verified") is False):
        return STRANGER
    values = _words(claims.get(oidc.role_claim))
    name = _named(subject, _word(claims.get(oidc.name_claim)))
    expires = min(until, issued + given.max_hours * _HOUR)
    return Actor(
        role_of(given, subject, values),
        name,
        expires,
        subject,
        communes_of(given, subject, values),
        partial(of_claims, claims=dict(claims)),
    )


def of_headers(given: Policy, headers: Iterable[tuple[str, str]], since: float) -> Actor:
    """Return whom a reverse proxy vouches for, nobody without its secret.

    Parameters
    ----------
    given : Policy
        The file of `PHUTHO_ACCESS`.
    headers : iterable of (str, str)
        All headers of the request; one that comes twice counts as none, since a
        proxy that adds instead of replacing would let a visitor choose.
    since : float
        When the visit began, seconds since 1970 UTC.
    """
    proxy = given.proxy
    if proxy is None:
        return STRANGER
    said = tuple(headers)
    single = _once(said)
    secret = single.get(proxy.secret_header.lower(), "")
    if not compare_digest(secret.encode(), proxy.secret.encode()):
        return STRANGER
    subject = _exact(single.get(proxy.person_header.lower()))
    if not subject:
        return STRANGER
    values = single.get(proxy.role_header.lower(), "") if proxy.role_header else ""
    groups = [value.strip() for value in values.split(",")]
    shown = _word(single.get(proxy.name_header.lower())) if proxy.name_header else ""
    until = since + given.max_hours * _HOUR
    return Actor(
        role_of(given, subject, groups),
        _named(subject, shown),
        until,
        subject,
        communes_of(given, subject, groups),
        partial(of_headers, headers=said, since=since),
    )


def is_loopback(host: str | None) -> bool:
    """Return whether only this machine can reach an address the server is bound to.

    An empty address is every interface; a name that is not ``localhost`` may be
    any, and is not looked up.
    """
    bare = (host or "").strip().removeprefix("[").removesuffix("]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def came_from_here(headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether a request was made at this machine and asked for it by name.

    A proxy in front of a server without accounts would make everyone an
    administrator, and so would a page elsewhere whose name was pointed here
    (DNS rebinding): both give themselves away in the headers.
    """
    given = [(name.lower(), value) for name, value in headers]
    hosts = [value for name, value in given if name == "host"]
    if len(hosts) != 1 or any(name in _FORWARDED for name, _ in given):
        return False
    host, _, port = hosts[0].rpartition(":")
    return is_loopback(host if port.isdecimal() and host else hosts[0])


def _once(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _moment(value: object) -> float | None:
    right = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if right and math.isfinite(value) else None  # type: ignore[arg-type]


def _named(subject: str, shown: str) -> str:
    """Return the name for the log: the account whole, what it calls itself as far as there is room.

    An account's own long name must not push out which account it is.
    """
    room = _NAME_CHARS - len(subject) - len(" ()")
    return f"{shown[:room]} ({subject})" if shown and shown != subject and room > 0 else subject


def _exact(value: object) -> str:
    return value if isinstance(value, str) and value.strip() else ""


def _word(value: object) -> str:
    return nfc(value) if isinstance(value, str) else ""


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
