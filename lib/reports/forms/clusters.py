"""The report of all clusters: a fixed block a cluster, annex 1 with an investor, annex 2 all.

The blocks say what page and card say, from the same functions; what nobody knows is marked.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from lib.language.text import Lang, date, hectares, is_blank, no_data, number, t
from lib.register.progress import Progress
from lib.register.projects import Project
from lib.register.steps import label as step_label
from lib.reports.cards import progress as say
from lib.reports.cards.card import source_of
from lib.reports.forms import paper
from lib.reports.forms.paper import Amount, Cell, Grid, Paper, Part
from lib.reports.forms.progress import recovery, sites_of
from lib.tables.glossary import value_label

FORMATS: Final = ("docx", "pdf", "xlsx")
_HEAD: Final = ("no", "cluster", "communes", "area", "investor", "step", "operation")
_WIDTHS: Final = (13, 36, 34, 22, 32, 28, 26)


def paper_of(
    found: Sequence[Progress],
    *,
    on: dt.date,
    data_date: str,
    firms: Sequence[Project] = (),
    filters: str = "",
    kept: Collection[str] = (),
    lang: Lang = "vi",
) -> Paper:
    """Return the report as a paper.

    Parameters
    ----------
    found : sequence of Progress
        The clusters it is about, in their order.
    firms : sequence of Project
        Projects inside clusters: each stands in the block of its own.
    filters : str
        The sentence of the filter; empty for all clusters.
    kept : collection of str
        Clusters whose investor is kept from the reader.
    """
    blocks = [_block(no, one, firms, kept, lang) for no, one in enumerate(found, start=1)]
    invested = [one for one in found if not is_blank(one.cluster["investor"])]
    counts = t(
        "clusterreport.counts",
        lang,
        total=number(len(found), lang),
        invested=number(len(invested), lang),
    )
    under = [t("progress.on", lang, date=date(on, lang)), *([filters] if filters else [])]
    return Paper(
        t("clusterreport.title", lang),
        lang,
        under=tuple(under),
        parts=(
            Part("", (counts, *say.board_words(found, lang))),
            *blocks,
            recovery(found, firms, lang),
            Part(t("clusterreport.annex_1", lang), (), _grid(invested, kept, lang)),
            Part(t("clusterreport.annex_2", lang), (), _grid(found, kept, lang)),
        ),
        notes=(t("lawform.sources", lang, date=data_date, sources=sites_of(found, firms, lang)),),
    )


def _block(
    no: int, one: Progress, firms: Sequence[Project], kept: Collection[str], lang: Lang
) -> Part:
    """Return the block of a cluster in the order of the office's reports."""
    cluster = one.cluster

    def line(key: str, *words: str) -> str:
        said = "; ".join(word.removesuffix(".") for word in words if word)
        return f"{t(f'clusterreport.{key}', lang)}: {said or no_data(lang)}"

    ahead = () if one.ahead is None else say.milestone_words([one.ahead], lang)
    agencies = [
        t(
            "clusterreport.agency_due",
            lang,
            agency=row["agency"],
            due=t("progress.no_due", lang) if is_blank(row["due"]) else date(row["due"], lang),
        )
        for row in one.obstacles
        if not is_blank(row["agency"])
    ]
    own = [firm for firm in firms if firm.row["cluster_id"] == cluster["cluster_id"]]
    effect = [*say.passed_words(one, lang), *say.schedule_words(one, lang)]
    return Part(
        f"{no}. {cluster['name']}",
        (
            line("investor", _investor(cluster, kept, lang)),
            line("communes", str(cluster["communes_now"])),
            line("area", hectares(cluster["area_ha"], lang)),
            line(
                "progress",
                *say.step_words(one, lang),
                *say.back_words(one, lang),
                *say.clearance_words(one, lang),
            ),
            *([line("projects", *(say.project_words(firm, lang) for firm in own))] if own else []),
            line("obstacle", *(_obstacle(row, lang) for row in one.obstacles)),
            line("cause", *(_cause(row, lang) for row in one.obstacles)),
            line("effect", *effect),
            line("next", *ahead),
            line("agency", *agencies),
        ),
    )


def _obstacle(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return what holds a cluster up, and who says so."""
    group = value_label("obstacle_group", row["group"], lang)
    source = source_of(row, lang)
    said = f"{source.host}, {source.as_of}"
    return t("clusterreport.obstacle_of", lang, group=group, text=row["text"], source=said)


def _cause(row: Mapping[Any, Any], lang: Lang) -> str:
    """Return why it does, as noted, and who has to solve it."""
    cause = t("clusterreport.no_cause", lang) if is_blank(row["note"]) else str(row["note"])
    agency = t("progress.no_agency", lang) if is_blank(row["agency"]) else row["agency"]
    return t("clusterreport.cause_of", lang, cause=cause, agency=agency)


def _investor(cluster: Mapping[Any, Any], kept: Collection[str], lang: Lang) -> str:
    if cluster["cluster_id"] in kept:
        return t("disclosure.kept", lang)
    return no_data(lang) if is_blank(cluster["investor"]) else str(cluster["investor"])


def _grid(found: Sequence[Progress], kept: Collection[str], lang: Lang) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for no, one in enumerate(found, start=1):
        row = one.cluster
        area = Amount(None if is_blank(row["area_ha"]) else float(row["area_ha"]), 2)
        rows.append(
            (
                str(no),
                str(row["name"]),
                str(row["communes_now"]) or no_data(lang),
                area,
                _investor(row, kept, lang),
                step_label(one.standing.step, lang),
                value_label("operation_status", row["operation_status"], lang),
            )
        )
    head = tuple(t(f"clusterreport.head_{name}", lang) for name in _HEAD)
    return Grid(head, _WIDTHS, tuple(rows))


def content(given: Paper, kind: str) -> bytes:
    """Return the report as a file of one of `FORMATS`."""
    return paper.content(given, kind, t("clusterreport.sheet", given.lang))
