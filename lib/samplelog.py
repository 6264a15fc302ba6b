"""Whether a log is made up: a sample never counts together with real rows."""

import pandas as pd
import pyarrow.parquet as pq

from lib.errors import DataRefusedError
from lib.outageread import Source

_COLUMN = "sample"
_TRUE = ("true", "1")


def sample_of(outages: Source, customers: Source | None = None) -> bool:
    """Return whether what these rows give is a sample.

    Parameters
    ----------
    outages, customers : Path or DataFrame
        As `lib.reliability.answer`; rows without a column ``sample`` are real.

    Raises
    ------
    DataRefusedError
        If a log has real and made-up rows, or real outages would be divided by
        made-up customers.
    """
    log = _marks(outages)
    served = _marks(customers) if customers is not None else frozenset({False})
    for marks, source in ((log, outages), (served, customers)):
        if len(marks) > 1:
            raise DataRefusedError("samplelog.mixed", file=_name(source))
    if True in served and True not in log:
        raise DataRefusedError("samplelog.made_up_customers", file=_name(customers))
    return True in log


def has_sample(source: Source) -> bool:
    """Return whether any of these rows is made up; those without a column ``sample`` are real."""
    return True in _marks(source)


def _name(source: Source | None) -> str:
    return "" if source is None or isinstance(source, pd.DataFrame) else source.name


def _marks(source: Source) -> frozenset[bool]:
    """Return what the rows say of themselves; a log without rows says nothing."""
    if isinstance(source, pd.DataFrame):
        column = source[_COLUMN] if _COLUMN in source else pd.Series([False])
    elif source.suffix.lower() == ".parquet":
        if _COLUMN not in pq.read_schema(source).names:
            return frozenset({False})
        column = pq.read_table(source, columns=[_COLUMN])[_COLUMN].unique().to_pandas()
    else:
        column = pd.read_csv(
            source, usecols=lambda name: name == _COLUMN, dtype="string", encoding="utf-8-sig"
        ).get(_COLUMN, pd.Series([False]))
    told = column.drop_duplicates().astype("string").str.strip().str.lower()
    return frozenset(told.isin(_TRUE))
