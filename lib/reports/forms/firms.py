"""Forms 01 and 02 of Circular 14/2024/TT-BCT as papers for firms and investors to fill in."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

import pandas as pd

from lib.language.text import Lang, fold, is_blank, t
from lib.register.lawforms import LINES, Form, Line, Subject, known_values, label, listed, require
from lib.register.period import Period
from lib.reports.forms import paper
from lib.reports.forms.paper import Amount, Cell, Grid, Paper, Part

FORMATS: Final = ("xlsx", "docx", "pdf")
_WIDTHS: Final = (11, 67, 34, 30, 23)
_HEAD: Final = ("tt", "indicator", "unit", "result", "note")
_NAMED: Final = ("firm", "trade")
"""Rows above the figures of form 01: columns of ``projects``."""
_ZIPPED: Final = (2026, 1, 1, 0, 0, 0)


def subjects(
    tables: Mapping[str, pd.DataFrame],
    form: str,
    cluster_id: str,
    period: Period,
    project_id: str = "",
) -> list[Subject]:
    """Return whose forms are meant: of a project, of each that is listed, else of a firm to come.

    Raises
    ------
    WrongUseError
        There is no such cluster or project.
    """
    known: Form = "01" if form == "01" else "02"
    require(tables, Subject(known, cluster_id, period, project_id))
    own = [project_id] if project_id else listed(tables, cluster_id)
    codes = (own or [""]) if known == "01" else [""]
    return [Subject(known, cluster_id, period, code) for code in codes]


def paper_of(tables: Mapping[str, pd.DataFrame], subject: Subject, lang: Lang = "vi") -> Paper:
    """Return a form with what is known filled in.

    The code of the form stands in its last row: by it the form is known again when it is
    brought back (`lib.importing.collecting.lawform`).

    Parameters
    ----------
    tables : mapping
        ``clusters``, and ``projects`` and ``statements`` where there are any.
    """
    form = subject.form
    clusters = tables["clusters"].set_index("cluster_id")
    rows: list[tuple[Cell, ...]] = [tuple(f"({at})" for at in range(1, 1 + len(_HEAD)))]
    if form == "01":
        own = _project(tables, subject.project_id)
        rows += [("", t(f"lawform.{name}", lang), "", own[name], "") for name in _NAMED]
    values = known_values(tables, subject)
    for line in LINES[form]:
        unit = t(f"lawform.unit_{line.unit}", lang)
        value = Amount(_number(line, values[line.tt]), line.digits)
        rows.append((line.tt, label(form, line.tt, lang), unit, value, ""))
    rows.append(("", t("lawform.code", lang), "", subject.code, t("lawform.code_note", lang)))
    grid = Grid(
        tuple(t(f"lawform.head_{name}", lang) for name in _HEAD),
        _WIDTHS,
        tuple(rows),
        middle=(0,),
    )
    place = t("lawform.of_cluster", lang, cluster=clusters.loc[subject.cluster_id, "name"])
    sign = t("lawform.sign_blank", lang)
    return Paper(
        t(f"lawform.title_form{form}", lang),
        lang,
        left=(t("lawform.form_no", lang, form=form), t("lawform.law", lang)),
        right=(t(f"lawform.sender_{form}", lang), t(f"lawform.receiver_{form}", lang)),
        under=(place, subject.period.words(lang)),
        parts=(Part(grid=grid),),
        notes=tuple(t(f"lawform.{name}", lang) for name in (f"fill_{form}", "fill_in")),
        place=t("lawform.place", lang),
        signs=((t("lawform.sign_made", lang), sign), (t("lawform.sign_firm", lang), sign)),
    )


def _project(tables: Mapping[str, pd.DataFrame], project_id: str) -> dict[str, str]:
    """Return name and trade of a project; empty for one that is not listed."""
    if not project_id:
        return dict.fromkeys(_NAMED, "")
    rows = tables["projects"].set_index("project_id")
    found = {name: rows.loc[project_id, name] for name in _NAMED}
    return {name: "" if is_blank(value) else str(value) for name, value in found.items()}


def _number(line: Line, value: object) -> float | None:
    """Return a value as the form writes it: 1 and 0 for a flag."""
    if value is None:
        return None
    if line.unit != "flag":
        return float(str(value))
    return 1.0 if value in line.yes else 0.0 if value in line.no else None


def content(given: Paper, subject: Subject, kind: str) -> bytes:
    """Return the form as a file of one of `FORMATS`."""
    return paper.content(given, kind, t("lawform.sheet", given.lang, form=subject.form))


def archive(
    tables: Mapping[str, pd.DataFrame], subjects: list[Subject], lang: Lang = "vi"
) -> bytes:
    """Return the forms of several firms as a ZIP, a workbook each: none sees another's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for at, one in enumerate(subjects, start=1):
            name = re.sub(r"[^a-z0-9]+", "-", fold(one.project_id or one.cluster_id)).strip("-")
            entry = zipfile.ZipInfo(f"{at:03d}-bieu-{one.form}-{name[:60]}.xlsx", _ZIPPED)
            packed.writestr(entry, content(paper_of(tables, one, lang), one, "xlsx"))
    return buffer.getvalue()
