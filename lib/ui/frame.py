"""The frame every page shares: banner, heading, figures, foot, language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from lib.language.text import LANGS, date, number
from lib.layers.web import PAGE_STYLES, page_style_path
from lib.reports.cards.card import site
from lib.reports.cards.markup import link
from lib.settings import province
from lib.tables import sample
from lib.tables.facts import data_date
from lib.ui import sharing, state
from lib.ui.state import language, served, tr, tr_html
from lib.ui.workspace import Workspace

_SELDOM = "12h"


@dataclass(frozen=True)
class Figure:
    """A number over the map; a click on it shows what it counts.

    Parameters
    ----------
    key : str
        Unique on the page; ``pages.figure_<key>`` says what it counts.
    show : callable
        Sets the filters that leave exactly what is counted.
    """

    key: str
    value: int
    show: Callable[[], None]


def style() -> None:
    """Load the style sheets of the pages, which the browser keeps."""
    sheets = PAGE_STYLES if state.presenting() else PAGE_STYLES[:1]
    # One element, whatever the mode: Streamlit leaves a style that comes no more where it was.
    imports = "".join(f'@import url("{served(page_style_path(name))}");' for name in sheets)
    st.html(f"<style>{imports}</style>")


@st.fragment(run_every=_SELDOM)
def come_back() -> None:
    """Force a full rerun of a page that reconnected to a server.

    Without something due by the clock Streamlit's page does not ask after it was
    connected again, and a server that has never seen the visit drops what is
    clicked inside a fragment: the page would stand there and answer nothing.
    """


def language_switch() -> None:
    """Draw the switch between Vietnamese and English."""
    st.segmented_control(
        tr("frame.language"),
        LANGS,
        format_func=lambda lang: tr(f"frame.language_{lang}"),
        key="lang",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )


def banner(data: Workspace) -> None:
    """Draw the notices that hold for the whole page: schematic borders, the country, old data."""
    sharing.notice(data.manifest.created, why=state.page() == "data")
    if data.schematic:
        st.warning(
            tr("frame.schematic_body"), title=tr("frame.schematic_title"), icon=":material/warning:"
        )
    if data.country is not None and not state.presenting():
        every = number(len(data.country) + len(data.communes), language())
        st.caption(tr("country.scope", count=every))


def title(name: str) -> None:
    """Draw the page's name."""
    state.say(title=name)
    st.title(name, anchor=False)


def sentence(text: str) -> None:
    """Draw the sentence that says what is shown: the filter, in words."""
    state.say(sentence=text)
    if state.presenting():  # there it stands under the map
        return
    st.html(str(Markup('<p class="ph-sentence" aria-live="polite">{}</p>').format(text)))


def figures(items: Sequence[Figure]) -> None:
    """Draw the figures in one row."""
    with st.container(key="figures"):
        for item in items:
            st.button(
                f"**{number(item.value, language())}** {tr(f'pages.figure_{item.key}')}",
                key=f"figure-{item.key}",
                on_click=item.show,
                help=tr("frame.figure_help"),
                width="stretch",
            )


def empty(emptied_by: Sequence[str]) -> None:
    """Say which filter left nothing, and offer to lift it.

    The place is kept when there is nothing to say: a block that comes and goes
    above the map would mount the map anew.
    """

    def name(key: str) -> str:
        return tr(f"filters.{key}")

    with st.container(key="empty"):
        if not emptied_by:
            return
        st.info(
            tr("frame.empty", filters=", ".join(map(name, emptied_by))),
            icon=":material/filter_alt_off:",
        )
        for key in emptied_by:
            st.button(
                tr("frame.lift", filter=name(key)),
                key=f"lift-{key}",
                on_click=state.clear,
                args=(key,),
            )


def table_name(data: Workspace, name: str) -> str:
    """Return what a table is called; one with made-up rows says so."""
    table = data.tables.get(name)
    made_up = table is not None and sample.has_sample(table)
    return sample.title(name, language(), sample=made_up)


def table_date(as_of: str) -> str:
    """Return the date of the data of a table, or that its source gives none."""
    return date(as_of, language()) if as_of else tr("about.undated")


def foot(data: Workspace, used: Sequence[str]) -> None:
    """Draw the last line of every page: sources, data date, kind of borders."""
    lang = language()
    urls: dict[str, str] = {}
    for name in used:
        for url in data.tables[name]["source_url"].dropna().unique():
            urls.setdefault(site(url, lang), url)
    newest = max(data_date(data.tables[name]) for name in used)
    borders = data.manifest.tables["communes"]
    quality = tr(f"frame.borders_{data.manifest.border_quality}", date=date(borders.as_of, lang))
    shown = [link(url, name) for name, url in list(urls.items())[:4]]
    more = tr("frame.more_sources", count=len(urls) - len(shown)) if len(urls) > len(shown) else ""
    html = Markup(
        '<div class="ph-foot">{} {}{} · {} · {}<details><summary>{}</summary>{}</details></div>'
    ).format(
        tr("frame.sources"),
        Markup(", ").join(shown),
        more,
        tr("frame.data_to", date=date(newest, lang)),
        quality,
        tr("frame.build"),
        tr("frame.snapshot", snapshot=data.manifest.snapshot_id),
    )
    st.html(str(html))


def official_totals(data: Workspace) -> None:
    """Put the province's published totals beside our own count of a sample."""
    lang = language()
    totals = data.tables["published_totals"]
    totals = totals[(totals["area"] == province().area) & (totals["topic"] == "clusters")]
    if totals.empty:
        return
    value = dict(zip(totals["metric"], totals["value"], strict=True))
    first = totals.loc[totals["metric"] == "clusters_established"].to_dict("records")[0]
    html = Markup('<p class="ph-official">{}</p>').format(
        tr_html(
            "pages.official",
            source=link(first["source_url"], first["source"]),
            date=date(first["as_of"], lang),
            established=number(value["clusters_established"], lang),
            area=number(value["clusters_area_min_ha"], lang),
            operating=number(value["clusters_operating"], lang),
            own=number(len(data.clusters), lang),
            own_operating=number(
                int((data.clusters["operation_status"] == "operating").sum()), lang
            ),
        )
    )
    st.html(str(html))


_ASSETS = Path(__file__).parent / "assets"
FAVICON = _ASSETS / "favicon.svg"

_LINK = st.components.v2.component(
    "phutho_link",
    # Hidden until the script has given it its name: a button without one says nothing aloud.
    html='<button type="button" hidden></button><output aria-live="polite"></output>'
    "<input readonly hidden>",
    css=(_ASSETS / "link.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "link.js").read_text(encoding="utf-8"),
)


def copy_link() -> None:
    """Draw the button that copies the address of the page.

    Only the browser knows the whole address: the map writes there where it
    looks, without a run of the script.
    """
    _LINK(
        key="link",
        width="content",
        data={
            "label": tr("frame.link_label"),
            "done": tr("frame.link_done"),
            "doneLocal": tr("frame.link_done_local"),
            "byHand": tr("frame.link_by_hand"),
            "local": tr("frame.link_local"),
        },
    )
