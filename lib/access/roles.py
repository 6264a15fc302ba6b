"""Who may do what: roles, the file that gives them, and the question every act asks.

Nobody is trusted for what a page shows: each act asks `require` for itself, with
the actor of that very moment. What a sign-in service or a reverse proxy says
about a visitor becomes an `Actor` here and nowhere else.
"""

import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Final

from lib.access.policy import Policy, Role, load
from lib.language.errors import NotAllowedError, WrongUseError
from lib.language.text import nfc
from lib.settings import settings
from lib.tables.disclosure import MARK

_LOGGER: Final = logging.getLogger(__name__)


class Action(StrEnum):
    """What can be asked for."""

    VIEW = "view"
    TAKE_AWAY = "take_away"
    IMPORT = "import"
    RESTORE = "restore"
    RESTRICTED = "restricted"
    AUDIT = "audit"
    APPROVE = "approve"


_VIEWER: Final = frozenset({Action.VIEW, Action.TAKE_AWAY})
_EDITOR: Final = _VIEWER | {Action.IMPORT}
ALLOWED: Final[Mapping[Role | None, frozenset[Action]]] = {
    None: frozenset(),
    "viewer": _VIEWER,
    "editor": _EDITOR,
    "administrator": _EDITOR | {Action.RESTORE, Action.RESTRICTED, Action.AUDIT, Action.APPROVE},
}
"""What each role may do; someone without a role may do nothing."""

_RESTRICTED: Final = "han-che"
"""In the name of a file that may hold restricted tables."""
_BROUGHT: Final = "noi-bo"
"""In the name of a file an office brought: it may hold more than was published."""
_MARKS: Final = {_RESTRICTED: Action.RESTRICTED, _BROUGHT: Action.IMPORT}
"""Mark -> what its reader must be allowed, the strictest first."""


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
    account : str
        What the sign-in calls the account, whatever name is shown; empty for who did not sign in.
    communes : frozenset of str or None
        Codes of the communes an editor is limited to; None: to none.
    again : callable or None
        Returns who this is by another policy: what was said of him, read anew. None
        for who did not sign in.
    """

    role: Role | None
    name: str = ""
    expires: float | None = None
    account: str = ""
    communes: frozenset[str] | None = None
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
    """Return the tables `actor` must not see; `MARK` where reserved values are kept from him."""
    if given is None or Action.RESTRICTED in ALLOWED[actor.role]:
        return frozenset()
    kept = given.disclosure == "established" and Action.IMPORT not in ALLOWED[actor.role]
    return given.closed | ({MARK} if kept else set())


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
    elif brought or (given.disclosure == "established" and Action.IMPORT in ALLOWED[actor.role]):
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
