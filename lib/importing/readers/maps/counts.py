"""What a map file itself says it holds, against what a library gave back of it.

Libraries leave out what they do not know: a second hole of one element, a ring
of words, a feature of another kind. The file is counted by other means, and a
reading that is short of it is refused.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final, Self

import shapely

from lib.importing.readers.base import Features
from lib.language.errors import DataRefusedError
from lib.language.findings import Twin
from lib.language.text import t

_WORDS: Final = {
    "features": "readers.features",
    "rings": "readers.rings",
    "corners": "readers.corners",
}


@dataclass(frozen=True)
class Counts:
    """How much there is of each thing in a file.

    Parameters
    ----------
    features, rings, corners : int
        Features; rings of polygons, outer and inner; positions of all shapes.
    """

    features: int = 0
    rings: int = 0
    corners: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @classmethod
    def of(cls, layers: Iterable[Features]) -> Self:
        """Return what was read."""
        total = cls()
        for layer in layers:
            shapes = shapely.get_parts(layer.shapes)
            while (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
                shapes = shapely.get_parts(shapes)
            rings = shapely.get_rings(shapely.get_parts(shapes))
            corners = int(shapely.get_num_coordinates(layer.shapes).sum())
            total += cls(len(layer.shapes), len(rings), corners)
        return total


def refuse_losses(said: Counts, read: Counts, name: str) -> None:
    """Refuse a reading that has less than the file.

    Raises
    ------
    DataRefusedError
        Of something fewer were read than the file holds; the message names it.
    """
    for key, there, got in zip(_WORDS.values(), astuple(said), astuple(read), strict=True):
        if got < there:
            what = Twin.of(lambda lang, word=key: t(word, lang))  # type: ignore[misc]
            raise DataRefusedError("readers.lost", file=name, what=what, there=there, read=got)
