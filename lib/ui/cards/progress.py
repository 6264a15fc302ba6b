"""Draw how far the clusters are: the board of steps, the timeline, the downloads."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st
from markupsafe import Markup

from lib.language.text import date, hectares, is_blank, number
from lib.register import delay
from lib.register.progress import STALE_DAYS, Progress, board, progress
from lib.register.projects import Project
from lib.register.steps import label as step_label
from lib.reports.forms import assets
from lib.reports.forms import clusters as report
from lib.reports.forms import progress as forms
from lib.tables.facts import data_date
from lib.tables.glossary import value_label
from lib.ui.downloads import guarded
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_YEARS: Final = 12
"""Years named above the timeline; of more only every second, third ... is."""


@st.cache_resource(max_entries=8, show_spinner=False)
def of(
    key: str,  # noqa: ARG001 - the key of the cache
    on: dt.date,
    _data: Workspace,
) -> list[Progress]:
    """Return how far each cluster this visitor sees is on a day."""
    return progress(_data.clusters, _data.tables, on=on)


def steps(found: Sequence[Progress], choose: Callable[[str], None]) -> None:
    """Draw the board: a button a step with its clusters and hectares, then treated and leased."""
    lang = language()
    with st.container(key="steps"), st.container(key="figures"):
        for count in board(found):
            area = tr(
                "progresspage.step_area",
                area=hectares(count.area_ha, lang),
                known=number(count.with_area, lang),
            )
            label = f"**{number(count.clusters, lang)}** {step_label(count.step, lang)}"
            st.button(
                f"{label} :small[{area}]" if count.with_area else label,
                key=f"figure-{count.step}",
                on_click=choose,
                args=(count.step,),
                help=tr(
                    "progresspage.step_help",
                    proven=number(count.proven, lang),
                ),
                width="stretch",
            )
        _tiles(found)


def _tiles(found: Sequence[Progress]) -> None:
    """Draw beside the steps what is treated and leased; nothing follows from a click on them."""
    lang = language()
    rows = [one.cluster for one in found]
    plants = [row["wastewater"] for row in rows if row["wastewater"] != "unknown"]
    leased = [float(row["leased_ha"]) for row in rows if not is_blank(row["leased_ha"])]
    total = number(len(rows), lang)
    for figure, words, known in (
        (number(plants.count("operating"), lang), tr("progresspage.plants"), len(plants)),
        (hectares(sum(leased) if leased else None, lang), tr("progresspage.leased"), len(leased)),
    ):
        of = tr("progresspage.known_of", known=number(known, lang), total=total)
        tile = Markup('<p class="ph-tile"><strong>{}</strong> {} <small>{}</small></p>')
        st.html(str(tile.format(figure, words, of)))


def stale(found: Sequence[Progress]) -> None:
    """Draw how many clusters were not updated for long."""
    late = sum((one.stale_days or 0) > STALE_DAYS for one in found)
    counts = {"stale": number(late, language()), "days": number(STALE_DAYS, language())}
    st.caption(tr("progresspage.not_updated", **counts))


def timeline(found: Sequence[Progress], selected: str) -> None:
    """Draw the planned and actual days of each cluster that has any, one row each, today marked.

    A hollow mark is planned, a full one has come; the bar between them is the delay, striped
    while it grows.
    """
    dated = [(one, _marks(one)) for one in found]
    dated = [(one, marks) for one, marks in dated if marks]
    if not dated:
        st.caption(tr("progresspage.no_dates"))
        return
    on = found[0].on
    days = [day for _, marks in dated for mark in marks for day in mark[1:] if day] + [on]
    first, last = dt.date(min(days).year, 1, 1), dt.date(max(days).year + 1, 1, 1)
    place = partial(_place, first, last)
    step = -(-(last.year - first.year) // _YEARS)
    years = Markup("").join(
        Markup('<span style="left:{:.2f}%">{}</span>').format(place(dt.date(year, 1, 1)), year)
        for year in range(first.year, last.year, step)
    )
    html = Markup('<div class="ph-time"><div class="ph-time-years"><em></em><div>{}</div></div>')
    html = html.format(years)
    for one, marks in dated:
        drawn = Markup("").join(_drawn(mark, place, on) for mark in marks)
        html += Markup(
            '<div class="ph-time-row{chosen}"><em>{name}</em><div role="img" aria-label="{said}">'
            '<u style="left:{today:.2f}%"></u>{marks}</div></div>'
        ).format(
            chosen=" ph-chosen" if one.cluster["cluster_id"] == selected else "",
            name=one.cluster["name"],
            said="; ".join(_said(mark) for mark in marks),
            today=place(on),
            marks=drawn,
        )
    st.html(str(html + Markup("</div>")))
    st.caption(tr("progresspage.timeline", on=date(on, language()), count=len(dated)))


_Mark = tuple[str, dt.date | None, dt.date | None]
"""Milestone, its planned and its actual day."""


def _marks(one: Progress) -> list[_Mark]:
    def day(row: Mapping[Any, Any], name: str) -> dt.date | None:
        return None if is_blank(row[name]) else delay.last_day(str(row[name]))

    marks = [
        (str(row["milestone"]), day(row, "planned"), day(row, "actual")) for row in one.milestones
    ]
    return [mark for mark in marks if mark[1] or mark[2]]


def _place(first: dt.date, last: dt.date, day: dt.date) -> float:
    return 100 * (day - first).days / (last - first).days


def _drawn(mark: _Mark, place: Callable[[dt.date], float], on: dt.date) -> Markup:
    _, planned, actual = mark
    html = Markup("")
    until = actual or on
    if planned and until > planned:
        left, right = place(planned), place(until)
        look = "ph-time-done" if actual else "ph-time-late"
        html += Markup('<i class="{}" style="left:{:.2f}%;width:{:.2f}%"></i>').format(
            look, left, right - left
        )
    for day, look in ((planned, "ph-time-plan"), (actual, "ph-time-fact")):
        if day:
            html += Markup('<b class="{}" style="left:{:.2f}%" title="{}"></b>').format(
                look, place(day), _said(mark)
            )
    return html


def _said(mark: _Mark) -> str:
    lang = language()
    milestone, planned, actual = mark
    return tr(
        "progress.milestone",
        milestone=value_label("milestone", milestone, lang),
        planned=date(planned, lang),
        actual=date(actual, lang),
    )


def downloads(
    data: Workspace, found: Sequence[Progress], firms: Sequence[Project], filters: str
) -> None:
    """Draw the downloads of the clusters in view: the list, the report, the State's assets."""
    lang, on = language(), found[0].on
    said = {
        "data_date": date(data_date(data.tables["clusters"]), lang),
        "filters": filters,
    }

    def progress_file(kind: str) -> bytes:
        given = forms.paper_of(found, on=on, firms=firms, lang=lang, **said)
        return forms.content(found, given, kind)

    def report_file(kind: str) -> bytes:
        given = report.paper_of(found, on=on, firms=firms, kept=data.undisclosed, lang=lang, **said)
        return report.content(given, kind)

    def assets_file(kind: str) -> bytes:
        rows, clusters = data.tables.get("assets"), data.tables["clusters"]
        return assets.content(assets.paper_of(rows, clusters, on=on, lang=lang), kind)

    _row("progress", tr("cross.download"), progress_file, forms.FORMATS)
    _row("report", tr("progresspage.report"), report_file, report.FORMATS)
    _row("assets", tr("progresspage.assets"), assets_file, assets.FORMATS)


def _row(name: str, caption: str, make: Callable[[str], bytes], kinds: Sequence[str]) -> None:
    """Draw a button for each format of a file; it is made when one is pressed."""
    st.caption(caption)
    files = {
        "progress": tr("progresspage.file"),
        "report": tr("progresspage.report_file"),
        "assets": tr("progresspage.assets_file"),
    }
    with st.container(horizontal=True):
        for kind in kinds:
            file = f"{files[name]}.{kind}"
            guarded(kind.upper(), partial(make, kind), file, key=f"{name}-{kind}")
