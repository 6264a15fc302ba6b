"""In which communes a cluster counts, and with how many hectares where that is measured."""

from collections.abc import Mapping

import pandas as pd


def communes_of(rows: pd.DataFrame) -> Mapping[str, tuple[str, ...]]:
    """Return the communes each cluster counts in: by decision, else by its outline.

    Parameters
    ----------
    rows : DataFrame
        Of `lib.crossing.verdict.combine`.
    """
    named = rows["commune_code"].fillna("").ne("")
    decided = rows["evidence"].isin(["by_decision", "both"])
    cut = rows["evidence"].eq("by_geometry") & rows["verdict"].isin(["cross_commune", "within"])
    found = rows[named & (decided | cut)].groupby("cluster_id", sort=False)["commune_code"]
    return {str(code): tuple(dict.fromkeys(map(str, own))) for code, own in found}


def shares_of(rows: pd.DataFrame) -> Mapping[tuple[str, str], float]:
    """Return the measured share (0 to 1) of each cluster in each commune."""
    measured = rows[rows["share"].notna() & rows["commune_code"].fillna("").ne("")]
    keys = zip(
        measured["cluster_id"].astype(str), measured["commune_code"].astype(str), strict=True
    )
    return dict(zip(keys, measured["share"].astype(float), strict=True))
