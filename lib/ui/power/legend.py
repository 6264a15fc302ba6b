"""Title, sentence and legend of the choropleth on the page on power."""

from collections.abc import Callable, Collection
from functools import partial
from itertools import pairwise

from lib.language.text import date, no_data, number
from lib.layers.looks.classes import Classes
from lib.layers.looks.paints import class_key
from lib.layers.registry import LAYERS
from lib.power.gaps import find
from lib.power.gaps import words as gapwords
from lib.power.gaps.find import Wanted
from lib.power.gaps.measures import MEASURES
from lib.ui.maps.legend import ClassLegend, show_classes
from lib.ui.power.data import LogView
from lib.ui.state import language, tr


def period_of(log: LogView) -> str:
    """Return the months the figures of a log are of."""
    ends = dict.fromkeys((log.choice.first_month, log.choice.last_month))
    return "–".join(date(month, language()) for month in ends)


def name_of(painted: str, log: LogView | None) -> str:
    """Return what the map is painted by; a figure of a log with its months, a sample as such."""
    name = gapwords.measure_name(painted, language())
    if log is None or not MEASURES[painted].of_log:
        return name
    name = f"{name}, {period_of(log)}"
    return tr("gaps.of_sample", words=name) if log.facts.sample else name


def said(sentence: str, painted: str, choice: find.Choice, log: LogView | None) -> str:
    """Return the sentence of the page; it goes on every map taken away.

    A sample behind what is painted is named by `name_of`, one behind a threshold here.
    """
    named = MEASURES[painted].of_log
    if log is None or not log.facts.sample or named or not choice.asks_log:
        return sentence
    return tr("powerpage.sentence_sample", sentence=sentence)


def words_of(classes: Classes, painted: str, listed: Wanted) -> dict[str, str]:
    """Return style of a class -> its limits and unit in words, as paper says them.

    `listed` says what a heavy edge means, see `lib.power.gaps.find.Choice.says`.
    """
    edge = f"powerpage.class_edge_{listed}"
    words = _limits(classes, painted, " " + tr(f"gaps.unit_{painted}"))
    edged = {class_key(place, listed=True): tr(edge, words=told) for place, told in words.items()}
    return {class_key(place): told for place, told in words.items()} | edged


def _limits(classes: Classes, painted: str, unit: str = "") -> dict[int, str]:
    lang = language()
    bounds = [number(limit, lang, MEASURES[painted].digits) for limit in classes.limits]
    limits = [
        tr("powerpage.class_next" if place else "powerpage.class_first", low=low, high=high) + unit
        for place, (low, high) in enumerate(pairwise(bounds))
    ]
    return dict(enumerate(limits)) | {-1: no_data(lang)}


def legend_of(
    painted: str,
    classes: Classes,
    listed: Collection[str],
    log: LogView | None,
    *,
    inside: Collection[str],
    means: Wanted,
) -> Callable[[], None]:
    """Return what draws the classes of `painted`: limits, units, how many communes in each.

    Limits are those of the whole province, so that a filter paints no commune
    anew; counts are of the communes `inside`; a heavy edge `means` what is listed.
    """
    lang = language()
    words = _limits(classes, painted)
    counts = classes.counts(inside)
    rows = [(class_key(place), words[place], count) for place, count in enumerate(counts)]
    blank = len(inside) - sum(counts)
    if blank:
        rows.append((class_key(-1), no_data(lang), blank))
    name = name_of(painted, log)
    title = tr(
        "powerpage.class_title",
        measure=name[0].upper() + name[1:],
        unit=tr(f"gaps.unit_{painted}"),
    )
    note = tr(f"powerpage.class_listed_{means}", count=number(len(listed), lang)) if listed else ""
    return partial(show_classes, LAYERS["communes"], ClassLegend(title, rows, note))
