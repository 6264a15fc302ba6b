"""Which cluster of the register each row of a file is: by code, by name, or a new one."""

import re
from typing import Any, Final

import pandas as pd

from lib.importing.draft import Options
from lib.importing.matching import alike, match_clusters
from lib.language.findings import Finding, Twin
from lib.language.text import is_blank, number
from lib.settings import province

_PREFIX: Final = {former.name: former.clusters for former in province().former}
"""Former province -> how codes of its clusters begin."""


def known_clusters(
    fresh: pd.DataFrame, options: Options, clusters: pd.DataFrame, found: list[Finding]
) -> pd.DataFrame:
    """Return the rows with a ``cluster_id`` each: by code, by name, or a new one."""
    rows = fresh.copy()
    codes = [
        "" if is_blank(c) else str(c)
        for c in rows.get("cluster_id", pd.Series(None, index=rows.index))
    ]
    names = [
        "" if is_blank(n) else str(n) for n in rows.get("name", pd.Series(None, index=rows.index))
    ]
    matches = match_clusters(list(zip(codes, names, strict=True)), clusters, options.matches)
    known = clusters.set_index("cluster_id")["name"]
    taken = set(clusters["cluster_id"]) | set(codes)
    ids: list[str] = []
    for at, (match, code, name) in enumerate(zip(matches, codes, names, strict=True)):
        file, row = str(rows["_file"].iloc[at]), int(rows["_row"].iloc[at])
        values: dict[str, Any] = {"label": match.label}
        if match.how == "code" and name and not alike(name, match.cluster_id, known):
            values |= {"name": name, "cluster": match.cluster_id, "known": known[match.cluster_id]}
            found.append(Finding("ask", "importing.other_name", values, file, row))
        if match.how == "similar":
            score = Twin.of(lambda lang, m=match: number(m.score, lang, 0, "%"))  # type: ignore[misc]
            values |= {"cluster": match.cluster_id, "name": known[match.cluster_id], "score": score}
            found.append(Finding("ask", "importing.match_similar", values, file, row))
        elif match.how == "none":
            fresh_id = code or _next_id(rows, at, taken)
            taken.add(fresh_id)
            values |= {"cluster": fresh_id, "name": name}
            found.append(Finding("ask", "importing.cluster_added", values, file, row))
            ids.append(fresh_id)
            continue
        ids.append(match.cluster_id)
    rows["cluster_id"] = ids
    kept: pd.DataFrame = rows[rows["cluster_id"] != ""].reset_index(drop=True)
    return kept


def _next_id(rows: pd.DataFrame, at: int, taken: set[str]) -> str:
    said = rows["former_province"].iloc[at] if "former_province" in rows else None
    prefix = _PREFIX.get(str(said), next(iter(_PREFIX.values())))
    used = [int(m[1]) for code in taken if (m := re.fullmatch(rf"{prefix}-(\d+)", code))]
    return f"{prefix}-{max(used, default=0) + 1:03d}"
