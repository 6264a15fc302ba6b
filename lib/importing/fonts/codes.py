"""The codes of Vietnamese letters in the old fonts TCVN3 and VNI.

The tables are those of TCVN 5712:1993 (its VN3 subset, the one the fonts
``.Vn...`` hold) and of VNI for Windows. Their bytes all lie at 0xA1 and above,
where cp1252 and latin-1 agree.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

Font = Literal["tcvn3", "vni"]

LOST: Final = "\ufffd"
"""What stands where a byte could not be read: its letter is lost."""

TCVN3: Final[Mapping[str, str]] = dict(
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
VNI: Final[Mapping[str, str]] = (
    _VNI_LOWER
    | {code.upper(): letter.upper() for code, letter in _VNI_LOWER.items()}
    # People type the second sign of a capital in either case: `Aân` and `AÂn`.
    | {c[0].upper() + c[1]: v.upper() for c, v in _VNI_LOWER.items() if len(c) > 1}
)

_TABLES: Final[Mapping[Font, Mapping[str, str]]] = {"tcvn3": TCVN3, "vni": VNI}
_CODES: Final[Mapping[Font, re.Pattern[str]]] = {
    kind: re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True)))
    for kind, table in _TABLES.items()
}
_SMALL: Final = re.compile("[a-z]")


def read(word: str, font: Font) -> str | None:
    """Return `word` as `font` shows it, None if it holds what `font` has no code for."""
    table, codes = _TABLES[font], _CODES[font]
    if not codes.sub("", word).replace(LOST, "").isascii():
        return None
    new = codes.sub(lambda code: table[code[0]], word)
    # TCVN3 has no capitals with tones: `TØNH` was typed to be read TỈNH.
    shouted = font == "tcvn3" and any(c.isupper() for c in new[1:]) and not _SMALL.search(word)
    return new.upper() if shouted else new
