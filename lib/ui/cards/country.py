"""Filter, styles and card of the other provinces on a map of the whole country."""

from collections.abc import Collection
from typing import Final

import streamlit as st

from lib.geo.country import PROVINCES
from lib.language.text import number, sort_key
from lib.settings import province
from lib.ui import state
from lib.ui.maps.styles import Styles
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_KEY: Final = "area"


def area_filter(data: Workspace) -> list[str]:
    """Draw the filter of provinces; return the codes chosen, none in the scope of the province."""
    if data.country is None:
        return []
    state.keep_known(_KEY, set(PROVINCES))
    with st.expander(
        tr("country.filter"), expanded=bool(state.chosen(_KEY)), key="areas", on_change="rerun"
    ) as box:
        if box.open or state.chosen(_KEY):
            st.pills(
                tr("country.filter"),
                sorted(PROVINCES, key=lambda code: sort_key(PROVINCES[code])),
                selection_mode="multi",
                format_func=PROVINCES.__getitem__,
                key=_KEY,
                label_visibility="collapsed",
                persist_state="session",
            )
        _say(data, state.chosen(_KEY))
    return state.chosen(_KEY)


def styles(data: Workspace, areas: Collection[str]) -> Styles:
    """Return the styles of communes in and out of the chosen provinces; none without a choice."""
    if data.country is None or not areas:
        return {}
    drawn: Styles = {
        "country": {
            code: "land" if province in areas else "dim"
            for code, province in zip(
                data.country["code"], data.country["province_code"], strict=True
            )
        }
    }
    if province().code not in areas:
        pale = "schematic-dim" if data.schematic else "dim"
        drawn["communes"] = dict.fromkeys(data.communes["code"], pale)
    return drawn


def _say(data: Workspace, areas: Collection[str]) -> None:
    """Say under the filter, where nothing else moves, which provinces are shown strongly."""
    if data.country is None or not areas:
        return
    count = int(data.country["province_code"].isin(list(areas)).sum())
    count += len(data.communes) if province().code in areas else 0
    names = sorted((PROVINCES[code] for code in areas), key=sort_key)
    st.caption(tr("country.shown", count=number(count, language()), provinces=", ".join(names)))
