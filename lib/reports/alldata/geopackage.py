"""All tables as a GeoPackage: a layer each, styled for QGIS."""

import lib.settings  # noqa: F401 - switches drivers of GDAL off before it loads

# isort: split
import contextlib
import datetime as dt
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.language.text import t
from lib.layers.looks.layer import Kind
from lib.layers.qgis import own_qml, qml
from lib.places.owntable import geo_table
from lib.register.clusters import PLACED_BY, on_map
from lib.reports.alldata.contents import Contents
from lib.store.store import Snapshot

_KINDS: Final[tuple[Kind, ...]] = ("point", "line", "polygon")
_GEOMETRY: Final = "geom"
_FOLLOWED: Final = ("communes_now", "change")
"""What the register says beside the facts of a cluster."""


def geopackage(contents: Contents) -> bytes:
    """Return all tables as one GeoPackage, EPSG:4326, with a table ``metadata`` and styles."""
    lang = contents.lang
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.gpkg"
        styles = []
        for table, frame in _layers(contents):
            description = contents.line(table)
            if table == "clusters":
                description = f"{t('alldata.places_text', lang)} {description}"
            _write_layer(path, table, frame, contents.title(table), description)
            if isinstance(frame, gpd.GeoDataFrame):
                styles.append(_style(contents, table, frame))
        communes = contents.snapshot.read("communes") if contents.own else pd.DataFrame()
        for own in contents.own:
            shapes = _of_one_kind(geo_table(own, communes))
            _write_layer(path, own.layer_id, shapes, own.name, contents.own_line(own))
            look = own_qml(own, _kind(shapes), lang)
            styles.append(_entry(contents, own.layer_id, look, own.name))
        notes = [
            *contents.about().items(),
            *((table, contents.line(table)) for table in contents.tables),
            *((own.layer_id, contents.own_line(own)) for own in contents.own),
        ]
        _write_layer(
            path,
            "metadata",
            pd.DataFrame(notes, columns=["label", "text"]),
            t("alldata.notes", lang),
            contents.snapshot.snapshot_id,
        )
        # QGIS looks for a table of this name and these columns in every GeoPackage.
        pyogrio.write_dataframe(
            pd.DataFrame(styles), path, layer="layer_styles", layer_options={"FID": "id"}
        )
        return _stamped(path, contents.created)


def _layers(contents: Contents) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table as it is written: clusters as points, geometry of one kind a layer."""
    snapshot = contents.snapshot
    for table in contents.tables:
        frame = snapshot.read(table)
        if table == "clusters":
            frame = _placed_clusters(snapshot, frame)
        elif isinstance(frame, gpd.GeoDataFrame):
            frame = _of_one_kind(frame.to_crs(STORAGE_CRS))
        yield table, frame


def _placed_clusters(snapshot: Snapshot, clusters: pd.DataFrame) -> gpd.GeoDataFrame:
    needed = (name for name in PLACED_BY if name in snapshot.manifest.tables)
    known = on_map({"clusters": clusters, **{name: snapshot.read(name) for name in needed}})
    return gpd.GeoDataFrame(known[[*clusters.columns, *_FOLLOWED, "geometry"]])


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


def _style(contents: Contents, table: str, frame: gpd.GeoDataFrame) -> dict[str, object]:
    schematic = contents.snapshot.manifest.border_quality == "schematic"
    # Clusters are drawn as points, also where none of them has a place.
    kind: Kind = "point" if table == "clusters" else _kind(frame)
    look = qml(table, kind, schematic=schematic, lang=contents.lang)
    return _entry(contents, table, look, contents.title(table))


def _entry(contents: Contents, table: str, look: str, title: str) -> dict[str, object]:
    """Return the row of ``layer_styles`` of a table."""
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": table,
        "f_geometry_column": _GEOMETRY,
        "styleName": table,
        "styleQML": look,
        "styleSLD": "",
        "useAsDefault": True,
        "description": title,
        "owner": "",
        "ui": "",
        "update_time": contents.created.replace(tzinfo=None),
    }


def _stamped(path: Path, moment: dt.datetime) -> bytes:
    """Return the file with the date of the snapshot instead of the moments of writing.

    It is written anew: how often the first one was changed depends on the clock, and is kept in it.
    """
    anew = path.with_name("stamped.gpkg")
    with contextlib.closing(sqlite3.connect(path)) as book:
        with book:
            last = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
            book.execute("UPDATE gpkg_contents SET last_change = ?", (last,))
        book.execute("VACUUM INTO ?", (str(anew),))
    return anew.read_bytes()
