"""Parse one cell of a Vietnamese coordinate table: a number, an area, a zone, a heading.

Every reader here answers None rather than guess: a cell that could be read in
two ways is a question for the office.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from lib.importing.readers.grid import Cell
from lib.language.text import fold, nfc
from lib.settings import province

_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?")
_DECIMAL_COMMA: Final = re.compile(r"-?\d+,\d+")
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_ENGLISH: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d{1,3}(?:,\d{3}){2,}")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")

Kind = Literal["order", "point", "x", "y", "lat", "lon", "edge", "side", "name", "code"]
"""What a column holds; x is the northing, y the easting; side is a length or a side's name."""

_POINT: Final = r"(?:diem|moc|dinh|goc|point|vertex|corner)"
_PARCEL: Final = r"(?:thua|khu|lo|cum|ccn|cum cong nghiep|khu vuc|phan|vung|parcel|cluster)"
_HEADINGS: Final[Mapping[Kind, re.Pattern[str]]] = {
    "point": re.compile(
        rf"(?:(?:so hieu|ten|ky hieu|so|ma|stt|thu tu)(?: cac)? )?{_POINT}"
        r"(?: (?:goc|ranh|gioi|moc|thua|dat|no|name|id|number|so))*|so hieu|ky hieu"
    ),
    "order": re.compile(r"stt|tt|so tt|so thu tu|thu tu|no"),
    "edge": re.compile(
        r"(?:chieu dai|do dai|khoang cach|cu ly|(?:edge |side )?length|distance)(?: .*)?|s|kc"
    ),
    "side": re.compile(r"canh|edge|side"),
    "code": re.compile(r"ma(?: (?:so|cum|ccn|thua|khu|lo|dat))*|(?:cluster|parcel)? ?id|code"),
    "name": re.compile(rf"(?:ten |so )?{_PARCEL}(?: (?:dat|so|name))*"),
}
_LONGEST_HEADING: Final = 200
_AXIS_WORDS: Final[Mapping[str, tuple[Kind, int]]] = {
    "northing": ("x", 3), "north": ("x", 3), "bac": ("x", 3),
    "easting": ("y", 3), "east": ("y", 3), "dong": ("y", 3),
    "n": ("x", 2), "e": ("y", 2), "x": ("x", 1), "y": ("y", 1),
}  # fmt: skip
_AROUND_AXIS: Final = frozenset(
    {"toa", "do", "coordinate", "coordinates", "coord", "m", "met", "meter", "meters", "metre"}
    | {"metres", "vn", "utm", "tm", "ktt", "mui", "truc", "he"}
)

_ANGLE: Final = re.compile(
    r"([NEBĐ])?\s*(\d{1,3})(?:\s*[°ºD:-]\s*|\s+)(\d{1,2})"
    r"(?:(?:\s*['′’‘M:-]\s*|\s+)(\d{1,2}(?:[.,]\d+)?)?\s*(?:\"|″|”|“|''|′′|’’|S)?)?\s*([NEBĐ])?"
)
_DECIMAL_ANGLE: Final = re.compile(r"([NEBĐ])?\s*(-?\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*([NEBĐ])?")
_ANGLE_WORDS: Final = {"ĐỘ": "°", "PHÚT": "'", "GIÂY": '"'}
_SIDES: Final = {"lat": "NB", "lon": "EĐ"}
_FULL: Final = {"lat": 90.0, "lon": 180.0}
_SIXTY: Final = 60

_AREA_FIRST: Final = re.compile(
    r"\((ha|m2)\)[^\d]{0,9}(\d[\d.,\s]*)"  # "(ha): 69,42"
    r"|(\d[\d.,\s]*?)\s*\(?(ha|hec ?ta|m2|met vuong)\b"  # "69,42 ha"
)
_LONGEST_SENTENCE: Final = 500
_M2_IN_HA: Final = 10_000

_TM3: Final[Mapping[tuple[int, int], int]] = {
    zone.degrees_minutes: zone.epsg for zone in province().tm3
}
_UTM_48N: Final = 3405
_WGS_84: Final = 4326
_CODES: Final = frozenset({*_TM3.values(), _UTM_48N, _WGS_84})
_QUARTERS: Final = {"25": 15, "5": 30, "50": 30, "75": 45}
_UTM_MERIDIAN: Final = (105, 0)
_MERIDIAN: Final = re.compile(
    r"(?=(ktt|kinh tuyen(?: truc| trung uong)?|meridian|tm ?-?3|vn ?-?2000)[^\d]{0,20}"
    r"(10\d)(?!\d)(?:(\s*(?:d|do|o|-|:|,|\.|\s)\s*)(\d{1,2})(?!\d))?)"
)
_MARKED: Final = re.compile(
    r"\b(10\d)\s*(?:d|do|o)\s*(\d{2})(?!\d)(?:'\s*(\d[\d.,]*)\s*(?:\"|''))?"
)
_EPSG: Final = re.compile(r"epsg\W{0,3}(\d{4,5})")
_WIDTH: Final = re.compile(r"(?:mui|zone|tm)[^\d]{0,12}([36])(?!\d)")
_UTM: Final = re.compile(r"\butm\b.{0,12}48|(?:mui|zone)[^\d]{0,10}48|\b48 ?n\b")
_WGS: Final = re.compile(r"wgs\W{0,2}84")
_VN2000: Final = re.compile(r"vn\W{0,2}2000")


def parse_number(value: Cell) -> float | None:
    """Return the number in `value`, None if it cannot be read in one way only.

    Read are ``2358517.85``, ``2358517,85``, ``2.358.517,85`` and plain digits;
    spaces count for nothing. ``1.234`` is read as a decimal point: a coordinate
    in metres never has only four digits before the thousandth. A cell typed as
    a number is that number if it is finite; dates and truth values are none.

    >>> parse_number("2.358.517,85"), parse_number("2358517,85"), parse_number("56l23")
    (2358517.85, 2358517.85, None)
    """
    if value is None or isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    text = re.sub(r"\s", "", value)
    if _PLAIN.fullmatch(text):
        return _finite(text)
    if _GROUPED.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return _finite(text.replace(".", "").replace(",", "."))
    return None


def parse_metres(value: Cell) -> float | None:
    """Return a length in metres: as `parse_number`, and ``2,358,517.85``.

    A single comma stays a decimal one: ``567,233`` is 567.233.

    >>> parse_metres("2,358,517.85"), parse_metres("567,233")
    (2358517.85, 567.233)
    """
    number = parse_number(value)
    if number is None and isinstance(value, str):
        text = re.sub(r"\s", "", value)
        return _finite(text.replace(",", "")) if _ENGLISH.fullmatch(text) else None
    return number


def parse_degrees(value: Cell, axis: Literal["lat", "lon"]) -> float | None:
    """Return an angle in degrees, written as a decimal or in degrees, minutes, seconds.

    Parameters
    ----------
    value : Cell
        ``105.4009``, ``105,4009°``, ``105°24'03.5"E``, ``105 24 03,5``,
        ``105 độ 24 phút 3,5 giây``, ``21°19'12"B``.
    axis : {"lat", "lon"}
        Latitude takes N and B (*Bắc*), at most 90; longitude E and Đ (*Đông*), 180.

    Returns
    -------
    float or None
        Degrees; None if it is no such angle or belongs to the other axis.
    """
    if value is None or not isinstance(value, str):
        angle, sides = parse_number(value), ""
    else:
        angle, sides = _written_angle(value)
    if angle is None or abs(angle) > _FULL[axis]:
        return None
    return angle if set(sides) <= set(_SIDES[axis]) else None


def parse_area_ha(text: str) -> float | None:
    """Return the area a sentence states, in hectares; None without number and unit.

    Square metres grouped by thousands in either notation are read as such: no
    parcel is stated to the thousandth of a square metre.

    >>> parse_area_ha("Diện tích: 69,42 ha"), parse_area_ha("S = 694.200 m²")
    (69.42, 69.42)
    """
    found = _AREA_FIRST.search(fold(text[:_LONGEST_SENTENCE].replace("²", "2")))
    if found is None:
        return None
    unit_before, after, before, unit_after = found.groups()
    digits = re.sub(r"\s", "", after or before).strip(".,")
    if (unit_before or unit_after).startswith("h"):
        return parse_metres(digits)
    square = (
        float(re.sub(r"[.,]", "", digits)) if _THOUSANDS.fullmatch(digits) else parse_metres(digits)
    )
    return None if square is None else square / _M2_IN_HA


@dataclass(frozen=True)
class StatedZone:
    """Coordinate systems, zones and meridians the titles of a table name.

    Parameters
    ----------
    names : tuple of str
        Every system named, as a person writes it: ``105°00'``, ``UTM 48N``.
    codes : frozenset of int
        EPSG codes of those the province uses, and of UTM 48N and WGS 84; 0
        stands for any other.
    width_missing : bool
        True if 105°00' is named without a width: the 3° zone is taken, though
        the 6° one has the same meridian.
    vn2000, wgs84 : bool
        True if that datum is named.
    """

    names: tuple[str, ...]
    codes: frozenset[int]
    width_missing: bool
    vn2000: bool
    wgs84: bool


def stated_zone(titles: str) -> StatedZone:
    """Return the coordinate systems named in the title rows of a table.

    Meridians and codes are those of EPSG v11; a zone of 6 degrees on 105° is
    VN-2000 / UTM 48N, ``EPSG:3405``.

    >>> stated_zone("VN-2000, kinh tuyến trục 105°00', múi chiếu 6°").codes
    frozenset({3405})
    """
    text = fold(re.sub(r"[°º˚]", "d", titles))
    widths = set(_WIDTH.findall(text))
    wgs, vn2000 = bool(_WGS.search(text)), bool(_VN2000.search(text))
    found = {f"EPSG:{code}": int(code) for code in _EPSG.findall(text)}
    meridians = _meridians(text)
    six = "6" in widths and "3" not in widths
    if _UTM.search(text) or (six and _UTM_MERIDIAN in meridians):
        meridians.discard(_UTM_MERIDIAN)
        foreign = wgs and not vn2000
        found |= {"WGS 84 / UTM 48N": 0} if foreign else {"UTM 48N": _UTM_48N}
    for whole, minutes in sorted(meridians):
        code = 0 if six else _TM3.get((whole, minutes), 0)
        found[f"{whole}°{minutes:02}'" + (" (6°)" if six else "")] = code
    if wgs and not found:
        found = {"WGS 84": _WGS_84}
    codes = frozenset(code if code in _CODES else 0 for code in found.values())
    missing = _UTM_MERIDIAN in meridians and not widths and not _EPSG.search(text)
    return StatedZone(tuple(found), codes, missing, vn2000, wgs)


def heading_kind(cell: Cell) -> Kind | None:
    """Return what a column holds by its heading, None if it is none of a coordinate table.

    >>> heading_kind("Tọa độ X (m)"), heading_kind("Easting"), heading_kind("Ghi chú")
    ('x', 'y', None)
    """
    if not isinstance(cell, str) or len(cell) > _LONGEST_HEADING:
        return None
    words = re.findall(r"[a-z]+|\d+", fold(cell))
    return _angle_kind(words) or _axis_kind(words) or _word_kind(cell)


def _angle_kind(words: list[str]) -> Kind | None:
    text = " ".join(words)
    lon = bool(re.search(r"\bkinh do\b|\blongitude\b|^(?:lon|long|lng)\b", text))
    lat = bool(re.search(r"\bvi do\b|\blatitude\b|^lat\b", text))
    if lon == lat:
        return None
    return "lon" if lon else "lat"


def _axis_kind(words: list[str]) -> Kind | None:
    """Return the axis a heading names; a word for a direction outweighs a letter."""
    named = {word for word in words if not word.isdigit()} - _AROUND_AXIS
    if not named or not named <= set(_AXIS_WORDS):
        return None
    if named <= {"bac", "dong"} and "toa" not in words:  # "Dòng" is a row, not the east
        return None
    weight = max(_AXIS_WORDS[word][1] for word in named)
    kinds = {_AXIS_WORDS[word][0] for word in named if _AXIS_WORDS[word][1] == weight}
    return kinds.pop() if len(kinds) == 1 else None


def _word_kind(cell: str) -> Kind | None:
    plain = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", fold(cell))
    text = " ".join(re.findall(r"[a-z0-9]+", plain)).removesuffix(" m")
    return next((kind for kind, words in _HEADINGS.items() if words.fullmatch(text)), None)


def _finite(value: float | str) -> float | None:
    try:
        number = float(value)
    except OverflowError:  # an int of more than 308 digits
        return None
    return number if math.isfinite(number) else None


def _written_angle(value: str) -> tuple[float | None, str]:
    """Return the angle in `value`, and the letters of the compass beside it."""
    text = nfc(value).upper()
    for word, mark in _ANGLE_WORDS.items():
        text = text.replace(word, mark)
    if plain := _DECIMAL_ANGLE.fullmatch(text):
        return _finite(plain[2].replace(",", ".")), f"{plain[1] or ''}{plain[3] or ''}"
    parts = _ANGLE.fullmatch(text)
    if parts is None:
        return None, ""
    before, whole, minutes, seconds, after = parts.groups()
    second = float((seconds or "0").replace(",", "."))
    if int(minutes) >= _SIXTY or second >= _SIXTY:
        return None, ""
    angle = int(whole) + (int(minutes) + second / _SIXTY) / _SIXTY
    return angle, f"{before or ''}{after or ''}"


def _meridians(text: str) -> set[tuple[int, int]]:
    """Return the central meridians named in a folded text, in degrees and minutes."""
    found = {
        (int(whole), int(minutes))
        for whole, minutes, seconds in _MARKED.findall(text)
        if not seconds.strip("0.,")
    }
    marked = {whole for whole, _ in found}
    for word, whole, mark, digits in _MERIDIAN.findall(text):
        if int(whole) in marked or (word.startswith(("vn", "tm")) and not digits):
            continue
        decimal = mark.strip() in {".", ","}
        minutes = _QUARTERS.get(digits, int(digits or 0)) if decimal else int(digits or 0)
        found.add((int(whole), minutes))
    return found
