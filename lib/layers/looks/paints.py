"""What communes and former units are painted with: classes, tints, sides, districts."""

from typing import Any, Final

from lib.layers.looks.symbols import INK, LAND, Style, area
from lib.tables.palette import COLOURS

TINTS: Final = tuple(
    Style(
        f"tint-{place}",
        "" if place else "layers.former_areas",
        area(fill, width=0, stroke=False, fillOpacity=0.55),
    )
    for place, fill in enumerate(("#F3DDB3", "#C9DDE6", "#D3E2C4", "#E3D3E4"))
)
"""Former provinces, pale: which is which, their names on the map say."""


CHOROPLETH: Final = ("#FFF3E0", "#FBD3A6", "#F2A765", COLOURS["month"], "#B23A00")
"""Five classes of one hue, light to dark; units stand in the legend."""


OWN_RAMPS: Final = {
    "blue": ("#EFF3FF", "#BDD7E7", "#6BAED6", "#3182BD", "#08519C"),
    "green": ("#EDF8E9", "#BAE4B3", "#74C476", "#31A354", "#006D2C"),
    "purple": ("#F2F0F7", "#CBC9E2", "#9E9AC8", "#756BB1", "#54278F"),
}
"""The same in other hues, for the layers of an office (ColorBrewer)."""


NO_DATA: Final = "class-none"


_LISTED: Final[dict[str, Any]] = {"line": INK, "width": 2.4, "front": True}


def class_key(number: int, *, listed: bool = False) -> str:
    """Return the style of a class of a choropleth from 0, or of *no data* for -1."""
    name = NO_DATA if number < 0 else f"class-{number}"
    return f"{name}-listed" if listed else name


def ramp_key(colour: str, number: int) -> str:
    """Return the style of a class of a number in a hue; that of `CHOROPLETH` for any other."""
    return f"{colour}-{number}" if number >= 0 and colour in OWN_RAMPS else class_key(number)


_FILLS: Final = {**dict(enumerate(CHOROPLETH)), -1: "url(#ph-no-data)"}


CLASSES: Final = tuple(
    Style(class_key(number, listed=listed), "", area(fill, **(_LISTED if listed else {})))
    for listed in (False, True)
    for number, fill in _FILLS.items()
)
"""Styles of a choropleth; *listed* ones have a heavy edge. No data is hatched, never a class."""


RAMPS: Final = tuple(
    Style(ramp_key(colour, number), "", area(fill))
    for colour, fills in OWN_RAMPS.items()
    for number, fill in enumerate(fills)
)
"""Styles of the choropleths of an office's layers."""


SIDES: Final = ("#BFDDEB", "#E3C4C9", "#F3ECB8")
"""Communes a chosen cluster lies on: the colours of its pieces, pale."""


def side_key(rank: int, *, lines: bool) -> str:
    """Return the style of a commune of the chosen cluster by its rank; without `lines`, bare."""
    return f"side-{rank % len(SIDES)}{'' if lines else '-bare'}"


NAMED: Final = tuple(
    Style(
        side_key(rank, lines=lines),
        "layers.commune_named_more" if rank else "layers.commune_named",
        area(fill, first=True) if lines else area(fill, width=0, stroke=False, first=True),
    )
    for lines in (True, False)
    for rank, fill in enumerate(SIDES)
)
"""Communes of the chosen cluster, each another tint; bare ones have the exact lines drawn."""


MERGED: Final = tuple(
    Style(
        f"merger-before{suffix}",
        "layers.commune_after",
        area(LAND, line="#CFCABC", width=0.6, dashArray=dash),
    )
    for suffix, dash in (("", None), ("-schematic", "1 4"))
)
"""Communes of today as the ground of what was before."""


DISTRICTS: Final = tuple(
    Style(
        f"district-{place}",
        "" if place else "layers.former_districts",
        area(fill, line="#CFCABC", width=0.6, fillOpacity=0.85),
    )
    for place, fill in enumerate(("#F3DDB3", "#C9DDE6", "#D3E2C4", "#E3D3E4", "#EFE9A8"))
)
"""Former units by their district: neighbours differ."""


FURTHER: Final = (
    Style("further-allowed", "layers.further_allowed", area("#DCE9F2")),
    Style("further-not_allowed", "layers.further_not_allowed", area("#E8B97A")),
)
"""Communes by whether a further cluster may be set up there; what is not known is *no data*."""
