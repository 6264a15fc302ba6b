"""Compare two snapshots, and how much of a snapshot's history who may see.

Rows added, changed, removed, and in which fields. An act on a table that is kept
from somebody is told to him without its files, counts and person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lib.language.errors import StoreError
from lib.store.snapshot import SNAPSHOT_ID, Manifest, TableInfo, open_snapshot
from lib.store.store import Snapshot
from lib.tables import disclosure
from lib.tables.merging import changed_keys
from lib.tables.ownlayers import tables_of
from lib.tables.registry import TABLES
from lib.tables.sample import has_sample

Key = tuple[str, ...]

_IMPORT: Final = "import"
"""The act that brings files, and where a manifest keeps what it was of."""
STATED: Final = "fact"
"""The act that brings single values with their source, and where a manifest keeps which."""
_BROUGHT: Final = "import: "
"""How the source of a table begins that files were brought for; their names follow."""
HIDDEN: Final = "…"
"""Stands for the names of files that are kept from somebody."""


def touched(manifest: Manifest) -> frozenset[str]:
    """Return the tables a snapshot's import or statements were of; none for another act.

    One that does not say counts as one of every table.
    """
    if manifest.action not in (_IMPORT, STATED):
        return frozenset()
    return _named(manifest.details.get(manifest.action)) or frozenset(TABLES)


def _named(of: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the tables that the details of an act name."""
    told = of or {}
    named = {str(told.get("kind", "")), *told.get("counts", {}), *told.get("tables", ())}
    return frozenset(named - {""})


def without_act(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a manifest without those of the act itself."""
    return {name: value for name, value in details.items() if name not in (_IMPORT, STATED)}


def kept_back(manifest: Manifest, closed: Collection[str]) -> bool:
    """Return whether the files, counts and person of a snapshot's act are kept from somebody.

    Parameters
    ----------
    manifest : Manifest
        Of the snapshot as it is in the store.
    closed : collection of str
        Tables kept from him.
    """
    return not touched(manifest).isdisjoint(tables_of(_kept(closed)))


def _kept(closed: Collection[str]) -> frozenset[str]:
    """Return the tables whose acts are told without files, counts and person."""
    return frozenset(closed) | (set(disclosure.NAMES) if disclosure.MARK in closed else set())


def seen_without(snapshot: Snapshot, closed: Collection[str]) -> Snapshot:
    """Return the snapshot as if tables `closed`, and who brought them from which files, were not.

    A table that came with a closed one in one act keeps its rows; the names of the
    files stand as `HIDDEN`, also in the snapshots made since.
    """
    if not closed:
        return snapshot
    left = snapshot.without(closed)
    manifest = left.manifest
    details = dict(manifest.details)
    closed = _kept(closed)
    for act in (_IMPORT, STATED):
        if not _named(details.get(act)).isdisjoint(tables_of(closed)):
            del details[act]
    if left.reserved and "clusters" in manifest.tables:
        details[disclosure.MARK] = sorted(disclosure.undisclosed(left.read("clusters")))
    hidden = kept_back(manifest, closed)
    tables = {
        name: replace(info, source=_BROUGHT + HIDDEN)
        if info.source.startswith(_BROUGHT) and _came_with(snapshot, name, info, closed)
        else info
        for name, info in manifest.tables.items()
    }
    return replace(
        left,
        manifest=replace(
            manifest,
            tables=tables,
            details=details,
            who="" if hidden else manifest.who,
            files=() if hidden else manifest.files,
        ),
    )


def _came_with(snapshot: Snapshot, name: str, info: TableInfo, closed: Collection[str]) -> bool:
    """Return whether the act that brought a table as it is brought a closed one as well."""
    of = _brought_with(snapshot.folder.parent, snapshot.snapshot_id, name, info.source, info.as_of)
    return not of.isdisjoint(tables_of(closed))


@lru_cache(maxsize=1024)
def _brought_with(
    folder: Path, snapshot_id: str, name: str, source: str, as_of: str
) -> frozenset[str]:
    """Return the tables of the acts that brought table `name` as it is in a snapshot.

    Those are the acts on it in the row of snapshots back from this one that say the
    same source: its bytes change when a later program adds a column. Where a snapshot
    cannot be read, the act may have been one of any table.
    """
    of: frozenset[str] = frozenset()
    for one in sorted((path.name for path in folder.iterdir()), reverse=True):
        if not SNAPSHOT_ID.fullmatch(one) or one > snapshot_id:
            continue
        try:
            manifest = open_snapshot(folder, one).manifest
        except StoreError:
            return frozenset(TABLES)
        info = manifest.tables.get(name)
        if info is None or (info.source, info.as_of) != (source, as_of):
            break
        if name in touched(manifest):
            of |= touched(manifest)
    return of or frozenset(TABLES)


@dataclass(frozen=True)
class Difference:
    """Difference of one table between two snapshots.

    Parameters
    ----------
    key : tuple of str
        Columns that tell rows apart.
    added, removed : tuple of tuple
        Keys of rows only in the later, only in the earlier one.
    changed : mapping
        Key of a row -> columns that differ.
    sample : bool
        One of the tables has made-up rows.
    """

    key: tuple[str, ...]
    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    changed: Mapping[Key, list[str]]
    sample: bool = False

    def counted(self) -> dict[str, tuple[Key, ...]]:
        """Return the keys under the words of a count."""
        return {"added": self.added, "changed": tuple(self.changed), "removed": self.removed}


def compare(earlier: Snapshot, later: Snapshot) -> dict[str, Difference]:
    """Return table -> difference, only for tables that differ.

    A table of equal sha256 is equal and is not read.

    Raises
    ------
    StoreError
        A table of one of them is missing or damaged.
    """
    found: dict[str, Difference] = {}
    for name, table in TABLES.items():
        a, b = earlier.manifest.tables.get(name), later.manifest.tables.get(name)
        if (a and a.sha256) == (b and b.sha256):
            continue
        before = earlier.read(name) if a else None
        after = later.read(name) if b else None
        difference = _difference(before, after, table.key)
        if difference.added or difference.removed or difference.changed:
            found[name] = difference
    return found


def _difference(
    before: pd.DataFrame | None, after: pd.DataFrame | None, key: tuple[str, ...]
) -> Difference:
    old, new = _keys(before, key), _keys(after, key)
    changed = changed_keys(before, after, key) if before is not None and after is not None else {}
    return Difference(
        key,
        tuple(one for one in new if one not in old),
        tuple(one for one in old if one not in new),
        changed,
        any(has_sample(frame) for frame in (before, after) if frame is not None),
    )


def _keys(frame: pd.DataFrame | None, key: tuple[str, ...]) -> dict[Key, None]:
    if frame is None:
        return {}
    rows = zip(*(frame[column].astype(str) for column in key), strict=True)
    return dict.fromkeys(tuple(row) for row in rows)
