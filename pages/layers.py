import streamlit as st

from lib.access.roles import Action
from lib.language.text import number
from lib.layers.own import look as ownlook
from lib.layers.own import total as owntotal
from lib.ui import frame, sharing, sidebar, state, visitor
from lib.ui.cards import places
from lib.ui.maps import styles as mapstyles
from lib.ui.maps.card import map_with_card
from lib.ui.own import below, choose, drawn, remove, seen
from lib.ui.state import language, tr
from lib.ui.workspace import workspace

PARTS = ("rows", "sums", "two", "list")

data = workspace()
lang = language()

frame.banner(data)
frame.title(tr("pages.layers"))
sentence = st.container()
tabs = ["see", *(["bring"] if visitor.may(Action.IMPORT) else [])]
if st.session_state.get("tab") not in tabs:
    st.session_state["tab"] = "see"
tab = st.segmented_control(
    tr("ownpage.tabs"),
    tabs,
    format_func=lambda name: tr(f"ownpage.tab_{name}"),
    key="tab",
    required=True,
    label_visibility="collapsed",
)


@visitor.fragment
def view() -> None:
    with st.sidebar:
        sidebar.find_box(data)
        layer = choose.layer_box(data)
        if layer is None:
            st.info(tr("ownpage.none"), icon=":material/layers:")
            state.end()
            return
        look = choose.look_box(layer)
        layer = drawn.box(sharing.store(), data, layer, look)
        choice = choose.filters(data, layer)
        legend = st.container()
    left = owntotal.left(layer, choice)
    painted = ownlook.draw(layer, look, left)
    lost = int(layer.rows.loc[left, "commune_code"].isna().sum())
    with sentence:
        frame.sentence(
            tr(
                "ownpage.sentence",
                what=seen.title(layer, look),
                rows=number(int(left.sum()), lang),
                total=number(len(layer.rows), lang),
                lost=number(lost, lang),
                source=seen.source_words(layer),
            )
        )
    selected, cluster = state.selection(data.files, set(data.clusters["cluster_id"]))
    styles = mapstyles.ground(data, set(data.commune_names)) | seen.styles(data, look, painted)
    map_with_card(
        data,
        styles,
        selected=selected,
        card=places.card_of(data, selected, cluster),
        legend=legend,
        cluster_id=cluster,
        legend_layers=("former-provinces", "province"),
        notes=seen.notes(layer, look, painted),
        classes=seen.legend(data, layer, look, painted),
        words=seen.words(painted),
        ranked=seen.ranked(data, layer, look, painted),
    )
    with st.container(key="below"):
        state.choose_one("part", PARTS, PARTS[0])
        part = st.segmented_control(
            tr("ownpage.parts"),
            PARTS,
            format_func=lambda name: tr(f"ownpage.part_{name}"),
            key="part",
            required=True,
            label_visibility="collapsed",
        )
        if part == "rows":
            below.rows(data, layer, left)
            below.downloads(data, layer, left)
        elif part == "sums":
            below.sums(data, layer, left)
        elif part == "two":
            from lib.ui.own import scatter  # noqa: PLC0415 - loads Altair

            scatter.two(data, selected.code if selected else "")
        else:
            below.described(data)
            remove.remove_box(sharing.store(), data, layer)
    state.end()


def bring_table() -> None:
    from lib.ui.own import bring  # noqa: PLC0415 - loads every reader

    bring.bring(data, sharing.store())


if tab == "bring":
    with st.sidebar:
        sidebar.find_box(data)
    with sentence:
        frame.sentence(tr("ownpage.bring_help"))
    bring_table()
else:
    view()
frame.foot(data, ["communes", "former_units"])
