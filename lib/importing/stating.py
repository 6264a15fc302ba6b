"""Bring in single values with their source: read as a cell is read, check, publish as one act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from lib.importing.sheets import tablecheck
from lib.importing.sheets.cells import free_text, hidden, read_cell
from lib.importing.sheets.moments import read_day
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.findings import Finding
from lib.language.text import date, is_blank, t, today
from lib.store import history
from lib.store.store import Act, Snapshot, Store, Table
from lib.tables import facts
from lib.tables.glossary import label
from lib.tables.merging import changed_keys
from lib.tables.registry import TABLES, references
from lib.tables.statements import rows, say
from lib.tables.statements.derive import derived, typed
from lib.tables.statements.record import NAME, STATEMENTS, Statement, row_ids

SOURCE: Final = "statements"
"""What the manifest says of a table that was changed by statements."""


@dataclass(frozen=True)
class Stated:
    """Tables as they are after statements were made or withdrawn; nothing is written yet.

    Parameters
    ----------
    tables : mapping
        Those that change.
    words : tuple of Statement
        What was said or withdrawn.
    withdrawn : bool
        Whether it was withdrawn.
    """

    tables: Mapping[str, pd.DataFrame]
    words: tuple[Statement, ...]
    withdrawn: bool = False


def tables_of(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the tables that statements are made of, or change, and those their codes stand in."""
    named = {target for table, _, target, _ in references() if TABLES[table].stated}
    stated = (table.name for table in TABLES.values() if table.stated)
    wanted = {NAME, *named, *stated, *(table for table, _ in rows.holders())}
    there = [name for name in snapshot.manifest.tables if name in wanted]
    return {name: snapshot.read(name) for name in there}


def said(tables: Mapping[str, pd.DataFrame], words: Sequence[Statement]) -> Stated:
    """Return the tables after these statements: each value read as a cell of a file, all checked.

    Parameters
    ----------
    tables : mapping
        From `tables_of`.
    words : sequence of Statement
        Values as typed: numbers the Vietnamese way too, words of codes.

    Raises
    ------
    WrongUseError
        Table, row or column is not known; no source is named.
    DataRefusedError
        A value is blank, cannot be read or breaks the table.
    """
    return taken(tables, [_read(tables, word) for word in words])


def taken(tables: Mapping[str, pd.DataFrame], words: Sequence[Statement]) -> Stated:
    """Return the tables after statements whose values were read and checked one by one.

    Parameters
    ----------
    tables : mapping
        As for `said`.
    words : sequence of Statement
        Values as text of the table: numbers with a decimal point, codes.

    Raises
    ------
    WrongUseError
        Table, row or column is not known.
    DataRefusedError
        A value is none of its column, or they do not go together in the table.
    """
    say.known(tables, words)
    for word in words:
        try:
            typed(TABLES[word.table].column(word.field), word.value)
        except ValueError as error:
            values = {**_place(tables, word), "value": word.value}
            raise DataRefusedError("cells.not_a_number", **values) from error
    changed = say.say(tables, words)
    return Stated(_checked(changed, tables, words), tuple(words))


def withdrawn(tables: Mapping[str, pd.DataFrame], what: Statement) -> Stated:
    """Return the tables after what a source said of one value is withdrawn.

    Raises
    ------
    WrongUseError
        Table, row or column is not known; no source or reason is named.
    DataRefusedError
        The source says nothing of it, or the table cannot be without this value.
    """
    if not what.reason.strip():
        raise WrongUseError("statements.no_reason")
    clean = _clean(what)
    changed = say.withdraw(tables, clean)
    return Stated(_checked(changed, tables, [clean]), (clean,), withdrawn=True)


def retold(tables: Mapping[str, pd.DataFrame], told: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables that change where these are all statements, ``statements`` among them.

    Parameters
    ----------
    tables : mapping
        From `tables_of`, or more.
    told : DataFrame
        Statements of all tables, each checked by itself.

    Raises
    ------
    DataRefusedError
        The values do not go together in a table.
    """
    changed: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        if table.stated and name in tables:
            rows_of, now = derived(tables[name], told, table)
            told = told if now is None else now
            if changed_keys(tables[name], rows_of, table.key):
                changed[name] = rows_of
    return _checked({**changed, NAME: told}, tables, ())


def settled(
    tables: Mapping[str, pd.DataFrame], words: Sequence[Statement], *, read: bool = False
) -> Stated:
    """Return the tables after all of these: entries added, values said and withdrawn, entries gone.

    Parameters
    ----------
    tables : mapping
        From `tables_of`.
    words : sequence of Statement
        In any order; what each does, `lib.tables.statements.rows.kind_of` and its state say.
    read : bool
        Values were read when they were entered: ``1.234`` is no thousand any more.

    Raises
    ------
    WrongUseError, DataRefusedError
        As `said`, `withdrawn` and the functions of `lib.tables.statements.rows`.
    """
    now, done = dict(tables), list[Statement]()
    of_rows = [_clean(word) for word in words if rows.kind_of(word)]
    for word in of_rows:
        if not word.reason.strip() and rows.kind_of(word) != "made":
            raise WrongUseError("statements.no_reason")
    values = [word for word in words if not rows.kind_of(word) and word.state != "withdrawn"]
    for word in (one for one in of_rows if rows.kind_of(one) == "made"):
        now |= rows.made(now, word, values)
    if values:
        stated = (taken if read else said)(now, values)
        now |= stated.tables
        done += stated.words
    for word in words:
        if word.state == "withdrawn" and not rows.kind_of(word):
            stated = withdrawn(now, word)
            now |= stated.tables
            done += stated.words
    for kind, change in (("merged", rows.merged), ("withdrawn", rows.withdrawn)):
        for word in (one for one in of_rows if rows.kind_of(one) == kind):
            now |= change(now, word)
    changed = {name: frame for name, frame in now.items() if frame is not tables.get(name)}
    stands = {n: frame for n, frame in changed.items() if n == NAME or TABLES[n].stated}
    return Stated({**changed, **_checked(stands, now, words)}, (*of_rows, *done))


def publish(store: Store, stated: Stated, *, base: Snapshot, who: str) -> Snapshot:
    """Put the tables in use as a new snapshot: one act in the log.

    Raises
    ------
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    tables = {
        name: Table(base.read(name), info.source, info.as_of)
        for name, info in base.manifest.tables.items()
        if name not in stated.tables
    }
    for name, frame in stated.tables.items():
        info = base.manifest.tables.get(name)
        if info is not None and name != NAME and not TABLES[name].stated:
            tables[name] = Table(frame, info.source, info.as_of)  # only codes in it are others
        else:
            tables[name] = Table(frame, SOURCE, facts.data_date(frame))
    told = {
        "tables": sorted(stated.tables),
        "withdrawn": stated.withdrawn,
        "said": [_told(word) for word in stated.words],
    }
    details = {**history.without_act(base.manifest.details), history.STATED: told}
    act = Act(history.STATED, who, base=base.snapshot_id, details=details)
    return store.publish(tables, act, border_quality=base.manifest.border_quality)


def _told(word: Statement) -> dict[str, str]:
    """Return a statement as the log keeps it, without what is blank."""
    named = ("table", "id", "field", "value", "source_url", "document_no", "as_of", "reason")
    told = {name: text for name in named if (text := getattr(word, name))}
    return told | ({"state": word.state} if word.state == "withdrawn" else {})


def _clean(word: Statement) -> Statement:
    """Return a statement with its texts on one line, without hidden characters."""
    texts = {
        name: str(hidden(getattr(word, name)).value or free_text(getattr(word, name)).value or "")
        for name in ("source_url", "document_no", "note", "reason", "who")
    }
    if not texts["source_url"]:
        raise WrongUseError("statements.no_source")
    return replace(word, **texts)


def _read(tables: Mapping[str, pd.DataFrame], word: Statement) -> Statement:
    """Return a statement with its value as the table has it."""
    say.known(tables, [word])
    place = _place(tables, word)
    value = read_cell(hidden(word.value).value or word.value, word.table, word.field)
    if value.level == "refused":
        raise DataRefusedError(value.key, **place, **value.values)
    if value.value is not None:
        frame = pd.DataFrame({word.field: [value.value]})
        checks = tablecheck.values_only(word.table, [word.field])
        _, found = tablecheck.failures(checks, frame, (0,), (word.table, place["file"]), {})
        if found:
            raise _refusal(found[0], place["row"])
    text = "" if value.value is None else str(value.value)
    return replace(_clean(word), value=text, as_of=_day(word.as_of))


def _day(text: str) -> str:
    if not text:
        return today().isoformat()
    day, now = read_day(text), today().isoformat()
    if day is None:
        raise WrongUseError("statements.bad_day", value=text)
    if day > now[: len(day)]:
        raise WrongUseError("data.day_to_come", value=date(day), today=date(now))
    return day


def _checked(
    changed: Mapping[str, pd.DataFrame],
    before: Mapping[str, pd.DataFrame],
    words: Sequence[Statement],
) -> dict[str, pd.DataFrame]:
    """Return the tables with the types of their records, or refuse the first thing wrong."""
    result = dict(changed)
    for name, frame in changed.items():
        title = t(f"about.table_{name}")
        columns = list(before[name].columns) if name in before else list(frame.columns)
        declared = [column.name for column in TABLES[name].every()]
        plain = pd.DataFrame(frame)[declared]
        checked, found = tablecheck.validate(name, plain, range(len(frame)), title)
        if found:
            at = found[0].row
            ids = row_ids(plain, TABLES[name])
            raise _refusal(found[0], "" if at is None else _called(plain, name, ids[at]))
        extra = {column: frame[column] for column in columns if column not in declared}
        result[name] = checked.assign(**extra)
    for table, column, target, target_column in references():
        if table in changed and table != STATEMENTS.name and target in before:
            _exists(changed[table][column], before[target][target_column], words, table)
    return result


def _place(tables: Mapping[str, pd.DataFrame], word: Statement) -> dict[str, str]:
    """Return what a refusal names: table, row and column."""
    return {
        "file": t(f"about.table_{word.table}"),
        "row": _called(tables[word.table], word.table, word.id),
        "column": label(word.table, word.field),
    }


def _called(frame: pd.DataFrame, table: str, row_id: str) -> str:
    """Return key and name of a row: nobody counts the rows of a table that is no file."""
    if "name" not in frame or "name" in TABLES[table].key:
        return row_id
    name = frame["name"].iloc[row_ids(frame, TABLES[table]).index(row_id)]
    return row_id if is_blank(name) else f"{row_id} {name}"


def _refusal(first: Finding, row: str) -> DataRefusedError:
    place = {"file": first.file, "row": row, "column": first.column}
    values = first.values  # noqa: PD011 - of a finding
    return DataRefusedError(first.key, **(place | values))


def _exists(codes: pd.Series, known: pd.Series, words: Sequence[Statement], table: str) -> None:
    lost = codes[codes.notna() & ~codes.isin(known)]
    if len(lost):
        raise DataRefusedError(
            "statements.no_such_code",
            value=str(lost.iloc[0]),
            column=label(table, str(codes.name)),
            ids=", ".join(dict.fromkeys(word.id for word in words)),
        )
