"""Recognise titles of parcels, sums and stated areas around the points."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from lib.language.findings import Finding, Level
from lib.language.text import fold


@dataclass(frozen=True, eq=False)
class Notes:
    """Kept while a table is read.

    Parameters
    ----------
    findings : list of Finding
        In the order they were made.
    said : list of str
        Titles and headings, in which the coordinate system may be stated.
    """

    place: str
    findings: list[Finding] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def find(
        self,
        level: Level,
        key: str,
        row: int,
        column: str = "",
        *,
        where: str = "",
        **values: object,
    ) -> None:
        """Keep a finding about a row, of the table at hand or of the one at `where`."""
        self.findings.append(Finding(level, key, values, where or self.place, row, column))


LONGEST_TITLE: Final = 300
"""Patterns are only tried on the beginning of a row."""

_PARCEL_TITLE: Final = re.compile(
    r"(?:thua|khu|lo|cum|ccn|phan|manh|vung|parcel|cluster|area [a-z0-9]+$)(?:\b|\d)"
)
_CLUSTER: Final = re.compile(r"(?:cụm công nghiệp|\bCCN\b).*", re.IGNORECASE)
_AREA_WORDS: Final = re.compile(r"[\s,;:.(–-]*(?:diện tích|\bS\s*=|\bDT\b).*", re.IGNORECASE)
_PAGE: Final = re.compile(
    r"[\s,;:.(\[–-]*(?:tiếp(?: theo)?|tt|trang \d+(?:\s*/\s*\d+)?|continued|cont\.?)[\s).\]]*",
    re.IGNORECASE,
)
_SUM: Final = re.compile(
    r"(?:tong|dien tich|chu vi|total|sum\b|perimeter|dt\b|(?:cong|area)\s*(?:[:(=]|$)|[sp]\s*=)"
)


def is_parcel_title(text: str) -> bool:
    """Say whether a text names a parcel by its first word, as ``Thửa 2`` does."""
    return bool(_PARCEL_TITLE.match(fold(text)))


def is_sum(text: str) -> bool:
    """Say whether a text begins a sum: an area, a perimeter, a total."""
    return bool(_SUM.match(fold(text)))


def is_total(text: str) -> bool:
    """Say whether a text begins as the sum of the rows above it."""
    return fold(text).startswith(("tong", "total"))


def parcel_title(texts: Iterable[str]) -> str | None:
    """Return the first text that names a parcel, None if none does."""
    return next(filter(is_parcel_title, texts), None)


def cluster_title(text: str) -> str | None:
    """Return the name of an industrial cluster from where it begins in a text."""
    found = _CLUSTER.search(text)
    return found[0] if found else None


def without_page(title: str) -> str:
    """Return a title without the words that say it goes on from the page before.

    >>> without_page("CCN Tân Phú (tiếp theo)"), without_page("Thửa 2")
    ('CCN Tân Phú', 'Thửa 2')
    """
    ends = (found for found in _PAGE.finditer(title) if found.end() == len(title))
    found = next(ends, None)
    return title[: found.start()] if found and found.start() else title


def without_area(title: str) -> str:
    """Return a title without the area it states."""
    return _AREA_WORDS.sub("", title[:LONGEST_TITLE])
