"""A CSV log of any length to Parquet: DuckDB reads what is written plainly, the readers the rest.

A cell is plain if it can mean one thing only and that thing is written out here
in SQL: a day and hour in full, five digits of a commune, digits alone. A row with
any other cell is read by the same functions as an imported file. DuckDB guesses
nothing: separator, columns, quotation marks and the end of lines are given, there
is no sign for comments, and a line that does not fit sends the whole file to the
readers, which name its row.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from lib.importing.readers.base import start_of
from lib.importing.readers.grid import Cell, Grid
from lib.importing.readers.office import csvfile
from lib.importing.sheets import cells, reader
from lib.importing.sheets.headings import Heading, find_heading
from lib.importing.sheets.places import places_of_facts
from lib.language.findings import Finding
from lib.language.text import LANGS
from lib.tables.schemas import CODES, value_label

# ruff: noqa: S608  The columns of a query are numbered and its words are this module's.

ENDINGS: Final = (".csv", ".txt")

_BEGINNING: Final = 2**16
_HEADED: Final = 40
"""Rows among which a heading is looked for, as `find_heading` does."""
_NEEDED: Final = ("start", "end", "commune_code", "customers_interrupted")
_TEXTS: Final = ("cause", "feeder", "station", "area_text")
_TAKEN: Final = (*_NEEDED, "planned", *_TEXTS, "sample")
_PARTS: Final = ("start_date", "end_date", "district")
"""Parts of a value in columns of their own: the readers put them together."""

_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_MOMENTS: Final = {
    rf"^(19|20)[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}[ T]{_CLOCK}$": "TRY_CAST({c} AS TIMESTAMP)",
    rf"^[0-9]{{2}}/[0-9]{{2}}/(19|20)[0-9]{{2}} {_CLOCK}$": (
        "TRY_STRPTIME({c}, ['%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S'])"
    ),
    rf"^{_CLOCK} [0-9]{{2}}/[0-9]{{2}}/(19|20)[0-9]{{2}}$": (
        "TRY_STRPTIME({c}, ['%H:%M %d/%m/%Y', '%H:%M:%S %d/%m/%Y'])"
    ),
}
"""Form of a moment -> how SQL reads it."""
_PLAIN: Final = r"\p{Latin}\p{M}0-9\p{P}+=<>|~$°²×"
_TEXT: Final = rf"^[\p{{Latin}}0-9][{_PLAIN}]*( [{_PLAIN}]+)*$"
_SAYS_NOTHING: Final = ("n/a", "na", "null", "nan", "khong ro", "chua co so lieu", "no data yet")
_FLAGS: Final = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


@dataclass(frozen=True)
class LongLog:
    """Where a log lies as Parquet, and what was found in its rows."""

    path: Path
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Plan:
    """What is known of a file before it is read: how it is written, where its columns are."""

    name: str
    dialect: csvfile.Dialect
    above: tuple[tuple[Cell, ...], ...]
    heading: Heading
    lines: int

    @property
    def width(self) -> int:
        return len(self.above[self.heading.row])

    @property
    def places(self) -> dict[str, int]:
        return {match.column: match.place for match in self.heading.matches}


def read(path: Path, folder: Path) -> LongLog | None:
    """Return a log as Parquet; None if the readers have to read the whole file.

    Parameters
    ----------
    path : Path
        A CSV file.
    folder : Path
        Where the Parquet file is made.

    Returns
    -------
    LongLog or None
        Columns ``start``, ``end`` (local times), ``commune_code``,
        ``customers_interrupted``, ``planned``, ``cause``, ``feeder``, ``station``,
        ``area_text`` and, where the file has it, ``sample``.

    Raises
    ------
    DataRefusedError
        It is no text.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return None
    dialect = csvfile.dialect(path, path.name)
    plan = _plan(path, dialect)
    if plan is None:
        return None
    try:
        return _made(path, folder, plan)
    except (duckdb.InvalidInputException, csv.Error, UnicodeDecodeError):
        # A line that does not fit, a letter cut in two: the readers say which one.
        return None


def _made(path: Path, folder: Path, plan: _Plan) -> LongLog | None:
    """Return the log as Parquet; None if it has no rows or says its heading again."""
    source = path
    if plan.dialect.encoding not in {"utf-8", "utf-8-sig"}:
        source = csvfile.as_utf8(path, plan.dialect, folder / "utf-8.csv")
    first, whole = folder / "plain.parquet", folder / f"{path.name}.parquet"
    con = duckdb.connect(config={"memory_limit": "1400MB", "temp_directory": str(folder)})
    try:
        con.execute(f"COPY ({_select(source, plan)}) TO '{_quoted(first)}' (FORMAT parquet)")
        plain = f"read_parquet('{_quoted(first)}')"
        odd = con.execute(f"SELECT place FROM {plain} WHERE odd ORDER BY place").fetchall()
        rows = _odd_rows(source, plan, [place for (place,) in odd])
        if rows is None:
            return None
        frame, found = rows
        con.register("odd_rows", frame)
        kept = ", ".join(f'"{column}"' for column in frame.columns)
        made = con.execute(
            f"COPY (SELECT {kept} FROM {plain} WHERE NOT odd UNION ALL BY NAME "
            f"SELECT {kept} FROM odd_rows) TO '{_quoted(whole)}' (FORMAT parquet)"
        )
        (count,) = made.fetchone() or (0,)
    finally:
        con.close()
    return LongLog(whole, found) if count or found else None


def _plan(path: Path, dialect: csvfile.Dialect) -> _Plan | None:
    """Return where the columns are; None where a person or the readers have to say it."""
    if dialect.encoding == "cp1252":  # an old font: its letters are settled first
        return None
    start = start_of(path, _BEGINNING)
    text = dialect.beginning(start)
    lines = csv.reader(StringIO(text, newline=""), delimiter=dialect.separator, strict=True)
    try:
        rows = list(islice(((row, lines.line_num) for row in lines), _HEADED))
    except csv.Error:
        return None
    width = max((len(row) for row, _ in rows), default=0)
    above = tuple(csvfile.padded(row, width) for row, _ in rows)
    heading = find_heading(Grid(path.name, "", above), "outages")
    if heading is None or heading.height > 1 or heading.missing:
        return None
    named = {match.column for match in heading.matches}
    unsure = any(match.how == "similar" for match in heading.matches)
    if unsure or named & set(_PARTS) or not named.issuperset(_NEEDED):
        return None
    at, number = heading.row, rows[heading.row][1]
    wider = any(len(row) > len(rows[at][0]) for row, _ in rows[:at])
    if wider or number != at + 1:  # or a text of several lines above or in the heading
        return None
    shown = tuple(csvfile.padded(row, len(rows[at][0])) for row, _ in rows[: at + 1])
    return _Plan(path.name, dialect, shown, heading, number)


def _select(source: Path, plan: _Plan) -> str:
    """Return the query of every row: its place below the heading, plain values, if it is odd."""
    values, plain = [], [f"coalesce(c{plan.places['start']}, '') <> ''"]
    for column in _TAKEN:
        if column not in plan.places:
            if column != "sample":
                kind = "DOUBLE" if column == "customers_interrupted" else "VARCHAR"
                values.append(f"CAST(NULL AS {kind}) AS {column}")
            continue
        cell = f"c{plan.places[column]}"
        value = _value(column, cell)
        values.append(f'{value} AS "{column}"')
        plain.append(f"({value} IS NOT NULL OR coalesce({cell}, '') = '')")
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(plan.width))
    separator = plan.dialect.separator
    return (
        f"SELECT row_number() OVER () AS place, {', '.join(values)}, "
        f"NOT ({' AND '.join(plain)}) AS odd FROM read_csv('{_quoted(source)}', "
        f"auto_detect = false, header = false, skip = {plan.lines}, delim = '{separator}', "
        "quote = '\"', escape = '\"', comment = '', strict_mode = true, null_padding = false, "
        f"ignore_errors = false, encoding = 'utf-8', columns = {{{columns}}})"
    )


def _value(column: str, cell: str) -> str:
    """Return the SQL of a plain cell's value, NULL for any other."""
    if column in ("start", "end"):
        forms = " ".join(
            f"WHEN regexp_matches({cell}, '{form}') THEN {how.format(c=cell)}"
            for form, how in _MOMENTS.items()
        )
        return f"CASE {forms} END"
    if column == "commune_code":
        return f"CASE WHEN regexp_matches({cell}, '^[0-9]{{5}}$') THEN {cell} END"
    if column == "customers_interrupted":
        digits = f"regexp_matches({cell}, '^[0-9]{{1,7}}$')"
        return f"CASE WHEN {digits} THEN CAST({cell} AS DOUBLE) END"
    if column in _TEXTS:
        words = ", ".join(f"'{word}'" for word in _SAYS_NOTHING)
        silent = f"length({cell}) < 17 AND lower(strip_accents({cell})) IN ({words})"
        return (
            f"CASE WHEN regexp_matches({cell}, '{_TEXT}') AND NOT ({silent}) "
            f"THEN nfc_normalize({cell}) END"
        )
    known = _planned_words() if column == "planned" else _FLAGS
    said = " ".join(f"WHEN {_literal(word)} THEN {_literal(code)}" for word, code in known.items())
    return f"CASE {cell} {said} END"


def _planned_words() -> Mapping[str, str]:
    """Return the words a log has for kinds of interruptions, as `cells.code` reads them."""
    extra = cells.synonyms()["words"]["planned"]
    words = [
        *CODES["planned"],
        *(value_label("planned", known, lang) for known in CODES["planned"] for lang in LANGS),
        *(word for said in extra.values() for word in said),
    ]
    spelled = {form for word in words for form in (word, word.capitalize(), word.upper())}
    read_as = {word: cells.code(word, "planned").value for word in sorted(spelled)}
    return {word: code for word, code in read_as.items() if code}


def _odd_rows(
    source: Path, plan: _Plan, odd: list[int]
) -> tuple[pd.DataFrame, tuple[Finding, ...]] | None:
    """Return the rows SQL left, read as an import reads them; None if they say a heading again."""
    rows = list(plan.above)
    blank: tuple[Cell, ...] = (None,) * plan.width
    wanted, place = set(odd), 0
    if odd:
        with source.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, delimiter=plan.dialect.separator, strict=True)
            for row in islice(lines, len(plan.above), None):
                place += bool(row)  # DuckDB passes over empty lines, a person counts them
                taken = bool(row) and place in wanted
                if taken and len(row) > plan.width:  # DuckDB and Python end a row elsewhere
                    return None
                rows.append(csvfile.padded(row, plan.width) if taken else blank)
                if place == odd[-1]:
                    break
    if csvfile.repeated_headings([row for row in rows if row is not blank]):
        return None
    grid = Grid(plan.name, "", tuple(rows))
    read_rows = reader.read_cells(grid, "outages", places_of_facts())
    named = {match.column for match in plan.heading.matches}
    frame = read_rows.frame.reindex(columns=[c for c in _TAKEN if c in named or c != "sample"])
    frame["customers_interrupted"] = frame["customers_interrupted"].astype("float64")
    return frame, read_rows.findings


def _literal(value: object) -> str:
    return str(value).upper() if isinstance(value, bool) else f"'{_quoted(value)}'"


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")
