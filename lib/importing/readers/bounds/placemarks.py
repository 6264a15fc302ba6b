"""What KML asks for: folders, each of which is a layer; placemarks; properties of all of them."""

from collections.abc import Iterable

from lib.importing.readers.base import MAX_CELLS, MAX_FEATURES, refuse_count
from lib.importing.readers.bounds.markup import Attributes, Pieces, tell
from lib.importing.readers.bounds.sums import refuse_columns, refuse_depth, refuse_layers


def refuse_placemarks(files: Iterable[Pieces], name: str) -> None:
    """Refuse KML with too many folders, placemarks or properties, all files together.

    Parameters
    ----------
    files : iterable of generator of bytes
        Each file piece by piece.
    name : str
        What to call them in messages.

    Raises
    ------
    DataRefusedError
        There are too many, or they stand too deep in each other.
    """
    sums = _Placemarks(name)
    for file in files:
        tell(
            file,
            {
                "Folder": sums.folder,
                "Document": sums.folder,
                "Placemark": sums.placemark,
                "Data": sums.named,
                "SimpleData": sums.named,
                "SimpleField": sums.named,
            },
            level=lambda depth: refuse_depth(depth, name),
        )


class _Placemarks:
    """What all files add up to."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._folders = self._count = 0
        self._names: set[str] = set()

    def folder(self, _: Attributes) -> None:
        self._folders += 1
        refuse_layers(self._folders, self._name)

    def placemark(self, _: Attributes) -> None:
        self._count += 1
        refuse_count(self._count, MAX_FEATURES, self._name)
        refuse_count(self._count * len(self._names), MAX_CELLS, self._name)

    def named(self, told: Attributes) -> None:
        self._names.add(told.get("name", ""))
        refuse_columns(len(self._names), self._name)
