"""Vietnamese text in the old fonts TCVN3 and VNI, and UTF-8 read as cp1252.

The fonts drew Vietnamese letters in the places of Western ones, so their text
arrives as ``B¶o Th¾ng`` (TCVN3) or ``chaøo`` (VNI).

What decides is whether a word spells a Vietnamese syllable (`lib.importing.fonts.syllables`).
Known words (names of places and the sentences of this application) only settle
words that are syllables both ways, as ``Lòng`` is itself and the TCVN3 spelling
of ``Lũng``.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, Literal, get_args

from lib.importing.fonts import codes, misread
from lib.importing.fonts.codes import LOST
from lib.importing.fonts.syllables import LETTERS, is_vietnamese
from lib.language.findings import Finding
from lib.language.text import catalog
from lib.tables.facts import load

LegacyEncoding = Literal["tcvn3", "vni", "utf8_as_cp1252"]


_SMALL: Final = re.compile("[a-z]")
_ANY: Final = rf"(?:[^\W\d_]|[{LOST}¡-ª¬-º¼-¿×÷"
_WORDS: Final[Mapping[LegacyEncoding, re.Pattern[str]]] = {
    "tcvn3": re.compile(_ANY + "«»])+"),
    "vni": re.compile(_ANY + "])+"),  # « and » are themselves there
    "utf8_as_cp1252": re.compile(r"[^\x00-\x20]+"),
}


@cache
def _known() -> frozenset[str]:
    """Return names of places, their words and those of this application's sentences."""
    tables = ("communes", "former_units", "ended_units", "clusters")
    names = [name.lower() for table in tables for name in load(table)["name"]]
    sentences = [twins["vi"].lower() for twins in catalog().values()]
    words = {w for s in (*names, *sentences) for w in LETTERS.findall(s)}
    # A plain letter in a sentence is a label (*a*, *X*), no word that could speak for a text.
    return frozenset(names) | {w for w in words if len(w) > 1 or not w.isascii()}


def _read(word: str, encoding: LegacyEncoding) -> str | None:
    """Return `word` read as `encoding`, None if `encoding` cannot have produced it."""
    if encoding == "utf8_as_cp1252":
        return misread.read(word)
    return codes.read(word, encoding)


@dataclass(frozen=True)
class _Word:
    """A word, how it reads in an encoding, and whether each is Vietnamese."""

    old: str
    new: str
    was: bool
    becomes: bool

    @property
    def verdict(self) -> int:
        """Return 1 if only the new reading is Vietnamese, -1 if only the old, else 0."""
        return self.becomes - self.was

    @property
    def has_sign(self) -> bool:
        """Return True if a sign that is no letter stands in it, as ``¶``."""
        return any(not c.isalpha() or c in "ªµμ" for c in self.old)

    @property
    def counts(self) -> bool:
        """Return True if it speaks for the encoding: no unit or footnote, as ``N·m``, ``m¹``."""
        return self.verdict > 0 and not _SIGN.fullmatch(self.old)


_SIGN: Final = re.compile(r"[µμ].*|[A-Za-z]?[·¹©®ª§«»¬×÷][A-Za-z]?")


def _word(old: str, encoding: LegacyEncoding) -> _Word | None:
    """Return the two readings of a word, None if they do not differ."""
    new = _read(old, encoding)
    if new is None or new == old:
        return None
    chance = encoding != "utf8_as_cp1252" or misread.is_chance(old)
    return _Word(old, new, chance and is_vietnamese(old), is_vietnamese(new))


def _words(text: str, encoding: LegacyEncoding) -> Iterator[_Word]:
    for match in _WORDS[encoding].finditer(text):
        word = _word(match[0], encoding)
        if word is not None:
            yield word


def _settled(word: _Word, leaning: int, encoding: LegacyEncoding) -> str:
    """Return the reading of `word` to take, in a text that leans to old (< 0) or new (> 0)."""
    bytes_fit = encoding == "utf8_as_cp1252"
    # A text is decoded as a whole; fonts change from word to word.
    choice = max(leaning, 0) or word.verdict if bytes_fit else word.verdict or leaning
    if choice:
        return word.new if choice > 0 else word.old
    if not word.was:
        abbreviation = word.new.isupper() and "Đ" in word.new
        return word.new if word.has_sign or bytes_fit or abbreviation else word.old
    known = [set(LETTERS.findall(w.lower())) <= _known() for w in (word.old, word.new)]
    return word.old if known == [True, False] or (bytes_fit and known[0]) else word.new


def _prepared(text: str, encoding: LegacyEncoding) -> str:
    text = unicodedata.normalize("NFC", text)
    return misread.no_breaks(text) if encoding == "utf8_as_cp1252" else text


def convert(text: str, encoding: LegacyEncoding) -> str:
    """Return `text` in Unicode NFC, its words in `encoding` converted.

    A word the encoding cannot have produced is left alone, and so is one that
    is Vietnamese only as it stands. A word that is Vietnamese both ways, or
    neither, follows the other words of `text`; failing those, a known name or
    word stays if its conversion is unknown.

    Parameters
    ----------
    text : str
        One cell or line; white space is kept.
    encoding : {"tcvn3", "vni", "utf8_as_cp1252"}
        What `detect` said and a person confirmed.

    Returns
    -------
    str
        Where a byte is missing, and more than one letter fits, U+FFFD stands.
    """
    text = _prepared(text, encoding)
    words = {word.old: word for word in _words(text, encoding)}
    verdicts = [word.verdict for word in words.values()]
    leaning = max(verdicts, default=0) if encoding == "utf8_as_cp1252" else sum(verdicts)
    shouted = (
        encoding == "tcvn3"
        and any(w.new.isupper() and len(w.new) > 1 for w in words.values())
        and not _SMALL.search(text)
    )

    def mended(match: re.Match[str]) -> str:
        word = words.get(match[0])
        return match[0] if word is None else _settled(word, leaning, encoding)

    converted = unicodedata.normalize("NFC", _WORDS[encoding].sub(mended, text))
    if not leaning and text.lower() in _known() and converted.lower() not in _known():
        converted = text
    return converted.upper() if shouted else converted


def _weight(texts: Iterable[str], encoding: LegacyEncoding) -> int:
    """Return how many different words speak for `encoding`, 0 if it is not sure."""
    seen = {w for text in texts for w in _WORDS[encoding].findall(text) if not w.isascii()}
    words = [word for word in (_word(w, encoding) for w in seen) if word is not None]
    speak = sum(word.counts for word in words)
    against = sum(not word.was and not word.becomes and not word.new.isupper() for word in words)
    sure = speak >= _LEAST and speak > _MORE * against and speak >= _SHARE * len(seen)
    return speak if sure else 0


_LEAST: Final = 2
_MORE: Final = 3
_SHARE: Final = 0.1
"""One word can be chance, a name from abroad is neither; in a long Unicode text a few odd
words are, so a tenth of all words with marks has to speak."""


def detect(texts: Iterable[str]) -> LegacyEncoding | None:
    """Return the old encoding of a column or file, None unless it is sure.

    At least two different words must be Vietnamese only after conversion, three
    times as many as are Vietnamese in no way (*Société*), and a tenth of all
    words with marks; signs and units (``µm``, ``m²``) do not count.

    Parameters
    ----------
    texts : iterable of str
        The cells, as read; Unicode text among them does no harm.
    """
    cells = tuple(texts)
    weights = {
        kind: _weight((_prepared(cell, kind) for cell in cells), kind)
        for kind in get_args(LegacyEncoding)
    }
    first, second, _ = sorted(weights, key=lambda kind: -weights[kind])
    return first if weights[first] > 2 * weights[second] else None


def examples(
    texts: Iterable[str], encoding: LegacyEncoding, limit: int = 5
) -> list[tuple[str, str]]:
    """Return up to `limit` different texts before and after conversion, for a person to confirm."""
    pairs = ((text, convert(text, encoding)) for text in dict.fromkeys(texts))
    return list(islice((pair for pair in pairs if pair[0] != pair[1]), limit))


def lost_letters(texts: Iterable[str], *, file: str, column: str = "") -> tuple[Finding, ...]:
    """Return a finding if letters of `texts`, as converted, are lost (U+FFFD)."""
    hurt = [text for text in texts if LOST in text]
    if not hurt:
        return ()
    values = {"count": len(hurt), "value": hurt[0]}
    return (Finding("ask", "legacytext.lost", values, file=file, column=column),)
