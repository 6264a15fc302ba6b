"""All tables as a workbook: a sheet each under headings in words; it reads back by them."""

import io
from collections import Counter
from collections.abc import Mapping
from typing import Final

import pandas as pd

from lib.language.text import Lang, date, t
from lib.places.owntable import plain_table
from lib.reports.alldata.contents import Contents, columns
from lib.tables.export import stored_text
from lib.tables.schemas import CODES, codes_of, label, value_label

_WIDEST_PX: Final = 420
_SHEET: Final = 31
"""Letters of the name of a sheet at most; the last ones tell own layers apart."""
_HEADINGS: Final[Mapping[str, str]] = {
    "measured_ha": "alldata.measured_ha",
    "border_quality": "alldata.border_quality",
    "path": "alldata.path",
    "name_basis": "alldata.name_basis",
    "src": "alldata.original",
    "old_code": "alldata.old_code",
    "old_name": "alldata.old_name",
    "old_district": "schemas.column.district",
    "old_province": "schemas.column.province",
    "new_name": "alldata.new_name",
    "new_codes": "alldata.new_codes",
    "whole": "alldata.whole",
    "district_code": "alldata.district_code",
    "province_code": "alldata.province_code",
    "communes": "alldata.communes",
    "units_2009": "alldata.units_2009",
    "population_2009": "alldata.population_2009",
    "area_2009_km2": "alldata.area_2009_km2",
}
"""Headings of the columns that only borders and background have."""


def workbook(contents: Contents) -> bytes:
    """Return all tables without geometry as one workbook, what holds for all on the first sheet."""
    lang = contents.lang
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(
        buffer,
        engine="xlsxwriter",
        engine_kwargs={"options": options},
        datetime_format="dd/mm/yyyy hh:mm:ss",
    ) as book:
        book.book.set_properties({"created": contents.created.replace(tzinfo=None)})
        notes = t("alldata.notes", lang)
        about = list(contents.about().items())
        pd.DataFrame(about).to_excel(book, sheet_name=notes, index=False, header=False)
        _listed(contents).to_excel(book, sheet_name=notes, index=False, startrow=len(about) + 1)
        for table in contents.tables:
            read = pd.DataFrame(contents.snapshot.read(table))
            if table not in contents.made_up:  # its heading alone would say the word
                read = read.drop(columns="sample", errors="ignore")
            frame = in_words(table, read, lang)
            texts = frame.select_dtypes(["object", "str"])
            frame[texts.columns] = texts.map(stored_text)
            frame.to_excel(book, sheet_name=table, index=False, freeze_panes=(1, 0))
            book.sheets[table].autofilter(0, 0, len(frame), len(frame.columns) - 1)
        communes = contents.snapshot.read("communes") if contents.own else pd.DataFrame()
        for own in contents.own:
            frame = plain_table(own, communes)
            texts = frame.select_dtypes(["object", "str"])
            frame[texts.columns] = texts.map(stored_text)
            frame.to_excel(book, sheet_name=own.layer_id[-_SHEET:], index=False)
        for sheet in book.sheets.values():
            sheet.autofit(_WIDEST_PX)
    return buffer.getvalue()


def _listed(contents: Contents) -> pd.DataFrame:
    lang = contents.lang
    tables = [
        (table, contents.title(table), info.rows, info.source, info.as_of)
        for table, info in contents.tables.items()
    ]
    tables += [
        (own.layer_id[-_SHEET:], own.name, len(own.rows), own.source or own.source_url, own.as_of)
        for own in contents.own
    ]
    return pd.DataFrame(
        {
            t("alldata.sheet", lang): table,
            t("alldata.content", lang): stored_text(title),
            t("alldata.rows", lang): rows,
            t("alldata.source", lang): stored_text(source),
            t("alldata.as_of", lang): date(as_of, lang),
        }
        for table, title, rows, source, as_of in tables
    )


def in_words(table: str, frame: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return a table without geometry, codes and headings as words."""
    shown = frame.drop(columns="geometry", errors="ignore")
    for column in shown.columns.intersection(columns(table)):
        if codes := codes_of(table, column):
            shown[column] = shown[column].map(_words(codes, lang), na_action="ignore")
    for moment in shown.select_dtypes("datetime"):
        shown[moment] = _hours(shown[moment])
    return shown.set_axis([_heading(table, str(column), lang) for column in shown], axis=1)


def _hours(moments: pd.Series) -> pd.Series:
    """Return moments whose midnights are text: a sheet's bare day has no hour to read back."""
    bare = moments.notna() & (moments == moments.dt.normalize())
    told = moments.dt.strftime("%H:%M:%S %d/%m/%Y")
    return moments.astype(object).mask(bare, told)


def _words(codes: str, lang: Lang) -> dict[str, str]:
    """Return code -> words; where two codes share words, each keeps its code behind them."""
    words = {code: value_label(codes, code, lang) for code in CODES[codes]}
    shared = Counter(words.values())
    return {code: f"{w} [{code}]" if shared[w] > 1 else w for code, w in words.items()}


def _heading(table: str, column: str, lang: Lang) -> str:
    return t(_HEADINGS[column], lang) if column in _HEADINGS else label(table, column, lang)
