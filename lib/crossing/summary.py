"""Aggregate rows of cluster and commune to one row a cluster, in the order of a meeting.

The order is the meeting's: clusters on two communes first, most hectares in
dispute on top; what has not been measured comes after what has.
"""

from typing import Final

import pandas as pd

from lib.tables.sample import SAMPLE_PREFIX

LEAD_STATES: Final = {"assigned": "decided", "proposed_assignment": "proposed"}
"""Lead rule -> whether the lead is decided; every other rule leaves it to be decided."""

_FIRST: Final = ("cross_commune", "undetermined", "within")
_CHANGES: Final = ("remains", "resolved", "undetermined", "single")


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a cluster from the rows of `lib.crossing.verdict.combine`.

    Parameters
    ----------
    rows : DataFrame
        The output columns of ``cross-commune``.

    Returns
    -------
    DataFrame
        ``cluster_id``, ``cluster_name``, ``commune_codes`` (tuple),
        ``communes`` (names), ``measured_ha`` and ``disputed_ha`` (hectares
        outside the largest piece; NA where no outline was measured),
        ``verdict``, ``change``, ``evidence``, ``lead``, ``lead_rule``,
        ``lead_state``, ``note``, ``sample``; ordered as above.
    """
    groups = rows.groupby("cluster_id", sort=False)
    first = groups.first()
    named = rows.dropna(subset=["commune_code"]).groupby("cluster_id", sort=False)
    area = groups["area_ha"].sum(min_count=1)
    table = pd.DataFrame(
        {
            "cluster_name": first["cluster_name"],
            "commune_codes": named["commune_code"].agg(list),
            "communes": named["commune_name"].agg("; ".join),
            "measured_ha": area,
            "disputed_ha": area - groups["area_ha"].max(),
        }
    ).join(first[["verdict", "change", "evidence", "lead", "lead_rule", "note"]])
    table["commune_codes"] = [
        tuple(codes) if isinstance(codes, list) else () for codes in table["commune_codes"]
    ]
    table["lead_state"] = table["lead_rule"].map(LEAD_STATES).fillna("undecided")
    table = table.reset_index()
    table["sample"] = table["cluster_id"].str.startswith(SAMPLE_PREFIX)
    return _ordered(table)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    keys = table.assign(
        _change=table["change"].map({c: i for i, c in enumerate(_CHANGES)}).fillna(len(_CHANGES)),
        _verdict=table["verdict"].map({v: i for i, v in enumerate(_FIRST)}).fillna(len(_FIRST)),
    )
    order = keys.sort_values(
        ["_verdict", "disputed_ha", "_change", "cluster_name"],
        ascending=[True, False, True, True],
        na_position="last",
        kind="stable",
    ).index
    return table.loc[order].reset_index(drop=True)
