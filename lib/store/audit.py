"""The log of what was done to the store: one line an act, never rewritten.

Each line carries the hash of the line before, so that a line taken out,
changed or moved later is seen (a hash chain, as in RFC 6962's spirit but
linear). A chain alone does not miss lines cut off its end: each snapshot's
manifest keeps where the log stood (`Head`), and `lib.operate.integrity` holds it
against that. Lines are ordered by their place; a clock may go back.

A log that began without a chain keeps its lines; the chain starts behind them,
anchored in the hash of their bytes.

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

from lib.language.errors import StoreError

LOG: Final = "audit.jsonl"
CHAINED: Final = "chain"
"""The act of the line that starts the chain of a log that had none."""
MANIFEST: Final = "manifest_sha256"
"""Where a line's details keep the hash of the manifest of the snapshot put in use."""
INTENDED: Final = "intended.json"
"""The act under way: there only while one is, or after one that died."""
_FIRST: Final = "0" * 64


@dataclass(frozen=True)
class Event:
    """One act: one line of the log.

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

    @property
    def chained(self) -> bool:
        """Return whether the line is part of the chain: those of an early log are not."""
        return bool(self.digest)

    def sealed(self) -> str:
        """Return the hash of everything but the hash itself."""
        content = {key: value for key, value in vars(self).items() if key != "digest"}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """State of the log at a moment: number of lines and hash of the last.

    Parameters
    ----------
    digest : str
        Hash of the last of them.
    first : str
        Hash of the first of them, which tells one log from another; empty for an empty log.
    """

    lines: int
    digest: str
    first: str = ""


def now() -> str:
    """Return this moment as the log writes it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def moment() -> str:
    """Return this moment, ISO, UTC, so fine that of two acts the later one is told."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")


def events(folder: Path) -> list[Event]:
    """Return all that was logged, oldest first; a last line cut short is left out.

    Raises
    ------
    StoreError
        The chain is broken: a line was changed, taken out, put in or moved.
    """
    return _read(folder)[0]


def hashes(folder: Path) -> list[str]:
    """Return what stood for the log when it had 0, 1, 2 ... lines: the hash of its last line.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    return _read(folder)[1]


def head(folder: Path) -> Head:
    """Return where the log stands now.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    found = hashes(folder)
    return Head(len(found) - 1, found[-1], found[1] if len(found) > 1 else "")


def _read(folder: Path) -> tuple[list[Event], list[str]]:
    """Return the lines and what stood for the log before the first and after each of them."""
    path = folder / LOG
    return _chained(path.read_bytes().split(b"\n")[:-1] if path.exists() else [])


def chain(lines: Iterable[bytes | str]) -> list[Event]:
    """Return the acts of the lines of a log, oldest first, wherever the log is kept.

    Raises
    ------
    StoreError
        The chain is broken: a line was changed, taken out, put in or moved.
    """
    return _chained(line.encode() if isinstance(line, str) else line for line in lines)[0]


def _chained(lines: Iterable[bytes]) -> tuple[list[Event], list[str]]:
    read: list[Event] = []
    stood = [_FIRST]
    early = hashlib.sha256()
    for number, line in enumerate(lines, start=1):
        try:
            raw = json.loads(line)
            event = _event(raw)
        except (ValueError, TypeError, RecursionError) as error:
            raise StoreError("audit.broken", row=number) from error
        # Only before the chain, and then what they were is in its first line.
        early_one = not {"previous", "digest"} & raw.keys() and not (read and read[-1].chained)
        if early_one:
            early.update(line + b"\n")
        elif event.previous != stood[-1] or event.digest != event.sealed():
            raise StoreError("audit.broken", row=number)
        read.append(event)
        stood.append(early.hexdigest() if early_one else event.digest)
    return read, stood


def _event(raw: Any) -> Event:  # noqa: ANN401 - JSON of any shape
    """Return a line of the log as an act; `TypeError` unless each part is of its kind."""
    event = Event(**raw)
    words = (value for name, value in vars(event).items() if name != "details")
    if not isinstance(event.details, dict) or not all(isinstance(word, str) for word in words):
        raise TypeError(raw)
    return event


def append(folder: Path, event: Event) -> Event:
    """Write `event` as the last line, on disk before this returns; call under the store's lock.

    A line that a crash cut short is taken off first: it was never whole.

    Raises
    ------
    StoreError
        The chain is broken.
    """
    before, stood = _read(folder)
    text, previous = "", stood[-1]
    if before and not before[-1].chained:
        in_use = before[-1].snapshot
        start = Event(event.when, event.who, CHAINED, in_use, in_use, {"lines": len(before)})
        start = _sealed(start, previous)
        text, previous = _line(start), start.digest
    chained = _sealed(event, previous)
    path = folder / LOG
    with path.open("ab") as file:
        whole = path.read_bytes().rfind(b"\n") + 1
        file.truncate(whole)
        file.write((text + _line(chained)).encode())
        file.flush()
        os.fsync(file.fileno())
    return chained


def follow(last: Sequence[Event], event: Event) -> Event:
    """Return `event` with the hashes it has behind the `last` one, or as the first one."""
    return _sealed(event, last[-1].digest if last else _FIRST)


def unchained(event: Event) -> Event:
    """Return `event` without its place in a log: what was done, as it goes into another one."""
    return replace(event, previous=_FIRST, digest="")


def line_of(event: Event) -> str:
    """Return `event` as a line of the log, without its end."""
    return json.dumps(asdict(event), ensure_ascii=False, default=str)


def _sealed(event: Event, previous: str) -> Event:
    chained = replace(event, previous=previous, digest="")
    return replace(chained, digest=chained.sealed())


def _line(event: Event) -> str:
    return line_of(event) + "\n"


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

    Raises
    ------
    StoreError
        The chain is broken.
    """
    path = folder / INTENDED
    if not path.exists():
        return
    try:
        event = _event(json.loads(path.read_bytes()))
    except (ValueError, TypeError, RecursionError):  # cut short, so nothing was put in use yet
        path.unlink()
        return
    last = [unchained(logged) for logged in events(folder)[-1:]]
    if event.snapshot == in_use and last != [event]:
        append(folder, event)
    path.unlink()
