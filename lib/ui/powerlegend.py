"""The legend of the choropleth on the page on power."""

from collections.abc import Callable, Collection
from functools import partial

from lib import gaps, gapwords
from lib.classes import Classes
from lib.layers import LAYERS
from lib.symbols import class_key
from lib.text import no_data, number
from lib.ui.legend import ClassLegend, show_classes
from lib.ui.state import language, tr


def legend_of(painted: str, classes: Classes, listed: Collection[str]) -> Callable[[], None]:
    """Return what draws the classes of `painted`: limits, units, how many communes in each."""
    lang = language()
    digits = gaps.MEASURES[painted].digits
    bounds = [number(limit, lang, digits) for limit in classes.limits]
    rows = [
        (
            class_key(place),
            tr(
                "powerpage.class_first" if place == 0 else "powerpage.class_next",
                low=low,
                high=high,
            ),
            count,
        )
        for place, (low, high, count) in enumerate(
            zip(bounds, bounds[1:], classes.counts(), strict=False)
        )
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
