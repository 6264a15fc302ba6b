import pandas as pd
import streamlit as st

from lib.language.text import number, sort_key, today
from lib.layers.looks.symbols import WEAK
from lib.register import filters as flt
from lib.tables.glossary import value_label
from lib.ui import frame, sidebar, state, visitor
from lib.ui.cards import country, duties, places
from lib.ui.maps import agenda
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import also
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import due, workspace

data = workspace()
lang = language()
keys = [f.key for f in flt.of("clusters")]
weak = data.tables["weak_supply"].dropna(subset=["commune_code"])
weak = weak[weak["kind"].isin([style.key for style in WEAK])]
found_due = due(data.key, today(), data)

frame.banner(data)
frame.title(tr("pages.overview"))
sentence = st.container()
frame.official_totals(data)


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        draw_filters = sidebar.filters(data, keys)
        areas = country.area_filter(data)
        own = also.also(data)
    chosen = {key: state.chosen(key) for key in keys}
    name = sidebar.value_name(data)
    left = flt.apply(data.commune_rows, chosen, flt.of("communes"), value_name=name, lang=lang)
    shown = flt.apply(data.clusters, chosen, flt.of("clusters"), value_name=name, lang=lang)
    inside = set(data.commune_rows["code"][left.mask])
    clusters = data.clusters[["cluster_id", "lat"]][shown.mask]
    with sentence:
        frame.sentence(
            tr(
                "pages.overview_sentence",
                communes=number(len(inside), lang),
                clusters=number(len(clusters), lang),
                unplaced=number(int(clusters["lat"].isna().sum()), lang),
                filters=shown.sentence or tr("filters.none"),
            )
        )
    frame.empty(left.emptied_by if shown.emptied_by else ())

    selected, cluster = state.selection(data.files, set(data.clusters["cluster_id"]))
    styles = mapstyles.ground(data, inside)
    styles |= country.styles(data, areas) | mapstyles.former_areas(data)
    left_clusters = set(clusters["cluster_id"])
    asked = [one.among(left_clusters, inside) for one in agenda.of_province(data)]
    found = {question.key: question.codes for question in asked}

    def ranked() -> None:
        agenda.panel(asked)
        duties.file(found_due)

    styles["clusters"] = mapstyles.tasks(clusters, found["cross"], found["late"])
    styles["weak"] = mapstyles.weak(weak[weak["commune_code"].isin(inside)])
    map_with_card(
        data,
        own.over(styles, inside),
        selected=selected,
        card=places.card_of(data, selected, cluster),
        cluster_id=cluster,
        legend_layers=(
            "clusters",
            "weak",
            "former-areas",
            "country",
            "former-provinces",
            "province",
        ),
        ranked=ranked,
        notes=own.notes,
        classes=own.legend,
        words=own.words,
    )
    draw_filters()
    with st.expander(
        tr("pages.table_communes"), key="table-open", on_change="rerun", icon=":material/table:"
    ) as table:
        if table.open:
            commune_table(data.commune_rows[left.mask], selected.code if selected else "")
    state.end()


def commune_table(communes: pd.DataFrame, selected: str) -> None:
    units = data.tables["former_units"]["new_code"].value_counts()
    counts = data.clusters.explode("commune_codes")["commune_codes"].value_counts()
    rows = communes.assign(
        kind=[value_label("commune_kind", kind, lang) for kind in communes["kind"]],
        former_units=communes["code"].map(units),
        official_ha=communes["area_km2"] * 100,
        clusters=communes["code"].map(counts).fillna(0).astype(int),
    )
    show_table(
        rows.sort_values("name", key=lambda names: names.map(sort_key)),
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
        selected=selected,
        on_pick=lambda code: state.select(f"communes:{code}" if code else ""),
        key="table-communes",
        alt=tr("pages.table_communes"),
    )


view()
frame.foot(data, ["communes", "clusters", "weak_supply"])
