"""Drawings of one measured cluster: its pieces, the band in doubt, the exact lines."""

from typing import Final

import shapely

from lib.crossing.answer import Answer
from lib.crossing.communes import lines_around
from lib.crossing.pieces import tolerance_band
from lib.language.text import Lang, hectares, number, percent, t
from lib.layers.browser import Shape
from lib.layers.looks.symbols import BAND, EXACT_LINE, piece

_REACH_M: Final = 1_500.0
"""How far around the cluster the exact commune lines are drawn."""


def shapes_of(given: Answer, cluster_id: str, lang: Lang) -> list[Shape]:
    """Return the pieces coloured by commune and the band in which nothing can be said.

    Parameters
    ----------
    given : Answer
        What geometry said of the clusters, if anything.
    cluster_id : str
        A cluster; one that was not measured draws nothing.
    """
    cut, index = given.cut, given.index
    if cut is None or index is None:
        return []
    pieces = cut.pieces[cut.pieces["cluster_id"] == cluster_id]
    if pieces.empty:
        return []
    drawn = [
        Shape(
            row["geometry"],
            piece(rank),
            row["commune_name"] or t("crossing.outside", lang),
            (hectares(row["area_ha"], lang), percent(row["share"], lang)),
        )
        for rank, row in enumerate(pieces.to_dict("records"))
    ]
    limit = float(cut.verdicts.set_index("cluster_id")["tolerance_m"][cluster_id])
    whole = shapely.union_all(pieces.geometry.to_numpy())
    band = tolerance_band(whole, index, limit)
    if not shapely.is_empty(band):
        words = t("cross.band", lang, tolerance=number(limit, lang, unit="m"))
        drawn.append(Shape(band, BAND, words))
    return [*drawn, Shape(lines_around(whole, index, reach_m=_REACH_M), EXACT_LINE)]
