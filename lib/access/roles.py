"""Who may do what: roles, the file that gives them, and the question every act asks.

Nobody is trusted for what a page shows: each act asks `require` for itself, with
the actor of that very moment. What a sign-in service or a reverse proxy says
about a visitor becomes an `Actor` here and nowhere else.
"""

import ipaddress
import logging
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from hmac import compare_digest
from pathlib import Path, PurePath
from typing import Any, Final

from lib.access.policy import ROLES, Policy, Role, load
from lib.language.errors import NotAllowedError, WrongUseError
from lib.language.text import nfc
from lib.settings import settings

_LOGGER: Final = logging.getLogger(__name__)


class Action(StrEnum):
    """What can be asked for."""

    VIEW = "view"
    TAKE_AWAY = "take_away"
    IMPORT = "import"
    RESTORE = "restore"
    RESTRICTED = "restricted"
    AUDIT = "audit"


_VIEWER: Final = frozenset({Action.VIEW, Action.TAKE_AWAY})
_EDITOR: Final = _VIEWER | {Action.IMPORT}
ALLOWED: Final[Mapping[Role | None, frozenset[Action]]] = {
    None: frozenset(),
    "viewer": _VIEWER,
    "editor": _EDITOR,
    "administrator": _EDITOR | {Action.RESTORE, Action.RESTRICTED, Action.AUDIT},
}
"""What each role may do; someone without a role may do nothing."""

_NAME_CHARS: Final = 80
_HOUR: Final = 3600
_RESTRICTED: Final = "han-che"
"""In the name of a file that may hold restricted tables."""
_BROUGHT: Final = "noi-bo"
"""In the name of a file an office brought: it may hold more than was published."""
_MARKS: Final = {_RESTRICTED: Action.RESTRICTED, _BROUGHT: Action.IMPORT}
"""Mark -> what its reader must be allowed, the strictest first."""
_FORWARDED: Final = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)
"""What a reverse proxy adds: the visitor is not at this machine."""


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Parameters
    ----------
    role : {"viewer", "editor", "administrator"} or None
        None for a stranger.
    name : str
        What the log says; empty for the one person alone at a machine, who
        gives a name with each act.
    expires : float or None
        Seconds since 1970 UTC from which nothing is allowed any more.
    again : callable or None
        Returns who this is by another policy: what was said of him, read anew. None
        for who did not sign in.
    """

    role: Role | None
    name: str = ""
    expires: float | None = None
    again: "Callable[[Policy], Actor] | None" = field(default=None, compare=False, repr=False)

    def may(self, action: Action, now: float) -> bool:
        """Return whether `action` is allowed at the moment `now` (seconds since 1970 UTC)."""
        return not self.expired(now) and action in ALLOWED[self.role]

    def expired(self, now: float) -> bool:
        """Return whether the sign-in has run out."""
        return self.expires is not None and now >= self.expires

    def signed(self, typed: str = "") -> str:
        """Return the name for the log: the one signed in with, else the one typed."""
        return self.name or nfc(typed)


STRANGER: Final = Actor(None)
ALONE: Final = Actor("administrator")
"""The one person at a machine that nobody else can reach."""


def policy() -> Policy | None:
    """Return the policy as the file says now; None where the settings name no file.

    A file that was changed is read again, so a table that is restricted and a role
    that is taken away are so at once. What cannot be read any more while the server
    runs leaves the last policy in force: a slip of the pen opens nothing.

    Raises
    ------
    WrongUseError
        The file cannot be read or says something it cannot say, and never could.
    """
    path = settings().access
    if path is None:
        return None
    try:
        stat = path.stat()
        found = _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        found = WrongUseError("access.file_unreadable", file=path.name)
    if isinstance(found, Policy):
        _IN_FORCE[path] = found
    elif path not in _IN_FORCE:
        raise found
    return _IN_FORCE[path]


_IN_FORCE: Final[dict[Path, Policy]] = {}
"""The last policy each file said that could be read."""


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int, size: int, inode: int) -> Policy | WrongUseError:  # noqa: ARG001 - keys of the cache
    """Return what a file says, or why it says nothing: read once for each of its states."""
    try:
        return load(path)
    except WrongUseError as error:
        if path in _IN_FORCE:
            _LOGGER.error("access file not taken over: %s", error.message())  # noqa: TRY400 - ours
        return error


def require(actor: Actor, action: Action, now: float) -> None:
    """Refuse unless `actor` may do `action` now.

    Raises
    ------
    NotAllowedError
        Nobody is signed in, the sign-in has run out or the role is not enough.
    """
    if actor.expired(now):
        raise NotAllowedError("access.expired")
    if actor.role is None:
        raise NotAllowedError("access.no_role" if actor.name else "access.nobody")
    if not actor.may(action, now):
        needed = f"access.need_{action.value}"
        raise NotAllowedError(needed)


def of_now(actor: Actor) -> Actor:
    """Return `actor` with the role the access file gives him at this moment."""
    given = policy()
    return actor if given is None or actor.again is None else actor.again(given)


def require_tables(actor: Actor, tables: Collection[str], given: Policy | None) -> None:
    """Refuse if one of `tables` is restricted and `actor` may not see restricted ones.

    Raises
    ------
    NotAllowedError
        One of them is.
    """
    if not closed_to(actor, given).isdisjoint(tables):
        raise NotAllowedError("access.table_restricted")


def closed_to(actor: Actor, given: Policy | None) -> frozenset[str]:
    """Return the tables `actor` must not see."""
    if given is None or Action.RESTRICTED in ALLOWED[actor.role]:
        return frozenset()
    return frozenset(given.restricted)


def file_name(actor: Actor, name: str, given: Policy | None, *, brought: bool = False) -> str:
    """Return what a file made for `actor` is called: one that is not for every viewer says so.

    The mark is for the people who pass the file on, and for the server, which
    gives a file so called to nobody else (`needed_for_file`).

    Parameters
    ----------
    actor : Actor
        For whom it is made: what he may see, it may hold.
    name : str
        What it would be called where nobody has to sign in.
    given : Policy or None
        The file of `PHUTHO_ACCESS`.
    brought : bool
        Whether it is, or tells of, a file as an office brought it: that is for
        those who may import.
    """
    if given is None:
        return name
    if given.restricted and Action.RESTRICTED in ALLOWED[actor.role]:
        mark = _RESTRICTED
    elif brought:
        mark = _BROUGHT
    else:
        return name
    path = PurePath(name)
    return f"{path.stem}.{mark}{path.suffix}"


def needed_for_file(disposition: str) -> Action | None:
    """Return what its reader must be allowed, of a file with this ``Content-Disposition``."""
    return next(
        (need for mark, need in _MARKS.items() if re.search(rf"[.]{mark}\b", disposition)), None
    )


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
    role = role_of(given, subject, _words(claims.get(oidc.role_claim)))
    name = _named(subject, _word(claims.get(oidc.name_claim)))
    expires = min(until, issued + given.max_hours * _HOUR)
    return Actor(role, name, expires, partial(of_claims, claims=dict(claims)))


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
    role = role_of(given, subject, [value.strip() for value in values.split(",")])
    shown = _word(single.get(proxy.name_header.lower())) if proxy.name_header else ""
    until = since + given.max_hours * _HOUR
    return Actor(
        role, _named(subject, shown), until, partial(of_headers, headers=said, since=since)
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
