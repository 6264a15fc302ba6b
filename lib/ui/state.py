"""State of a visitor: what was chosen, in the session and in the URL.

The URL holds stable codes (``?status=operating&sel=clusters:PT-002``), so a
link works in both languages and survives a change of words. Streamlit's own
``bind="query-params"`` writes the label shown, which changes with the language.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple, cast
from urllib.parse import urlencode, urlsplit

import streamlit as st
from markupsafe import Markup

from lib.access.standing import Standing
from lib.language.errors import PhuThoError
from lib.language.text import LANGS, Lang, catalog, t
from lib.layers.files import APART, LayerFile
from lib.layers.target import Target, parse_target, parse_view
from lib.power.gaps.measures import MEASURES, MOST_WEIGHT
from lib.register import filters
from lib.settings import TOLERANCE_RANGE, settings

PLAIN: Final = frozenset({"data", "about", "status", "follow_up"})
"""Pages without a map: nothing to present, and no bar that would lead out again."""
_SEVERAL: Final = (
    *("area", "samples", "weak", "difficult", "settled", "major", "grid", "present", "further"),
    *("off", "pictures", "order"),
)
"""Choices of several codes that are no filter of `lib.register.filters`."""
SINGLE: Final = (
    "lang",
    "sel",
    "tab",
    "part",
    "era",
    "measure",
    "match",
    "side",
    "outages",
    "from",
    "to",
    "playlist",
    "own",
    "ownlook",
    "also",
)


class Slider(NamedTuple):
    """A number that is chosen: its least, greatest and resting value, and its step."""

    least: int
    most: int
    rests: int = 0
    step: int = 1


_SLIDERS: Final = {
    "customers": Slider(0, 5_000, step=100),
    "opacity": Slider(10, 100, 80, step=10),
}
"""Sliders that are no filter and no measure."""
_DEFAULTS: Final = {"lang": "vi"}
_URL: Final = "_url"
_PAGE: Final = "_page"
_VIEW: Final = "view"
_LINK: Final = "_link"
_SAID: Final = "_said"
_SNAPSHOT: Final = "_snapshot"
_OTHERWISE: Final = "_otherwise"
"""What a choice of one is where nothing was chosen: not worth a word in the address."""
_MAX_CHARS: Final = 2000
_DIGITS: Final = 6


def multi() -> tuple[str, ...]:
    """Return the keys of what is chosen as a list of codes."""
    return (*(item.key for item in filters.FILTERS if item.widget != "slider"), *_SEVERAL)


def sliders() -> dict[str, Slider]:
    """Return the key of each slider and its numbers: filters, thresholds of measures, weights."""
    every = MEASURES.values()
    least, most = map(round, TOLERANCE_RANGE)
    return {
        "tolerance": Slider(least, most, round(settings().tolerance_m)),
        **_SLIDERS,
        **{f.key: Slider(*f.span) for f in filters.FILTERS if f.widget == "slider"},
        **{m.key: Slider(0, m.most, step=m.step) for m in every if m.most},
        **{f"w_{m.key}": Slider(0, MOST_WEIGHT) for m in every if m.weighed},
    }


def _from_url(url: Mapping[str, str]) -> None:
    """Put what the URL says into the session; what it does not say is not chosen."""
    for key in multi():
        value = url.get(key, "")[:_MAX_CHARS]
        st.session_state[key] = list(dict.fromkeys(v for v in value.split(",") if v))
    for key in SINGLE:
        st.session_state[key] = url.get(key, _DEFAULTS.get(key, ""))[:_MAX_CHARS]
    for key, slider in sliders().items():
        value = url.get(key, "")
        number = int(value) if value.isdecimal() and len(value) < _DIGITS else slider.rests
        st.session_state[key] = min(max(number, slider.least), slider.most)
    if st.session_state["lang"] not in LANGS:
        st.session_state["lang"] = _DEFAULTS["lang"]


def tolerance_m() -> float:
    """Return the border tolerance in metres: that of the slider, else that of the settings."""
    return float(st.session_state.get("tolerance", sliders()["tolerance"].rests))


def seed_language() -> None:
    """Take the language from the URL on the first run: the navigation is drawn before `begin`."""
    if "lang" not in st.session_state:
        wanted = st.query_params.get("lang", "")
        st.session_state["lang"] = wanted if wanted in LANGS else _DEFAULTS["lang"]


def require_frame() -> None:
    """Go through ``app.py`` if a page was reached without it.

    Until the first visitor has seen ``st.navigation``, Streamlit runs the file
    a link names in ``pages/`` by itself, without language, frame or filters.
    """
    if _PAGE not in st.session_state:
        path = urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]
        st.session_state[_LINK] = (path, st.query_params.to_dict())
        st.switch_page("app.py")


def resume_link() -> None:
    """Go on to the page a link named, once ``st.navigation`` knows it."""
    link = st.session_state.pop(_LINK, None)
    if link is not None:
        page, params = link
        st.switch_page(f"pages/{page}.py", query_params=params)


def begin(page: str) -> None:
    """Synchronise the session with the URL before any widget is drawn.

    A URL that differs from the one written last was typed, linked or reached
    with the browser's back button: it wins. Moving to another page of the app
    empties the URL without meaning to empty the choice.
    """
    url = st.query_params.to_dict()
    url.pop(_VIEW, None)  # the map writes it by itself, at any time
    moved = st.session_state.get(_PAGE, page) != page
    known = st.session_state.get(_URL)
    if known is None or (url != known and not (moved and not url)):
        before = language()
        _from_url(url)
        if language() != before:
            st.session_state[_URL], st.session_state[_PAGE] = url, page
            st.rerun()
    st.session_state[_PAGE] = page


def end() -> None:
    """Write the choice to the URL, once everything has been chosen."""
    url = {key: ",".join(chosen(key)) for key in multi() if chosen(key)}
    plain = _DEFAULTS | st.session_state.get(_OTHERWISE, {})
    url |= {
        key: str(st.session_state.get(key))
        for key in SINGLE
        if st.session_state.get(key) not in (None, "", plain.get(key))
    }
    for key, slider in sliders().items():
        if st.session_state.get(key, slider.rests) != slider.rests:
            url[key] = str(st.session_state[key])
    view = {_VIEW: map_view()} if map_view() else {}
    if st.query_params.to_dict() != url | view:
        st.query_params.from_dict(url | view)
    st.session_state[_URL] = url


def carried(target: str) -> dict[str, str]:
    """Return what a link to another page carries along: the selection, language and mode."""
    given = {"sel": target, "lang": language(), "present": ",".join(chosen("present"))}
    return {key: value for key, value in given.items() if value and value != _DEFAULTS.get(key)}


def address(target: str) -> str:
    """Return the address of the card of a feature (``layer:code``), for a link in HTML."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    page = "clusters" if target.startswith("clusters:") else ""
    return f"{'/' + base if base else ''}/{page}?{urlencode(carried(target))}"


def map_view() -> str:
    """Return where the address says the map looks, empty for nowhere in particular."""
    return parse_view(st.query_params.get(_VIEW, ""))


def open_with(snapshot_id: str, standing: Standing) -> None:
    """Keep the snapshot the page is drawn from, and the rights it is drawn for."""
    st.session_state[_SNAPSHOT] = (snapshot_id, standing)


def opened_with() -> tuple[str, Standing] | None:
    """Return the snapshot the page was drawn from last and the rights it was drawn for."""
    found: tuple[str, Standing] | None = st.session_state.get(_SNAPSHOT)
    return found


def page() -> str:
    """Return the URL path of the page that is shown."""
    return str(st.session_state.get(_PAGE, ""))


def page_name() -> str:
    """Return the name of the file of the page that is shown; the first page has no path."""
    return page() or "overview"


def say(*, title: str = "", sentence: str = "") -> None:
    """Keep the page's name or its sentence, for paper and for presentation mode."""
    st.session_state[_SAID] = {
        **st.session_state.get(_SAID, {}),
        **({"title": title, "sentence": ""} if title else {"sentence": sentence}),
    }


def page_title() -> str:
    """Return the name of the page that is shown."""
    return str(st.session_state.get(_SAID, {}).get("title", ""))


def sentence() -> str:
    """Return what is shown: the filter, in words."""
    return str(st.session_state.get(_SAID, {}).get("sentence", ""))


def presenting() -> bool:
    """Return whether the visitor is in presentation mode, and on a page that can be presented."""
    return bool(chosen("present")) and page() not in PLAIN


def chosen(key: str) -> list[str]:
    """Return the codes chosen for filter `key`."""
    value = st.session_state.get(key) or []
    return [str(value)] if isinstance(value, int | float) and value else list(value or ())


def keep_known(key: str, known: set[str]) -> None:
    """Drop codes of `key` that the data does not know, such as those of a mistyped link."""
    st.session_state[key] = [code for code in chosen(key) if code in known]


def choose_one(key: str, known: Sequence[str], otherwise: str) -> str:
    """Return the choice of `key`; one that is not `known`, as of a mistyped link, is dropped."""
    st.session_state.setdefault(_OTHERWISE, {})[key] = otherwise
    if st.session_state.get(key) not in known:
        st.session_state[key] = otherwise
    return str(st.session_state[key])


def clear(*keys: str) -> None:
    """Forget what was chosen for `keys`; used as a callback."""
    numbers, several = sliders(), multi()
    for key in keys:
        if key in numbers:
            st.session_state[key] = numbers[key].rests
        else:
            st.session_state[key] = [] if key in several else _DEFAULTS.get(key, "")


def language() -> Lang:
    """Return the visitor's language."""
    return cast("Lang", st.session_state.get("lang") or "vi")


def tr(key: str, **values: object) -> str:
    """Return text `key` in the visitor's language."""
    return t(key, language(), **values)


def tr_html(key: str, **values: object) -> Markup:
    """Return text `key` with `values` escaped, unless they are Markup already."""
    return Markup(catalog()[key][language()]).format(**values)  # noqa: S704 - our own text


def served(path: str) -> str:
    """Return the address of a file of the map as a browser asks for it."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    place = path if path.startswith(APART) else f"app/static/{path}"
    return f"{'/' + base if base else ''}/{place}"


def tiles_of(name: str) -> str:
    """Return the address of the tiles of a picture, without zoom, column and row."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/tiles/{name}"


def said(error: PhuThoError) -> str:
    """Return what an error says in the visitor's language, for where Markdown is read."""
    return error.markdown(language())


def select(target: str) -> None:
    """Choose one feature (``"layer:code"``), or none; used as a callback."""
    st.session_state["sel"] = target


def open_form(cluster_id: str, *fields: str) -> None:
    """Go where values of a cluster are entered, or its outline drawn; used as a callback."""
    drawn = any(field.startswith("outline_") for field in fields)
    st.session_state["tab"] = "draw" if drawn else "enter"
    st.session_state["enter_clusters"] = [cluster_id]
    st.session_state["enter_fields"] = list(fields)
    select(f"clusters:{cluster_id}")


def edit(cluster_id: str, field: str | None = None) -> None:
    """Open the values of a cluster over the page, or the form of one; used as a callback."""
    st.session_state["_pencil"] = (cluster_id, field)


def edited() -> tuple[str, str | None]:
    """Return the cluster whose values stand over the page, and the one whose form does."""
    found: tuple[str, str | None] = st.session_state.get("_pencil", ("", None))
    return found


def pick(target: Target | None) -> None:
    """Choose what was clicked on the map; used as its callback."""
    select(f"{target.layer_id}:{target.code}" if target else "")


def selection(
    files: Sequence[LayerFile], cluster_ids: Collection[str]
) -> tuple[Target | None, str]:
    """Return what is chosen: a feature on the map and, even without a marker, a cluster.

    A choice the data does not know, such as that of a mistyped link, is dropped.
    """
    wanted = str(st.session_state.get("sel") or "")
    target = parse_target(wanted, files)
    layer, _, code = wanted.partition(":")
    cluster = code if layer == "clusters" and code in cluster_ids else ""
    if target is None and not cluster:
        st.session_state["sel"] = ""
    return target, cluster
