"""The tables of industrial clusters: the register, who leads, outlines."""

from typing import Final

from lib.tables.columns import (
    CLUSTER,
    ISO_DATE,
    NOTE,
    OF_CLUSTER,
    OF_COMMUNE,
    Column,
    Table,
    coded,
    number,
)

CLUSTERS: Final = Table(
    "clusters",
    (
        CLUSTER,
        Column("name"),
        coded("kind", "cluster_kind", otherwise="ccn"),
        coded("former_province", "province"),
        Column("former_district", blank=True),
        Column("former_communes", blank=True, about="templates.about_former_communes", asked=True),
        Column("stated_communes", blank=True, about="templates.about_stated_communes"),
        number("area_ha", 0, 200, "ha", blank=True, asked=True, about="templates.about_area_ha"),
        number(
            "industrial_land_ha",
            0,
            200,
            "ha",
            blank=True,
            about="templates.about_industrial_land_ha",
        ),
        coded("legal_status", about="templates.about_legal_status", otherwise="unknown"),
        coded(
            "operation_status",
            about="templates.about_operation_status",
            otherwise="unknown",
            ages=True,
        ),
        Column("decision_no", blank=True, asked=True),
        coded("decision_kind", blank=True),
        Column("decision_date", blank=True, pattern=ISO_DATE),
        Column("decision_end", blank=True, pattern=ISO_DATE, later=True),
        Column("investor", blank=True, asked=True, found=True),
        number(
            "occupancy_pct",
            0,
            100,
            "%",
            blank=True,
            about="templates.about_occupancy_pct",
            ages=True,
        ),
        number("enterprises", 0, 2000, whole=True, blank=True, ages=True),
        coded("wastewater", otherwise="unknown", ages=True),
        coded("behind_schedule", about="templates.about_behind_schedule", otherwise="unknown"),
        number(
            "cleared_ha",
            0,
            200,
            "ha",
            blank=True,
            asked=True,
            about="templates.about_cleared_ha",
            ages=True,
        ),
        number("leased_ha", 0, 200, "ha", blank=True, asked=True, ages=True),
        Column("handover_date", blank=True, pattern=ISO_DATE, asked=True),
        Column(
            "schedule_end",
            blank=True,
            pattern=ISO_DATE,
            about="templates.about_schedule_end",
            asked=True,
        ),
        Column("extension_end", blank=True, pattern=ISO_DATE),
        coded("outline_quality", asked=True, lacking=("none", "approximate"), otherwise="none"),
        number(
            "outline_accuracy_m",
            0,
            1000,
            "m",
            blank=True,
            about="templates.about_outline_accuracy_m",
        ),
        NOTE,
        Column("source_date", blank=True, pattern=ISO_DATE),
    ),
    key=("cluster_id",),
    stated=True,
)
"""Industrial clusters: a sample of the register."""

ASSIGNMENTS: Final = Table(
    "assignments",
    (
        OF_CLUSTER,
        OF_COMMUNE,
        Column("document_no", blank=True, about="templates.about_document_no"),
        Column("date", pattern=ISO_DATE),
        coded("status", "assignment_status"),
        NOTE,
    ),
    key=("cluster_id", "commune_code"),
    stated=True,
)
"""Which commune leads a cluster, proposed or decided in writing."""

OUTLINES: Final = Table(
    "outlines",
    (
        OF_CLUSTER,
        coded("outline_quality"),
        number(
            "outline_accuracy_m",
            0,
            1000,
            "m",
            blank=True,
            about="templates.about_outline_accuracy_m",
        ),
        Column("given_crs", pattern=r"^EPSG:\d{4,5}$", about="templates.about_given_crs"),
        NOTE,
    ),
    key=("cluster_id",),
    facts=False,
)
"""Outlines of clusters as the office brought them; geometry beside these columns."""
