"""Statements entered and not yet published: one file a row, kept in the folder of the store.

They survive a closed browser and a killed server: a file is written aside, forced to the
disk and renamed. Whoever may edit sees what everybody entered; where servers share a
database, the rows wait there instead, under the same names.
"""

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lib.language.errors import DataRefusedError, StoreError
from lib.language.text import fold
from lib.store.disk import put, reserved, sync_folder, write_synced
from lib.store.store import Store
from lib.tables.registry import TABLES
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
    found = [word for name, text in texts(store, TABLES).items() for word in _read(name, text)]
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

    change(store, kept, TABLES)


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

    change(store, left, TABLES)


def change(
    store: Store,
    make: Callable[[Mapping[str, str]], dict[str, str]],
    folders: Collection[str],
) -> None:
    """Write the rows that `make` makes of all that wait in folders; nobody else writes meanwhile.

    Parameters
    ----------
    make : callable
        Name -> text of what waits, to name -> text of what is other; an empty text is gone.

    Raises
    ------
    StoreError
        The store is busy or cannot be written.
    """
    if store.shared is not None:
        store.shared.redraft(make, folders)
        return
    with store.writing():
        for name, text in make(_files(store, folders)).items():
            _write(store.folder / FOLDER / name, text)


def texts(store: Store, folders: Collection[str]) -> Mapping[str, str]:
    """Return what waits in folders of the draft: name ``folder/row.json`` -> its text.

    Raises
    ------
    StoreError
        What waits cannot be read, or a shared database does not answer.
    """
    return _files(store, folders) if store.shared is None else store.shared.draft(folders)


def _files(store: Store, folders: Collection[str]) -> dict[str, str]:
    found = {}
    paths = (path for one in folders for path in (store.folder / FOLDER / one).glob("*.json"))
    for path in sorted(paths):
        name = path.relative_to(store.folder / FOLDER).as_posix()
        try:
            found[name] = path.read_text(encoding="utf-8")
        except FileNotFoundError:  # somebody published it just now
            continue
        except (OSError, ValueError) as error:
            raise StoreError("pending.damaged", file=path) from error
    return found


def _name(word: Statement) -> str:
    name = quote(word.id, safe="")
    if reserved(name):
        name = f"%{ord(name[0]):02x}{name[1:]}"  # the same text, and no device of Windows
    return f"{quote(word.table, safe='')}/{name}.json"


def _of(there: Mapping[str, str], name: str) -> list[Statement]:
    return _read(name, there[name]) if name in there else []


def _read(name: str, text: str) -> list[Statement]:
    try:
        found = [Statement(**word) for word in json.loads(text)]
        if not all(isinstance(text, str) for word in found for text in astuple(word)):
            raise TypeError(name)  # noqa: TRY301 - told as every other damage
        for word in found:  # a backup of somebody else's making may hold any
            TABLES[word.table].column(word.field)
        if any(_name(word) != name for word in found):  # could never be taken out again
            raise ValueError(name)  # noqa: TRY301 - as above
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError("pending.damaged", file=f"{FOLDER}/{name}") from error
    return found


def _text(words: Iterable[Statement]) -> str:
    """Return the text of a row; empty where nothing waits any more."""
    rows = [asdict(word) for word in words]
    return json.dumps(rows, ensure_ascii=False, indent=1) if rows else ""


def _write(path: Path, text: str) -> None:
    aside = path.with_suffix(".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    if text:
        write_synced(aside, text.encode())
        put(aside, path)
        sync_folder(path.parent)
        return
    for gone in (path, aside):
        gone.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # others wait in it
        path.parent.rmdir()
    sync_folder(path.parent if path.parent.exists() else path.parent.parent)
