"""The tables of what goes on in a cluster: firms, milestones, obstacles, clearance, assets."""

from typing import Final

from lib.tables.columns import (
    ISO_DATE,
    NOTE,
    OF_CLUSTER,
    Column,
    Table,
    coded,
    number,
)

_DOCUMENT: Final = Column("document_no", blank=True, about="templates.about_document_no")

PROJECTS: Final = Table(
    "projects",
    (
        Column("project_id", about="templates.about_project_id"),
        OF_CLUSTER,
        Column("firm", reserved=True),
        Column("trade", blank=True),
        number("area_ha", 0, 200, "ha", blank=True),
        number("capital_bn", 0, 1_000_000, blank=True, reserved=True),
        coded("fdi", "yes_no", blank=True),
        Column("decision_no", blank=True),
        Column("decision_date", blank=True, pattern=ISO_DATE),
        Column("handover_date", blank=True, pattern=ISO_DATE),
        Column("schedule_end", blank=True, pattern=ISO_DATE, about="templates.about_schedule_end"),
        Column("extension_end", blank=True, pattern=ISO_DATE),
        coded("state", "project_state", blank=True),
        number("workers", 0, 500_000, whole=True, blank=True),
        number(
            "revenue_bn", 0, 1_000_000, blank=True, later=True, about="templates.about_revenue_bn"
        ),
        number(
            "budget_bn", 0, 1_000_000, blank=True, later=True, about="templates.about_budget_bn"
        ),
        number("income_mn", 0, 1_000, blank=True, later=True),
        NOTE,
    ),
    key=("project_id",),
    facts=False,
    stated=True,
)
"""Projects of firms inside clusters."""

MILESTONES: Final = Table(
    "milestones",
    (
        OF_CLUSTER,
        coded("milestone"),
        Column("planned", blank=True, pattern=ISO_DATE),
        Column("actual", blank=True, pattern=ISO_DATE),
        _DOCUMENT,
        NOTE,
    ),
    key=("cluster_id", "milestone"),
    facts=False,
)
"""Steps of a cluster, when they were to be done and when they were."""

OBSTACLES: Final = Table(
    "obstacles",
    (
        OF_CLUSTER,
        coded("group", "obstacle_group"),
        Column("text"),
        Column("agency", blank=True, about="templates.about_agency"),
        Column("due", blank=True, pattern=ISO_DATE),
        coded("state", "obstacle_state", blank=True),
        NOTE,
    ),
    key=("cluster_id", "group", "text"),
    facts=False,
)
"""What holds a cluster up, who has to solve it and by when."""

CLEARANCE: Final = Table(
    "clearance",
    (
        OF_CLUSTER,
        number("households", 0, 100_000, whole=True, blank=True),
        number("households_paid", 0, 100_000, whole=True, blank=True),
        number("counted_ha", 0, 200, "ha", blank=True),
        number("cleared_ha", 0, 200, "ha", blank=True, about="templates.about_cleared_ha"),
        number("handed_over_ha", 0, 200, "ha", blank=True, about="templates.about_handed_over_ha"),
        number("paid_bn", 0, 1_000_000, blank=True),
        Column("resettlement_commune", blank=True),
        number("lots_planned", 0, 100_000, whole=True, blank=True),
        number("lots_ready", 0, 100_000, whole=True, blank=True),
        NOTE,
    ),
    key=("cluster_id",),
    facts=False,
    stated=True,
)
"""Site clearance of a cluster as of the date of its row; earlier states are in the history."""

ASSETS: Final = Table(
    "assets",
    (
        OF_CLUSTER,
        Column("name"),
        coded("group", "asset_group", blank=True, about="templates.about_asset_group"),
        _DOCUMENT,
        Column("address", blank=True),
        number("year_in_use", 1950, 2100, whole=True, blank=True),
        Column("parameters", blank=True, about="templates.about_parameters"),
        number("land_m2", 0, 2_000_000, "m²", blank=True),
        number("floor_m2", 0, 2_000_000, "m²", blank=True),
        number("original_value", 0, 1e13, blank=True),
        number("remaining_value", 0, 1e13, blank=True),
        Column("condition", blank=True),
        Column("exploitation", blank=True),
        Column("reason", blank=True),
        NOTE,
    ),
    key=("cluster_id", "name"),
    facts=False,
)
"""Infrastructure built by the State: the columns of form 01B, Decree 178/2026/NĐ-CP."""
