"""The columns of a template: heading, unit, how to fill it in, what it means, an example."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.geo.crs import AREA_CRS
from lib.importing.sheets.cells import Kind, kind_of
from lib.language.text import Lang, date, is_blank, number, t
from lib.tables import facts
from lib.tables.columns import VOLTAGE, Column
from lib.tables.glossary import CODES, label, value_label
from lib.tables.registry import TABLES

_HOW: Final[Mapping[str, str]] = {
    "number": "templates.how_number",
    "whole": "templates.how_whole",
    "moment": "templates.how_moment",
    "day": "templates.how_day",
    "month": "templates.how_month",
    "code": "templates.how_code",
    "commune": "templates.how_commune",
    "text": "templates.how_text",
}


@dataclass(frozen=True)
class TemplateColumn:
    """A column as the form shows it and the guide explains it.

    Parameters
    ----------
    heading, unit, how, about : str
        Texts in the language of the template; empty if there is no unit.
    example : object
        What stands in the example row, None if nothing does.
    words : tuple of str
        The words of a coded column, the only ones allowed.
    """

    heading: str
    required: bool
    unit: str
    how: str
    about: str
    example: Any
    kind: Kind
    words: tuple[str, ...] = ()


def columns_of(table: str, lang: Lang) -> list[TemplateColumn]:
    """Return the columns of a table that an office fills in."""
    example = _example(table, lang)
    return [
        TemplateColumn(
            heading=label(table, column.name, lang),
            required=not column.blank and not column.assumed,
            unit=column.unit,
            how=how_to(table, column, lang),
            about=t(column.about, lang) if column.about else label(table, column.name, lang),
            example=_shown(table, column, example.get(column.name), lang),
            kind=kind_of(table, column.name),
            words=words_of(column, lang),
        )
        for column in TABLES[table].every()
        if not column.filled
    ]


def corner_columns(lang: Lang) -> list[TemplateColumn]:
    """Return the columns of a coordinate table."""
    metres = t("templates.how_metres", lang)

    def corner(heading: str, about: str, example: float, *, required: bool) -> TemplateColumn:
        return TemplateColumn(
            t(heading, lang), required, "m", metres, t(about, lang), example, "number"
        )

    point = TemplateColumn(
        heading=t("templates.point", lang),
        required=False,
        unit="",
        how=t("templates.how_text", lang),
        about=t("templates.point_about", lang),
        example="1",
        kind="text",
    )
    return [
        point,
        corner("templates.x", "templates.x_about", 2358517.85, required=True),
        corner("templates.y", "templates.y_about", 567233.75, required=True),
        corner("templates.edge", "templates.edge_about", 250.0, required=False),
    ]


def how_to(table: str, column: Column, lang: Lang) -> str:
    """Return how a cell of a column is filled in."""
    kind = kind_of(table, column.name)
    if column.pattern == VOLTAGE:
        return t("templates.how_voltage", lang)
    if column.low is None or column.high is None:
        return t(_HOW[kind], lang)
    return t(_HOW[kind], lang, low=_limit(column.low, lang), high=_limit(column.high, lang))


def _limit(value: float, lang: Lang) -> str:
    return number(value, lang, 0 if math.isclose(value, round(value)) else 1)


def words_of(column: Column, lang: Lang) -> tuple[str, ...]:
    """Return the words of the codes a column takes; none for a free one."""
    codes = column.codes
    return tuple(value_label(codes, code, lang) for code in CODES[codes]) if codes else ()


def _example(table: str, lang: Lang) -> Mapping[str, object]:
    """Return a real row, the fullest of the facts; where there are no facts, a likely one."""
    if TABLES[table].facts:
        frame = facts.load(table)
        fullest = int(frame.notna().sum(axis=1).argmax())
        return {str(k): v for k, v in frame.iloc[[fullest]].to_dict("records")[0].items()}
    return _LIKELY[table](lang)


_LIKELY: Final[Mapping[str, Callable[[Lang], Mapping[str, object]]]] = {
    "outlines": lambda _: {
        "cluster_id": "PT-002",
        "outline_quality": "surveyed",
        "outline_accuracy_m": 0.5,
        "given_crs": AREA_CRS,
    },
    "projects": lambda lang: {
        "project_id": "DA-001",
        "cluster_id": "PT-002",
        "firm": t("templates.example_firm", lang),
        "trade": t("templates.example_trade", lang),
        "area_ha": 1.5,
        "fdi": "no",
        "handover_date": "2024-06-01",
        "schedule_end": "2026-06-30",
        "state": "building",
    },
    "milestones": lambda _: {
        "cluster_id": "PT-002",
        "milestone": "groundbreaking",
        "planned": "2026-06-30",
    },
    "obstacles": lambda lang: {
        "cluster_id": "PT-002",
        "group": "clearance",
        "text": t("templates.example_obstacle", lang),
        "agency": t("templates.example_agency", lang),
        "due": "2026-12-31",
        "state": "open",
    },
    "clearance": lambda _: {
        "cluster_id": "PT-002",
        "households": 62,
        "households_paid": 40,
        "counted_ha": 30.5,
        "cleared_ha": 21.2,
        "handed_over_ha": 18.0,
    },
    "assets": lambda lang: {
        "cluster_id": "PT-002",
        "name": t("templates.example_asset", lang),
        "group": "b",
        "year_in_use": 2012,
        "parameters": t("templates.example_parameters", lang),
        "land_m2": 6825.0,
    },
    "conclusions": lambda lang: {
        "date": "2026-11-12",
        "cluster_id": "PT-003",
        "agency": t("templates.example_agency", lang),
        "task": t("templates.example_task", lang),
        "due": "2026-12-31",
        "status": "proposed",
    },
    "power_lines": lambda lang: {
        "line_id": "DZ-371",
        "name": t("templates.example_line", lang),
        "voltage_kv": "35",
        "status": "operating",
    },
    "outages": lambda lang: {
        "start": pd.Timestamp(2026, 8, 28, 5),
        "end": pd.Timestamp(2026, 8, 28, 11, 10),
        "announced_end": pd.Timestamp(2026, 8, 28, 11, 30),
        "planned": "planned",
        "cause": t("templates.example_cause", lang),
        "feeder": "371 E4.3",
        "area_text": t("templates.example_area", lang),
        "commune_code": "08152",
        "customers_interrupted": 1_200,
    },
    "customers": lambda _: {
        "commune_code": "08152",
        "month": "2026-10",
        "customers_served": 3_512,
    },
}


def _shown(table: str, column: Column, value: object, lang: Lang) -> object:
    """Return a value the way an office writes it in a cell."""
    if is_blank(value):
        return None
    if column.codes:
        return value_label(column.codes, value, lang)
    kind = kind_of(table, column.name)
    if kind in ("day", "month"):
        return date(value, lang)
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
