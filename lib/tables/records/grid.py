"""The tables of the power grid: weak supply, stations, lines, a log, published figures."""

from typing import Final

from lib.tables.columns import (
    MONTH,
    NOTE,
    OF_COMMUNE,
    PERHAPS_COMMUNE,
    SAMPLE,
    VOLTAGE,
    Column,
    Table,
    coded,
    number,
    point,
)

WEAK_SUPPLY: Final = Table(
    "weak_supply",
    (
        Column("weak_id", about="templates.about_weak_id"),
        PERHAPS_COMMUNE,
        Column("former_commune", blank=True),
        Column("former_district", blank=True),
        coded("former_province", "province"),
        coded("kind", "weak_kind"),
        Column("villages", blank=True),
        number("households", 0, 100000, whole=True, blank=True),
        coded("state", "weak_state", otherwise="unknown_now", about="templates.about_state"),
        Column("value", blank=True),
        Column("programme", blank=True),
        NOTE,
    ),
    key=("weak_id",),
    stated=True,
)
"""Places with weak or no power; programmes and context keep a kind of their own."""

SUBSTATIONS: Final = Table(
    "substations",
    (
        Column("substation_id", about="templates.about_weak_id"),
        Column("name", unique=True),
        Column("voltage_kv", pattern=VOLTAGE, about="templates.about_voltage"),
        number("capacity_mva", 0, 5000, "MVA", blank=True),
        Column("capacity_text", blank=True),
        Column("former_district", blank=True),
        PERHAPS_COMMUNE,
        Column("place_text", blank=True),
        *point(blank=True),
        coded("status", "power_status", otherwise="unknown"),
        NOTE,
    ),
    key=("substation_id",),
    stated=True,
)
"""Substations as published; no source gives their coordinates."""

POWER_PLANTS: Final = Table(
    "power_plants",
    (
        Column("plant_id"),
        Column("name", unique=True),
        coded("fuel"),
        number("capacity_mw", 0, 5000, "MW"),
        Column("units", blank=True),
        Column("commissioned", blank=True),
        Column("river", blank=True),
        Column("former_district", blank=True),
        PERHAPS_COMMUNE,
        Column("place_text", blank=True),
        coded("location", "plant_location"),
        *point(blank=True),
        coded("status", "power_status"),
        NOTE,
    ),
    key=("plant_id",),
    imported=False,
)
"""Power plants in or near the province; ``location`` says which may be drawn."""

PUBLISHED_TOTALS: Final = Table(
    "published_totals",
    (
        coded("topic"),
        coded("area"),
        coded("metric"),
        number("value", 0, 1000000000.0),
        coded("unit"),
        coded("qualifier", blank=True),
        Column("source"),
        NOTE,
    ),
    key=("area", "metric", "as_of"),
    imported=False,
)
"""Official figures, to stand beside the project's own counts."""

RELIABILITY_PUBLISHED: Final = Table(
    "reliability_published",
    (
        coded("area"),
        Column("period", pattern=r"^\d{4}(-\d{2})?(/\d{4}-\d{2})?$"),
        number("year", 2000, 2100, whole=True),
        coded("index"),
        number("value", 0, 1000000000.0),
        coded("unit"),
        coded("scope"),
        NOTE,
    ),
    key=("area", "period", "index", "scope"),
    imported=False,
)
"""Reliability figures somebody published; different scopes never mix."""

POWER_LINES: Final = Table(
    "power_lines",
    (
        Column("line_id", about="templates.about_weak_id"),
        Column("name", blank=True),
        Column("voltage_kv", pattern=VOLTAGE, about="templates.about_voltage"),
        coded("status", "power_status", otherwise="unknown"),
        NOTE,
    ),
    key=("line_id",),
    facts=False,
)
"""Power lines by voltage; geometry beside these columns."""

OUTAGES: Final = Table(
    "outages",
    (
        Column("outage_id", filled=True),
        Column("start", "moment", pattern=""),
        Column("end", "moment", blank=True, pattern="", about="templates.about_end"),
        Column(
            "announced_end", "moment", blank=True, pattern="", about="templates.about_announced_end"
        ),
        coded("planned", assumed=True, otherwise="unknown"),
        Column("cause", blank=True),
        Column("feeder", blank=True),
        Column("station", blank=True),
        Column("area_text", blank=True, about="templates.about_area_text"),
        PERHAPS_COMMUNE,
        number(
            "customers_interrupted",
            0,
            1000000,
            whole=True,
            blank=True,
            about="templates.about_customers_interrupted",
        ),
        SAMPLE,
    ),
    key=("outage_id",),
    facts=False,
)
"""Interruptions of supply, one row a feeder or area; times are local (UTC+7)."""

CUSTOMERS: Final = Table(
    "customers",
    (
        OF_COMMUNE,
        Column("month", pattern=MONTH),
        number(
            "customers_served", 0, 1000000, whole=True, about="templates.about_customers_served"
        ),
        SAMPLE,
    ),
    key=("commune_code", "month"),
    facts=False,
)
"""Customers served in a commune in a month."""
