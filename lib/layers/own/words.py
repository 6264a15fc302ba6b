"""Words of an own layer on a map: what is drawn, its classes, its source and its date."""

from itertools import pairwise
from typing import Final

from lib.language.text import Lang, date, no_data, number, t
from lib.layers.looks.paints import class_key
from lib.layers.own.look import Drawn, Look
from lib.tables.ownlayers import OwnLayer

HATCHED: Final = ("sum", "mean")
"""Ways to draw in which a commune without a row has no data, rather than none of anything."""


def look_words(look: Look, lang: Lang) -> str:
    """Return a way to draw in words."""
    kind = f"{look.kind}_alone" if look.kind == "signs" and not look.column else look.kind
    return t(f"ownpage.look_{kind}", lang, column=look.column)


def title(layer: OwnLayer, look: Look, lang: Lang) -> str:
    """Return what is drawn: the layer, by what, and the unit of its numbers."""
    said = f"{layer.name}: {look_words(look, lang)}"
    return f"{said} ({unit(layer, look)})" if unit(layer, look) else said


def unit(layer: OwnLayer, look: Look) -> str:
    """Return the unit of the numbers that are drawn, empty for none."""
    return layer.symbology.unit if look.kind in HATCHED else ""


def of_classes(drawn: Drawn, lang: Lang) -> dict[str, str]:
    """Return class -> its words in the legend."""
    told = {key: name or _unnamed(key, lang) for key, name, _ in drawn.legend}
    if drawn.classes is not None:
        bounds = [number(limit, lang, drawn.digits) for limit in drawn.classes.limits]
        keys = [key for key, _, _ in drawn.legend]
        for at, (low, high) in enumerate(pairwise(bounds)):
            key = "powerpage.class_next" if at else "powerpage.class_first"
            told[keys[at]] = low if low == high else t(key, lang, low=low, high=high)
        told[class_key(-1)] = no_data(lang)
    return told


def _unnamed(key: str, lang: Lang) -> str:
    return no_data(lang) if key == class_key(-1) else t("ownpage.several", lang)


def source(layer: OwnLayer, lang: Lang) -> str:
    """Return source and date of a layer."""
    said = layer.source or layer.source_url.removeprefix("file:")
    key = "ownpage.shipped" if layer.shipped else "ownpage.brought"
    return t(key, lang, source=said, date=date(layer.as_of, lang))
