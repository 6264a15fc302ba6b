"""The progress of all clusters as a paper and a table: step, delay, what holds it up, by when."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from lib.language.text import Lang, date, hectares, is_blank, number, t
from lib.register.progress import STALE_DAYS, Progress, to_table
from lib.register.projects import DATES, Project, to_recover
from lib.reports.cards import progress as say
from lib.reports.cards.card import site
from lib.reports.forms import paper
from lib.reports.forms.paper import Amount, Cell, Grid, Paper, Part
from lib.tables import export

FORMATS: Final = ("csv", "xlsx", "docx", "pdf")
_HEAD: Final = ("no", "cluster", "step", "milestones", "delay", "obstacles", "clearance", "water")
_WIDTHS: Final = (13, 36, 34, 36, 40, 43, 32, 30)
_FIRM: Final = (
    *("no", "firm", "cluster", "area", "handover", "schedule", "extension", "late"),
    "document",
)
_FIRM_WIDTHS: Final = (17, 38, 32, 22, 36, 36, 36, 22, 29)


def paper_of(
    found: Sequence[Progress],
    *,
    on: dt.date,
    data_date: str,
    firms: Sequence[Project] = (),
    filters: str = "",
    lang: Lang = "vi",
) -> Paper:
    """Return the progress of the clusters as a paper.

    Parameters
    ----------
    firms : sequence of Project
        Projects inside the clusters: those past their dates are listed for land recovery.
    filters : str
        The sentence of the filter; empty for all clusters.
    """
    rows: list[tuple[Cell, ...]] = []
    for no, one in enumerate(found, start=1):
        communes = one.cluster["communes_now"]
        where = [communes] if communes else []
        parts = (
            [str(one.cluster["name"]), *where, hectares(one.cluster["area_ha"], lang)],
            [*say.step_words(one, lang), *say.back_words(one, lang)],
            say.milestone_words(one.milestones, lang),
            [*say.passed_words(one, lang), *say.schedule_words(one, lang)],
            say.obstacle_words(one, lang),
            say.clearance_words(one, lang),
            say.water_words(one, lang),
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
            Part(t("progress.part_board", lang), tuple(say.board_words(found, lang))),
            Part(t("progress.part_list", lang), (), Grid(head, _WIDTHS, tuple(rows))),
            recovery(found, firms, lang),
        ),
        notes=(
            t("progress.stale", lang, count=number(stale, lang), days=number(STALE_DAYS, lang)),
            t("progress.blank", lang),
            t("lawform.sources", lang, date=data_date, sources=sites_of(found, firms, lang)),
        ),
        across=True,
    )


def sites_of(found: Sequence[Progress], firms: Sequence[Project], lang: Lang) -> str:
    """Return whom the rows behind some clusters and their projects are from, each site once."""
    codes = {one.cluster["cluster_id"] for one in found}
    rows = [
        row
        for one in found
        for row in (one.cluster, *one.milestones, *one.obstacles, one.clearance or {})
    ]
    rows += [firm.row for firm in firms if firm.row["cluster_id"] in codes]
    urls = [str(row["source_url"]) for row in rows if not is_blank(row.get("source_url"))]
    return ", ".join(dict.fromkeys(site(url, lang) for url in dict.fromkeys(urls)))


def recovery(found: Sequence[Progress], firms: Sequence[Project], lang: Lang) -> Part:
    """Return the projects past schedule and extension, and how many cannot be judged."""
    names = {str(one.cluster["cluster_id"]): str(one.cluster["name"]) for one in found}
    own = [firm for firm in firms if str(firm.row["cluster_id"]) in names]
    rows: list[tuple[Cell, ...]] = []
    for no, firm in enumerate(to_recover(own), start=1):
        row = firm.row
        area = Amount(None if is_blank(row["area_ha"]) else float(row["area_ha"]), 2)
        document = "" if is_blank(row["decision_no"]) else str(row["decision_no"])
        dates = (date(row[name], lang) for name in DATES)
        place = names[str(row["cluster_id"])]
        late = Amount(firm.late_days)
        rows.append((str(no), str(row["firm"]), place, area, *dates, late, document))
    unknown = sum(firm.law.state == "undetermined" for firm in own)
    said = t(
        "progress.recovery",
        lang,
        late=number(len(rows), lang),
        unknown=number(unknown, lang),
        total=number(len(own), lang),
    )
    heads = tuple(t(f"progress.firm_{name}", lang) for name in _FIRM)
    grid = Grid(heads, _FIRM_WIDTHS, tuple(rows)) if rows else None
    return Part(t("progress.part_recovery", lang), (said,), grid)


def content(found: Sequence[Progress], given: Paper, kind: str) -> bytes:
    """Return the progress as a file of one of `FORMATS`."""
    if kind == "csv":
        return export.to_csv(to_table(found))
    return paper.content(given, kind, t("progress.sheet", given.lang))
