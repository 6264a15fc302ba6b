"""The step a cluster stands on: the highest a source says, and whether a document proves it.

Decree 32/2024/NĐ-CP, articles 10-16, from the plan to operation. Operation is an axis of its own,
as in the official forms: a cluster may operate without being established.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from lib.language.text import Lang, is_blank, t
from lib.register.delay import first_day, last_day
from lib.tables.glossary import value_label

Step = Literal[
    "in_plan", "established", "detailed_plan", "land", "building", "infrastructure", "operating"
]
STEPS: Final[tuple[Step, ...]] = (
    "in_plan",
    "established",
    "detailed_plan",
    "land",
    "building",
    "infrastructure",
    "operating",
)
UNKNOWN: Final = "unknown"
"""In place of a step where no source says any."""


def label(step: str, lang: Lang = "vi") -> str:
    """Return the words for a step, or for `UNKNOWN`."""
    return t(f"steps.{step}", lang)


def unfounded(step: str, legal_status: object, lang: Lang = "vi") -> str:
    """Return the legal status of what operates without being established; empty for the rest.

    Operation is the highest step, and says nothing of establishment.
    """
    if step != "operating" or legal_status == "established":
        return ""
    return t("progress.legal", lang, status=value_label("legal_status", legal_status, lang))


def short(step: str, legal_status: object, lang: Lang = "vi") -> str:
    """Return a step as lists have it, with what `unfounded` says."""
    return ", ".join(filter(None, (label(step, lang), unfounded(step, legal_status, lang))))


_OF_MILESTONE: Final[Mapping[str, Step]] = {
    "establish": "established",
    "detailed_plan": "detailed_plan",
    "recovery": "land",
    "handover": "land",
    "groundbreaking": "building",
    "infrastructure": "infrastructure",
    "operation": "operating",
}
"""Milestone -> the step it reaches; a wastewater plant is shown beside the steps."""


@dataclass(frozen=True)
class Reached:
    """A step a source says a cluster has reached; date and document empty if not said."""

    step: Step
    date: str = ""
    document: str = ""

    @property
    def place(self) -> int:
        """Its place in `STEPS`."""
        return STEPS.index(self.step)


@dataclass(frozen=True)
class Standing:
    """Where a cluster stands.

    Parameters
    ----------
    step : str
        The highest step said, or `UNKNOWN`.
    proven : bool
        Whether a document of that step is known.
    date, document : str
        Of that step.
    sure : Reached or None
        The highest step of which a document is known.
    back : tuple of Reached
        A lower step whose document is younger than that of a higher one, and that one.
    """

    step: str
    proven: bool = False
    date: str = ""
    document: str = ""
    sure: Reached | None = None
    back: tuple[Reached, ...] = ()


def standing(cluster: Mapping[Any, Any], milestones: Sequence[Mapping[Any, Any]]) -> Standing:
    """Return where a cluster stands.

    Parameters
    ----------
    cluster : mapping
        A row of ``clusters``.
    milestones : sequence of mapping
        Its rows of ``milestones``.
    """
    said = [*_of_cluster(cluster), *_of_milestones(milestones)]
    if not said:
        return Standing(UNKNOWN)
    top = max(said, key=lambda one: (one.place, bool(one.document), one.date))
    sure = max((one for one in said if one.document), key=lambda one: one.place, default=None)
    return Standing(top.step, bool(top.document), top.date, top.document, sure, _back(said))


def _of_cluster(row: Mapping[Any, Any]) -> Iterator[Reached]:
    number, dated = _text(row["decision_no"]), _text(row["decision_date"])
    kind = row["decision_kind"]
    if row["in_plan"] == "yes" or row["legal_status"] in ("in_plan", "established"):
        yield Reached("in_plan", *((dated, number) if kind == "plan" else ("", "")))
    if row["legal_status"] == "established":
        yield Reached("established", *((dated, number) if kind == "establish" else ("", "")))
    plan = _text(row["detailed_plan_no"]), _text(row["detailed_plan_date"])
    if any(plan):
        yield Reached("detailed_plan", plan[1], plan[0])
    if handed := _text(row["handover_date"]):
        yield Reached("land", handed)
    if row["operation_status"] in ("building", "operating"):
        yield Reached("building" if row["operation_status"] == "building" else "operating")


def _of_milestones(rows: Sequence[Mapping[Any, Any]]) -> Iterator[Reached]:
    for row in rows:
        step = _OF_MILESTONE.get(str(row["milestone"]))
        if step and (actual := _text(row["actual"])):
            yield Reached(step, actual, _text(row["document_no"]))


def _back(said: Sequence[Reached]) -> tuple[Reached, ...]:
    """Return the first lower step whose document came after that of a higher step."""
    dated = [one for one in said if one.date and one.document]
    for low in sorted(dated, key=lambda one: one.place):
        for high in dated:
            # Sure of it only if the lower one cannot have come before.
            if high.place > low.place and first_day(low.date) > last_day(high.date):
                return low, high
    return ()


def _text(value: object) -> str:
    return "" if is_blank(value) else str(value)


def by_cluster(rows: pd.DataFrame | None) -> Mapping[str, list[dict[Any, Any]]]:
    """Return the rows of a table by cluster; empty where there is no table."""
    if rows is None or rows.empty:
        return {}
    return {
        str(code): own.to_dict("records") for code, own in rows.groupby("cluster_id", sort=False)
    }
