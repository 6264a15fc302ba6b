"""Health checks of this server: data in use, disk, log, backups.

``/_stcore/health`` only says that a process answers. What is asked here is what
fails quietly: a damaged file, a disk that fills up, a folder that became
read-only, a backup that nobody makes any more.
"""

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from lib.access import signins
from lib.access.policy import open_to_others
from lib.language.errors import StoreError
from lib.language.text import ZONE, Lang, number, t
from lib.settings import settings
from lib.store import audit, documents
from lib.store.store import Snapshot, Store

Level = Literal["good", "attention", "bad"]
Name = Literal[
    "snapshot", "borders", "log", "store", "static", "room", "backup", "access", "documents"
]

UPLOAD_BYTES: Final = 50 * 2**20
"""What one import may bring: ``server.maxUploadSize`` in ``.streamlit/config.toml``."""
BACKUP_HOURS: Final = 48
"""A backup is made every day: after two that are missing, somebody has to look."""
_CLOCK_MINUTES: Final = 5
"""Two clocks that are set over the network are not further apart than this."""
_MB: Final = 1e6


@dataclass(frozen=True)
class Check:
    """Result of one check.

    Parameters
    ----------
    name : Name
        What was looked at; the same whatever was found, for machines.
    level : Level
        good; attention: work goes on, somebody should look; bad: it does not.
    """

    name: Name
    level: Level
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def message(self, lang: Lang = "vi") -> str:
        """Return what was found, in words."""
        said = {
            name: number(value, lang) if isinstance(value, int | float) else value
            for name, value in self.values.items()
        }
        return t(self.key, lang, **said)


@dataclass(frozen=True)
class Status:
    """Results of all checks at one moment.

    Parameters
    ----------
    checked : str
        The moment: ISO 8601, UTC.
    snapshot, created, borders : str
        The snapshot in use, when it was made (ISO 8601, UTC) and the quality of its
        borders; empty if none can be read.
    free_bytes : int or None
        Room left on the disk of the store; None if nobody can say.
    """

    checked: str
    snapshot: str
    created: str
    borders: str
    free_bytes: int | None
    checks: tuple[Check, ...]

    @property
    def level(self) -> Level:
        """The worst level of all checks."""
        levels = get_args(Level)
        worst: Level = max((check.level for check in self.checks), key=levels.index)
        return worst

    @property
    def well(self) -> bool:
        """Whether the server can do its work."""
        return self.level != "bad"

    def as_json(self, lang: Lang = "vi") -> dict[str, Any]:
        """Return it for a machine; the messages are in `lang`."""
        return {
            "level": self.level,
            "checked": self.checked,
            "snapshot": self.snapshot,
            "created": self.created,
            "borders": self.borders,
            "free_bytes": self.free_bytes,
            "checks": [
                {"name": check.name, "level": check.level, "message": check.message(lang)}
                for check in self.checks
            ],
        }


def check(
    store: Store, *, static: Path, backups: Path | None = None, now: dt.datetime | None = None
) -> Status:
    """Run all checks; every byte of the snapshot in use is read, nothing is changed.

    Parameters
    ----------
    static : Path
        Folder of the layer files, which an import writes too.
    backups : Path, optional
        Folder the backups go to; without one nothing is said of backups.
    now : datetime, optional
        The moment, aware; this one if it is left out.
    """
    moment = now or dt.datetime.now(dt.UTC)
    snapshot, found = _snapshot(store, moment)
    checks = [*found, _log(store.folder)]
    checks += [_writable("store", store.folder), _writable("static", static)]
    checks.append(_room(store.folder, snapshot))
    if snapshot is not None and documents.TABLE in snapshot.manifest.tables:
        checks.append(_documents(store, snapshot))
    if backups is not None:
        checks.append(_backup(backups, moment))
    checks += _access(settings().access)
    manifest = snapshot.manifest if snapshot else None
    return Status(
        checked=moment.astimezone(dt.UTC).isoformat(timespec="seconds"),
        snapshot=manifest.snapshot_id if manifest else "",
        created=manifest.created if manifest else "",
        borders=manifest.border_quality if manifest else "",
        free_bytes=_free(store.folder),
        checks=tuple(checks),
    )


def _snapshot(store: Store, now: dt.datetime) -> tuple[Snapshot | None, Iterator[Check]]:
    """Return the snapshot in use, as far as it can be read, and what is to be said of it."""
    try:
        current = store.current()
        if current is None:
            return None, iter([Check("snapshot", "bad", "store.empty")])
        for name in current.manifest.tables:
            current.check(name)
    except StoreError as error:
        return None, iter([Check("snapshot", "bad", error.key, error.values)])
    except OSError as error:
        return None, iter([Check("snapshot", "bad", "status.unreadable", _reason(error))])
    return current, _said(current, now)


def _said(current: Snapshot, now: dt.datetime) -> Iterator[Check]:
    manifest = current.manifest
    made = dt.datetime.fromisoformat(manifest.created)
    when = f"{made.astimezone(ZONE):%d/%m/%Y %H:%M}"
    if made - now > dt.timedelta(minutes=_CLOCK_MINUTES):
        yield Check("snapshot", "attention", "status.clock", {"when": when})
    else:
        values = {"snapshot": manifest.snapshot_id, "when": when, "tables": len(manifest.tables)}
        yield Check("snapshot", "good", "status.snapshot", values)
    schematic = manifest.border_quality == "schematic"
    level: Level = "attention" if schematic else "good"
    yield Check("borders", level, f"status.borders_{manifest.border_quality}")


def _log(folder: Path) -> Check:
    try:
        lines = len(audit.events(folder))
    except StoreError as error:
        return Check("log", "bad", error.key, {name: str(v) for name, v in error.values.items()})
    except OSError as error:
        return Check("log", "bad", "status.unreadable", _reason(error))
    book = signins.book(folder)
    if book.problem is not None:
        values = {"count": len(book.waiting), "reason": book.problem.message()}
        return Check("log", "attention", "status.sign_ins_wait", values)
    return Check("log", "good", "status.log", {"lines": lines})


def _writable(name: Literal["store", "static"], folder: Path) -> Check:
    """Write a few bytes to the disk in `folder`; the file has no name where the system can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Check(name, "bad", "status.not_writable", {"folder": folder, **_reason(error)})
    return Check(name, "good", "status.writable", {"folder": folder})


def _room(folder: Path, snapshot: Snapshot | None) -> Check:
    """Compare the room left with what comes next: an import, then a backup beside the store."""
    free = _free(folder)
    if free is None:
        return Check("room", "bad", "status.no_room_said", {"folder": folder})
    needed = UPLOAD_BYTES + (_size(snapshot.folder) if snapshot else 0)
    whole = needed + _size(folder)
    if free < needed:
        return Check("room", "bad", "status.room_none", {"free": free / _MB, "need": needed / _MB})
    if free < whole:
        values = {"free": free / _MB, "need": whole / _MB}
        return Check("room", "attention", "status.room_little", values)
    return Check("room", "good", "status.room", {"free": free / _MB})


def _documents(store: Store, snapshot: Snapshot) -> Check:
    """Hold every document of the snapshot against its hash."""
    table = snapshot.read(documents.TABLE)
    lost = documents.lost(store, table)
    if lost:
        names = "; ".join(lost)
        return Check("documents", "bad", "status.documents_lost", {"names": names})
    kept = int(table["sha256"].nunique())
    return Check("documents", "good", "status.documents", {"count": kept})


def _access(path: Path | None) -> list[Check]:
    """Say that other accounts of the machine can read the secrets; nothing where they cannot."""
    if path is None or not open_to_others(path):
        return []
    return [Check("access", "attention", "status.access_open", {"file": path})]


def _backup(folder: Path, now: dt.datetime) -> Check:
    times = []
    try:
        times = [path.stat().st_mtime for path in folder.iterdir() if path.suffix == ".zip"]
    except OSError as error:
        return Check("backup", "attention", "status.unreadable", _reason(error))
    if not times:
        return Check("backup", "attention", "status.backup_none", {"folder": folder})
    made = dt.datetime.fromtimestamp(max(times), dt.UTC)
    values = {"when": f"{made.astimezone(ZONE):%d/%m/%Y %H:%M}", "count": len(times)}
    if now - made > dt.timedelta(hours=BACKUP_HOURS):
        return Check("backup", "attention", "status.backup_old", values)
    return Check("backup", "good", "status.backup", values)


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _size(folder: Path) -> int:
    """Return the bytes of all files below `folder`."""
    size = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # another process may take it away meanwhile
                size += (Path(where) / name).stat().st_size
    return size


def _reason(error: OSError) -> dict[str, object]:
    return {"reason": (error.strerror or type(error).__name__).splitlines()[0]}
