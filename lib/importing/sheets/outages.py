"""What only a log of interruptions needs: spans of time, ids, rows that stand twice."""

import datetime as dt
import hashlib
from typing import Any, Final

from lib.importing.readers.grid import Cell, blank, clean_text
from lib.importing.sheets.cells import Value, read_cell, when
from lib.importing.sheets.rows import Sheet
from lib.language.findings import Finding

MOMENTS: Final = ("start", "end", "announced_end")
_DAYS: Final = ("start_date", "end_date")
_WHOLE_DAY: Final = len("yyyy-mm-dd")
_TELLING: Final = ("feeder", "station", "area_text")
PLACE: Final = "place"
"""Key among the values read: the commune of a row, by its words where a person was asked."""
_ID_DIGITS: Final = 16


def read_moments(sheet: Sheet, moments: list[str]) -> None:
    """Read starts and ends, an hour alone on the day its own column gives."""
    days = {c: [_day(sheet, c, at, cell) for at, cell in enumerate(sheet.cells(c))] for c in _DAYS}
    absent = next((c for c in MOMENTS if c not in moments), "")
    for column in moments:
        own_day = column != "start" and "end_date" in sheet.places
        on = days["end_date" if own_day else "start_date"]
        sheet.read[column] = []
        for at, cell in enumerate(sheet.cells(column)):
            value = read_cell(cell, sheet.table, column, on=on[at])
            if value.until and not (absent and column == "start"):
                value = Value(None, "refused", "cells.not_a_moment", {"value": clean_text(cell)})
            sheet.read[column].append(value.value)
            sheet.tell(at, column, value)
            if value.until:
                sheet.read.setdefault(absent, [None] * len(sheet.indices))[at] = value.until


def _day(sheet: Sheet, column: str, at: int, cell: Cell) -> dt.date | None:
    if blank(cell):
        return None
    value = when(cell, "day")
    sheet.tell(at, column, value)
    whole = len(value.value or "") == _WHOLE_DAY
    return dt.date.fromisoformat(value.value) if whole else None


def finish_outages(sheet: Sheet) -> None:
    """Give what a log leaves out: an id from what tells outages apart, and *unknown*."""
    for column in ("outage_id", "planned", "start"):
        sheet.read.setdefault(column, [None] * len(sheet.indices))
    kinds = sheet.read["planned"]
    silent = [at for at in range(len(kinds)) if not kinds[at] and (at, "planned") not in sheet.told]
    for at in silent:
        kinds[at] = "unknown"
    if silent:
        values = {"count": len(silent)}
        sheet.found.append(Finding("note", "registers.kind_unknown", values, sheet.grid.place))
    ids = sheet.read["outage_id"]
    for at in range(len(ids)):
        ids[at] = ids[at] or _outage_id(sheet, at)
        _check_order(sheet, at)
    _drop_twins(sheet)


def _outage_id(sheet: Sheet, at: int) -> str | None:
    start = sheet.read["start"][at]
    if start is None:
        sheet.told.add((at, "outage_id"))
        return None
    parts = [sheet.read[c][at] if c in sheet.read else None for c in _TELLING]
    # One fault of a feeder stands once for each commune it reached.
    place = sheet.read[PLACE][at] if PLACE in sheet.read else None
    text = "|".join(
        [start.isoformat(), *(part or "" for part in parts), *([place] if place else [])]
    )
    return "MD-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]


def _check_order(sheet: Sheet, at: int) -> None:
    start = sheet.read["start"][at]
    for column in MOMENTS[1:]:
        end = sheet.read[column][at] if column in sheet.read else None
        if start and end and end < start:
            shown = {"start": f"{start:%H:%M %d/%m/%Y}", "end": f"{end:%H:%M %d/%m/%Y}"}
            sheet.refuse(at, column, "registers.end_before_start", **shown)


def _drop_twins(sheet: Sheet) -> None:
    first: dict[tuple[Any, ...], int] = {}
    kept = []
    for at, whole in enumerate(zip(*sheet.read.values(), strict=True)):
        if first.setdefault(whole, at) == at:
            kept.append(at)
            continue
        values = {"first": sheet.row(first[whole])}
        sheet.found.append(
            Finding("mended", "registers.twin", values, sheet.grid.place, sheet.row(at))
        )
    sheet.keep(kept)
