from functools import partial

import streamlit as st

from lib import filters as flt
from lib.mapview import parse_target
from lib.schemas import value_label
from lib.text import date, number, sort_key
from lib.ui import cards, frame, mapstyles, sidebar, state
from lib.ui.mapcard import map_with_card
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import workspace

data = workspace()
lang = language()
keys = [f.key for f in flt.CLUSTER_FILTERS]
with st.sidebar:
    sidebar.find_box(data)
    sidebar.filters(data, keys)
    legend = st.container()

shown = flt.apply(
    data.clusters,
    {key: state.chosen(key) for key in keys},
    flt.CLUSTER_FILTERS,
    value_name=sidebar.value_name(data),
    lang=lang,
)
clusters = data.clusters[shown.mask].sort_values("name", key=lambda names: names.map(sort_key))
unplaced = int(clusters["lat"].isna().sum())

frame.banner(data)
frame.heading(
    tr("pages.clusters"),
    tr(
        "pages.clusters_sentence",
        count=number(len(clusters), lang),
        total=number(len(data.clusters), lang),
        filters=shown.sentence or tr("filters.none"),
    ),
)
frame.official_totals(data)
if shown.emptied_by:
    frame.empty(shown.emptied_by, lambda key: tr(f"filters.{key}"))

selected = parse_target(st.session_state["sel"], data.files)
chosen_id = state.chosen_cluster(set(data.clusters["cluster_id"]))
named = data.clusters.loc[data.clusters["cluster_id"] == chosen_id, "commune_codes"].sum() or ()
styles = mapstyles.ground(data, set(data.communes["code"]), named)
styles["clusters"] = mapstyles.clusters(clusters, "operation_status")
map_with_card(
    data,
    styles,
    selected=selected,
    card=partial(cards.cluster_card, data, chosen_id)
    if chosen_id
    else cards.card_of(data, selected),
    legend=legend,
    legend_layers=("clusters", "communes", "former-provinces", "province"),
)

table = clusters.assign(
    operation=[value_label("operation_status", v, lang) for v in clusters["operation_status"]],
    legal=[value_label("legal_status", v, lang) for v in clusters["legal_status"]],
    wastewater_words=[value_label("wastewater", v, lang) for v in clusters["wastewater"]],
    dated=[date(v, lang) for v in clusters["as_of"]],
    former=clusters["former_communes"].str.replace(";", "; "),
    now=clusters["communes_now"].where(clusters["communes_now"] != ""),
)
show_table(
    table,
    [
        Column("name", tr("pages.name")),
        Column("former", tr("cards.place_former")),
        Column("now", tr("pages.now")),
        Column("area_ha", tr("pages.area"), lambda a: number(a, lang, 2), "small"),
        Column("operation", tr("pages.operation")),
        Column("legal", tr("pages.legal")),
        Column("decision_no", tr("pages.decision")),
        Column("investor", tr("pages.investor")),
        Column("wastewater_words", tr("cards.wastewater"), width="small"),
        Column("dated", tr("pages.as_of"), width="small"),
    ],
    id_column="cluster_id",
    selected=chosen_id,
    on_pick=lambda code: state.select(f"clusters:{code}" if code else ""),
    key="table-clusters",
    alt=tr("pages.table_clusters"),
)
if unplaced:
    st.caption(tr("pages.unplaced_note", count=number(unplaced, lang)))
frame.foot(data, ["clusters", "former_units"])
