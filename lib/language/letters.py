"""Letters of other scripts that look like Latin ones, written as the letters they stand for.

An Icelandic Ð (U+00D0) or an African Ɖ (U+0189) in the place of the Vietnamese Đ
(U+0110), a Cyrillic а, a full-width Ａ: an eye cannot tell them apart, a comparison
of names must not. The pairs are those of Unicode's list of confusables (UTS #39)
whose right side is a letter of Vietnamese.
"""

import unicodedata
from typing import Final

_PAIRS: Final = (
    ("ÐƉðɖ", "ĐĐđđ"),
    ("АВЕКМНОРСТХІЈЅУҮԀԚԜ", "ABEKMHOPCTXIJSYYDQW"),
    ("авекмнорстхіјѕуүԁԛԝһ", "abekmhopctxijsyydqwh"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("αικνορυχ", "aikvopux"),
    ("ıɑɡ", "iag"),
)
_ALIKE: Final = str.maketrans(
    {a: b for ours, theirs in _PAIRS for a, b in zip(ours, theirs, strict=True)}
)


def latin(value: str) -> str:
    """Return `value` with look-alike letters as Latin ones, in Unicode NFC, for a comparison.

    What nobody sees (zero-width signs, soft hyphens) is left out.

    >>> latin("ÐOAN HÙNG"), latin("Ｘã Vân Ðồn"), latin("Vân Нòа")
    ('ĐOAN HÙNG', 'Xã Vân Đồn', 'Vân Hòa')
    """
    apart = unicodedata.normalize("NFKD", value).translate(_ALIKE)
    seen = "".join(char for char in apart if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen)
