"""Questions of an import to a person: which system, which cluster, which commune, which column."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from lib.geo import zones
from lib.importing.draft import Draft
from lib.importing.sheets.headings import Heading, column_label, columns_of
from lib.language.text import number, plain
from lib.store.store import Snapshot
from lib.tables.statements.record import NAME as STATEMENTS
from lib.ui.data.work import change
from lib.ui.state import language, tr
from lib.ui.workspace import Workspace

_ASKED: Final = 60
"""Most names asked at once."""
_ABREAST: Final = 3


def system(draft: Draft, crs: int | None, *, swapped: bool, then: Callable[..., None]) -> None:
    """Draw the choice of the coordinate system where a file leaves it open, and the proposal.

    Parameters
    ----------
    draft : Draft
        What was read of the file.
    crs : int or None
        EPSG code chosen now; None where the program is to find it.
    swapped : bool
        Whether X and Y change places.
    then : callable
        Keeps the choice, given as ``crs`` and ``swapped``; the file is checked anew.
    """
    open_ones = [read for read in draft.crs if not read.stated]
    if not open_ones:
        return
    choices = (None, *zones.CHOICES)
    left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with left:
        chosen = st.selectbox(
            tr("data.crs"),
            choices,
            index=choices.index(crs),
            format_func=lambda epsg: (
                tr("data.crs_open") if epsg is None else zones.zone_label(epsg, language())
            ),
        )
    with right:
        turned = st.checkbox(tr("data.swapped"), value=swapped)
    if (chosen, turned) != (crs, swapped):
        then(crs=chosen, swapped=turned)
        st.rerun()
    proposed = next((read for read in open_ones if read.proposed is not None), None)
    if proposed is not None and proposed.proposed is not None:
        words = zones.zone_label(proposed.proposed, language())
        st.button(
            tr("data.use_proposal", zone=words + (" (X↔Y)" if proposed.proposed_swapped else "")),
            on_click=then,
            kwargs={"crs": proposed.proposed, "swapped": proposed.proposed_swapped},
            icon=":material/lightbulb:",
        )


def replacing(draft: Draft, base: Snapshot) -> None:
    """Let a person take out the rows that are not in the file; the count of them is seen above.

    Communes stay: the law says how many there are. So do sources: values would be nobody's.
    """
    kind = draft.options.kind
    if kind in ("communes", STATEMENTS) or kind not in base.manifest.tables:
        return
    st.checkbox(
        tr("data.replace"),
        value=draft.options.replace,
        key="import_replace",
        help=tr("data.replace_help"),
        on_change=lambda: change(replace=bool(st.session_state["import_replace"])),
    )


def names(data: Workspace, draft: Draft) -> None:
    """Let a person say which cluster a label of the file means."""
    open_ones = [m for m in draft.matches if m.how not in ("code", "name")][:_ASKED]
    if not open_ones:
        return
    st.subheader(tr("data.names"), anchor=False)
    known = dict(zip(data.clusters["cluster_id"], data.clusters["name"], strict=True))
    chosen = dict(draft.options.matches)
    for match in {m.label: m for m in open_ones}.values():
        near = [code for code, _ in match.candidates]
        choices = ["", *near, *(code for code in known if code not in near)]
        picked = st.selectbox(
            tr("data.name_of", label=plain(match.label)),
            choices,
            index=choices.index(match.cluster_id) if match.cluster_id in choices else None,
            placeholder=tr("data.name_choose"),
            format_func=lambda code, m=match: _cluster_words(code, known, dict(m.candidates)),
            key=f"match-{hashlib.sha256(match.label.encode()).hexdigest()[:12]}",
        )
        if picked is not None and (picked != match.cluster_id or match.how == "similar"):
            chosen[match.label] = picked
    if chosen != dict(draft.options.matches) and st.button(
        tr("data.names_use"), icon=":material/done_all:"
    ):
        change(matches=chosen)
        st.rerun()


def _cluster_words(code: str, known: Mapping[str, str], near: Mapping[str, float]) -> str:
    if not code:
        return tr("data.name_leave_out")
    like = f" ({number(near[code], language(), 0, '%')})" if code in near else ""
    return f"{code} · {known[code]}{like}"


def communes(data: Workspace, draft: Draft) -> None:
    """Let a person say which commune a name means that could be several, once for the file."""
    asked = draft.asked_communes
    if not asked:
        return
    st.subheader(tr("data.communes_asked"), anchor=False)
    st.caption(tr("data.communes_asked_help"))
    known = {
        row.code: f"{row.kind} {row.name}"
        for row in data.tables["communes"][["code", "kind", "name"]].itertuples(
            index=False, name="Commune"
        )
    }
    chosen = dict(draft.options.communes)
    for name, codes in list(asked.items())[:_ASKED]:
        picked = st.selectbox(
            tr("data.commune_of", label=plain(name)),
            ["", *codes],
            index=None,
            placeholder=tr("data.commune_choose"),
            format_func=lambda code: known.get(code, code) if code else tr("data.commune_blank"),
            key=f"commune-{hashlib.sha256(name.encode()).hexdigest()[:12]}",
        )
        if picked is not None:
            chosen[name] = picked
    st.button(
        tr("data.names_use"),
        icon=":material/done_all:",
        disabled=chosen == dict(draft.options.communes),
        on_click=change,
        kwargs={"communes": chosen},
        key="communes-use",
    )


def columns(draft: Draft) -> None:
    """Show which column of the file is which of the table, and let a person put it right."""
    if not draft.headings:
        return
    kind = draft.options.kind
    with st.expander(
        tr("data.columns"),
        icon=":material/view_column:",
        expanded=_doubtful(draft.headings),
        key="columns-open",
        on_change="rerun",
    ):
        st.caption(tr("data.columns_help"))
        place, heading = draft.headings[0]
        if len(draft.headings) > 1:
            st.caption(plain(place))
        picked = _pickers(kind, heading)
        wanted = [column for column in picked.values() if column]
        twice = sorted({column for column in wanted if wanted.count(column) > 1})
        if twice:
            names = ", ".join(f"«{column_label(kind, column, language())}»" for column in twice)
            st.error(tr("data.column_twice", columns=names), icon=":material/error:")
        mapping = {column: -1 for match in heading.matches if (column := match.column)}
        mapping |= {column: at for at, column in picked.items() if column}
        before = {match.column: match.place for match in heading.matches}
        st.button(
            tr("data.columns_use"),
            icon=":material/refresh:",
            disabled=bool(twice) or {c: p for c, p in mapping.items() if p >= 0} == before,
            on_click=change,
            kwargs={"mapping": mapping},
            key="columns-use",
        )


def _doubtful(headings: tuple[tuple[str, Heading], ...]) -> bool:
    return any(m.how == "similar" for _, heading in headings for m in heading.matches) or any(
        heading.missing for _, heading in headings
    )


def _pickers(kind: str, heading: Heading) -> dict[int, str]:
    """Draw one choice a column of the file; return its place -> column of the table, or empty."""
    lang = language()
    taken = {match.place: match for match in heading.matches}
    titled = [(at, title) for at, title in enumerate(heading.titles) if title]
    choices = ["", *columns_of(kind)]
    picked: dict[int, str] = {}
    sides = st.columns(_ABREAST)
    for number_, (at, title) in enumerate(titled):
        match = taken.get(at)
        how = tr(f"data.how_{match.how}", score=number(match.score, lang, 0, "%")) if match else ""
        with sides[number_ % _ABREAST]:
            picked[at] = st.selectbox(
                plain(title),
                choices,
                index=choices.index(match.column) if match else 0,
                format_func=lambda column: (
                    column_label(kind, column, lang) if column else tr("data.column_ignored")
                ),
                help=how or None,
                key=f"column-{at}-{match.column if match else ''}",
            )
    return picked
