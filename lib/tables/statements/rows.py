"""Add a cluster to the register, take an entry out, make two entries one: each as a statement.

What is said of the key of a row is said of the row: its own key, that it is there; another
key, that it is the same as that one; withdrawn, that there is no such row. Like every
statement it has a source and a date, and it stays in the table when the row is gone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import pandas as pd

from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.findings import Twin
from lib.language.text import Lang, is_blank, t
from lib.tables.columns import URL
from lib.tables.glossary import label
from lib.tables.records.clusters import CLUSTERS
from lib.tables.records.followup import DOCUMENTS
from lib.tables.registry import TABLES, references
from lib.tables.statements.derive import (
    SILENT,
    Said,
    Subject,
    derived,
    fields_of,
    own_word,
    said_of,
    typed,
)
from lib.tables.statements.record import FILE, NAME, Statement, as_table, row_ids, statements_of

Tables = Mapping[str, pd.DataFrame]
Kind = Literal["made", "merged", "withdrawn"]

KEY: Final = CLUSTERS.key[0]
NEEDED: Final = ("name", "former_province")
"""What a new entry cannot be without."""
_OWN: Final = frozenset({"name", "note"})
"""What the entry that stays keeps of its own, whatever the rule between sources says."""


def kind_of(word: Statement) -> Kind | None:
    """Return what a statement does to a row of the register; None for one on a value."""
    if (word.table, word.field) != (CLUSTERS.name, KEY):
        return None
    if word.state == "withdrawn":
        return "withdrawn"
    return "made" if word.value == word.id else "merged"


def holders() -> Iterator[tuple[str, str]]:
    """Yield table and column where the code of a cluster stands, but for the register."""
    yield from ((table, column) for table, column, *of in references() if of[0] == CLUSTERS.name)
    yield DOCUMENTS.name, "of_id"


def next_id(tables: Tables, province: str, waiting: Sequence[Statement] = ()) -> str:
    """Return the code of a new cluster: the letters of its former province, a number nobody had.

    Parameters
    ----------
    province : str
        Code of the former province.
    waiting : sequence of Statement
        Entries that wait to be published have their codes already.
    """
    rows = tables[CLUSTERS.name]
    own = rows.loc[rows["former_province"] == province, KEY]
    prefix = str((own if len(own) else rows[KEY]).str.split("-").str[0].mode().iloc[0])
    named = [one.id for one in (*statements_of(tables.get(NAME)), *waiting)]
    numbers = [str(code).removeprefix(f"{prefix}-") for code in (*rows[KEY], *named)]
    return f"{prefix}-{max([int(one) for one in numbers if one.isdecimal()], default=0) + 1:03}"


def made(tables: Tables, word: Statement, values: Sequence[Statement]) -> dict[str, pd.DataFrame]:
    """Return the tables that change when an entry is added.

    Parameters
    ----------
    word : Statement
        Says that it is there; its source is that of the row.
    values : sequence of Statement
        What is said of it, as the table has it; `NEEDED` has to be among them.

    Raises
    ------
    WrongUseError
        The code is taken.
    DataRefusedError
        Name or former province is not said.
    """
    rows = tables[CLUSTERS.name]
    if word.id in set(rows[KEY]):
        raise WrongUseError("rows.there", id=word.id)
    told = {one.field: one.value for one in values if one.id == word.id}
    lacking = [name for name in NEEDED if not told.get(name)]
    if lacking:
        raise DataRefusedError("rows.lacking", id=word.id, fields=Twin.of(_labels(lacking)))
    cells: dict[str, Any] = {column.name: column.otherwise for column in CLUSTERS.columns}
    cells |= {name: typed(CLUSTERS.column(name), told[name]) for name in NEEDED}
    source = word.source_url
    if re.fullmatch(URL, source) is None:  # a row, unlike a statement, has no source in words
        source = FILE + "_".join(source.replace("/", " ").split())
    cells |= {KEY: word.id, "source_url": source, "as_of": word.as_of}
    longer = {
        name: pd.Series([*rows[name].astype(object), cells.get(str(name))], dtype=object).astype(
            rows[name].dtype
        )
        for name in rows
    }
    statements = [*statements_of(tables.get(NAME)), replace(word, state="in_use")]
    return {CLUSTERS.name: pd.DataFrame(longer), NAME: as_table(statements)}


def withdrawn(tables: Tables, word: Statement) -> dict[str, pd.DataFrame]:
    """Return the tables that change when an entry is taken out.

    Raises
    ------
    WrongUseError
        There is no such entry.
    DataRefusedError
        Rows of other tables are of it.
    """
    _there(tables, word.id)
    found = {table: int((tables[table][column] == word.id).sum()) for table, column in _in(tables)}
    named = {table: count for table, count in found.items() if count}
    if named:
        raise DataRefusedError("rows.named", id=word.id, tables=Twin.of(_counted(named)))
    rows = tables[CLUSTERS.name]
    statements = [*statements_of(tables.get(NAME)), replace(word, state="withdrawn")]
    left = rows[rows[KEY] != word.id].reset_index(drop=True)
    return {CLUSTERS.name: left, NAME: as_table(statements)}


def merged(tables: Tables, word: Statement) -> dict[str, pd.DataFrame]:
    """Return the tables that change when an entry (`word.id`) is the same as another (its value).

    All that sources say of the one is said of the other then; which value is in use the
    rule says, but name and note, and what one source says differently of both, stay.
    Rows of other tables are of the other.

    Raises
    ------
    WrongUseError
        There is no such entry.
    DataRefusedError
        Both have a row of their own where there can be only one.
    """
    gone, kept = word.id, word.value
    _there(tables, gone)
    _there(tables, kept)
    changed: dict[str, pd.DataFrame] = {}
    for table, column in _in(tables):
        frame = tables[table]
        codes = pd.Series([_renamed(code, gone, kept) for code in frame[column]], frame.index)
        codes = codes.astype(frame[column].dtype)
        if not codes.equals(frame[column]):
            changed[table] = _joined(frame.assign(**{column: codes}), word, table)
    mine, other = (said_of(tables, CLUSTERS, one) for one in (kept, gone))
    stays = [name for name, one in mine.items() if _stays(name, one, other[name])]
    again = {"who": word.who, "when": word.when}  # or a source would speak of the other only
    own = [replace(one, **again) if one.field in stays else one for one in _own(tables, gone)]
    moved = [_moved(one, gone, kept) for one in [*own, *statements_of(tables.get(NAME))]]
    chosen = [
        Statement(
            *(CLUSTERS.name, kept, name, str(one.value), one.source, one.as_of),
            document_no=one.document_no,
            reason=word.reason,
            **again,
        )
        for name, one in mine.items()
        if name in stays
    ]
    rows = tables[CLUSTERS.name]
    left = rows[rows[KEY] != gone].reset_index(drop=True)
    every = as_table([*moved, *chosen, replace(word, state="in_use")])
    left, told = derived(left, every, CLUSTERS)
    return {**changed, CLUSTERS.name: left, NAME: every if told is None else told}


def _stays(name: str, mine: Said, other: Said) -> bool:
    """Return whether a value stays by the choice of who merges, not by the rule."""
    silent = any(is_blank(one.value) or one.value in SILENT for one in (mine, other))
    if silent or other.value == mine.value:
        return False
    return name in _OWN or (mine.source, mine.document_no) == (other.source, other.document_no)


def _own(tables: Tables, gone: str) -> list[Statement]:
    """Return what the row's own source says of each of its values."""
    rows = tables[CLUSTERS.name]
    row = rows.iloc[row_ids(rows, CLUSTERS).index(gone)]
    groups: dict[Subject, list[Statement]] = {}
    for one in statements_of(tables.get(NAME)):
        groups.setdefault(one.subject, []).append(one)
    own: list[Statement] = []
    for column in fields_of(CLUSTERS):
        subject = (CLUSTERS.name, gone, column.name)
        own += own_word(row, column, subject[:2], groups.get(subject, []))
    return own


def _moved(one: Statement, gone: str, kept: str) -> Statement:
    """Return a statement on the entry that goes, as one on the entry that stays."""
    if one.table == CLUSTERS.name:
        if one.id != gone or one.field == KEY:
            return one
        return replace(one, id=kept, state="withdrawn" if one.state == "withdrawn" else "kept")
    for table, column in holders():
        if table != one.table:
            continue
        if column in TABLES[table].key:
            parts = one.id.split("/")
            at = TABLES[table].key.index(column)
            if parts[at : at + 1] == [gone]:
                return replace(one, id="/".join([*parts[:at], kept, *parts[at + 1 :]]))
        elif (one.field, one.value) == (column, gone):
            return replace(one, value=kept)
    return one


def _renamed(code: object, gone: str, kept: str) -> object:
    """Return the code of a row, or of a value of it, with that of the entry that stays."""
    of_value = f"{CLUSTERS.name}/{gone}/"
    if str(code).startswith(of_value):
        return f"{CLUSTERS.name}/{kept}/{str(code).removeprefix(of_value)}"
    return kept if code == gone else code


def _joined(rows: pd.DataFrame, word: Statement, table: str) -> pd.DataFrame:
    """Return a table whose rows have the code of the entry that stays, equal ones once."""
    key = list(TABLES[table].key)
    twice = rows.duplicated(key, keep=False)
    if twice.any() and rows[twice].astype(str).drop_duplicates().duplicated(key).any():
        raise DataRefusedError(
            "rows.both", table=Twin.of(_title(table)), id=word.id, kept=word.value
        )
    once: pd.DataFrame = rows[~rows.duplicated(key)].reset_index(drop=True)
    return once


def _in(tables: Tables) -> list[tuple[str, str]]:
    return [(table, column) for table, column in holders() if table in tables]


def _there(tables: Tables, row_id: str) -> None:
    if row_id not in set(tables[CLUSTERS.name][KEY]):
        raise WrongUseError("statements.unknown_row", table=CLUSTERS.name, id=row_id)


def _labels(names: Sequence[str]) -> Callable[[Lang], str]:
    return lambda lang: ", ".join(label(CLUSTERS.name, name, lang) for name in names)


def _title(table: str) -> Callable[[Lang], str]:
    return lambda lang: t(f"about.table_{table}", lang)


def _counted(named: Mapping[str, int]) -> Callable[[Lang], str]:
    return lambda lang: "; ".join(
        f"{t(f'about.table_{name}', lang)}: {count}" for name, count in named.items()
    )
