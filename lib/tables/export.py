"""Tables for others: CSV, XLSX, GeoJSON and GPKG that say where they come from.

Every file carries its data date, the tolerance and the rules inside. Text that
a spreadsheet would take for a formula stays text (CWE-1236).
"""

import io
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from lib.language.errors import WrongUseError
from lib.language.text import is_blank
from lib.tables.palette import COLOURS

FORMATS: Final = ("csv", "xlsx", "geojson", "gpkg")
_GUARDED: Final = re.compile(r"'*[=+@\t\r-]")
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}[.][0-9]{3}")
_WIDTH: Final = 60

Notes = Mapping[str, str]
"""Label -> text: data date, tolerance, rules, sources."""


def safe_text(value: object) -> object:
    """Return `value`; text a spreadsheet would run as a formula gets a ``'`` before it.

    Numbers stay numbers, negative ones too (OWASP, CSV injection). Text that has
    such a ``'`` of its own gets one more, so that an import, which takes one
    off, reads what was written.
    """
    if isinstance(value, str) and _GUARDED.match(value):
        return f"'{value}"
    return value


def stored_text(value: object) -> object:
    """Return `value` for a cell that holds text as text: only a ``'`` of its own is guarded."""
    return safe_text(value) if isinstance(value, str) and value.startswith("'") else value


def _plain(value: float, *, comma: bool) -> str | None:
    """Return a decimal number without exponent; ``1.234`` as ``1.2340``, which is no thousand."""
    if is_blank(value):
        return None
    text: str = np.format_float_positional(value, trim="0")
    if comma:
        return text.replace(".", ",")
    return f"{text}0" if _GROUPED.fullmatch(text) else text


def to_csv(frame: pd.DataFrame, *, notes: Notes | None = None, excel: bool = False) -> bytes:
    """Return `frame` as CSV.

    Parameters
    ----------
    frame : DataFrame
        Without geometry.
    notes : mapping, optional
        Added as columns with one value each, so that the file stays a table.
    excel : bool
        For Excel set to Vietnamese: ``;`` between columns, decimal comma, UTF-8
        with BOM. Otherwise ``,``, decimal point, UTF-8.
    """
    said = {label: str(safe_text(text)) for label, text in (notes or {}).items()}
    table = frame.map(safe_text).assign(**said)
    for name in frame.select_dtypes("float"):
        table[name] = [_plain(value, comma=excel) for value in frame[name]]
    # Without a format, hours that are all midnight would be written as days alone.
    text = table.to_csv(
        index=False,
        sep=";" if excel else ",",
        lineterminator="\r\n",
        date_format="%Y-%m-%d %H:%M:%S",
    )
    return text.encode("utf-8-sig" if excel else "utf-8")


def to_xlsx(
    frame: pd.DataFrame, *, notes: Notes, sheet: str, decimals: Sequence[str] = ()
) -> bytes:
    """Return `frame` as a formatted workbook: frozen header, filter, notes on a second sheet.

    Parameters
    ----------
    frame : DataFrame
        Without geometry; its columns are the headings.
    notes : mapping
        Second sheet: label and text.
    decimals : sequence of str
        Columns shown with two decimals.
    """
    import xlsxwriter  # noqa: PLC0415 - only where a file is made

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format(
            {
                "bold": True,
                "bg_color": COLOURS["land"],
                "bottom": 2,
                "text_wrap": True,
                "valign": "top",
            }
        )
        two = book.add_format({"num_format": "#,##0.00"})
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for place, name in enumerate(frame.columns):
            values = frame[name]
            longest = max((len(str(value)) for value in values if not is_blank(value)), default=0)
            page.set_column(place, place, min(_WIDTH, max(10, longest, len(str(name)) // 2) + 2))
            page.write_string(0, place, str(name), head)
            for row, value in enumerate(values, start=1):
                _write(page, row, place, value, two if name in decimals else None)
        if len(frame):
            page.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        about = book.add_worksheet(notes.get("_sheet", "Ghi chú"))
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 110, book.add_format({"text_wrap": True}))
        shown = [(label, text) for label, text in notes.items() if not label.startswith("_")]
        for row, (label, text) in enumerate(shown):
            about.write_string(row, 0, label, head)
            about.write_string(row, 1, text)
    return buffer.getvalue()


def _write(page: Any, row: int, place: int, value: object, style: Any) -> None:  # noqa: ANN401 - xlsxwriter has no types
    if is_blank(value):
        return
    if isinstance(value, bool | np.bool_):
        page.write_boolean(row, place, bool(value), style)
    elif isinstance(value, int | float | np.number):
        page.write_number(row, place, float(value), style)
    else:
        page.write_string(row, place, str(stored_text(value)), style)


def to_geojson(frame: gpd.GeoDataFrame, *, notes: Notes) -> bytes:
    """Return `frame` (EPSG:4326) as GeoJSON with its notes in the member ``metadata``."""
    collection = json.loads(frame.to_json(drop_id=True, show_bbox=False))
    collection["metadata"] = {k: v for k, v in notes.items() if not k.startswith("_")}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def to_gpkg(frame: gpd.GeoDataFrame, *, layer: str, notes: Notes) -> bytes:
    """Return `frame` as a GeoPackage: one layer, and the notes as a table ``metadata``."""
    import pyogrio  # noqa: PLC0415 - loads GDAL: only where a file is made

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
        rows = [(k, v) for k, v in notes.items() if not k.startswith("_")]
        pyogrio.write_dataframe(
            pd.DataFrame(rows, columns=["label", "text"]), path, layer="metadata", driver="GPKG"
        )
        return path.read_bytes()


def suffix_of(path: Path) -> str:
    """Return the format the name of `path` asks for.

    Raises
    ------
    WrongUseError
        If it is none of `FORMATS`.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise WrongUseError("exports.unknown_format", file=path.name, formats=", ".join(FORMATS))
    return suffix
