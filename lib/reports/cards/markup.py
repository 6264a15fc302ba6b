"""A card as HTML: for the page, and for the map in one file.

Every value goes through ``markupsafe``: a name from a file stays text.
"""

from collections.abc import Iterable

from markupsafe import Markup

from lib.language.text import t
from lib.reports.cards.card import Card, Line, Part
from lib.tables.statements.record import is_address


def link(url: str, text: str) -> Markup:
    """Return a link to `url`, or only `text` if it is not a web address."""
    if not is_address(url):
        return Markup("{}").format(text)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, text)


def card_html(card: Card, picture: Markup = Markup("")) -> Markup:  # noqa: B008 - never changes
    """Return a card: cautions, picture, facts, note and numbered sources.

    Parameters
    ----------
    picture : Markup
        Drawn between the cautions and the facts.
    """
    html = Markup('<div class="ph-card"><h3>{}</h3><p class="ph-sub">{}</p>').format(
        card.title, card.sub
    )
    for caution in card.cautions:
        html += Markup('<p class="ph-caution">{}</p>').format(caution)
    html += picture + Markup("<dl>{}</dl>").format(Markup("").join(map(_line, card.lines())))
    if card.note:
        label = t("card.note", card.lang)
        html += Markup('<p class="ph-note"><b>{}</b> {}</p>').format(label, card.note)
    sources = Markup("").join(
        Markup("<li>{} · {}</li>").format(
            link(source.url, source.title), t("card.as_of", card.lang, date=source.as_of)
        )
        for source in card.sources
    )
    return html + Markup('<ol class="ph-sources" aria-label="{}">{}</ol></div>').format(
        t("card.sources", card.lang), sources
    )


def table_html(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """Return a table of texts under a row of headings."""
    th, td = Markup("<th>{}</th>"), Markup("<td>{}</td>")

    def row(cell: Markup, texts: Iterable[str]) -> Markup:
        return Markup("<tr>{}</tr>").format(Markup("").join(map(cell.format, texts)))

    return Markup('<table class="ph-facts"><thead>{}</thead><tbody>{}</tbody></table>').format(
        row(th, head), Markup("").join(row(td, texts) for texts in rows)
    )


def _line(line: Line) -> Markup:
    looks = [f"ph-{line['look']}"] if line["look"] else []
    looks += ["ph-strong"] if line["strong"] else []
    strong = Markup(' class="{}"').format(" ".join(looks)) if looks else Markup("")
    blank = Markup(' class="ph-blank"') if line["blank"] else Markup("")
    said = Markup("<br>").join(map(_part, line["parts"]))
    return Markup("<div{}><dt>{}</dt><dd{}>{}</dd></div>").format(
        strong, line["label"], blank, said
    )


def _part(part: Part) -> Markup:
    mark = Markup("<sup>{}</sup>").format(part["marks"]) if part["marks"] else Markup("")
    return Markup("{}{}").format(part["text"], mark)
