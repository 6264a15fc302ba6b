"""KML and KMZ: all parts of all placemarks, not the first."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from lib.importing.readers.archive import extract, open_zip, refuse_entities
from lib.importing.readers.base import Content, Features
from lib.importing.readers.ogr import options, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding


def read(path: Path, name: str) -> Content:
    """Return the placemarks of a KML file: always WGS 84, longitude first.

    Raises
    ------
    DataRefusedError
        It is no KML or declares entities.
    """
    content = path.read_bytes()
    refuse_entities(content, name)
    if b"<kml" not in content[:4096]:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="KML")
    with options(LIBKML_RESOLVE_STYLE="NO", GDAL_HTTP_TIMEOUT="1", CPL_CURL_ENABLED="NO"):
        layers = read_layers(str(path), "LIBKML", name)
    found: tuple[Finding, ...] = ()
    if b"<NetworkLink" in content:
        found = (Finding("note", "readers.network_link", file=name),)
    return Content(
        name,
        layers=tuple(_plain(layer) for layer in layers),
        findings=found,
    )


def _plain(layer: Features) -> Features:
    """Return the layer in WGS 84, without heights that are all zero: KML writes them always."""
    heights = shapely.get_coordinates(layer.shapes, include_z=True)[:, 2]
    shapes = layer.shapes if np.any(heights) else shapely.force_2d(layer.shapes)
    return replace(layer, shapes=shapes, crs="EPSG:4326", by_format=True)


def read_kmz(path: Path, name: str) -> Content:
    """Return the placemarks of every KML in a KMZ.

    Raises
    ------
    DataRefusedError
        As `read`, or the archive is not sound.
    """
    with open_zip(path, name) as archive, tempfile.TemporaryDirectory() as folder:
        inside = [e for e in archive.infolist() if e.filename.lower().endswith(".kml")]
        if not inside:
            raise DataRefusedError("readers.wrong_kind", file=name, kind="KMZ")
        parts = []
        for at, entry in enumerate(inside):
            target = Path(folder) / f"{at}.kml"
            extract(archive, entry, target, name)
            parts.append(read(target, name))
    return Content(
        name,
        layers=tuple(layer for part in parts for layer in part.layers),
        findings=tuple(finding for part in parts for finding in part.findings),
    )
