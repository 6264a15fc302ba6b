"""What is asked for by forms: of whom, which tables, which of their values.

A sheet of a form is one `Part`. A column of a cluster is asked for as soon as its record says
that a meeting asks for it or that it ages.
"""

from dataclasses import dataclass
from typing import Final

from lib.tables.records import clusters, followup, grid, progress
from lib.tables.registry import TABLES as ALL
from lib.tables.statements.record import NAME as STATEMENTS

KIND: Final = "forms"
"""What filled forms are imported as."""
POWER: Final = "power"
"""Recipient of the form that is no commune's: the power company."""
_DRAWN: Final = ("outline_quality",)
"""Asked for, but it follows from a drawing."""


@dataclass(frozen=True)
class Part:
    """One sheet of a form: rows of one table.

    Parameters
    ----------
    table : str
        A table whose values are statements.
    shown : tuple of str
        Columns that say which row it is, its key first; they are not to be changed.
    asked : tuple of str
        Columns that are filled in.
    """

    table: str
    shown: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns from left to right."""
        return (*self.shown, *self.asked)


_CLUSTERS: Final = Part(
    clusters.CLUSTERS.name,
    ("cluster_id", "name", "former_district"),
    tuple(
        column.name
        for column in clusters.CLUSTERS.columns
        if (column.asked or column.ages) and column.name not in _DRAWN
    ),
)
_WEAK: Final = Part(
    grid.WEAK_SUPPLY.name,
    ("weak_id", "former_commune", "kind"),
    ("villages", "households", "state"),
)
_STATIONS: Final = Part(
    grid.SUBSTATIONS.name,
    ("substation_id", "name", "voltage_kv"),
    ("capacity_mva", "commune_code", "status"),
)


def parts_of(recipient: str) -> tuple[Part, ...]:
    """Return the sheets of the form of a commune, by its code, or of the power company."""
    return (_STATIONS, _WEAK) if recipient == POWER else (_CLUSTERS, _WEAK)


TABLES: Final = frozenset(
    {part.table for part in (_CLUSTERS, _WEAK, _STATIONS)}
    | {STATEMENTS, followup.FORM_ANSWERS.name, progress.PROJECTS.name}
)
"""Tables a form tells of or changes: who may not see one of them has nothing to do with forms."""


def tables_of(kind: str) -> frozenset[str]:
    """Return the tables that a check of files of a kind tells of."""
    if kind == STATEMENTS:
        return frozenset({STATEMENTS, *(table.name for table in ALL.values() if table.stated)})
    return TABLES if kind == KIND else frozenset({kind})
