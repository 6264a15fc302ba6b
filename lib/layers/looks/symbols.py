"""Styles: one table of colours and shapes for map, legend and paper.

Colours are of the Okabe-Ito family, told apart by colour-blind eyes and on a
pale projector; point symbols differ in shape as well. An approximate place has
a dashed outline. No colour judges a unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lib.tables.palette import COLOURS
from lib.tables.symbology import COLOURS as COLOURS_OF_LAYERS
from lib.tables.symbology import SHAPES

LAND: Final = COLOURS["land"]
OUTSIDE: Final = COLOURS["outside"]
COMMUNE_LINE: Final = COLOURS["blank"]
PROVINCE_LINE: Final = COLOURS["edge"]
WITHIN: Final = "#4C6A92"
CROSS: Final = "#D55E00"
UNDETERMINED: Final = COLOURS["caution"]
RESOLVED: Final = "#009E73"
PIECES: Final = ("#56B4E9", "#882255", "#F0E442", "#3C2A6B")
"""Pieces of a cluster by their rank in hectares: none is the colour of a verdict."""
WARNING: Final = "#F0E442"
INK: Final = COLOURS["ink"]

HATCHES: Final = (
    {"id": "ph-no-data", "ground": COLOURS["paper"], "line": COLOURS["stripe"]},
    {"id": "ph-undetermined", "ground": COLOURS["caution-ground"], "line": UNDETERMINED},
)
"""Fills of stripes; a path uses one as ``url(#id)``."""


@dataclass(frozen=True)
class Style:
    """One class of a layer: what the map, the legend and the paper draw.

    Parameters
    ----------
    key : str
        Code of the class, the same as in the data.
    label : str
        Text key of its name in the legend; empty for what needs no legend.
    look : mapping
        Leaflet path options, or ``size`` and ``parts`` (SVG paths on a field
        of 24 x 24) for a point. ``front`` draws it over the others, ``first`` names it
        before them.
    """

    key: str
    label: str
    look: Mapping[str, Any]


def area(
    fill: str, *, line: str = COMMUNE_LINE, width: float = 0.8, **more: object
) -> dict[str, Any]:
    """Return the path options of a filled polygon."""
    return {
        "fill": True,
        "fillColor": fill,
        "fillOpacity": 1,
        "color": line,
        "weight": width,
        "opacity": 1,
        "dashArray": None,
        **more,
    }


def stroke(line: str, width: float, dash: str | None = None) -> dict[str, Any]:
    """Return the path options of a line."""
    return {"fill": False, "color": line, "weight": width, "opacity": 1, "dashArray": dash}


_RING: Final = "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z"
_DOT: Final = "M12 7.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 1 1 0-9.6z"
_HALF: Final = "M12 7.2a4.8 4.8 0 0 1 0 9.6z"
_CROSS: Final = "M8.5 8.5l7 7M15.5 8.5l-7 7"
_CLOCK: Final = "M12 6.8v5.4l3.6 2.2"
_QUERY: Final = "M9.6 10a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8M12 16.2v.4"
TRIANGLE: Final = "M12 2.5L22 20.5H2z"
DIAMOND: Final = "M12 1.5L22.5 12L12 22.5L1.5 12z"
BOLT: Final = "M13.5 1.5L4 13.5h6l-1.5 9L19 9.5h-6.5z"
SQUARE: Final = "M3.5 3.5h17v17h-17z"


def approximate_marker(
    color: str, inner: str | None, *, filled: bool = True, size: int = 20
) -> dict[str, Any]:
    """Return a dashed ring with a sign in it: a place known only by name."""
    ring = {
        "d": _RING,
        "fill": COLOURS["paper"],
        "fill-opacity": 0.85,
        "stroke": color,
        "stroke-width": 2.2,
        "stroke-dasharray": "3.6 2.4",
    }
    parts = [ring]
    if inner:
        parts.append(
            {
                "d": inner,
                "fill": color if filled else "none",
                "stroke": color,
                "stroke-width": 1 if filled else 2.2,
                "stroke-linecap": "round",
            }
        )
    return {"size": size, "parts": parts}


def sign(path: str, *, fill: str = WARNING, size: int = 20) -> dict[str, Any]:
    """Return a sign with a dark edge: a place with weak supply; pale once it is settled."""
    return {
        "size": size,
        "parts": [
            {
                "d": path,
                "fill": fill,
                "stroke": INK if fill == WARNING else COMMUNE_LINE,
                "stroke-width": 2,
                "stroke-linejoin": "round",
            }
        ],
    }


def dot(fill: str, radius: float) -> dict[str, Any]:
    """Return a dot without an edge, for thousands on one canvas: `radius` in pixels there."""
    drawn = {"radius": radius, "stroke": False, "fill": True, "fillColor": fill, "fillOpacity": 1}
    return {"size": 5 * radius, "parts": [{"d": _DOT, "fill": fill}], **drawn}


OPERATION: Final = (
    Style(
        "operating", "schemas.value.operation_status.operating", approximate_marker(WITHIN, _DOT)
    ),
    Style("building", "schemas.value.operation_status.building", approximate_marker(WITHIN, _HALF)),
    Style("planned", "schemas.value.operation_status.planned", approximate_marker(WITHIN, None)),
    Style(
        "withdrawn",
        "schemas.value.operation_status.withdrawn",
        approximate_marker(COMMUNE_LINE, _CROSS, filled=False),
    ),
    Style(
        "unknown",
        "schemas.value.operation_status.unknown",
        approximate_marker(COMMUNE_LINE, _QUERY, filled=False),
    ),
)

CHANGE: Final = (
    Style("remains", "schemas.value.change.remains", approximate_marker(CROSS, _DOT, size=26)),
    Style("resolved", "schemas.value.change.resolved", approximate_marker(RESOLVED, _DOT, size=22)),
    Style("single", "schemas.value.change.single", approximate_marker(WITHIN, None, size=16)),
    Style(
        "undetermined",
        "schemas.value.change.undetermined",
        approximate_marker(UNDETERMINED, _QUERY, filled=False, size=20),
    ),
)

LATE: Final = "#7B3294"

TASKS: Final = (
    Style("task-cross", "layers.task_cross", approximate_marker(CROSS, _DOT, size=26)),
    Style("task-late", "layers.task_late", approximate_marker(LATE, _CLOCK, filled=False, size=26)),
    Style(
        "task-both", "layers.task_both", approximate_marker(CROSS, _CLOCK, filled=False, size=26)
    ),
    Style("task-none", "layers.task_none", approximate_marker(COMMUNE_LINE, None, size=11)),
)
"""Clusters by what is to be done: who leads, what is overdue; the rest small and grey."""


PROJECTS: Final = (
    Style("recover", "layers.project_recover", sign(SQUARE, fill=LATE, size=14)),
    Style("listed", "layers.project_listed", sign(SQUARE, fill=COLOURS["paper"], size=11)),
)
"""Projects inside clusters: past schedule and extension, or not."""

POWER_LINE: Final = "#6A3D9A"


def _lines(dash: str | None) -> tuple[Style, ...]:
    widths = {"500": 3.4, "220": 2.4, "110": 1.6, "lower": 1.0}
    return tuple(
        Style(key, f"layers.voltage_{key}", stroke(POWER_LINE, width, dash))
        for key, width in widths.items()
    )


POWER_LINES: Final = _lines(None)
"""Power lines by voltage, the heavier the higher."""
POWER_LINES_2016: Final = _lines("6 5")
"""The lines of the drawing of 2016: dashed, since they are 2-10 km off."""

SUBSTATION: Final = (Style("base", "layers.substations", sign(SQUARE, fill=POWER_LINE, size=14)),)

WEAK: Final = (
    Style("no_grid", "schemas.value.weak_kind.no_grid", sign(TRIANGLE)),
    Style("low_voltage", "schemas.value.weak_kind.low_voltage", sign(DIAMOND)),
    Style("frequent_outage", "schemas.value.weak_kind.frequent_outage", sign(BOLT)),
    Style("extremely_difficult", "schemas.value.weak_kind.extremely_difficult", sign(SQUARE)),
    Style("solved", "layers.weak_solved", sign(TRIANGLE, fill=COLOURS["paper"], size=16)),
)

OUTLINE_QUALITY: Final = (
    Style("surveyed", "schemas.value.outline_quality.surveyed", stroke(INK, 2)),
    Style("traced", "schemas.value.outline_quality.traced", stroke(INK, 1.2)),
    Style("approximate", "schemas.value.outline_quality.approximate", stroke(INK, 1.6, "4 3")),
)
"""Outlines by how well they are known, for QGIS."""

OUTLINES: Final = (
    Style(
        "cross_commune", "crossing.value.verdict.cross_commune", area(CROSS, line=INK, width=1.2)
    ),
    Style("within", "crossing.value.verdict.within", area(WITHIN, line=INK, width=1.2)),
    Style(
        "undetermined",
        "crossing.value.verdict.undetermined",
        area("url(#ph-undetermined)", line=INK, width=1.2, dashArray="4 3"),
    ),
)


def piece(number: int) -> dict[str, Any]:
    """Return the look of a cluster's piece: by its rank in hectares, from 0."""
    return area(PIECES[number % len(PIECES)], line=COLOURS["paper"], width=1, fillOpacity=0.75)


BAND: Final = area("url(#ph-undetermined)", line=UNDETERMINED, width=1, fillOpacity=0.8)
"""The strip within the tolerance of a commune line, where nothing can be said."""


_OWN: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Okabe-Ito, for categories an office names itself."""
OWN_COLOURS: Final = {"blue": 0, "orange": 1, "green": 2, "purple": 3}
"""Hue an office chose -> its place in `_OWN`, where the colours of its categories begin."""
_OWN_SIGNS: Final = (SQUARE, TRIANGLE, DIAMOND, BOLT, _RING, _DOT)
_OWN_OTHER: Final = "#8C8C8C"


def own_sign_key(colour: str, shape: str) -> str:
    """Return the class of the signs of a layer whose colour and shape somebody chose."""
    return f"own-{colour}-{shape}"


def _own(looks: Sequence[dict[str, Any]], other: dict[str, Any]) -> tuple[Style, ...]:
    each = (Style(f"own-{at}", "", look) for at, look in enumerate(looks))
    return (*each, Style("own-many", "", other))


OWN_AREAS: Final = _own([area(fill) for fill in _OWN], area(_OWN_OTHER))
"""Communes by a category of an office's own layer; the last has rows of several."""
OWN_SHAPES: Final = _own(
    [area(fill, line=INK, width=1.2, fillOpacity=0.55) for fill in _OWN],
    area(_OWN_OTHER, line=INK, width=1.2, fillOpacity=0.55),
)
OWN_LINES: Final = _own([stroke(line, 3) for line in _OWN], stroke(_OWN_OTHER, 3))
OWN_SIGNS: Final = _own(
    [sign(d, fill=fill, size=16) for d, fill in zip(_OWN_SIGNS, _OWN, strict=True)],
    sign(_DOT, fill=_OWN_OTHER, size=16),
) + tuple(
    Style(own_sign_key(colour, shape), "", sign(d, fill=_OWN[OWN_COLOURS[colour]], size=16))
    for colour in COLOURS_OF_LAYERS
    for shape, d in zip(SHAPES, _OWN_SIGNS, strict=True)
)
"""Signs of an own layer: shape and colour tell its categories apart, or are as chosen."""


def swatch(style: Style, kind: str) -> str:
    """Return `style` as a small SVG for the legend, the same shapes the map draws.

    Parameters
    ----------
    kind : {"polygon", "line", "point"}
        What the layer's geometry is.
    """
    look = style.look
    if kind == "point":
        return _svg(20, 20, "0 0 24 24", "".join(_tag("path", part) for part in look["parts"]))
    line = {"stroke": look["color"], "stroke-width": max(1.5, look["weight"])}
    if look["dashArray"]:
        line["stroke-dasharray"] = look["dashArray"]
    if kind == "line":
        return _svg(30, 14, "0 0 30 14", _tag("path", {"d": "M1 7H29", **line}))
    box: dict[str, Any] = {"x": 1, "y": 1, "width": 28, "height": 14, "fill": look["fillColor"]}
    box["fill-opacity"] = look["fillOpacity"]
    return _svg(30, 16, "0 0 30 16", _hatches() + _tag("rect", box | line))


def _svg(width: int, height: int, view: str, drawing: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{view}">{drawing}</svg>'
    )


def _tag(name: str, attributes: Mapping[str, Any]) -> str:
    return f"<{name} {' '.join(f'{k}={quoteattr(str(v))}' for k, v in attributes.items())}/>"


def _hatches() -> str:
    """Return the stripes as patterns of 6 x 6 turned by 45 degrees."""
    return "".join(
        f'<pattern id="{h["id"]}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{h["ground"]}"/>'
        f'<path d="M0 0V6" stroke="{h["line"]}" stroke-width="3"/></pattern>'
        for h in HATCHES
    )


OUTLINE_OLD: Final = area("none", line=COMMUNE_LINE, width=2.5, fillOpacity=0, dashArray="6 4")
"""An outline in use, under the one a file would put in its place."""

OUTLINE_NEW: Final = area(WITHIN, line=CROSS, width=2.5, fillOpacity=0.35)
"""An outline as a file has it, before it is published."""

EXACT_LINE: Final = stroke(INK, 1.6)
"""Commune lines as published, beside the pieces of a cluster."""
