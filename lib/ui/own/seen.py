"""An own layer on the map: classes of communes, signs, legend, and the lines of tooltips."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from lib.language.text import date, no_data, number
from lib.layers.browser import Note
from lib.layers.looks.paints import class_key
from lib.layers.own.look import Drawn, Look
from lib.layers.registry import LAYERS
from lib.tables.ownlayers import OwnLayer
from lib.ui.maps.legend import ClassLegend, show_classes
from lib.ui.maps.styles import Styles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_HATCHED = ("sum", "mean")
"""Ways to draw in which a commune without a row has no data, rather than none of anything."""


def styles(data: Workspace, look: Look, drawn: Drawn) -> Styles:
    """Return the classes of communes and signs; a commune without a number is hatched."""
    found: Styles = {}
    for name in ("own-areas", "own-lines", "own-points"):
        signs = {
            at.partition(":")[2]: key for at, key in drawn.signs.items() if at.startswith(name)
        }
        if signs:
            found[name] = signs
    if look.kind == "signs":
        return found
    blank = class_key(-1) if look.kind in _HATCHED else "land"
    return found | {
        "communes": {code: drawn.communes.get(code, blank) for code in data.commune_names}
    }


def title(layer: OwnLayer, look: Look) -> str:
    """Return what is drawn, in plain words: the layer, and by what."""
    kind = f"{look.kind}_alone" if look.kind == "signs" and not look.column else look.kind
    return f"{layer.name}: {tr(f'ownpage.look_{kind}', column=look.column)}"


def words(drawn: Drawn) -> dict[str, str]:
    """Return class -> its words in the legend."""
    told = {key: name or _unnamed(key) for key, name, _ in drawn.legend}
    if drawn.classes is not None:
        bounds = [number(limit, language(), drawn.digits) for limit in drawn.classes.limits]
        for at, (low, high) in enumerate(pairwise(bounds)):
            key = "powerpage.class_next" if at else "powerpage.class_first"
            told[class_key(at)] = low if low == high else tr(key, low=low, high=high)
        told[class_key(-1)] = no_data(language())
    return told


def _unnamed(key: str) -> str:
    return no_data(language()) if key == class_key(-1) else tr("ownpage.several")


def legend(data: Workspace, layer: OwnLayer, look: Look, drawn: Drawn) -> Callable[[], None]:
    """Return what draws the legend: classes with their limits or categories, and their counts."""
    told = words(drawn)
    rows = [(key, told[key], count) for key, _, count in drawn.legend]
    lacking = len(data.commune_names) - sum(count for _, _, count in rows)
    if look.kind in _HATCHED and lacking:
        rows.append((class_key(-1), no_data(language()), lacking))
    of = "own-points" if look.kind == "signs" else "communes"
    return partial(show_classes, LAYERS[of], ClassLegend(title(layer, look), rows))


def notes(layer: OwnLayer, look: Look, drawn: Drawn) -> dict[str, Note]:
    """Return the line of a commune's tooltip: the number painted, or that there is none."""
    if look.kind in ("signs", "category"):
        return {}
    shown = {
        str(code): number(value, language(), drawn.digits)
        for code, value in drawn.amounts.dropna().items()
    }
    blank = "0" if look.kind == "count" else no_data(language())
    return {"communes": Note(title(layer, look), shown, blank)}


def source_words(layer: OwnLayer) -> str:
    """Return source and date of a layer, in plain words."""
    source = layer.source or layer.source_url.removeprefix("file:")
    key = "ownpage.shipped" if layer.shipped else "ownpage.brought"
    return tr(key, source=source, date=date(layer.as_of, language()))
