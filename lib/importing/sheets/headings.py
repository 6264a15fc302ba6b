"""Which column of a sheet is which column of a table, by what its heading means.

A heading is the column's own name, its label in either language, one of the
ways offices write it (``lib/importing/sheets/synonyms.toml``), or something very like one of
these, which a person has to confirm.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from rapidfuzz import fuzz, process

from lib.importing.readers.grid import Grid, clean_text
from lib.importing.sheets.cells import synonyms, units_of
from lib.language.findings import Finding
from lib.language.text import LANGS, Lang, fold, t
from lib.tables.glossary import label
from lib.tables.registry import TABLES

How = Literal["code", "label", "synonym", "similar", "hand"]

SIMILAR: Final = 88.0
"""Similarity (0 to 100) from which a heading is offered for a person to confirm."""

_LOOKED_AT: Final = 30
_LONGEST: Final = 100
_AT_LEAST: Final = 2
_QUANTITIES: Final = ("number", "whole")
_SCORES: Final = {"code": 100.0, "label": 99.0, "first": 98.0, "second": 97.0, "third": 96.0}
_MOST_SIMILAR: Final = 95.0
_UNITS: Final = frozenset(
    {
        *("ha", "m2", "km2", "m", "km", "%", "trieu dong", "ty dong"),
        *("v", "kv", "kva", "mva", "kw", "mw"),
    }
)
_PARTS: Final[Mapping[str, str]] = {
    "start_date": "headings.start_date",
    "end_date": "headings.end_date",
    "district": "headings.district",
}
_EITHER: Final[Mapping[str, tuple[str, ...]]] = {
    "clusters": ("cluster_id", "name"),
    "communes": ("code",),
}
"""Columns of which one is enough: the rows are known, the rest of them stays."""


@dataclass(frozen=True)
class Match:
    """A column of the sheet and the column of the table it is.

    Parameters
    ----------
    column : str
        Name in the table, or one of the parts ``start_date``, ``end_date``, ``district``.
    heading : str
        As in the file.
    place : int
        Column of the sheet, from 0.
    score : float
        100 for the very name; for ``similar`` the similarity, 0 to 100.
    how : {"code", "label", "synonym", "similar", "hand"}
        What it matched, or that a person placed it.
    """

    column: str
    heading: str
    place: int
    score: float
    how: How


@dataclass(frozen=True)
class Heading:
    """The row of headings of a sheet and what it says.

    Parameters
    ----------
    row : int
        Index in ``grid.rows``.
    height : int
        1 or 2 rows.
    matches : tuple of Match
        In the order of the sheet.
    unmatched : tuple of str
        Headings that are no column, or could be two.
    missing : tuple of str
        Required columns of the table that no heading names.
    titles : tuple of str
        Every heading of the sheet by its place, empty where there is none.
    """

    row: int
    height: int
    matches: tuple[Match, ...]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    titles: tuple[str, ...] = ()


def column_label(table: str, column: str, lang: Lang = "vi") -> str:
    """Return the words for a column of a table or for a part of one."""
    return t(_PARTS[column], lang) if column in _PARTS else label(table, column, lang)


def columns_of(table: str) -> tuple[str, ...]:
    """Return every column a heading of a table can name, parts such as a district too."""
    parts = _PARTS if table == "outages" else {}
    return (*(column.name for column in TABLES[table].every()), *parts)


def find_heading(grid: Grid, table: str) -> Heading | None:
    """Return the heading of a sheet, None if no row of the first 30 names two columns.

    The row that names most columns beyond doubt is it; titles and notes may
    stand above. Two rows are joined where that names more: *Quyết định* over
    *Số* and *Ngày*. A column is matched once; where two headings fit one column
    equally, or one heading two columns, none is matched.
    """
    best: tuple[int, int, Heading] | None = None
    rows = min(_LOOKED_AT, len(grid.rows))
    for height in (1, 2):
        for row in range(rows + 1 - height):
            found = _matches(_texts(grid, row, height), table)
            certain = sum(match.how != "similar" for match in found)
            if best is None or (certain, len(found)) > best[:2]:
                best = (certain, len(found), _heading(grid, row, height, found, table))
    return best[2] if best and best[0] and best[1] >= _AT_LEAST else None


def heading_at(grid: Grid, row: int, table: str) -> Heading:
    """Return one row of a sheet read as its heading, whether or not it is one."""
    return _heading(grid, row, 1, _matches(_texts(grid, row, 1), table), table)


def names_a_column(text: str, table: str) -> bool:
    """Return True for a heading that is beyond doubt a column of a table."""
    return len(text) <= _LONGEST and any(
        spelling in _vocabulary(table)
        for spelling in (_spelled(text), _spelled(_no_brackets(text)))
    )


def place_by_hand(grid: Grid, table: str, heading: Heading, mapping: Mapping[str, int]) -> Heading:
    """Return `heading` with the columns a person placed.

    Parameters
    ----------
    mapping : mapping
        Table column -> place in the sheet from 0, or -1 for a column that is not in it.
    """
    taken = set(mapping.values())
    titles = [texts[0] if texts else "" for texts in _texts(grid, heading.row, heading.height)]
    chosen = [
        Match(column, titles[place], place, _SCORES["code"], "hand")
        for column, place in mapping.items()
        if 0 <= place < len(titles)
    ]
    kept = [m for m in heading.matches if m.column not in mapping and m.place not in taken]
    return _heading(grid, heading.row, heading.height, [*kept, *chosen], table)


def heading_findings(
    heading: Heading | None, grid: Grid, table: str, given: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return what a person has to know about the heading.

    Parameters
    ----------
    given : iterable of str
        Columns that need not be in the file, because the caller fills them.
    """
    if heading is None:
        shown = ", ".join(f"«{label(table, column)}»" for column in _required(table))
        return (Finding("refused", "headings.none", {"columns": shown}, file=grid.place),)
    row = grid.first_row + heading.row
    found = [
        named_twice(column, heading, table, grid.place, row)
        or Finding(
            "refused",
            "headings.missing",
            {"label": label(table, column)},
            file=grid.place,
            row=row,
            column=column,
        )
        for column in heading.missing
        if column not in set(given)
    ]
    named = {match.column for match in heading.matches} | {*heading.missing, *given}
    found += [
        twice
        for column in TABLES[table].columns
        if column.type in _QUANTITIES and column.name not in named
        if (twice := named_twice(column.name, heading, table, grid.place, row, sure=True))
    ]
    found += [
        Finding(
            "ask",
            "headings.similar",
            {"label": column_label(table, match.column)},
            file=grid.place,
            row=row,
            column=match.heading,
        )
        for match in heading.matches
        if match.how == "similar"
    ]
    found += [
        Finding("note", "headings.unused", file=grid.place, row=row, column=title)
        for title in heading.unmatched
    ]
    return tuple(found)


def named_twice(
    column: str, heading: Heading, table: str, place: str, row: int, *, sure: bool = False
) -> Finding | None:
    """Return the refusal of a column several headings name alike; None if fewer than two do.

    With `sure` a heading that only resembles the name does not count.
    """
    named = [(title, _candidates([title], table).get(column)) for title in heading.titles]
    titles = [title for title, as_ in named if as_ and not (sure and as_[1] == "similar")]
    if len(titles) < _AT_LEAST:
        return None
    values = {"label": column_label(table, column), "count": len(titles)}
    values["titles"] = ", ".join(titles)
    return Finding("refused", "headings.twice", values, file=place, row=row, column=column)


def _spelled(text: str) -> str:
    """Return a heading as it is compared: no marks, no punctuation, ``NGAY_KT`` as *ngay kt*."""
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", fold(text)).split())


def _no_brackets(text: str) -> str:
    return re.sub(r"\([^()]*\)", " ", text)


@cache
def _vocabulary(table: str) -> Mapping[str, tuple[tuple[str, float, How], ...]]:
    """Return each spelling of a heading -> columns it names, with score and kind."""
    columns = [column.name for column in TABLES[table].every()]
    known: dict[str, dict[str, tuple[float, How]]] = {}

    def add(text: str, column: str, score: float, how: How) -> None:
        told = {fold(words) for words in re.findall(r"\(([^()]+)\)", text)} - _UNITS
        short = text if how == "synonym" and told else _no_brackets(text)
        for spelling in {_spelled(text), _spelled(short)} - {""}:
            known.setdefault(spelling, {}).setdefault(column, (score, how))

    for column in columns:
        add(column, column, _SCORES["code"], "code")
        for lang in LANGS:
            add(label(table, column, lang), column, _SCORES["label"], "label")
    own = synonyms()[table]
    common = {c: words for c, words in synonyms()["common"].items() if c in columns}
    for level, section in {
        "first": {k: v for k, v in own.items() if isinstance(v, list)},
        "second": own.get("second", {}),
        "third": own.get("third", {}) | common,
    }.items():
        for column, words in section.items():
            for word in words:
                add(word, column, _SCORES[level], "synonym")
    return {k: tuple((c, s, h) for c, (s, h) in v.items()) for k, v in known.items()}


def _texts(grid: Grid, row: int, height: int) -> list[list[str]]:
    """Return for each column of the sheet the ways its heading may be read, as written first."""
    top = [clean_text(cell) for cell in grid.rows[row]]
    if height == 1 or row + 1 >= len(grid.rows):
        return [[text] if text else [] for text in top]
    under = [clean_text(cell) for cell in grid.rows[row + 1]]
    return [
        ([a or b] if a or b else []) if a == b or not (a and b) else [f"{a} {b}", f"{b} {a}", b]
        for a, b in zip(top, under, strict=True)
    ]


def _candidates(texts: list[str], table: str) -> dict[str, tuple[float, How]]:
    """Return the columns a heading can name, each with its best score."""
    vocabulary = _vocabulary(table)
    found: dict[str, tuple[float, How]] = {}
    for text in texts:
        if len(text) > _LONGEST:
            continue
        exact = vocabulary.get(_spelled(text)) or vocabulary.get(_spelled(_no_brackets(text)), ())
        for column, score, how in exact:
            if _unit_fits(text, table, column):
                found[column] = max(found.get(column, (0.0, how)), (score, how))
    if found or not texts:
        return found
    for spelling, score, _ in process.extract(
        _spelled(texts[0]), list(vocabulary), scorer=fuzz.ratio, score_cutoff=SIMILAR, limit=5
    ):
        for column, _, _ in vocabulary[spelling]:
            if _unit_fits(texts[0], table, column):
                similar = min(score, _MOST_SIMILAR)
                found[column] = max(found.get(column, (0.0, "similar")), (similar, "similar"))
    return found


def _unit_fits(text: str, table: str, column: str) -> bool:
    """Return False if the heading names another unit: square metres are no hectares."""
    units = {fold(word) for word in re.findall(r"\(([^()]+)\)", text)} & _UNITS
    own = units_of(table, column) & _UNITS if column not in _PARTS else frozenset()
    return not units or not own or bool(units & own)


def _matches(texts: list[list[str]], table: str) -> list[Match]:
    """Match from the best score down; what ties is left to a person."""
    pairs = [
        Match(column, options[0], place, score, how)
        for place, options in enumerate(texts)
        for column, (score, how) in _candidates(options, table).items()
    ]
    found: list[Match] = []
    while pairs:
        score = max(pair.score for pair in pairs)
        level = [pair for pair in pairs if pair.score == score]
        columns, places = [p.column for p in level], [p.place for p in level]
        found += [p for p in level if columns.count(p.column) == places.count(p.place) == 1]
        pairs = [p for p in pairs if p.column not in columns and p.place not in places]
    return found


def _required(table: str) -> tuple[str, ...]:
    if table in _EITHER:
        return _EITHER[table][:1]
    return tuple(c.name for c in TABLES[table].every() if not (c.blank or c.filled or c.assumed))


def _heading(grid: Grid, row: int, height: int, matches: Iterable[Match], table: str) -> Heading:
    found = sorted(matches, key=lambda match: match.place)
    if not any(match.column == "start" for match in found):
        found = [replace(m, column="start") if m.column == "start_date" else m for m in found]
    named = {match.column for match in found}
    placed = {match.place for match in found}
    texts = _texts(grid, row, height)
    unmatched = [o[0] for place, o in enumerate(texts) if o and place not in placed]
    either = bool(named & set(_EITHER.get(table, ())))
    missing = () if either else tuple(c for c in _required(table) if c not in named)
    titles = tuple(options[0] if options else "" for options in texts)
    return Heading(row, height, tuple(found), tuple(dict.fromkeys(unmatched)), missing, titles)
