"""Draw the forms of Circular 14/2024 and where a further cluster may be, with their files."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from lib.crossing.places import communes_of, shares_of
from lib.language.text import Lang, date, number, plain, today
from lib.register import eligibility
from lib.register.lawforms import Subject
from lib.register.period import Period, last_due, period_of
from lib.register.report14 import Figure, Report14, report14
from lib.reports.cards.card import site
from lib.reports.forms import firms
from lib.reports.forms import report14 as form14
from lib.tables.facts import data_date
from lib.ui import state
from lib.ui.downloads import guarded, table_row
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace, cross_answer


def _answer(data: Workspace) -> pd.DataFrame:
    """Return the rows that say in which communes clusters lie."""
    given = cross_answer(
        data.key, data, tolerance_m=state.tolerance_m(), samples=False, lang=language()
    )
    return given.answer.rows


def forms(data: Workspace) -> None:
    """Draw form 04, or form 03 of a commune, for a period; the list behind a row; its files."""
    lang = language()
    latest = last_due(today())
    year = latest.end.year
    names = dict.fromkeys([latest.name, f"{year}", f"{year}-H1", f"{year - 1}", f"{year - 1}-H1"])
    with st.container(horizontal=True):
        name = st.selectbox(
            tr("lawform.period"),
            list(names),
            format_func=lambda code: period_of(code).words(lang),
            key="form-period",
        )
        commune = st.selectbox(
            tr("lawform.of"),
            ["", *data.commune_names],
            format_func=lambda code: (
                plain(data.commune_names[code]) if code else tr("lawform.province")
            ),
            key="form-commune",
        )
    places = communes_of(_answer(data))
    report = report14(data.tables, places, period_of(name), commune=commune, lang=lang)
    st.caption(tr("lawform.title_of", form=report.form, period=report.period.words(lang)))
    picked = _table(report)
    if picked is not None:
        _behind(data, picked)
    given = form14.paper_of(
        report,
        commune=form14.commune_words(data.tables["communes"], commune),
        data_date=date(data_date(data.tables["clusters"]), lang),
        sources=", ".join(_hosts(data)),
        lang=lang,
    )
    file = tr("lawform.file", form=report.form, period=name)
    with st.container(horizontal=True):
        for kind in form14.FORMATS:
            make = partial(form14.content, report, given, kind)
            guarded(kind.upper(), make, f"{file}.{kind}", key=f"form-{kind}")
    _to_send(data, period_of(name))


def _to_send(data: Workspace, period: Period) -> None:
    """Draw forms 01 and 02 of a cluster, to be filled in by its firms and its investor."""
    lang = language()  # a download is made outside the visitor's session
    names = dict(zip(data.clusters["cluster_id"], data.clusters["name"], strict=True))
    cluster = st.selectbox(
        tr("lawform.of_firms"),
        list(names),
        index=None,
        format_func=lambda code: f"{code} · {plain(names[code])}",
        placeholder=tr("data.name_choose"),
        help=tr("lawform.of_firms_help"),
        key="form-cluster",
    )
    if cluster is None:
        return
    tables = dict(data.tables)
    own = firms.subjects(tables, "01", cluster, period)
    (investor,) = firms.subjects(tables, "02", cluster, period)
    with st.container(horizontal=True):
        file = tr("lawform.file", form="01", period=f"{period.name}-{cluster}")
        words = tr("lawform.forms_01", count=number(len(own), lang))
        guarded(words, partial(firms.archive, tables, own, lang), f"{file}.zip", key="form-01")
        file = tr("lawform.file", form="02", period=f"{period.name}-{cluster}")
        for kind in firms.FORMATS:
            words = tr("lawform.form_02", kind=kind.upper())
            make = partial(_investors, tables, investor, kind, lang)
            guarded(words, make, f"{file}.{kind}", key=f"form-02-{kind}")


def _investors(
    tables: Mapping[str, pd.DataFrame], investor: Subject, kind: str, lang: Lang
) -> bytes:
    return firms.content(firms.paper_of(tables, investor, lang), investor, kind)


def _table(report: Report14) -> Figure | None:
    """Draw the rows of a form; return the one that was clicked."""
    lang = language()
    rows = [
        (
            figure.row.tt,
            figure.row.label(lang),
            figure.row.unit_words(lang),
            number(figure.value, lang, figure.row.digits) if figure.row.unit else "",
            f"{number(figure.known, lang)}/{number(figure.total, lang)}" if figure.row.unit else "",
            figure.note,
        )
        for figure in report.figures
    ]
    heads = [tr(f"lawform.head_{name}") for name in ("tt", "indicator", "unit", "value")]
    heads += [tr("lawform.counted"), tr("lawform.head_note")]
    event = st.dataframe(
        pd.DataFrame(rows, columns=heads),
        hide_index=True,
        key="form-table",
        on_select="rerun",
        selection_mode="single-row",
        height=420,
        alt=tr("lawform.page"),
    )
    chosen = event["selection"]["rows"]
    return report.figures[chosen[0]] if chosen and report.figures[chosen[0]].row.unit else None


def _behind(data: Workspace, figure: Figure) -> None:
    """Draw the clusters behind a figure, and those of which it is not known."""
    lang = language()
    names = data.clusters.set_index("cluster_id")["name"]
    rows = [
        (code, str(names.get(code, "")), number(part, lang, figure.row.digits))
        for code, part in figure.parts.items()
    ]
    rows += [(code, str(names.get(code, "")), number(None, lang)) for code in figure.lacking]
    heads = [tr("schemas.column.cluster_id"), tr("pages.name"), figure.row.unit_words(lang)]
    st.caption(plain(f"{figure.row.tt}. {figure.row.label(lang)}"))
    st.dataframe(
        pd.DataFrame(rows, columns=heads),
        hide_index=True,
        key="form-behind",
        alt=tr("lawform.behind"),
    )


def answers(data: Workspace, on: dt.date) -> Mapping[str, str]:
    """Return for each commune whether a further cluster may be set up there on a day."""
    table = _further(data, on)
    return dict(zip(table["commune_code"], table["answer"], strict=True))


def _further(data: Workspace, on: dt.date) -> pd.DataFrame:
    rows = _answer(data)
    return eligibility.eligibility(
        data.clusters,
        communes_of(rows),
        shares_of(rows),
        data.tables["communes"],
        on=on,
        lang=language(),
    )


def further(data: Workspace, day: dt.date) -> None:
    """Draw for each commune whether a further cluster may be set up, by the rule of a day."""
    lang = language()
    on = st.date_input(tr("eligibility.note_on"), day, format="DD/MM/YYYY", key="fill-on")
    table = _further(data, on)
    st.caption(eligibility.rule_on(on).words(lang))
    st.caption(tr("eligibility.scope"))
    shown = eligibility.in_words(table, lang).drop(columns=tr("eligibility.head_rule"))
    st.dataframe(shown, hide_index=True, key="fill-table", alt=tr("eligibility.sheet"))
    notes = eligibility.notes(
        on=on, data_date=date(data_date(data.tables["clusters"]), lang), lang=lang
    )
    table_row(
        lambda: eligibility.in_words(table, lang),
        notes,
        file=tr("eligibility.file"),
        sheet=tr("eligibility.sheet"),
    )


def _hosts(data: Workspace) -> list[str]:
    urls = data.tables["clusters"]["source_url"].dropna().unique()
    return list(dict.fromkeys(site(url, language()) for url in urls))
