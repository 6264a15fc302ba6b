"""CSV and text tables: any of the usual separators and encodings."""

import codecs
import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from lib.importing.fonts.syllables import LETTERS, is_syllable
from lib.importing.readers.base import MAX_CELLS, Content
from lib.importing.readers.bounds.markup import pieces_of
from lib.importing.readers.grid import Cell, Grid, clean_text
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding
from lib.language.text import fold

_SEPARATORS: Final = (";", "\t", "|", ",")
_LOOKED_AT: Final = 50
_BEGINNING: Final = 2**18
"""Bytes whose text tells the separator."""
_PIECE: Final = 2**22
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_HALF_EMPTY: Final = 0.4
"""Share of every second byte that is 0 in UTF-16 without a mark: Western letters and digits."""
_SAME: Final = 0.9
_LEADING: Final = 5
"""Rows among which the heading is looked for, and how many titles tell it from other lines."""
_TITLES: Final = 3


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written.

    Parameters
    ----------
    encoding : str
        Python's name of it; ``cp1252`` keeps every byte of fonts older than Unicode.
    separator : str
        One character; quotation marks are ``"``, doubled within a text. No sign begins a comment.
    """

    encoding: str
    separator: str

    @property
    def findings_key(self) -> str:
        """Return the key of what has to be told of the encoding, empty for Unicode."""
        return {"cp1252": "readers.not_utf8", "cp1258": "readers.cp1258"}.get(self.encoding, "")

    def text(self, content: bytes) -> str:
        """Return `content` as text, NFC where the code page writes marks apart."""
        if self.encoding == "cp1252":
            text = content.decode("cp1252", errors="surrogateescape")
            return "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in text)
        text = content.decode(self.encoding)
        return unicodedata.normalize("NFC", text) if self.encoding == "cp1258" else text

    def beginning(self, content: bytes) -> str:
        """Return the whole lines of the first bytes of a file; cut letters are left out."""
        text = codecs.getincrementaldecoder(self.encoding)("replace").decode(content)
        last = max(text.rfind(end) for end in "\n\r") + 1
        return text[:last] if len(content) >= _BEGINNING and last else text


def dialect(path: Path, name: str) -> Dialect:
    """Return how a CSV file is written; its bytes are looked at piece by piece.

    Raises
    ------
    DataRefusedError
        It holds NUL bytes and is no UTF-16: it is no text.
    """
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
    encoding = _encoding(path, start)
    if encoding == "cp1252" and _is_cp1258(start):
        encoding = "cp1258"
    if "utf-16" not in encoding and _holds_nul(path):
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV")
    if len(start) == _BEGINNING:
        start = start[: -(len(start) % 2) or None]  # a letter of UTF-16 has two bytes
    try:
        text = codecs.getincrementaldecoder(encoding)(
            "strict" if encoding != "cp1252" else "replace"
        ).decode(start)
    except UnicodeDecodeError as error:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV") from error
    if "\0" in text:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV")
    return Dialect(encoding, _separator(text))


def as_utf8(path: Path, found: Dialect, target: Path) -> Path:
    """Write a CSV file as UTF-8 to `target`, piece by piece, and return it."""
    with (
        path.open(encoding=found.encoding, newline="") as given,
        target.open("w", encoding="utf-8", newline="") as made,
    ):
        while piece := given.read(_PIECE):
            made.write(piece)
    return target


def _encoding(path: Path, start: bytes) -> str:
    marked = next((enc for mark, enc in _BOMS if start.startswith(mark)), None)
    if marked == "utf-16":
        return marked
    half = max(1, len(start) // 2)
    for at, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[at::2].count(0) / half > _HALF_EMPTY and start[1 - at :: 2].count(0) == 0:
            return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces_of(path):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return marked or "utf-8"


def _holds_nul(path: Path) -> bool:
    return any(b"\0" in piece for piece in pieces_of(path))


def _is_cp1258(start: bytes) -> bool:
    """Return whether bytes spell Vietnamese in the code page that writes tones apart."""

    def share(encoding: str) -> float:
        text = unicodedata.normalize("NFC", start.decode(encoding, errors="replace"))
        marked = [word for word in LETTERS.findall(text) if not word.isascii()]
        return sum(map(is_syllable, marked)) / len(marked) if marked else 0.0

    return share("cp1258") >= _SAME > share("cp1252")


def read(path: Path, name: str) -> Content:
    """Return a CSV file as a grid of texts; a repeated heading begins another grid.

    Bytes that are not UTF-8 are read one to a letter (cp1252), unless they spell
    Vietnamese in cp1258: that keeps every byte of TCVN3 and VNI text, which is
    recognised and converted later.

    Raises
    ------
    DataRefusedError
        It holds NUL bytes or quotation marks that never end, or too many cells.
    """
    found = dialect(path, name)
    try:
        text = found.text(path.read_bytes())
    except UnicodeDecodeError as error:  # UTF-16 cut within a letter
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV") from error
    if "\0" in text:
        raise DataRefusedError("readers.wrong_kind", file=name, kind="CSV")
    try:
        rows = list(rows_of(text, found.separator))
    except csv.Error as error:
        raise DataRefusedError("readers.bad_csv", file=name, reason=str(error)) from error
    width = max((len(row) for row in rows), default=0)
    if width * len(rows) > MAX_CELLS:
        raise DataRefusedError(
            "readers.too_many", file=name, count=width * len(rows), most=MAX_CELLS
        )
    if not any(cell.strip() for row in rows for cell in row):
        raise DataRefusedError("readers.empty_sheet", file=name)
    cells = [padded(row, width) for row in rows]
    widths = [len(row) for row in rows]
    starts = [0, *repeated_headings(cells)]
    grids = tuple(
        Grid(name, "", tuple(cells[start:end]), start + 1, tuple(widths[start:end]))
        for start, end in zip(starts, [*starts[1:], len(cells)], strict=True)
    )
    key = found.findings_key
    return Content(name, grids, findings=(Finding("note", key, file=name),) if key else ())


def rows_of(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV text as the file holds them; an empty line has no cells.

    Raises
    ------
    csv.Error
        A quotation mark does not end where it should.
    """
    yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def padded(row: list[str], width: int) -> tuple[Cell, ...]:
    """Return a row filled up to `width` cells, None for blanks."""
    return (*(cell if cell.strip() else None for cell in row), *(None,) * (width - len(row)))


def repeated_headings(rows: Sequence[tuple[Cell, ...]]) -> list[int]:
    """Return the rows that say the heading again with a column more, fewer or elsewhere.

    Months put one under the other bring their heading with them, and a later one
    may have a column more: what stands under it belongs under its own heading.
    A heading that is said again as it was changes nothing and stays in its table.
    """
    leading = list(takewhile(lambda one: one is not None, map(_titles, rows[:_LEADING])))
    counts = [len(words) for words in leading if words is not None]
    at = next((i for i, n in enumerate(counts) if n >= _TITLES), None)
    at = next((i for i, n in enumerate(counts) if n > 1), None) if at is None else at
    heading = leading[at] if at is not None else None
    if at is None or heading is None:
        return []
    found, last = [], [clean_text(cell) for cell in rows[at]]
    for row in range(at + 1, len(rows)):
        first = next((cell for cell in rows[row] if cell is not None), "")
        if fold(clean_text(first)) not in heading:
            continue
        words, shown = _titles(rows[row]), [clean_text(cell) for cell in rows[row]]
        fewer = words is not None and words < heading and 2 * len(words) > len(heading)
        if shown != last and words is not None and (words >= heading or fewer):
            found.append(row)
            last = shown
    return found


def _titles(row: tuple[Cell, ...]) -> frozenset[str] | None:
    """Return the folded words of a row, None if one is no title or stands twice: it is data."""
    words = [fold(clean_text(cell)) for cell in row if cell is not None]
    titled = all(word[:1].isalpha() or word[:1] == "(" for word in words)
    return frozenset(words) if titled and len(set(words)) == len(words) else None


def _separator(text: str) -> str:
    """Return what splits most of the first rows into the same number of cells.

    Counting signs is not enough: ``1;2371975,84;543776,79`` has as many commas,
    and a title above the table may have commas only.
    """

    def alike(separator: str) -> int:
        rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
        try:
            widths = Counter(len(row) for row in islice(rows, _LOOKED_AT) if len(row) > 1)
        except csv.Error:
            return 0
        return max(widths.values(), default=0)

    return max(_SEPARATORS, key=alike)
