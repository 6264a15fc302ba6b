"""Documents of the office in the store: each file is kept once, found again by its sha256.

A document is an original of the snapshot it came with. So it is written, forced to the
disk, held against its hash, backed up, brought back and sent to other servers as every
original is, and a publication that breaks off leaves neither its row nor its bytes in use.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from lib.language.errors import StoreError
from lib.store.snapshot import FileInfo, open_snapshot
from lib.store.store import Store

TABLE: Final = "documents"

_Place = tuple[str, FileInfo]
"""Name of a snapshot and the file in it."""


@lru_cache(maxsize=4)
def _places(folder: Path, names: tuple[str, ...]) -> dict[str, list[_Place]]:
    """Return sha256 -> where such a file lies, in the snapshots of those names."""
    found: dict[str, list[_Place]] = {}
    for name in names:
        try:
            files = open_snapshot(folder / "snapshots", name).manifest.files
        except StoreError:  # told where snapshots are checked
            continue
        for file in files:
            found.setdefault(file.sha256, []).append((name, file))
    return found


def kept(store: Store, sha256: str) -> bytes | None:
    """Return the bytes of a document, None if no whole copy of it is there."""
    for name, file in _places(store.folder, tuple(store.names())).get(sha256, ()):
        try:
            return store.open(name).original(file).read_bytes()
        except (StoreError, OSError):  # perhaps it came a second time
            continue
    return None


def read(store: Store, table: pd.DataFrame, sha256: str) -> bytes:
    """Return the bytes of a document of a snapshot.

    Parameters
    ----------
    table : DataFrame
        ``documents`` of the snapshot: what is not in it is given to nobody.

    Raises
    ------
    StoreError
        The snapshot has no such document, or it is missing or not as it was.
    """
    named = table.loc[table["sha256"] == sha256, "name"]
    if named.empty:
        raise StoreError("documents.unknown", sha256=sha256[:64])
    content = kept(store, sha256)
    if content is None:
        raise StoreError("documents.lost", name=named.iloc[0])
    return content


def lost(store: Store, table: pd.DataFrame) -> list[str]:
    """Return the names of the documents of a snapshot no whole copy of which is there."""
    once = table.drop_duplicates("sha256")
    pairs = zip(once["sha256"], once["name"], strict=True)
    return [str(name) for sha256, name in pairs if kept(store, sha256) is None]


def new_ones(store: Store, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files no whole copy of which is kept yet, each once."""
    once = {hashlib.sha256(content).hexdigest(): name for name, content in contents.items()}
    return {name: contents[name] for sha256, name in once.items() if kept(store, sha256) is None}
