"""The colours of the theme: one table for pages, maps, papers and files taken away.

Style sheets read ``var(--ph-<name>)``, paper ``theme-<name>``, code `COLOURS`. Streamlit keeps
its own copy of a few in ``.streamlit/config.toml``; a test holds the two together. What tells
classes of a map apart is no theme: it stands in `lib.layers.looks.symbols`.
"""

from collections.abc import Mapping
from typing import Final

COLOURS: Final[Mapping[str, str]] = {
    "ink": "#1B1B1B",
    "black": "#111111",
    "label": "#2B2B2B",
    "edge": "#333333",
    "soft": "#3A3A3A",
    "pale": "#4A4A4A",
    "note": "#55524A",
    "blank": "#6B6B6B",
    "around": "#77736A",
    "stripe": "#9A9A9A",
    "rule": "#B9B4A8",
    "outside": "#E4E1D8",
    "bar": "#EDEBE4",
    "land": "#F4F2EC",
    "paper": "#FFFFFF",
    "accent": "#9A4200",
    "link": "#1F4E79",
    "named": "#FBE3D2",
    "month": "#DB7130",
    "caution": "#E69F00",
    "caution-ground": "#FFF4DC",
    "refused": "#8A1C1C",
    "ask": "#7A4B00",
    "water-name": "#3F6A86",
    "road-name": "#6E5A34",
}
"""Name of a colour -> red, green, blue."""


def css() -> str:
    """Return the colours as custom properties, to stand before a style sheet."""
    names = "".join(f"--ph-{name}:{value};" for name, value in COLOURS.items())
    return f":root{{{names}}}\n"


def typst() -> str:
    """Return the colours as definitions of Typst, the module ``theme.typ`` of the papers."""
    return "".join(f'#let theme-{name} = rgb("{value}")\n' for name, value in COLOURS.items())
