"""What is to be done on the register: values missing, contradictory, out of date, overdue.

Which columns are asked for and which age is said by their records
(`lib.tables.records.clusters`). What a person has chosen is no contradiction any more, and a
source that gives no date is out of date: nobody can say it is not.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from lib.language.text import Lang, date, is_blank, t
from lib.register import delay
from lib.tables.columns import Column
from lib.tables.facts import CHECKED
from lib.tables.glossary import label, value_label
from lib.tables.records.clusters import CLUSTERS
from lib.tables.statements.derive import Said, said_all
from lib.tables.statements.record import STRENGTHS

Kind = Literal["overdue", "contradictory", "missing", "out_of_date"]
KINDS: Final[tuple[Kind, ...]] = ("overdue", "contradictory", "missing", "out_of_date")
"""The gravest first."""
STALE_DAYS: Final = 730
"""A value that ages and is older than two years is asked for again."""


@dataclass(frozen=True)
class Task:
    """One thing to do: a value of a cluster, and what is wrong with it.

    Parameters
    ----------
    field : str
        Column of ``clusters`` whose form opens.
    communes : tuple of str
        Codes of the new communes the cluster lies in by documents; empty where none is known.
    value, others : str
        What is in use, and what other sources say, in the words of the data.
    as_of : str
        Day of the value in use, ISO, perhaps partial; empty for a blank.
    """

    kind: Kind
    cluster_id: str
    name: str
    field: str
    communes: tuple[str, ...]
    value: str = ""
    others: tuple[str, ...] = ()
    as_of: str = ""

    def sentence(self, lang: Lang = "vi") -> str:
        """Return what is to be done, in words."""
        column = CLUSTERS.column(self.field)
        return t(
            f"todo.{self.kind}",
            lang,
            field=label(CLUSTERS.name, self.field, lang),
            value=_words(column, self.value, lang),
            others="; ".join(_words(column, other, lang) for other in self.others),
            date=date(self.as_of, lang)
            if self.as_of not in ("", CHECKED)
            else t("todo.no_date", lang),
        )


@dataclass(frozen=True)
class Known:
    """How much of what is asked for is known, of a cluster or of all clusters of a commune."""

    known: int
    asked: int

    @property
    def share(self) -> float:
        """Share, 0 to 1; 1 where nothing is asked."""
        return self.known / self.asked if self.asked else 1.0


def tasks(clusters: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, on: dt.date) -> list[Task]:
    """Return everything to be done, the gravest kind first, then by cluster.

    Parameters
    ----------
    clusters : DataFrame
        The register with what follows from it, see `lib.register.clusters.register`.
    tables : mapping
        ``clusters`` and, where there are any, ``statements``.
    on : datetime.date
        The day asked about.
    """
    said = said_all(tables, CLUSTERS)
    found: list[Task] = []
    for row in clusters.to_dict("records"):
        fields = said[str(row["cluster_id"])]
        found += _overdue(row, on=on)
        found += [_task("missing", row, name) for name in row["missing"]]
        for column in CLUSTERS.columns:
            if column.name in fields:
                found += _of_value(row, column, fields[column.name], on)
    return sorted(found, key=lambda task: KINDS.index(task.kind))


def by_cluster(clusters: pd.DataFrame) -> dict[str, Known]:
    """Return cluster_id -> how much of it is known."""
    asked = sum(column.asked for column in CLUSTERS.columns)
    lacks = zip(clusters["cluster_id"], clusters["missing"], strict=True)
    return {str(cluster): Known(asked - len(missing), asked) for cluster, missing in lacks}


def by_commune(clusters: pd.DataFrame) -> dict[str, Known]:
    """Return commune code -> how much is known of its clusters; ``""``: of those in none."""
    of = by_cluster(clusters)
    groups: dict[str, list[Known]] = {}
    for cluster, codes in zip(clusters["cluster_id"], clusters["commune_codes"], strict=True):
        for code in codes or ("",):
            groups.setdefault(str(code), []).append(of[str(cluster)])
    return {code: _sum(known) for code, known in sorted(groups.items())}


def _sum(parts: Iterable[Known]) -> Known:
    every = list(parts)
    return Known(sum(one.known for one in every), sum(one.asked for one in every))


def _of_value(row: Mapping[Any, Any], column: Column, said: Said, on: dt.date) -> list[Task]:
    if said.rule == "none":
        return []
    value = str(said.value)
    told = {"value": value, "as_of": said.as_of}
    usable = (one.value for one in said.others if one.kind != STRENGTHS[-1])
    others = tuple(dict.fromkeys(other for other in usable if other != value))
    found = []
    if others and said.rule != "choice" and column.name != "note":
        found.append(_task("contradictory", row, column.name, others=others, **told))
    if column.ages and _stale(said.as_of, on):
        found.append(_task("out_of_date", row, column.name, **told))
    return found


def _stale(as_of: str, on: dt.date) -> bool:
    return as_of == CHECKED or (on - delay.last_day(as_of)).days > STALE_DAYS


def _overdue(row: Mapping[Any, Any], *, on: dt.date) -> list[Task]:
    dates = [row["handover_date"], row["schedule_end"], row["extension_end"]]
    found = []
    if delay.of_dates(*dates, on=on).state == "past_extension":
        found.append(_task("overdue", row, "extension_end", value=str(dates[-1])))
    end = row["decision_end"]
    if not is_blank(end) and delay.last_day(str(end)) < on:
        found.append(_task("overdue", row, "decision_end", value=str(end)))
    if row["behind_schedule"] == "yes":
        found.append(_task("overdue", row, "behind_schedule", value="yes"))
    return found


def _task(kind: Kind, row: Mapping[Any, Any], name: str, **more: Any) -> Task:  # noqa: ANN401
    communes = tuple(map(str, row["commune_codes"]))
    return Task(kind, str(row["cluster_id"]), str(row["name"]), name, communes, **more)


def _words(column: Column, value: str, lang: Lang) -> str:
    if column.codes and value:
        return value_label(column.codes, value, lang)
    if column.pattern.startswith("^(19|20)"):
        return date(value, lang)
    if column.type != "number":
        return value
    return value.removesuffix(".0").replace(".", "," if lang == "vi" else ".")
