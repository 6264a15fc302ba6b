import streamlit as st

from lib.language.text import number, sort_key
from lib.register import filters as flt
from lib.reports import lists
from lib.ui import frame, sidebar, state, visitor
from lib.ui.cards import places
from lib.ui.downloads import cluster_list
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import also
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import workspace

data = workspace()
lang = language()
keys = [f.key for f in flt.of("clusters")]

frame.banner(data)
frame.title(tr("pages.clusters"))
sentence = st.container()
frame.official_totals(data)


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        draw_filters = sidebar.filters(data, keys)
        own = also.also(data)
        legend = st.container()
    shown = flt.apply(
        data.clusters,
        {key: state.chosen(key) for key in keys},
        flt.of("clusters"),
        value_name=sidebar.value_name(data),
        lang=lang,
    )
    clusters = data.clusters[shown.mask].sort_values("name", key=lambda names: names.map(sort_key))
    told = tr(
        "pages.clusters_sentence",
        count=number(len(clusters), lang),
        total=number(len(data.clusters), lang),
        filters=shown.sentence or tr("filters.none"),
        unplaced=number(int(clusters["lat"].isna().sum()), lang),
    )
    with sentence:
        frame.sentence(told)
    frame.empty(shown.emptied_by)

    selected, chosen = state.selection(data.files, set(data.clusters["cluster_id"]))
    styles = mapstyles.ground(data, set(data.commune_names), mapstyles.named(data, chosen))
    styles["clusters"] = mapstyles.clusters(clusters, "operation_status")
    styles |= mapstyles.projects(data, set(clusters["cluster_id"]))
    map_with_card(
        data,
        own.over(styles, set(data.commune_names)),
        selected=selected,
        card=places.card_of(data, selected, chosen),
        legend=legend,
        cluster_id=chosen,
        legend_layers=("clusters", "projects", "communes"),
        notes=own.notes,
        classes=own.legend,
        words=own.words,
    )
    draw_filters()
    with st.container(key="below"):
        show_table(
            lists.told(data, clusters, lang),
            [
                Column("name", tr("pages.name")),
                Column("now", tr("pages.now")),
                Column("area_ha", tr("pages.area"), lambda a: number(a, lang, 2), 130),
                Column("step", tr("filters.step"), width=130),
                Column("operation", tr("pages.operation"), width=140),
                Column("treated", tr("filters.wastewater"), width=140),
                Column("late", tr("filters.delay")),
                Column("investor", tr("filters.investor")),
                Column("decision_no", tr("pages.decision")),
            ],
            id_column="cluster_id",
            selected=chosen,
            on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
            key="table-clusters",
            alt=tr("pages.table_clusters"),
        )
        cluster_list(data, clusters, told)
    state.end()


view()
frame.foot(data, ["clusters", "former_units"])
