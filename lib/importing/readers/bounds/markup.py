"""XML told element by element, for adding up what it asks for; nothing of it is kept.

Read by expat, as any XML is: comments, other encodings and odd spaces hide nothing,
and an attribute that stands twice in an element is an error.
"""

import zipfile
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final
from xml.parsers import expat

Attributes = dict[str, str]
Told = Callable[[Attributes], None]
Pieces = Generator[bytes, None, None]

DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError),
)
"""What reading an entry of a damaged zip raises; its reader says so in words."""
_PIECE: Final = 2**20
_MOST_DIGITS: Final = 9


def pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Pieces:
    """Yield an entry piece by piece; one that is damaged ends where the damage is."""
    try:
        with archive.open(entry) as part:
            while piece := part.read(_PIECE):
                yield piece
    except DAMAGED:
        return


def pieces_of(path: Path) -> Pieces:
    """Yield a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def tell(
    content: Pieces,
    starts: Mapping[str, Told],
    *,
    ends: Mapping[str, Callable[[], None]] | None = None,
    text: Callable[[str], None] | None = None,
    level: Callable[[int], None] | None = None,
) -> bool:
    """Tell the elements that somebody wants to know of; return whether all of it was XML.

    Parameters
    ----------
    content : generator of bytes
        The file piece by piece; closed here, read to its end or not.
    starts, ends : mapping
        Name without prefix -> what is called as such an element begins, with its
        attributes, or ends.
    text : callable, optional
        Called with each text.
    level : callable, optional
        Called with how deep each element stands; the first is at 1.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    ended = ends or {}
    depth = 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal depth
        if level is not None:
            depth += 1
            level(depth)
        if wanted := starts.get(tag) or starts.get(tag.rpartition(":")[2]):
            wanted(attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if wanted := ended.get(tag.rpartition(":")[2]):
            wanted()

    parser.StartElementHandler = start
    if level is not None or ends is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        with closing(content):
            for piece in content:
                parser.Parse(piece, False)  # noqa: FBT003 - it takes no names
            parser.Parse(b"", True)  # noqa: FBT003 - it takes no names
    except (expat.ExpatError, LookupError, ValueError):  # the latter of an unknown encoding
        return False
    return True


def attribute(attributes: Attributes, name: str) -> str:
    """Return an attribute whatever its prefix; empty if it is not there."""
    return next((v for key, v in attributes.items() if key.rpartition(":")[2] == name), "")


def count(value: str) -> int:
    """Return a count that is stated; 0 for what is none: that is left to the reader.

    >>> count("12"), count("-3"), count("")
    (12, 0, 0)
    """
    digits = value.strip().removeprefix("+")
    return int(digits[:_MOST_DIGITS]) if digits.isascii() and digits.isdigit() else 0
