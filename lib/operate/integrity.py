"""Verify the store: the chain of its log, its snapshots, and a backup kept elsewhere.

A hash chain shows a line that was changed, taken out of the middle, put in or
moved. It does not show lines cut off the end, or a log that was written anew
from its first line. So the log is also held against what lies outside it: the
manifests of the snapshots, each of which says where the log stood; ``CURRENT``;
and, if given, a backup or a hash that was kept on another machine. Who may
write to all of them can change all of them: only the last two show that.
"""

import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lib.access import signins
from lib.language.errors import PhuThoError, StoreError
from lib.language.findings import Finding, Level
from lib.operate.archive import compare, entries_of, list_of, opened
from lib.operate.backup import CURRENT
from lib.store import audit
from lib.store.snapshot import MANIFEST, SNAPSHOT_ID, Snapshot, sha256_of
from lib.store.store import Store

_BROUGHT: Final = "restore-backup"
_NOT_MADE: Final = signins.ACTIONS | {"restore", _BROUGHT, audit.CHAINED}
"""Acts that did not make the snapshot in use after them."""

DAMAGED: Final = frozenset(
    {
        "store.table_missing",
        "store.table_damaged",
        "store.snapshot_unreadable",
        "store.snapshot_changed",
        "store.snapshot_forged",
        "store.original_damaged",
    }
)
"""Errors that say that a snapshot is not what it was."""


@dataclass(frozen=True)
class LogCheck:
    """Result of a check of the log.

    Parameters
    ----------
    findings : tuple of Finding
        ``refused`` where the log is not what it was, ``note`` for what is odd but honest.
    """

    head: audit.Head
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """Return whether no finding contradicts the log."""
        return not any(finding.level == "refused" for finding in self.findings)


def check_log(store: Store, *, backup: Path | None = None, known: str = "") -> LogCheck:
    """Verify the log of `store` against its chain, the manifests and a backup; write nothing.

    Parameters
    ----------
    backup : Path, optional
        A backup made earlier: its log has to be the beginning of this one.
    known : str, optional
        Hash of a line, or its beginning, noted down earlier: a line has to have it.

    Raises
    ------
    DataRefusedError
        `backup` is no whole backup.
    """
    try:
        events, stood = audit.events(store.folder), audit.hashes(store.folder)
    except StoreError as error:
        found = Finding("refused", error.key, dict(error.values), file=audit.LOG)
        return LogCheck(audit.Head(0, ""), (found,))
    findings = [
        *_of_itself(events),
        *_of_use(store, events),
        *_of_manifests(store, events, stood),
    ]
    if backup is not None:
        findings += _of_backup(store, backup)
    if known and not any(digest.startswith(known.lower()) for digest in stood[1:]):
        findings.append(_refused("audit.unknown_hash", hash=known))
    return LogCheck(audit.head(store.folder), tuple(findings))


def damage(store: Store, snapshot_id: str) -> StoreError | None:
    """Return what is wrong with a snapshot, None if every byte of it is as it was."""
    try:
        store.open(snapshot_id).check_files()
    except StoreError as error:
        return error
    return None


def _refused(key: str, **values: object) -> Finding:
    return Finding("refused", key, values, file=audit.LOG)


def _note(key: str, **values: object) -> Finding:
    return Finding("note", key, values, file=audit.LOG)


def _of_itself(events: list[audit.Event]) -> Iterator[Finding]:
    """Yield where the chain starts late and where the clock went back."""
    early = sum(not event.chained for event in events)
    if early:
        yield _note("audit.chain_starts", lines=early)
    for number, (one, other) in enumerate(itertools.pairwise(events), start=2):
        if other.when < one.when:
            yield _note("audit.clock_back", row=number, before=one.when, after=other.when)
        if other.before != one.snapshot:
            named = SNAPSHOT_ID.fullmatch(other.before)
            level: Level = "refused" if named else "note"  # else CURRENT was damaged, and mended
            yield Finding(level, "audit.gap", {"row": number}, file=audit.LOG)


def _of_use(store: Store, events: list[audit.Event]) -> Iterator[Finding]:
    """Hold ``CURRENT`` against the last line."""
    pointer = store.folder / CURRENT
    in_use = (
        pointer.read_text(encoding="utf-8", errors="replace").strip()[:60]
        if (pointer.exists())
        else ""
    )
    last = events[-1].snapshot if events else ""
    if (store.folder / audit.INTENDED).exists():  # the next who writes settles it
        yield _note("audit.unsettled")
    elif in_use != last:
        yield _refused("audit.not_in_use", snapshot=in_use or "-", logged=last or "-")


def _of_manifests(store: Store, events: list[audit.Event], stood: list[str]) -> Iterator[Finding]:
    """Hold each snapshot against the lines that speak of it, and the log against its manifest."""
    made = {event.snapshot for event in events if event.action not in _NOT_MADE}
    brought = {
        str(name)
        for event in events
        if event.action == _BROUGHT
        for name in event.details.get("snapshots", ())
    }
    hashes = {e.snapshot: e.details[audit.MANIFEST] for e in events if audit.MANIFEST in e.details}
    for snapshot in store.snapshots():
        name, log = snapshot.snapshot_id, snapshot.manifest.log
        if hashes.get(name) not in (None, sha256_of(snapshot.folder / MANIFEST)):
            yield _refused("audit.manifest_changed", snapshot=name)
        first = stood[1] if len(stood) > 1 else ""
        own = name in made or (log is not None and log.first == first != "")
        if log is not None and own and name not in brought and not _holds(log, stood):
            yield _refused("audit.head_lost", snapshot=name, lines=log.lines)
        elif name not in made | brought:
            yield _note("audit.no_line", snapshot=name)


def _holds(log: audit.Head, stood: list[str]) -> bool:
    """Return whether the log still begins as it stood at `log`."""
    return log.lines < len(stood) and stood[log.lines] == log.digest


def _of_backup(store: Store, backup: Path) -> Iterator[Finding]:
    """Hold the log against the one in a backup, byte for byte."""
    with opened(backup) as archive:
        entries = entries_of(archive, backup)
        listed = list_of(archive, backup.name)
        compare(entries, listed.files, backup.name)
        then = _log_in(archive)
    path = store.folder / audit.LOG
    now = path.read_bytes() if path.exists() else b""
    if not now.startswith(then[: then.rfind(b"\n") + 1]):
        yield _refused("audit.not_of_backup", backup=backup.name, lines=then.count(b"\n"))


def _log_in(archive: zipfile.ZipFile) -> bytes:
    return archive.read(audit.LOG) if audit.LOG in archive.namelist() else b""


def advice(store: Store, error: PhuThoError) -> Snapshot | None:
    """Return the newest whole snapshot to go back to, if `error` says that one is damaged."""
    return store.last_whole() if error.key in DAMAGED else None
