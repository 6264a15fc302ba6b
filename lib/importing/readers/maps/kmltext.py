"""The text of a KML file: what it holds, and the few places GDAL's library misreads.

Namespaces are not resolved: programs write ``gx:`` without declaring it.
"""

import re
from typing import Final
from urllib.parse import unquote
from xml.parsers import expat

from lib.importing.readers.maps.counts import Counts

_SHAPES: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track")
_HOLDERS: Final = ("Placemark", "MultiGeometry")
_FOLDERS: Final = ("Folder", "Document")
_BOUNDARIES: Final = ("outerBoundaryIs", "innerBoundaryIs")
_OFF: Final = ("0", "false")
_BLANKS_ROUND_COMMA: Final = re.compile(r"\s*,\s*")


class Written:
    """What is written in a KML file.

    Parameters
    ----------
    content : bytes
        The file, without a document type.

    Raises
    ------
    ExpatError, LookupError, ValueError
        It is no XML, or its encoding is not known.
    """

    def __init__(self, content: bytes) -> None:
        self.root = ""
        self.counts = Counts()
        self.links: list[str] = []
        self._content = content
        self._edits: list[tuple[int, int, bytes]] = []
        self._path: list[str] = []
        self._rings: list[int] = []
        self._off: set[int] = set()
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        self._parser.Parse(content, True)  # noqa: FBT003 - the C library's own argument

    def plain(self) -> bytes:
        """Return the file as GDAL takes all of it.

        Rings outside of polygons are lines, each hole has an element of its own,
        and what lies in a folder that is switched off is switched off itself.
        """
        parts: list[bytes] = []
        at = 0
        for start, end, words in self._edits:
            parts.extend((self._content[at:start], words))
            at = end
        return b"".join([*parts, self._content[at:]])

    def _start(self, tag: str, _: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        parent = self._path[-1] if self._path else ""
        self.root = self.root or local
        self._text.clear()
        if local == "Placemark":
            self.counts += Counts(features=1)
        if local == "LinearRing" and parent in _HOLDERS:
            self._rename(tag, 1)
        if local in _BOUNDARIES:
            self._rings.append(0)
        if local == "LinearRing" and parent in _BOUNDARIES and "Placemark" in self._path:
            self.counts += Counts(rings=1)
            self._rings[-1] += 1
            if parent == "innerBoundaryIs" and self._rings[-1] > 1:
                prefix = tag.removesuffix("LinearRing")
                words = f"</{prefix}{parent}><{prefix}{parent}>".encode()
                at = self._parser.CurrentByteIndex
                self._edits.append((at, at, words))
        self._path.append(local)

    def _end(self, tag: str) -> None:
        local = self._path.pop()
        parent = self._path[-1] if self._path else ""
        at = self._parser.CurrentByteIndex
        if local in _BOUNDARIES:
            self._rings.pop()
        if local == "LinearRing" and parent in _HOLDERS and self._content[at : at + 2] == b"</":
            self._rename(tag, 2)
        text = "".join(self._text)
        if "Placemark" in self._path and parent in _SHAPES:
            if local == "coordinates":
                tuples = _BLANKS_ROUND_COMMA.sub(",", text).split()
                self.counts += Counts(corners=len(tuples))
            elif local == "coord":
                self.counts += Counts(corners=1)
        if local == "visibility" and parent in _FOLDERS and text.strip() in _OFF:
            self._off.add(len(self._path))
        if local in _FOLDERS:
            self._off.discard(len(self._path) + 1)
        if local == "Placemark" and self._off and self._content[at : at + 2] == b"</":
            prefix = tag.removesuffix(local)
            words = f"<{prefix}visibility>0</{prefix}visibility>".encode()
            self._edits.append((at, at, words))
        if local == "href" and "NetworkLink" in self._path:
            self.links.append(unquote(text.strip()).removeprefix("./"))
        self._text.clear()

    def _rename(self, tag: str, signs: int) -> None:
        """Call the ring whose tag begins here a line; `signs` stand before its name."""
        start = self._parser.CurrentByteIndex + signs
        words = tag.replace("LinearRing", "LineString").encode()
        self._edits.append((start, start + len(tag.encode()), words))
