"""Recognise texts in old fonts over a whole file; convert them when a person says so."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
import pandas as pd

from lib.importing.draft import TextChoice
from lib.importing.fonts import convert
from lib.importing.fonts.convert import LegacyEncoding
from lib.importing.readers.base import Content, Features
from lib.importing.readers.grid import GUARDED, Cell, Grid, Unread
from lib.language.findings import Finding

_LOOKED_AT: Final = 20_000
_EXAMPLES: Final = 5


def texts_of(content: Content) -> Iterator[str]:
    """Yield every text of a file."""
    for grid in content.grids:
        for row in grid.rows:
            yield from (cell for cell in row if isinstance(cell, str))
    for layer in content.layers:
        for name in layer.frame.columns:
            yield from (value for value in layer.frame[name] if isinstance(value, str))


def settle(
    contents: list[Content], choice: TextChoice
) -> tuple[list[Content], list[Finding], list[tuple[str, str]]]:
    """Return the files with their texts as chosen, what was found, and examples.

    Not decided yet, an old font is an ``ask`` with examples and the proposed
    conversion is made, so that the check goes on with the words that are meant;
    publishing waits for the confirmation, and so it does where a letter is lost
    for good: a register must not take a name with a hole in it unseen.
    """
    settled: list[Content] = []
    found: list[Finding] = []
    shown: list[tuple[str, str]] = []
    for content in contents:
        texts = list(islice(texts_of(content), _LOOKED_AT))
        seen = convert.detect(texts)
        encoding: LegacyEncoding | None = None if choice == "keep" else choice or seen
        if encoding is None:
            settled.append(content)
            continue
        pairs = convert.examples(texts, encoding, _EXAMPLES)
        if pairs:
            before, after = pairs[0]
            values = {"font": encoding, "before": before, "after": after}
            level = "ask" if choice is None else "mended"
            found.append(
                Finding(level, f"importing.font_{encoding}", values, file=content.file)  # type: ignore[arg-type]
            )
        shown.extend(pairs)
        converted = _converted(content, encoding)
        found.extend(convert.lost_letters(texts_of(converted), file=content.file))
        settled.append(converted)
    return settled, found, shown


def _converted(content: Content, encoding: LegacyEncoding) -> Content:
    def cell(value: Cell) -> Cell:
        if isinstance(value, Unread) or not isinstance(value, str):
            return value
        return convert.convert(value, encoding)

    grids = tuple(
        replace(grid, rows=tuple(tuple(map(cell, row)) for row in grid.rows))
        for grid in content.grids
    )
    return replace(
        content, grids=grids, layers=tuple(_layer(la, encoding) for la in content.layers)
    )


def _layer(layer: Features, encoding: LegacyEncoding) -> Features:
    def text(value: object) -> object:
        return convert.convert(value, encoding) if isinstance(value, str) else value

    frame = pd.DataFrame(
        {
            name: np.array([text(v) for v in layer.frame[name]], dtype=object)
            for name in layer.frame
        },
        index=layer.frame.index,
    )
    return replace(layer, frame=frame)


def as_grid(layer: Features) -> Grid:
    """Return the attributes of a layer as a grid: its column names are the heading, row 0."""
    heading: tuple[Cell, ...] = tuple(str(name) for name in layer.frame.columns)
    records = layer.frame.astype(object).where(layer.frame.notna(), None).to_numpy().tolist()
    rows = [tuple(_cell(value) for value in row) for row in records]
    return Grid(layer.file, layer.layer, (heading, *rows), first_row=0)


def _cell(value: object) -> Cell:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, str) and GUARDED.match(value):
        return f"'{value}"  # a layer's texts have no guard that a reading may take off
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
