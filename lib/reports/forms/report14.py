"""Forms 03 and 04 of Circular 14/2024/TT-BCT as papers, in the layout and words of the form."""

from typing import Final

import numpy as np
import pandas as pd

from lib.language.text import Lang, is_blank, t
from lib.register.report14 import Report14, to_table
from lib.reports.forms import paper
from lib.reports.forms.paper import Amount, Cell, Grid, Paper, Part
from lib.tables import export

FORMATS: Final = ("csv", "xlsx", "docx", "pdf")
_WIDTHS: Final = (12, 58, 17, 24, 54)
_HEAD: Final = ("tt", "indicator", "unit", "value", "note")


def paper_of(
    report: Report14, *, commune: str, data_date: str, sources: str, lang: Lang = "vi"
) -> Paper:
    """Return the form as a paper.

    Parameters
    ----------
    commune : str
        Name of the commune of form 03 with its kind; not read for form 04.
    data_date, sources : str
        As they are said under the table.
    """
    form = report.form
    rows: list[tuple[Cell, ...]] = [tuple(f"({at})" for at in range(1, 1 + len(_HEAD)))]
    for figure in report.figures:
        row = figure.row
        value = Amount(figure.value, row.digits)
        rows.append((row.tt, row.label(lang), row.unit_words(lang), value, figure.note))
    grid = Grid(
        tuple(t(f"lawform.head_{name}", lang) for name in _HEAD),
        _WIDTHS,
        tuple(rows),
        middle=(0,),
        strong=tuple(
            at for at, figure in enumerate(report.figures, start=1) if not figure.row.unit
        ),
    )
    notes = [t("lawform.specialised", lang), t("lawform.blanks", lang)]
    if form == "04" and report.several:
        notes.append(t("lawform.once", lang, clusters=", ".join(report.several)))
    notes.append(t("lawform.sources", lang, date=data_date, sources=sources))
    number = (t("lawform.form_no", lang, form=form), t("lawform.law", lang))
    sign = t("lawform.sign_blank", lang)
    if form == "03":
        right: tuple[str, ...] = (
            t("lawform.sender_03", lang, commune=commune),
            t("lawform.receiver_03", lang),
        )
        where = t("lawform.title_03", lang, commune=commune)
    else:
        right = (t("lawform.sender_04", lang), t("lawform.receiver_04", lang))
        where = t("lawform.title_04", lang)
    signer = t("lawform.sign_03" if form == "03" else "lawform.sign_04", lang)
    return Paper(
        t("lawform.title", lang),
        lang,
        left=number,
        right=right,
        under=(where, report.period.words(lang)),
        parts=(Part(grid=grid),),
        notes=tuple(notes),
        place=t("lawform.place", lang),
        signs=((t("lawform.sign_made", lang), sign), (signer, sign)),
    )


def content(report: Report14, given: Paper, kind: str) -> bytes:
    """Return the form as a file of one of `FORMATS`."""
    if kind == "csv":
        table = to_table(report, given.lang)
        numbers = ("value", "known", "total")
        return export.to_csv(table.assign(**{name: table[name].map(_plain) for name in numbers}))
    return paper.content(given, kind, t("lawform.sheet", given.lang, form=report.form))


def _plain(value: float) -> str | None:
    """Return a number for a machine: a point for decimals, a whole one without."""
    return None if is_blank(value) else np.format_float_positional(value, 4, trim="-")


def commune_words(communes: pd.DataFrame, code: str) -> str:
    """Return kind and name of a commune; empty for the province."""
    found = communes.loc[communes["code"] == code, ["kind", "name"]]
    return " ".join(found.iloc[0]) if len(found) else ""
