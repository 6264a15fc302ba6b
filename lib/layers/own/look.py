"""How an own layer is drawn: areas by a number, a category or a count, or its own points.

Only the communes change their class, and points that are in the layer's file: no
geometry travels with a choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from lib.layers.looks.classes import Classes, classify
from lib.layers.looks.paints import class_key
from lib.tables.ownlayers import OwnLayer

Kind = Literal["count", "sum", "mean", "category", "signs"]
MOST_SIGNS: Final = 2_000
"""Signs a map shows at once: of more, nobody tells one from another; they are counted."""
DRAWN: Final = 6
"""Categories with a colour and a sign of their own: the most frequent ones."""
_DECIMALS: Final = 2
MANY: Final = "own-many"
"""Class of a commune with rows of several categories, and of what has none of its own."""


@dataclass(frozen=True)
class Look:
    """One way to draw a layer: what, and by which column (empty for none)."""

    kind: Kind
    column: str = ""

    def code(self, layer: OwnLayer) -> str:
        """Return it as an address keeps it: the kind and the place of the column."""
        names = [column.name for column in layer.columns]
        return f"{self.kind}-{names.index(self.column)}" if self.column else self.kind


def looks_of(layer: OwnLayer) -> Mapping[str, Look]:
    """Return the ways to draw a layer by their codes, the one it begins with first."""
    numbers = list(layer.quantities)
    if layer.value:
        numbers = [layer.value, *(name for name in numbers if name != layer.value)]
    areas = [Look("sum", name) for name in numbers] + [Look("mean", name) for name in numbers]
    categories = [Look("category", name) for name in layer.categories]
    signs = [Look("signs", name) for name in layer.categories] or [Look("signs")]
    has_signs = bool(len(layer.signs))
    counted = [Look("count")]
    if layer.value:
        order = [*areas, *counted, *categories, *(signs if has_signs else ())]
    elif has_signs and len(layer.rows) <= MOST_SIGNS:
        order = [*signs, *counted, *categories, *areas]
    else:
        order = [*counted, *categories, *areas, *(signs if has_signs else ())]
    return {look.code(layer): look for look in order}


def row_of_sign(layers: tuple[OwnLayer, ...], code: str) -> tuple[OwnLayer, int] | None:
    """Return the layer and the row a sign on the map stands for, None if there is none."""
    mark, _, row = code.partition(".")
    for layer in layers:
        if layer.layer_id.rpartition("-")[2] == mark and row.isdecimal():
            return (layer, int(row)) if int(row) < len(layer.rows) else None
    return None


@dataclass(frozen=True)
class Drawn:
    """What is drawn of a layer.

    Parameters
    ----------
    communes : mapping
        Code -> class; a commune that is missing has no row.
    signs : mapping
        ``layer:code`` of a sign -> class.
    legend : tuple of (str, str, int)
        Class, words or category (empty for a class of `classes`), and how many it holds.
    amounts : Series
        Commune -> number that is painted; empty where none is.
    classes : Classes or None
        Of the numbers, with their limits.
    digits : int
        Decimals the numbers are shown with.
    """

    communes: Mapping[str, str]
    signs: Mapping[str, str]
    legend: tuple[tuple[str, str, int], ...]
    amounts: pd.Series
    classes: Classes | None = None
    digits: int = 0


def draw(layer: OwnLayer, look: Look, left: pd.Series) -> Drawn:
    """Return how a layer is drawn.

    Parameters
    ----------
    left : Series of bool
        Which of its rows the filters leave.
    """
    rows = layer.rows[left]
    if look.kind == "signs":
        return _signs(layer, look, left)
    known = rows.dropna(subset=["commune_code"])
    if look.kind == "category":
        return _by_category(layer, look, known)
    values = by_commune(layer, look, left)
    digits = 0 if (values.dropna() % 1 == 0).all() else _DECIMALS
    classes = classify(values, digits=digits)
    communes = {str(code): class_key(int(at)) for code, at in classes.of.items()}
    counts = classes.counts()
    legend = tuple((class_key(at), "", count) for at, count in enumerate(counts))
    return Drawn(communes, {}, legend, values, classes, digits)


def by_commune(layer: OwnLayer, look: Look, left: pd.Series) -> pd.Series:
    """Return commune -> count of its rows, or sum or mean of a column; NaN where none is known."""
    rows = layer.rows[left].dropna(subset=["commune_code"])
    if look.kind == "count" or not look.column:
        return rows["commune_code"].value_counts().astype(float)
    grouped = layer.typed.loc[rows.index, look.column].groupby(rows["commune_code"])
    found: pd.Series = grouped.mean() if look.kind == "mean" else grouped.sum(min_count=1)
    return found


def _categories(layer: OwnLayer, column: str) -> dict[str, str]:
    """Return category -> its class, the most frequent first; the same whatever is filtered."""
    names = layer.cells[column].value_counts().index[:DRAWN]
    return {str(name): f"own-{at}" for at, name in enumerate(names)}


def _by_category(layer: OwnLayer, look: Look, rows: pd.DataFrame) -> Drawn:
    classes = _categories(layer, look.column)
    cells = layer.cells.loc[rows.index, look.column].dropna()
    found = cells.groupby(rows.loc[cells.index, "commune_code"]).agg(["nunique", "first"])
    communes = {
        str(code): MANY if several > 1 else classes.get(str(first), MANY)
        for code, several, first in found.itertuples()
    }
    blank = set(rows["commune_code"]) - set(communes)
    communes |= dict.fromkeys(map(str, blank), class_key(-1))
    counts = pd.Series(communes, dtype=str).value_counts()
    legend = [(key, name, int(counts[key])) for name, key in classes.items() if key in counts]
    legend += [(key, "", int(counts[key])) for key in (MANY, class_key(-1)) if key in counts]
    return Drawn(communes, {}, tuple(legend), pd.Series(dtype=float))


def _signs(layer: OwnLayer, look: Look, left: pd.Series) -> Drawn:
    shown = layer.signs[left.reindex(layer.signs.index)]
    if not look.column:
        drawn = dict.fromkeys(shown, "own-0")
        return Drawn({}, drawn, (("own-0", layer.name, len(drawn)),), pd.Series(dtype=float))
    classes = _categories(layer, look.column)
    cells = layer.cells.loc[shown.index, look.column]
    drawn = {code: classes.get(str(cell), MANY) for code, cell in zip(shown, cells, strict=True)}
    counts = pd.Series(drawn, dtype=str).value_counts()
    legend = [(key, name, int(counts[key])) for name, key in classes.items() if key in counts]
    if MANY in counts:
        legend.append((MANY, "", int(counts[MANY])))
    return Drawn({}, drawn, tuple(legend), pd.Series(dtype=float))
