"""Write the files of a snapshot: its tables and the originals they came from."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from lib.language.errors import StoreError
from lib.store.disk import sync_folder, to_disk, write_synced
from lib.store.snapshot import TABLE_NAME, FileInfo, TableInfo, sha256_of
from lib.tables import sample

_SHOWN = 60


@dataclass(frozen=True)
class Act:
    """Act that publishes a snapshot: its kind, who, the original files, details.

    Parameters
    ----------
    action : str
        prepare, import ...
    files : mapping
        Name as given -> bytes of the original file.
    base : str or None
        Snapshot the work was based on: if another is in use by then, nothing is
        published. None if it does not matter.
    notes, details
        Kept in the manifest; `details` also in the log.
    """

    action: str
    who: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    base: str | None = None
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table to be written into a snapshot."""

    frame: pd.DataFrame
    source: str
    as_of: str


def write_table(folder: Path, name: str, table: Table) -> TableInfo:
    """Write a table as Parquet, forced to the disk; return its line of the manifest.

    Raises
    ------
    StoreError
        The name could lead out of the folder, or be read as something else than a name.
    """
    if not TABLE_NAME.fullmatch(name):
        raise StoreError("store.table_name", table=name[:_SHOWN])
    path = folder / f"{name}.parquet"
    sample.write(table.frame, path)
    with path.open("rb+") as file:  # Windows syncs only what may be written
        to_disk(file)
    crs = table.frame.crs.to_string() if isinstance(table.frame, gpd.GeoDataFrame) else None
    return TableInfo(len(table.frame), sha256_of(path), crs, table.source, table.as_of)


def keep_files(folder: Path, files: Mapping[str, bytes]) -> tuple[FileInfo, ...]:
    """Write the originals under names of our own: theirs may be hostile, or twice the same."""
    kept = []
    for number, (name, content) in enumerate(files.items(), start=1):
        suffix = Path(name).suffix.lower()
        stored = f"files/{number}{suffix if re.fullmatch(r'[.][a-z0-9]{1,8}', suffix) else ''}"
        (folder / "files").mkdir(exist_ok=True)
        write_synced(folder / stored, content)
        kept.append(FileInfo(name, stored, len(content), hashlib.sha256(content).hexdigest()))
    if kept:
        sync_folder(folder / "files")
    return tuple(kept)
