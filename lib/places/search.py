"""Search places by name as people type: without accents, with small slips.

A place has several names: what it is called today, what its parts were called
until 30 June 2025, what those had taken in before, the district, an investor.
Each leads to what is on the map now, and an old name says by which clause.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from lib.language.text import bare_name, fold, is_blank, same_spelling
from lib.places.names import Names, Resolution
from lib.tables.ownlayers import IN_FILE, layers_of
from lib.tables.registry import TABLES

LIMIT: Final = 8
"""How many hits fit under the box."""

_GOOD: Final = 72.0
"""Similarity (0 to 100) below which a hit is noise; set on the province's own names."""

_NEAR: Final = 91.0
"""Similarity below which a likeness is left out beside a name that is exact."""

_LONGEST: Final = 120
"""Letters looked at: no name is longer, and a pasted page is answered at once."""

_LOOKED_AT: Final = 40
_SLIP_LETTERS: Final = 4
"""Letters a name must have to be found with one typing mistake."""

_EXACT, _BEGINS, _SLIP, _LIKE = range(4)
OWN: Final = "own"
"""Kind of a hit that is a row of an own layer; its detail names the layer."""
_ORDER: Final = ("commune", "zone", "cluster", "former", "ended", "district", OWN)
_KIND_OF: Final = {"special_zone": "zone"}
_OLD: Final = (" cu", " truoc day", " old", " former")
_KINDS: Final = ("xã", "phường", "thị trấn", "huyện", "thị xã", "thành phố")
_KIND: Final = re.compile(rf"^({'|'.join(map(same_spelling, _KINDS))}) ")
_DISTRICT: Final = re.compile(r"^(huyen|thi xa|thanh pho|tp|tx)(\.|\s)")
_COMPANY: Final = re.compile(
    r"^(cong ty|ctcp|lien danh)\s+((tnhh|co phan|cp|mtv|mot thanh vien|tap doan)\s+)*"
)


@dataclass(frozen=True)
class Hit:
    """One result of a search.

    Parameters
    ----------
    target : str
        ``layer:code`` of what to show; empty for a district.
    kind : str
        What it is: ``commune``, ``zone``, ``cluster``, ``former``, ``ended``, ``district`` or a
        column of the clusters that can be found by, such as ``investor``.
    detail : str
        What tells it from its namesakes: the former district, the new commune.
    clause : str
        Clause of article 1 of the resolution that made an old name a new one.
    told : Resolution or None
        For an old name: the whole way to the communes of today.
    codes : tuple of str
        For a district: the communes made of it.
    """

    target: str
    kind: str
    name: str
    detail: str
    clause: str = ""
    told: Resolution | None = None
    codes: tuple[str, ...] = ()


Index = tuple[tuple[str, Hit], ...]
"""Folded name and what it names; a thing can have several."""


def build_index(tables: Mapping[str, pd.DataFrame]) -> Index:
    """Return the search index: everything that can be found, with its folded names.

    Parameters
    ----------
    tables : mapping
        ``communes``, ``former_units``, ``ended_units``, ``clusters``; optional
        ``country``, the communes of other provinces.
    """
    communes, former = tables["communes"], tables["former_units"]
    found = [
        (bare_name(name), Hit(f"communes:{code}", "commune", name, province))
        for code, name, province in _rows(communes, "code", "name", "former_province")
    ]
    if "country" in tables:
        found += [
            (bare_name(name), Hit(f"country:{code}", _KIND_OF.get(kind, "commune"), name, province))
            for code, kind, name, province in _rows(
                tables["country"], "code", "kind", "name", "province"
            )
        ]
    found += _clusters(tables["clusters"])
    found += _old_names(
        former, tables["ended_units"], Names(former, tables["ended_units"], communes)
    )
    found += _districts(former)
    found += _own_rows(tables)
    return tuple(found)


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[str, ...]]:
    return zip(*(table[column] for column in columns), strict=True)


def _own_rows(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Hit]]:
    """Yield the rows of the office's own layers by what names each; they lead to where it is."""
    for layer in layers_of(tables, shipped=False):
        if len(layer.rows) > IN_FILE:
            continue
        names, codes = layer.cells[layer.title_column], layer.rows["commune_code"]
        for row, (name, code) in enumerate(zip(names, codes, strict=True)):
            target = layer.signs.get(row, "" if is_blank(code) else f"communes:{code}")
            if target and not is_blank(name):
                yield fold(name), Hit(target, OWN, name, layer.name)


def _clusters(clusters: pd.DataFrame) -> Iterator[tuple[str, Hit]]:
    columns = ("cluster_id", "name", "former_district", "former_province")
    told = _found_by()
    for code, name, district, province, *texts in _rows(clusters, *columns, *told):
        target = f"clusters:{code}"
        place = province if is_blank(district) else district
        yield bare_name(name), Hit(target, "cluster", name, place)
        for column, text in zip(told, texts, strict=True):
            if not is_blank(text):
                hit = Hit(target, column, text, name)
                folded = fold(text)
                yield from ((key, hit) for key in {folded, _COMPANY.sub("", folded)})


def _found_by() -> tuple[str, ...]:
    """Return the columns of the clusters whose text leads to the cluster."""
    return tuple(column.name for column in TABLES["clusters"].columns if column.found)


def _old_names(
    former: pd.DataFrame, ended: pd.DataFrame, names: Names
) -> Iterator[tuple[str, Hit]]:
    """Yield the units of 30 June 2025, then those that ended inside them; parts apart."""
    went: dict[str, list[tuple[str, str]]] = {}
    columns = ("former_code", "kind", "name", "district", "new_code", "clause")
    for unit, _, _, _, new, clause in _rows(former, *columns):
        went.setdefault(unit, []).append((new, str(clause)))
    for unit, kind, name, district, new, clause in _rows(former, *columns):
        told = names.way(f"{kind} {name}", unit)
        detail = " → ".join((district, names.communes[new]))
        hit = Hit(f"communes:{new}", "former", told.given, detail, str(clause), told)
        yield from _by_both(hit, name, district)
    for name, kind, district, unit, basis in _rows(
        ended, "name", "kind", "district", "successor_code", "basis"
    ):
        called = f"{kind} {name}"
        told = names.way(called, unit, ended=called, basis=basis)
        for new, clause in went[unit]:
            detail = " → ".join((district, names.units[unit], names.communes[new]))
            hit = Hit(f"communes:{new}", "ended", called, detail, clause, told)
            yield from _by_both(hit, name, district)


def _by_both(hit: Hit, name: str, district: str) -> Iterator[tuple[str, Hit]]:
    """Yield the hit by its name, and by its name with its district."""
    folded = bare_name(name)
    yield folded, hit
    yield f"{folded} {bare_name(district)}", hit


def _districts(former: pd.DataFrame) -> Iterator[tuple[str, Hit]]:
    for (district, province), units in former.groupby(["district", "province"], sort=True):
        codes = tuple(units["new_code"].drop_duplicates())
        name = str(district)
        yield bare_name(name), Hit("", "district", name, str(province), codes=codes)


def _asked(query: str) -> set[str]:
    """Return the ways to read what was typed: with a kind, without, and without *old*."""
    typed = query[:_LONGEST]
    asked = {fold(typed), bare_name(typed)}
    for word in _OLD:
        asked |= {given.removesuffix(word) for given in set(asked)}
    return asked - {""}


def find(query: str, index: Index, *, limit: int = LIMIT) -> list[Hit]:
    """Return the best hits for `query`, best first, each thing once.

    An exact name comes before a beginning, a beginning before one typing
    mistake (a letter too many, too few, wrong, or two swapped), that before a
    likeness; between equals communes of today come before clusters and old
    names, unless the query says that an old name or a district is meant.
    Several former units of one name stand together, before the clusters; among
    them the one whose name is that of its commune today comes first.
    """
    asked = _asked(query)
    if max(map(len, asked), default=0) < 2:  # noqa: PLR2004 - one letter finds half the province
        return []
    names = [name for name, _ in index]
    best: dict[Hit, tuple[int, float]] = {}
    for wanted in sorted(asked):
        for place, rank in _ranked(wanted, names):
            hit = index[place][1]
            best[hit] = min(best.get(hit, rank), rank)
    if any(step == _EXACT for step, _ in best.values()):
        best = {hit: rank for hit, rank in best.items() if rank < (_LIKE, -_NEAR)}
    several = bool(namesakes(query, list(best)))
    order = _order(fold(query[:_LONGEST]), together=several)
    typed = same_spelling(query[:_LONGEST])
    hits = sorted(
        best,
        key=lambda hit: (
            best[hit],
            _spelling(hit.name) not in typed,
            order.index(hit.kind),
            bare_name(hit.name),
            bool(hit.told) and _spelling(_today(hit)) != _spelling(hit.name),
            hit.detail,
        ),
    )
    return hits[:limit]


def namesakes(query: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return the old names that are equally what was typed, one for each former unit.

    Parameters
    ----------
    query : str
        What was typed. With accents only names spelt the same are meant.

    Returns
    -------
    list of Hit
        In the order of `hits`; empty unless there are several.
    """
    asked = _asked(query)
    meant = same_spelling(query[:_LONGEST])
    plain = fold(query[:_LONGEST]) == meant
    found: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        if hit.told and bare_name(hit.name) in asked and (plain or _spelling(hit.name) in meant):
            found.setdefault(hit.told.former_codes, hit)
    return list(found.values()) if len(found) > 1 else []


def _today(hit: Hit) -> str:
    """Return the commune of today an old name leads to: the last step of its way."""
    return hit.detail.rpartition(" → ")[2]


def _spelling(name: str) -> str:
    """Return the name as it is spelt, marks and all, without its kind."""
    return _KIND.sub("", same_spelling(name), count=1)


def _ranked(wanted: str, names: Sequence[str]) -> Iterator[tuple[int, tuple[int, float]]]:
    """Yield place in the index and rank, lower is better, of every name that is near enough."""
    for place, name in enumerate(names):
        if name.startswith(wanted):
            yield place, (_EXACT if name == wanted else _BEGINS, 0.0)
    if len(wanted) >= _SLIP_LETTERS:
        for _, _, place in process.extract(
            wanted, names, scorer=OSA.distance, limit=None, score_cutoff=1
        ):
            yield place, (_SLIP, 0.0)
    for _, score, place in process.extract(
        wanted, names, scorer=fuzz.WRatio, limit=_LOOKED_AT, score_cutoff=_GOOD
    ):
        yield place, (_LIKE, -score)


def _order(typed: str, *, together: bool) -> Sequence[str]:
    """Return which kind goes first between equals, from what the query says is meant.

    `together` puts old names right behind the communes of today.
    """
    if _DISTRICT.match(typed):
        first: tuple[str, ...] = ("district",)
    elif typed.endswith(_OLD):
        first = ("former", "ended", "district")
    else:
        first = ("commune", "zone", "former", "ended") if together else ()
    return (*first, *(kind for kind in (*_ORDER, *_found_by()) if kind not in first))
