"""The log of what was done to the store: one line an act, never rewritten.

Each line carries the hash of the line before, so that a line taken out or
changed later is seen (a hash chain, as in RFC 6962's spirit but linear).

An act is written down as intended before a snapshot is put in use, so that a
process that dies in between leaves no snapshot in use without its line: the
next writer settles what the dead one intended (a write-ahead record).
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lib.errors import StoreError

LOG: Final = "audit.jsonl"
INTENDED: Final = "intended.json"
"""The act under way: there only while one is, or after one that died."""
_FIRST: Final = "0" * 64


@dataclass(frozen=True)
class Event:
    """One act.

    Parameters
    ----------
    when : str
        ISO 8601, UTC.
    who : str
        Name given on the page, or the account of the machine.
    action : str
        prepare, import, restore, restore-backup ...
    snapshot : str
        The snapshot in use after it.
    before : str
        The snapshot in use before it; empty for the first.
    details : dict
        What else is to be remembered: kind of table, files, counts.
    previous : str
        Hash of the line before.
    digest : str
        sha256 of all the rest.
    """

    when: str
    who: str
    action: str
    snapshot: str
    before: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    previous: str = _FIRST
    digest: str = ""

    def sealed(self) -> str:
        """Return the hash of everything but the hash itself."""
        content = {key: value for key, value in asdict(self).items() if key != "digest"}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def now() -> str:
    """Return this moment as the log writes it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def events(folder: Path) -> list[Event]:
    """Return all that was logged, oldest first; a last line cut short is left out.

    Raises
    ------
    StoreError
        The chain is broken: a line was changed, taken out or put in.
    """
    path = folder / LOG
    return chain(path.read_bytes().split(b"\n")[:-1]) if path.exists() else []


def chain(lines: Iterable[bytes | str]) -> list[Event]:
    """Return the acts of the lines of a log, oldest first, wherever the log is kept.

    Raises
    ------
    StoreError
        The chain is broken: a line was changed, taken out or put in.
    """
    read: list[Event] = []
    for number, line in enumerate(lines, start=1):
        try:
            event = Event(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise StoreError("audit.broken", row=number) from error
        expected = read[-1].digest if read else _FIRST
        if event.previous != expected or event.digest != event.sealed():
            raise StoreError("audit.broken", row=number)
        read.append(event)
    return read


def append(folder: Path, event: Event) -> Event:
    """Write `event` as the last line, on disk before this returns; call under the store's lock.

    A line that a crash cut short is taken off first: it was never whole.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    chained = follow(events(folder)[-1:], event)
    line = line_of(chained) + "\n"
    path = folder / LOG
    with path.open("ab") as file:
        whole = path.read_bytes().rfind(b"\n") + 1
        file.truncate(whole)
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return chained


def follow(last: Sequence[Event], event: Event) -> Event:
    """Return `event` with the hashes it has behind the `last` one, or as the first one."""
    chained = replace(event, previous=last[-1].digest if last else _FIRST, digest="")
    return replace(chained, digest=chained.sealed())


def unchained(event: Event) -> Event:
    """Return `event` without its place in a log: what was done, as it goes into another one."""
    return replace(event, previous=_FIRST, digest="")


def line_of(event: Event) -> str:
    """Return `event` as a line of the log, without its end."""
    return json.dumps(asdict(event), ensure_ascii=False, default=str)


def intend(folder: Path, event: Event) -> None:
    """Write down an act that is about to put a snapshot in use, on disk before this returns.

    Call under the store's lock; `settle` ends it.

    Raises
    ------
    StoreError
        The chain is broken: the act could not be logged.
    """
    events(folder)
    with (folder / INTENDED).open("wb") as file:
        file.write(line_of(event).encode())
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path, in_use: str) -> None:
    """Log the intended act if its snapshot came into use, and forget it; call under the lock.

    Parameters
    ----------
    folder : Path
        The store.
    in_use : str
        The snapshot in use now.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    path = folder / INTENDED
    if not path.exists():
        return
    try:
        event = Event(**json.loads(path.read_bytes()))
    except (ValueError, TypeError):  # cut short, so nothing was put in use yet
        path.unlink()
        return
    last = [unchained(logged) for logged in events(folder)[-1:]]
    if event.snapshot == in_use and last != [event]:
        append(folder, event)
    path.unlink()
