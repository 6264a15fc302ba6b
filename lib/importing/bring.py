"""Bring the office's own files in: read, check, publish.

`check` is pure: it says what would change and what is wrong, and writes nothing.
`publish` puts a checked draft into a new snapshot in one act, with the original
files, unless somebody else published meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lib.importing import texts
from lib.importing.collecting.lawform import check_returned
from lib.importing.coordinates.reader import is_coordinate_table
from lib.importing.draft import KINDS, Draft, Options, gravest_first
from lib.importing.outlines.borders import check_borders
from lib.importing.outlines.bring import check_outlines
from lib.importing.readers.base import Content
from lib.importing.readers.registry import read
from lib.importing.rows import check_register
from lib.importing.shapes import drawn
from lib.importing.statements import check_statements
from lib.importing.templates import forms
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.findings import Finding, from_error
from lib.store import history
from lib.store.brought import Brought
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import collecting
from lib.tables.statements.record import NAME as STATEMENTS

ALIASES: Final[Mapping[str, str]] = {"lines": "power_lines", "borders": "communes"}


NOTHING_NEW: Final = "–"
"""Source of a table that changed without a file: what was brought is kept already."""


def kind_of(word: str) -> str:
    """Return the kind a word of the command line means.

    Raises
    ------
    WrongUseError
        It is none.
    """
    kind = ALIASES.get(word, word)
    if kind not in KINDS:
        raise WrongUseError("importing.unknown_kind", value=word, kinds=", ".join(KINDS))
    return kind


def read_all(paths: Sequence[tuple[Path, str]]) -> tuple[list[Content], list[Finding]]:
    """Return what the files hold; a file that cannot be read becomes a refusal.

    Raises
    ------
    WrongUseError
        A file is not there.
    """
    contents: list[Content] = []
    found: list[Finding] = []
    for path, name in paths:
        try:
            content = read(path, name)
            grids, notes = forms.as_data(content.grids)
            contents.append(replace(content, grids=grids, findings=(*content.findings, *notes)))
        except DataRefusedError as error:
            found.append(from_error(error))
    return contents, found


def tables_of(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the tables a check holds files against."""
    background = (
        "neighbours",
        "rivers",
        "former_borders",
        "former_pieces",
        "former_districts",
        "country",
    )
    return {
        name: snapshot.read(name) for name in snapshot.manifest.tables if name not in background
    }


def check(
    contents: Sequence[Content],
    options: Options,
    base: Mapping[str, pd.DataFrame],
    *,
    unreadable: Sequence[Finding] = (),
) -> Draft:
    """Return what importing these files would change, and everything found on the way.

    Parameters
    ----------
    contents : sequence of Content
        From `read_all`.
    base : mapping
        From `tables_of`.
    """
    meant, unused = meant_parts(contents, options.kind)
    settled, said, shown = texts.settle(meant, options.text)
    if not settled:
        return Draft(options, findings=gravest_first([*unreadable, *said]))
    try:
        if options.kind == collecting.KIND:
            draft = check_returned(settled, options, base)
        elif options.kind == STATEMENTS:
            draft = check_statements(settled, options, base)
        elif options.kind == "communes" and any(map(drawn, settled)):
            draft = check_borders(settled, options, base)
        elif options.kind == "outlines" or (options.kind == "clusters" and _has_shapes(settled)):
            draft = check_outlines(settled, options, base)
        else:
            draft = check_register(settled, options, base)
    except DataRefusedError as error:
        draft = Draft(options, findings=(from_error(error),))
    found = gravest_first([*unreadable, *said, *draft.findings, *unused])
    return replace(draft, findings=found, text_before_after=tuple(shown))


def draft_of(files: Sequence[tuple[Path, str]], options: Options, base: Snapshot) -> Draft:
    """Read files and check them against a snapshot; for `lib.importing.apart.sandbox` to call.

    Raises
    ------
    WrongUseError
        A file is not there.
    """
    contents, unreadable = read_all(files)
    return check(contents, options, tables_of(base), unreadable=unreadable)


def meant_parts(contents: Sequence[Content], kind: str) -> tuple[list[Content], list[Finding]]:
    """Return the files with only the sheet or layer called as the kind, where one is.

    Such a file holds other tables under their own names, as a download of all
    data and a template do.
    """
    meant: list[Content] = []
    unused: list[Finding] = []
    for content in contents:
        names = [*(grid.sheet for grid in content.grids), *(la.layer for la in content.layers)]
        if kind not in names:
            meant.append(content)
            continue
        grids = tuple(grid for grid in content.grids if grid.sheet == kind)
        layers = tuple(layer for layer in content.layers if layer.layer == kind)
        meant.append(replace(content, grids=grids, layers=layers))
        if others := ", ".join(name for name in names if name != kind):
            values = {"names": others, "kind": kind}
            unused.append(Finding("note", "importing.parts_unused", values, content.file))
    return meant, unused


def _has_shapes(contents: Sequence[Content]) -> bool:
    return any(
        content.layers or any(is_coordinate_table(grid) for grid in content.grids)
        for content in contents
    )


def publish(
    store: Store,
    draft: Draft,
    *,
    base: Snapshot,
    files: Mapping[str, bytes],
    who: str,
    confirmed: bool,
    brought: Brought | None = None,
) -> Snapshot:
    """Put a checked draft in use as a new snapshot.

    Parameters
    ----------
    draft : Draft
        From `check`.
    base : Snapshot
        The one the draft was checked against.
    files : mapping
        Name -> bytes of the originals, kept with the snapshot.
    confirmed : bool
        What the draft asks has been seen and confirmed.
    brought : Brought, optional
        How the files waited: who brought them is kept with the snapshot.

    Raises
    ------
    DataRefusedError
        Something is refused, or asked and not confirmed.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    if draft.refused or not draft.tables:
        raise DataRefusedError("importing.refused", count=len(draft.of("refused")))
    if draft.of("ask") and not confirmed:
        raise DataRefusedError("importing.unconfirmed", count=len(draft.of("ask")))
    if draft.options.kind == STATEMENTS and not draft.changes:
        return base  # whose word each value is, is what the file says: no other source of it
    source = ", ".join(files) or NOTHING_NEW
    tables = {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in base.manifest.tables.items()
        if name not in draft.tables
    }
    for name, frame in draft.tables.items():
        tables[name] = Table(frame, f"import: {source}", _as_of(name, frame) or draft.options.as_of)
    details: dict[str, Any] = {
        **history.without_act(base.manifest.details),
        "import": {
            "kind": draft.options.kind,
            "counts": {n: vars(c) for n, c in draft.counts.items()},
            "chosen": draft.options.chosen(),
        },
    }
    if brought is not None:
        details["import"]["brought"] = {"key": brought.key, "who": brought.who}
    act = Act("import", who, dict(files), base=base.snapshot_id, details=details)
    quality = draft.border_quality or base.manifest.border_quality
    return store.publish(tables, act, border_quality=quality)


def _as_of(name: str, frame: pd.DataFrame) -> str:
    """Return the day of a table: a log is as new as its last day, whenever it is brought."""
    if name != "outages":
        return ""
    from lib.power.inuse import last_day  # noqa: PLC0415 - loads Ibis: only where there is a log

    return last_day(frame)
