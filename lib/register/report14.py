"""Forms 03 and 04 of Circular 14/2024/TT-BCT: each row, and the clusters behind it.

A figure is counted from clusters, never from other forms: one on two communes counts once in
form 04 and whole in the form 03 of each. A zero is only said where nothing is unknown.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from lib.language.text import Lang, number, t
from lib.register.period import Period
from lib.register.standing import MONEY, known

Form = Literal["03", "04"]
FILL: Final = "19"
"""The row that is a share; the others are counts and sums."""

_DIGITS: Final = {"ha": 2, "bn": 2, "pct": 1}


@dataclass(frozen=True)
class Row:
    """One row of the form.

    Parameters
    ----------
    tt : str
        Its number; ``report14.row_<tt>`` are its words.
    unit : str
        ``report14.unit_<unit>``; empty for a heading.
    where : tuple of str
        Columns ``is_<what>`` of `lib.register.standing.known` that all have to hold.
    amount : str
        Column that is summed; empty where clusters are counted.
    """

    tt: str
    unit: str = ""
    where: tuple[str, ...] = ()
    amount: str = ""

    @property
    def digits(self) -> int:
        """Decimals the figure is shown with."""
        return _DIGITS.get(self.unit, 0)

    def label(self, lang: Lang = "vi") -> str:
        """Return the words of the form."""
        return t(f"lawform.row_{self.tt.replace('.', '_')}", lang)

    def unit_words(self, lang: Lang = "vi") -> str:
        """Return the unit as the form writes it; empty for a heading."""
        return t(f"lawform.unit_{self.unit}", lang) if self.unit else ""


def _pair(first: int | str, *where: str) -> tuple[Row, Row]:
    """Return the rows that count and measure the same clusters."""
    head, dot, tail = str(first).partition(".")
    return (
        Row(str(first), "cluster", where),
        Row(f"{int(head) + 1}{dot}{tail}", "ha", where, "area_ha"),
    )


_WORKING: Final = {
    "15": ("operating",),
    "15.1": ("operating", "established"),
    "15.2": ("operating", "unfounded"),
    "15.3": ("operating", "craft_village"),
    "15.4": ("operating", "specialised"),
}
_PAIRS: Final = [_pair(tt, *where) for tt, where in _WORKING.items()]

ROWS: Final[tuple[Row, ...]] = (
    Row("I"),
    *_pair(1, "in_plan"),
    Row("II"),
    *_pair(3, "established"),
    *_pair(5, "new"),
    *_pair(7, "established", "enterprise"),
    *_pair(9, "detailed_plan"),
    *_pair(11, "infra_project"),
    Row("13", "bn", ("infra_money",), "infra_capital_bn"),
    Row("14", "bn", ("infra_money",), "infra_paid_bn"),
    Row("III"),
    *(count for count, _ in _PAIRS),
    *(area for _, area in _PAIRS),
    Row("17", "ha", ("operating",), "industrial_land_ha"),
    Row("18", "ha", ("operating",), "leased_ha"),
    Row(FILL, "pct", ("operating",)),
    Row("20", "project", ("active",), "tenants"),
    Row("21", "project", ("active",), "tenants_fdi"),
    Row("22", "project", ("active",), "tenants_operating"),
    Row("23", "bn", ("active",), "revenue_bn"),
    Row("24", "bn", ("active",), "budget_bn"),
    Row("25", "person", ("active",), "workers"),
    Row("26", "cluster", ("wastewater",)),
    Row("27", "cluster", ("clean",)),
)
"""Every row of forms 03 and 04, headings too, in the order of the form."""

_LISTED: Final = tuple(map(str, range(20, 26)))
"""Rows that come from the list of projects where it is complete."""


@dataclass(frozen=True)
class Figure:
    """What one row says.

    Parameters
    ----------
    value : float or None
        None where it is not known, and for a heading.
    known, total : int
        Of how many clusters it is, and how many it should be of.
    parts : mapping
        Cluster -> what it adds to the value.
    lacking : tuple of str
        Clusters that should be in it and of which it is not known.
    mean : float or None
        Of the fill rate: the mean of the clusters' own rates, the other reading.
    notes : tuple of str
        Sentences for the column of notes.
    """

    row: Row
    value: float | None = None
    known: int = 0
    total: int = 0
    parts: Mapping[str, float] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    mean: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """The column of notes."""
        return "; ".join(self.notes)


@dataclass(frozen=True)
class Report14:
    """One form.

    Parameters
    ----------
    form : {"03", "04"}
        Of a commune or of the province.
    commune : str
        Code of the commune of form 03, else empty.
    clusters : DataFrame
        What was known of the clusters that count, of `lib.register.standing.known`.
    several : tuple of str
        Names of those that lie in several communes.
    """

    form: Form
    period: Period
    figures: tuple[Figure, ...]
    clusters: pd.DataFrame
    commune: str = ""
    several: tuple[str, ...] = ()


def report14(
    tables: Mapping[str, pd.DataFrame],
    communes: Mapping[str, Sequence[str]],
    period: Period,
    *,
    commune: str = "",
    lang: Lang = "vi",
) -> Report14:
    """Return form 04, or form 03 of one commune.

    Parameters
    ----------
    tables : mapping
        As for `lib.register.standing.known`.
    communes : mapping
        Cluster -> codes of the communes it lies in.
    commune : str
        Code of the commune of form 03; empty for form 04.
    """
    rows = known(tables, period)
    if commune:
        rows = rows[[commune in communes.get(str(code), ()) for code in rows.index]]
    figures = [_figure(row, rows, lang) for row in ROWS]
    form: Form = "03" if commune else "04"
    if form == "04":
        figures = [_against_communes(figure, communes, lang) for figure in figures]
    else:
        figures = [_shared(figure, communes, rows["name"], lang) for figure in figures]
    several = [name for code, name in rows["name"].items() if len(communes.get(str(code), ())) > 1]
    return Report14(form, period, tuple(figures), rows, commune, tuple(several))


def _figure(row: Row, rows: pd.DataFrame, lang: Lang) -> Figure:
    if not row.unit:
        return Figure(row)
    member = pd.Series(data=True, index=rows.index, dtype="boolean")
    for name in row.where:
        member &= rows[f"is_{name}"]
    if row.tt == FILL:
        return _fill(row, rows, member, lang)
    if not row.amount:
        parts = dict.fromkeys(map(str, rows.index[member.fillna(value=False)]), 1.0)
        lacking, total = rows.index[member.isna()], len(rows)
    else:
        scope = member.fillna(value=True).astype(bool)
        have = member.fillna(value=False).astype(bool) & rows[row.amount].notna()
        parts = {str(code): float(rows.loc[code, row.amount]) for code in rows.index[have]}
        lacking, total = rows.index[scope & ~have], int(scope.sum())
    value = math.fsum(parts.values())
    # Nothing found among clusters of which some are unknown is no zero.
    unknown = len(lacking) > 0 and (not parts if row.amount else value == 0)
    notes = _counted(total - len(lacking), total, lang, none=unknown)
    if row.tt in _LISTED and parts:
        notes += _listed(rows, row.amount, parts, lang)
    if row.tt in ("23", "24") and parts:
        notes += (t("lawform.note_money", lang),)
    return Figure(
        row,
        None if unknown else round(value, 4),
        total - len(lacking),
        total,
        parts,
        tuple(map(str, lacking)),
        notes=notes,
    )


def _fill(row: Row, rows: pd.DataFrame, member: pd.Series, lang: Lang) -> Figure:
    """Return the fill rate of operating clusters of which both numbers are known."""
    scope = member.fillna(value=True).astype(bool)
    have = member.fillna(value=False).astype(bool)
    have &= rows["leased_ha"].notna() & rows["industrial_land_ha"].gt(0).fillna(value=False)
    leased, land = rows.loc[have, "leased_ha"], rows.loc[have, "industrial_land_ha"]
    total, lacking = int(scope.sum()), tuple(map(str, rows.index[scope & ~have]))
    notes = _counted(int(have.sum()), total, lang)
    if not have.any():
        return Figure(row, None, 0, total, lacking=lacking, notes=notes)
    own = 100 * leased / land
    mean = round(float(own.mean()), 4)
    notes += (t("lawform.note_fill", lang, mean=number(mean, lang, 1, "%")),)
    return Figure(
        row,
        round(100 * math.fsum(leased) / math.fsum(land), 4),
        int(have.sum()),
        total,
        {str(code): float(rate) for code, rate in own.items()},
        lacking,
        mean,
        notes,
    )


def _counted(have: int, total: int, lang: Lang, *, none: bool = False) -> tuple[str, ...]:
    """Say of how many clusters a figure is, where it is not of all; or that they have none."""
    if have == total:
        return ()
    if not have:
        return (t("lawform.note_none", lang, lack=number(total, lang)),)
    key = "lawform.note_zero" if none else "lawform.note_some"
    return (t(key, lang, known=number(have, lang), total=number(total, lang)),)


def _listed(
    rows: pd.DataFrame, amount: str, parts: Mapping[str, float], lang: Lang
) -> tuple[str, ...]:
    """Say of how many clusters the list of projects gave the figure, and the stated one."""
    flag = f"listed_{amount}" if amount in MONEY else "listed"
    listed = int(rows.loc[list(parts), flag].sum())
    said = {"lawform.note_listed": listed, "lawform.note_stated": len(parts) - listed}
    return tuple(t(key, lang, count=number(n, lang)) for key, n in said.items() if n)


def _shared(
    figure: Figure, communes: Mapping[str, Sequence[str]], names: pd.Series, lang: Lang
) -> Figure:
    """Say in form 03 which clusters another commune counts as well."""
    shared = [code for code in figure.parts if len(communes.get(code, ())) > 1]
    if not shared or figure.row.tt == FILL:
        return figure
    return _noted(figure, t("lawform.note_shared", lang, clusters=", ".join(names[shared])))


def _against_communes(figure: Figure, communes: Mapping[str, Sequence[str]], lang: Lang) -> Figure:
    """Say in form 04 what adding up the forms 03 would give instead."""
    if not figure.parts or figure.row.tt == FILL or figure.value is None:
        return figure
    places = {code: len(set(communes.get(code, ()))) for code in figure.parts}
    if all(count == 1 for count in places.values()):
        return figure
    summed = math.fsum(part * places[code] for code, part in figure.parts.items())
    digits = figure.row.digits
    notes = [
        t(
            "lawform.note_sum",
            lang,
            sum=number(summed, lang, digits),
            difference=_signed(summed - figure.value, lang, digits),
        )
    ]
    if several := [code for code, count in places.items() if count > 1]:
        notes.append(t("lawform.note_several", lang, count=number(len(several), lang)))
    if nowhere := [code for code, count in places.items() if not count]:
        notes.append(t("lawform.note_nowhere", lang, count=number(len(nowhere), lang)))
    return _noted(figure, *notes)


def _signed(value: float, lang: Lang, digits: int) -> str:
    value = round(value, digits) + 0.0  # a zero has no sign
    shown = number(value, lang, digits)
    return f"+{shown}" if value > 0 else shown


def _noted(figure: Figure, *notes: str) -> Figure:
    return Figure(
        figure.row,
        figure.value,
        figure.known,
        figure.total,
        figure.parts,
        figure.lacking,
        figure.mean,
        (*figure.notes, *notes),
    )


def to_table(report: Report14, lang: Lang = "vi") -> pd.DataFrame:
    """Return the columns of the contract: tt, indicator, unit, value, known, total, note."""
    rows = []
    for figure in report.figures:
        row = figure.row
        counts = (figure.known, figure.total) if row.unit else (None, None)
        words = (row.tt, row.label(lang), row.unit_words(lang))
        rows.append((*words, figure.value, *counts, figure.note))
    names = ["tt", "indicator", "unit", "value", "known", "total", "note"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"value": "float64", "known": "Int64", "total": "Int64"})
