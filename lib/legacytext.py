"""Vietnamese text in the old fonts TCVN3 and VNI, and UTF-8 read as cp1252.

The fonts drew Vietnamese letters in the places of Western ones, so their text
arrives as ``B¶o Th¾ng`` (TCVN3) or ``chaøo`` (VNI). The tables are those of
TCVN 5712:1993 (its VN3 subset, the one the fonts ``.Vn...`` hold) and of VNI
for Windows. Their bytes all lie at 0xA1 and above, where cp1252 and latin-1
agree; only UTF-8 read as cp1252 uses 0x80 to 0x9F, where both spellings of a
byte (``€`` and U+0080) are taken.

What decides is whether a word spells a Vietnamese syllable: onset, rime, at
most one tone, on the vowel that can carry it, and a rising or heavy one before
c, ch, p, t. A list of known words would miss the name nobody has seen; the
rules of the syllable do not. Known words (names of places and the sentences of
this application) only settle words that are syllables both ways, as ``Lòng``
is itself and the TCVN3 spelling of ``Lũng``.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Final, Literal, get_args

from lib.facts import load
from lib.findings import Finding
from lib.text import catalog

LegacyEncoding = Literal["tcvn3", "vni", "utf8_as_cp1252"]

LOST: Final = "\ufffd"
"""What stands where a byte could not be read: its letter is lost."""

# ---- tables ----------------------------------------------------------------

_TCVN3: Final[Mapping[str, str]] = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ\u03bc",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵà",
        strict=True,
    )
)
"""0xA1 to 0xFE as cp1252 shows them; last, the Greek mu some programs make of 0xB5."""

_VNI_CODES: Final = (
    "aø aû aõ aù aï aê aè aú aü aé aë aâ aà aå aã aá aä "
    "ñ eø eû eõ eù eï eâ eà eå eã eá eä ì æ ó í ò "
    "oø oû oõ où oï oâ oà oå oã oá oä ô ôø ôû ôõ ôù ôï "
    "uø uû uõ uù uï ö öø öû öõ öù öï yø yû yõ yù î"
)
_VNI_LOWER: Final = dict(
    zip(
        _VNI_CODES.split(" "),
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_VNI: Final[Mapping[str, str]] = (
    _VNI_LOWER
    | {code.upper(): letter.upper() for code, letter in _VNI_LOWER.items()}
    # People type the second sign of a capital in either case: `Aân` and `AÂn`.
    | {c[0].upper() + c[1]: v.upper() for c, v in _VNI_LOWER.items() if len(c) > 1}
)

_TABLES: Final[Mapping[str, Mapping[str, str]]] = {"tcvn3": _TCVN3, "vni": _VNI}
_CODES: Final = {
    kind: re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True)))
    for kind, table in _TABLES.items()
}
_SMALL: Final = re.compile("[a-z]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_ANY: Final = rf"(?:[^\W\d_]|[{LOST}¡-ª¬-º¼-¿×÷"
_WORDS: Final[Mapping[LegacyEncoding, re.Pattern[str]]] = {
    "tcvn3": re.compile(_ANY + "«»])+"),
    "vni": re.compile(_ANY + "])+"),  # « and » are themselves there
    "utf8_as_cp1252": re.compile(r"[^\x00-\x20]+"),
}

# ---- syllables -------------------------------------------------------------

_TONES: Final = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}
_STOPPED: Final = {"\u0301", "\u0323"}
_SYLLABLE: Final = re.compile(
    "((?:ngh|gh)(?=[eêi])|(?:ng|g|c)(?![eêiy])|g(?=in?$|iê)|gi|qu(?![uưo]|ôn)|"
    "[ckpt]h|nh|tr|[bdđhklmnprstvx]|)"
    "(a|a[iouy]|â[uy]|a(?:ch|nh)|[aăâ](?:ng|[cmnpt])|"
    "e|eo|eng|e[cmnpt]|ê|êu|ê(?:ch|nh|[mnpt])|"
    "i|i[au]|i(?:ch|nh|[mnpt])|iêu|iê(?:ng|[cmnpt])|"
    "o|o[aei]|oa[ioy]|oeo|oa(?:ch|nh)|o[aă](?:ng|[cmnpt])|oe[nt]|oo(?:ng|c)|o(?:ng|[cmnpt])|"
    "ô|ôi|ô(?:ng|[cmnpt])|ơ|ơi|ơ[mnpt]|"
    "u|u[aiêơy]|u(?:ng|[cmnpt])|uâ(?:ng|[nty])|uê(?:ch|nh)|uôi|uô(?:ng|[cmnt])|"
    "uy[aut]|uy(?:ch|nh)|uyê[nt]|ư|ư[aiu]|ư(?:ng|[cmnt])|ươ[iu]|ươ(?:ng|[cmnpt])|"
    "y|y(?:ch|nh|t)|yêu|yê(?:ng|[mnt]))"
)
"""Onset and rime, tone left out."""
_CODA: Final = re.compile(r"(?:ch|nh|ng|[cmnpt])$")


def _carriers(rime: str) -> set[int]:
    """Return where in `rime` the tone may stand; both *hòa* and *hoà* are written."""
    vowels = len(_CODA.sub("", rime))
    hatted = [i for i, c in enumerate(rime) if c in "ăâêôơư"]
    if hatted:
        return {hatted[-1]}
    if vowels == len(rime):
        if rime in {"oa", "oe", "uy"}:
            return {0, 1}
        return {1 if vowels > 2 else 0}  # noqa: PLR2004
    return {vowels - 1}


@lru_cache(maxsize=2**16)
def is_syllable(word: str) -> bool:
    """Return True if `word` is spelt as a Vietnamese syllable, in any case.

    >>> [is_syllable(w) for w in ("Nghề", "KHUYẾT", "hoà", "Bỡnh", "cat", "Müller")]
    [True, True, True, False, False, False]
    """
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in parts if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    if len(tones) > 1 or (bare.endswith(("c", "ch", "p", "t")) and not _STOPPED & set(tones)):
        return False
    letters = (unicodedata.normalize("NFD", c) for c in unicodedata.normalize("NFC", word.lower()))
    place = next((i for i, letter in enumerate(letters) if _TONES & set(letter)), None)
    found = _SYLLABLE.fullmatch(bare)
    return found is not None and (place is None or place - found.start(2) in _carriers(found[2]))


_SIGN_INSIDE: Final = re.compile(r"[^\W\d_][^\w\x00-\x7f][^\W\d_]")


def _vietnamese(text: str) -> bool:
    """Return True if every word of `text` is a syllable, in one case or capitalised."""
    words = _LETTERS.findall(text)
    if not words or LOST in text or _SIGN_INSIDE.search(text):
        return False
    return all(is_syllable(w) and w in {w.lower(), w.upper(), w.capitalize()} for w in words)


@cache
def _known() -> frozenset[str]:
    """Return names of places, their words and those of this application's sentences."""
    tables = ("communes", "former_units", "ended_units", "clusters")
    names = [name.lower() for table in tables for name in load(table)["name"]]
    sentences = [twins["vi"].lower() for twins in catalog().values()]
    return frozenset(names) | {w for s in (*names, *sentences) for w in _LETTERS.findall(s)}


# ---- UTF-8 read as cp1252 --------------------------------------------------

_UNDEFINED: Final = b"\x81\x8d\x8f\x90\x9d"
"""Bytes cp1252 has no letter for: kept as controls, replaced, or dropped."""
_BYTES: Final[Mapping[str, int]] = {chr(b): b for b in range(0x80, 0x100)} | {
    bytes([b]).decode("cp1252"): b for b in range(0x80, 0x100) if b not in _UNDEFINED
}
_VIETNAMESE: Final = frozenset(_VNI.values())


def _spellings(first: int, last: int) -> str:
    return "[" + re.escape("".join(c for c, b in _BYTES.items() if first <= b <= last)) + "]"


_TAIL: Final = _spellings(0x80, 0xBF)
_THREE: Final = re.compile(rf"{_spellings(0xE0, 0xEF)}{_TAIL}{{2}}")
_WHOLE: Final = re.compile(rf"{_spellings(0xC2, 0xDF)}{_TAIL}|{_THREE.pattern}")
_RUN: Final = re.compile(rf"{_WHOLE.pattern}|(?P<damaged>[ÃÄÆ]|á[º»]){LOST}?")
_NO_BREAK: Final = re.compile(
    r"(?P<lead>Ã|áº|Æ)(?: (?P<coda>(?i:ng|nh|ch|[cmnptiouy])(?![^\W\d_]))?|$)"
)
_AFTER_SMALL: Final = re.compile("[a-z]Ã")
_AFTER_CAPITAL: Final = re.compile(r"\b[B-WYÄ]\ufffd?Ã\b")
"""Odd in a text not all in capitals, but for the word `XÃ`."""


def _decoded(run: re.Match[str]) -> str:
    """Return the character whose bytes `run` spells; LOST if a byte is missing."""
    lead = bytes(_BYTES[c] for c in run["damaged"] or run[0])
    if not run["damaged"]:
        return lead.decode(errors="ignore") or run[0]
    made = {(lead + bytes([b])).decode(errors="ignore") for b in _UNDEFINED} & _VIETNAMESE
    if not made:
        return run[0]
    return made.pop() if len(made) == 1 else LOST


def _no_breaks(text: str) -> str:
    """Return `text` with the no-break spaces that are the second half of a letter.

    The last byte of *à* is 0xA0, which tidying turns into a space or trims: so
    ``HÃ Ná»™i``. A coda after the space is the rest of the word (``HÃ ng``);
    before anything else the space was also the end of the word.
    """

    def mended(gap: re.Match[str]) -> str:
        end = " " if gap[0].endswith(" ") else ""
        return f"{gap['lead']}\u00a0{gap['coda'] or end}"

    # A real `XÃ` stands before a space too: something else has to be wrong.
    sure = (
        _AFTER_SMALL.search(text)
        or (_AFTER_CAPITAL.search(text) and _SMALL.search(text))
        or any(_WHOLE.search(word) and not _vietnamese(word) for word in text.split())
    )
    return _NO_BREAK.sub(mended, text) if sure else text


# ---- words -----------------------------------------------------------------


def _read(word: str, encoding: LegacyEncoding) -> str | None:
    """Return `word` read as `encoding`, None if `encoding` cannot have produced it."""
    if encoding == "utf8_as_cp1252":
        possible = all(c.isascii() or c in _BYTES or c == LOST for c in word)
        return _RUN.sub(_decoded, word) if possible else None
    table, codes = _TABLES[encoding], _CODES[encoding]
    if not codes.sub("", word).replace(LOST, "").isascii():
        return None
    new = codes.sub(lambda code: table[code[0]], word)
    # TCVN3 has no capitals with tones: `TØNH` was typed to be read TỈNH.
    shouted = encoding == "tcvn3" and any(c.isupper() for c in new[1:]) and not _SMALL.search(word)
    return new.upper() if shouted else new


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
_MARKS: Final = "“”‘’«»…–—•"


def _word(old: str, encoding: LegacyEncoding) -> _Word | None:
    """Return the two readings of a word, None if they do not differ."""
    new = _read(old, encoding)
    if new is None or new == old:
        return None
    # `XÃ”` may be XÃ in quotation marks; `XÃ¡` or three such characters are no chance.
    chance = encoding != "utf8_as_cp1252" or (
        not _THREE.search(old) and all(c.isascii() or c in _MARKS for c in _LETTERS.sub("", old))
    )
    return _Word(old, new, chance and _vietnamese(old), _vietnamese(new))


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
    known = [set(_LETTERS.findall(w.lower())) <= _known() for w in (word.old, word.new)]
    return word.old if known == [True, False] or (bytes_fit and known[0]) else word.new


# ---- what others call ------------------------------------------------------


def _prepared(text: str, encoding: LegacyEncoding) -> str:
    text = unicodedata.normalize("NFC", text)
    return _no_breaks(text) if encoding == "utf8_as_cp1252" else text


def convert(text: str, encoding: LegacyEncoding, *, capitals: bool = False) -> str:
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
    capitals : bool
        The font shows capitals only (``.VnTimeH``): the result is in capitals.

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
    return converted.upper() if capitals or shouted else converted


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
