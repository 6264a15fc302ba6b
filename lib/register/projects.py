"""Projects inside clusters: delay under Land Law, article 81, and the list for land recovery."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.language.text import is_blank
from lib.register import delay

DATES: Final = ("handover_date", "schedule_end", "extension_end")
"""The dates article 81 needs."""


@dataclass(frozen=True)
class Project:
    """A project and what its three dates say.

    Parameters
    ----------
    row : mapping
        Of ``projects``.
    law : Delay
        ``undetermined`` where a date is missing.
    """

    row: Mapping[Any, Any]
    law: delay.Delay

    @property
    def late_days(self) -> int | None:
        """Days past the extension; None where nothing is past."""
        if self.law.state != "past_extension":
            return None
        return (self.law.on - delay.last_day(self.law.dates[2])).days


def projects(rows: pd.DataFrame | None, *, on: dt.date, cluster_id: str = "") -> list[Project]:
    """Return the projects, of one cluster or of all, as they stand in the table."""
    if rows is None:
        return []
    own = rows[rows["cluster_id"] == cluster_id] if cluster_id else rows
    return [
        Project(row, delay.of_dates(*(row[name] for name in DATES), on=on))
        for row in own.to_dict("records")
    ]


def to_recover(found: Sequence[Project]) -> list[Project]:
    """Return the projects past schedule and extension, those with most hectares first."""
    late = [one for one in found if one.late_days is not None]
    return sorted(late, key=lambda one: -_area(one))


def _area(one: Project) -> float:
    return 0.0 if is_blank(one.row["area_ha"]) else float(one.row["area_ha"])
