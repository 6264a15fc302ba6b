"""A card: what is said of a cluster, a commune or a sign, as data for every drawing of it.

The page, the paper, the map in one file and the Word file draw the same facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

import pandas as pd

from lib.language.text import Lang, date, is_blank, no_data, t
from lib.tables.facts import CHECKED
from lib.tables.statements.record import is_address

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Source:
    """A source: its name (empty for the host alone), host, address, date in words."""

    name: str
    host: str
    url: str
    as_of: str

    @property
    def title(self) -> str:
        """Name for a reader who can follow the address; the host if there is none."""
        return self.name or self.host

    @property
    def full(self) -> str:
        """Name and host, for paper."""
        return f"{self.name} ({self.host})" if self.name else self.host

    def paper(self) -> dict[str, str]:
        """Return what a template of a paper reads."""
        return {"name": self.full, "as_of": self.as_of}


@dataclass(frozen=True)
class Said:
    """Value that another source gives for the same fact."""

    words: str
    source: Source


class Place(NamedTuple):
    """Name as words have it, and the feature of the map it is of (``layer:code``)."""

    name: str
    target: str


@dataclass(frozen=True)
class Fact:
    """One line of a card.

    Parameters
    ----------
    key : str
        Text key that names it, whatever its label says.
    label : str
        What it is, in the reader's language.
    value : object
        What is known, as the data has it; a blank is said in words.
    strong : bool
        The one thing that matters on this card.
    look : str
        How a conclusion stands (`lib.register.conclusions.STATES`), which is drawn and not
        only said; empty for every other fact.
    places : tuple of Place
        The clusters and communes its words name, in their order.
    """

    key: str
    label: str
    value: object
    words: str
    sources: tuple[Source, ...] = ()
    others: tuple[Said, ...] = ()
    strong: bool = False
    look: str = ""
    places: tuple[Place, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether the value is blank."""
        return is_blank(self.value)


class Part(TypedDict):
    """Words, and the numbers of their sources as they stand behind them."""

    text: str
    marks: str


class Line(TypedDict):
    """A fact as it is drawn: its value first, then what other sources say."""

    label: str
    parts: list[Part]
    blank: bool
    strong: bool
    look: str


@dataclass(frozen=True)
class Card:
    """Card of one thing: title, cautions, facts, note, sources.

    Parameters
    ----------
    facts : tuple of Fact
        In the order they are read.
    note : str
        What the source says besides, in its own words.
    cautions : tuple of str
        What the reader must not conclude; they stand above the facts.
    head : tuple of Fact
        The verdict, then what is to be done next; before everything else.
    """

    title: str
    sub: str
    facts: tuple[Fact, ...]
    lang: Lang
    note: str = ""
    cautions: tuple[str, ...] = ()
    head: tuple[Fact, ...] = ()

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The sources of all facts, each once, in the order of their numbers from 1."""
        found = dict.fromkeys(source for fact in self.every for source in _cited(fact))
        return tuple(found)

    @property
    def leading(self) -> tuple[Fact, ...]:
        """What meetings concluded, then the verdict and what is to be done."""
        return (*(fact for fact in self.facts if fact.look), *self.head)

    @property
    def every(self) -> tuple[Fact, ...]:
        """What leads, then the other facts."""
        return (*self.leading, *(fact for fact in self.facts if not fact.look))

    def lines(self) -> list[Line]:
        """Return all facts as they are drawn; a blank names no source."""
        return [self._line(fact) for fact in self.every]

    def paper(self) -> dict[str, Any]:
        """Return what a template of a paper reads."""
        return {
            "title": self.title,
            "sub": self.sub,
            "facts": self.lines(),
            "note": self.note and f"{t('card.note', self.lang)} {self.note}",
            "sources": [source.paper() for source in self.sources],
        }

    def led_by(self, *keys: str) -> "Card":
        """Return the card with some facts among those it leads with: what a list is about."""
        first = tuple(replace(fact, strong=True) for fact in self.facts if fact.key in keys)
        head = (*self.head[:1], *first, *self.head[1:])
        return replace(self.without(*keys), head=head)

    def without(self, *keys: str) -> "Card":
        """Return the card without some facts: a paper that has a table for them."""
        return replace(self, facts=tuple(fact for fact in self.facts if fact.key not in keys))

    def _line(self, fact: Fact) -> Line:
        own = () if fact.blank else fact.sources
        parts = [Part(text=fact.words, marks=self._marks(*own))]
        parts += [
            Part(
                text=t("card.other", self.lang, words=other.words),
                marks=self._marks(other.source),
            )
            for other in fact.others
        ]
        return Line(
            label=fact.label,
            parts=parts,
            blank=fact.blank,
            strong=fact.strong,
            look=fact.look,
        )

    def _marks(self, *sources: Source) -> str:
        return "".join(f"[{self.sources.index(source) + 1}]" for source in sources)


def _cited(fact: Fact) -> tuple[Source, ...]:
    return (*fact.sources, *(other.source for other in fact.others))


def fact(
    key: str,
    value: object,
    words: str | None = None,
    *sources: Source,
    lang: Lang,
    label: str = "",
    strong: bool = False,
    look: str = "",
    places: tuple[Place, ...] = (),
) -> Fact:
    """Return one line; a blank value is said in words.

    Parameters
    ----------
    key : str
        Text key of its label.
    value : object
        What is known, or a blank.
    words : str, optional
        How it is read; the value itself by default.
    label : str
        Another label than the text of `key`.
    strong, look, places
        As of `Fact`.
    """
    said = no_data(lang) if is_blank(value) else str(value) if words is None else words
    return Fact(
        key,
        label or t(key, lang),
        value,
        said,
        sources,
        strong=strong,
        look=look,
        places=places,
    )


def row_of(frame: pd.DataFrame, column: str, code: str) -> dict[str, Any]:
    """Return the first row of `frame` with `code` as a mapping, blanks None; empty if none."""
    found = rows_of(frame.loc[frame[column] == code].head(1))
    return found[0] if found else {}


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as mappings, blanks None."""
    return [
        {str(k): None if is_blank(v) else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def source_of(row: Row, lang: Lang, name: str = "") -> Source:
    """Return the source of a row of facts: its name or host, and its date in words."""
    undated = row["as_of"] == CHECKED
    as_of = (
        t("cards.undated", lang, date=date(CHECKED, lang)) if undated else date(row["as_of"], lang)
    )
    url = str(row["source_url"])
    return Source(name, site(url, lang), url, as_of)


def site(url: str, lang: Lang) -> str:
    """Return the host of `url`, as a reader names a source; a file of the office by its name.

    A source may be words of the office instead: those stay as they are.
    """
    if url.startswith("file:"):
        return t("card.office_file", lang, file=url.removeprefix("file:"))
    if not is_address(url):
        return url
    return urlsplit(url).netloc.removeprefix("www.") or url
