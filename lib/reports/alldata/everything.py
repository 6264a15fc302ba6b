"""Everything of a snapshot in one file: GeoPackage, Excel or GeoParquet.

The GeoPackage opens styled in QGIS, the workbook reads back by its headings,
the Parquet files are the snapshot's own, byte for byte. The same snapshot
always gives the same file.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from lib.language.text import Lang
from lib.reports.alldata.contents import Contents
from lib.reports.alldata.geopackage import geopackage
from lib.reports.alldata.parquetzip import parquet_zip
from lib.reports.alldata.workbook import workbook
from lib.store.store import Snapshot

__all__ = ["MAKERS", "Format", "everything"]

Format = Literal["gpkg", "xlsx", "geoparquet"]
MAKERS: Final[Mapping[Format, Callable[[Contents], bytes]]] = {
    "gpkg": geopackage,
    "xlsx": workbook,
    "geoparquet": parquet_zip,
}


def everything(snapshot: Snapshot, kind: Format, lang: Lang = "vi") -> bytes:
    """Return all tables of a snapshot as one file.

    Parameters
    ----------
    snapshot : Snapshot
        Every table is checked against its sha256 before it is written.
    kind : {"gpkg", "xlsx", "geoparquet"}
        ``gpkg``: a layer a table in EPSG:4326, tables without geometry as
        attributes, clusters at their approximate places, styles for QGIS, a
        table ``metadata``. ``xlsx``: a sheet a table, without geometry.
        ``geoparquet``: a zip of the snapshot's own files.
    lang : {"vi", "en"}
        Language of titles, headings, words for codes and notes; columns of
        ``gpkg`` and ``geoparquet`` keep their codes.

    Raises
    ------
    StoreError
        If a table is missing or damaged.
    """
    return MAKERS[kind](Contents.of(snapshot, lang))
