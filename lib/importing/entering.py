"""Values entered in a form and acts on entries: statements of one source, checked, published."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from lib.importing import stating
from lib.language.errors import DataRefusedError, PhuThoError, StoreError, WrongUseError
from lib.language.text import nfc
from lib.places import search
from lib.places.names import Names, Resolution
from lib.store import audit, pending
from lib.store.pending import Subject
from lib.store.store import Snapshot, Store
from lib.tables.columns import Column
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements import rows
from lib.tables.statements.derive import fields_of
from lib.tables.statements.record import NAME, Statement, statements_of

FIRST: Final = (
    "former_communes",
    "area_ha",
    "legal_status",
    "operation_status",
    "investor",
    "decision_no",
)
"""Columns of a cluster that a form offers unasked."""

_LOOKED_AT: Final = 24
"""Hits among which old communes are looked for."""
_ELSEWHERE: Final = frozenset({"outline_quality", "outline_accuracy_m", "source_date"})
"""What follows from a drawing or from the file a row came with."""


@dataclass(frozen=True)
class Source:
    """What is asked once for all values of a form.

    Parameters
    ----------
    source : str
        Address, name of a file, document or meeting.
    as_of : str
        ISO day the values are of.
    chosen : bool
        Whether they are used whatever other sources say; `note` is the reason then.
    """

    source: str
    as_of: str
    document_no: str = ""
    note: str = ""
    chosen: bool = False


def columns() -> tuple[Column, ...]:
    """Return the columns of a cluster that can be entered."""
    return tuple(column for column in fields_of(CLUSTERS) if column.name not in _ELSEWHERE)


def words_of(entries: Mapping[Subject, str], source: Source, who: str) -> list[Statement]:
    """Return what was typed as statements of one source; boxes left blank say nothing.

    Raises
    ------
    WrongUseError
        No source is named, or a choice has no reason.
    """
    if not source.source.strip():
        raise WrongUseError("statements.no_source")
    if source.chosen and not source.note.strip():
        raise WrongUseError("statements.no_reason")
    given = {
        "document_no": source.document_no.strip(),
        "note": source.note.strip(),
        "reason": source.note.strip() if source.chosen else "",
        "who": who,
        "when": audit.moment(),
    }
    return [
        Statement(*subject, text.strip(), source.source.strip(), source.as_of, **given)
        for subject, text in entries.items()
        if text.strip()
    ]


def checked(
    tables: Mapping[str, pd.DataFrame], words: Sequence[Statement]
) -> tuple[list[Statement], dict[Subject, PhuThoError]]:
    """Return the statements that may wait, as the table has their values, and why others may not.

    Parameters
    ----------
    tables : mapping
        As `lib.importing.stating.said` takes them.
    """
    good: list[Statement] = []
    refused: dict[Subject, PhuThoError] = {}
    for word in words:
        try:
            good += stating.said(tables, [word]).words
        except (DataRefusedError, WrongUseError) as error:
            refused[word.subject] = error
    return good, refused


def entry_added(
    tables: Mapping[str, pd.DataFrame],
    waiting: Sequence[Statement],
    typed: Mapping[str, str],
    source: Source,
    who: str,
) -> list[Statement]:
    """Return the statements that add a cluster to the register: that it is there, and its values.

    Parameters
    ----------
    waiting : sequence of Statement
        What waits: an entry among it has taken its code.
    typed : mapping
        Column -> what was typed; blanks say nothing.

    Raises
    ------
    WrongUseError
        No source is named.
    DataRefusedError
        Name or former province is missing, or a value is refused.
    """
    texts = {name: nfc(text) for name, text in typed.items()}
    code = rows.next_id(tables, texts.get("former_province", ""), waiting)
    entries = {(CLUSTERS.name, code, name): text for name, text in texts.items()}
    words = words_of({(CLUSTERS.name, code, rows.KEY): code, **entries}, source, who)
    return list(stating.settled(tables, words).words)


def act_on(
    tables: Mapping[str, pd.DataFrame], subject: Subject, value: str, source: Source, who: str
) -> list[Statement]:
    """Return the statement that withdraws a value or an entry, or merges an entry into another.

    Parameters
    ----------
    subject : tuple of str
        Table, row and column; the key of a cluster is the cluster itself.
    value : str
        Of an entry, the code of the other it is merged into; else what is withdrawn.
    source : Source
        Of a value, the source that said it; the note is the reason.

    Raises
    ------
    WrongUseError
        No reason or source is given, or there is nothing of that code.
    DataRefusedError
        The source does not say it, or other rows are of the entry.
    """
    (word,) = words_of({subject: value}, replace(source, chosen=True), who)
    merges = rows.kind_of(word) == "merged"
    word = replace(word, state="kept" if merges else "withdrawn")
    stating.settled(tables, [word])
    return [word]


def waiting(tables: Mapping[str, pd.DataFrame], words: Iterable[Statement]) -> list[Statement]:
    """Return those of `words` that are not in the tables yet.

    A server that died between publishing and forgetting has left some that are.
    """
    there = statements_of(tables.get(NAME))
    told = {(one.subject, one.when) for one in there}
    moved = {one.id: one.value for one in there if rows.kind_of(one) == "merged"}

    def known(word: Statement) -> bool:
        now = (word.table, moved.get(word.id, word.id), word.field)
        return not told.isdisjoint({(word.subject, word.when), (now, word.when)})

    return [word for word in words if not known(word)]


def publish(store: Store, words: Sequence[Statement], *, base: Snapshot, who: str) -> Snapshot:
    """Put what waits in use as one snapshot and one act; it waits no longer then.

    Raises
    ------
    DataRefusedError
        The values do not go together, or no longer with the tables.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    stated = stating.settled(stating.tables_of(base), words)
    made = stating.publish(store, stated, base=base, who=who)
    with suppress(StoreError):  # it is in use: what could not be forgotten is not shown again
        pending.drop(store, words)
    return made


def offered(
    typed: str, row: Mapping[Any, Any], names: Names, index: search.Index
) -> list[search.Hit]:
    """Return the old communes the last name of a box can mean, best first.

    Those of the former district and province of `row`; only if there are none, all others.
    """
    last = typed.rpartition(";")[2]
    if not last.strip() or _sure(names, last, row):
        return []
    found = [hit for hit in search.find(last, index, limit=_LOOKED_AT) if hit.told is not None]
    once = {(hit.name, hit.detail): hit for hit in found}
    fitting = [hit for hit in once.values() if followed(names, hit.name, row)[0].former_codes]
    return (fitting or list(once.values()))[: search.LIMIT]


def followed(names: Names, typed: str, row: Mapping[Any, Any]) -> list[Resolution]:
    """Return where each old name of a box leads, by the former district and province of `row`."""
    return names.resolve_all(typed, row["former_district"], row["former_province"])


def _sure(names: Names, name: str, row: Mapping[Any, Any]) -> bool:
    return all(one.status not in ("ambiguous", "unresolved") for one in followed(names, name, row))


def taken(typed: str, hit: search.Hit) -> str:
    """Return the text of the box with its last name replaced by the one that was chosen."""
    before = [name for name in map(nfc, typed.split(";")[:-1]) if name]
    return ";".join([*before, hit.name])
