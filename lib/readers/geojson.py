"""GeoJSON: RFC 7946, and the older member ``crs`` where a file has one."""

import json
from dataclasses import replace
from pathlib import Path

from lib.importing.readers.base import Content
from lib.importing.readers.ogr import read_layers
from lib.language.errors import DataRefusedError


def read(path: Path, name: str) -> Content:
    """Return the features of a GeoJSON file.

    Without a member ``crs`` the standard says WGS 84; offices write VN-2000 all
    the same, so what only the format says can be overruled.
    """
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataRefusedError("readers.not_json", file=name) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise DataRefusedError("readers.not_geojson", file=name)
    layers = read_layers(f"GeoJSON:{path}", "GeoJSON", name)
    stated = "crs" in document
    return Content(
        name, layers=tuple(replace(layer, by_format=not stated, layer="") for layer in layers)
    )
