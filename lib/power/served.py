"""Customers served in a commune and a month: what every index divides by."""

from typing import Final

import pandas as pd
import pyarrow.parquet as pq

from lib.language.errors import DataRefusedError, WrongUseError
from lib.power.read import CODE_DIGITS
from lib.tables.sample import Source

SERVED: Final = {"commune_code": "string", "month_no": "int64", "served": "float64"}
"""Columns of `served_table` and their Ibis types."""


def served_table(customers: Source) -> pd.DataFrame:
    """Return customers served, one row for a commune and a month.

    Parameters
    ----------
    customers : Path or DataFrame
        ``.parquet``, or a table; ``commune_code``, ``month`` (YYYY-MM), ``customers_served``.

    Returns
    -------
    DataFrame
        ``commune_code``, ``month_no`` (as `month_no`), ``served`` (float64);
        rows without a number are left out: they say nothing.

    Raises
    ------
    WrongUseError
        If the file is not there or is of another kind.
    DataRefusedError
        If a column is missing, a value cannot be read or a month of a commune is there twice.
    """
    frame, name = _customers_frame(customers)
    lost = [c for c in ("commune_code", "month", "customers_served") if c not in frame.columns]
    if lost:
        raise DataRefusedError("served.no_column", file=name, column=", ".join(lost))
    codes, month = frame["commune_code"].astype("string").str.strip(), frame["month"]
    month = month.astype("string").str.strip()
    served = pd.to_numeric(frame["customers_served"], errors="coerce").astype("float64")
    checks = {
        "commune_code": codes.isna() | codes.eq(""),
        "month": ~month.str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])").fillna(value=False),
        "customers_served": (served.isna() & frame["customers_served"].notna()) | (served < 0),
    }
    for column, bad in checks.items():
        if bad.any():
            raise DataRefusedError(
                "served.unreadable",
                file=name,
                column=column,
                value=frame.loc[bad.to_numpy(), column].iloc[0],
                count=int(bad.sum()),
            )
    table = pd.DataFrame(
        {
            "commune_code": codes.str.zfill(CODE_DIGITS).astype("object"),
            "month_no": month.str[:4].astype("int64") * 12 + month.str[5:].astype("int64") - 1,
            "served": served,
        }
    )
    twice = table.duplicated(["commune_code", "month_no"])
    if twice.any():
        first = int(twice.to_numpy().argmax())
        raise DataRefusedError(
            "served.twice",
            file=name,
            commune=table["commune_code"].iloc[first],
            month=month.iloc[first],
        )
    return table[served.notna()].reset_index(drop=True)


def _customers_frame(customers: Source) -> tuple[pd.DataFrame, str]:
    if isinstance(customers, pd.DataFrame):
        return customers, str(customers.attrs.get("file", ""))
    if not customers.is_file():
        raise WrongUseError("served.no_file", file=customers.name)
    if customers.suffix.lower() == ".parquet":
        # What pandas noted of its columns is of no use here, and may be spoiled.
        return pq.read_table(customers).to_pandas(ignore_metadata=True), customers.name
    raise WrongUseError("served.bad_suffix", file=customers.name)
