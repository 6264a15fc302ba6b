"""Infrastructure assets built by the State: form 01B of Decree 178/2026/NĐ-CP, by cluster."""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import pandas as pd

from lib.language.text import Lang, date, is_blank, number, sort_key, t
from lib.reports.cards.assets import sorted_words
from lib.reports.forms import paper
from lib.reports.forms.paper import Amount, Cell, Grid, Paper, Part
from lib.tables.glossary import CODES, label, value_label

FORMATS: Final = ("docx", "xlsx", "pdf")
_COLUMNS: Final = (
    *("name", "address", "year_in_use", "parameters", "land_m2", "floor_m2"),
    *("original_value", "remaining_value", "condition", "exploitation", "reason"),
)
_WIDTHS: Final = (11, 33, 23, 14, 22, 20, 17, 33, 33, 18, 24, 18)


def paper_of(
    assets: pd.DataFrame | None,
    clusters: pd.DataFrame,
    *,
    on: dt.date,
    lang: Lang = "vi",
) -> Paper:
    """Return the list of assets as a paper, by cluster; those without a document come first.

    Parameters
    ----------
    assets : DataFrame or None
        ``assets``; None where nobody brought any.
    clusters : DataFrame
        ``clusters``: their names, and which the State built.
    on : datetime.date
        The day the paper is of.
    """
    rows = [] if assets is None else assets.to_dict("records")
    names = dict(zip(clusters["cluster_id"], clusters["name"], strict=True))
    bare = {row["cluster_id"] for row in rows if is_blank(row["document_no"])}
    listed = sorted(
        rows,
        key=lambda row: (
            row["cluster_id"] not in bare,
            sort_key(str(names[row["cluster_id"]])),
            not is_blank(row["document_no"]),
            sort_key(str(row["name"])),
        ),
    )
    grid = _grid(listed, names, lang) if rows else None
    parts = (Part(t("assets.counts", lang), _counts(rows, clusters, lang)), Part(grid=grid))
    return Paper(
        t("assets.title", lang),
        lang,
        left=(t("assets.form", lang), t("assets.law", lang)),
        right=(t("lawform.sender_04", lang),),
        under=(t("progress.on", lang, date=date(on, lang)),),
        parts=parts,
        notes=(t("assets.outside", lang), t("progress.blank", lang)),
        place=t("lawform.place", lang),
        signs=(
            (t("lawform.sign_made", lang), t("lawform.sign_blank", lang)),
            (t("lawform.sign_04", lang), t("lawform.sign_blank", lang)),
        ),
        across=True,
    )


def _counts(rows: list[dict[Any, Any]], clusters: pd.DataFrame, lang: Lang) -> tuple[str, ...]:
    """Return how many assets stand in each group, and what is not listed or has no document."""
    groups = [
        t(
            "assets.group",
            lang,
            group=value_label("asset_group", code, lang),
            count=number(sum(row["group"] == code for row in rows), lang),
        )
        for code in CODES["asset_group"]
    ]
    unsorted = sum(is_blank(row["group"]) for row in rows)
    bare = sum(is_blank(row["document_no"]) for row in rows)
    listed = {row["cluster_id"] for row in rows}
    built = clusters.loc[clusters["state_funded"] == "yes", ["cluster_id", "name"]]
    lacking = built.loc[~built["cluster_id"].isin(listed), "name"]
    said = [
        t("assets.unsorted", lang, count=number(unsorted, lang)),
        t("assets.bare", lang, count=number(bare, lang), total=number(len(rows), lang)),
    ]
    if len(lacking):
        names = ", ".join(sorted(map(str, lacking), key=sort_key))
        said.append(t("assets.unlisted", lang, count=number(len(lacking), lang), names=names))
    return (*groups, *said)


def _grid(rows: list[dict[Any, Any]], names: Mapping[str, str], lang: Lang) -> Grid:
    """Return the table of the form: a row with the name of each cluster, below it its assets."""
    head = (t("progress.head_no", lang), *(label("assets", name, lang) for name in _COLUMNS))
    cells: list[tuple[Cell, ...]] = []
    heads = []
    for code, own in groupby(rows, key=lambda row: row["cluster_id"]):
        heads.append(len(cells))
        cells.append(("", str(names[code]), *("" for _ in _COLUMNS[1:])))
        for no, row in enumerate(own, start=1):
            cells.append((str(no), *(_cell(row, name, lang) for name in _COLUMNS)))
    return Grid(head, _WIDTHS, tuple(cells), strong=tuple(heads))


def _cell(row: Mapping[Any, Any], name: str, lang: Lang) -> Cell:
    value = row[name]
    if name == "name":
        return f"{value}\n({sorted_words(row, lang)})"
    if name == "year_in_use":
        return "" if is_blank(value) else str(int(value))
    if name.endswith(("_m2", "_value")):
        whole = is_blank(value) or float(value).is_integer()
        return Amount(None if is_blank(value) else float(value), 0 if whole else 2)
    return "" if is_blank(value) else str(value)


def content(given: Paper, kind: str) -> bytes:
    """Return the list as a file of one of `FORMATS`."""
    return paper.content(given, kind, t("assets.sheet", given.lang))
