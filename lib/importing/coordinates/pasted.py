"""Understand a coordinate table pasted as text, and write it as the file it could have been.

What is copied from Excel, Word, a PDF or a message has lost its cells: tabs, spaces,
semicolons, a whole table in one line, first all X and then all Y. Which number is what its
size says: in Viet Nam a northing has seven digits and an easting six, a latitude lies
below 24° and a longitude above 102°.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Final, Literal

from lib.importing.coordinates.numbers import heading_kind
from lib.language.errors import DataRefusedError

Axis = Literal["north", "east"]

LONGEST: Final = 200_000
"""Most characters of a pasted text."""

_METRES: Final[dict[Axis, tuple[int, int]]] = {
    "east": (100_000, 900_001),
    "north": (900_001, 2_700_000),
}
_DEGREES: Final[dict[Axis, tuple[int, int]]] = {"north": (8, 24), "east": (102, 118)}
_NUMBER: Final = re.compile(
    r"(?<![^\W\d_])(?:"
    r"(?P<deg>\d{1,3})\s?[°º]\s?(?P<min>\d{1,2})\s?['’′]\s?(?P<sec>\d{1,2}(?:[.,]\d{1,9})?)\s?[\"”″]?"
    r"|(?P<dotted>\d{1,3}(?:\.\d{3}){1,9},\d{1,9}|\d{1,3}(?:\.\d{3}){2})(?!\d)"
    r"|(?P<commas>\d{1,3}(?:,\d{3}){1,9}\.\d{1,9}|\d{1,3}(?:,\d{3}){2})(?!\d)"
    r"|(?P<spaced>\d[ \u00a0]\d{3}[ \u00a0]\d{3}(?:[.,]\d{1,9})?"
    r"|\d{3}[ \u00a0]\d{3}[.,]\d{1,9})(?!\d)"
    r"|(?P<plain>\d{1,12}(?:[.,]\d{1,12})?))"
)
_LABEL: Final = re.compile(r"[^\W_]{1,8}(?:[-/.][^\W_]{1,4})?")
_CLUSTER: Final = re.compile(r"cụm công nghiệp\b|ccn\b", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_JOINED: Final = 6
"""Digits behind a comma that are a number of their own: nobody writes micrometres."""
_SHOWN: Final = 60
_LEAST: Final = 3


@dataclass(frozen=True)
class Corner:
    """One corner: its label, northing and easting (or latitude and longitude) as written."""

    label: str
    north: Decimal
    east: Decimal


@dataclass(frozen=True)
class Pasted:
    """What was understood of a pasted text.

    Parameters
    ----------
    corners : tuple of Corner
        In the order of the text.
    titles : tuple of (int, str)
        Lines without coordinates, and before which corner they stand.
    degrees : bool
        Whether the numbers are degrees, not metres.
    east_first : bool
        Whether the easting or longitude stands first in the text.
    """

    corners: tuple[Corner, ...]
    titles: tuple[tuple[int, str], ...]
    degrees: bool
    east_first: bool

    def file(self, cluster: str = "") -> bytes:
        """Return the table as a CSV file an import reads, UTF-8, under the name of its cluster."""
        out = io.StringIO()
        lines = csv.writer(out, delimiter=";", lineterminator="\n")
        before = dict[int, list[str]]()
        for at, title in self.titles:
            before.setdefault(at, []).append(title)
        if cluster:
            said = cluster if _CLUSTER.match(cluster) else f"Cụm công nghiệp {cluster}"
            before[0] = [said, *before.get(0, ())]
        lines.writerows([title] for title in before.get(0, ()))
        lines.writerow(["Điểm", *(("Vĩ độ", "Kinh độ") if self.degrees else ("X", "Y"))])
        for at, corner in enumerate(self.corners):
            if at:
                lines.writerows([title] for title in before.get(at, ()))
            lines.writerow([corner.label, *map(_comma, (corner.north, corner.east))])
        return out.getvalue().encode()


@dataclass(frozen=True)
class _Found:
    """A coordinate in the text: its line, its axis, the words between it and the one before."""

    line: int
    axis: Axis
    value: Decimal
    before: str


def understand(text: str) -> Pasted:
    """Return the corners a pasted text holds.

    Raises
    ------
    DataRefusedError
        There are none, fewer than three, or numbers that make no pairs; the message says
        in which line.
    """
    lines = unicodedata.normalize("NFC", text[:LONGEST]).splitlines()
    degrees = not any(_coordinates(line, _METRES) for line in lines)
    ranges = _DEGREES if degrees else _METRES
    found = [_found(at, line, ranges) for at, line in enumerate(lines, 1)]
    flat = list(chain.from_iterable(found))
    if len({one.axis for one in flat}) < 2:  # noqa: PLR2004 - the two axes
        raise DataRefusedError("paste.nothing")
    corners = _corners(flat)
    if len(corners) < _LEAST:
        raise DataRefusedError("paste.too_few", count=len(corners), least=_LEAST)
    return Pasted(corners, _titles(lines, found), degrees, flat[0].axis == "east")


def _coordinates(
    line: str, ranges: dict[Axis, tuple[int, int]]
) -> list[tuple[re.Match[str], Axis, Decimal]]:
    """Return the numbers of a line that can be coordinates, with what they are."""
    return [
        (match, axis, value)
        for match in _NUMBER.finditer(line)
        for value in _values(match)
        if (axis := _axis(value, ranges)) is not None
    ]


def _axis(value: Decimal, ranges: dict[Axis, tuple[int, int]]) -> Axis | None:
    """Return what a number is by its size; a whole number of degrees is the number of a corner."""
    if ranges is _DEGREES and value.as_tuple().exponent == 0:
        return None
    return next((axis for axis, (low, high) in ranges.items() if low <= value < high), None)


def _values(match: re.Match[str]) -> Iterator[Decimal]:
    """Return what a number says; two where a comma without a space stands between two."""
    written = match[0]
    if match["deg"]:
        minutes, seconds = Decimal(match["min"]), Decimal(match["sec"].replace(",", "."))
        yield round(Decimal(match["deg"]) + minutes / 60 + seconds / 3600, 9)
    elif match["dotted"]:
        yield Decimal(written.replace(".", "").replace(",", "."))
    elif match["commas"]:
        yield Decimal(written.replace(",", ""))
    elif match["spaced"]:
        yield Decimal(re.sub(r"[ \u00a0]", "", written).replace(",", "."))
    else:
        sign = "," if "," in written else "."
        whole, _, rest = written.partition(sign)
        if sign == "," and len(rest) >= _JOINED and len(whole) >= _JOINED:
            yield Decimal(whole)
            yield Decimal(rest)
        elif len(rest) == 3 and len(whole) == 3:  # noqa: PLR2004 - 567.890: thousands
            yield Decimal(whole + rest)
        else:
            yield Decimal(f"{whole}.{rest}" if rest else whole)


def _found(at: int, line: str, ranges: dict[Axis, tuple[int, int]]) -> list[_Found]:
    found, end = [], 0
    for match, axis, value in _coordinates(line, ranges):
        found.append(_Found(at, axis, value, line[end : match.start()]))
        end = match.end()
    return found


def _corners(flat: Sequence[_Found]) -> tuple[Corner, ...]:
    """Return pairs of northing and easting: side by side, else one column after the other."""
    half = len(flat) // 2
    axes = [one.axis for one in flat]
    if len(flat) > 2 and len(set(axes[:half])) == len(set(axes[half:])) == 1:  # noqa: PLR2004 - a pair
        pairs = list(zip(flat[:half], flat[half:], strict=False))
        if len(flat) % 2 or axes[0] == axes[-1]:
            raise _unpaired(flat[-1])
        labels = [""]
    else:
        pairs = []
        for at in range(0, len(flat), 2):
            if at + 1 == len(flat) or flat[at].axis == flat[at + 1].axis:
                raise _unpaired(flat[at])
            pairs.append((flat[at], flat[at + 1]))
        labels = [_label(first.before) for first, _ in pairs]
    if not all(labels) or len(set(labels)) < len(labels) - 1:
        labels = [str(number) for number in range(1, len(pairs) + 1)]
    sides = [{one.axis: one.value for one in pair} for pair in pairs]
    return tuple(
        Corner(label, side["north"], side["east"])
        for label, side in zip(labels, sides, strict=True)
    )


def _label(before: str) -> str:
    """Return the last word in front of a pair, but for the name of its axis."""
    words = [word for word in _LABEL.findall(before) if word.upper() not in {"X", "Y", "N", "E"}]
    return words[-1] if words else ""


def _unpaired(one: _Found) -> DataRefusedError:
    return DataRefusedError("paste.unpaired", row=one.line, value=_comma(one.value))


def _titles(lines: Sequence[str], found: Sequence[Sequence[_Found]]) -> tuple[tuple[int, str], ...]:
    """Return the lines of words, but for headings, and how many corners stand above each."""
    titles, seen = [], 0
    for line, coordinates in zip(lines, found, strict=True):
        words = line.split()
        heading = any(heading_kind(cell) in {"x", "y", "lat", "lon"} for cell in words)
        if not coordinates and not heading and _LETTER.search(line):
            titles.append((seen // 2, " ".join(words)[:_SHOWN]))
        seen += len(coordinates)
    return tuple(titles)


def _comma(value: Decimal) -> str:
    """Return a number with a decimal comma: a point could be taken for thousands."""
    return format(value, "f").replace(".", ",")
