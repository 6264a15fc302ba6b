"""Everything of a snapshot in one file: GeoPackage, Excel or GeoParquet.

The GeoPackage opens styled in QGIS, the workbook reads back by its headings,
the Parquet files are the snapshot's own, byte for byte. The same snapshot
always gives the same file.
"""

import contextlib
import datetime as dt
import io
import json
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from lib.country import TABLE
from lib.crs import STORAGE_CRS
from lib.exports import stored_text
from lib.glossary import GRID_TABLES
from lib.layers import Kind
from lib.qgisstyle import qml
from lib.register import register
from lib.samplelog import has_sample
from lib.schemas import ALL_TABLES, CODES, codes_of, label, value_label
from lib.settings import settings
from lib.store import Snapshot, TableInfo
from lib.text import LANGS, Lang, date, number, t

Format = Literal["gpkg", "xlsx", "geoparquet"]

_KINDS: Final[tuple[Kind, ...]] = ("point", "line", "polygon")
_GEOMETRY: Final = "geom"
_FOLLOWED: Final = ("communes_now", "change")
"""What the register says beside the facts of a cluster."""
_NEEDED: Final = ("clusters", "former_units", "ended_units", "communes")
_WIDEST_PX: Final = 420
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
    makers = {"gpkg": _gpkg, "xlsx": _xlsx, "geoparquet": _geoparquet}
    return makers[kind](snapshot, lang)


def _title(snapshot: Snapshot, table: str, lang: Lang) -> str:
    """Return what a table is called; one with made-up rows says so."""
    words = t(f"about.table_{table}", lang)
    made_up = "sample" in _columns(table) and has_sample(snapshot.check(table))
    return t("gaps.of_sample", lang, words=words) if made_up else words


def _borders(snapshot: Snapshot, lang: Lang) -> str:
    manifest = snapshot.manifest
    as_of = manifest.tables["communes"].as_of
    return t(f"frame.borders_{manifest.border_quality}", lang, date=date(as_of, lang))


def _tables(snapshot: Snapshot) -> Mapping[str, TableInfo]:
    """Return what may be taken away: all, without the grid where the settings keep it back.

    The communes of other provinces are a background anybody can have at its source.
    """
    kept = (TABLE,) if settings().grid_layer else (TABLE, *GRID_TABLES)
    return {name: i for name, i in snapshot.manifest.tables.items() if name not in kept}


def _created(snapshot: Snapshot) -> dt.datetime:
    return dt.datetime.fromisoformat(snapshot.manifest.created).astimezone(dt.UTC)


def _about(snapshot: Snapshot, lang: Lang) -> dict[str, str]:
    """Return label -> text of what holds for the whole file."""
    given = snapshot.manifest.details.get("borders", {})
    licence = "; ".join(str(given[key]) for key in ("source_url", "licence") if given.get(key))
    about = {
        t("alldata.snapshot", lang): snapshot.snapshot_id,
        t("alldata.created", lang): date(_created(snapshot), lang),
        t("alldata.borders", lang): _borders(snapshot, lang),
        t("alldata.borders_from", lang): licence,
        t("alldata.places", lang): t("alldata.places_text", lang),
        t("alldata.blanks", lang): t("alldata.blanks_text", lang),
    }
    return {name: text for name, text in about.items() if text}


def _line(snapshot: Snapshot, table: str, lang: Lang) -> str:
    info = snapshot.manifest.tables[table]
    return t(
        "alldata.table_line",
        lang,
        title=_title(snapshot, table, lang),
        rows=number(info.rows, lang),
        source=info.source,
        as_of=date(info.as_of, lang),
        sha256=info.sha256,
    )


def _gpkg(snapshot: Snapshot, lang: Lang) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.gpkg"
        styles = []
        for table, frame in _layers(snapshot):
            description = _line(snapshot, table, lang)
            if table == "clusters":
                description = f"{t('alldata.places_text', lang)} {description}"
            _write_layer(path, table, frame, _title(snapshot, table, lang), description)
            if isinstance(frame, gpd.GeoDataFrame):
                styles.append(_style(snapshot, table, frame, lang))
        notes = [
            *_about(snapshot, lang).items(),
            *((table, _line(snapshot, table, lang)) for table in _tables(snapshot)),
        ]
        _write_layer(
            path,
            "metadata",
            pd.DataFrame(notes, columns=["label", "text"]),
            t("alldata.notes", lang),
            snapshot.snapshot_id,
        )
        # QGIS looks for a table of this name and these columns in every GeoPackage.
        pyogrio.write_dataframe(
            pd.DataFrame(styles), path, layer="layer_styles", layer_options={"FID": "id"}
        )
        _stamp(path, _created(snapshot))
        return path.read_bytes()


def _layers(snapshot: Snapshot) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table as it is written: clusters as points, geometry of one kind a layer."""
    for table in _tables(snapshot):
        frame = snapshot.read(table)
        if table == "clusters":
            frame = _placed_clusters(snapshot, frame)
        elif isinstance(frame, gpd.GeoDataFrame):
            frame = _of_one_kind(frame.to_crs(STORAGE_CRS))
        yield table, frame


def _placed_clusters(snapshot: Snapshot, clusters: pd.DataFrame) -> gpd.GeoDataFrame:
    known = register({name: snapshot.read(name) for name in _NEEDED})
    points = gpd.GeoSeries(gpd.points_from_xy(known["lon"], known["lat"]), crs=STORAGE_CRS)
    points = points.where(known["lat"].notna().to_numpy())
    return gpd.GeoDataFrame(known[[*clusters.columns, *_FOLLOWED]], geometry=points)


def _kind(frame: gpd.GeoDataFrame) -> Kind:
    """Return what most of the geometry is."""
    found = Counter(shapely.get_dimensions(frame.geometry.dropna().to_numpy()).tolist())
    return _KINDS[max(found, key=lambda dimension: found[dimension], default=2)]


def _of_one_kind(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` without the geometry that is of another kind than most.

    A river that only touches the frame of its file is a point there; QGIS would
    split the layer in two.
    """
    shapes = frame.geometry.to_numpy()
    same = shapely.get_dimensions(shapes) == _KINDS.index(_kind(frame))
    return frame.set_geometry(gpd.GeoSeries(np.where(same, shapes, None), crs=frame.crs))


def _write_layer(path: Path, table: str, frame: pd.DataFrame, title: str, description: str) -> None:
    options = {"IDENTIFIER": title, "DESCRIPTION": description}
    more: dict[str, Any] = {}
    if isinstance(frame, gpd.GeoDataFrame):
        options["GEOMETRY_NAME"] = _GEOMETRY
        more["promote_to_multi"] = _kind(frame) != "point"
    pyogrio.write_dataframe(frame, path, layer=table, layer_options=options, **more)


def _style(
    snapshot: Snapshot, table: str, frame: gpd.GeoDataFrame, lang: Lang
) -> dict[str, object]:
    schematic = snapshot.manifest.border_quality == "schematic"
    # Clusters are drawn as points, also where none of them has a place.
    kind: Kind = "point" if table == "clusters" else _kind(frame)
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": table,
        "f_geometry_column": _GEOMETRY,
        "styleName": table,
        "styleQML": qml(table, kind, schematic=schematic, lang=lang),
        "styleSLD": "",
        "useAsDefault": True,
        "description": _title(snapshot, table, lang),
        "owner": "",
        "ui": "",
        "update_time": _created(snapshot).replace(tzinfo=None),
    }


def _stamp(path: Path, moment: dt.datetime) -> None:
    """Give every layer the date of the snapshot instead of the moment of writing."""
    with contextlib.closing(sqlite3.connect(path)) as book, book:
        book.execute("UPDATE gpkg_contents SET last_change = ?", (f"{moment:%Y-%m-%dT%H:%M:%SZ}",))


def _xlsx(snapshot: Snapshot, lang: Lang) -> bytes:
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(
        buffer,
        engine="xlsxwriter",
        engine_kwargs={"options": options},
        datetime_format="dd/mm/yyyy hh:mm:ss",
    ) as book:
        book.book.set_properties({"created": _created(snapshot).replace(tzinfo=None)})
        notes = t("alldata.notes", lang)
        about = list(_about(snapshot, lang).items())
        pd.DataFrame(about).to_excel(book, sheet_name=notes, index=False, header=False)
        _contents(snapshot, lang).to_excel(
            book, sheet_name=notes, index=False, startrow=len(about) + 1
        )
        for table in _tables(snapshot):
            frame = _in_words(table, pd.DataFrame(snapshot.read(table)), lang)
            texts = frame.select_dtypes(["object", "str"])
            frame[texts.columns] = texts.map(stored_text)
            frame.to_excel(book, sheet_name=table, index=False, freeze_panes=(1, 0))
            book.sheets[table].autofilter(0, 0, len(frame), len(frame.columns) - 1)
        for sheet in book.sheets.values():
            sheet.autofit(_WIDEST_PX)
    return buffer.getvalue()


def _contents(snapshot: Snapshot, lang: Lang) -> pd.DataFrame:
    return pd.DataFrame(
        {
            t("alldata.sheet", lang): table,
            t("alldata.content", lang): _title(snapshot, table, lang),
            t("alldata.rows", lang): info.rows,
            t("alldata.source", lang): info.source,
            t("alldata.as_of", lang): date(info.as_of, lang),
        }
        for table, info in _tables(snapshot).items()
    )


def _in_words(table: str, frame: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return a table without geometry, codes and headings as words."""
    shown = frame.drop(columns="geometry", errors="ignore")
    for column in shown.columns.intersection(_columns(table)):
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


def _columns(table: str) -> list[str]:
    return list(ALL_TABLES[table].to_schema().columns) if table in ALL_TABLES else []


def _words(codes: str, lang: Lang) -> dict[str, str]:
    """Return code -> words; where two codes share words, each keeps its code behind them."""
    words = {code: value_label(codes, code, lang) for code in CODES[codes]}
    shared = Counter(words.values())
    return {code: f"{w} [{code}]" if shared[w] > 1 else w for code, w in words.items()}


def _heading(table: str, column: str, lang: Lang) -> str:
    return t(_HEADINGS[column], lang) if column in _HEADINGS else label(table, column, lang)


def _geoparquet(snapshot: Snapshot, lang: Lang) -> bytes:
    tables = _tables(snapshot)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(name, _created(snapshot).timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)

        languages = sorted(LANGS, key=lambda other: other != lang)
        add("README.md", "\n".join(_readme(snapshot, each) for each in languages).encode())
        add("manifest.json", _manifest(snapshot))
        for table in tables:
            add(f"{table}.parquet", snapshot.check(table).read_bytes())
    return buffer.getvalue()


def _manifest(snapshot: Snapshot) -> bytes:
    """Return the manifest; one that would tell of tables kept back is told without them."""
    content = (snapshot.folder / "manifest.json").read_bytes()
    said, shown = json.loads(content), _tables(snapshot)
    if said["tables"].keys() == shown.keys():
        return content
    said["tables"] = {name: info for name, info in said["tables"].items() if name in shown}
    said |= {"files": [], "details": {k: v for k, v in said["details"].items() if k != "import"}}
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _readme(snapshot: Snapshot, lang: Lang) -> str:
    lines = [f"- `{name}.parquet` – {_line(snapshot, name, lang)}" for name in _tables(snapshot)]
    return t(
        "alldata.readme",
        lang,
        snapshot=snapshot.snapshot_id,
        borders=_borders(snapshot, lang),
        tables="\n".join(lines),
    ).lstrip()
