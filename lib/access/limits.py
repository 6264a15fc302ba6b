"""Limits of an editor beside his role: a second person to publish, and clusters of some communes.

Both are said by the access file and looked up at the moment of the act.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.access import roles
from lib.access.roles import Action, Actor
from lib.language.errors import NotAllowedError
from lib.language.findings import Twin
from lib.language.text import is_blank, t
from lib.register.clusters import PLACED_BY, register
from lib.store.store import Snapshot
from lib.tables.merging import changed_keys
from lib.tables.records.followup import FORM_ANSWERS
from lib.tables.registry import TABLES
from lib.tables.statements import rows
from lib.tables.statements.record import NAME, Statement, row_ids

_OF_CLUSTERS: Final = "clusters"
_ANSWERS: Final = FORM_ANSWERS.name
_PLACING: Final = frozenset({"assignments", "outlines"})
"""Tables that say where clusters lie: not for whom that limits."""
_BY_PLACE: Final = frozenset(
    {name for name, column in rows.holders() if column == rows.KEY} | {"weak_supply"}
).difference(_PLACING)
"""Tables whose rows say which cluster or commune they are of."""
_NAMED: Final = 5
"""Most communes or rows named in a refusal."""


def two_needed() -> bool:
    """Return whether what is entered is published by a second person."""
    given = roles.policy()
    return given is not None and given.publish == "two"


def require_publisher(actor: Actor, authors: Collection[str]) -> None:
    """Refuse unless `actor` may publish what `authors` entered, by the access file of this moment.

    Parameters
    ----------
    authors : collection of str
        As the log names them; empty for what is published as it is brought.

    Raises
    ------
    NotAllowedError
        A second person is needed: an administrator who did not enter all of it alone.
    """
    if not two_needed():
        return
    present = roles.of_now(actor)
    roles.require(present, Action.APPROVE, time.time())
    if authors and all(_is(present, name) for name in authors):
        raise NotAllowedError("access.need_second")


def unpublishable(actor: Actor, authors: Collection[str]) -> NotAllowedError | None:
    """Return why `require_publisher` would refuse; None where it would not. For what is drawn."""
    try:
        require_publisher(actor, authors)
    except NotAllowedError as refused:
        return refused
    return None


def _is(actor: Actor, name: str) -> bool:
    """Return whether the log names `actor` so: what an account calls itself may have changed."""
    if not actor.account:
        return name == actor.name
    return name in (actor.name, actor.account) or name.endswith(f"({actor.account})")


def require_alone() -> None:
    """Refuse to publish a file as it is brought where a second person has to publish it.

    Raises
    ------
    NotAllowedError
        Files wait in the draft here, whoever brings them.
    """
    if two_needed():
        raise NotAllowedError("access.need_draft")


def require_own(actor: Actor, who: str) -> None:
    """Refuse somebody who is limited to communes what another brought.

    Parameters
    ----------
    who : str
        As the log names him who brought it.

    Raises
    ------
    NotAllowedError
        He is, and it was another.
    """
    present = roles.of_now(actor)
    if present.communes is not None and not _is(present, who):
        raise NotAllowedError("access.not_yours", who=who)


def communes_of(actor: Actor) -> frozenset[str] | None:
    """Return the codes of the communes `actor` is limited to at this moment; None: to none."""
    return roles.of_now(actor).communes


def require_change(actor: Actor, base: Snapshot, after: Mapping[str, pd.DataFrame]) -> None:
    """Refuse what is published as it is brought, unless `actor` may publish alone, and all of it.

    Raises
    ------
    NotAllowedError
        As `require_publisher` and `require_rows`.
    """
    require_publisher(actor, ())
    require_rows(actor, base, after)


def require_rows(actor: Actor, base: Snapshot, after: Mapping[str, pd.DataFrame]) -> None:
    """Refuse tables that change a row which is not of a commune of `actor`.

    Parameters
    ----------
    after : mapping
        Tables as they would be.

    Raises
    ------
    NotAllowedError
        One does; it names the first such row. Entries are added and taken out by
        who is not limited.
    """
    communes = communes_of(actor)
    if communes is None:
        return
    reach = _Reach(base, communes)
    for name, frame in after.items():
        before = base.read(name) if name in base.manifest.tables else frame.iloc[:0]
        lost = [
            str(row["id"]) if name == NAME else row_id
            for row_id, row, stays in _touched(name, before, frame)
            if not reach.has(name, row) or (name == _OF_CLUSTERS and not stays)
        ]
        if lost:
            raise reach.refusal(name, *dict.fromkeys(lost))


def refusal(
    actor: Actor, base: Snapshot, after: Mapping[str, pd.DataFrame]
) -> NotAllowedError | None:
    """Return why tables would be refused by `require_rows`; None where they would not.

    What is drawn follows it; what is done, the act asks again.
    """
    try:
        require_rows(actor, base, after)
    except NotAllowedError as refused:
        return refused
    return None


def within(actor: Actor, base: Snapshot, words: Sequence[Statement]) -> list[Statement]:
    """Return the statements on what is of the communes of `actor`; all where he is not limited."""
    communes = communes_of(actor)
    if communes is None or not words:
        return list(words)
    reach = _Reach(base, communes)
    return [word for word in words if not rows.kind_of(word) and reach.of(word.table, word.id)]


def require_words(actor: Actor, base: Snapshot | None, words: Sequence[Statement]) -> None:
    """Refuse statements on what is not of a commune of `actor`.

    Raises
    ------
    NotAllowedError
        One is; it names the first.
    """
    communes = communes_of(actor)
    if communes is None or base is None:
        return
    kept = set(within(actor, base, words))
    for word in words:
        if word not in kept:
            raise _Reach(base, communes).refusal(word.table, word.id)


class _Reach:
    """What belongs to some communes, by the data in use."""

    def __init__(self, base: Snapshot, communes: frozenset[str]) -> None:
        self.base, self.communes = base, communes
        there = {*PLACED_BY, _OF_CLUSTERS} & set(base.manifest.tables)
        tables = {name: base.read(name) for name in there}
        self.clusters = _clusters_in(tables, communes, exact=base.manifest.border_quality)
        names = tables["communes"].set_index("code")["name"]
        self.names = [str(names.get(code, code)) for code in sorted(communes)]

    def has(self, table: str, row: Mapping[Any, Any]) -> bool:
        """Return whether a row is of the communes."""
        if table == NAME:
            return row["field"] != rows.KEY and self.of(str(row["table"]), str(row["id"]))
        if table == _ANSWERS:
            return row["recipient"] in self.communes
        if table == "documents":
            return self.of(str(row["of_table"]), str(row["of_id"]))
        if table != _OF_CLUSTERS and table not in _BY_PLACE:
            return False
        cluster = row.get(rows.KEY)
        if table == _OF_CLUSTERS or not is_blank(cluster):
            return cluster in self.clusters
        return row.get("commune_code") in self.communes

    def of(self, table: str, row_id: str) -> bool:
        """Return whether the row of this key, as it is in use, is of the communes."""
        if table == _OF_CLUSTERS:
            return row_id in self.clusters
        if table not in _BY_PLACE or table not in self.base.manifest.tables:
            return False
        frame = self.base.read(table)
        ids = row_ids(frame, TABLES[table])
        return row_id in ids and self.has(table, frame.iloc[ids.index(row_id)].to_dict())

    def refusal(self, table: str, *row_ids: str) -> NotAllowedError:
        """Return why rows are not touched, with their names."""
        named = {"id": _some(row_ids), "communes": _some(self.names)}
        title = Twin.of(lambda lang: t(f"about.table_{table}", lang))
        return NotAllowedError("access.elsewhere", table=title, **named)


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" (+{more})" if more > 0 else "")


def _clusters_in(
    tables: Mapping[str, pd.DataFrame], communes: frozenset[str], *, exact: str
) -> frozenset[str]:
    """Return the clusters that touch the communes: by papers, by assignment, by their outline."""
    known = register(tables)
    named = zip(known[rows.KEY], known["commune_codes"], known["assigned_codes"], strict=True)
    found = {str(code) for code, *lies in named if not communes.isdisjoint(sum(lies, ()))}
    outlines = tables.get("outlines")
    if outlines is not None and len(outlines) and exact != "schematic":
        land = gpd.GeoDataFrame(tables["communes"])
        own = land[land["code"].isin(communes)].union_all()
        lies = gpd.GeoDataFrame(outlines).intersects(own)
        found |= set(outlines.loc[lies, rows.KEY].astype(str))
    return frozenset(found)


def _touched(
    name: str, before: pd.DataFrame, after: pd.DataFrame
) -> Iterator[tuple[str, dict[Any, Any], bool]]:
    """Yield each row that is new, gone or another, as it was and as it is, and if it is in both."""
    key = TABLES[name].key
    old = dict(zip(row_ids(before, TABLES[name]), before.to_dict("records"), strict=True))
    new = dict(zip(row_ids(after, TABLES[name]), after.to_dict("records"), strict=True))
    differ = {"/".join(one) for one in changed_keys(before, after, key)}
    for row_id in (one for one in old if one not in new or one in differ):
        yield row_id, old[row_id], row_id in new
    for row_id in (one for one in new if one not in old or one in differ):
        yield row_id, new[row_id], row_id in old
