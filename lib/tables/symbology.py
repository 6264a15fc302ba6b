"""How an office wants a layer of its own drawn: kept with its rows, as JSON in one cell."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from lib.language.text import is_blank

KINDS: Final = ("count", "sum", "mean", "category", "signs")
"""Ways to draw a layer, see `lib.layers.own.look.Look`."""
COLOURS: Final = ("orange", "blue", "green", "purple")
"""Hues a layer can have."""
SHAPES: Final = ("square", "triangle", "diamond", "bolt", "ring", "dot")
"""Shapes of the signs of a layer whose places are not told apart."""
CLASSES: Final = (2, 5)
"""Fewest and most classes of a number."""
DECIMALS: Final = 4
"""Most decimals a number is shown with."""
UNIT: Final = 20
"""Letters of a unit at most."""


@dataclass(frozen=True)
class Symbology:
    """Choices of a person; what is left as it is here is left to the program.

    Parameters
    ----------
    kind, column : str
        The way it is drawn first, one of `KINDS`, and the heading that is drawn by;
        empty for none.
    colour, shape : str
        One of `COLOURS`, one of `SHAPES`; empty for none.
    classes : int
        Most classes of a number.
    decimals : int or None
        Decimals of a number; None for those it has.
    unit : str
        What stands behind a number, as ``hộ`` or ``m³``.
    """

    kind: str = ""
    column: str = ""
    colour: str = ""
    shape: str = ""
    classes: int = CLASSES[1]
    decimals: int | None = None
    unit: str = ""

    def kept(self) -> str | None:
        """Return it as the table keeps it: what was chosen, None where nothing was."""
        plain, chosen = asdict(AUTOMATIC), asdict(self)
        said = {name: value for name, value in chosen.items() if value != plain[name]}
        return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


AUTOMATIC: Final = Symbology()
"""Nothing was chosen."""


def symbology_of(cell: object) -> Symbology:
    """Return what a cell of the table says; what it cannot say is left to the program."""
    if is_blank(cell):
        return AUTOMATIC
    try:
        said = json.loads(str(cell))
    except ValueError:
        return AUTOMATIC
    if not isinstance(said, dict):
        return AUTOMATIC
    return Symbology(
        **{
            name: value
            for name, value in said.items()
            if name in _POSSIBLE and _POSSIBLE[name](value)
        }
    )


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


_POSSIBLE: Final[dict[str, Callable[[Any], bool]]] = {
    "kind": lambda value: value in KINDS,
    "column": lambda value: isinstance(value, str),
    "colour": lambda value: value in COLOURS,
    "shape": lambda value: value in SHAPES,
    "classes": lambda value: _whole(value, *CLASSES),
    "decimals": lambda value: _whole(value, 0, DECIMALS),
    "unit": lambda value: isinstance(value, str) and len(value) <= UNIT,
}
"""Which values `Symbology` knows: a backup may hold any text."""
