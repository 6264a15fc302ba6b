"""Typeset documents with Typst: compiler, templates, drawings, fonts.

Nothing that comes from data is ever read as markup: a template reads one JSON
file and puts its texts on the page as text. Fonts come with pinned packages
(Source Sans Pro, as on the screen; Libertinus Serif inside Typst), so that a
page looks the same on every machine; both have every Vietnamese letter.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, cast

import typst

from lib.language.text import Lang, number, t
from lib.reports.drawing.canvas import Canvas
from lib.tables import palette

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_FONTS: Final = "font_source_sans_pro"
_M_PER_KM: Final = 1_000

Kind = Literal["pdf", "png", "svg"]


@dataclass
class Drawings:
    """The drawings of one document, each kept once under the hash of its content."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, svg: str) -> str:
        """Keep `svg`; return the name a template calls it by."""
        content = svg.encode()
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.svg"
        self.files[name] = content
        return name

    def map(self, canvas: Canvas, alt: str, *, lang: Lang | None = None) -> dict[str, Any]:
        """Keep the drawing of `canvas`; return what the template's map needs.

        Parameters
        ----------
        alt : str
            What it shows, for those who do not see it.
        lang : {"vi", "en"}, optional
            Language of the scale bar; an inset has none.
        """
        window = canvas.window
        drawn: dict[str, Any] = {
            "svg": self.add(canvas.svg()),
            "width": window.width,
            "height": window.height,
            "labels": sorted(canvas.labels, key=lambda label: label["rank"]),
            "taken": canvas.taken,
            "alt": alt,
        }
        if lang is None:
            return drawn
        bar = window.bar()
        metres = bar["metres"]
        shown = (metres / _M_PER_KM, "km") if metres >= _M_PER_KM else (metres, "m")
        return drawn | {
            "bar": bar,
            "far": number(shown[0], lang, unit=shown[1]),
            "scale_words": t("reports.scale", lang, scale=number(window.scale, lang)),
        }


def typeset(
    template: str,
    data: Mapping[str, Any],
    drawings: Drawings,
    *,
    kind: Kind = "pdf",
    ppi: float | None = None,
    office_fonts: bool = False,
) -> bytes:
    """Return the document `template` makes of `data`.

    Parameters
    ----------
    template : str
        Name of a file in ``templates`` without its ending.
    data : mapping
        What the template reads; goes through JSON.
    kind : {"pdf", "png", "svg"}
        Kind of file; the last two of one page.
    ppi : float, optional
        Dots an inch of a PNG.
    office_fonts : bool
        Also use the fonts of this machine: an annex is set in Times New Roman
        where there is one.
    """
    files = {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    files["theme.typ"] = palette.typst().encode()
    files["main.typ"] = files.pop(f"{template}.typ")
    files["data.json"] = json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    made = typst.compile(
        cast("bytes", files | drawings.files),  # a folder in memory, which its types forget
        font_paths=_fonts(office=office_fonts),
        format=kind,
        ppi=ppi,
    )
    return bytes(made[0] if isinstance(made, list) else made)


@cache
def _fonts(*, office: bool) -> typst.Fonts:
    spec = find_spec(_FONTS)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(_FONTS)
    folder = str(Path(spec.origin).parent / "files")
    return typst.Fonts(include_system_fonts=office, font_paths=[folder])
