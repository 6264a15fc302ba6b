"""The progress of all clusters as a paper and a table: step, delay, what holds it up, by when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lib.language.text import Lang, date, hectares, is_blank, number, t
from lib.register import delay
from lib.register.progress import STALE_DAYS, Progress, board, to_table
from lib.reports.forms import paper
from lib.reports.forms.paper import Cell, Grid, Paper, Part
from lib.tables import export
from lib.tables.glossary import value_label

FORMATS: Final = ("csv", "xlsx", "docx", "pdf")
_HEAD: Final = ("no", "cluster", "step", "milestones", "delay", "obstacles", "clearance", "water")
_WIDTHS: Final = (9, 36, 34, 38, 40, 45, 32, 30)


def step_words(one: Progress, lang: Lang) -> list[str]:
    """Return the step with its document, or that it is said without one; and a step back."""
    standing = one.standing
    said = [value_label("step", standing.step, lang)]
    if standing.document:
        said.append(
            t(
                "progress.by_document",
                lang,
                document=standing.document,
                date=date(standing.date, lang),
            )
        )
    elif standing.step != "unknown":
        said.append(t("progress.said", lang))
    if standing.step == "operating" and one.cluster["legal_status"] != "established":
        word = value_label("legal_status", one.cluster["legal_status"], lang)
        said.append(t("progress.legal", lang, status=word))
    if standing.back:
        low, high = standing.back
        said.append(t("progress.back", lang, low=low.document, high=high.document))
    return said


def milestone_words(rows: Sequence[Mapping[Any, Any]], lang: Lang) -> list[str]:
    """Return each milestone with its planned and actual day."""
    return [
        t(
            "progress.milestone",
            lang,
            milestone=value_label("milestone", row["milestone"], lang),
            planned=date(row["planned"], lang),
            actual=date(row["actual"], lang),
        )
        for row in rows
    ]


def delay_words(one: Progress, lang: Lang) -> list[str]:
    """Return both schedules in words, each with its days late, and milestones passed."""
    told = delay.of_cluster(one.cluster, on=one.on, lang=lang)
    said = []
    for words, days in ((told.land_law, one.law_days), (told.decision, one.decision_days)):
        late = "" if days is None else f" {t('progress.days_late', lang, days=number(days, lang))}"
        said.append(f"{words}{late}")
    if one.late:
        names = ", ".join(value_label("milestone", row["milestone"], lang) for row in one.late)
        said.append(t("progress.passed", lang, milestones=names))
    return said


def obstacle_words(one: Progress, lang: Lang) -> list[str]:
    """Return each open obstacle: group, what, who, by when."""
    return [
        t(
            "progress.obstacle",
            lang,
            group=value_label("obstacle_group", row["group"], lang),
            text=row["text"],
            agency=t("progress.no_agency", lang) if is_blank(row["agency"]) else row["agency"],
            due=t("progress.no_due", lang) if is_blank(row["due"]) else date(row["due"], lang),
        )
        for row in one.obstacles
    ]


def clearance_words(one: Progress, lang: Lang) -> list[str]:
    """Return households paid of how many, hectares counted, cleared and handed over, lots."""
    row = one.clearance
    if row is None:
        return []

    def figure(key: str, value: str) -> str:
        return t(f"progress.clearance_{key}", lang, value=value)

    pairs = {
        "households": (row["households_paid"], row["households"]),
        "lots": (row["lots_ready"], row["lots_planned"]),
    }
    said = [
        figure(key, f"{number(part, lang)}/{number(whole, lang)}")
        for key, (part, whole) in pairs.items()
        if not (is_blank(part) and is_blank(whole))
    ]
    return said + [
        figure(name, hectares(row[f"{name}_ha"], lang))
        for name in ("counted", "cleared", "handed_over")
        if not is_blank(row[f"{name}_ha"])
    ]


def water_words(one: Progress, lang: Lang) -> list[str]:
    """Return the state of the wastewater plant and until when its permit holds."""
    said = [value_label("wastewater", one.cluster["wastewater"], lang)]
    until, days = one.cluster["wastewater_permit_until"], one.permit_days
    if days is not None:
        key = "progress.permit_over" if days < 0 else "progress.permit"
        said.append(t(key, lang, date=date(until, lang), days=number(abs(days), lang)))
    return said


def board_words(found: Sequence[Progress], lang: Lang) -> list[str]:
    """Return one sentence a step: clusters, hectares of how many, how many with a document."""
    return [
        t(
            "progress.board",
            lang,
            step=value_label("step", count.step, lang),
            clusters=number(count.clusters, lang),
            area=hectares(count.area_ha if count.with_area else None, lang),
            known=number(count.with_area, lang),
            proven=number(count.proven, lang),
        )
        for count in board(found)
        if count.clusters
    ]


def paper_of(
    found: Sequence[Progress],
    *,
    on: dt.date,
    data_date: str,
    sources: str,
    filters: str = "",
    lang: Lang = "vi",
) -> Paper:
    """Return the progress of the clusters as a paper.

    Parameters
    ----------
    filters : str
        The sentence of the filter; empty for all clusters.
    """
    rows: list[tuple[Cell, ...]] = []
    for no, one in enumerate(found, start=1):
        communes = one.cluster["communes_now"]
        where = [communes] if communes else []
        parts = (
            [str(one.cluster["name"]), *where, hectares(one.cluster["area_ha"], lang)],
            step_words(one, lang),
            milestone_words(one.milestones, lang),
            delay_words(one, lang),
            obstacle_words(one, lang),
            clearance_words(one, lang),
            water_words(one, lang),
        )
        rows.append((str(no), *("\n".join(part) for part in parts)))
    head = tuple(t(f"progress.head_{name}", lang) for name in _HEAD)
    stale = sum((one.stale_days or 0) > STALE_DAYS for one in found)
    under = [t("progress.on", lang, date=date(on, lang))]
    if filters:
        under.append(filters)
    return Paper(
        t("progress.title", lang),
        lang,
        under=tuple(under),
        parts=(
            Part(t("progress.part_board", lang), tuple(board_words(found, lang))),
            Part(t("progress.part_list", lang), (), Grid(head, _WIDTHS, tuple(rows))),
        ),
        notes=(
            t("progress.stale", lang, count=number(stale, lang), days=number(STALE_DAYS, lang)),
            t("progress.blank", lang),
            t("lawform.sources", lang, date=data_date, sources=sources),
        ),
        across=True,
    )


def content(found: Sequence[Progress], given: Paper, kind: str) -> bytes:
    """Return the progress as a file of one of `FORMATS`."""
    if kind == "csv":
        return export.to_csv(to_table(found))
    if kind == "xlsx":
        return paper.to_xlsx(given, t("progress.sheet", given.lang))
    return paper.MAKERS[kind](given)
