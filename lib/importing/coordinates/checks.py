"""Check outlines once all their rows are read: corners, totals, zone; ask what is unclear."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from lib.importing.coordinates.drafts import Draft, jumps, label
from lib.importing.coordinates.numbers import stated_zone
from lib.importing.coordinates.parcels import LEAST_CORNERS, CoordinateTable, Edge, Parcel
from lib.importing.coordinates.points import Point
from lib.importing.coordinates.titles import Notes
from lib.language.findings import Finding, Twin
from lib.language.text import number

_WGS_84: Final = 4326


def checked(
    drafts: Sequence[Draft],
    totals: Sequence[tuple[Draft, float]],
    notes: Notes,
    heading_row: int,
) -> CoordinateTable:
    """Return the parcels that can be used, and every finding in the order of the file.

    Parameters
    ----------
    drafts : sequence of Draft
        In the order of the file.
    totals : sequence of (Draft, float)
        Hectares that stand under a draft as a total.
    notes : Notes
        What was noticed so far; grows.
    heading_row : int
        Row of the file of the first heading.
    """
    if not drafts:
        notes.find("refused", "coordinates.too_few", heading_row, parcel="1", count=0)
    _share_totals(drafts, totals)
    parcels = tuple(_parcel(draft) for draft in drafts if _usable(draft, drafts, notes))
    for parcel in parcels:
        for edge in parcel.edges_off():
            _ask_edge(edge, notes)
    stated = _zone(notes, geographic=all(draft.geographic for draft in drafts))
    tables = list(dict.fromkeys(point.where for draft in drafts for point in draft.points))
    order = {where: at for at, where in enumerate(tables)}
    ordered = sorted(notes.findings, key=lambda one: (order.get(one.file, 0), one.row or 0))
    return CoordinateTable(parcels, stated, tuple(ordered))


def _share_totals(drafts: Sequence[Draft], totals: Sequence[tuple[Draft, float]]) -> None:
    """Give each parcel the total that stands under it, if every one has its own."""
    if [id(draft) for draft, _ in totals] == [id(draft) for draft in drafts]:
        for draft, area in totals:
            draft.area_ha = area if draft.area_ha is None else draft.area_ha


def _usable(draft: Draft, drafts: Sequence[Draft], notes: Notes) -> bool:
    """Check names and number of the corners; say whether they make an outline."""
    usable = not any(point.bad for point in (*draft.points, draft.closing or draft.points[0]))
    if usable and len(draft.points) < LEAST_CORNERS:
        usable = False
        first, parcel, count = draft.points[0], label(draft, drafts), len(draft.points)
        key = "coordinates.too_few"
        notes.find("refused", key, first.row, where=first.where, parcel=parcel, count=count)
    seen: dict[str, Point] = {}
    for point in draft.points:
        before = seen.setdefault(point.name, point)
        if not (before.bad or point.bad or draft.same(before, point)):
            usable = False
            notes.find(
                "refused",
                "coordinates.two_places",
                point.row,
                where=point.where,
                point=point.name,
                other=before.row,
            )
    for before, after in jumps(draft.points):
        names = {"before": before.name, "after": after.name}
        notes.find("ask", "coordinates.jump", after.row, where=after.where, **names)
    return usable


def _parcel(draft: Draft) -> Parcel:
    corners = np.array([point.place for point in draft.points])
    corners.flags.writeable = False
    edges = [point.edge for point in draft.points]
    if draft.closing and draft.closing.edge is not None and edges[0] is None:
        edges = [*edges[1:], draft.closing.edge]  # each row holds the side that leads to it
    return Parcel(
        name=draft.name,
        code=draft.code,
        corners=corners,
        points=tuple(point.name for point in draft.points),
        rows=tuple(point.row for point in draft.points),
        stated_edges=tuple(edges),
        stated_area_ha=draft.area_ha,
        geographic=draft.geographic,
        wheres=tuple(point.where for point in draft.points),
    )


def _ask_edge(edge: Edge, notes: Notes) -> None:
    notes.find(
        "ask",
        "coordinates.edge_off",
        edge.row,
        where=edge.where,
        edge=f"{edge.start}-{edge.end}",
        stated=Twin.of(lambda lang: number(edge.stated_m, lang, 2)),
        computed=Twin.of(lambda lang: number(edge.computed_m, lang, 2)),
    )


def _zone(notes: Notes, *, geographic: bool) -> int | None:
    """Return the EPSG code the titles state; ask where they do not state one clearly."""
    zone = stated_zone(" ; ".join(notes.said))
    place, zones = notes.place, {"zones": ", ".join(zone.names)}
    if geographic and (zone.wgs84 or not (zone.codes or zone.vn2000)):
        return _WGS_84
    if geographic:
        notes.findings.append(Finding("ask", "coordinates.vn2000_degrees", {}, place))
        return None
    if len(zone.codes) > 1:
        notes.findings.append(Finding("ask", "coordinates.zones_differ", zones, place))
        return None
    code = next(iter(zone.codes), None)
    if code in {0, _WGS_84}:
        notes.findings.append(Finding("ask", "coordinates.zone_unused", zones, place))
        return None
    if zone.width_missing:
        notes.findings.append(Finding("ask", "coordinates.zone_width", {}, place))
    return code
