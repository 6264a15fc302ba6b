"""KML and KMZ: all parts of all placemarks, not the first."""

import posixpath
import re
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final
from xml.parsers import expat

import numpy as np
import shapely

from lib.importing.readers.archive import extract, open_zip, refuse_entities
from lib.importing.readers.base import Content, Features
from lib.importing.readers.maps.counts import Counts, refuse_losses
from lib.importing.readers.maps.kmltext import Written
from lib.importing.readers.maps.ogr import options, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding

_HEAD: Final = 4096
_HIDDEN: Final = 0
"""Value of ``visibility`` of what its author switched off; -1 where nothing is said."""


def read(path: Path, name: str) -> Content:
    """Return the placemarks of a KML file: always WGS 84, longitude first.

    Raises
    ------
    DataRefusedError
        It is no KML, declares entities, or GDAL gives back less than is in it.
    """
    content, links = _one(path, name)
    if not content.layers:
        raise _nothing(content.findings, name)
    return replace(content, findings=(*content.findings, *_elsewhere(links, name)))


def _nothing(found: Iterable[Finding], name: str) -> DataRefusedError:
    """Return the refusal of a file of which nothing is left, by whether all is switched off."""
    hidden = [finding for finding in found if finding.key == "readers.kml_hidden"]
    if hidden:
        return DataRefusedError("readers.kml_all_hidden", file=name, count=len(hidden))
    return DataRefusedError("readers.no_features", file=name)


def _one(path: Path, name: str) -> tuple[Content, list[str]]:
    """Return the placemarks of one KML, of which there may be none, and what it links to."""
    content = path.read_bytes()
    refuse_entities(content, name)
    if b"<kml" not in content[:_HEAD] and b":kml" not in content[:_HEAD]:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="KML")
    try:
        written = Written(content)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise DataRefusedError("readers.unreadable", file=name) from error
    if written.root != "kml":
        raise DataRefusedError("readers.unreadable", file=name)
    if not written.counts.features:
        return Content(name), written.links
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.with_suffix(".kml").name
        plain.write_bytes(written.plain())
        with options(LIBKML_RESOLVE_STYLE="NO", GDAL_HTTP_TIMEOUT="1", CPL_CURL_ENABLED="NO"):
            layers, found = read_layers(plain, "LIBKML", name)
    refuse_losses(written.counts, Counts.of(layers), name)
    seen = []
    for layer in layers:
        kept, told = _visible(_plain(layer))
        seen.extend([kept] if len(kept.shapes) else [])
        found.extend(told)
    return Content(name, layers=tuple(seen), findings=tuple(found)), written.links


def _elsewhere(links: Iterable[str], name: str) -> list[Finding]:
    """Return a note if something of the file lies elsewhere."""
    return [Finding("note", "readers.network_link", file=name)] if any(links) else []


def _plain(layer: Features) -> Features:
    """Return the layer in WGS 84, without heights that are all zero: KML writes them always."""
    heights = shapely.get_coordinates(layer.shapes, include_z=True)[:, 2]
    shapes = layer.shapes if np.any(heights) else shapely.force_2d(layer.shapes)
    return replace(layer, shapes=shapes, crs="EPSG:4326", by_format=True)


def _visible(layer: Features) -> tuple[Features, list[Finding]]:
    """Return the layer without the shapes its author switched off, and a question for each."""
    if "visibility" not in layer.frame:
        return layer, []
    off = (layer.frame["visibility"] == _HIDDEN).to_numpy(dtype=bool)
    off = off & ~shapely.is_missing(layer.shapes)
    if not off.any():
        return layer, []
    found = [
        Finding("ask", "readers.kml_hidden", {"label": str(label)}, layer.place, int(at) + 1)
        for at, label in zip(np.flatnonzero(off), layer.frame["Name"][off], strict=True)
    ]
    rows = tuple(int(at) + 1 for at in np.flatnonzero(~off))
    frame = layer.frame[~off].reset_index(drop=True)
    return replace(layer, frame=frame, shapes=layer.shapes[~off], rows=rows), found


def read_kmz(path: Path, name: str) -> Content:
    """Return the placemarks of every KML in a KMZ, linked to or not.

    Raises
    ------
    DataRefusedError
        As `read`, or the archive is not sound.
    """
    with open_zip(path, name) as archive, tempfile.TemporaryDirectory() as folder:
        inside = [e for e in archive.infolist() if e.filename.lower().endswith(".kml")]
        if not inside:
            raise DataRefusedError("readers.wrong_kind", file=name, kind="KMZ")
        layers: list[Features] = []
        found: list[Finding] = []
        for at, entry in enumerate(inside):
            target = Path(folder) / f"{at}.kml"
            extract(archive, entry, target, name)
            content, links = _one(target, name)
            found.extend((*content.findings, *_elsewhere(_outside(links, entry, inside), name)))
            layers.extend(_called(layer, entry, alone=len(inside) == 1) for layer in content.layers)
    if not layers:
        raise _nothing(found, name)
    if len(layers) == 1:
        layers = [replace(layers[0], layer="")]
    return Content(name, layers=tuple(layers), findings=tuple(found))


def _outside(
    links: Iterable[str], entry: zipfile.ZipInfo, inside: Iterable[zipfile.ZipInfo]
) -> list[str]:
    """Return the links of a KML that lead to no KML of the same archive."""
    names = {posixpath.normpath(one.filename) for one in inside}
    folder = posixpath.dirname(entry.filename)
    places = {link: posixpath.normpath(posixpath.join(folder, link)) for link in links}
    return [link for link, place in places.items() if place not in names]


def _called(layer: Features, entry: zipfile.ZipInfo, *, alone: bool) -> Features:
    """Return a layer under the name of its KML, where the archive has several."""
    part = re.sub(r"[\x00-\x1f]", "", PurePosixPath(entry.filename).stem)
    return layer if alone else replace(layer, layer=layer.layer or part)
