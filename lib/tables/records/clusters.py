"""The tables of industrial clusters: the register, who leads, outlines."""

from typing import Any, Final

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


def _later(name: str, unit: str = "", high: float = 1_000_000, **more: Any) -> Column:  # noqa: ANN401 - fields of a Column
    """Return a column of figures that came with the forms of the law, from 0 to `high`."""
    return number(name, 0, high, unit, blank=True, later=True, **more)


_FORMS: Final = (
    coded("in_plan", "yes_no", blank=True, later=True, group="plan"),
    coded(
        "cluster_type",
        blank=True,
        later=True,
        about="templates.about_cluster_type",
        group="plan",
    ),
    coded(
        "investor_kind",
        blank=True,
        later=True,
        about="templates.about_investor_kind",
        group="investment",
        reserved=True,
    ),
    Column("detailed_plan_no", blank=True, later=True, group="plan"),
    Column("detailed_plan_date", blank=True, pattern=ISO_DATE, later=True, group="plan"),
    Column("infra_project_no", blank=True, later=True, group="investment"),
    Column("infra_project_date", blank=True, pattern=ISO_DATE, later=True, group="investment"),
    _later("infra_capital_bn", group="investment", reserved=True),
    _later("infra_paid_bn", group="investment", reserved=True),
    _later("infra_revenue_bn", group="investment"),
    _later("infra_budget_bn", group="investment"),
    _later("infra_workers", high=500_000, whole=True, group="investment"),
    _later("infra_income_mn", high=1_000, group="investment"),
    _later("approved_ha", "ha", 200, about="templates.about_approved_ha", group="land"),
    _later("infra_ready_ha", "ha", 200, about="templates.about_infra_ready_ha", group="land"),
    _later("tenants", high=2_000, whole=True, about="templates.about_tenants", group="firms"),
    _later("tenants_fdi", high=2_000, whole=True, group="firms"),
    _later("tenants_operating", high=2_000, whole=True, group="firms"),
    _later("revenue_bn", about="templates.about_revenue_bn", group="firms"),
    _later("budget_bn", about="templates.about_budget_bn", group="firms"),
    _later("workers", high=500_000, whole=True, group="firms"),
    _later("income_mn", high=1_000, group="firms"),
    coded("wastewater_standard", blank=True, later=True, group="water"),
    _later("wastewater_m3_day", group="water"),
    Column("wastewater_permit_no", blank=True, later=True, group="water"),
    Column("wastewater_permit_until", blank=True, pattern=ISO_DATE, later=True, group="water"),
    coded(
        "before_2009",
        "yes_no",
        blank=True,
        later=True,
        about="templates.about_before_2009",
        group="plan",
    ),
    coded(
        "state_funded",
        "yes_no",
        blank=True,
        later=True,
        about="templates.about_state_funded",
        group="investment",
    ),
)
"""What Circular 14/2024/TT-BCT, Decree 32/2024 and Decree 178/2026 ask of a cluster."""

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
            group="land",
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
        Column("investor", blank=True, asked=True, found=True, reserved=True),
        number(
            "occupancy_pct",
            0,
            100,
            "%",
            blank=True,
            about="templates.about_occupancy_pct",
            ages=True,
        ),
        number("enterprises", 0, 2000, whole=True, blank=True, ages=True, group="firms"),
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
        *_FORMS,
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
