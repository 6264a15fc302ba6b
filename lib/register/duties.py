"""What the law and the conclusions of a meeting want next, and what is missing for it.

Some dates were read in the law, some only in a summary of it: the source says which.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from lib.language.text import Lang, is_blank, number, sort_key, t
from lib.register.delay import last_day
from lib.register.period import Period, period_of
from lib.register.report14 import report14
from lib.register.standing import counted, known
from lib.tables.glossary import with_later_columns

Tables = Mapping[str, pd.DataFrame]
TABLES: Final = (*("clusters", "projects", "milestones", "statements", "assets", "conclusions"),)
"""Tables that say what is missing."""

_FOLD: Final = 73
"""Octets of a line of a calendar file; the next begins with a space (RFC 5545)."""


@dataclass(frozen=True)
class Duty:
    """One thing that is due.

    Parameters
    ----------
    key : str
        ``duties.<key>`` says what, ``duties.<key>_source`` by which law.
    date : datetime.date
        The last day for it.
    on : datetime.date
        The day asked about.
    missing : tuple of str
        Keys of sentences, each with its values, of what is not there yet.
    task, document : str
        Of a conclusion of a meeting: words and source in place of the texts of the law.
    subject : str
        The cluster or commune it is about, as a feature of the map (``layer:code``).
    """

    key: str
    date: dt.date
    on: dt.date
    missing: tuple[tuple[str, Mapping[str, str]], ...] = ()
    task: str = ""
    document: str = ""
    subject: str = ""

    @property
    def days(self) -> int:
        """Days left; negative once it is past."""
        return (self.date - self.on).days

    def what(self, lang: Lang = "vi") -> str:
        """Return what is due."""
        return self.task or t(f"duties.{self.key}", lang)

    def short(self, lang: Lang = "vi") -> str:
        """Return what is due in a few words."""
        return self.task or t(f"duties.{self.key}_short", lang)

    def source(self, lang: Lang = "vi") -> str:
        """Return the law or the document that asks for it."""
        return self.document or t(f"duties.{self.key}_source", lang)

    def lacks(self, lang: Lang = "vi") -> list[str]:
        """Return what is missing for it, in sentences."""
        return [t(key, lang, **values) for key, values in self.missing]

    def words(self, lang: Lang = "vi") -> str:
        """Return what is due and what is missing for it in one sentence."""
        lacking = "; ".join(self.lacks(lang))
        return f"{self.what(lang)}. {lacking}" if lacking else self.what(lang)

    def left(self, lang: Lang = "vi") -> str:
        """Return the days left, or by how many it is late."""
        key = "duties.late" if self.days < 0 else "duties.left"
        return t(key, lang, days=number(abs(self.days), lang))

    def record(self, lang: Lang = "vi") -> dict[str, object]:
        """Return the members of the contract: date, what, source, days."""
        said = {"date": self.date.isoformat(), "what": self.words(lang)}
        return {**said, "source": self.source(lang), "days": self.days}


Lacking = tuple[str, Mapping[str, str]]
Missing = Callable[[Tables, Period], list[Lacking]]


def _figures(tables: Tables, period: Period) -> list[Lacking]:
    """Return how many rows of form 04 are not of all clusters."""
    figures = [f for f in report14(tables, {}, period).figures if f.row.unit]
    short = sum(figure.known < figure.total for figure in figures)
    counts = {"count": number(short), "rows": number(len(figures))}
    return [("duties.lacks_rows", counts)] if short else []


def _firms(tables: Tables, period: Period) -> list[Lacking]:
    """Return how many clusters with projects have no figures of the period."""
    rows = known(tables, period)
    active = rows[rows["is_active"].fillna(value=False).astype(bool)]
    lacking = active[active[["revenue_bn", "budget_bn", "workers"]].isna().any(axis=1)]
    if lacking.empty:
        return []
    counts = {"count": number(len(lacking)), "total": number(len(active))}
    return [("duties.lacks_firms", counts)]


def _old(tables: Tables, _period: Period) -> list[Lacking]:
    """Return the clusters formed before 2009 that are not established, by name."""
    rows = counted(tables["clusters"])
    rows = rows[rows["legal_status"] != "established"]
    said: list[Lacking] = []
    old = sorted(rows.loc[rows["before_2009"] == "yes", "name"], key=sort_key)
    if old:
        said.append(("duties.lacks_old", {"count": number(len(old)), "names": ", ".join(old)}))
    if unknown := int(rows["before_2009"].isna().sum()):
        said.append(("duties.lacks_age", {"count": number(unknown)}))
    return said


def _assets(tables: Tables, _period: Period) -> list[Lacking]:
    """Return clusters the State built without a listed asset, and assets without a document."""
    rows, assets = tables["clusters"], tables.get("assets")
    listed = set() if assets is None else set(assets["cluster_id"])
    built = rows[(rows["state_funded"] == "yes") & ~rows["cluster_id"].isin(listed)]
    said: list[Lacking] = []
    if len(built):
        names = ", ".join(sorted(built["name"], key=sort_key))
        said.append(("duties.lacks_assets", {"count": number(len(built)), "names": names}))
    if assets is not None and (bare := int(assets["document_no"].isna().sum())):
        said.append(("duties.lacks_documents", {"count": number(bare)}))
    return said


def _nothing(_tables: Tables, _period: Period) -> list[Lacking]:
    return []


def _period_before(due: dt.date) -> Period:
    return period_of(f"{due.year}-H1" if due.month < 12 else f"{due.year}")  # noqa: PLR2004 - December


YEARLY: Final[tuple[tuple[str, tuple[tuple[int, int], ...], Missing], ...]] = (
    ("form_01", ((6, 20), (12, 20)), _firms),
    ("form_03", ((6, 25), (12, 25)), _figures),
    ("form_04", ((6, 30), (12, 31)), _figures),
    ("assets_report", ((2, 28),), _assets),
    ("assets_province", ((3, 15),), _assets),
)
"""Key, month and day, what is missing: due every year."""

ONCE: Final[tuple[tuple[str, dt.date, Missing], ...]] = (
    ("before_2009", dt.date(2026, 12, 31), _old),
    ("asset_kinds", dt.date(2027, 1, 6), _nothing),
    ("assets_review", dt.date(2028, 7, 6), _assets),
)
"""Key, day, what is missing: due once. Past, it is only said while something is missing."""


def duties(tables: Tables, *, on: dt.date) -> list[Duty]:
    """Return what is due, the nearest first.

    Parameters
    ----------
    tables : mapping
        ``clusters`` and those of `TABLES` there are.
    on : datetime.date
        The day asked about.
    """
    tables = {name: with_later_columns(name, table) for name, table in tables.items()}
    found = [*_conclusions(tables.get("conclusions"), on)]

    @cache
    def lacking(missing: Missing, period: Period) -> tuple[Lacking, ...]:
        return tuple(missing(tables, period))

    for key, days, missing in YEARLY:
        for month, day in days:
            due = dt.date(on.year, month, day)
            if due < on:
                due = due.replace(year=on.year + 1)
            found.append(Duty(key, due, on, lacking(missing, _period_before(due))))
    for key, due, missing in ONCE:
        short = lacking(missing, _period_before(due))
        if due >= on or short:
            found.append(Duty(key, due, on, short))
    return sorted(found, key=lambda duty: (duty.date, duty.key))


def _conclusions(rows: pd.DataFrame | None, on: dt.date) -> Iterator[Duty]:
    """Yield the tasks a meeting gave that have a date and are not done."""
    told: list[dict[Any, Any]] = [] if rows is None else rows.to_dict("records")
    for row in told:
        if is_blank(row["due"]) or not is_blank(row["done"]):
            continue
        agency = "" if is_blank(row["agency"]) else f"{row['agency']}: "
        document = "" if is_blank(row["document_no"]) else str(row["document_no"])
        task = f"{agency}{row['task']}"
        yield Duty(
            "conclusion",
            last_day(str(row["due"])),
            on,
            task=task,
            document=document,
            subject=_subject(row),
        )


def _subject(row: Mapping[Any, Any]) -> str:
    """Return the cluster, else the commune a conclusion is about, as a feature of the map."""
    for layer, column in (("clusters", "cluster_id"), ("communes", "commune_code")):
        if not is_blank(row.get(column)):
            return f"{layer}:{row[column]}"
    return ""


def calendar(found: Sequence[Duty], lang: Lang = "vi") -> bytes:
    """Return the duties as a calendar file (RFC 5545), a whole day each."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//phutho-map//duties//VI"]
    for duty in found:
        day = f"{duty.date:%Y%m%d}"
        own = hashlib.sha256(f"{duty.key} {duty.what()} {day}".encode()).hexdigest()[:24]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{own}@phutho-map",
            f"DTSTAMP:{duty.on:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day}",
            f"DTEND;VALUE=DATE:{duty.date + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(duty.what(lang))}",
            f"DESCRIPTION:{_escaped('. '.join([duty.source(lang), *duty.lacks(lang)]))}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    folded = (_folded(line) for line in [*lines, "END:VCALENDAR"])
    return "".join(f"{line}\r\n" for line in folded).encode()


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())  # whatever a reader may take for the end of a line


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, no letter torn."""
    pieces, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _FOLD:
            pieces.append("")
            size = 0
        pieces[-1] += letter
        size += width
    return "\r\n ".join(pieces)
