"""Definition of tables and their columns: one record a column, read by all that walk columns.

From a record come the check of a value (`lib.tables.schemas`), the column of a template and
its guide, the heading an import looks for, the type in a database, the row of an
export. Nothing here loads pandera: pages read it too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from lib.settings import province

Type = Literal["text", "number", "whole", "moment", "flag"]

CODE: Final = r"^\d{5}$"
"""Five digits as the General Statistics Office gives them; leading zeros matter."""
CLUSTER_ID: Final = r"^(?!MAU-)[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
"""The register's own are ``PT-001``; an office may bring others, but none that marks a sample."""
ISO_DATE: Final = r"^(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
"""A day, or only a month or a year where the source gives no more."""
CHECKED: Final = "2026-11-23"
"""The day sources were read. A row whose source gives no date carries it; it is no data date."""
MONTH: Final = r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"
VOLTAGE: Final = r"^\d+(/\d+)*$"
URL: Final = r"^(https?://[^\s\[\]/]+(/\S*)?|file:[^\s/]+)$"
"""A public address, or ``file:<name>`` for what came from a file of the office."""
TRIMMED: Final = r"^\S(.{0,3998}\S)?$"
"""Some text, on one line, no space around it, at most 4,000 letters."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name in files; ``schemas.<table>.<name>`` or ``schemas.column.<name>`` are its words.
    blank : bool
        Whether *no source says it* is allowed.
    unique : bool
        Whether no two rows may have the same value; a key of one column always is.
    pattern : str
        What a text looks like; empty for a coded one.
    codes : str
        Set of codes (`lib.tables.glossary.CODES`) it takes, empty for a free one.
    low, high : float or None
        Limits of a number, both allowed.
    unit : str
        As it is written after a figure, empty for none.
    about : str
        Text key of what the guide of a template says; empty where the label says it all.
    names : tuple of str
        Table and column in which a code of this one has to exist.
    filled : bool
        The import fills it where a file has no such column: no template asks for it.
    assumed : bool
        It may be left out of a file although it is never blank: *unknown* is written.
    later : bool
        It came after the first version: what was written before is read with a blank.
    asked : bool
        A meeting asks for it: a blank in it is something missing.
    ages : bool
        It changes from year to year, so what an old source says of it may no longer hold.
    found : bool
        The search box leads from its text to the row; ``sidebar.hit_<name>`` says what was found.
    lacking : tuple of str
        Codes that say no more than a blank, such as *no outline*.
    otherwise : str, bool or None
        What a new row gets where a file says nothing; None leaves the blank to be refused.
    group : str
        Heading `cards.group_<group>` under which a card tells it; empty where the card has a line
        of its own for it, or none.
    reserved : bool
        An access file may keep it for editors until the cluster is established
        (`lib.tables.disclosure`).
    """

    name: str
    type: Type = "text"
    blank: bool = False
    unique: bool = False
    pattern: str = TRIMMED
    codes: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    about: str = ""
    names: tuple[str, str] | tuple[()] = ()
    filled: bool = False
    assumed: bool = False
    later: bool = False
    asked: bool = False
    ages: bool = False
    found: bool = False
    lacking: tuple[str, ...] = ()
    otherwise: str | bool | None = None
    group: str = ""
    reserved: bool = False


SOURCE_URL: Final = Column("source_url", pattern=URL, filled=True)
AS_OF: Final = Column("as_of", pattern=ISO_DATE, filled=True)


@dataclass(frozen=True)
class Table:
    """One table.

    Parameters
    ----------
    name : str
        Name of the table and of its file of facts.
    columns : tuple of Column
        Without source and date, which every table has, see `every`.
    key : tuple of str
        Columns that tell its rows apart.
    facts : bool
        Whether the project has facts of it, ``data/facts/<name>.csv``; else only an office can
        bring it.
    imported : bool
        Whether a file of an office may change it.
    stated : bool
        Whether each value has its own source (`lib.tables.statements`).
    source : Column
        What its rows name as their source.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    facts: bool = True
    imported: bool = True
    stated: bool = False
    source: Column = SOURCE_URL

    def every(self) -> Iterator[Column]:
        """Return all columns, source and date first."""
        yield from (self.source, AS_OF, *self.columns)

    def column(self, name: str) -> Column:
        """Return one column.

        Raises
        ------
        KeyError
            The table has none of this name.
        """
        found = {column.name: column for column in self.every()}
        return found[name]


def coded(name: str, codes: str = "", **more: Any) -> Column:  # noqa: ANN401 - fields of a Column
    """Return a column that takes the codes of a set, by default the one of its own name."""
    return Column(name, pattern="", codes=codes or name, **more)


def number(
    name: str,
    low: float,
    high: float,
    unit: str = "",
    *,
    whole: bool = False,
    **more: Any,  # noqa: ANN401 - fields of a Column
) -> Column:
    """Return a column of numbers between two limits."""
    kind: Type = "whole" if whole else "number"
    return Column(name, kind, low=low, high=high, unit=unit, **more)


NOTE: Final = Column("note", blank=True)
SAMPLE: Final = Column("sample", "flag", pattern="", filled=True, otherwise=False)
CLUSTER: Final = Column("cluster_id", pattern=CLUSTER_ID, about="templates.about_cluster_id")
OF_CLUSTER: Final = Column(
    CLUSTER.name, pattern=CLUSTER_ID, about=CLUSTER.about, names=("clusters", "cluster_id")
)
OF_COMMUNE: Final = Column(
    "commune_code", pattern=CODE, about="templates.about_commune_code", names=("communes", "code")
)
PERHAPS_COMMUNE: Final = Column(
    OF_COMMUNE.name, blank=True, pattern=CODE, about=OF_COMMUNE.about, names=("communes", "code")
)


def point(*, blank: bool) -> tuple[Column, Column]:
    """Return latitude and longitude, degrees of WGS 84, around the province."""
    west, south, east, north = province().box
    lat = number("lat", south, north, "°", blank=blank)
    return lat, number("lon", west, east, "°", blank=blank)
