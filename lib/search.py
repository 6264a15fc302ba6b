"""Finding a place by a name typed the way people type: no accents, small slips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process

from lib.text import bare_name, fold, is_blank

_GOOD: Final = 72.0
"""Similarity (0 to 100) below which a hit is noise; set on the province's own names."""


_LOOKED_AT: Final = 40
_LIKE: Final = 2


@dataclass(frozen=True)
class Hit:
    """One thing found.

    Parameters
    ----------
    target : str
        ``layer:code`` of what to show.
    kind : {"commune", "cluster", "former"}
        What it is.
    name : str
        Its name.
    detail : str
        What tells it from its namesakes: the former district, the new commune.
    """

    target: str
    kind: str
    name: str
    detail: str


def build_index(tables: Mapping[str, pd.DataFrame]) -> tuple[tuple[str, Hit], ...]:
    """Return everything that can be found, each with its folded name.

    Parameters
    ----------
    tables : mapping
        ``communes``, ``former_units``, ``clusters``.
    """
    communes, clusters, former = (tables[n] for n in ("communes", "clusters", "former_units"))
    now = dict(zip(communes["code"], communes["name"], strict=True))
    found = [
        Hit(f"communes:{code}", "commune", name, province)
        for code, name, province in _rows(communes, "code", "name", "former_province")
    ]
    found += [
        Hit(f"clusters:{code}", "cluster", name, province if is_blank(district) else district)
        for code, name, district, province in _rows(
            clusters, "cluster_id", "name", "former_district", "former_province"
        )
    ]
    found += [
        Hit(f"communes:{new}", "former", f"{kind} {name}", f"{district} → {now[new]}")
        for name, kind, district, new in _rows(former, "name", "kind", "district", "new_code")
    ]
    return tuple((bare_name(hit.name), hit) for hit in found)


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[str, ...]]:
    return zip(*(table[column] for column in columns), strict=True)


def find(query: str, index: tuple[tuple[str, Hit], ...], *, limit: int = 6) -> list[Hit]:
    """Return the best hits for `query`, best first.

    An exact name comes before a beginning, a beginning before a likeness;
    between equals communes of today come before clusters and former units.
    """
    asked = {fold(query), bare_name(query)}
    if max(map(len, asked)) < 2:  # noqa: PLR2004 - one letter finds half the province
        return []
    names = [name for name, _ in index]
    best: dict[int, tuple[int, float]] = {}
    for wanted in sorted(asked - {""}):
        for name, score, place in process.extract(
            wanted, names, scorer=fuzz.WRatio, limit=_LOOKED_AT, score_cutoff=_GOOD
        ):
            step = 0 if name == wanted else 1 if name.startswith(wanted) else _LIKE
            rank = (step, -score if step == _LIKE else 0.0)
            best[place] = min(best.get(place, rank), rank)
    order = {"commune": 0, "cluster": 1, "former": 2}
    places = sorted(best, key=lambda at: (best[at], order[index[at][1].kind], names[at]))
    return [index[at][1] for at in places[:limit]]
