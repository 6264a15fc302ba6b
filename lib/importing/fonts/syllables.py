"""Check whether a word spells a Vietnamese syllable.

Onset, rime, at most one tone, on the vowel that can carry it, and a rising or
heavy one before c, ch, p, t. A list of known words would miss the name nobody
has seen; the rules of the syllable do not.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from lib.importing.fonts.codes import LOST

LETTERS: Final = re.compile(r"[^\W\d_]+")
"""A run of letters."""

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
_SIGN_INSIDE: Final = re.compile(r"[^\W\d_][^\w\x00-\x7f][^\W\d_]")


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


def is_vietnamese(text: str) -> bool:
    """Return True if every word of `text` is a syllable, in one case or capitalised."""
    words = LETTERS.findall(text)
    if not words or LOST in text or _SIGN_INSIDE.search(text):
        return False
    return all(is_syllable(w) and w in {w.lower(), w.upper(), w.capitalize()} for w in words)
