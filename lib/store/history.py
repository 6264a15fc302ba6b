"""Compare two snapshots: rows added, changed, removed, and in which fields."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lib.store.store import Snapshot
from lib.tables.merging import changed_keys
from lib.tables.registry import TABLES
from lib.tables.sample import has_sample

Key = tuple[str, ...]


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
