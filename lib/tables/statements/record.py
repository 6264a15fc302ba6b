"""The table of statements, and one row of it as a value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self
from urllib.parse import urlsplit

import pandas as pd

from lib.language.text import is_blank
from lib.tables.columns import ISO_DATE, NOTE, TRIMMED, URL, Column, Table, coded

FILE: Final = "file:"
NAME: Final = "statements"
STRENGTHS: Final = ("document", "official", "press", "other")
"""Kinds of source, the strongest first; the last is never used unless a person chooses it."""

_NAME: Final = r"^[a-z0-9_]{1,60}$"
_MOMENT: Final = ISO_DATE.removesuffix("$") + r"(T\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00))?$"

STATEMENTS: Final = Table(
    NAME,
    (
        Column("table", pattern=_NAME),
        Column("id"),
        Column("field", pattern=_NAME),
        Column("value"),
        Column("document_no", blank=True),
        Column("document_date", blank=True, pattern=ISO_DATE),
        coded("strength", "statement_strength"),
        NOTE,
        Column("reason", blank=True, later=True),
        Column("who", blank=True),
        Column("when", blank=True, pattern=_MOMENT),
        coded("state", "statement_state"),
    ),
    key=("table", "id", "field", "source_url", "value"),
    facts=False,
    imported=False,
    source=Column("source_url", pattern=TRIMMED, filled=True),
)
"""Values with a source of their own; ``in_use`` where it is the value in the table.

``source_url`` is an address, ``file:<name>`` or the words by which the office names its source.
``reason`` is a person's: for choosing the value, or for withdrawing it. ``when`` is UTC.
"""

COLUMNS: Final = tuple(column.name for column in STATEMENTS.every())


@dataclass(frozen=True)
class Statement:
    """One value said by one source.

    Parameters
    ----------
    table, id, field : str
        Which value: table, key of its row (parts joined by ``/``), column.
    value : str
        As text, numbers with a decimal point.
    source_url : str
        Address, ``file:<name>`` or words.
    as_of : str
        ISO day the value is of, perhaps only a month or a year.
    strength : str
        One of `STRENGTHS`; empty: by document and source, see `strength_of`.
    reason : str
        Why a person chose it; of a withdrawn one, why it was withdrawn.
    who, when : str
        Who entered it, and the moment, ISO, UTC; empty where it came with the program.
    state : str
        in_use, kept or withdrawn.
    """

    table: str
    id: str
    field: str
    value: str
    source_url: str
    as_of: str
    document_no: str = ""
    document_date: str = ""
    strength: str = ""
    note: str = ""
    reason: str = ""
    who: str = ""
    when: str = ""
    state: str = "kept"

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self:
        """Return a row of `STATEMENTS`; blanks become empty text."""
        return cls(**{name: "" if is_blank(row[name]) else str(row[name]) for name in COLUMNS})

    @property
    def subject(self) -> tuple[str, str, str]:
        """Table, row and column it is about."""
        return self.table, self.id, self.field

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from every other."""
        return (*self.subject, self.source_url, self.value)

    @property
    def kind(self) -> str:
        """Kind of its source, one of `STRENGTHS`.

        Before kinds were looked at, the word of any file was written down as the weakest.
        """
        early = self.strength == STRENGTHS[-1] and self.source_url.startswith(FILE)
        known = "" if early else self.strength
        return known or strength_of(self.source_url, self.document_no)


def strength_of(source: str, document_no: str = "") -> str:
    """Return the kind of a source: a document; the office or the state; a public page.

    What stands in no public page, a file or words, was given by the office itself.

    >>> strength_of("https://phutho.gov.vn/x"), strength_of("https://baophutho.vn/x")
    ('official', 'press')
    """
    if document_no:
        return "document"
    if not is_address(source):
        return "official"
    return "official" if (urlsplit(source).hostname or "").endswith(".gov.vn") else "press"


def is_address(source: str) -> bool:
    """Return whether a source is the address of a page: words of the office may be anything."""
    return re.match(URL, source) is not None and not source.startswith(FILE)


def as_table(statements: list[Statement]) -> pd.DataFrame:
    """Return statements as rows of `STATEMENTS`, blanks NA, each key once: the last said."""
    rows = [asdict(one) | {"strength": one.kind} for one in statements]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).replace("", None)
    once = frame.drop_duplicates(list(STATEMENTS.key), keep="last").reset_index(drop=True)
    return once.astype(dict.fromkeys(COLUMNS, "str"))


def joined(known: list[Statement], fresh: Sequence[Statement]) -> list[Statement]:
    """Return all statements; one said again by its source replaces its earlier wording.

    It stays in use until the rule is asked, so that its value is not taken for the row's own.
    """
    in_use = {one.key for one in known if one.state == "in_use"}
    again = {one.key for one in fresh}
    said = [replace(one, state="in_use" if one.key in in_use else "kept") for one in fresh]
    return [*(one for one in known if one.key not in again), *said]


def statements_of(table: pd.DataFrame | None) -> list[Statement]:
    """Return the rows of a table of statements; none where there is no table."""
    return [] if table is None else [Statement.of(row) for row in table.to_dict("records")]


def row_ids(rows: pd.DataFrame, table: Table) -> list[str]:
    """Return the key of each row as one text: its parts joined by ``/``."""
    return ["/".join(parts) for parts in rows[list(table.key)].astype(str).to_numpy()]
