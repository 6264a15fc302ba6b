"""What the register of clusters still lacks, column by column and by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.language.text import sort_key

ASKED: Final = (
    "outline_quality",
    "former_communes",
    "area_ha",
    "decision_no",
    "investor",
    "cleared_ha",
    "leased_ha",
    "handover_date",
    "schedule_end",
)
"""What a meeting asks of a cluster (domain notes, part 2), and what delay needs (part 1.5)."""

_NO_OUTLINE: Final = ("none", "approximate")


@dataclass(frozen=True)
class Field:
    """One column and the clusters that have nothing in it."""

    column: str
    missing: tuple[str, ...]


def of_clusters(tables: Mapping[str, pd.DataFrame]) -> list[Field]:
    """Return each column asked for with the names of the clusters that lack it.

    Parameters
    ----------
    tables : mapping
        ``clusters``; an outline that is only approximate counts as missing.
    """
    clusters = tables["clusters"]
    fields = []
    for column in ASKED:
        if column == "outline_quality":
            gone = clusters[column].isin(_NO_OUTLINE)
        else:
            gone = clusters[column].isna()
        names = sorted(clusters.loc[gone, "name"], key=sort_key)
        fields.append(Field(column, tuple(names)))
    return fields
