"""An own layer on the map of another page: off until it is chosen there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from lib.language.text import plain
from lib.layers.browser import Note
from lib.layers.own import look as ownlook
from lib.ui import sidebar, state
from lib.ui.maps.styles import Styles
from lib.ui.own import seen
from lib.ui.state import tr
from lib.ui.workspace import Workspace


@dataclass(frozen=True)
class Also:
    """What an own layer adds to a map: styles, lines of tooltips, words and the legend."""

    styles: Styles = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    legend: Callable[[], None] | None = None
    told: str = ""

    def over(self, styles: Styles, inside: Collection[str]) -> Styles:
        """Return the styles of a page, the layer's over them; communes not `inside` keep theirs."""
        if self.told:  # paper names the layer, its source and its date too
            state.say(sentence=f"{state.sentence()} · {self.told}")
        own = dict(self.styles)
        before, painted = styles.get("communes"), own.get("communes")
        if isinstance(before, Mapping) and isinstance(painted, Mapping):
            own["communes"] = {
                code: key if code in inside else before.get(code, "dim")
                for code, key in painted.items()
            }
        return styles | own

    def beside(self, legend: Callable[[], None]) -> Callable[[], None]:
        """Return what draws the legend of a page, then the layer's."""

        def both() -> None:
            legend()
            if self.legend is not None:
                self.legend()

        return both


def also(data: Workspace, *, areas: bool = True) -> Also:
    """Draw the choice of an own layer, folded away until one is chosen; return what it adds.

    Parameters
    ----------
    areas : bool
        Whether it may paint communes; False where the page paints them itself, so
        that only layers with signs can be chosen.
    """
    layers = {layer.layer_id: layer for layer in data.own if areas or len(layer.signs)}
    if not layers:
        return Also()
    # Set anew at every run: what only the widget of another page held would be lost here.
    chosen = st.session_state["also"] = state.choose_one("also", ["", *layers], "")

    def draw() -> None:
        names = {"": tr("ownpage.off")} | {code: layer.name for code, layer in layers.items()}
        st.selectbox(
            tr("pages.layers"),
            ["", *layers],
            format_func=names.__getitem__,
            key="also",
            label_visibility="collapsed",
            persist_state="session",
        )

    sidebar.folded(tr("pages.layers"), draw, key="also-open", used=bool(chosen))
    layer = layers.get(str(st.session_state.get("also") or ""))
    if layer is None:
        return Also()
    st.caption(plain(seen.source_words(layer)))
    looks = ownlook.looks_of(layer).values()
    look = next(one for one in looks if areas or one.kind == "signs")
    every = pd.Series(data=True, index=layer.rows.index)
    drawn = ownlook.draw(layer, look, every)
    return Also(
        seen.styles(data, look, drawn),
        seen.notes(layer, look, drawn),
        seen.words(drawn),
        seen.legend(data, layer, look, drawn),
        f"{seen.title(layer, look)}. {seen.source_words(layer)}",
    )
