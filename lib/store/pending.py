"""Values entered and not yet published: one file a row, kept in the folder of the store.

They survive a closed browser and a killed server: a file is written aside, forced to the
disk and renamed. Whoever may edit sees what everybody entered.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import quote

from lib.language.errors import DataRefusedError, StoreError
from lib.store.disk import put, reserved, sync_folder, write_synced
from lib.store.store import Store
from lib.tables.statements.record import Statement

Subject = tuple[str, str, str]
"""Table, key of the row, column."""

_FOLDER: Final = "pending"


def every(store: Store) -> list[Statement]:
    """Return all values that wait, the earliest first.

    Raises
    ------
    StoreError
        A file of them cannot be read.
    """
    found = [word for path in sorted(_folder(store).glob("*/*.json")) for word in _read(path)]
    return sorted(found, key=lambda word: (word.when, word.subject))


def keep(
    store: Store, words: Iterable[Statement], *, seen: Mapping[Subject, Statement] | None = None
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
        The store is busy, cannot be written, or a file cannot be read.
    """
    fresh = {word.subject: word for word in words}
    with store.writing():
        rows: dict[Path, dict[Subject, Statement]] = {}
        for subject, word in fresh.items():
            path = _path(store, word)
            row = rows.setdefault(path, {one.subject: one for one in _read(path)})
            there = row.get(subject)
            unseen = there is not None and there != (seen or {}).get(subject)
            if there is not None and unseen and there.who != word.who:
                raise DataRefusedError("pending.meanwhile", who=there.who, value=there.value)
            row[subject] = word
        for path, row in rows.items():
            _write(path, row.values())


def drop(store: Store, words: Iterable[Statement]) -> None:
    """Let these values wait no longer; what was entered in their place since stays.

    Raises
    ------
    StoreError
        The store is busy, cannot be written, or a file cannot be read.
    """
    gone = set(words)
    with store.writing():
        for path in {_path(store, word) for word in gone}:
            there = _read(path)
            left = [word for word in there if word not in gone]
            if left != there:
                _write(path, left)


def _folder(store: Store) -> Path:
    return store.folder / _FOLDER


def _path(store: Store, word: Statement) -> Path:
    name = quote(word.id, safe="")
    if reserved(name):
        name = f"%{ord(name[0]):02x}{name[1:]}"  # the same text, and no device of Windows
    return _folder(store) / quote(word.table, safe="") / f"{name}.json"


def _read(path: Path) -> list[Statement]:
    try:
        return [Statement(**word) for word in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:  # nothing waits, or somebody published it just now
        return []
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("pending.damaged", file=path) from error


def _write(path: Path, words: Iterable[Statement]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps([asdict(word) for word in words], ensure_ascii=False, indent=1)
    if content == "[]":
        path.unlink(missing_ok=True)
    else:
        aside = path.with_suffix(".new")
        write_synced(aside, content.encode())
        put(aside, path)
    sync_folder(path.parent)
