"""GeoJSON: what it says is counted by other means than GDAL's, and nothing may be said twice."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lib.importing.readers.base import Content
from lib.importing.readers.maps.counts import Counts, refuse_losses
from lib.importing.readers.maps.ogr import read_layers
from lib.language.errors import DataRefusedError


def read_geojson(path: Path, name: str) -> Content:
    """Return the features of a GeoJSON file.

    Without a member ``crs`` the standard says WGS 84; offices write VN-2000 all
    the same, so what only the format says can be overruled.

    Raises
    ------
    DataRefusedError
        It is no GeoJSON, says something twice, or GDAL gives back less than it holds.
    """
    try:
        document = json.loads(
            path.read_bytes().decode("utf-8-sig"), object_pairs_hook=partial(_once, name=name)
        )
    except (ValueError, RecursionError) as error:
        raise DataRefusedError("readers.not_json", file=name) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise DataRefusedError("readers.not_geojson", file=name)
    layers, remarks = read_layers(path, "GeoJSON", name, prefix="GeoJSON:")
    refuse_losses(counts_of(document), Counts.of(layers), name)
    stated = document.get("crs") is not None
    return Content(
        name,
        layers=tuple(replace(layer, by_format=not stated, layer="") for layer in layers),
        findings=tuple(remarks),
    )


def _once(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    """Return an object whose names stand once: of two values a reader would keep the last."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise DataRefusedError("readers.json_twice", file=name, column=twice)
    return made


def counts_of(document: dict[str, Any]) -> Counts:
    """Return what a GeoJSON feature or collection of features holds."""
    listed = document.get("features", []) if "features" in document else [document]
    features = listed if isinstance(listed, list) else []
    total = Counts(features=len(features))
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        for shape in _geometries(geometry):
            total += Counts(0, *_coordinates(shape))
    return total


def _geometries(geometry: object) -> Iterator[dict[str, Any]]:
    """Yield a geometry, or those in a collection however deep."""
    waiting = [geometry]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            continue
        inside = one.get("geometries")
        if isinstance(inside, list):
            waiting.extend(inside)
        else:
            yield one


def _coordinates(shape: dict[str, Any]) -> tuple[int, int]:
    """Return how many rings and positions a geometry has."""
    coordinates = shape.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(shape.get("type")))
    listed = polygons if isinstance(polygons, list) else []
    rings = sum(len(one) for one in listed if isinstance(one, list))
    corners = 0
    waiting = [coordinates]
    while waiting:
        items = waiting.pop()
        if isinstance(items, list) and items:
            if isinstance(items[0], list):
                waiting.extend(items)
            else:
                corners += 1
    return rings, corners
