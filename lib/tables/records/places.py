"""The tables of places: communes of today, units before the merger, settlements."""

from typing import Final

from lib.settings import province
from lib.tables.columns import CODE, NOTE, Column, Table, coded, number, point

COMMUNES: Final = Table(
    "communes",
    (
        Column("code", pattern=CODE),
        Column("name", unique=True),
        coded("kind", "commune_kind"),
        number("area_km2", 1, 400, "km²"),
        number("population", 500, 200000, whole=True),
        coded("former_province", "province"),
        Column("legal_basis"),
        Column("seat_text", blank=True),
        *point(blank=False),
        NOTE,
        Column("source"),
    ),
    key=("code",),
)
"""The communes and wards since 1 July 2025."""

FORMER_UNITS: Final = Table(
    "former_units",
    (
        Column("former_code", pattern=CODE),
        Column("name"),
        coded("kind", "unit_kind"),
        Column("district"),
        coded("province"),
        Column("new_code", pattern=CODE, names=("communes", "code")),
        coded("part", about="templates.about_part"),
        number("clause", 1, province().clauses, whole=True, about="templates.about_clause"),
        *point(blank=False),
    ),
    key=("former_code", "new_code"),
)
"""The units before 1 July 2025; one split between two communes has two rows."""

ENDED_UNITS: Final = Table(
    "ended_units",
    (
        Column("name"),
        coded("kind", "unit_kind"),
        Column("district"),
        coded("province"),
        Column("successor_code", pattern=CODE, names=("former_units", "former_code")),
        Column("basis"),
    ),
    key=("name", "kind", "district"),
    imported=False,
)
"""Names that ended before 2025 and the former unit that took them in."""

SETTLEMENTS: Final = Table(
    "settlements",
    (
        Column("code", pattern=CODE, names=("communes", "code")),
        Column("name", unique=True),
        number("n_places", 1, 1000, whole=True),
        number("elev_min", 0, 2000, "m"),
        number("elev_median", 0, 2000, "m"),
        number("elev_max", 0, 2000, "m"),
        number("elev_range", 0, 2000, "m"),
        *(number(capital.column, 0, 200, "km") for capital in province().capitals),
        number("km_to_nearest_old_urban_unit", 0, 100, "km"),
    ),
    key=("code",),
    imported=False,
)
"""Heights of settlements and straight-line distances: a proxy of remoteness."""
