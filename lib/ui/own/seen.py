"""An own layer on the map of a page: classes of communes, signs, legend, lines of tooltips."""

from collections.abc import Callable
from functools import partial
from typing import Final

from lib.language.text import no_data, number
from lib.layers.browser import Note
from lib.layers.looks.paints import class_key
from lib.layers.own import words as ownwords
from lib.layers.own.look import Drawn, Look, drawn_on, styles_of
from lib.layers.registry import LAYERS
from lib.reports.agenda import greatest
from lib.tables.ownlayers import OwnLayer
from lib.ui.maps.agenda import panel
from lib.ui.maps.legend import ClassLegend, show_classes
from lib.ui.maps.styles import Styles
from lib.ui.state import language
from lib.ui.workspace import Workspace

_NO_NUMBER: Final = ("signs", "category")
"""Kinds of look without a number for a commune."""


def styles(data: Workspace, look: Look, drawn: Drawn) -> Styles:
    """Return the classes of communes and signs; a commune without a number is hatched."""
    return dict(styles_of(look, drawn, data.commune_names))


def title(layer: OwnLayer, look: Look) -> str:
    """Return what is drawn, in plain words: the layer, and by what."""
    return ownwords.title(layer, look, language())


def words(drawn: Drawn) -> dict[str, str]:
    """Return class -> its words in the legend."""
    return ownwords.of_classes(drawn, language())


def legend(data: Workspace, layer: OwnLayer, look: Look, drawn: Drawn) -> Callable[[], None]:
    """Return what draws the legend: classes with their limits or categories, and their counts."""
    told, on = words(drawn), LAYERS[drawn_on(drawn)]
    known = {style.key for style in on.styles}
    rows = [(key, told[key], count) for key, _, count in drawn.legend if key in known]
    lacking = len(data.commune_names) - sum(count for _, _, count in rows)
    if look.kind in ownwords.HATCHED and lacking:
        rows.append((class_key(-1), no_data(language()), lacking))
    return partial(show_classes, on, ClassLegend(title(layer, look), rows))


def notes(layer: OwnLayer, look: Look, drawn: Drawn) -> dict[str, Note]:
    """Return the line of a commune's tooltip: the number painted, or that there is none."""
    if look.kind in _NO_NUMBER:
        return {}
    blank = "0" if look.kind == "count" else no_data(language())
    return {"communes": Note(title(layer, look), _shown(layer, look, drawn), blank)}


def ranked(data: Workspace, layer: OwnLayer, look: Look, drawn: Drawn) -> Callable[[], None]:
    """Return what draws the communes with the greatest numbers; nothing where none is painted."""

    def draw() -> None:
        if look.kind not in _NO_NUMBER:
            amounts = {str(code): float(one) for code, one in drawn.amounts.dropna().items()}
            panel([greatest(amounts, _shown(layer, look, drawn), data)])

    return draw


def _shown(layer: OwnLayer, look: Look, drawn: Drawn) -> dict[str, str]:
    unit = ownwords.unit(layer, look)
    return {
        str(code): number(value, language(), drawn.digits, unit)
        for code, value in drawn.amounts.dropna().items()
    }


def source_words(layer: OwnLayer) -> str:
    """Return source and date of a layer, in plain words."""
    return ownwords.source(layer, language())
