from functools import partial

import streamlit as st

from lib.language.text import number
from lib.places import merger
from lib.register import filters as flt
from lib.ui import frame, sidebar, state, visitor
from lib.ui.cards import merger as mergercard
from lib.ui.cards import places
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import also
from lib.ui.state import language, tr
from lib.ui.tables import Column, show_table
from lib.ui.workspace import workspace

ERAS = ("before", "both", "after")

data = workspace()
lang = language()
keys = [f.key for f in flt.of("merger")]
former = data.tables["former_units"]
rows = merger.merged(data.communes, former)
lines = any(file.layer_id == "former-units" for file in data.files)


def only(era: str, **wanted: list[str]) -> None:
    state.clear(*keys)
    st.session_state["era"] = era
    for key, codes in wanted.items():
        st.session_state[key] = codes


frame.banner(data)
frame.title(tr("pages.merger"))
sentence = st.container()
frame.figures(
    [
        frame.Figure("former_units", former["former_code"].nunique(), partial(only, "before")),
        frame.Figure("communes_now", len(rows), partial(only, "after")),
        frame.Figure(
            "split",
            merger.split_units(former)["former_code"].nunique(),
            partial(only, "after", split=["yes"]),
        ),
        frame.Figure("kept", int(rows["kept"].sum()), partial(only, "after", kept=["yes"])),
    ]
)


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        draw_filters = sidebar.filters(data, keys)
        own = also.also(data, areas=False)
        legend = st.container()
    shown = flt.apply(
        rows,
        {key: state.chosen(key) for key in keys},
        flt.of("merger"),
        value_name=sidebar.value_name(data),
        lang=lang,
    )
    listed = rows[shown.mask]
    filters = shown.sentence or tr("filters.none")
    inside = former[former["new_code"].isin(listed["code"])]
    with sentence:
        frame.sentence(
            tr(
                "mergerpage.sentence",
                count=number(len(listed), lang),
                total=number(len(rows), lang),
                units=number(inside["former_code"].nunique(), lang),
                filters=filters,
            )
        )
    frame.empty(shown.emptied_by)
    state.choose_one("era", ERAS, "after")
    with st.container(horizontal=True, vertical_alignment="center"):
        era = st.segmented_control(
            tr("mergerpage.era"),
            ERAS,
            format_func=lambda code: tr(f"mergerpage.era_{code}"),
            key="era",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
            width="content",
        )
        note = era if era == "after" or lines else f"{era}_none"
        if not state.presenting():  # there the map has the room
            st.markdown(f":small[{tr(f'mergerpage.note_{note}')}]", width="stretch")
    selected, _ = state.selection(data.files, set(data.clusters["cluster_id"]))
    code = selected.code if selected and selected.layer_id == "communes" else ""
    styles, left = mapstyles.eras(data, mapstyles.by_units(rows), set(listed["code"]), era)
    map_with_card(
        data,
        own.over(styles, ()),
        left=left,
        unnamed=("communes",) if era == "before" and lines else (),
        notes={"communes": mergercard.old_names(data)},
        classes=own.legend if era == "before" else own.beside(partial(mergercard.legend, listed)),
        selected=selected,
        card=partial(mergercard.merger_card, data, rows, code)
        if code
        else places.card_of(data, selected),
        legend=legend,
        legend_layers=("former-names", "former-units", "communes"),
        words=own.words,
        own_cards=("communes",),
    )
    draw_filters()
    with st.container(key="below"):
        show_table(
            mergercard.table_of(data.manifest.snapshot_id, listed, former),
            [
                Column("full_name", tr("mergerpage.name"), width=190),
                Column("former_units_n", tr("mergerpage.former_count"), None, 90),
                Column("origin", tr("mergerpage.origin"), width=560),
                Column("former_province", tr("pages.former_province"), width="small"),
                Column("marks", tr("mergerpage.mark")),
            ],
            id_column="code",
            selected=code,
            on_pick=lambda picked: state.select(f"communes:{picked}" if picked else ""),
            key="table-merger",
            alt=tr("mergerpage.table"),
        )
        mergercard.downloads(data, listed, filters)
    state.end()


view()
frame.foot(data, ["former_units", "communes"])
