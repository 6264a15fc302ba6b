"""Facts of the outage log on a commune, for cards taken away: its indices over the whole log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lib.language.text import Lang, date, t
from lib.power.gaps import words as gapwords
from lib.power.gaps.measures import MEASURES
from lib.reports.cards.card import Fact, Source, fact, row_of, site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from lib.power.inuse import LogFacts  # loads Ibis: only where there is a log

_OF_ROWS: Final = ("interruptions", "hours")
"""Measures of a log that need no customers served."""


@dataclass(frozen=True)
class Indices:
    """Indices of every commune over all months of a log, and what is to be said of the log."""

    facts: LogFacts
    rows: pd.DataFrame
    months: Sequence[str]


def indices_of(tables: Mapping[str, pd.DataFrame]) -> Indices | None:
    """Return the indices of the log in use, all months and kinds; None without a log."""
    if "outages" not in tables:
        return None
    from lib.power import inuse, view  # noqa: PLC0415 - load Ibis: only where there is a log

    log = inuse.log_in_use(tables)
    facts = inuse.log_facts(tables, log=log)
    if log is None or facts is None:
        return None
    every = view.Choice()
    return Indices(facts, view.by_commune(tables, every, log=log), view.months(log, every))


def log_facts(known: Indices | None, code: str, lang: Lang) -> list[Fact]:
    """Return what the log says of commune `code`, each index with its months and source."""
    if known is None:
        return []
    row = row_of(known.rows, "commune_code", code)
    period = "–".join(date(month, lang) for month in dict.fromkeys(_ends(known.months)))
    rows, customers = (
        tuple(Source("", site(url, lang), url, date(day, lang)) for url, day in dated)
        for dated in (known.facts.rows_from, known.facts.customers_from)
    )
    found = []
    for key in (m.key for m in MEASURES.values() if m.of_log and row[m.key] is not None):
        name = f"{gapwords.measure_name(key, lang)}, {period}"
        if known.facts.sample:
            name = t("gaps.of_sample", lang, words=name)
        sources = rows if key in _OF_ROWS else (*rows, *customers)
        value = gapwords.shown(key, row[key], lang)
        label = name[0].upper() + name[1:]
        found.append(fact("cards.log", row[key], value, *sources, lang=lang, label=label))
    if row["reason"]:
        found.append(fact("powerpage.why_blank", t(str(row["reason"]), lang), lang=lang))
    return found


def _ends(months: Sequence[str]) -> tuple[str, str]:
    return months[0], months[-1]
