"""Findings of a check: how grave, which text, and the file, row and column they are about.

A finding carries the key of a text and its values, as errors do, so that the
page, the command line and the report in JSON say the same words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from lib.language.errors import DataRefusedError
from lib.language.text import Lang, t

Level = Literal["note", "mended", "ask", "refused"]
LEVELS: Final[tuple[Level, ...]] = ("refused", "ask", "mended", "note")
"""Gravest first: cannot be used; a person has to confirm; changed and how; good to know."""


class Twin(str):
    """Words in both languages, as a value of a finding.

    A sentence takes ``{zone}`` in Vietnamese and ``{zone:en}`` in English. As
    plain text, in JSON too, these are the Vietnamese words.
    """

    __slots__ = ("en",)
    en: str

    def __new__(cls, vi: str, en: str) -> Self:
        """Return the Vietnamese words with the English ones beside them."""
        words = super().__new__(cls, vi)
        words.en = en
        return words

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.en  # what a cache pickles

    def __format__(self, format_spec: str) -> str:
        return self.en if format_spec == "en" else super().__format__(format_spec)

    @classmethod
    def of(cls, say: Callable[[Lang], str]) -> Self:
        """Return the result of `say` in both languages."""
        return cls(say("vi"), say("en"))


@dataclass(frozen=True)
class Finding:
    """One note, mended value, question or refusal on a file.

    Parameters
    ----------
    key : str
        Key of the sentence in ``lib/language/texts``.
    values : dict
        What the sentence names, beside file, row and column.
    file : str
        Name of the file, with sheet or layer where there are several.
    row : int or None
        Row as a person counts it in that file, from 1; a feature's number where
        there are no rows.
    column : str
        Heading of the column, as in the file.
    """

    level: Level
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    row: int | None = None
    column: str = ""

    def message(self, lang: Lang = "vi") -> str:
        """Return the sentence in `lang`."""
        return t(
            self.key,
            lang,
            **{"file": self.file, "row": self.row, "column": self.column, **self.values},
        )


def from_error(error: DataRefusedError) -> Finding:
    """Return a refusal as a finding, its place taken from what it names."""
    values = dict(error.values)
    row = values.get("row")
    if row is None or isinstance(row, int):  # a row of a table that is no file is named
        values.pop("row", None)
    return Finding(
        "refused",
        error.key,
        values,
        file=str(values.pop("file", "")),
        row=row if isinstance(row, int) else None,
        column=str(values.pop("column", "")),
    )


def gravest(findings: Iterable[Finding]) -> Level | None:
    """Return the gravest level among `findings`, None if there are none."""
    found = {finding.level for finding in findings}
    return next((level for level in LEVELS if level in found), None)
