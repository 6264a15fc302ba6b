"""The tables of what meetings conclude and of the documents that are attached."""

from typing import Final

from lib.tables.columns import (
    CLUSTER_ID,
    ISO_DATE,
    NOTE,
    OF_CLUSTER,
    PERHAPS_COMMUNE,
    TRIMMED,
    Column,
    Table,
    coded,
    number,
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

SHA256: Final = r"^[0-9a-f]{64}$"
MOST_BYTES: Final = 20 * 2**20
"""Size of the largest document that is attached."""

DOCUMENTS: Final = Table(
    "documents",
    (
        Column("sha256", pattern=SHA256),
        coded("of_table", "document_of"),
        Column("of_id"),
        Column("name"),
        coded("kind", "document_kind"),
        number("size", 1, MOST_BYTES, "B", whole=True),
        Column("document_no", blank=True),
        Column("date", blank=True, pattern=ISO_DATE),
        NOTE,
    ),
    key=("sha256", "of_table", "of_id"),
    facts=False,
    imported=False,
)
"""Documents attached to a cluster, a conclusion or a statement; their bytes are in the store."""

FORM_ANSWERS: Final = Table(
    "form_answers",
    (
        Column("recipient", pattern=r"^(\d{5}|power)$"),
        Column("asked_from"),
        Column("sent", pattern=ISO_DATE),
        number("new_values", 0, 1_000_000, whole=True),
    ),
    key=("recipient", "as_of"),
    facts=False,
    imported=False,
    source=Column("source_url", pattern=TRIMMED, filled=True),
)
"""Forms that came back: from which commune or the power company, and on which day.

``asked_from`` is the snapshot the form was filled from, ``sent`` the day it was made.
"""
