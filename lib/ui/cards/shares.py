"""The pieces of one cluster as bars: share and range."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from lib.language.text import percent
from lib.layers.looks.symbols import piece
from lib.ui.state import language, tr

Piece = Mapping[str, Any]


def shares(pieces: Sequence[Piece]) -> Markup:
    """Return one bar a piece, largest first, with a whisker from the low to the high share.

    Parameters
    ----------
    pieces : sequence of mapping
        ``name``, ``area_ha``, ``share``, ``area_ha_low``, ``area_ha_high``, in
        the order of their colours.
    """
    lang = language()
    total = sum(row["area_ha"] for row in pieces)
    html = Markup('<div class="ph-bars" role="img" aria-label="{}">').format(
        tr(
            "shares.spoken",
            pieces="; ".join(f"{row['name']} {percent(row['share'], lang)}" for row in pieces),
        )
    )
    for rank, row in enumerate(pieces):
        low, high = (100 * row[side] / total for side in ("area_ha_low", "area_ha_high"))
        html += Markup(
            '<div><span class="ph-bar-name">{name}</span><span class="ph-bar">'
            '<i style="width:{share:.2f}%;background:{color}"></i>'
            '<b style="left:{low:.2f}%;width:{width:.2f}%"></b></span>'
            '<span class="ph-bar-share">{shown}</span></div>'
        ).format(
            name=row["name"],
            share=100 * row["share"],
            color=piece(rank)["fillColor"],
            low=low,
            width=max(0.0, min(100.0, high) - low),
            shown=percent(row["share"], lang),
        )
    return html + Markup("</div>")
