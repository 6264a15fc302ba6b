"""The facts of the project: small CSV files, a source and a date on every row.

They are read as text, blanks as NA, and every cell is checked against
`lib.tables.schemas` before anything sees it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from lib.language.errors import DataRefusedError
from lib.language.text import is_blank
from lib.settings import settings
from lib.tables import columns
from lib.tables.glossary import CODES, with_later_columns
from lib.tables.registry import TABLES, references, with_facts
from lib.tables.statements.derive import derived
from lib.tables.statements.record import NAME, row_ids

FACTS: Final = settings().facts

_HEADING_ROWS: Final = 2
"""Index 0 is row 2 of the file: people count from 1 and the heading is a row."""

_COLUMNS_WRONG: Final[Mapping[str, str]] = {
    "column_in_dataframe": "schemas.column_missing",
    "column_in_schema": "schemas.column_unknown",
}
_CELL_WRONG: Final[Mapping[str, str]] = {
    "not_nullable": "schemas.blank",
    "field_uniqueness": "schemas.duplicate",
    "multiple_fields_uniqueness": "schemas.duplicate",
    "isin": "schemas.not_a_code",
    "coerce_dtype": "schemas.not_a_number",
}


CHECKED: Final = columns.CHECKED


def data_date(frame: pd.DataFrame) -> str:
    """Return the newest date a source gives for a row of `frame`, ISO, perhaps partial."""
    dates = frame["as_of"].dropna().astype(str)
    return str(max(dates[dates != CHECKED], default=""))


def load(name: str, folder: Path = FACTS) -> pd.DataFrame:
    """Return one table of facts, checked.

    Parameters
    ----------
    name : str
        One of `lib.tables.registry.with_facts`; the file is ``<name>.csv``.

    Returns
    -------
    pandas.DataFrame
        Codes as text with their leading zeros, blanks as NA, types of the model.

    Raises
    ------
    DataRefusedError
        The file is missing, is not CSV in UTF-8, or a cell breaks the glossary;
        the message names file, row and column.
    """
    path = folder / f"{name}.csv"
    try:
        frame = pd.read_csv(
            path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig"
        )
    except FileNotFoundError as error:
        raise DataRefusedError("schemas.file_missing", file=path.name) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataRefusedError("schemas.not_utf8", file=path.name) from error
    return check(name, with_later_columns(name, frame), file=path.name)


def load_all(folder: Path = FACTS) -> dict[str, pd.DataFrame]:
    """Return every table of facts, checked, codes followed from table to table.

    Where there are statements, ``statements.csv``, each value is the one the rule chooses
    (`lib.tables.statements.rule`).

    Raises
    ------
    DataRefusedError
        As `load`; also where a code names nothing in the table it points to.
    """
    tables = {name: load(name, folder) for name in with_facts()}
    for table, column, target, target_column in references():
        if table not in tables:
            continue
        codes = tables[table][column]
        lost = codes[codes.notna() & ~codes.isin(tables[target][target_column])]
        if len(lost):
            raise DataRefusedError(
                "schemas.unknown_reference",
                file=f"{table}.csv",
                row=int(lost.index[0]) + _HEADING_ROWS,
                column=column,
                value=lost.iloc[0],
                target_file=f"{target}.csv",
                target_column=target_column,
            )
    return tables | _stated(tables, folder)


def _stated(tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables that have statements, as the rule says, and the statements; all checked.

    Raises
    ------
    DataRefusedError
        One is about a row that is not there, or its value cannot stand in its column.
    """
    if not (folder / f"{NAME}.csv").exists():
        return {}
    said: pd.DataFrame | None = load(NAME, folder)
    changed: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        if said is None or name not in tables or not table.stated:
            continue
        ids = said.loc[said["table"] == name, "id"]
        lost = ids[~ids.isin(row_ids(tables[name], table))]
        if len(lost):
            raise DataRefusedError(
                "schemas.unknown_reference",
                file=f"{NAME}.csv",
                row=int(lost.index[0]) + _HEADING_ROWS,
                column="id",
                value=lost.iloc[0],
                target_file=f"{name}.csv",
                target_column="/".join(table.key),
            )
        rows, said = derived(tables[name], said, table)
        changed[name] = check(name, rows, file=f"{name}.csv")
    return changed if said is None else {**changed, NAME: said}


def check(name: str, frame: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """Return `frame` with the types of the table `name`, every cell checked.

    Parameters
    ----------
    name : str
        A key of `lib.tables.registry.TABLES`.
    frame : pandas.DataFrame
        As read: text in every column, blanks as NA, index 0, 1, 2 ...

    Raises
    ------
    DataRefusedError
        Names file, row (1 is the heading), column and what is wrong there.
    """
    # The models load pandera; a page that only asks for a date of `data_date` need not wait.
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    from lib.tables.schemas import ALL_TABLES  # noqa: PLC0415

    try:
        return ALL_TABLES[name].validate(frame, lazy=True)
    except SchemaErrors as errors:
        raise _first_refusal(errors.failure_cases, name, frame, file) from errors


def _first_refusal(
    cases: pd.DataFrame, name: str, frame: pd.DataFrame, file: str
) -> DataRefusedError:
    """Turn pandera's list of failures into the first one a person can mend."""
    columns = cases[cases["check"].isin(list(_COLUMNS_WRONG))]
    if len(columns):
        case = columns.iloc[0]
        return DataRefusedError(
            _COLUMNS_WRONG[case["check"]], file=file, column=case["failure_case"]
        )
    case = cases[cases["index"].notna()].sort_values("index", kind="stable").iloc[0]
    row, column = int(case["index"]), str(case["column"])
    value = frame[column].iloc[row]
    codes = TABLES[name].column(column).codes if column in frame else ""
    return DataRefusedError(
        _CELL_WRONG.get(str(case["check"]).split("(", maxsplit=1)[0], "schemas.bad_value"),
        file=file,
        row=row + _HEADING_ROWS,
        column=column,
        value="" if is_blank(value) else value,
        codes=", ".join(CODES[codes]) if codes else "",
    )
