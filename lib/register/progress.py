"""How far each cluster is: step, milestones, delay, obstacles, clearance, wastewater permit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.language.text import is_blank, sort_key
from lib.register import delay
from lib.register.steps import STEPS, UNKNOWN, Standing, by_cluster, standing
from lib.tables.glossary import CODES

STALE_DAYS: Final = 30
"""After so many days without a newer date a cluster counts as not updated for long."""

ORDER: Final = CODES["milestone"]
"""Milestones in the order they come."""


@dataclass(frozen=True)
class Progress:
    """What is known of how far one cluster is, on one day.

    Parameters
    ----------
    cluster : mapping
        Its row of the register.
    milestones, obstacles : tuple of mapping
        Its rows, milestones in their order, obstacles that are not solved by date.
    clearance : mapping or None
        Its row of ``clearance``.
    law : Delay
        By Land Law, article 81.
    updated : str
        The newest date of any of its rows, ISO.
    """

    cluster: Mapping[Any, Any]
    on: dt.date
    standing: Standing
    milestones: tuple[Mapping[Any, Any], ...]
    obstacles: tuple[Mapping[Any, Any], ...]
    clearance: Mapping[Any, Any] | None
    law: delay.Delay
    updated: str

    @property
    def law_days(self) -> int | None:
        """Days past the extension by the Land Law; None where nothing is past."""
        if self.law.state != "past_extension":
            return None
        return (self.on - delay.last_day(self.law.dates[2])).days

    @property
    def decision_days(self) -> int | None:
        """Days past the schedule of the founding decision; None where nothing is past."""
        end = self.cluster["decision_end"]
        founded = self.cluster["decision_kind"] == "establish"
        if is_blank(end) or not founded or is_blank(self.cluster["decision_no"]):
            return None
        days = (self.on - delay.last_day(str(end))).days
        return days if days > 0 else None

    @property
    def late(self) -> tuple[Mapping[Any, Any], ...]:
        """Milestones whose planned day has passed without them."""
        return tuple(
            row
            for row in self.milestones
            if is_blank(row["actual"]) and not is_blank(row["planned"])
            if delay.last_day(str(row["planned"])) < self.on
        )

    @property
    def ahead(self) -> Mapping[Any, Any] | None:
        """The next milestone that is planned and has not come."""
        open_ones = [
            row
            for row in self.milestones
            if is_blank(row["actual"]) and not is_blank(row["planned"])
        ]
        return min(open_ones, key=lambda row: delay.last_day(str(row["planned"])), default=None)

    @property
    def stale_days(self) -> int | None:
        """Days since the newest date; None if no row has any."""
        if not self.updated:
            return None
        return max(0, (self.on - delay.last_day(self.updated)).days)

    @property
    def permit_days(self) -> int | None:
        """Days the wastewater permit still holds, negative once it has run out."""
        until = self.cluster["wastewater_permit_until"]
        return None if is_blank(until) else (delay.last_day(str(until)) - self.on).days


def progress(
    clusters: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, on: dt.date
) -> list[Progress]:
    """Return how far each cluster is, by name; without those that left the plan.

    Parameters
    ----------
    clusters : DataFrame
        As `lib.register.clusters.register`.
    tables : mapping
        ``milestones``, ``obstacles``, ``clearance`` where there are any.
    on : datetime.date
        The day time is judged on.
    """
    milestones, obstacles, clearance = (
        by_cluster(tables.get(name)) for name in ("milestones", "obstacles", "clearance")
    )
    rows = clusters[
        (clusters["legal_status"] != "withdrawn") & (clusters["operation_status"] != "withdrawn")
    ]
    found = []
    for row in rows.to_dict("records"):
        code = str(row["cluster_id"])
        own = sorted(milestones.get(code, []), key=lambda one: ORDER.index(one["milestone"]))
        holding = [one for one in obstacles.get(code, []) if one["state"] != "solved"]
        cleared = clearance.get(code, [])
        law = delay.of_dates(row["handover_date"], row["schedule_end"], row["extension_end"], on=on)
        found.append(
            Progress(
                row,
                on,
                standing(row, own),
                tuple(own),
                tuple(sorted(holding, key=_due)),
                cleared[0] if cleared else None,
                law,
                _newest([row, *own, *obstacles.get(code, []), *cleared]),
            )
        )
    return sorted(found, key=lambda one: sort_key(str(one.cluster["name"])))


def _due(row: Mapping[Any, Any]) -> tuple[bool, str]:
    return is_blank(row["due"]), str(row["due"])


def _newest(rows: Sequence[Mapping[Any, Any]]) -> str:
    return max((str(row["as_of"]) for row in rows if not is_blank(row["as_of"])), default="")


@dataclass(frozen=True)
class Count:
    """How many clusters stand on a step.

    Parameters
    ----------
    area_ha : float
        Of those whose area is known, `with_area` of `clusters`.
    proven : int
        How many of them have a document of the step.
    """

    step: str
    clusters: int
    area_ha: float
    with_area: int
    proven: int


def board(found: Sequence[Progress]) -> list[Count]:
    """Return the clusters on each step, and last those of which no step is known."""
    counts = []
    for step in (*STEPS, UNKNOWN):
        own = [one for one in found if one.standing.step == step]
        areas = [
            float(one.cluster["area_ha"]) for one in own if not is_blank(one.cluster["area_ha"])
        ]
        proven = sum(one.standing.proven for one in own)
        counts.append(Count(step, len(own), round(sum(areas), 4), len(areas), proven))
    return counts


def to_table(found: Sequence[Progress]) -> pd.DataFrame:
    """Return one row a cluster in codes: for machines, and what filters and lists read."""
    return pd.DataFrame([_row(one) for one in found], columns=list(_COLUMNS))


_COLUMNS: Final = (
    *("cluster_id", "cluster_name", "communes", "area_ha", "investor", "legal_status"),
    *(
        "operation_status",
        "step",
        "step_proven",
        "step_documented",
        "step_date",
        "step_document",
        "step_back",
    ),
    *("law_state", "law_days_late", "decision_days_late", "next_milestone", "next_planned"),
    *("milestones_late", "obstacles", "obstacle_groups", "agencies", "obstacle_due"),
    *("households", "households_paid", "counted_ha", "cleared_ha", "handed_over_ha", "paid_bn"),
    *("lots_planned", "lots_ready", "wastewater", "permit_until", "permit_days"),
    *("updated", "stale_days", "source_url", "as_of"),
)


def _row(one: Progress) -> dict[str, object]:
    cluster, clearance = one.cluster, one.clearance or {}
    ahead = one.ahead or {}
    fixed = {name: cluster[name] for name in ("cluster_id", "area_ha", "investor", "legal_status")}
    held = one.obstacles
    return {
        **fixed,
        "cluster_name": cluster["name"],
        "communes": cluster["communes_now"],
        "operation_status": cluster["operation_status"],
        "step": one.standing.step,
        "step_proven": "yes" if one.standing.proven else "no",
        "step_documented": one.standing.sure.step if one.standing.sure else None,
        "step_date": one.standing.date,
        "step_document": one.standing.document,
        "step_back": " < ".join(back.document for back in one.standing.back),
        "law_state": one.law.state,
        "law_days_late": one.law_days,
        "decision_days_late": one.decision_days,
        "next_milestone": ahead.get("milestone"),
        "next_planned": ahead.get("planned"),
        "milestones_late": "; ".join(str(row["milestone"]) for row in one.late),
        "obstacles": "; ".join(str(row["text"]) for row in held),
        "obstacle_groups": "; ".join(dict.fromkeys(str(row["group"]) for row in held)),
        "agencies": "; ".join(
            dict.fromkeys(str(row["agency"]) for row in held if not is_blank(row["agency"]))
        ),
        "obstacle_due": next((row["due"] for row in held if not is_blank(row["due"])), None),
        **{
            name: clearance.get(name)
            for name in ("households", "households_paid", "counted_ha", "handed_over_ha")
        },
        "cleared_ha": clearance.get("cleared_ha", cluster["cleared_ha"]),
        **{name: clearance.get(name) for name in ("paid_bn", "lots_planned", "lots_ready")},
        "wastewater": cluster["wastewater"],
        "permit_until": cluster["wastewater_permit_until"],
        "permit_days": one.permit_days,
        "updated": one.updated,
        "stale_days": one.stale_days,
        "source_url": cluster["source_url"],
        "as_of": cluster["as_of"],
    }
