"""Follow what meetings concluded: which task is open, overdue, only proposed or done.

Only what was decided can be overdue. A proposal whose day has passed stays a proposal:
nobody was told to do it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import pandas as pd

from lib.language.text import Lang, date, is_blank, number, t
from lib.register.delay import last_day
from lib.tables.records.followup import CONCLUSIONS

State = Literal["overdue", "open", "proposed", "done"]
STATES: Final[tuple[State, ...]] = get_args(State)
"""In the order they are read: what is late first, what is done last."""


def state_of(row: Mapping[Any, Any], *, on: dt.date) -> State:
    """Return the state of a row of `lib.tables.records.followup.CONCLUSIONS` on a day."""
    if not is_blank(row["done"]):
        return "done"
    if row["status"] == "proposed":
        return "proposed"
    days = days_left(row, on=on)
    return "overdue" if days is not None and days < 0 else "open"


def days_left(row: Mapping[Any, Any], *, on: dt.date) -> int | None:
    """Return the days to the last day the due date can mean, negative once past; None if blank."""
    return None if is_blank(row["due"]) else (last_day(str(row["due"])) - on).days


def follow(tables: Mapping[str, pd.DataFrame], *, on: dt.date) -> pd.DataFrame:
    """Return the conclusions with ``state`` and ``days`` left, the most urgent first.

    Parameters
    ----------
    tables : mapping
        Of a snapshot; without ``conclusions`` the answer is empty.
    on : datetime.date
        The day asked about.

    Returns
    -------
    DataFrame
        Overdue, open, proposed, done; within each by days left, those without a
        due date last.
    """
    given = tables.get(CONCLUSIONS.name)
    if given is None:
        given = pd.DataFrame(columns=[column.name for column in CONCLUSIONS.every()])
    rows = given.to_dict("records")
    told = given.assign(
        state=pd.Categorical([state_of(row, on=on) for row in rows], STATES, ordered=True),
        days=pd.array([days_left(row, on=on) for row in rows], dtype="Int64"),
    )
    return told.sort_values(["state", "days", "date"], kind="stable", ignore_index=True)


def about(followed: pd.DataFrame, column: str, code: str) -> list[dict[str, Any]]:
    """Return the rows of `follow` on one cluster or commune, blanks None.

    Parameters
    ----------
    column : {"cluster_id", "commune_code"}
        What `code` is a code of.
    """
    found = followed[followed[column] == code].to_dict("records")
    return [{str(k): None if is_blank(v) else v for k, v in row.items()} for row in found]


def time_words(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return when a row of `follow` is or was due, and the days left or passed."""
    if row["state"] == "done":
        return t("conclusions.done_on", lang, date=date(row["done"], lang), by=_by(row, lang))
    if is_blank(row["due"]):
        return t("conclusions.no_due", lang)
    return t("conclusions.due", lang, date=date(row["due"], lang), left=left_words(row, lang))


def left_words(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return the days left of a row of `follow`, or since when it is late."""
    if is_blank(row["days"]):
        return t("conclusions.no_due", lang)
    days = int(row["days"])
    key = "today" if days == 0 else "left" if days > 0 else "past"
    return t(f"conclusions.{key}", lang, days=number(abs(days), lang))


def _by(row: Mapping[Any, Any], lang: Lang) -> str:
    return (
        t("conclusions.no_number", lang)
        if is_blank(row["done_document"])
        else str(row["done_document"])
    )


def document_words(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return the number of the document of a conclusion, or that it has none yet."""
    number_of = row["document_no"]
    return t("conclusions.no_number", lang) if is_blank(number_of) else str(number_of)


def state_words(state: State, lang: Lang) -> str:
    """Return the words for a state, the same on page and paper."""
    return t(f"conclusions.state_{state}", lang)


@dataclass(frozen=True)
class Meeting:
    """What was concluded on one day under one document, or under none yet.

    Parameters
    ----------
    rows : tuple of mapping
        Of `follow`, blanks None.
    """

    date: str
    document_no: str
    rows: tuple[dict[str, Any], ...]

    @property
    def code(self) -> str:
        """What tells it from others in a choice and on the command line."""
        return f"{self.date} {self.document_no}".strip()


def meetings(followed: pd.DataFrame) -> list[Meeting]:
    """Return the meetings behind the rows of `follow`, the newest first."""
    rows = [
        {str(k): None if is_blank(v) else v for k, v in row.items()}
        for row in followed.to_dict("records")
    ]
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((str(row["date"]), str(row["document_no"] or "")), []).append(row)
    order = sorted(grouped, reverse=True)
    return [Meeting(day, number_of, tuple(grouped[day, number_of])) for day, number_of in order]
