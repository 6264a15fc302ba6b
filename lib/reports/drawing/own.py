"""Own layers on paper: those a person chose stand on every map of a report, with their words."""

from collections.abc import Mapping

import pandas as pd

from lib.layers.own import words as ownwords
from lib.layers.own.look import Drawn, Look, draw, looks_of, styles_of
from lib.reports.cards.material import Material
from lib.tables.ownlayers import OwnLayer

Chosen = tuple[tuple[OwnLayer, Look, Drawn], ...]


def chosen(material: Material, *, areas: bool) -> Chosen:
    """Return the layers to show, each as it is drawn first.

    Parameters
    ----------
    areas : bool
        Whether they may paint communes; otherwise only those with places of their own.
    """
    found = []
    for layer in material.own_shown:
        looks = looks_of(layer).values()
        look = next((one for one in looks if areas or one.kind == "signs"), None)
        if look is not None:
            every = pd.Series(data=True, index=layer.rows.index)
            found.append((layer, look, draw(layer, look, every)))
    return tuple(found)


def styles(material: Material, layers: Chosen) -> dict[str, Mapping[str, str]]:
    """Return layer of the map -> class of each code; of two that paint communes the last counts."""
    found: dict[str, Mapping[str, str]] = {}
    for _, look, drawn in layers:
        for name, classes in styles_of(look, drawn, material.commune_names).items():
            found[name] = classes if name == "communes" else {**found.get(name, {}), **classes}
    return found


def words(material: Material, layers: Chosen) -> dict[str, str]:
    """Return class -> its words in the legend, with the name of its layer."""
    told: dict[str, list[str]] = {}
    for layer, look, drawn in layers:
        title = ownwords.title(layer, look, material.lang)
        for key, text in ownwords.of_classes(drawn, material.lang).items():
            said = text if text == layer.name else f"{title}: {text}"
            told.setdefault(key, []).append(said)
    return {key: "; ".join(texts) for key, texts in told.items()}
