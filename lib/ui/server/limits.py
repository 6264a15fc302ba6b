"""How much one visitor may hold of a server, before and after signing in.

Each limit is a setting of its own (``PHUTHO_SESSIONS=60``); `docs/operate.md` lists
them. A visitor is an account, or an address for who has not signed in: what a
stranger fills up is his own share and never that of the people who work here.
"""

import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.access.roles import Actor
from lib.settings import from_environment

_NEIGHBOURS: Final = 64
"""Bits of an IPv6 address that are one line of a provider's customer (RFC 6177)."""
_MINUTE: Final = 60.0
_MANY: Final = 10_000


class Limits(BaseSettings):
    """Limits of one process."""

    model_config = SettingsConfigDict(env_prefix="PHUTHO_", env_ignore_empty=True, frozen=True)

    sessions: int = Field(
        default=60,
        ge=1,
        description="How many pages one account, or the person at this machine, may have open.",
    )
    stranger_sessions: int = Field(
        default=20,
        ge=1,
        description="How many pages may be open from one address before anybody signs in there.",
    )
    strangers: int = Field(
        default=200,
        ge=1,
        description="How many pages may be open before anybody signs in, from everywhere.",
    )
    stranger_messages: int = Field(
        default=120,
        ge=1,
        description="How many messages a minute one address may send before anybody signs in.",
    )
    stranger_message_kb: int = Field(
        default=64,
        ge=1,
        description="Size of a message of the websocket before its sender signs in, in KB.",
    )
    message_kb: int = Field(
        default=1024,
        ge=64,
        description="Size of a message of the websocket from anybody, in KB.",
    )
    widgets: int = Field(
        default=2000,
        ge=100,
        description="How many states of widgets one message of the websocket may carry.",
    )
    half_sent: int = Field(
        default=32,
        ge=4,
        description="How many requests that are not all there one address may hold open.",
    )
    request_seconds: float = Field(
        default=15,
        gt=0,
        allow_inf_nan=False,
        description="How long a request, or the next piece of an upload, may be waited for.",
    )
    connections: int = Field(
        default=800,
        ge=50,
        description="How many connections one process answers; more are told to come again.",
    )
    uploads_mb: int = Field(
        default=200,
        ge=50,
        description="How much of uploaded files is held for one visitor, in MB.",
    )
    uploads_at_once: int = Field(
        default=4,
        ge=1,
        description="How many files of one visitor are received at once; others wait unread.",
    )
    upload_seconds: float = Field(
        default=900,
        gt=0,
        allow_inf_nan=False,
        description="How long one upload may take.",
    )


@cache
def limits() -> Limits:
    """Return the limits of this process, read once.

    Raises
    ------
    WrongUseError
        If a variable of the environment has a value it cannot have.
    """
    return from_environment(Limits)


@dataclass(frozen=True)
class Visitor:
    """Whose share something counts for.

    Parameters
    ----------
    name : str
        Of the account, or the address.
    known : bool
        Whether it is an account, or the person alone at this machine.
    """

    name: str
    known: bool


def visitor_of(actor: Actor, address: str, now: float, *, alone: bool) -> Visitor:
    """Return whose share a request counts for.

    Parameters
    ----------
    now : float
        Seconds since 1970 UTC.
    alone : bool
        Whether nobody has to sign in: then everybody is the person at this machine.
    """
    if alone:
        return Visitor("", known=True)
    if actor.role is not None and not actor.expired(now):
        return Visitor(actor.name, known=True)
    return Visitor(_line(address), known=False)


def _line(address: str) -> str:
    """Return what an address is counted under: an IPv6 customer has very many of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, _NEIGHBOURS), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


@dataclass
class Pages:
    """The open pages of a process, and how much strangers say."""

    _open: Counter[Visitor] = field(default_factory=Counter)
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def enter(self, visitor: Visitor) -> bool:
        """Count one more page of a visitor; return whether there is room for it."""
        most = limits().sessions if visitor.known else limits().stranger_sessions
        if self._open[visitor] >= most:
            return False
        if not visitor.known and self._strangers() >= limits().strangers:
            return False
        self._open[visitor] += 1
        return True

    def leave(self, visitor: Visitor) -> None:
        """Count one page less."""
        self._open[visitor] -= 1
        if self._open[visitor] <= 0:
            del self._open[visitor]

    def speak(self, visitor: Visitor, now: float) -> bool:
        """Return whether a visitor may send one more message now (seconds of any clock).

        Strangers may send so many a minute, at once or one by one.
        """
        if visitor.known:
            return True
        most = float(limits().stranger_messages)
        left, before = self._left.get(visitor.name, (most, now))
        left = min(most, left + (now - before) * most / _MINUTE)
        if len(self._left) >= _MANY:
            self._left = {
                name: kept for name, kept in self._left.items() if now - kept[1] < _MINUTE
            }
        self._left[visitor.name] = (max(0.0, left - 1), now)
        return left >= 1

    def _strangers(self) -> int:
        return sum(count for one, count in self._open.items() if not one.known)
