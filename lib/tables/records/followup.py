"""The table of what meetings conclude: who has to do what by when, and when it was done."""

from typing import Final

from lib.tables.columns import (
    CLUSTER_ID,
    ISO_DATE,
    NOTE,
    OF_CLUSTER,
    PERHAPS_COMMUNE,
    Column,
    Table,
    coded,
)

CONCLUSIONS: Final = Table(
    "conclusions",
    (
        Column("conclusion_id", filled=True),
        Column("date", pattern=ISO_DATE, about="templates.about_conclusion_date"),
        Column("document_no", blank=True, about="templates.about_conclusion_document"),
        Column(
            OF_CLUSTER.name,
            blank=True,
            pattern=CLUSTER_ID,
            about="templates.about_subject",
            names=OF_CLUSTER.names,
        ),
        PERHAPS_COMMUNE,
        Column("agency", about="templates.about_agency"),
        Column("task"),
        Column("due", blank=True, pattern=ISO_DATE),
        Column("done", blank=True, pattern=ISO_DATE, about="templates.about_done"),
        Column("done_document", blank=True),
        coded("status", "assignment_status"),
        NOTE,
    ),
    key=("conclusion_id",),
    facts=False,
    stated=True,
)
"""Conclusions of meetings; without a cluster and a commune, a task of no place."""
