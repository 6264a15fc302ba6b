"""What may be kept for editors until a cluster is established: its investor and its capital.

Columns say of themselves that they are reserved (`lib.tables.columns.Column`). The name of the
investor or of a firm is also taken out of what is written about the cluster, where it stands
there letter for letter.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

from lib.language.text import is_blank, t
from lib.tables.registry import TABLES
from lib.tables.statements.record import NAME as STATEMENTS

MARK: Final = "before_established"
"""Stands among the tables closed to somebody who must not see reserved values."""
_CLUSTERS: Final = "clusters"
_PROJECTS: Final = "projects"
NAMES: Final = {_CLUSTERS: "investor", _PROJECTS: "firm"}
"""Table -> its column of names of firms."""
_LEAST: Final = 4
"""Letters of a name that is looked for in texts: a shorter one is part of other words."""

Tables = Mapping[str, pd.DataFrame]


def reserved(table: str) -> tuple[str, ...]:
    """Return the columns of a table that are reserved."""
    record = TABLES.get(table)
    return tuple(c.name for c in record.columns if c.reserved) if record else ()


def touches(table: str) -> bool:
    """Return whether a table has rows about single clusters: from any other nothing is left out."""
    record = TABLES.get(table)
    own = record is not None and any(column.name == "cluster_id" for column in record.columns)
    return own or table in (STATEMENTS, "documents")


def needed(tables: Collection[str]) -> tuple[str, ...]:
    """Return which of the tables there are have to be read to know what is kept."""
    return tuple(name for name in (_CLUSTERS, _PROJECTS, STATEMENTS) if name in tables)


def undisclosed(clusters: pd.DataFrame) -> frozenset[str]:
    """Return the clusters of which nobody says that they are established."""
    return frozenset(clusters.loc[clusters["legal_status"] != "established", "cluster_id"])


def without_reserved(name: str, frame: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return a table without what is reserved of clusters that are not established.

    Parameters
    ----------
    name : str
        Name of the table `frame` is of.
    tables : mapping
        Those of `needed`, whole.
    """
    ids = undisclosed(tables[_CLUSTERS])
    firms = _projects(tables, ids)
    kept = frame
    if name == STATEMENTS:
        subjects = zip(kept["table"], kept["id"], kept["field"], strict=True)
        kept = kept[[not _told(*subject, ids, firms) for subject in subjects]]
    if name == "documents":
        of = zip(kept["of_table"], kept["of_id"], strict=True)
        kept = kept[[not _hidden(table, str(subject), ids, firms) for table, subject in of]]
    rows = _about(name, kept, ids, firms)
    if not rows.any():
        return kept
    kept = kept.copy()
    for column in reserved(name):
        if column in kept:
            hidden = t("disclosure.firm") if column == NAMES.get(_PROJECTS) else None
            kept.loc[rows, column] = hidden
    return _unnamed(kept, rows, _named(tables, ids, firms))


def _projects(tables: Tables, ids: Collection[str]) -> frozenset[str]:
    rows = tables.get(_PROJECTS)
    if rows is None:
        return frozenset()
    return frozenset(rows.loc[rows["cluster_id"].isin(list(ids)), "project_id"])


def _told(
    table: str, row_id: str, field: str, ids: Collection[str], firms: Collection[str]
) -> bool:
    """Return whether a value is reserved and of one of the clusters or of their projects."""
    return row_id in {_CLUSTERS: ids, _PROJECTS: firms}.get(table, ()) and field in reserved(table)


def _hidden(table: str, subject: str, ids: Collection[str], firms: Collection[str]) -> bool:
    """Return whether a document is of such a cluster or value: nobody reads what it names."""
    if table == STATEMENTS:
        of, _, rest = subject.partition("/")
        row_id, _, field = rest.rpartition("/")
        return _told(of, row_id, field, ids, firms)
    return table == _CLUSTERS and subject in ids


def _about(
    name: str, frame: pd.DataFrame, ids: Collection[str], firms: Collection[str]
) -> pd.Series:
    """Return which rows are about one of the clusters or of their projects."""
    if name == STATEMENTS:
        of = {_CLUSTERS: ids, _PROJECTS: firms}
        return pd.Series(
            [row["id"] in of.get(row["table"], ()) for row in frame.to_dict("records")],
            index=frame.index,
            dtype=bool,
        )
    if "cluster_id" not in frame:
        return pd.Series(data=False, index=frame.index)
    return frame["cluster_id"].isin(list(ids))


def _named(tables: Tables, ids: Collection[str], firms: Collection[str]) -> list[str]:
    """Return the names of investors and firms that are kept, the longest first."""
    found = [tables[_CLUSTERS].loc[tables[_CLUSTERS]["cluster_id"].isin(list(ids)), "investor"]]
    if _PROJECTS in tables:
        own = tables[_PROJECTS]
        found.append(own.loc[own["project_id"].isin(list(firms)), "firm"])
    if STATEMENTS in tables:
        said = tables[STATEMENTS]
        for table, subjects in ((_CLUSTERS, ids), (_PROJECTS, firms)):
            about = (said["table"] == table) & (said["field"] == NAMES[table])
            found.append(said.loc[about & said["id"].isin(list(subjects)), "value"])
    names = {str(name) for name in pd.concat(found) if not is_blank(name)}
    return sorted((name for name in names if len(name) >= _LEAST), key=len, reverse=True)


def _unnamed(frame: pd.DataFrame, rows: pd.Series, names: Collection[str]) -> pd.DataFrame:
    """Return a table whose texts, in some rows, have no such name; addresses stay whole."""
    if not names:
        return frame
    pattern = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    word = t("disclosure.name")
    for column in frame.columns:
        if column != "source_url" and pd.api.types.is_string_dtype(frame[column]):
            frame.loc[rows, column] = frame.loc[rows, column].str.replace(pattern, word, regex=True)
    return frame
