"""The pieces of one cluster: hectares in large type, range, share as a bar."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from lib.language.text import hectares, percent
from lib.layers.looks.symbols import piece
from lib.ui.state import language, tr

Piece = Mapping[str, Any]


def shares(pieces: Sequence[Piece]) -> Markup:
    """Return one block a piece, largest first: hectares, share, and the range as a whisker.

    Parameters
    ----------
    pieces : sequence of mapping
        ``name``, ``area_ha``, ``share``, ``area_ha_low``, ``area_ha_high``, ``stands``, in
        the order of their colours.
    """
    lang = language()
    total = sum(row["area_ha"] for row in pieces)
    html = Markup('<div class="ph-sides">')
    for rank, row in enumerate(pieces):
        low, high = (100 * row[side] / total for side in ("area_ha_low", "area_ha_high"))
        html += Markup(
            '<div style="border-color:{color}">'
            '<p class="ph-side-name">{name} <span>{share}</span></p>'
            '<p class="ph-side-ha">{area}</p>'
            '<span class="ph-bar" aria-hidden="true">'
            '<i style="width:{part:.2f}%;background:{color}"></i>'
            '<b style="left:{low:.2f}%;width:{width:.2f}%"></b></span>'
            '<p class="ph-side-range">{between}</p></div>'
        ).format(
            name=row["name"],
            area=hectares(row["area_ha"], lang),
            share=percent(row["share"], lang),
            color=piece(rank)["fillColor"],
            part=100 * row["share"],
            low=low,
            width=max(0.0, min(100.0, high) - low),
            between=_between(row),
        )
    whole = tr("shares.whole", area=hectares(total, lang))
    return html + Markup('</div><p class="ph-side-range">{}</p>').format(whole)


def _between(row: Piece) -> str:
    """Return the range of a piece, and that it proves nothing where it does not stand."""
    lang = language()
    low, high = (hectares(row[side], lang) for side in ("area_ha_low", "area_ha_high"))
    said = tr("shares.range_of", low=low, high=high)
    return said if row["stands"] else f"{said} · {tr('shares.narrow')}"
