"""Finding a place by a name typed the way people type: no accents, small slips."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rapidfuzz import fuzz, process

from lib.text import bare_name, fold

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
    communes = tables["communes"]
    names = communes.set_index("code")["name"]
    found = [
        (bare_name(row.name), Hit(f"communes:{row.code}", "commune", row.name, row.former_province))
        for row in communes[["code", "name", "former_province"]].itertuples(index=False, name="C")
    ]
    found += [
        (bare_name(row.name), Hit(f"clusters:{row.cluster_id}", "cluster", row.name, row.place))
        for row in tables["clusters"]
        .assign(place=lambda d: d["former_district"].fillna(d["former_province"]))[
            ["cluster_id", "name", "place"]
        ]
        .itertuples(index=False, name="C")
    ]
    found += [
        (
            bare_name(row.name),
            Hit(
                f"communes:{row.new_code}",
                "former",
                f"{row.kind} {row.name}",
                f"{row.district} → {names[row.new_code]}",
            ),
        )
        for row in tables["former_units"].itertuples(index=False, name="F")
    ]
    return tuple(found)


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
