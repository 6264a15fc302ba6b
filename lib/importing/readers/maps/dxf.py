"""DXF: closed polylines and hatches, with their layer and the text inside them.

A drawing has no CRS and much beside outlines: what is not closed is counted and
left, never joined by guessing; what its author froze, switched off or put on the
sheet of paper is told and left out.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lib.importing.readers.base import Content, Features, start_of
from lib.importing.readers.maps.dxftags import unread
from lib.importing.readers.maps.ogr import options, read_layers
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, Level
from lib.language.text import is_blank, nfc

_LINES: Final = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
_POLYGONS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_MAGIC: Final = (b"0", b"999", b"AutoCAD Binary DXF")
_HEADER: Final = 65_536
_VERSION: Final = re.compile(rb"\$ACADVER\s+1\s+(AC\d+)")
_PAGE: Final = re.compile(rb"\$DWGCODEPAGE\s+3\s+ansi_(\d+)", re.IGNORECASE)
_R2007: Final = b"AC1021"
_ESCAPE: Final = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_HIDDEN: Final = re.compile(r"\b(?:c|fc):#[0-9a-fA-F]{6}00\b")
"""A pen or brush GDAL makes transparent: layer frozen or off, entity invisible, block on such."""
_SPLINE: Final = "AcDbSpline"
_NAMELESS: Final = ("0", "DEFPOINTS")
"""Layers every drawing has: their names say nothing."""
_QUERY: Final = "SELECT *, OGR_STYLE FROM entities"
CLOSED_M: Final = 0.01
"""A line whose ends are nearer than this, in drawing units, is closed."""


def read(path: Path, name: str) -> Content:
    """Return the closed shapes of a drawing: columns ``layer`` and ``text``.

    ``layer`` is blank where the layer is one that every drawing has.

    Raises
    ------
    DataRefusedError
        It is no DXF, or no shape in it is closed; the message names the layers.
    """
    if not start_of(path).lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_MAGIC):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="DXF")
    missed = unread(path, name)
    with options(
        DXF_CLOSED_LINE_AS_POLYGON="TRUE",
        DXF_INLINE_BLOCKS="TRUE",
        # Each shape of a block keeps its own layer, and with it whether it is seen.
        DXF_MERGE_BLOCK_GEOMETRIES="NO",
        DXF_ENCODING="ISO-8859-1",
    ):
        try:
            (drawn,), found = read_layers(path, "DXF", name, sql=_QUERY)
        except DataRefusedError:
            _refuse_areas(missed, name)
            raise
    codec = _codec(start_of(path, _HEADER))
    shapes = _closed(drawn.shapes)
    kinds = shapely.get_type_id(shapes)
    layers = drawn.frame["Layer"].map(lambda layer: _words(layer, codec)).to_numpy(dtype=object)
    hidden = drawn.frame["OGR_STYLE"].astype("str").str.contains(_HIDDEN).to_numpy(dtype=bool)
    paper = (drawn.frame["PaperSpace"] == 1).to_numpy(dtype=bool)
    seen = ~hidden & ~paper
    closed, lines = np.isin(kinds, _POLYGONS), np.isin(kinds, _LINES)
    found += _told_hidden(layers, hidden & ~paper, closed, lines, name)
    found += _counted("note", "readers.dxf_paper", layers[paper & closed], name)
    polygons, open_lines = closed & seen, layers[lines & seen]
    if not polygons.any():
        _refuse(open_lines, layers[hidden & closed], missed, name)
    found += missed
    found += _counted("note", "readers.dxf_open", open_lines, name)
    curved = drawn.frame["SubClasses"].astype("str").str.contains(_SPLINE).to_numpy(dtype=bool)
    found += _counted("ask", "readers.dxf_spline", layers[curved & polygons], name)
    texts = [_words(text, codec) for text in _texts(drawn, shapes[polygons], seen)]
    named = ["" if one.upper() in _NAMELESS else one for one in layers[polygons]]
    frame = pd.DataFrame({"layer": named, "text": texts}, dtype=object)
    return Content(
        name,
        layers=(Features(name, "", frame, shapes[polygons], None),),
        findings=tuple(found),
    )


def _told_hidden(
    layers: npt.NDArray[np.object_],
    hidden: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_],
    lines: npt.NDArray[np.bool_],
    name: str,
) -> list[Finding]:
    """Return a question for each layer with closed shapes nobody sees, a note for other lines."""
    return [
        *_counted("ask", "readers.dxf_hidden", layers[hidden & closed], name),
        *_counted("note", "readers.dxf_hidden_lines", layers[hidden & lines], name),
    ]


def _counted(level: Level, key: str, layers: npt.NDArray[np.object_], name: str) -> list[Finding]:
    """Return a finding for each layer with how often it is there."""
    return [
        Finding(level, key, {"layer": layer, "count": count}, file=name)
        for layer, count in Counter(layers).most_common()
    ]


def _refuse(
    open_lines: npt.NDArray[np.object_],
    hidden: npt.NDArray[np.object_],
    missed: list[Finding],
    name: str,
) -> None:
    """Refuse a drawing without a closed shape, for what is the likeliest cause."""
    _refuse_areas(missed, name)
    if len(hidden):
        listed = ", ".join(dict.fromkeys(hidden))
        raise DataRefusedError("readers.dxf_all_hidden", file=name, layers=listed)
    listed = ", ".join(f"{layer} ({count})" for layer, count in Counter(open_lines).most_common(5))
    raise DataRefusedError("readers.dxf_nothing_closed", file=name, layers=listed or "-")


def _refuse_areas(missed: list[Finding], name: str) -> None:
    """Refuse a drawing whose outline may be among what is not read."""
    for finding in missed:
        if finding.level == "ask":
            raise DataRefusedError(finding.key, file=name, **finding.values)


def _codec(header: bytes) -> str:
    """Return how the texts of a drawing are encoded: UTF-8 from R2007 on, a code page before.

    GDAL takes the code page for every version and does not know the Vietnamese
    one (1258), so it is given bytes to hand on and they are read here.
    """
    version, page = _VERSION.search(header), _PAGE.search(header)
    if version and version[1] >= _R2007:
        return "utf-8"
    return f"cp{page[1].decode()}" if page else "cp1252"


def _words(text: object, codec: str) -> str:
    """Return a text of the drawing, its bytes one to a letter, as it was written."""
    if is_blank(text):
        return ""
    try:
        read = str(text).encode("latin-1").decode(codec)
    except (UnicodeError, LookupError):
        read = str(text)
    return nfc(_ESCAPE.sub(lambda code: chr(int(code[1], 16)), read))


def _closed(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return `shapes` with lines whose ends meet as polygons."""
    flat = shapely.force_2d(shapes)
    lines = shapely.get_type_id(flat) == shapely.GeometryType.LINESTRING
    gap = shapely.distance(shapely.get_point(flat, 0), shapely.get_point(flat, -1))
    meet = lines & (shapely.get_num_points(flat) >= 4) & (gap <= CLOSED_M)  # noqa: PLR2004 a closed ring
    closed = flat.copy()
    for at in np.flatnonzero(meet):
        corners = shapely.get_coordinates(flat[at])
        corners[-1] = corners[0]
        closed[at] = shapely.Polygon(corners)
    return closed


def _texts(
    drawn: Features, polygons: npt.NDArray[np.object_], seen: npt.NDArray[np.bool_]
) -> list[str]:
    """Return for each polygon the one text seen inside it, empty if none or several."""
    points = np.array(drawn.shapes)
    written = drawn.frame["Text"] if "Text" in drawn.frame else pd.Series(None, drawn.frame.index)
    labels = ~written.map(is_blank).to_numpy(dtype=bool)
    labels &= seen & (shapely.get_type_id(points) == shapely.GeometryType.POINT)
    if not labels.any():
        return [""] * len(polygons)
    tree = shapely.STRtree(shapely.force_2d(points[labels]))
    at, inside = tree.query(polygons, predicate="contains")
    words = written[labels].astype(str).to_numpy()
    return [
        str(words[hits[0]]) if len(hits := inside[at == place]) == 1 else ""
        for place in range(len(polygons))
    ]
