"""First step of an outline drawn by hand: the cluster, the map, what it was drawn after."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import shapely
import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.crossing.sketch import corners_within, lines_within
from lib.importing import drawn
from lib.language.errors import DataRefusedError
from lib.language.text import is_blank, number, sort_key, today
from lib.layers.browser import Bounds, Shape
from lib.layers.looks.symbols import OUTLINE_OLD
from lib.layers.target import Target, parse_window
from lib.ui import state, visitor
from lib.ui.data.sketch import figure, measured, sound
from lib.ui.data.typed import typed
from lib.ui.data.work import work
from lib.ui.maps import styles, switch
from lib.ui.maps.view import Edit, show_map
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace

_ABOUT_DEG: Final = 0.012
"""How far around a cluster without an outline the map begins to look, about 1.2 km."""


def draw(data: Workspace) -> None:
    """Draw the step in which an outline is drawn."""

    @visitor.fragment
    def view() -> None:
        acts.require_import(visitor.require(Action.IMPORT), "outlines")
        cluster_id = _cluster(data)
        if not cluster_id:
            st.caption(tr("data.draw_choose"))
            return
        old = _in_use(data, cluster_id)
        held = _held(data, cluster_id, old)
        left, right = st.columns([0.66, 0.34])
        # What is in use may have more rings than a drawing may; it is not put together again.
        same = held["rings"] == held["seed"]
        new = old if same else drawn.outline_of(held["rings"])
        with left, st.container(key="map"):
            _map(data, cluster_id, old, new, held)
        with right:
            if refusal := held.get("refused"):
                st.error(said(refusal), icon=":material/error:")
            measured(data, cluster_id, old, new)
            typed(data, held)
            _check(data, cluster_id, None if refusal else new)

    view()


def _held(data: Workspace, cluster_id: str, old: shapely.Geometry | None) -> dict[str, Any]:
    """Return what is drawn of a cluster, kept between the steps; at first the outline in use."""
    every: dict[str, dict[str, Any]] = work().setdefault("drawn", {})
    seed = () if old is None else drawn.rings_from(old)
    held = every.get(cluster_id)
    if held is None or (held["rings"] == held["seed"] and held["seed"] != seed):
        held = {"rings": seed, "seed": seed, "typed": [], "turn": 0, "window": None}
        every[cluster_id] = held | {"id": f"{cluster_id} {data.manifest.snapshot_id}"}
    return every[cluster_id]


def _cluster(data: Workspace) -> str:
    """Draw the choice of the cluster; the one selected on another page is chosen already."""
    rows = data.clusters.sort_values("name", key=lambda names: names.map(sort_key))
    known = dict(zip(rows["cluster_id"], rows["name"], strict=True))
    layer, _, code = str(st.session_state.get("sel") or "").partition(":")
    wanted = code if layer == "clusters" and code in known else ""
    codes = list(known)
    picked = st.selectbox(
        tr("data.draw_cluster"),
        codes,
        index=codes.index(wanted) if wanted in known else None,
        format_func=lambda one: f"{one} · {known[one]}",
        placeholder=tr("data.name_choose"),
        key=f"draw_cluster-{wanted}",
    )
    if picked and picked != code:
        state.select(f"clusters:{picked}")
    return str(picked or "")


def _in_use(data: Workspace, cluster_id: str) -> shapely.Polygon | shapely.MultiPolygon | None:
    if "outlines" not in data.tables:
        return None
    table = data.tables["outlines"]
    found = table.loc[table["cluster_id"] == cluster_id, "geometry"]
    return found.iloc[0] if len(found) else None


# ---- the map ------------------------------------------------------------------------------


def _map(
    data: Workspace,
    cluster_id: str,
    old: shapely.Geometry | None,
    new: shapely.Geometry | None,
    held: dict[str, Any],
) -> None:
    lines = _lines(data, held["window"])
    given = {
        "id": held["id"],
        "rings": held["rings"],
        "lines": [line.tolist() for line in lines],
        "points": [*_corners(data, cluster_id, held["window"]), *held["typed"]],
        "typed": {"number": len(held["typed"]), "place": held["typed"][-1]}
        if held["typed"]
        else None,
        "exact": {"of": held["turn"], "text": figure(new)}
        if new is not None and sound(new)
        else None,
    }
    shapes = []
    if old is not None:
        row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
        shapes = [Shape(old, OUTLINE_OLD, str(row["name"]))]
    every = styles.ground(data, set(data.communes["code"]), lines=not lines)
    show_map(
        data.files,
        switch.left_on(every),
        selected=None,
        focus=Target("clusters", cluster_id),
        bounds=_bounds(data, cluster_id, old),
        shapes=shapes,
        pictures=data.pictures,
        opacity=switch.opacity(data),
        order=state.chosen("order"),
        edit=Edit(given, _changed),
        view=state.map_view(),
        lang=language(),
        on_click=lambda _: None,
    )
    switch.box(data, every)


def _changed(value: Mapping[str, Any]) -> None:
    """Take what the browser says was drawn, before the rerun."""
    every: dict[str, dict[str, Any]] = work().get("drawn", {})
    held = next((one for one in every.values() if one["id"] == value.get("of")), None)
    if held is None:
        return
    held.pop("refused", None)
    try:
        held["rings"] = drawn.rings_of(value["drawing"])
    except DataRefusedError as refusal:
        held["refused"] = refusal
    held["window"] = parse_window(value.get("window"))
    turn = value.get("clicks")
    held["turn"] = turn if isinstance(turn, int) else 0


def _lines(data: Workspace, window: Bounds | None) -> list[Any]:
    """Return the exact commune lines in view; schematic ones are nothing to be caught by."""
    return [] if data.schematic or window is None else lines_within(data.communes, window)


def _corners(data: Workspace, cluster_id: str, window: Bounds | None) -> list[list[float]]:
    """Return the corners of the other outlines in view."""
    if window is None or "outlines" not in data.tables:
        return []
    table = data.tables["outlines"]
    others = table.loc[table["cluster_id"] != cluster_id, "geometry"].to_numpy()
    found: list[list[float]] = corners_within(others, window).tolist()
    return found


def _bounds(data: Workspace, cluster_id: str, old: shapely.Geometry | None) -> Bounds | None:
    """Return where to look: the outline in use, else about the marker, else its communes."""
    if old is not None:
        west, south, east, north = map(float, shapely.bounds(old))
        # The buttons lie over the upper edge of the map.
        return west, south, east, north + (north - south) / 3
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    if not is_blank(row["lat"]):
        lon, lat, by = float(row["lon"]), float(row["lat"]), _ABOUT_DEG
        return lon - by, lat - by, lon + by, lat + by
    codes = styles.named(data, cluster_id)
    named = data.communes[data.communes["code"].isin(codes)]
    if named.empty:
        return None
    west, south, east, north = map(float, named.total_bounds)
    return west, south, east, north


# ---- on to the check ------------------------------------------------------------------------


def _check(
    data: Workspace, cluster_id: str, new: shapely.Polygon | shapely.MultiPolygon | None
) -> None:
    """Draw where it was drawn after, who did and for which day, and the button to go on."""
    means = st.selectbox(
        tr("data.draw_means"),
        list(drawn.MEANS),
        index=None,
        format_func=_means_words,
        placeholder=tr("data.draw_means_choose"),
        help=tr("data.draw_means_help"),
        key="draw_means",
    )
    who = visitor.name_box("import_who")
    as_of = st.date_input(
        tr("data.as_of"), format="DD/MM/YYYY", value=today(), max_value=today(), key="import_as_of"
    )
    ready = sound(new) and means is not None and bool(who)
    pressed = st.button(
        tr("data.draw_check"), type="primary", disabled=not ready, icon=":material/fact_check:"
    )
    if not ready:
        st.caption(tr("data.draw_needs"))
    if not pressed or new is None or means is None:
        return
    drawn_on = today()
    day = as_of if isinstance(as_of, dt.date) else drawn_on
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    name, content = drawn.file_of(
        new,
        cluster_id=cluster_id,
        name=str(row["name"]),
        means=means,
        who=who,
        as_of=day.isoformat(),
        drawn_on=drawn_on.isoformat(),
    )
    work().update(
        files={name: content},
        who=who,
        options=drawn.options(means, day.isoformat()),
        drawing=cluster_id,
        step="check",
    )
    st.rerun()


def _means_words(means: drawn.Means) -> str:
    metres = drawn.MEANS[means]
    off = number(metres, language(), 0 if metres.is_integer() else 1, "m")
    return f"{tr(f'importing.means_{means}')} (± {off})"
