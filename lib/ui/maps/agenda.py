"""The panel beside a map with nothing chosen: the three questions, each line a link."""

from collections.abc import Collection, Sequence
from typing import Final

import streamlit as st
from markupsafe import Markup

from lib.language.text import number, plain
from lib.layers.registry import LAYERS
from lib.layers.web import swatch_path
from lib.register import playlist
from lib.reports.agenda import PAGES, Point, Question, questions
from lib.reports.cards.material import Material
from lib.ui import state
from lib.ui.state import language, served, tr
from lib.ui.workspace import Workspace, cross_answer

_MOST: Final = 6
"""Lines of a question; the page it belongs to has them all."""
_SIGNS: Final = {
    "cross": ("clusters", "task-cross"),
    "gaps": ("weak", "no_grid"),
    "late": ("clusters", "task-late"),
}
"""Question -> layer and class of its marks on the overview."""


def material(data: Workspace) -> Material:
    """Return the snapshot with the answer on its clusters at the visitor's tolerance."""
    return cross_answer(
        data.key, data, tolerance_m=state.tolerance_m(), samples=False, lang=language()
    )


def of_page(data: Workspace) -> tuple[Question, ...]:
    """Return the question of the page that is shown, for the whole province."""
    found = within(data, set(data.clusters["cluster_id"]), set(data.commune_names))
    page = state.page()
    own = tuple(one for one in found if page in {PAGES[one.key], playlist.PAGES[one.key]})
    return own or found[:1]


def within(
    data: Workspace, clusters: Collection[str], communes: Collection[str]
) -> tuple[Question, ...]:
    """Return the questions for the clusters and communes a filter leaves."""
    return questions(material(data), data.gaps_on_record, clusters=clusters, communes=communes)


def panel(asked: Sequence[Question]) -> None:
    """Draw the questions: a heading in the colour of its marks, a link for each line."""
    with st.container(key="agenda", gap=None):
        for question in asked:
            _heading(question)
            for point in question.points[:_MOST]:
                _line(point)
            rest = len(question.points) - _MOST
            if rest > 0:
                more = tr("agenda.more", count=number(rest, language()))
                _link(PAGES[question.key], "", more)


def _heading(question: Question) -> None:
    layer_id, key = _SIGNS[question.key]
    layer = LAYERS[layer_id]
    style = next(style for style in layer.styles if style.key == key)
    count = number(len(question.points), language())
    html = Markup('<h4 class="ph-question"><img alt="" src="{}">{}</h4>').format(
        served(swatch_path(layer, style)), tr(f"agenda.{question.key}", count=count)
    )
    if not question.points:
        html += Markup('<p class="ph-nothing">{}</p>').format(tr("agenda.nothing"))
    st.html(str(html))


def _line(point: Point) -> None:
    words = f"**{plain(point.stop.name)}** · {plain(point.words)}"
    _link(point.stop.page, point.stop.target, words)


def _link(page: str, target: str, words: str) -> None:
    st.page_link(
        f"pages/{page}.py",
        label=words,
        help="",
        query_params=state.carried(target),
        width="stretch",
    )
