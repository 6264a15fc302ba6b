from functools import partial

import streamlit as st

from lib.language.text import no_data, number
from lib.layers.browser import Note
from lib.layers.looks.symbols import WEAK
from lib.layers.registry import grid_tables
from lib.power.gaps import find, words
from lib.register import filters as flt
from lib.settings import settings
from lib.ui import frame, sidebar, state, visitor
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import also
from lib.ui.power import bar
from lib.ui.power import card as powercard
from lib.ui.power import data as powerdata
from lib.ui.power import legend as powerlegend
from lib.ui.power import listing as powerlist
from lib.ui.power import parts as powerparts
from lib.ui.state import language, tr
from lib.ui.workspace import workspace

data = workspace()
lang = language()
key = data.key
keys = [f.key for f in flt.of("power")]
facts = powerdata.log_facts(key, data)
months = powerdata.log_months(key, data)
supply = data.tables["weak_supply"].dropna(subset=["commune_code"])
supply = supply[supply["kind"].isin([style.key for style in WEAK])]
stations = data.tables.get("substations")
parts = ["list", *([] if stations is None else ["grid"]), "published", "ask"]
parts += ["log"] if facts else []


frame.banner(data)
if facts and facts.sample:
    st.warning(tr("powerpage.sample_body"), title=tr("powerpage.sample"), icon=":material/science:")
frame.title(tr("pages.power"))
sentence = st.container()


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        counted = facts is not None and facts.with_customers
        painted = bar.measure(log=facts is not None, indices=counted)
        draw_filters = sidebar.filters(data, keys, clear=False)
        choice = bar.gap_choice(log=facts is not None)
        period = bar.log_choice(months) if facts else None
        grid = bar.grid_switch(
            allowed=settings().grid_layer and not data.closed.issuperset(grid_tables())
        )
        own = also.also(data, areas=False)
        bar.clear_button()
        legend = st.container()
    log = None
    if facts and period:
        log = powerdata.LogView(facts, powerdata.indices(key, data, period), period)
    answer = powerdata.found(data, choice, log)
    left = flt.apply(
        answer.communes,
        {key: state.chosen(key) for key in keys},
        flt.of("power"),
        value_name=sidebar.value_name(data),
        lang=lang,
    )
    inside = set(answer.communes.loc[left.mask, "commune_code"])
    answer = find.within(answer, inside)
    listed = set(answer.communes.loc[answer.communes["listed"], "commune_code"])
    values = answer.communes.set_index("commune_code")[painted]
    classes = powerdata.painted_classes(data, painted, log)
    with sentence:
        told = tr(
            f"powerpage.sentence_{choice.says}",
            measure=powerlegend.name_of(painted, log),
            remote=words.remote_words(choice, lang),
            weak=words.weak_words(choice, lang),
            count=number(len(listed), lang),
            inside=number(len(inside), lang),
            filters=left.sentence or tr("filters.none"),
        )
        frame.sentence(powerlegend.said(told, painted, choice, log))
    frame.empty(left.emptied_by)
    with st.container(key="choices", horizontal=True, vertical_alignment="center"):
        bar.choose(answer, choice, inside)
        powerlist.province_index(data, log)
    selected, cluster = state.selection(data.files, set(data.clusters["cluster_id"]))
    styles = mapstyles.ground(data, inside) | mapstyles.choropleth(classes.of, inside, listed)
    styles["weak"] = mapstyles.weak(supply[supply["commune_code"].isin(inside)])
    if st.session_state.get("part") == "grid":
        styles["clusters"] = mapstyles.clusters(data.clusters, "operation_status")
    if grid:
        styles |= mapstyles.grid(data)
    shown = {code: words.shown(painted, value, lang) for code, value in values.dropna().items()}
    shown_list = powerlist.Shown(answer, choice, log)
    commune = selected.code if selected and selected.layer_id == "communes" else ""
    card = powercard.card_of(
        data, selected, cluster, powercard.Painted(answer.communes, painted, log, period)
    )
    map_with_card(
        data,
        own.over(styles, ()),
        selected=selected,
        card=card,
        legend=legend,
        own_cards=("communes",),
        cluster_id=cluster,
        words=own.words | powerlegend.words_of(classes, painted, choice.says),
        legend_layers=("weak", "clusters", "substations", "power-lines", "grid-2016"),
        notes={"communes": Note(powerlegend.name_of(painted, log), shown, no_data(lang))},
        under=partial(powerlist.gap_list, shown_list, commune),
        classes=own.beside(
            powerlegend.legend_of(painted, classes, listed, log, inside=inside, means=choice.says)
        ),
    )
    draw_filters()
    with st.container(key="below"):
        powerparts.below(bar.part(parts), data, shown_list, cluster=cluster)
    state.end()


view()
used = ["weak_supply", "settlements", "substations", "reliability_published"]
# A made-up log has no source and its day is none of the data's.
used += ["outages"] if facts and not facts.sample else []
frame.foot(data, [name for name in used if name in data.tables])
