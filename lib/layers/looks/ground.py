"""Looks of the ground an office adds: water, roads, railway, settlements, quieter than all else."""

from typing import Final

from lib.layers.looks.layer import Label, Layer
from lib.layers.looks.symbols import Style, area, dot, stroke

_ROAD: Final = "#B9A98C"
_WATER: Final = "#9DBDD3"
_SEAT: Final = "#6B665C"
GROUND: Final = (
    Layer(
        "ground-lakes",
        "layers.ground_lakes",
        "polygon",
        (Style("lake", "layers.ground_lake", area("#C9DCE8", line=_WATER, width=0.6)),),
        label=Label(min_zoom=12, rank=6),
        canvas=True,
        ground_by_code=True,
        detail_zoom=11,
    ),
    Layer(
        "ground-streams",
        "layers.ground_streams",
        "line",
        (Style("stream", "layers.ground_stream", stroke(_WATER, 0.8)),),
        label=Label(min_zoom=13, rank=8),
        canvas=True,
        ground_by_code=True,
        min_zoom=12,
    ),
    Layer(
        "ground-rivers",
        "layers.ground_rivers",
        "line",
        (Style("river", "layers.rivers", stroke("#8FB3CC", 1.6)),),
        label=Label(min_zoom=9.5, rank=5),
        canvas=True,
        ground_by_code=True,
        detail_zoom=11,
    ),
    Layer(
        "ground-streets",
        "layers.ground_streets",
        "line",
        (
            Style("tertiary", "layers.ground_tertiary", stroke(_ROAD, 0.9)),
            Style("minor", "layers.ground_minor", stroke("#CFC4AE", 0.7)),
        ),
        label=Label(min_zoom=12.5, rank=8),
        canvas=True,
        ground_by_code=True,
        min_zoom=12,
    ),
    Layer(
        "ground-roads",
        "layers.ground_roads",
        "line",
        (
            Style("motorway", "layers.ground_motorway", stroke("#A88A5B", 2.6)),
            Style("trunk", "layers.ground_trunk", stroke("#AE9568", 1.9)),
            Style("primary", "layers.ground_primary", stroke("#B39D77", 1.4)),
            Style("secondary", "layers.ground_secondary", stroke(_ROAD, 1.1)),
        ),
        label=Label(min_zoom=9.5, rank=4),
        canvas=True,
        ground_by_code=True,
        detail_zoom=11,
    ),
    Layer(
        "ground-railway",
        "layers.ground_railway",
        "line",
        (Style("rail", "layers.ground_rail", stroke("#8A857A", 1.6, "7 4")),),
        label=Label(min_zoom=12.5, rank=7),
        canvas=True,
        ground_by_code=True,
        detail_zoom=11,
    ),
    Layer(
        "ground-villages",
        "layers.ground_villages",
        "point",
        (
            Style("village", "layers.ground_village", dot(_SEAT, 1.4)),
            Style("hamlet", "layers.ground_hamlet", dot(_SEAT, 1.1)),
        ),
        label=Label(min_zoom=13, rank=9, offset=-9),
        canvas=True,
        ground_by_code=True,
        min_zoom=12,
    ),
    Layer(
        "ground-places",
        "layers.ground_places",
        "point",
        (
            Style("city", "layers.ground_city", dot(_SEAT, 3)),
            Style("town", "layers.ground_town", dot(_SEAT, 2.4)),
        ),
        label=Label(min_zoom=8, rank=6, offset=-9),
        canvas=True,
        ground_by_code=True,
        min_zoom=9,
    ),
)
"""The layers of a ground, bottom first; `lib.layers.ground.draw` makes their shapes."""
