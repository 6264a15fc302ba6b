"""Values entered in a form: made statements of one source, checked one by one, published."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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


def waiting(tables: Mapping[str, pd.DataFrame], words: Iterable[Statement]) -> list[Statement]:
    """Return those of `words` that are not in the tables yet.

    A server that died between publishing and forgetting has left some that are.
    """
    told = {(one.subject, one.when) for one in statements_of(tables.get(NAME))}
    return [word for word in words if (word.subject, word.when) not in told]


def publish(store: Store, words: Sequence[Statement], *, base: Snapshot, who: str) -> Snapshot:
    """Put what waits in use as one snapshot and one act; it waits no longer then.

    Raises
    ------
    DataRefusedError
        The values do not go together, or no longer with the tables.
    StoreError
        Somebody else published meanwhile, or the store cannot be written.
    """
    stated = stating.taken(stating.tables_of(base), words)
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
