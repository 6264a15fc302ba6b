"""What a coordinate table says of itself, and what there is to say about it."""

from dataclasses import dataclass, field

from lib.language.findings import Finding, Level


@dataclass(frozen=True, eq=False)
class Notes:
    """Kept while a table is read.

    Parameters
    ----------
    place : str
        File and sheet, for the findings.
    findings : list of Finding
        In the order they were made.
    said : list of str
        Titles and headings, in which the coordinate system may be stated.
    """

    place: str
    findings: list[Finding] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def find(self, level: Level, key: str, row: int, column: str = "", **values: object) -> None:
        """Keep a finding about a row."""
        self.findings.append(Finding(level, key, values, self.place, row, column))
