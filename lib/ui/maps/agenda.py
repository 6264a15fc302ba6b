"""The panel beside a map with nothing chosen: the questions of a meeting, each line a link."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import streamlit as st
from markupsafe import Markup

from lib.language.text import Lang, number, plain, today
from lib.layers.registry import LAYERS
from lib.layers.web import swatch_path
from lib.register import playlist
from lib.reports.agenda import PAGES, Question, divided, questions
from lib.reports.cards.material import Material
from lib.ui import state
from lib.ui.state import language, served, tr
from lib.ui.workspace import Workspace, cross_answer, due

_MOST: Final = 6
"""Lines of a question; the page it belongs to has them all."""
_WHOLE: Final = {"due": "duties", "own": "sums"}
"""Question -> the part of its page that has all its lines."""
_SIGNS: Final = {
    "cross": ("clusters", "task-cross"),
    "gaps": ("weak", "no_grid"),
    "late": ("clusters", "task-late"),
}
"""Question -> layer and class of its marks on the overview; what is due has no mark."""


def material(data: Workspace) -> Material:
    """Return the snapshot with the answer on its clusters at the visitor's tolerance."""
    return cross_answer(
        data.key, data, tolerance_m=state.tolerance_m(), samples=False, lang=language()
    )


def of_page(data: Workspace) -> tuple[Question, ...]:
    """Return the question of the page that is shown, for the whole province."""
    page = state.page()
    if page == PAGES["split"]:
        return (divided(data, language()),)
    found = of_province(data)
    own = tuple(one for one in found if page in {PAGES[one.key], playlist.PAGES.get(one.key)})
    return own or found[:1]


def of_province(data: Workspace) -> tuple[Question, ...]:
    """Return the questions at the visitor's tolerance, for the whole province."""
    return _asked(data.key, today(), data, tolerance_m=state.tolerance_m(), lang=language())


@st.cache_resource(max_entries=64, show_spinner=False)
def _asked(
    key: str, on: dt.date, _data: Workspace, *, tolerance_m: float, lang: Lang
) -> tuple[Question, ...]:
    """Return the questions, put together once: a filter only leaves some of their lines."""
    answered = cross_answer(key, _data, tolerance_m=tolerance_m, samples=False, lang=lang)
    return questions(answered, _data.gaps_on_record, due=due(key, on, _data))


def panel(asked: Sequence[Question]) -> None:
    """Draw the questions: a heading in the colour of its marks, a link for each line."""
    with st.container(key="agenda", gap=None):
        for question in asked:
            _heading(question)
            for point in question.points[:_MOST]:
                words = f"**{plain(point.stop.name)}** · {plain(point.words)}"
                _link(point.stop.page, point.stop.target, words, point.part)
            rest = len(question.points) - _MOST
            if rest > 0:
                more = tr("agenda.more", count=number(rest, language()))
                _link(PAGES[question.key], "", more, _WHOLE.get(question.key, ""))


def _heading(question: Question) -> None:
    count = number(len(question.points), language())
    html = Markup('<h4 class="ph-question">{}{}</h4>').format(
        _sign(question.key), tr(f"agenda.{question.key}", count=count)
    )
    if question.note:
        html += Markup('<p class="ph-nothing">{}</p>').format(tr(question.note))
    if not question.points:
        html += Markup('<p class="ph-nothing">{}</p>').format(tr("agenda.nothing"))
    st.html(str(html))


def _sign(key: str) -> Markup:
    """Return the mark of a question on the map, as a picture."""
    if key not in _SIGNS:
        return Markup("")
    layer_id, name = _SIGNS[key]
    layer = LAYERS[layer_id]
    style = next(style for style in layer.styles if style.key == name)
    return Markup('<img alt="" src="{}">').format(served(swatch_path(layer, style)))


def _link(page: str, target: str, words: str, part: str = "") -> None:
    query = state.carried(target) | ({"part": part} if part else {})
    st.page_link(f"pages/{page}.py", label=words, help="", query_params=query, width="stretch")
