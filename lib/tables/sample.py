"""Tell made-up rows from real ones: a sample never counts together with real rows."""

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.language.errors import DataRefusedError
from lib.language.text import Lang, t

Source = Path | pd.DataFrame
"""Where rows come from: a Parquet file, or a table whose ``attrs["file"]`` may name its file."""

SAMPLE_PREFIX: Final = "MAU-"
"""Beginning of every code of a sample: *mẫu*."""

_COLUMN = "sample"
_TRUE = ("true", "1")


def sample_of(outages: Source, customers: Source | None = None) -> bool:
    """Return whether results computed from these rows are a sample.

    Parameters
    ----------
    outages, customers : Path or DataFrame
        As `lib.power.indices.answer`; rows without a column ``sample`` are real.

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


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; made-up rows are named in its metadata, where columns have codes.

    Parameters
    ----------
    frame : DataFrame
        Any table, with or without geometry.
    """
    if not has_sample(frame):
        frame.to_parquet(path, index=False)
        return
    table = pa.Table.from_pandas(frame, preserve_index=False)
    said = {t("power.note_sample"): t("power.sample")} | (table.schema.metadata or {})
    pq.write_table(table.replace_schema_metadata(said), path)


def title(table: str, lang: Lang = "vi", *, sample: bool) -> str:
    """Return what a table is called; a sample says so."""
    words = t(f"about.table_{table}", lang)
    return t("gaps.of_sample", lang, words=words) if sample else words


def _name(source: Source | None) -> str:
    if isinstance(source, pd.DataFrame):
        return str(source.attrs.get("file", ""))
    return "" if source is None else source.name


def _marks(source: Source) -> frozenset[bool]:
    """Return what the rows say of themselves; a log without rows says nothing."""
    if isinstance(source, pd.DataFrame):
        column = source[_COLUMN] if _COLUMN in source else pd.Series([False])
    elif _COLUMN not in pq.read_schema(source).names:
        return frozenset({False})
    else:
        column = pq.read_table(source, columns=[_COLUMN])[_COLUMN].unique().to_pandas()
    told = column.drop_duplicates().astype("string").str.strip().str.lower()
    return frozenset(told.isin(_TRUE))
