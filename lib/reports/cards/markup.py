"""A card as HTML: for the page, and for the map in one file.

Every value goes through ``markupsafe``: a name from a file stays text.
"""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from markupsafe import Markup

from lib.language.text import t
from lib.reports.cards.card import Card, Fact, Line, Part, Place
from lib.tables.statements.record import is_address


def link(url: str, text: str) -> Markup:
    """Return a link to `url`, or only `text` if it is not a web address."""
    if not is_address(url):
        return Markup("{}").format(text)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, text)


def card_html(
    card: Card,
    picture: Markup = Markup(""),  # noqa: B008 - never changes
    address: Callable[[str], str] | None = None,
) -> Markup:
    """Return a card: verdict, cautions, picture, facts, note and numbered sources, folded.

    Parameters
    ----------
    picture : Markup
        Drawn between the cautions and the facts.
    address : callable or None
        Feature (``layer:code``) -> where its card is; without it names are no links.
    """
    html = Markup('<div class="ph-card"><h3>{}</h3><p class="ph-sub">{}</p>').format(
        card.title, card.sub
    )
    lines = list(zip(card.every, card.lines(), strict=True))
    first = len(card.leading)
    for (_, before), (_, line) in reversed(list(pairwise(lines[:first]))):
        if before["label"] == line["label"]:
            line["label"] = ""  # said once for several things to do
    drawn = [_line(card, fact, line, address) for fact, line in lines]
    if first:
        html += Markup('<dl class="ph-head">{}</dl>').format(Markup("").join(drawn[:first]))
    for caution in card.cautions:
        html += Markup('<p class="ph-caution">{}</p>').format(caution)
    html += picture + Markup("<dl>{}</dl>").format(Markup("").join(drawn[first:]))
    if card.note:
        label = t("card.note", card.lang)
        html += Markup('<p class="ph-note"><b>{}</b> {}</p>').format(label, card.note)
    return html + _sources(card) + Markup("</div>")


def _sources(card: Card) -> Markup:
    """Return the numbered sources, folded; nothing where there is none."""
    if not card.sources:
        return Markup("")
    listed = Markup("").join(
        Markup("<li>{} · {}</li>").format(
            link(source.url, source.title), t("card.as_of", card.lang, date=source.as_of)
        )
        for source in card.sources
    )
    return Markup('<details class="ph-sources"><summary>{}</summary><ol>{}</ol></details>').format(
        t("card.sources", card.lang, count=len(card.sources)), listed
    )


def table_html(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """Return a table of texts under a row of headings."""
    th, td = Markup("<th>{}</th>"), Markup("<td>{}</td>")

    def row(cell: Markup, texts: Iterable[str]) -> Markup:
        return Markup("<tr>{}</tr>").format(Markup("").join(map(cell.format, texts)))

    return Markup('<table class="ph-facts"><thead>{}</thead><tbody>{}</tbody></table>').format(
        row(th, head), Markup("").join(row(td, texts) for texts in rows)
    )


def _line(card: Card, fact: Fact, line: Line, address: Callable[[str], str] | None) -> Markup:
    looks = [f"ph-{line['look']}"] if line["look"] else []
    looks += ["ph-strong"] if line["strong"] else []
    strong = Markup(' class="{}"').format(" ".join(looks)) if looks else Markup("")
    blank = Markup(' class="ph-blank"') if line["blank"] else Markup("")
    own, *others = line["parts"]
    text = Markup("{}").format(own["text"])
    if address is not None:
        text = _linked(own["text"], fact.places, address)
    said = [text + _marks(card, own)]
    said += [Markup("{}").format(part["text"]) + _marks(card, part) for part in others]
    return Markup("<div{}><dt>{}</dt><dd{}>{}</dd></div>").format(
        strong, line["label"], blank, Markup("<br>").join(said)
    )


def _linked(text: str, places: Iterable[Place], address: Callable[[str], str]) -> Markup:
    """Return `text` with the names of `places`, in their order, as links."""
    html, rest = Markup(""), text
    for place in places:
        before, name, after = rest.partition(place.name)
        if name:
            html += Markup('{}<a href="{}" target="_self">{}</a>').format(
                before, address(place.target), name
            )
            rest = after
    return html + rest


def _marks(card: Card, part: Part) -> Markup:
    """Return the numbers of the sources of a part, each a link to its source."""
    numbers = [int(number) for number in re.findall(r"\d+", part["marks"])]
    if not numbers:
        return Markup("")
    links = (link(card.sources[number - 1].url, f"[{number}]") for number in numbers)
    return Markup("<sup>{}</sup>").format(Markup("").join(links))
