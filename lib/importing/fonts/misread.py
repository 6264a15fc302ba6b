"""UTF-8 read as cp1252: the bytes that stand in a word, and the letters they spell.

Only such text uses 0x80 to 0x9F, where both spellings of a byte (``€`` and
U+0080) are taken.
"""

import re
from collections.abc import Mapping
from typing import Final

from lib.importing.fonts.codes import LOST, VNI
from lib.importing.fonts.syllables import LETTERS, is_vietnamese

UNDEFINED: Final = b"\x81\x8d\x8f\x90\x9d"
"""Bytes cp1252 has no letter for: kept as controls, replaced, or dropped."""
_BYTES: Final[Mapping[str, int]] = {chr(b): b for b in range(0x80, 0x100)} | {
    bytes([b]).decode("cp1252"): b for b in range(0x80, 0x100) if b not in UNDEFINED
}
_VIETNAMESE: Final = frozenset(VNI.values())


def _spellings(first: int, last: int) -> str:
    return "[" + re.escape("".join(c for c, b in _BYTES.items() if first <= b <= last)) + "]"


_TAIL: Final = _spellings(0x80, 0xBF)
_THREE: Final = re.compile(rf"{_spellings(0xE0, 0xEF)}{_TAIL}{{2}}")
_WHOLE: Final = re.compile(rf"{_spellings(0xC2, 0xDF)}{_TAIL}|{_THREE.pattern}")
_RUN: Final = re.compile(rf"{_WHOLE.pattern}|(?P<damaged>[ÃÄÆ]|á[º»]){LOST}?")
_NO_BREAK: Final = re.compile(
    r"(?P<lead>Ã|áº|Æ)(?: (?P<coda>(?i:ng|nh|ch|[cmnptiouy])(?![^\W\d_]))?|$)"
)
_MARKS: Final = "“”‘’«»…–—•"
_SMALL: Final = re.compile("[a-z]")
_AFTER_SMALL: Final = re.compile("[a-z]Ã")
_AFTER_CAPITAL: Final = re.compile(r"\b[B-WYÄ]\ufffd?Ã\b")
"""Odd in a text not all in capitals, but for the word `XÃ`."""


def read(word: str) -> str | None:
    """Return `word` with the bytes in it read as UTF-8, None if it cannot be such text."""
    possible = all(c.isascii() or c in _BYTES or c == LOST for c in word)
    return _RUN.sub(_decoded, word) if possible else None


def is_chance(word: str) -> bool:
    """Return True if Western letters and marks can stand in `word` side by side.

    ``XÃ”`` may be XÃ in quotation marks; ``XÃ¡`` or three such characters are no chance.
    """
    return not _THREE.search(word) and all(
        c.isascii() or c in _MARKS for c in LETTERS.sub("", word)
    )


def _decoded(run: re.Match[str]) -> str:
    """Return the character whose bytes `run` spells; LOST if a byte is missing."""
    lead = bytes(_BYTES[c] for c in run["damaged"] or run[0])
    if not run["damaged"]:
        return lead.decode(errors="ignore") or run[0]
    made = {(lead + bytes([b])).decode(errors="ignore") for b in UNDEFINED} & _VIETNAMESE
    if not made:
        return run[0]
    return made.pop() if len(made) == 1 else LOST


def no_breaks(text: str) -> str:
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
        or any(_WHOLE.search(word) and not is_vietnamese(word) for word in text.split())
    )
    return _NO_BREAK.sub(mended, text) if sure else text
