"""Forms of the snapshot in use: all of them, and who has answered."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from lib.importing.collecting import asked, book
from lib.importing.collecting.asked import Recipient
from lib.language.errors import WrongUseError
from lib.register.clusters import register
from lib.store.store import Snapshot
from lib.tables.collecting import POWER
from lib.tables.facts import data_date
from lib.tables.records.followup import FORM_ANSWERS
from lib.tables.statements.record import NAME


@dataclass(frozen=True)
class Answered:
    """Whether somebody has answered.

    Parameters
    ----------
    day : str
        Of the last answer, ISO; empty: none yet.
    new_values : int
        Values all answers had that were not known.
    """

    recipient: Recipient
    day: str = ""
    new_values: int = 0


def tables_of(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the tables forms are filled from."""
    wanted = asked.NEEDED | {NAME}
    return {name: snapshot.read(name) for name in snapshot.manifest.tables if name in wanted}


def chosen(everyone: list[Recipient], codes: Collection[str], *, power: bool) -> list[Recipient]:
    """Return those who are meant; nobody named: all who can be asked anything.

    Raises
    ------
    WrongUseError
        A code is no commune's.
    """
    if not codes and not power:
        return [one for one in everyone if one.count]
    by_code = {one.code: one for one in everyone}
    for code in codes:
        if code not in by_code or code == POWER:
            raise WrongUseError("collect.unknown", value=code)
    return [by_code[code] for code in dict.fromkeys((*codes, *([POWER] if power else ())))]


def forms(
    tables: Mapping[str, pd.DataFrame],
    snapshot_id: str,
    codes: Collection[str] = (),
    *,
    power: bool = False,
    made: dt.date,
) -> tuple[bytes, int, str]:
    """Return forms as a ZIP, how many, and the newest day their data are of.

    Raises
    ------
    WrongUseError
        A code is no commune's.
    DataRefusedError
        There is nothing to ask one of them.
    """
    meant = chosen(asked.recipients(tables, register(tables)), codes, power=power)
    packed = book.archive(meant, book.Sending(tables, snapshot_id, made))
    day = max(data_date(tables[name]) for one in meant for name in one.rows if one.rows[name])
    return packed, len(meant), day


def form(
    tables: Mapping[str, pd.DataFrame], snapshot_id: str, code: str, *, made: dt.date
) -> bytes:
    """Return the form of one recipient.

    Raises
    ------
    WrongUseError
        The code is nobody's.
    DataRefusedError
        There is nothing to ask.
    """
    power = code == POWER
    everyone = asked.recipients(tables, register(tables))
    (one,) = chosen(everyone, () if power else (code,), power=power)
    return book.workbook(one, book.Sending(tables, snapshot_id, made))


def status(tables: Mapping[str, pd.DataFrame], clusters: pd.DataFrame) -> list[Answered]:
    """Return who can be asked, those who have answered first, then in the order of the communes.

    Parameters
    ----------
    tables : mapping
        As `tables_of`.
    clusters : DataFrame
        Of `lib.register.clusters.register`.
    """
    known = tables.get(FORM_ANSWERS.name)
    rows = [] if known is None else known.to_dict("records")
    days: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for row in rows:
        code = str(row["recipient"])
        days.setdefault(code, []).append(str(row["as_of"]))
        counts[code] = counts.get(code, 0) + int(row["new_values"])
    found = [
        Answered(one, max(days.get(one.code, ()), default=""), counts.get(one.code, 0))
        for one in asked.recipients(tables, clusters)
        if one.count or one.code in days
    ]
    return sorted(found, key=lambda one: not one.day)
