"""What own layers say on cards: all of one row, and one line a layer on a commune."""

from collections.abc import Iterator
from typing import Any, Final

from lib.language.text import Lang, date, is_blank, no_data, number, t
from lib.layers.own.look import row_of_sign
from lib.reports.cards.card import Card, Fact, Source, fact, site
from lib.reports.cards.known import Known
from lib.tables.glossary import value_label
from lib.tables.ownlayers import OwnLayer

_DECIMALS: Final = 6


def source_of_layer(layer: OwnLayer, lang: Lang) -> Source:
    """Return who says what a layer says, with its file or address and its day."""
    url = layer.source_url
    return Source(layer.source, site(url, lang), url, date(layer.as_of, lang))


def own_card(known: Known, code: str, lang: Lang) -> Card:
    """Return the card of one row of an own layer: every column, and where it was found.

    Parameters
    ----------
    code : str
        Of its sign on the map.
    """
    found = row_of_sign(known.own, code)
    if found is None:
        return Card(no_data(lang), "", (), lang)
    layer, row = found
    source, cells = source_of_layer(layer, lang), layer.cells.loc[row]
    place = layer.rows.loc[row]
    facts = [
        fact(
            "ownlayers.cell",
            cells[c.name],
            _words(layer, row, c.name, lang),
            source,
            lang=lang,
            label=c.name,
        )
        for c in layer.columns
    ]
    match = value_label("own_match", place["match"], lang)
    commune = known.commune_names.get(str(place["commune_code"]))
    facts += [
        fact("cards.place_now", commune, None, lang=lang),
        fact("schemas.column.match", place["match"], match, lang=lang),
    ]
    title = cells[layer.title_column]
    return Card(str(layer.name if is_blank(title) else title), layer.name, tuple(facts), lang)


def _words(layer: OwnLayer, row: int, name: str, lang: Lang) -> str | None:
    """Return a cell as it is written here: numbers and dates the reader's way."""
    value: Any = layer.typed.loc[row, name]
    if is_blank(value):
        return None
    if name in layer.of_type("date"):
        return date(value, lang)
    return figure(value, lang) if name in layer.of_type("number") else str(value)


def figure(value: float, lang: Lang) -> str:
    """Return a number of an own layer with the decimals it has, six at the most."""
    written = f"{float(value):.{_DECIMALS}f}".rstrip("0")
    return number(value, lang, len(written.partition(".")[2]))


def own_facts(known: Known, code: str, lang: Lang) -> Iterator[Fact]:
    """Yield one line for each layer the office brought that has rows in commune `code`."""
    for layer in known.own:
        here = layer.rows.index[layer.rows["commune_code"] == code]
        if layer.shipped or not len(here):
            continue
        words = t("ownlayers.rows", lang, count=number(len(here), lang))
        if layer.value:
            total = layer.typed.loc[here, layer.value].sum(min_count=1)
            shown = no_data(lang) if is_blank(total) else figure(float(total), lang)
            words = f"{words}; {layer.value}: {shown}"
        source = source_of_layer(layer, lang)
        yield fact("ownlayers.line", len(here), words, source, lang=lang, label=layer.name)
