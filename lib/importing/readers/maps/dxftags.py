"""What a drawing holds that GDAL leaves out without a word: counted in the tags of the file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lib.language.findings import Finding

_BINARY: Final = b"AutoCAD Binary DXF"
_TYPE, _NAME, _FLAGS = b"0", b"2", b"70"
_SECTIONS: Final = (b"ENTITIES", b"BLOCKS")
_READ: Final = frozenset(
    b"POINT MTEXT TEXT ATTDEF ATTRIB LINE POLYLINE LWPOLYLINE VERTEX SEQEND CIRCLE ELLIPSE ARC"
    b" SPLINE HELIX INSERT DIMENSION HATCH 3DFACE SOLID TRACE LEADER MLEADER MULTILEADER MLINE"
    b" BLOCK ENDBLK VIEWPORT SECTION ENDSEC EOF".split()
)
"""What GDAL reads, and what only frames it."""
_AREAS: Final = frozenset(
    b"REGION MPOLYGON 3DSOLID BODY SURFACE PLANESURFACE MESH ACAD_PROXY_ENTITY".split()
)
"""What may be an outline: an area drawn as a solid, or as an object of another program."""
_OUTSIDE: Final = 4
"""Flag of a block that stands for another drawing."""


def unread(path: Path, name: str) -> list[Finding]:
    """Return what is in a drawing and not read: ``ask`` for what may be an area.

    Parameters
    ----------
    path : Path
        The drawing; of a binary one nothing is said.
    name : str
        What to call it in messages.
    """
    content = path.read_bytes()
    if content.startswith(_BINARY):
        return []
    kinds: Counter[bytes] = Counter()
    others = 0
    section = entity = b""
    for code, value in _tags(content):
        if code == _TYPE:
            entity = value
            if section in _SECTIONS and value not in _READ:
                kinds[value] += 1
        elif entity == b"SECTION" and code == _NAME:
            section = value
        elif entity == b"BLOCK" and code == _FLAGS and value.isdigit() and int(value) & _OUTSIDE:
            others += 1
    found = [
        Finding(
            "ask" if kind in _AREAS else "note",
            "readers.dxf_area_unread" if kind in _AREAS else "readers.dxf_unread",
            {"kind": kind.decode("ascii", "replace"), "count": count},
            file=name,
        )
        for kind, count in kinds.most_common()
    ]
    if others:
        found.append(Finding("note", "readers.dxf_other_drawing", {"count": others}, file=name))
    return found


def _tags(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield group codes with their values; each stands on a line of its own."""
    lines = iter(content.splitlines())
    for code, value in zip(lines, lines, strict=False):
        yield code.strip(), value.strip()
