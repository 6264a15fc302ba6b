"""Parse the feature, the view and the window that a link or a map names.

What comes from an address or a browser is not trusted: only what is on the map gets through.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lib.layers.files import LayerFile

_CODE: Final = re.compile(r"[0-9A-Za-z._-]{1,40}")
_SIDES: Final = 4
_ROUND_DEG: Final = 180
_WIDEST_DEG: Final = 1.0
_VIEW: Final = re.compile(r"\d{1,2}\.\d,([6-9]|1\d|2\d)\.\d{1,4},1[01]\d\.\d{1,4}")


@dataclass(frozen=True)
class Target:
    """One feature of one layer."""

    layer_id: str
    code: str


def parse_target(value: str | None, files: Sequence[LayerFile]) -> Target | None:
    """Return the feature ``"layer:code"`` names, or None unless a layer file really holds it."""
    layer_id, _, code = (value or "").partition(":")
    known = any(file.layer_id == layer_id and code in file.codes for file in files)
    return Target(layer_id, code) if known and _CODE.fullmatch(code) else None


def parse_view(value: str) -> str:
    """Return ``zoom,lat,lng`` as the map wrote it to the address, empty if it is anything else."""
    return value if _VIEW.fullmatch(value) else ""


def parse_window(said: object) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north as a map says them, None if it is anything else.

    No more than a degree wide or high, which is more than a screen shows from where a
    map asks for exact lines.
    """
    if not isinstance(said, list) or len(said) != _SIDES:
        return None
    if not all(type(side) in (int, float) and abs(side) <= _ROUND_DEG for side in said):
        return None
    west, south, east, north = map(float, said)
    small = 0 < east - west <= _WIDEST_DEG and 0 < north - south <= _WIDEST_DEG
    return (west, south, east, north) if small else None
