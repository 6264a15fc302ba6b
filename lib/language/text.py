"""Texts by key, and Vietnamese spelling, numbers, dates and sort order.

Every sentence a person reads lives in ``lib/language/texts/<room>.toml`` with its
English twin, under the heading of its key, for example ``[common.no_data]``. What it
says of the province stands there as ``{home.name}``, see `belong_to`.
``python -m lib`` in them becomes what can be typed on this machine, see `command`.
Manifests of snapshots hold keys: none is ever given another name.
"""

import datetime as dt
import os
import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from babel.numbers import format_decimal
from unidecode import unidecode

from lib.language.letters import latin

Lang = Literal["vi", "en"]
LANGS: Final[tuple[Lang, ...]] = ("vi", "en")

_ROOT: Final = Path(__file__).parents[2]
_TEXTS_DIR: Final = Path(__file__).parent / "texts"
_COMMAND: Final = "python -m lib"
_LOCALES: Final[Mapping[Lang, str]] = {"vi": "vi_VN", "en": "en_GB"}


class Home(Protocol):
    """Names and words the texts take from the province."""

    @property
    def words(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        """Texts of its own: family -> name -> language -> sentence."""


_HOMES: Final[list[Callable[[], Home]]] = []
_OF_HOME: Final = re.compile(r"\{home\.(\w+)\}")


def belong_to(home: Callable[[], Home]) -> None:
    """Register the function that returns the province whose names fill ``{home.name}``.

    It is asked when the first text is that needs it, so that a refusal of the file it
    comes from can still be put in words.
    """
    _HOMES[:] = [home]


def _flat(families: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, Mapping[str, str]]:
    return {
        f"{prefix}.{name}": twins
        for prefix, family in families.items()
        for name, twins in family.items()
    }


def command(root: Path, prefix: Path) -> str:
    """Return how a command of the program is begun in its folder.

    Parameters
    ----------
    root : Path
        Folder of the program.
    prefix : Path
        Environment of the Python that runs. Where it is the one in that folder its path is
        named: a plain ``python`` is on no official's machine, or lacks the packages.

    >>> command(Path("/x"), Path("/usr"))
    'python -m lib'
    """
    if prefix.name != ".venv" or not prefix.parent.samefile(root):
        return _COMMAND
    return str(Path(".venv", "Scripts" if os.name == "nt" else "bin", _COMMAND))


@cache
def _of_program() -> Mapping[str, Mapping[str, str]]:
    """Return the texts, ``{home.name}`` still open."""
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted(_TEXTS_DIR.glob("*.toml")):
        texts |= _flat(tomllib.loads(path.read_text(encoding="utf-8")))
    here = command(_ROOT, Path(sys.prefix))
    return {
        key: {lang: text.replace(_COMMAND, here) for lang, text in twins.items()}
        for key, twins in texts.items()
    }


@cache
def catalog() -> Mapping[str, Mapping[str, str]]:
    """Return every text: key -> language -> sentence with ``{names}``."""
    texts = dict(_of_program())
    for home in _HOMES:
        texts = _flat(home().words) | {
            key: {lang: _spoken(text, lang, home()) for lang, text in twins.items()}
            for key, twins in texts.items()
        }
    return texts


def _spoken(text: str, lang: str, home: Home) -> str:
    """Return `text` with the names of the province filled in."""

    def said(match: re.Match[str]) -> str:
        value = getattr(home, match[1])
        return str(value[lang] if isinstance(value, Mapping) else value)

    return _OF_HOME.sub(said, text)


def t(key: str, lang: Lang = "vi", **values: object) -> str:
    """Return the text `key` in `lang` with `values` filled in.

    Raises
    ------
    KeyError
        If the key is not in the catalogue: a page must never show a bare key.
    """
    twins = _of_program().get(key)
    if twins is None or "{home." in twins[lang]:
        twins = catalog()[key]
    return twins[lang].format(**values)


def nfc(value: str) -> str:
    """Return `value` in Unicode NFC with single spaces, ends trimmed."""
    return " ".join(unicodedata.normalize("NFC", value).split())


_NAME_LENGTH: Final = 100
_ASCII: Final = 128
"""Letters of the longest text that is kept in memory as a name."""
_KIND_PREFIX: Final = re.compile(
    r"^(cum cong nghiep|ccn|xa|phuong|thi tran|thi xa|thanh pho|huyen|tinh|tt|tp|tx)(?:\.\s*|\s+)"
)


def fold(value: str) -> str:
    """Return `value` as it is compared in a search: no marks, lower case, ``đ`` as ``d``.

    >>> fold("Đoan Hùng"), fold("HÒA  BÌNH") == fold("Hoà Bình")
    ('doan hung', True)
    """
    if len(value) <= _NAME_LENGTH:
        return _folded(value)
    return _folded_long(unicodedata.normalize("NFC", value))


def _folded_long(value: str) -> str:
    """Return what `fold` does of a long text, letter by letter.

    A table of 20,000 rows is one text: each of its letters is looked up once and put in
    everywhere at once.
    """
    codes = np.frombuffer(value.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    there = np.flatnonzero(np.bincount(codes)).tolist()
    letters = {code: unidecode(latin(chr(code))) for code in there if code >= _ASCII}
    if any(len(letter) != 1 for letter in letters.values()):
        return " ".join(value.translate(letters).lower().split())
    table = np.arange(there[-1] + 1, dtype="<u4")
    table[list(letters)] = [ord(letter) for letter in letters.values()]
    plain = table[codes].tobytes().decode("utf-32-le", "surrogatepass")
    return " ".join(plain.lower().split())


@lru_cache(maxsize=2**15)
def _folded(value: str) -> str:
    """Return what `fold` does; kept, as every table of names asks for the same ones."""
    return " ".join(unidecode(latin(value)).lower().split())


def bare_name(value: str) -> str:
    """Return the folded name without its kind (xã, phường, CCN ...).

    >>> bare_name("Thị trấn Yên Lạc"), bare_name("xã Xã Tắc")
    ('yen lac', 'xa tac')
    """
    return _KIND_PREFIX.sub("", fold(value), count=1)


_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_AFTER: Final = " .,;:\u00a0"
"""What typing leaves behind a name."""
_LETTERS: Final = {c: i for i, c in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=1)}


def same_spelling(value: str) -> str:
    """Return a key equal for two spellings that differ only in where the tone stands.

    Upstream writes *Hoà*, the law writes *Hòa*: the same syllable. Tone marks
    are moved to the end of their syllable; vowels keep their hats, so that
    *Vân Bán* and *Văn Bán* stay two names. Letters that look alike are the same,
    dots and commas behind the name do not count.
    """
    return _spelled(value) if len(value) <= _NAME_LENGTH else _spelled.__wrapped__(value)


@lru_cache(maxsize=2**15)
def _spelled(value: str) -> str:
    words = []
    for word in latin(value).lower().rstrip(_AFTER).split():
        parts = unicodedata.normalize("NFD", word)
        tones = "".join(c for c in parts if c in _TONES)
        rest = "".join(c for c in parts if c not in _TONES)
        words.append(unicodedata.normalize("NFC", rest) + tones)
    return " ".join(words)


def sort_key(value: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Return the key that puts Vietnamese words in dictionary order.

    Letters a ă â b c d đ e ê ... first; tones (ngang, huyền, hỏi, ngã, sắc,
    nặng) only decide between equal letters, as CLDR's collation for ``vi``.
    """
    letters: list[int] = []
    tones: list[int] = []
    for char in nfc(value).lower():
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        letters.append(_LETTERS.get(base, -0x110000 + ord(base[0]) if base else 0))
        tones.append(next((_TONES[c] for c in parts if c in _TONES), 0))
    return tuple(letters), tuple(tones), value


def plain(value: str) -> str:
    """Return `value` for where Markdown is read, so that it is shown letter for letter.

    A backslash before a sign is not enough: GitHub's Markdown makes links of addresses,
    and Streamlit emoji, icons and arrows of words, from the text as it would be
    shown. A word joiner (U+2060), which nobody sees, stands inside those.
    """
    kept = _SPOKEN.sub(_JOINER, value)
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in kept)


_SIGNS: Final = "\\`*_{}[]()<>#+-.!|~:$&="
"""What Markdown or Streamlit reads as more than a letter."""
_JOINER: Final = "\u2060"
_SPOKEN: Final = re.compile(
    r"(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=[\w-])"  # addresses
    r"|(?<=:)(?=[\w+/-]+:)"  # :smile: and :material/home:
    r"|(?<=[<>~-])(?=[-=>])",  # -> becomes an arrow
    re.IGNORECASE,
)
"""Places inside what would become a link, a picture or another sign."""


def is_blank(value: object) -> bool:
    """Return True for None, NaN, NaT and empty text: what is shown as *no data*."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))  # type: ignore[call-overload]


def no_data(lang: Lang = "vi") -> str:
    """Return the words for a blank: *chưa có số liệu*."""
    return t("common.no_data", lang)


def number(value: float | None, lang: Lang = "vi", digits: int = 0, unit: str = "") -> str:
    """Return a number the Vietnamese way (``1.234,56``), or *chưa có số liệu*.

    Parameters
    ----------
    value : float or None
        The number; None and NaN are blanks, 0 is a true zero.
    digits : int
        Decimals, always all of them.
    unit : str
        Put after the number with a no-break space.
    """
    if value is None or is_blank(value):
        return no_data(lang)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    shown = format_decimal(value, pattern, locale=_LOCALES[lang], group_separator=True)
    return f"{shown}\u00a0{unit}" if unit else shown


def hectares(value: float | None, lang: Lang = "vi") -> str:
    """Return an area in hectares to two decimals: ``1.234,56 ha``."""
    return number(value, lang, 2, "ha")


def percent(share: float | None, lang: Lang = "vi", *, sign: bool = False) -> str:
    """Return a share (0 to 1) as a percentage: ``12,5 %``; with `sign`, a change: ``+0,3 %``."""
    if share is None or is_blank(share):
        return no_data(lang)
    shown = number(100 * float(share), lang, 1, "%")
    return f"+{shown}" if sign and share > 0 else shown


def date(value: object, lang: Lang = "vi") -> str:
    """Return a date as dd/mm/yyyy; a partial one (``2024-08``, ``2024``) stays partial.

    >>> date("2025-10-15"), date("2024-08"), date("2024")
    ('15/10/2025', '08/2024', '2024')
    """
    if is_blank(value):
        return no_data(lang)
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    parts = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ].*)?", str(value))
    if parts is None:
        return str(value)
    return "/".join(p for p in reversed(parts.groups()) if p)


ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
"""Where days begin for everybody who reads."""


def today() -> dt.date:
    """Return the day it is in Viet Nam."""
    return dt.datetime.now(ZONE).date()


def moment(value: str) -> str:
    """Return a moment (ISO 8601 with its offset) as day and hour of Việt Nam.

    >>> moment("2026-11-30T20:26:05+00:00")
    '01/12/2026 03:26'
    """
    return f"{dt.datetime.fromisoformat(value).astimezone(ZONE):%d/%m/%Y %H:%M}"
