"""The page that follows conclusions: how many by agency, the list, what is taken away."""

from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st
from markupsafe import Markup

from lib.language.text import date, is_blank, number, today
from lib.register import conclusions
from lib.reports.cards.markup import link, table_html
from lib.reports.registry import Request, about
from lib.settings import province
from lib.tables.facts import data_date
from lib.tables.glossary import label
from lib.ui import state
from lib.ui.downloads import guarded, table_row
from lib.ui.maps import papers
from lib.ui.state import language, tr, tr_html
from lib.ui.tables import Column, show_table
from lib.ui.workspace import Workspace

_SHOW: Final = ("open", "done", "all")
_SIGNS: Final = {"overdue": "▲", "open": "●", "proposed": "◇", "done": "✓"}
"""A state is told by a sign too: colour alone is lost on a projector."""
_PROGRAMME: Final = "work_programme"


def _open(followed: pd.DataFrame) -> pd.DataFrame:
    return followed[followed["state"] != "done"]


def sentence(followed: pd.DataFrame) -> str:
    """Return what is to be done, by how many, and how much of it is late."""
    lang, left = language(), _open(followed)
    ordered = left[left["state"] != "proposed"]
    return tr(
        "followup.sentence",
        day=date(today(), lang),
        open=number(len(ordered), lang),
        agencies=number(ordered["agency"].nunique(), lang),
        overdue=number(int((left["state"] == "overdue").sum()), lang),
        proposed=number(int((left["state"] == "proposed").sum()), lang),
    )


def programme(data: Workspace) -> None:
    """Say what is known of the work programme of the province: counts, no single task."""
    lang, totals = language(), data.tables["published_totals"]
    own = totals["area"].eq(province().area) & totals["topic"].eq(_PROGRAMME)
    rows = totals[own].set_index("metric")
    if rows.empty:
        return
    counts = {name: number(value, lang) for name, value in rows["value"].items()}
    first = rows.iloc[0]
    html = Markup('<p class="ph-official">{}</p>').format(
        tr_html(
            "followup.programme",
            tasks=counts["programme_tasks"],
            done=counts["programme_tasks_done"],
            on_time=counts["programme_tasks_on_time"],
            date=date(first["as_of"], lang),
            source=link(str(first["source_url"]), str(first["source"])),
            note="" if is_blank(first["note"]) else first["note"],
        )
    )
    st.html(str(html))


def agencies(followed: pd.DataFrame) -> None:
    """Draw how much each agency has to do, who is latest first."""
    lang, left = language(), _open(followed)
    rows = []
    for agency in dict.fromkeys(left["agency"]):
        own = left[left["agency"] == agency]
        counts = [int((own["state"] == name).sum()) for name in ("overdue", "open", "proposed")]
        due = own.loc[own["state"] == "open", "due"].dropna()
        rows.append(
            [agency, *(number(n, lang) for n in counts), date(due.min(), lang) if len(due) else "–"]
        )
    if rows:
        head = [
            tr(f"followup.{name}") for name in ("agency", "overdue", "open", "proposed", "next")
        ]
        with st.expander(tr("followup.by_agency"), expanded=True, icon=":material/groups:"):
            st.html(str(table_html(head, rows)))


def choice(followed: pd.DataFrame) -> pd.DataFrame:
    """Draw the choice of what is listed; return its rows, an agency after the other.

    Agencies stand in the order of their most urgent task, so what is late is at the top.
    """
    state.choose_one("part", _SHOW, _SHOW[0])
    st.segmented_control(
        tr("followup.show"),
        _SHOW,
        format_func=lambda name: tr(f"followup.show_{name}"),
        key="part",
        required=True,
        label_visibility="collapsed",
    )
    wanted = st.session_state["part"]
    done = followed["state"] == "done"
    shown = followed if wanted == "all" else followed[done if wanted == "done" else ~done]
    order = {agency: at for at, agency in enumerate(dict.fromkeys(shown["agency"]))}
    return shown.sort_values("agency", key=lambda names: names.map(order), kind="stable")


def listing(data: Workspace, shown: pd.DataFrame) -> str:
    """Draw the tasks; return the code of the one that is picked, empty for none."""
    if shown.empty:
        st.info(tr("followup.none_shown"), icon=":material/filter_alt_off:")
        return ""
    wanted = str(st.session_state.get("sel") or "")
    picked = wanted.removeprefix("conclusions:")
    known = set(shown["conclusion_id"])
    show_table(
        words(data, shown),
        [
            Column("agency", tr("followup.agency"), width=170),
            Column("state", tr("followup.state"), width=130),
            Column("task", label("conclusions", "task", language()), width=270),
            Column("subject", tr("followup.subject"), width=140),
            Column("due", label("conclusions", "due", language()), width=125),
            Column("left", tr("followup.left"), width=125),
            Column("document", label("conclusions", "document_no", language()), width="small"),
            Column("date", label("conclusions", "date", language()), width="small"),
        ],
        id_column="conclusion_id",
        selected=picked if picked in known else "",
        on_pick=lambda code: state.select(f"conclusions:{code}" if code else ""),
        key="table-followup",
        alt=tr("followup.table"),
        height=420,
    )
    return picked if picked in known else ""


def words(data: Workspace, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `lib.register.conclusions.follow` in the words of the table."""
    lang = language()
    names = dict(zip(data.clusters["cluster_id"], data.clusters["name"], strict=True))

    def subject(row: dict[Any, Any]) -> str:
        cluster, commune = row["cluster_id"], row["commune_code"]
        said = [] if is_blank(cluster) else [names.get(cluster, cluster)]
        said += [] if is_blank(commune) else [data.commune_names.get(commune, commune)]
        return ", ".join(said) or tr("followup.no_subject")

    rows = shown.to_dict("records")
    return pd.DataFrame(
        {
            "conclusion_id": [row["conclusion_id"] for row in rows],
            "agency": [row["agency"] for row in rows],
            "state": [
                f"{_SIGNS[row['state']]} {conclusions.state_words(row['state'], lang)}"
                for row in rows
            ],
            "task": [row["task"] for row in rows],
            "subject": [subject(row) for row in rows],
            "due": [
                tr("conclusions.no_due") if is_blank(row["due"]) else date(row["due"], lang)
                for row in rows
            ],
            "left": [
                date(row["done"], lang)
                if row["state"] == "done"
                else conclusions.left_words(row, lang)
                for row in rows
            ],
            "document": [conclusions.document_words(row, lang) for row in rows],
            "date": [date(row["date"], lang) for row in rows],
        }
    )


def take_away(data: Workspace, shown: pd.DataFrame, followed: pd.DataFrame) -> None:
    """Draw the downloads: the list as it is seen, and the notice of one meeting."""
    lang = language()
    headings = {
        "agency": tr("followup.agency"),
        "state": tr("followup.state"),
        "task": label("conclusions", "task", lang),
        "subject": tr("followup.subject"),
        "due": label("conclusions", "due", lang),
        "left": tr("followup.left"),
        "document": label("conclusions", "document_no", lang),
        "date": label("conclusions", "date", lang),
        "source_url": label("conclusions", "source_url", lang),
    }
    sources = shown["source_url"].tolist()
    table = words(data, shown).assign(source_url=sources)[list(headings)].rename(columns=headings)
    notes = {
        tr("followup.note_day"): date(today(), lang),
        tr("frame.data_to", date=""): date(data_date(followed), lang),
    }
    table_row(lambda: table, notes, file=tr("followup.file"), sheet=tr("followup.sheet"))
    meetings = {meeting.code: meeting for meeting in conclusions.meetings(followed)}
    left, right = st.columns([0.6, 0.4], vertical_alignment="bottom")
    with left:
        code = st.selectbox(
            tr("followup.meeting"),
            list(meetings),
            format_func=lambda code: (
                f"{date(meetings[code].date, lang)} · "
                f"{meetings[code].document_no or tr('conclusions.no_number')}"
            ),
            key="meeting",
        )
    make = papers.maker(data)
    with right:
        for report in about("meeting"):
            for kind, said in report.buttons.items():
                guarded(
                    tr(said),
                    partial(_made, report.make, make, kind, str(code)),
                    f"{tr(report.file)}.{kind}",
                    icon=report.icon,
                    help=tr(report.hint),
                    key=f"paper-{report.name}-{kind}",
                )


def _made(make: Any, material: Any, kind: str, meeting: str) -> bytes:  # noqa: ANN401 - as of a report
    made: bytes = make(Request(material(), kind, meeting=meeting))
    return made
