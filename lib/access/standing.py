"""What somebody may see at one moment: what a page, a session or an element was drawn for.

Whatever was made for one standing is of no use to another: a page that is open, a
session that is taken up again and a file made for later are held against it.
"""

from dataclasses import dataclass

from lib.access import roles
from lib.access.policy import Role
from lib.access.roles import Actor


@dataclass(frozen=True)
class Standing:
    """What somebody may see.

    Parameters
    ----------
    name : str
        Who it is, as the log says; empty for nobody and for who is alone at a machine.
    role : {"viewer", "editor", "administrator"} or None
        None also when the sign-in has run out.
    closed : frozenset of str
        Tables kept from him.
    """

    name: str
    role: Role | None
    closed: frozenset[str]


def standing(actor: Actor, now: float) -> Standing:
    """Return what `actor` may see by the access file as it is.

    Parameters
    ----------
    now : float
        The moment, seconds since 1970 UTC.
    """
    present = roles.of_now(actor)
    role = None if present.expired(now) else present.role
    return Standing(present.name, role, roles.closed_to(Actor(role), roles.policy()))
