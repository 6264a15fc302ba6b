"""The registry of map layers: one record each, bottom of the map first.

A layer declares once what it is drawn from, its classes, its tooltip and how it looks in QGIS;
map, legend, paper, export and the door of the server read it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lib.layers import frames
from lib.layers.looks.ground import GROUND
from lib.layers.looks.layer import Label, Layer, Qgis
from lib.layers.looks.paints import (
    CLASSES,
    DISTRICTS,
    FURTHER,
    MERGED,
    NAMED,
    RAMPS,
    TINTS,
)
from lib.layers.looks.symbols import (
    CHANGE,
    LAND,
    OPERATION,
    OUTLINE_QUALITY,
    OUTLINES,
    OUTSIDE,
    OWN_AREAS,
    OWN_LINES,
    OWN_SHAPES,
    OWN_SIGNS,
    POWER_LINES,
    POWER_LINES_2016,
    PROJECTS,
    PROVINCE_LINE,
    SUBSTATION,
    TASKS,
    WEAK,
    Style,
    area,
    stroke,
)
from lib.tables.ownlayers import tables_of
from lib.tables.palette import COLOURS

_DIM: Final = area(LAND, line=COLOURS["rule"], width=0.5, fillOpacity=0.35)

FADE_STEPS: Final = 6
"""Steps in which the land around the province fades."""
_FADE: Final = area(OUTSIDE, width=0, stroke=False, fillOpacity=0.5)
_ABOUT: Final = tuple(side * step for step in range(0, 132, 12) for side in (1, -1))

_COMMUNE: Final = Style("land", "layers.commune", area(LAND))
_FORMER_UNIT: Final = Style("base", "layers.former_units", stroke("#7A756A", 1.1, "2 4"))
_RIVER: Final = Style("base", "layers.rivers", stroke("#8FB3CC", 1.6))
_FORMER_PROVINCE: Final = Style(
    "base", "layers.former_provinces", stroke(PROVINCE_LINE, 1.8, "7 5")
)

_EVERY: Final = (
    Layer(
        "country",
        "layers.country",
        "polygon",
        (
            Style("land", "layers.country_commune", area(LAND, line="#CFC9BC", width=0.5)),
            Style("dim", "layers.commune_out", area(OUTSIDE, line="#CFC9BC", width=0.5)),
        ),
        interactive=True,
        label=Label(min_zoom=10, rank=3),
        canvas=True,
        told_of=("country",),
    ),
    Layer(
        "communes",
        "layers.communes",
        "polygon",
        (
            _COMMUNE,
            Style("dim", "layers.commune_out", _DIM),
            Style("schematic", "layers.commune_schematic", area(LAND, dashArray="1 4", width=1.4)),
            Style("schematic-dim", "", {**_DIM, "dashArray": "1 4"}),
            Style("named", "layers.commune_named", area(COLOURS["named"], first=True)),
            # Without lines: beside measured pieces the exact lines are drawn instead.
            Style("bare", "", area(LAND, width=0, stroke=False)),
            Style(
                "named-bare",
                "layers.commune_named",
                area(COLOURS["named"], width=0, stroke=False, first=True),
            ),
            *CLASSES,
            *MERGED,
            *FURTHER,
            *NAMED,
            *OWN_AREAS,
            *RAMPS,
        ),
        interactive=True,
        label=Label(min_zoom=0, rank=2),
        qgis=Qgis(("communes",), (_COMMUNE,), named=True),
        told_of=("communes",),
    ),
    Layer(
        "former-areas",
        "layers.former_areas",
        "polygon",
        TINTS,
        label=Label(min_zoom=0, rank=0, size=1.4, shifts=_ABOUT),
    ),
    Layer(
        "former-names",
        "layers.former_names",
        "polygon",
        DISTRICTS,
        label=Label(min_zoom=9.5, rank=2),
    ),
    Layer(
        "former-units",
        "layers.former_units",
        "line",
        (_FORMER_UNIT,),
        qgis=Qgis(("former_borders", "former_pieces"), (_FORMER_UNIT,)),
        told_of=("former_borders",),
    ),
    *GROUND,
    Layer(
        "rivers",
        "layers.rivers",
        "line",
        (_RIVER,),
        ground="base",
        qgis=Qgis(("rivers",), (_RIVER,)),
        told_of=("rivers",),
    ),
    Layer(
        "grid-2016",
        "layers.grid_2016",
        "line",
        POWER_LINES_2016,
        source=frames.grid_2016,
        tables=("grid_2016",),
        grid=True,
        qgis=Qgis(("grid_2016",), POWER_LINES_2016[:3], "voltage_kv"),
        told_of=("grid_2016",),
    ),
    Layer(
        "power-lines",
        "layers.power_lines",
        "line",
        POWER_LINES,
        source=frames.power_lines,
        tables=("power_lines",),
        grid=True,
        told_of=("power_lines",),
    ),
    Layer(
        "neighbours",
        "layers.neighbours",
        "line",
        (Style("base", "", stroke("#C3BDAE", 1.2)),),
        label=Label(min_zoom=0, rank=9),
        ground="base",
        qgis=Qgis(
            ("neighbours",),
            (Style("base", "layers.neighbours", area(OUTSIDE, line="#C3BDAE", width=1.2)),),
        ),
        told_of=("neighbours",),
    ),
    Layer(
        "fade",
        "layers.fade",
        "polygon",
        # A class for each step: on paper the areas of one class are one area.
        tuple(Style(f"step-{at}", "", _FADE) for at in range(FADE_STEPS)),
        ground_by_code=True,
    ),
    Layer(
        "former-provinces",
        "layers.former_provinces",
        "line",
        (_FORMER_PROVINCE,),
        ground="base",
        explained=True,
        qgis=Qgis(("former_districts",), (_FORMER_PROVINCE,)),
        told_of=("communes",),
    ),
    Layer(
        "province",
        "layers.province",
        "line",
        (Style("base", "layers.province", stroke(PROVINCE_LINE, 2.2)),),
        ground="base",
        explained=True,
        told_of=("communes",),
    ),
    Layer(
        "outlines",
        "layers.outlines",
        "polygon",
        OUTLINES,
        interactive=True,
        source=frames.outlines,
        tables=("outlines",),
        qgis=Qgis(("outlines",), OUTLINE_QUALITY, "outline_quality"),
        told_of=("outlines",),
    ),
    Layer(
        "own-areas",
        "layers.own",
        "polygon",
        OWN_SHAPES,
        interactive=True,
        source=frames.own_areas,
        tables=("own_rows",),
    ),
    Layer(
        "own-lines",
        "layers.own",
        "line",
        OWN_LINES,
        interactive=True,
        source=frames.own_lines,
        tables=("own_rows",),
    ),
    Layer(
        "own-points",
        "layers.own",
        "point",
        OWN_SIGNS,
        interactive=True,
        source=frames.own_points,
        tables=("own_rows",),
    ),
    Layer(
        "substations",
        "layers.substations",
        "point",
        SUBSTATION,
        interactive=True,
        source=frames.substations,
        tables=("substations",),
        grid=True,
        told_of=("substations",),
    ),
    Layer(
        "weak",
        "layers.weak",
        "point",
        WEAK,
        interactive=True,
        source=frames.weak,
        told_of=("weak_supply",),
    ),
    Layer(
        "projects",
        "layers.projects",
        "point",
        PROJECTS,
        interactive=True,
        source=frames.projects,
        tables=("outlines",),
        told_of=("projects",),
    ),
    Layer(
        "clusters",
        "layers.clusters",
        "point",
        OPERATION + CHANGE + TASKS,
        interactive=True,
        label=Label(min_zoom=11, rank=1, offset=19),
        source=frames.clusters,
        tables=("outlines",),
        qgis=Qgis(("clusters",), OPERATION, "operation_status", named=True),
        told_of=("clusters",),
    ),
)

LAYERS: Final[Mapping[str, Layer]] = {layer.layer_id: layer for layer in _EVERY}
"""Name of a layer -> its record, bottom of the map first."""


def grid() -> tuple[Layer, ...]:
    """Return the layers of the grid: an administrator can keep them off."""
    return tuple(layer for layer in LAYERS.values() if layer.grid)


def grid_tables() -> frozenset[str]:
    """Return the tables of the grid: detailed drawings may be restricted."""
    return frozenset(table for layer in grid() for table in layer.tables)


def restrictable() -> tuple[str, ...]:
    """Return the tables an office may keep for its administrators alone."""
    return tuple(dict.fromkeys(table for layer in LAYERS.values() for table in layer.tables))


def drawn_from(table: str) -> tuple[Layer, ...]:
    """Return the layers that show a table that may be restricted, or a layer of an office."""
    return tuple(layer for layer in LAYERS.values() if tables_of({table}) <= set(layer.tables))


def in_order(names: Iterable[str], raised: Sequence[str]) -> list[str]:
    """Return layers bottom first: those in `raised` on top of the others, its first topmost."""
    given = list(names)
    top = [name for name in reversed(raised) if name in given]
    return [*(name for name in given if name not in top), *top]


def movable(layer: Layer) -> bool:
    """Return whether a layer may be laid over the others: an area that covers all may not."""
    return layer.kind != "polygon" or layer.source is not None
