from functools import partial

import streamlit as st

from lib.language.text import date, number
from lib.language.text import today as this_day
from lib.layers.target import Target
from lib.register import filters as flt
from lib.register.progress import to_table
from lib.register.projects import projects
from lib.reports.cards.progress import progress_card
from lib.ui import frame, sidebar, state, visitor
from lib.ui.card import show_card
from lib.ui.cards import duties, lawforms, places
from lib.ui.cards import progress as steps
from lib.ui.cards import progresstables as tables
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.state import language, tr
from lib.ui.workspace import due, workspace

data = workspace()
lang = language()
keys = [f.key for f in flt.of("progress")]
today = this_day()
found = steps.of(data.key, today, data)
found_due = due(data.key, today, data)
firms_all = projects(data.tables.get("projects"), on=today)
for part in ("duties", "forms", "fill"):
    if st.session_state.get("part") == part:  # a link leads to one of the folded parts
        st.session_state.update({f"{part}-open": True, "part": ""})


def only(step: str) -> None:
    state.clear(*keys)
    st.session_state["step"] = [step]


frame.banner(data)
frame.title(tr("pages.progress"))
sentence = st.container()
duties.strip(found_due)
steps.steps(found, only)
places_of = data.clusters[["cluster_id", "former_province", "commune_codes", "lat"]]
table = to_table(found).merge(places_of, on="cluster_id")


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        draw_filters = sidebar.filters(data, keys)
        painted = sidebar.switch("further", tr("eligibility.paint"), tr("eligibility.scope"))
        legend = st.container()
    shown = flt.apply(
        table,
        {key: state.chosen(key) for key in keys},
        flt.of("progress"),
        value_name=sidebar.value_name(data),
        lang=lang,
    )
    listed = table[shown.mask]
    ids = set(listed["cluster_id"])
    seen = [one for one in found if one.cluster["cluster_id"] in ids]
    filters = shown.sentence or tr("filters.none")
    with sentence:
        frame.sentence(
            tr(
                "progresspage.sentence",
                count=number(len(listed), lang),
                total=number(len(found), lang),
                filters=filters,
                on=date(today, lang),
            )
        )
    frame.empty(shown.emptied_by)
    selected, chosen = state.selection(data.files, set(data.clusters["cluster_id"]))
    card = places.card_of(data, selected)
    for one in found:
        if one.cluster["cluster_id"] == chosen:
            of_row = partial(show_card, progress_card(one, data, lang))
            card = places.with_form(data, Target("clusters", chosen), of_row)
    styles = mapstyles.ground(data, set(data.commune_names), mapstyles.named(data, chosen))
    if painted:
        styles |= mapstyles.further(lawforms.answers(data, today))
    styles["clusters"] = mapstyles.clusters(listed, "operation_status")
    styles |= mapstyles.projects(data, ids)
    map_with_card(
        data,
        styles,
        selected=selected,
        card=card,
        legend=legend,
        cluster_id=chosen,
        legend_layers=("clusters", "projects", "communes", "former-provinces", "province"),
        own_cards=("clusters",),
    )
    draw_filters()
    with st.container(key="below"):
        if seen:
            steps.stale(seen)
            steps.timeline(seen, chosen)
        tables.listing(listed, chosen)
        firms = [one for one in firms_all if one.row["cluster_id"] in ids]
        if seen:
            steps.downloads(data, seen, firms, filters)
        tables.recovery(seen, firms, selected)
    with st.expander(tr("duties.list"), key="duties-open", on_change="rerun") as box:
        if box.open:
            duties.listing(found_due)
    with st.expander(tr("lawform.page"), key="forms-open", on_change="rerun") as box:
        if box.open:
            lawforms.forms(data)
    with st.expander(tr("eligibility.sheet"), key="fill-open", on_change="rerun") as box:
        if box.open:
            lawforms.further(data, today)
    state.end()


view()
frame.foot(data, ["clusters", "former_units"])
