"""How an own layer is drawn: areas by a number, a category or a count, or its own points.

Only the communes change their class, and points that are in the layer's file: no
geometry travels with a choice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import pandas as pd

from lib.layers.looks.classes import Classes, classify
from lib.layers.looks.paints import class_key, ramp_key
from lib.layers.looks.symbols import OWN_COLOURS, own_sign_key
from lib.tables.ownlayers import OwnLayer
from lib.tables.symbology import SHAPES, Symbology

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
    chosen = Look(cast("Kind", layer.symbology.kind), layer.symbology.column)
    if chosen in order:
        order = [chosen, *(look for look in order if look != chosen)]
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
    digits = decimals(layer, look, values)
    chosen = layer.symbology
    classes = classify(values, digits=digits, classes=chosen.classes)
    communes = {str(code): ramp_key(chosen.colour, int(at)) for code, at in classes.of.items()}
    counts = classes.counts()
    legend = tuple((ramp_key(chosen.colour, at), "", count) for at, count in enumerate(counts))
    return Drawn(communes, {}, legend, values, classes, digits)


def decimals(layer: OwnLayer, look: Look, values: pd.Series) -> int:
    """Return the decimals numbers are shown with: those chosen, else as many as they need."""
    chosen = layer.symbology.decimals
    if chosen is not None and look.kind in ("sum", "mean"):
        return chosen
    return 0 if (values.dropna() % 1 == 0).all() else _DECIMALS


def by_commune(layer: OwnLayer, look: Look, left: pd.Series) -> pd.Series:
    """Return commune -> count of its rows, or sum or mean of a column; NaN where none is known."""
    rows = layer.rows[left].dropna(subset=["commune_code"])
    if look.kind == "count" or not look.column:
        return rows["commune_code"].value_counts().astype(float)
    grouped = layer.typed.loc[rows.index, look.column].groupby(rows["commune_code"])
    found: pd.Series = grouped.mean() if look.kind == "mean" else grouped.sum(min_count=1)
    return found


def categories(layer: OwnLayer, column: str) -> dict[str, str]:
    """Return category -> its class, the most frequent first; the same whatever is filtered."""
    names = layer.cells[column].value_counts().index[:DRAWN]
    first = OWN_COLOURS.get(layer.symbology.colour, 0)
    return {str(name): f"own-{(at + first) % DRAWN}" for at, name in enumerate(names)}


def _by_category(layer: OwnLayer, look: Look, rows: pd.DataFrame) -> Drawn:
    classes = categories(layer, look.column)
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
        drawn = {code: alone(layer.symbology, code) for code in shown}
        counted = pd.Series(drawn, dtype=str).value_counts()
        one = tuple((str(key), layer.name, int(count)) for key, count in counted.items())
        return Drawn({}, drawn, one, pd.Series(dtype=float))
    classes = categories(layer, look.column)
    cells = layer.cells.loc[shown.index, look.column]
    drawn = {code: classes.get(str(cell), MANY) for code, cell in zip(shown, cells, strict=True)}
    counts = pd.Series(drawn, dtype=str).value_counts()
    legend = [(key, name, int(counts[key])) for name, key in classes.items() if key in counts]
    if MANY in counts:
        legend.append((MANY, "", int(counts[MANY])))
    return Drawn({}, drawn, tuple(legend), pd.Series(dtype=float))


def alone(chosen: Symbology, code: str) -> str:
    """Return the class of what is drawn of a layer whose places are not told apart."""
    if code.startswith("own-points:") and (chosen.colour or chosen.shape):
        return own_sign_key(chosen.colour or "blue", chosen.shape or SHAPES[0])
    return f"own-{OWN_COLOURS.get(chosen.colour, 0)}"


def drawn_on(drawn: Drawn) -> str:
    """Return the layer of the map that shows most of what is drawn: communes, or its own signs."""
    on = pd.Series([code.partition(":")[0] for code in drawn.signs], dtype=str)
    return str(on.mode().iloc[0]) if len(on) else "communes"


def styles_of(look: Look, drawn: Drawn, communes: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Return layer of the map -> class of each code; a commune without a number is hatched.

    Parameters
    ----------
    communes : iterable of str
        Codes of all communes.
    """
    found: dict[str, dict[str, str]] = {}
    for sign, key in drawn.signs.items():
        name, _, code = sign.partition(":")
        found.setdefault(name, {})[code] = key
    if look.kind == "signs":
        return found
    blank = class_key(-1) if look.kind in ("sum", "mean") else "land"
    return found | {"communes": {code: drawn.communes.get(code, blank) for code in communes}}
