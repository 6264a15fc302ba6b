from functools import partial

import streamlit as st

from lib.language.text import plain
from lib.layers.pieces import shapes_of
from lib.layers.target import Target
from lib.register import filters as flt
from lib.ui import frame, sidebar, state, visitor
from lib.ui.cards import cross, places
from lib.ui.downloads import download_row
from lib.ui.maps import papers
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import also
from lib.ui.state import language, tr
from lib.ui.workspace import cross_answer, workspace

data = workspace()
lang = language()
keys = [f.key for f in flt.of("crossing")]


def only(change: str) -> None:
    state.clear(*keys)
    st.session_state["change"] = [change]


frame.banner(data)
frame.title(tr("pages.cross_commune"))
sentence = st.container()
frame.figures(
    [
        frame.Figure(change, int((data.clusters["change"] == change).sum()), partial(only, change))
        for change in ("remains", "resolved", "undetermined", "single")
    ]
)


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        samples = sidebar.sample_switch(data)
        if samples or ("outlines" in data.tables and not data.schematic):
            sidebar.number_slider("tolerance", tr("cross.tolerance"), tr("cross.tolerance_help"))
    given = cross_answer(
        data.key,
        data,
        tolerance_m=state.tolerance_m(),
        samples=samples,
        lang=lang,
    )
    summary = given.summary.merge(
        data.clusters[["cluster_id", "former_province"]], on="cluster_id", how="left"
    )
    with st.sidebar:
        sidebar.sample_places(summary[summary["sample"]])
        draw_filters = sidebar.filters(data, keys)
        own = also.also(data)
        legend = st.container()
    shown = flt.apply(
        summary,
        {key: state.chosen(key) for key in keys},
        flt.of("crossing"),
        value_name=sidebar.value_name(data),
        lang=lang,
    )
    listed = summary[shown.mask]
    told = cross.list_words(
        listed,
        placed=mapstyles.placed(data, listed["cluster_id"]),
        filters=shown.sentence or tr("filters.none"),
    )
    with sentence:
        frame.sentence(told)
    frame.empty(shown.emptied_by)
    selected, chosen = state.selection(data.files, set(summary["cluster_id"]))
    drawn = shapes_of(given.answer, chosen, lang)
    codes = list(summary.loc[summary["cluster_id"] == chosen, "commune_codes"].sum() or ())
    near = codes or mapstyles.named(data, chosen)
    styles = mapstyles.ground(data, set(data.commune_names), near, lines=not drawn)
    styles["communes"] = {**styles["communes"], **mapstyles.sides(codes, lines=not drawn)}
    styles["former-units"] = "base" if chosen else {}
    styles["clusters"] = mapstyles.clusters(listed, "change")
    outlined = listed[listed["measured_ha"].notna() & (listed["cluster_id"] != chosen)]
    styles["outlines"] = mapstyles.clusters(outlined, "verdict")
    map_with_card(
        data,
        own.over(styles, set(data.commune_names)),
        selected=None if drawn else selected,
        shapes=drawn,
        focus=Target("clusters", chosen) if chosen else selected,
        around=near if chosen and not drawn else None,
        card=places.with_form(
            data, Target("clusters", chosen), partial(cross.cross_card, given, chosen)
        )
        if chosen
        else places.card_of(data, selected),
        legend=legend,
        cluster_id=chosen,
        legend_layers=("outlines", "clusters", "former-units", "communes"),
        under=partial(cross.listing, listed, data.commune_names, chosen),
        notes=own.notes,
        classes=own.legend,
        words=own.words,
    )
    draw_filters()
    with st.container(key="below"):
        st.caption(tr("cross.order"))
        with st.expander(tr("cross.aloud")):
            st.markdown(plain(cross.statements(data.clusters)))
        download_row(given, listed["cluster_id"].tolist(), told)
        papers.of_list(data, *cross.by_finding(listed))
    state.end()


view()
frame.foot(data, ["clusters", "former_units", "assignments"])
