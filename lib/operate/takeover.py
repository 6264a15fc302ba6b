"""Take over the data of the version used before, which lies in a folder beside this one.

It is copied by way of a backup, so that nothing is taken that is not whole; the folder it comes
from stays as it was.
"""

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.language.errors import DataRefusedError, StoreError, WrongUseError
from lib.language.findings import Twin
from lib.layers.ground import kept
from lib.operate.backup import CURRENT, BackupInfo, backup
from lib.operate.integrity import check_log
from lib.operate.restore import restore_backup
from lib.settings import ROOT
from lib.store.store import Store

_STORE: Final = Path("data", "store")
_MARKER: Final = "pyproject.toml"
"""File of every copy of the program that says which program it is."""
_NAME: Final = 'name = "phutho-map"'


@dataclass(frozen=True)
class Neighbour:
    """Another copy of the program that has data.

    Parameters
    ----------
    folder : Path
        Of the program.
    changed : datetime
        When another snapshot was last put in use there, UTC.
    """

    folder: Path
    changed: dt.datetime


def neighbours(root: Path = ROOT) -> list[Neighbour]:
    """Return the other copies of the program beside `root` that have data, the newest first."""
    beside = (one for one in _folders(root.parent) if one != root and _has_data(one))
    found = [Neighbour(one, _changed(one)) for one in beside]
    return sorted(found, key=lambda one: one.changed, reverse=True)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:  # not for this account
        return []


def _has_data(folder: Path) -> bool:
    try:
        named = _NAME in (folder / _MARKER).read_text(encoding="utf-8")
        return named and (folder / _STORE / CURRENT).is_file()
    except (OSError, UnicodeDecodeError):
        return False


def _changed(folder: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp((folder / _STORE / CURRENT).stat().st_mtime, dt.UTC)


def store_of(folder: Path) -> Store:
    """Return the store of a copy of the program, or the one that `folder` itself is.

    Raises
    ------
    WrongUseError
        There is no data.
    """
    for place in (folder / _STORE, folder):
        if (place / CURRENT).is_file():
            return Store(place.resolve())
    raise WrongUseError("takeover.no_data", folder=folder)


def take_over(source: Store, store: Store, *, who: str) -> BackupInfo:
    """Copy snapshots, log, values not yet published and grounds of `source` into `store`.

    The snapshot in use comes last: whoever is interrupted is offered it again.

    Raises
    ------
    DataRefusedError
        The log of `source` is cut or changed.
    StoreError
        `source` is damaged or busy, or `store` cannot be written.
    WrongUseError
        Both are the same store.
    """
    if source.folder.resolve() == store.folder.resolve():
        raise WrongUseError("takeover.same", folder=source.folder)
    if source.whole() is None:
        raise StoreError("takeover.damaged", folder=source.folder)
    for finding in check_log(source).findings:
        if finding.level == "refused":
            reason = Twin.of(finding.message)
            raise DataRefusedError("takeover.log_refused", folder=source.folder, reason=reason)
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / f"{source.folder.parents[1].name or 'store'}.zip"
        backup(source, file)
        with store.writing():
            for one in kept.grounds(source.folder):
                data = kept.folder_of(source.folder) / one.file
                kept.keep(
                    store.folder,
                    data,
                    one.name,
                    one.kind,
                    source=one.source,
                    as_of=one.as_of,
                    about=one.about,
                )
        return restore_backup(file, store, who=who)
