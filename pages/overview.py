import pandas as pd
import streamlit as st

from lib import filters as flt
from lib.mapview import parse_target
from lib.schemas import value_label
from lib.symbols import WEAK
from lib.text import number, sort_key
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

name = sidebar.value_name(data)
chosen = {key: state.chosen(key) for key in keys}
communes = pd.DataFrame(data.communes.drop(columns="geometry"))
communes["commune_codes"] = communes["code"].map(lambda code: (code,))
left = flt.apply(communes, chosen, flt.COMMUNE_FILTERS, value_name=name, lang=lang)
shown = flt.apply(data.clusters, chosen, flt.CLUSTER_FILTERS, value_name=name, lang=lang)
communes, clusters = communes[left.mask], data.clusters[shown.mask]
weak = data.tables["weak_supply"].query("commune_code in @communes.code")
weak = weak[weak["kind"].isin([style.key for style in WEAK])]

frame.banner(data)
frame.heading(
    tr("pages.overview"),
    tr(
        "pages.overview_sentence",
        communes=number(len(communes), lang),
        clusters=number(len(clusters), lang),
        filters=shown.sentence or tr("filters.none"),
    ),
)
frame.official_totals(data)


def only(**wanted: list[str]) -> None:
    state.clear(*keys)
    for key, codes in wanted.items():
        st.session_state[key] = codes


everything = data.clusters
frame.figures(
    [
        frame.Figure(
            "communes", number(len(data.communes), lang), tr("pages.figure_communes"), only
        ),
        frame.Figure("clusters", number(len(everything), lang), tr("pages.figure_clusters"), only),
        frame.Figure(
            "operating",
            number(int((everything["operation_status"] == "operating").sum()), lang),
            tr("pages.figure_operating"),
            lambda: only(status=["operating"]),
        ),
        frame.Figure(
            "gaps",
            number(int(everything["missing"].map(len).gt(0).sum()), lang),
            tr("pages.figure_gaps"),
            lambda: only(gaps=["yes"]),
        ),
        frame.Figure(
            "weak",
            number(len(weak), lang),
            tr("pages.figure_weak"),
            lambda: only(commune=sorted(set(weak["commune_code"]))),
        ),
    ]
)
if shown.emptied_by and left.emptied_by:
    frame.empty(left.emptied_by, lambda key: tr(f"filters.{key}"))

selected = parse_target(st.session_state["sel"], data.files)
styles = mapstyles.ground(data, set(communes["code"]))
styles["clusters"] = mapstyles.clusters(clusters, "operation_status")
styles["weak"] = mapstyles.weak(weak)
map_with_card(
    data,
    styles,
    selected=selected,
    card=cards.card_of(data, selected),
    legend=legend,
    legend_layers=("weak", "clusters", "communes", "former-provinces", "province"),
)

counts = data.clusters.explode("commune_codes")["commune_codes"].value_counts()
table = communes.assign(
    kind=[value_label("commune_kind", kind, lang) for kind in communes["kind"]],
    former_units=communes["code"].map(data.tables["former_units"]["new_code"].value_counts()),
    official_ha=communes["area_km2"] * 100,
    clusters=communes["code"].map(counts).fillna(0).astype(int),
)
table = table.sort_values("name", key=lambda names: names.map(sort_key))
show_table(
    table,
    [
        Column("kind", tr("pages.kind"), width="small"),
        Column("name", tr("pages.name")),
        Column("former_province", tr("pages.former_province"), width="small"),
        Column("former_units", tr("pages.former_units"), lambda n: number(n, lang), "small"),
        Column("official_ha", tr("pages.area_official"), lambda a: number(a, lang, 2)),
        Column("measured_ha", tr("pages.area_measured"), lambda a: number(a, lang, 2)),
        Column("population", tr("pages.population"), lambda n: number(n, lang)),
        Column("clusters", tr("pages.clusters_count"), lambda n: number(n, lang), "small"),
    ],
    id_column="code",
    selected=selected.code if selected and selected.layer_id == "communes" else "",
    on_pick=lambda code: state.select(f"communes:{code}" if code else ""),
    key="table-communes",
    alt=tr("pages.table_communes"),
)
frame.foot(data, ["communes", "clusters", "weak_supply"])
