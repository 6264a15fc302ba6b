"""No parser of foreign text is slower than linear: ten times the letters, ten times as long."""

import time
from collections.abc import Callable

import pytest

from lib.importing.coordinates import numbers, pasted, titles
from lib.importing.fonts import convert, misread
from lib.importing.readers import grid
from lib.importing.sheets import cells, moments, places
from lib.language import text

PARSERS: dict[str, Callable[[str], object]] = {
    "moment": moments.read_moment,
    "day": moments.read_day,
    "month": moments.read_month,
    "zone of a moment": moments.has_zone,
    "place": places._parted,
    "metres": numbers.parse_metres,
    "number": numbers.parse_number,
    "coordinate system": numbers.stated_zone,
    "area": numbers.parse_area_ha,
    "heading": numbers.heading_kind,
    "title of a parcel": titles.is_parcel_title,
    "sum": titles.is_sum,
    "pasted table": lambda told: pasted._found(1, told, pasted._METRES),
    "title of a cluster": titles.cluster_title,
    "title without area": titles.without_area,
    "clean text": grid.clean_text,
    "hidden marks": grid.hidden_marks,
    "no value": grid.blank,
    "spelling": text.same_spelling,
    "misread": misread.read,
    "old font": lambda cell: convert.detect([cell]),
    **{f"cell, {kind}": read for kind, read in cells._READERS.items()},
}
WORDS = (
    *("đến ", "từ ", "ngày ", "1 ", "1", "1.", "1,", "1/", "a", "a1", "- ", " ", "\t", "(", "()"),
    *("[", "Ã", "á", "«", "µ", "diện tích ", "S = ", "kinh tuyến ", "múi 3 ", "CCN ", "VN-2000 "),
    *("111,", "111."),
)
FEW, MANY = 10_000, 100_000
GROWTH = 40
"""Linear is 10, quadratic 100."""
NOTHING_S = 0.02
"""What takes no longer than this for all letters is not compared: it would measure chance."""


def seconds(parser: Callable[[str], object], word: str, count: int) -> float:
    """Return the processor time of one reading, the better of two of different texts."""
    taken = []
    for end in ("#", "!"):
        cell = (word * count)[:count] + end  # another text each time: some are remembered
        start = time.process_time()
        parser(cell)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("name", PARSERS)
def test_ten_times_the_letters_take_about_ten_times_as_long(name):
    parser = PARSERS[name]
    for word in WORDS:
        few = seconds(parser, word, FEW)
        assert few < 1, word
        if few < NOTHING_S / GROWTH:
            continue
        many = seconds(parser, word, MANY)
        assert many < NOTHING_S or many / few < GROWTH, (word, few, many)
