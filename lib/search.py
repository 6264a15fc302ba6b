"""Finding a place by a name typed the way people type: no accents, small slips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process

from lib.text import bare_name, fold, is_blank

_GOOD: Final = 72.0
"""Similarity (0 to 100) below which a hit is noise; set on the province's own names."""


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
    wanted = bare_name(query) or fold(query)
    if len(wanted) < 2:  # noqa: PLR2004 - one letter finds half the province
        return []
    names = [name for name, _ in index]
    scored = process.extract(
        wanted, names, scorer=fuzz.WRatio, limit=40, score_cutoff=_GOOD, processor=None
    )
    order = {"commune": 0, "cluster": 1, "former": 2}

    def rank(item: tuple[str, float, int]) -> tuple[float, float, int, str]:
        name, score, place = item
        hit = index[place][1]
        step = 0 if name == wanted else 1 if name.startswith(wanted) else 2
        return step, -score if step == 2 else 0, order[hit.kind], name  # noqa: PLR2004

    return [index[item[2]][1] for item in sorted(scored, key=rank)[:limit]]
