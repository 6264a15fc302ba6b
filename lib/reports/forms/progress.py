"""The progress of all clusters as a paper and a table: step, delay, what holds it up, by when."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from lib.language.text import Lang, date, hectares, number, t
from lib.register.progress import STALE_DAYS, Progress, to_table
from lib.reports.cards import progress as say
from lib.reports.forms import paper
from lib.reports.forms.paper import Cell, Grid, Paper, Part
from lib.tables import export

FORMATS: Final = ("csv", "xlsx", "docx", "pdf")
_HEAD: Final = ("no", "cluster", "step", "milestones", "delay", "obstacles", "clearance", "water")
_WIDTHS: Final = (9, 36, 34, 38, 40, 45, 32, 30)


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
            say.step_words(one, lang),
            say.milestone_words(one.milestones, lang),
            say.delay_words(one, lang),
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
