"""What a ground is made of: kinds and grades of its features, and the pictures of its tiles."""

from collections.abc import Mapping
from typing import Final

GRADES: Final[Mapping[str, tuple[str, ...]]] = {
    "road": ("motorway", "trunk", "primary", "secondary", "tertiary", "minor"),
    "railway": ("rail",),
    "river": ("river", "stream"),
    "lake": ("lake",),
    "place": ("city", "town", "village", "hamlet"),
}
"""Kinds of features of a ground, each from the greatest to the least."""

_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_WEBP: Final = b"WEBP"


def dimension_of(kind: str) -> int:
    """Return 0 for a kind that is drawn as points, 1 as lines, 2 as areas."""
    return {"place": 0, "lake": 2}.get(kind, 1)


def is_picture(data: bytes) -> bool:
    """Return whether the bytes begin as PNG, JPEG or WebP do."""
    return data.startswith(_PICTURES) and (data[:1] != b"R" or data[8:12] == _WEBP)
