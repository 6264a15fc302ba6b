"""Options of an import, and its draft: what it would change, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from lib.geo.crs import STORAGE_CRS
from lib.importing.fonts.convert import LegacyEncoding
from lib.importing.matching import ClusterMatch
from lib.importing.sheets.headings import Heading
from lib.language.findings import LEVELS, Finding
from lib.language.text import Lang
from lib.tables import collecting
from lib.tables.merging import Counts
from lib.tables.sample import has_sample
from lib.tables.statements.record import NAME as STATEMENTS

KINDS: Final = (
    "outlines",
    "clusters",
    "communes",
    "former_units",
    "assignments",
    "projects",
    "milestones",
    "obstacles",
    "clearance",
    "assets",
    "conclusions",
    "substations",
    "power_lines",
    "weak_supply",
    "outages",
    "customers",
    collecting.KIND,
    STATEMENTS,
)
"""What a file can be imported as."""

TextChoice = LegacyEncoding | Literal["keep"] | None


@dataclass(frozen=True)
class Options:
    """Choices of a person for one import.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    as_of : str
        Day the data describe, ISO.
    crs : int or None
        EPSG code chosen for files that state none.
    swapped : bool
        X and Y of the file are exchanged.
    text : str or None
        Old font to convert from, ``keep`` to leave the texts, None if not decided.
    mapping : mapping
        Column of the table -> place of the column in the file, picked by hand;
        -1 for a column the file does not have.
    matches : mapping
        Label in the file -> cluster_id, picked by hand; empty to leave it out.
    cluster : str
        Cluster that every outline of the files is of; empty where they say it.
    communes : mapping
        Name of a commune as the file has it -> commune code, picked by hand;
        empty to leave it blank.
    quality : str
        Of outlines: surveyed, traced or approximate.
    accuracy_m : float or None
        Of outlines, metres; None if nobody knows.
    replace : bool
        Rows that are not in the file are taken out; otherwise they stay.
    """

    kind: str
    as_of: str
    crs: int | None = None
    swapped: bool = False
    text: TextChoice = None
    mapping: Mapping[str, int] = field(default_factory=dict)
    matches: Mapping[str, str] = field(default_factory=dict)
    communes: Mapping[str, str] = field(default_factory=dict)
    quality: str = "surveyed"
    accuracy_m: float | None = 0.5
    replace: bool = False
    cluster: str = ""

    def chosen(self) -> dict[str, dict[str, object]]:
        """Return what a person picked by hand, for the manifest; empty where nothing was."""
        picked: dict[str, Mapping[str, object]] = {
            "columns": self.mapping,
            "clusters": self.matches,
            "communes": self.communes,
            "cluster": {"all": self.cluster} if self.cluster else {},
        }
        return {name: dict(choice) for name, choice in picked.items() if choice}


@dataclass(frozen=True)
class Typed:
    """Rows typed on a page, to be checked and kept as a file is.

    Parameters
    ----------
    table : str
        One of `lib.tables.registry.imported` without geometry.
    rows : sequence of mapping
        Column -> what was typed, codes as codes, days as ISO dates, blanks None; a column
        no row has stays as it is in the rows that are known.
    file : str
        What they are called as a file; ``file:<name>`` is their source.
    as_of : str
        Day they describe, ISO.
    """

    table: str
    rows: Sequence[Mapping[str, Any]]
    file: str
    as_of: str


@dataclass(frozen=True)
class CrsRead:
    """The CRS a file was read in, and the one that is proposed instead."""

    file: str
    epsg: int | None
    stated: bool
    proposed: int | None = None
    proposed_swapped: bool = False


def no_preview() -> gpd.GeoDataFrame:
    """Return an empty preview."""
    return gpd.GeoDataFrame(
        {"code": [], "name": [], "state": []}, geometry=[], crs=STORAGE_CRS
    ).astype({"code": "str", "name": "str", "state": "str"})


@dataclass(frozen=True)
class Draft:
    """Changes an import would make, with all findings; nothing is written yet.

    Parameters
    ----------
    tables : mapping
        Tables as they would be after it; empty if nothing can be used.
    findings : tuple of Finding
        Everything that was found, gravest first.
    counts : mapping
        Table -> rows touched.
    preview : GeoDataFrame
        ``code``, ``name``, ``state`` (old or new), geometry in EPSG:4326.
    matches : tuple of ClusterMatch
        For outlines and clusters without codes.
    crs : tuple of CrsRead
        One for each file with geometry.
    text_before_after : tuple
        Examples of old-font text and what it would become.
    headings : tuple of (str, Heading)
        Sheet and which of its columns is which column of the table.
    border_quality : str or None
        Set where the borders themselves are imported.
    """

    options: Options
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    preview: gpd.GeoDataFrame = field(default_factory=no_preview)
    matches: tuple[ClusterMatch, ...] = ()
    crs: tuple[CrsRead, ...] = ()
    text_before_after: tuple[tuple[str, str], ...] = ()
    headings: tuple[tuple[str, Heading], ...] = ()
    border_quality: str | None = None

    def of(self, level: str) -> list[Finding]:
        """Return the findings of one level."""
        return [finding for finding in self.findings if finding.level == level]

    @property
    def refused(self) -> bool:
        """Whether any finding is a refusal."""
        return bool(self.of("refused"))

    @property
    def changes(self) -> bool:
        """Whether publishing would change anything."""
        return any(c.added or c.changed or c.removed for c in self.counts.values())

    def sample(self, name: str) -> bool:
        """Return whether a table has made-up rows after the import."""
        return name in self.tables and has_sample(self.tables[name])

    @property
    def asked_communes(self) -> dict[str, tuple[str, ...]]:
        """Return names of communes that could be several -> their codes."""
        told = [vars(finding)["values"] for finding in self.of("ask")]
        return {str(v["value"]): tuple(v["codes"].split()) for v in told if "codes" in v}

    def report(self, lang: Lang = "vi") -> dict[str, Any]:
        """Return all of it as plain values, for a JSON report."""
        return {
            "kind": self.options.kind,
            "refused": self.refused,
            "counts": {name: vars(count) for name, count in self.counts.items()},
            "crs": [vars(read) for read in self.crs],
            "findings": [
                {
                    "level": finding.level,
                    "key": finding.key,
                    "message": finding.message(lang),
                    "file": finding.file,
                    "row": finding.row,
                    "column": finding.column,
                }
                for finding in self.findings
            ],
        }


def gravest_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return `findings` with refusals first, each once, in file order within a level."""
    once: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        once.setdefault(
            (finding.key, finding.file, finding.row, finding.column, str(finding.values)), finding
        )
    return tuple(sorted(once.values(), key=lambda f: LEVELS.index(f.level)))
