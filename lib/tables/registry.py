"""Every table by its name: the one place that lists them.

Walked by the schemas, imports, templates, exports, the database and history.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from lib.tables.columns import Table
from lib.tables.records import clusters, followup, grid, own, places, progress
from lib.tables.statements.record import STATEMENTS

TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        places.COMMUNES,
        places.FORMER_UNITS,
        places.ENDED_UNITS,
        clusters.CLUSTERS,
        clusters.ASSIGNMENTS,
        followup.CONCLUSIONS,
        grid.WEAK_SUPPLY,
        grid.SUBSTATIONS,
        grid.POWER_PLANTS,
        grid.PUBLISHED_TOTALS,
        grid.RELIABILITY_PUBLISHED,
        places.SETTLEMENTS,
        clusters.OUTLINES,
        grid.POWER_LINES,
        grid.OUTAGES,
        grid.CUSTOMERS,
        progress.PROJECTS,
        progress.MILESTONES,
        progress.OBSTACLES,
        progress.CLEARANCE,
        progress.ASSETS,
        STATEMENTS,
        followup.DOCUMENTS,
        followup.FORM_ANSWERS,
        own.OWN_ROWS,
    )
}
"""Name of a table -> its record, in the order they are shown."""


def with_facts() -> tuple[str, ...]:
    """Return the tables the project has facts of, a file each in ``data/facts``."""
    return tuple(table.name for table in TABLES.values() if table.facts)


def imported() -> tuple[str, ...]:
    """Return the tables a file of an office may change."""
    return tuple(table.name for table in TABLES.values() if table.imported)


def references() -> Iterator[tuple[str, str, str, str]]:
    """Yield table, column, other table, its column: a code in the first exists in the second."""
    for table in TABLES.values():
        for column in table.columns:
            if column.names:
                yield (table.name, column.name, *column.names)
