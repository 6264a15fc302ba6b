"""Restore the store from a backup.

Nothing of the store is touched before all of the backup stands beside it, whole.
Only the last step, naming another snapshot in ``CURRENT``, changes what is in use.
"""

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from lib.language.errors import DataRefusedError, StoreError
from lib.language.findings import Finding, Twin
from lib.operate.archive import SHOWN, compare, entries_of, list_of, opened, unpack
from lib.operate.backup import CURRENT, BackupInfo
from lib.operate.integrity import check_log
from lib.store import audit, pending
from lib.store.disk import sync_folder
from lib.store.snapshot import MANIFEST, sha256_of
from lib.store.store import Store

_ASIDE: Final = "restoring"


def restore_backup(path: Path, store: Store, *, who: str = "") -> BackupInfo:
    """Bring back what `path` holds and put its current snapshot in use.

    An empty store becomes, byte for byte, the one that was backed up. One that
    has data keeps its snapshots, its log and its draft, gains those it lacks and logs
    the act; a snapshot of its own that is damaged is replaced by the backup's.

    Parameters
    ----------
    path : Path
        A zip written by `backup`.
    store : Store
        Left as it was unless all went well.

    Raises
    ------
    DataRefusedError
        The zip is not a whole backup: cut short, changed, a file too many or
        too few, a name that leads elsewhere, too large; or its log is cut,
        changed, another store's, or does not agree with its manifests.
    StoreError
        The store is busy or cannot be written.
    """
    with opened(path) as archive:
        entries = entries_of(archive, path)
        listed = list_of(archive, path.name)
        info, files = listed.info(), listed.files
        compare(entries, files, path.name)
        with store.writing():
            aside = Store(store.folder / _ASIDE)
            shutil.rmtree(aside.folder, ignore_errors=True)
            try:
                for name, file in files.items():
                    unpack(archive, entries[name], aside.folder / name, file, path.name)
                for folder in (aside.folder, *filter(Path.is_dir, aside.folder.rglob("*"))):
                    sync_folder(folder)
                _check_snapshots(aside, info, path.name)
                notes = _check_log(aside, path.name)
                _take_over(aside, store, info, who)
            finally:
                shutil.rmtree(aside.folder, ignore_errors=True)
    return replace(info, notes=notes)


def _check_snapshots(aside: Store, info: BackupInfo, file: str) -> None:
    """Refuse a backup that would put something in use that is no whole snapshot."""
    there = sorted(f.name for f in (aside.folder / "snapshots").glob("*"))
    for name in there:
        try:
            aside.open(name)
        except StoreError as error:  # what is only damaged comes back, and is never opened
            if error.key == "store.snapshot_forged":
                raise DataRefusedError("backup.no_current", file=file, snapshot=name) from error
    current = aside.whole()
    if current is None or info.current != current.snapshot_id or there != sorted(info.snapshots):
        raise DataRefusedError("backup.no_current", file=file, snapshot=info.current[:SHOWN])


def _check_log(aside: Store, file: str) -> tuple[Finding, ...]:
    """Refuse a backup whose log is broken, cut or another store's; return what it does not claim.

    A backup without a log, of a store that never had one, claims nothing: its
    snapshots are taken, and no line speaks for them.
    """
    logged = (aside.folder / audit.LOG).exists()
    stood = [one.manifest.log for one in aside.snapshots()]
    if not logged and any(log is not None and log.lines for log in stood):
        raise DataRefusedError("backup.log_missing", file=file)
    found = check_log(aside).findings
    if logged:
        for finding in found:
            if finding.level == "refused":
                reason = Twin.of(finding.message)
                raise DataRefusedError("backup.log_refused", file=file, reason=reason)
    return tuple(finding for finding in found if finding.key == "audit.no_line")


def _take_over(aside: Store, store: Store, info: BackupInfo, who: str) -> None:
    """Move what `store` lacks into it, then name the snapshot in use; undone unless all is done."""
    pointer = store.folder / CURRENT
    before = (
        pointer.read_text(encoding="utf-8", errors="replace").strip() if pointer.exists() else ""
    )
    has_log = (store.folder / audit.LOG).exists()
    logged = bool(before)
    if before or has_log:  # a broken log is found before anything moves
        events = audit.events(store.folder if has_log else aside.folder)
        # A log without CURRENT is of a restore that died, or of a store that lost the pointer.
        logged = logged or not events or events[-1].snapshot != info.current
    (store.folder / "snapshots").mkdir(exist_ok=True)
    with contextlib.ExitStack() as undo:
        for name in info.snapshots:
            if store.whole_or_none(name) is None:
                _move(aside.folder, store.folder, f"snapshots/{name}", undo)
        if not has_log and (aside.folder / audit.LOG).exists():
            _move(aside.folder, store.folder, audit.LOG, undo)
        for path in sorted((aside.folder / pending.FOLDER).rglob("*.json")):
            name = path.relative_to(aside.folder).as_posix()
            if not (store.folder / name).exists():
                (store.folder / name).parent.mkdir(parents=True, exist_ok=True)
                _move(aside.folder, store.folder, name, undo)
                sync_folder((store.folder / name).parent)
        sync_folder(store.folder / "snapshots")
        manifest = sha256_of(store.folder / "snapshots" / info.current / MANIFEST)
        details: dict[str, object] = {"snapshots": list(info.snapshots), "created": info.created}
        details[audit.MANIFEST] = manifest
        event = audit.Event(audit.now(), who, "restore-backup", info.current, before, details)
        if logged:
            undo.callback((store.folder / audit.INTENDED).unlink, missing_ok=True)
            audit.intend(store.folder, event)
        if store.shared is not None and before != info.current:
            store.shared.publish(store.open(info.current), event)
        (aside.folder / CURRENT).replace(pointer)
        undo.pop_all()
    sync_folder(store.folder)
    with contextlib.suppress(OSError):  # in use now; whoever writes next logs what was intended
        audit.settle(store.folder, info.current)


def _move(source: Path, target: Path, name: str, undo: contextlib.ExitStack) -> None:
    """Move `name` from one folder to the other; what stood there goes aside until all is done."""
    if (target / name).exists():
        damaged = source / f"{Path(name).name}.damaged"
        (target / name).replace(damaged)
        undo.callback(damaged.rename, target / name)
    (source / name).replace(target / name)
    undo.callback((target / name).rename, source / name)
