"""First step of an outline drawn by hand: map, corners typed in, hectares, old and new."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from lib.access import acts
from lib.access.roles import Action
from lib.crossing.sketch import hectares_by_commune, lines_within
from lib.geo import geometry, zones
from lib.geo.crs import AREA_CRS, STORAGE_CRS
from lib.geo.geometry import areas_ha
from lib.importing import drawn
from lib.importing.coordinates.numbers import parse_number
from lib.language.errors import DataRefusedError
from lib.language.text import hectares, is_blank, number, percent, sort_key
from lib.layers.browser import Bounds, Shape
from lib.layers.looks.symbols import OUTLINE_OLD
from lib.layers.target import Target, parse_window
from lib.ui import state, visitor
from lib.ui.data.work import work
from lib.ui.maps import styles
from lib.ui.maps.view import Edit, show_map
from lib.ui.state import language, said, tr
from lib.ui.workspace import Workspace, commune_index

_ABOUT_DEG: Final = 0.012
"""How far around a cluster without an outline the map begins to look, about 1.2 km."""
_DEGREES: Final = 4326


def _held() -> dict[str, Any]:
    """Return what is drawn, kept between the steps."""
    held: dict[str, Any] = work().setdefault("drawn", {"cluster": "", "typed": []})
    return held


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
        held = _held()
        if held["cluster"] != cluster_id:
            rings = () if old is None else drawn.rings_from(old)
            held.clear()
            held.update(cluster=cluster_id, rings=rings, typed=[], turn=0, window=None)
        left, right = st.columns([0.66, 0.34])
        new = drawn.outline_of(held["rings"])
        with left, st.container(key="map"):
            _map(data, cluster_id, old, new, held)
        with right:
            _measured(data, cluster_id, old, new)
            _typed(data, held)
            _check(data, cluster_id, new)

    view()


def _cluster(data: Workspace) -> str:
    """Draw the choice of the cluster; the one selected on another page is chosen already."""
    rows = data.clusters.sort_values("name", key=lambda names: names.map(sort_key))
    known = dict(zip(rows["cluster_id"], rows["name"], strict=True))
    held = _held()
    layer, _, code = str(st.session_state.get("sel") or "").partition(":")
    wanted = code if layer == "clusters" and code in known else held["cluster"]
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


def _in_use(data: Workspace, cluster_id: str) -> shapely.Geometry | None:
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
        "id": cluster_id,
        "rings": held["rings"],
        "lines": [line.tolist() for line in lines],
        "points": [*_corners(data, cluster_id, held["window"]), *held["typed"]],
        "typed": {"number": len(held["typed"]), "place": held["typed"][-1]}
        if held["typed"]
        else None,
        "exact": {"of": held["turn"], "text": _figure(new)} if _sound(new) else None,
    }
    shapes = []
    if old is not None:
        row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
        shapes = [Shape(old, OUTLINE_OLD, str(row["name"]))]
    show_map(
        data.files,
        styles.ground(data, set(data.communes["code"]), lines=not lines),
        selected=None,
        focus=Target("clusters", cluster_id),
        bounds=_bounds(data, cluster_id, old),
        shapes=shapes,
        edit=Edit(given, _changed),
        view=state.map_view(),
        lang=language(),
        on_click=lambda _: None,
    )


def _changed(value: Mapping[str, Any]) -> None:
    """Take what the browser says was drawn, before the rerun."""
    held = _held()
    if value.get("of") != held["cluster"]:
        return  # of a cluster that was left meanwhile
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
    near = others[shapely.intersects(others, shapely.box(*window))]
    found: list[list[float]] = shapely.get_coordinates(near).tolist()
    return found


def _bounds(data: Workspace, cluster_id: str, old: shapely.Geometry | None) -> Bounds | None:
    """Return where to look: the outline in use, else about the marker, else its communes."""
    if old is not None:
        west, south, east, north = old.bounds
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


# ---- figures ------------------------------------------------------------------------------


def _sound(outline: shapely.Geometry | None) -> bool:
    return outline is not None and bool(shapely.is_valid(outline)) and outline.area > 0


def _series(outline: shapely.Geometry) -> gpd.GeoSeries:
    return gpd.GeoSeries([outline], crs=STORAGE_CRS)


def _ha(outline: shapely.Geometry) -> float:
    return float(areas_ha(_series(outline)).iloc[0])


def _figure(outline: shapely.Geometry | None) -> str:
    """Return area and perimeter as the map shows them, measured in the plane."""
    if outline is None:
        return ""
    around = float(_series(outline).to_crs(AREA_CRS).length.iloc[0])
    lang = language()
    return tr("data.draw_figure", area=hectares(_ha(outline), lang), around=number(around, lang, 0, "m"))


def _measured(
    data: Workspace,
    cluster_id: str,
    old: shapely.Geometry | None,
    new: shapely.Geometry | None,
) -> None:
    """Draw the hectares on each commune, and what differs from the outline in use."""
    refusal = _held().get("refused")
    if refusal is not None:
        st.error(said(refusal), icon=":material/error:")
    if new is None:
        st.info(tr("data.draw_how"), icon=":material/draw:")
        return
    if not _sound(new):
        st.warning(tr("data.draw_crossing"), icon=":material/warning:")
        return
    lang = language()
    st.markdown(f"**{_figure(new)}** · {tr('data.draw_plane')}")
    index = commune_index(data.key, data)
    if index is None:
        st.caption(tr("data.draw_schematic"))
    else:
        found = hectares_by_commune(new, index)
        names = [data.commune_names.get(c) or tr("data.draw_outside") for c in found["code"]]
        st.table(
            pd.DataFrame(
                {
                    tr("shares.commune"): names,
                    tr("shares.area"): [hectares(area, lang) for area in found["area_ha"]],
                    tr("shares.share"): [percent(share, lang) for share in found["share"]],
                }
            ).set_index(tr("shares.commune")),
            alt=tr("data.draw_by_commune"),
        )
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    if not is_blank(row["area_ha"]):
        st.caption(tr("data.draw_decided", area=hectares(row["area_ha"], lang)))
    if old is not None and _sound(old):
        _compared(old, new)


def _compared(old: shapely.Geometry, new: shapely.Geometry) -> None:
    lang = language()
    if shapely.equals(old, new):
        st.caption(tr("data.draw_same"))
        return
    areas = {
        "old": old,
        "new": new,
        "added": shapely.difference(new, old),
        "removed": shapely.difference(old, new),
    }
    st.caption(
        tr("data.draw_compared", **{key: hectares(_ha(one), lang) for key, one in areas.items()})
    )


# ---- corners typed in ----------------------------------------------------------------------


def _typed(data: Workspace, held: dict[str, Any]) -> None:
    """Draw the boxes for a corner as a paper has it: X and Y in any of the systems."""
    with st.expander(tr("data.draw_typed"), icon=":material/pin_drop:", expanded=bool(held["typed"])):
        epsg = st.selectbox(
            tr("data.draw_system"),
            zones.CHOICES,
            format_func=lambda code: zones.zone_label(code, language()),
            key="draw_system",
        )
        names = ("lat", "lon") if epsg == _DEGREES else ("x", "y")
        first, second = st.columns(2)
        with first:
            st.text_input(tr(f"data.draw_{names[0]}"), key="draw_first", max_chars=24)
        with second:
            st.text_input(tr(f"data.draw_{names[1]}"), key="draw_second", max_chars=24)
        st.button(
            tr("data.draw_add"), on_click=_add, args=(data,), icon=":material/add_location_alt:"
        )
        if told := held.get("typed_refused"):
            st.error(told, icon=":material/error:")


def _add(data: Workspace) -> None:
    """Put the typed corner on the map if it is a place in the province; used as a callback."""
    held = _held()
    held.pop("typed_refused", None)
    north, east = (parse_number(st.session_state[f"draw_{name}"]) for name in ("first", "second"))
    if north is None or east is None:
        held["typed_refused"] = tr("data.draw_no_number")
        return
    epsg = int(st.session_state["draw_system"])
    points = np.array([shapely.Point(east, north)], dtype=object)
    province = geometry.outline(data.communes)
    better = zones.proposal(points, epsg, province)
    if better is not None:
        other = zones.zone_label(better.epsg, language()) + (" (X↔Y)" if better.swapped else "")
        held["typed_refused"] = tr("data.draw_elsewhere", zone=other)
        return
    if not any(reading.inside for reading in zones.readings(points, province)):
        held["typed_refused"] = tr("data.draw_nowhere")
        return
    (point,) = zones.to_storage(points, epsg)
    held["typed"] = [*held["typed"], [point.x, point.y]]
    st.session_state["draw_first"] = st.session_state["draw_second"] = ""


# ---- on to the check ------------------------------------------------------------------------


def _check(data: Workspace, cluster_id: str, new: shapely.Geometry | None) -> None:
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
        tr("data.as_of"), format="DD/MM/YYYY", max_value="today", key="import_as_of"
    )
    ready = new is not None and _sound(new) and means is not None and bool(who)
    pressed = st.button(
        tr("data.draw_check"), type="primary", disabled=not ready, icon=":material/fact_check:"
    )
    if not ready:
        st.caption(tr("data.draw_needs"))
    if not pressed or new is None or means is None:
        return
    today = dt.datetime.now().astimezone().date()
    day = as_of if isinstance(as_of, dt.date) else today
    row = data.clusters.loc[data.clusters["cluster_id"] == cluster_id].iloc[0]
    name, content = drawn.file_of(
        new,
        cluster_id=cluster_id,
        name=str(row["name"]),
        means=means,
        who=who,
        as_of=day.isoformat(),
        drawn_on=today.isoformat(),
    )
    work().update(
        files={name: content},
        who=who,
        options=drawn.options(means, day.isoformat()),
        step="check",
    )
    st.rerun()


def _means_words(means: drawn.Means) -> str:
    metres = drawn.MEANS[means]
    off = number(metres, language(), 0 if metres.is_integer() else 1, "m")
    return f"{tr(f'importing.means_{means}')} (± {off})"
