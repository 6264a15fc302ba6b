"""The legend of the choropleth on the page on power."""

from collections.abc import Callable, Collection
from functools import partial
from itertools import pairwise

from lib import gaps, gapwords
from lib.classes import Classes
from lib.layers import LAYERS
from lib.symbols import class_key
from lib.text import no_data, number
from lib.ui.legend import ClassLegend, show_classes
from lib.ui.state import language, tr


def words_of(classes: Classes, painted: str) -> dict[str, str]:
    """Return style of a class -> its limits in words; a heavy edge changes nothing of them."""
    lang = language()
    bounds = [number(limit, lang, gaps.MEASURES[painted].digits) for limit in classes.limits]
    limits = [
        tr("powerpage.class_next" if place else "powerpage.class_first", low=low, high=high)
        for place, (low, high) in enumerate(pairwise(bounds))
    ]
    told = dict(enumerate(limits)) | {-1: no_data(lang)}
    return {
        class_key(place, listed=listed): words
        for place, words in told.items()
        for listed in (False, True)
    }


def legend_of(painted: str, classes: Classes, listed: Collection[str]) -> Callable[[], None]:
    """Return what draws the classes of `painted`: limits, units, how many communes in each."""
    lang = language()
    words = words_of(classes, painted)
    rows = [
        (class_key(place), words[class_key(place)], count)
        for place, count in enumerate(classes.counts())
    ]
    blank = int((classes.of < 0).sum())
    if blank:
        rows.append((class_key(-1), no_data(lang), blank))
    name = gapwords.measure_name(painted, lang)
    title = tr(
        "powerpage.class_title",
        measure=name[0].upper() + name[1:],
        unit=tr(f"gaps.unit_{painted}"),
    )
    note = tr("powerpage.class_listed", count=number(len(listed), lang)) if listed else ""
    return partial(show_classes, LAYERS["communes"], ClassLegend(title, rows, note))
