"""A new file of a layer beside the layer in use: which rows are new, gone or other, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from lib.language.text import is_blank
from lib.tables.ownlayers import TABLE, OwnLayer, layer_id_of, layers_of

Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Change:
    """One row that is not as it was, or one cell of it.

    Parameters
    ----------
    row : int
        Row of the new file, of a removed row that of the file it came with.
    title : str
        What the row is called, see `lib.tables.ownlayers.OwnLayer.title_column`.
    column : str
        Heading of the cell that changed; empty for a row that came or went, and for
        another commune.
    before, after : str
        Cells, or codes of communes; empty for blank ones.
    """

    kind: Kind
    row: int
    title: str
    column: str = ""
    before: str = ""
    after: str = ""


def in_use(before: pd.DataFrame | None, name: str) -> OwnLayer | None:
    """Return the layer a file called `name` would replace, None if there is none."""
    layers = layers_of({TABLE: before}, shipped=False) if before is not None else ()
    return next((one for one in layers if one.layer_id == layer_id_of(name)), None)


def key_column(layer: OwnLayer) -> str:
    """Return the heading whose cells tell the rows of a layer apart, empty if their order does."""
    ids = layer.rows["row_id"]
    found = (one.name for one in layer.columns if layer.cells[one.name].fillna("").eq(ids).all())
    return next(found, "")


def changes(old: OwnLayer, new: OwnLayer) -> Iterator[Change]:
    """Yield what is new, then what changed cell by cell, then what is gone, in file order."""
    was, now = (pd.Index(one.rows["row_id"]) for one in (old, new))
    for at in (~now.isin(was)).nonzero()[0]:
        yield Change("added", *_row(new, int(at)))
    shared = [one.name for one in new.columns if one.name in old.cells]
    for at in now.isin(was).nonzero()[0]:
        yield from _cells(old, new, int(was.get_loc(now[at])), int(at), shared)
    for at in (~was.isin(now)).nonzero()[0]:
        yield Change("removed", *_row(old, int(at)))


def _row(layer: OwnLayer, at: int) -> tuple[int, str]:
    return int(layer.rows["file_row"].iloc[at]), _text(layer.cells[layer.title_column].iloc[at])


def _cells(old: OwnLayer, new: OwnLayer, was: int, now: int, shared: list[str]) -> Iterator[Change]:
    row = _row(new, now)
    for name in shared:
        before, after = _text(old.cells[name].iloc[was]), _text(new.cells[name].iloc[now])
        if before != after:
            yield Change("changed", *row, name, before, after)
    places = [one.rows["commune_code"].iloc[at] for one, at in ((old, was), (new, now))]
    before, after = map(_text, places)
    if before != after:
        yield Change("changed", *row, "", before, after)


def _text(cell: object) -> str:
    return "" if is_blank(cell) else str(cell)
