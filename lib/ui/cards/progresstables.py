"""Draw the tables of the page on progress: the clusters, the projects for land recovery."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from lib.language.text import date, is_blank, number
from lib.layers.target import Target
from lib.register.progress import Progress
from lib.register.projects import Project, to_recover
from lib.register.steps import short as step_words
from lib.reports.forms import progress as forms
from lib.tables.glossary import value_label
from lib.ui import state
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table


def listing(listed: pd.DataFrame, selected: str) -> None:
    """Draw the clusters with step, delay, obstacles, clearance; a click chooses one.

    Parameters
    ----------
    listed : DataFrame
        Rows of `lib.register.progress.to_table`.
    selected : str
        Code of the cluster that is chosen, empty for none.
    """
    lang = language()
    hectares, day = partial(number, lang=lang, digits=2), partial(date, lang=lang)
    show_table(
        listed.assign(
            step_words=[
                step_words(step, legal, lang)
                for step, legal in zip(listed["step"], listed["legal_status"], strict=True)
            ],
            proven=[value_label("yes_no", code, lang) for code in listed["step_proven"]],
            held=listed["obstacles"].where(listed["obstacles"] != ""),
            agency=listed["agencies"].where(listed["agencies"] != ""),
            late=_late_words(listed),
        ),
        [
            Column("cluster_name", tr("pages.name")),
            Column("step_words", tr("progress.line_step")),
            Column("proven", tr("progresspage.proven"), width=110),
            Column("late", tr("progresspage.late"), width=130),
            Column("held", tr("progress.line_obstacles")),
            Column("agency", tr("progresspage.agency")),
            Column("obstacle_due", tr("progresspage.due"), day, 140),
            Column("cleared_ha", tr("progresspage.cleared"), hectares, 130),
            Column("handed_over_ha", tr("progresspage.handed_over"), hectares, 120),
            Column("permit_until", tr("progresspage.permit"), day, 140),
            Column("updated", tr("progresspage.updated"), day, 120),
        ],
        id_column="cluster_id",
        selected=selected,
        on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
        key="table-progress",
        alt=tr("progresspage.table"),
    )


def _late_words(table: pd.DataFrame) -> list[str]:
    """Return for each row of `lib.register.progress.to_table` whether it is late, in a word."""
    lang = language()
    said = []
    for row in table.to_dict("records"):
        past = [row[name] for name in ("law_days_late", "decision_days_late")]
        days = [int(value) for value in past if not is_blank(value)]
        if days:
            said.append(tr("progresspage.late_days", days=number(max(days), lang)))
        elif row["milestones_late"]:
            said.append(tr("progresspage.late_milestone"))
        else:
            known = row["law_state"] not in ("undetermined", "disordered")
            said.append(tr("progresspage.on_time" if known else "progresspage.not_enough"))
    return said


def recovery(found: Sequence[Progress], firms: Sequence[Project], selected: Target | None) -> None:
    """Draw the projects to be considered for land recovery; a click leads to one on the map.

    Parameters
    ----------
    found : sequence of Progress
        The clusters in view.
    firms : sequence of Project
        The projects inside them.
    selected : Target or None
        What is chosen on the map.
    """
    if not firms:
        return
    with st.expander(tr("progress.part_recovery"), key="late-open", on_change="rerun") as box:
        if box.open:
            _late(found, firms, selected)


def _late(found: Sequence[Progress], firms: Sequence[Project], selected: Target | None) -> None:
    lang = language()
    st.caption(forms.recovery(found, firms, lang).lines[0])
    late = to_recover(firms)
    if not late:
        return
    names = {one.cluster["cluster_id"]: one.cluster["name"] for one in found}
    rows = [
        {**one.row, "cluster": names[one.row["cluster_id"]], "late": one.late_days} for one in late
    ]
    hectares, days = partial(number, lang=lang, digits=2), partial(date, lang=lang)
    show_table(
        pd.DataFrame(rows),
        [
            Column("firm", tr("progress.firm_firm"), width=190),
            Column("cluster", tr("progress.firm_cluster"), width=150),
            Column("area_ha", tr("progress.firm_area"), hectares, 100),
            Column("handover_date", tr("progress.firm_handover"), days, 105),
            Column("schedule_end", tr("progress.firm_schedule"), days, 105),
            Column("extension_end", tr("progress.firm_extension"), days, 105),
            Column("late", tr("progress.firm_late"), partial(number, lang=lang), 90),
            Column("decision_no", tr("progress.firm_document"), width=120),
        ],
        id_column="project_id",
        selected=selected.code if selected and selected.layer_id == "projects" else "",
        on_pick=lambda code: state.select(f"projects:{code}" if code else ""),
        key="table-recovery",
        alt=tr("progress.part_recovery"),
    )
