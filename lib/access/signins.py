"""Who signed in, was turned away and signed out: lines of the store's log like any other act.

Seeing the map must never hang on writing a line. What cannot be written at once,
because the disk is full or read-only or somebody holds the store, waits in the
memory of this process, is said in the server's own log and on the page of the
server's state, and is written as soon as the store takes it.
"""

import datetime as dt
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from lib.access.roles import Actor
from lib.language.errors import StoreError
from lib.language.text import Lang, t
from lib.store import audit
from lib.store.store import Store

Kind = Literal["sign-in", "sign-in-refused", "sign-out"]

ACTIONS: Final[frozenset[str]] = frozenset({"sign-in", "sign-in-refused", "sign-out"})
"""Acts of this module in the log: they put no snapshot in use."""
_BUSY_SECONDS: Final = 1
"""How long a visitor waits for another who writes."""
_AGAIN_SECONDS: Final = 10
_KEPT: Final = 1_000

_LOGGER: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """Somebody at the door.

    Parameters
    ----------
    kind : {"sign-in", "sign-in-refused", "sign-out"}
        What happened.
    who : str
        The name the log uses for this person.
    role : str
        The role of that moment, empty for none.
    until : str
        From when the sign-in no longer holds: ISO 8601, UTC.
    own : bool
        Whether `until` tells one sign-in from another, as that of a token does. A
        proxy only says who asks, anew with each visit: one that still holds is the same.
    at : str
        The moment: ISO 8601, UTC.
    """

    kind: Kind
    who: str
    role: str
    until: str
    own: bool
    at: str

    def told_by(self, event: audit.Event) -> bool:
        """Return whether a line of the log says this already."""
        given = event.details
        if (event.action, event.who, given.get("role")) != (self.kind, self.who, self.role):
            return False
        until = str(given.get("until", ""))
        return until == self.until if self.own else until > self.at


def seen(kind: Kind, actor: Actor, *, own: bool) -> Seen:
    """Return what there is to say of `actor`, whose name is known, at this moment."""
    ends = actor.expires or 0.0
    until = dt.datetime.fromtimestamp(ends, dt.UTC).isoformat(timespec="seconds")
    return Seen(kind, actor.name, actor.role or "", until, own, audit.now())


@dataclass
class Book:
    """What one process has to write in the log of one store.

    Parameters
    ----------
    store : Store
        Whose log.
    waiting : deque of Seen
        What could not be written yet, oldest first.
    problem : StoreError or None
        Why not.
    """

    store: Store
    waiting: deque[Seen] = field(default_factory=lambda: deque(maxlen=_KEPT))
    problem: StoreError | None = None
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _tried: float = float("-inf")

    def note(self, one: Seen) -> None:
        """Write `one` in the log now, or as soon as the store takes it."""
        with self._lock:
            if self._known_here(one):
                return
            self.waiting.append(one)
            self._write()
            if self.problem is not None:
                said = (one.kind, one.who, one.role, one.at, self.problem.message())
                _LOGGER.warning("not in the log of the store yet: %s %s (%s) %s: %s", *said)

    def _known_here(self, one: Seen) -> bool:
        """Return whether this process had `one` before; a reload need not read the whole log."""
        told = (one.kind, one.who, one.role)
        if one.own:
            known = self._known.get(told) == one.until
        else:
            known = self._known.get(told, "") > one.at
        if not known:
            self._known[told] = one.until
        return known

    def settle(self) -> None:
        """Write what waits, if the last try is some seconds ago."""
        if self.waiting and time.monotonic() - self._tried >= _AGAIN_SECONDS:
            with self._lock:
                self._write()

    def _write(self) -> None:
        self._tried = time.monotonic()
        if not (self.store.folder / audit.LOG).exists():
            return  # a log begins with the first data; a backup brought here brings its own
        try:
            with self.store.writing(_BUSY_SECONDS):
                while self.waiting:
                    self._append(self.waiting[0])
                    self.waiting.popleft()
        except StoreError as error:
            self.problem = error
        else:
            self.problem = None

    def _append(self, one: Seen) -> None:
        events = audit.events(self.store.folder)
        if any(one.told_by(event) for event in events):
            return
        in_use = events[-1].snapshot if events else ""
        moment = audit.now()
        details = {"role": one.role, "until": one.until}
        if one.at != moment:  # written late: lines stand in the order they were written
            details["at"] = one.at
        audit.append(
            self.store.folder, audit.Event(moment, one.who, one.kind, in_use, in_use, details)
        )


def words(event: audit.Event, lang: Lang = "vi") -> str:
    """Return what a line of the log says was done; with the role, for a line of this module."""
    said = t(f"audit.action_{event.action}", lang)
    if event.action not in ACTIONS:
        return said
    role = event.details.get("role") or "none"
    return f"{said} ({t(f'access.role_{role}', lang)})"


def moment(event: audit.Event) -> str:
    """Return when it happened, ISO 8601, UTC: before its line was written, if that was late."""
    return str(event.details.get("at", event.when))


@cache
def book(folder: Path) -> Book:
    """Return what this process has to write in the log of the store in `folder`."""
    return Book(Store(folder))
