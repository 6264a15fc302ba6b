"""Whether a commune may have a further cluster, by fill rate and unleased land alone.

Decree 32/2024/NĐ-CP, article 8.1c, and from 15 September 2026 Decree 303/2026/NĐ-CP, which was
read in a summary only. Districts ended on 1 July 2025, so both are asked of the commune. Only
clusters that are established bind; where none is, the criterion is met.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import pandas as pd

from lib.language.text import Lang, date, is_blank, number, t
from lib.register.standing import counted

Answer = Literal["allowed", "not_allowed", "unknown"]
ANSWERS: Final[tuple[Answer, ...]] = ("allowed", "not_allowed", "unknown")


def label(answer: str, lang: Lang = "vi") -> str:
    """Return the words for an answer."""
    return t(f"eligibility.answer_{answer}", lang)


_FILL_PCT: Final = 50.0
_NO_LIMIT: Final = 6
"""Decimals at which a figure is compared with a limit: 50 ha in two halves are 50 ha."""


@dataclass(frozen=True)
class Rule:
    """A rule in force from a day on.

    Parameters
    ----------
    name : str
        ``eligibility.rule_<name>`` are its words.
    unleased_ha : float
        Most unleased industrial land at which a further cluster is allowed.
    """

    name: str
    start: dt.date
    unleased_ha: float

    def words(self, lang: Lang = "vi") -> str:
        """Return decree and article; that it was read in a summary, if it was."""
        return t(f"eligibility.rule_{self.name}", lang)


RULES: Final = (
    Rule("nd32", dt.date(2024, 5, 1), 100.0),
    Rule("nd303", dt.date(2026, 9, 15), 50.0),
)


def rule_on(on: dt.date) -> Rule:
    """Return the rule in force on a day; the first one before it."""
    return next((rule for rule in reversed(RULES) if rule.start <= on), RULES[0])


class _Land(NamedTuple):
    """Industrial land of one cluster in one commune, hectares; NaN where not known."""

    land: float
    leased: float
    used: float
    by_lease: bool


class _Sums(NamedTuple):
    answer: Answer
    fill_pct: float | None
    unleased_ha: float | None


def eligibility(
    clusters: pd.DataFrame,
    communes: Mapping[str, Sequence[str]],
    shares: Mapping[tuple[str, str], float],
    names: pd.DataFrame,
    *,
    on: dt.date,
    lang: Lang = "vi",
) -> pd.DataFrame:
    """Return the answer for every commune with the figures behind it.

    Parameters
    ----------
    clusters : DataFrame
        As `lib.register.clusters.register`.
    communes : mapping
        Cluster -> codes of the communes it lies in.
    shares : mapping
        Cluster and commune -> measured share of the cluster, 0 to 1.
    names : DataFrame
        ``communes``: ``code`` and ``name``.
    on : datetime.date
        The day that chooses the rule.

    Returns
    -------
    DataFrame
        ``commune_code``, ``commune_name``, ``clusters`` (established ones), ``fill_pct``,
        ``unleased_ha``, ``answer``, ``rule``, ``note``.
    """
    rule = rule_on(on)
    binding: dict[str, list[_Land]] = {}
    perhaps: dict[str, list[_Land]] = {}
    several: dict[str, list[str]] = {}
    for row in counted(clusters).to_dict("records"):
        if row["legal_status"] not in ("established", "unknown"):
            continue
        code = str(row["cluster_id"])
        placed = communes.get(code, ())
        for commune in placed or row["district_codes"]:
            share = 1.0 if len(placed) == 1 else shares.get((code, commune), math.nan)
            certain = bool(placed) and row["legal_status"] == "established"
            (binding if certain else perhaps).setdefault(commune, []).append(_land(row, share))
            if len(placed) > 1 and math.isnan(share):
                several.setdefault(commune, []).append(code)
    rows = []
    for code, name in zip(names["code"], names["name"], strict=True):
        sure, more = binding.get(code, []), perhaps.get(code, [])
        sums = _sums(sure, rule)
        answer = sums.answer if _sums([*sure, *more], rule).answer == sums.answer else "unknown"
        note = _note(sure, more, several.get(code, ()), lang)
        figures = (sums.fill_pct, sums.unleased_ha)
        rows.append((code, name, len(sure), *figures, answer, rule.words(lang), note))
    columns = ["commune_code", "commune_name", "clusters", "fill_pct", "unleased_ha"]
    table = pd.DataFrame(rows, columns=[*columns, "answer", "rule", "note"])
    return table.astype({"fill_pct": "float64", "unleased_ha": "float64"})


def _land(row: Mapping[object, object], share: float) -> _Land:
    land, leased, approved = (
        math.nan if is_blank(row[name]) else float(str(row[name])) * share
        for name in ("industrial_land_ha", "leased_ha", "approved_ha")
    )
    by_lease = math.isnan(approved)
    return _Land(land, leased, leased if by_lease else approved, by_lease)


def _sums(lands: Sequence[_Land], rule: Rule) -> _Sums:
    """Return what the rule says of the clusters of a commune; allowed where there is none."""
    if not lands:
        return _Sums("allowed", None, None)
    land = math.fsum(one.land for one in lands)
    fill = 100 * math.fsum(one.used for one in lands) / land if land > 0 else math.nan
    unleased = land - math.fsum(one.leased for one in lands)
    fill, unleased = round(fill, _NO_LIMIT), round(unleased, _NO_LIMIT)
    shown = (None if math.isnan(fill) else fill, None if math.isnan(unleased) else unleased)
    if fill > _FILL_PCT or unleased <= rule.unleased_ha:
        return _Sums("allowed", *shown)
    if math.isnan(fill) or math.isnan(unleased):
        return _Sums("unknown", *shown)
    return _Sums("not_allowed", *shown)


def _note(
    sure: Sequence[_Land], perhaps: Sequence[_Land], several: Sequence[str], lang: Lang
) -> str:
    said = []
    if not sure:
        said.append(t("eligibility.note_none", lang))
    if perhaps:
        said.append(t("eligibility.note_perhaps", lang, count=number(len(perhaps), lang)))
    if several:
        said.append(t("eligibility.note_several", lang, clusters=", ".join(several)))
    if any(math.isnan(one.land) or math.isnan(one.leased) for one in sure):
        said.append(t("eligibility.note_blank", lang))
    elif any(one.by_lease for one in sure):
        said.append(t("eligibility.note_lease", lang))
    return "; ".join(said)


def in_words(table: pd.DataFrame, lang: Lang = "vi") -> pd.DataFrame:
    """Return the table with words for codes and headings, to be taken away."""
    shown = table.assign(answer=[label(code, lang) for code in table["answer"]])
    heads = {name: t(f"eligibility.head_{name}", lang) for name in table.columns}
    renamed: pd.DataFrame = shown.rename(columns=heads)
    return renamed


def notes(*, on: dt.date, data_date: str, lang: Lang = "vi") -> dict[str, str]:
    """Return what holds for the whole table: day, rule, what it does not say."""
    return {
        "_sheet": t("lawform.about", lang),
        t("eligibility.note_on", lang): date(on, lang),
        t("eligibility.head_rule", lang): rule_on(on).words(lang),
        t("eligibility.note_scope", lang): t("eligibility.scope", lang),
        t("crosswork.note_date", lang): data_date,
    }
