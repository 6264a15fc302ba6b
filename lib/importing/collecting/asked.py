"""Whom which rows are asked of: the clusters and weak places of a commune, the grid's of all.

A cluster is asked of every commune it lies in by documents, an assignment or its outline.
Where none of these names a commune, it is asked of all communes made of its former district:
a form is how that is found out, and asking says nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from lib.language.text import Lang, date, t
from lib.places.names import full_names
from lib.power.gaps.find import WEAK_KINDS
from lib.tables.collecting import POWER, parts_of
from lib.tables.records.followup import FORM_ANSWERS
from lib.tables.registry import TABLES
from lib.tables.statements.record import row_ids

Tables = Mapping[str, pd.DataFrame]

_GONE: Final = "withdrawn"
_BESIDE: Final = ("communes", "former_units", "ended_units", "assignments", "outlines")
NEEDED: Final = frozenset({*_BESIDE, "clusters", "weak_supply", "substations", FORM_ANSWERS.name})
"""Tables it is answered from, where they are there."""


@dataclass(frozen=True)
class Recipient:
    """Who gets a form, and which rows of which tables are in it.

    Parameters
    ----------
    code : str
        Of the commune, or `POWER`.
    name : str
        ``xã Tam Hồng``; for the power company what it is called in Vietnamese.
    rows : mapping
        Table -> keys of its rows, in its order.
    known : frozenset of str
        Clusters it may speak of besides: those of its former districts.
    """

    code: str
    name: str
    rows: Mapping[str, tuple[str, ...]]
    known: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many rows its form has."""
        return sum(map(len, self.rows.values()))

    def may_say(self, table: str, row_id: str) -> bool:
        """Return whether a row is one it may be asked of."""
        return row_id in self.rows.get(table, ()) or (table == "clusters" and row_id in self.known)

    def title(self, lang: Lang = "vi") -> str:
        """Return what it is called."""
        return t("collect.power", lang) if self.code == POWER else self.name


def recipients(tables: Tables, register: pd.DataFrame) -> list[Recipient]:
    """Return all who can be asked, in the order of the communes, the power company last.

    Parameters
    ----------
    tables : mapping
        Those of `NEEDED` that are there.
    register : DataFrame
        Of `lib.register.clusters.register`.
    """
    lies, near = _clusters(tables, register)
    weak = _weak(tables)
    found = []
    for code, name in zip(tables["communes"]["code"], full_names(tables["communes"]), strict=True):
        own = weak[weak["commune_code"] == code]
        rows = {"clusters": lies.get(code, ()), "weak_supply": tuple(own["weak_id"])}
        found.append(Recipient(str(code), str(name), rows, frozenset(near.get(code, ()))))
    stations = tables.get("substations")
    rows = {
        "substations": () if stations is None else tuple(stations["substation_id"]),
        "weak_supply": tuple(weak["weak_id"]),
    }
    return [*found, Recipient(POWER, t("collect.power"), rows)]


def unasked(everyone: list[Recipient], register: pd.DataFrame) -> list[str]:
    """Return the clusters that are in nobody's form: no source names commune or district."""
    asked = {row for one in everyone for row in one.rows.get("clusters", ())}
    ids = register.loc[~_gone(register), "cluster_id"]
    return [str(code) for code in ids if code not in asked]


def rows_of(tables: Tables, recipient: Recipient) -> Iterator[tuple[str, str, dict[Any, Any]]]:
    """Yield table, key and values of each row of a form, sheet by sheet."""
    for part in parts_of(recipient.code):
        wanted = recipient.rows[part.table]
        frame = tables.get(part.table)
        if frame is None or not wanted:
            continue
        rows = dict(zip(row_ids(frame, TABLES[part.table]), frame.to_dict("records"), strict=True))
        yield from ((part.table, row_id, rows[row_id]) for row_id in wanted)


def source_of(recipient: Recipient, day: str) -> str:
    """Return what the statements of an answer name as their source."""
    return t("collect.source", place=recipient.title(), date=date(day))


def _clusters(
    tables: Tables, register: pd.DataFrame
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """Return commune -> clusters it is asked of; commune -> clusters of its former districts."""
    drawn = _drawn(tables)
    lies: dict[str, tuple[str, ...]] = {}
    near: dict[str, list[str]] = {}
    for row in register[~_gone(register)].to_dict("records"):
        cluster = str(row["cluster_id"])
        sure = {*row["commune_codes"], *row["assigned_codes"], *drawn.get(cluster, ())}
        for code in sure or row["district_codes"]:
            lies[code] = (*lies.get(code, ()), cluster)
        for code in row["district_codes"]:
            near.setdefault(code, []).append(cluster)
    return lies, near


def _gone(register: pd.DataFrame) -> pd.Series:
    return (register["legal_status"] == _GONE) | (register["operation_status"] == _GONE)


def _drawn(tables: Tables) -> dict[str, list[str]]:
    """Return cluster -> communes its outline touches; asking measures nothing."""
    outlines, communes = tables.get("outlines"), tables["communes"]
    if outlines is None or outlines.empty or "geometry" not in communes:
        return {}
    ground = gpd.GeoDataFrame(communes)[["code", "geometry"]]
    pairs = gpd.sjoin(gpd.GeoDataFrame(outlines)[["cluster_id", "geometry"]], ground)
    return {str(c): list(rows) for c, rows in pairs.groupby("cluster_id")["code"]}


def _weak(tables: Tables) -> pd.DataFrame:
    """Return the places with weak supply; programmes and context are nobody's to fill in."""
    weak = tables.get("weak_supply", pd.DataFrame(columns=["weak_id", "commune_code", "kind"]))
    return weak[weak["kind"].isin(WEAK_KINDS)]
