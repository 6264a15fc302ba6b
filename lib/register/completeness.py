"""Which columns of the register are blank for which cluster.

What a meeting asks of a cluster (domain notes, part 2) and what delay needs (part 1.5) is
marked ``asked`` in `lib.tables.records.clusters`; some codes, *no outline* or an approximate
one, say no more than a blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lib.language.text import sort_key
from lib.tables.registry import TABLES


@dataclass(frozen=True)
class Field:
    """A column, and the clusters in which it is blank: their names and codes, by name."""

    column: str
    missing: tuple[str, ...]
    ids: tuple[str, ...]


def lacking(clusters: pd.DataFrame) -> pd.DataFrame:
    """Return True where a cluster lacks a column asked for: rows of `clusters`, one column each."""
    asked = [column for column in TABLES["clusters"].columns if column.asked]
    return pd.DataFrame(
        {c.name: clusters[c.name].isna() | clusters[c.name].isin(c.lacking) for c in asked},
        index=clusters.index,
    )


def of_clusters(tables: Mapping[str, pd.DataFrame]) -> list[Field]:
    """Return each column asked for with the clusters that lack it.

    Parameters
    ----------
    tables : mapping
        ``clusters``; an outline that is only approximate counts as missing.
    """
    clusters = tables["clusters"].sort_values("name", key=lambda names: names.map(sort_key))
    return [
        Field(
            str(column),
            tuple(clusters.loc[gone, "name"]),
            tuple(clusters.loc[gone, "cluster_id"]),
        )
        for column, gone in lacking(clusters).items()
    ]
