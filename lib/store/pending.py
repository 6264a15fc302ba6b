"""Statements entered and not yet published: one file a row, kept in the folder of the store.

They survive a closed browser and a killed server: a file is written aside, forced to the
disk and renamed. Whoever may edit sees what everybody entered; where servers share a
database, the rows wait there instead, under the same names.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lib.language.errors import DataRefusedError, StoreError
from lib.language.text import fold
from lib.store.disk import sync_folder, write_synced
from lib.store.store import Store
from lib.tables.statements.record import Statement

Subject = tuple[str, str, str]
"""Table, key of the row, column."""
Place = tuple[str, ...]
"""Where a statement waits: its subject; one that is withdrawn, the source as well."""

FOLDER: Final = "pending"
"""Where they wait in the folder of the store, a folder a table."""


def place(word: Statement) -> Place:
    """Return in whose stead a statement waits: one word a value, a withdrawal for each source."""
    return (*word.subject, fold(word.source_url)) if word.state == "withdrawn" else word.subject


def every(store: Store) -> list[Statement]:
    """Return all values that wait, the earliest first.

    Raises
    ------
    StoreError
        What waits cannot be read, or a shared database does not answer.
    """
    there = _files(store) if store.shared is None else store.shared.draft()
    found = [word for name, text in there.items() for word in _read(name, text)]
    return sorted(found, key=lambda word: (word.when, word.subject))


def keep(
    store: Store, words: Iterable[Statement], *, seen: Mapping[Place, Statement] | None = None
) -> None:
    """Let these values wait, each instead of what waited in its place.

    Parameters
    ----------
    seen : mapping, optional
        What waited when the form was drawn: the word of another person that
        the editor has not seen is not replaced.

    Raises
    ------
    DataRefusedError
        Somebody else entered one of the values meanwhile; none was kept.
    StoreError
        The store is busy, cannot be written, or what waits cannot be read.
    """
    fresh = {place(word): word for word in words}

    def kept(there: Mapping[str, str]) -> dict[str, str]:
        rows: dict[str, dict[Place, Statement]] = {}
        for at, word in fresh.items():
            name = _name(word)
            row = rows.setdefault(name, {place(one): one for one in _of(there, name)})
            waits = row.get(at)
            unseen = waits is not None and waits != (seen or {}).get(at)
            if waits is not None and unseen and waits.who != word.who:
                raise DataRefusedError("pending.meanwhile", who=waits.who, value=waits.value)
            row[at] = word
        return {name: _text(row.values()) for name, row in rows.items()}

    _change(store, kept)


def drop(store: Store, words: Iterable[Statement]) -> None:
    """Let these values wait no longer; what was entered in their place since stays.

    Raises
    ------
    StoreError
        The store is busy, cannot be written, or what waits cannot be read.
    """
    gone = set(words)

    def left(there: Mapping[str, str]) -> dict[str, str]:
        rows = {name: _of(there, name) for name in map(_name, gone)}
        return {
            name: _text(word for word in row if word not in gone)
            for name, row in rows.items()
            if not gone.isdisjoint(row)
        }

    _change(store, left)


def _change(store: Store, change: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
    """Write the rows that `change` makes of all that wait; nobody else writes meanwhile."""
    if store.shared is not None:
        store.shared.redraft(change)
        return
    with store.writing():
        for name, text in change(_files(store)).items():
            _write(store.folder / FOLDER / name, text)


def _files(store: Store) -> dict[str, str]:
    """Return what waits in the folder of the store: name of a file -> its text."""
    found = {}
    for path in sorted((store.folder / FOLDER).glob("*/*.json")):
        name = path.relative_to(store.folder / FOLDER).as_posix()
        try:
            found[name] = path.read_text(encoding="utf-8")
        except FileNotFoundError:  # somebody published it just now
            continue
        except (OSError, ValueError) as error:
            raise StoreError("pending.damaged", file=path) from error
    return found


def _name(word: Statement) -> str:
    return f"{quote(word.table, safe='')}/{quote(word.id, safe='')}.json"


def _of(there: Mapping[str, str], name: str) -> list[Statement]:
    return _read(name, there[name]) if name in there else []


def _read(name: str, text: str) -> list[Statement]:
    try:
        found = [Statement(**word) for word in json.loads(text)]
        if not all(isinstance(text, str) for word in found for text in astuple(word)):
            raise TypeError(name)  # noqa: TRY301 - told as every other damage
    except (ValueError, TypeError) as error:
        raise StoreError("pending.damaged", file=f"{FOLDER}/{name}") from error
    return found


def _text(words: Iterable[Statement]) -> str:
    """Return the text of a row; empty where nothing waits any more."""
    rows = [asdict(word) for word in words]
    return json.dumps(rows, ensure_ascii=False, indent=1) if rows else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if text:
        aside = path.with_suffix(".new")
        write_synced(aside, text.encode())
        aside.replace(path)
    else:
        path.unlink(missing_ok=True)
    sync_folder(path.parent)
