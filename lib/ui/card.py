"""The card of what is selected: facts, each with its source, on one small sheet.

Every value goes through ``markupsafe``: a name from a file stays text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from lib.language.text import is_blank
from lib.ui.state import tr


@dataclass(frozen=True)
class Fact:
    """One line of a card.

    Parameters
    ----------
    label : str
        What it is, in the visitor's language.
    value : str or None
        What is known; blank shows *chưa có số liệu*.
    source : int, tuple of int or None
        Number of its source in the card's list, from 1; several if it is made of several.
    strong : bool
        The one thing that matters on this card.
    """

    label: str
    value: str | None
    source: int | tuple[int, ...] | None = None
    strong: bool = False


@dataclass(frozen=True)
class Source:
    """Where facts come from: a name, an address, a date already written out."""

    name: str
    url: str
    as_of: str


def link(url: str, text: str) -> Markup:
    """Return a link to `url`, or only `text` if it is not a web address."""
    if urlsplit(url).scheme not in {"http", "https"}:
        return Markup("{}").format(text)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, text)


def site(url: str) -> str:
    """Return the host of `url`, as a reader names a source; a file of the office by its name."""
    if url.startswith("file:"):
        return tr("card.office_file", file=url.removeprefix("file:"))
    return urlsplit(url).netloc.removeprefix("www.") or url


def _line(fact: Fact) -> Markup:
    value = tr("common.no_data") if is_blank(fact.value) else fact.value
    blank = Markup(' class="ph-blank"') if is_blank(fact.value) else Markup("")
    numbers = fact.source if isinstance(fact.source, tuple) else (fact.source or 0,)
    mark = Markup("").join(Markup("<sup>[{}]</sup>").format(n) for n in numbers if n)
    row = Markup('<div class="ph-strong">') if fact.strong else Markup("<div>")
    return row + Markup("<dt>{}</dt><dd{}>{}{}</dd></div>").format(
        fact.label, blank, value, Markup("") if is_blank(fact.value) else mark
    )


def show_card(
    title: str,
    subtitle: str,
    facts: Sequence[Fact],
    sources: Sequence[Source],
    *,
    note: str = "",
    caution: str = "",
    picture: Markup = Markup(""),  # noqa: B008 - an empty text never changes
) -> None:
    """Draw a card.

    Parameters
    ----------
    title, subtitle : str
        The name, and what it is.
    facts : sequence of Fact
        In the order they are read.
    sources : sequence of Source
        Numbered from 1 in this order.
    note : str
        What the source says besides, in its own words.
    caution : str
        What the reader must not conclude; shown above the facts.
    picture : Markup
        Drawn between the caution and the facts.
    """
    html = Markup('<div class="ph-card"><h3>{}</h3><p class="ph-sub">{}</p>').format(
        title, subtitle
    )
    if caution:
        html += Markup('<p class="ph-caution">{}</p>').format(caution)
    html += (
        picture + Markup("<dl>") + Markup("").join(_line(fact) for fact in facts) + Markup("</dl>")
    )
    if note:
        html += Markup('<p class="ph-note"><b>{}</b> {}</p>').format(tr("card.note"), note)
    html += Markup('<ol class="ph-sources" aria-label="{}">').format(tr("card.sources"))
    for source in sources:
        html += Markup("<li>{} · {}</li>").format(
            link(source.url, source.name), tr("card.as_of", date=source.as_of)
        )
    st.html(str(html + Markup("</ol></div>")))
