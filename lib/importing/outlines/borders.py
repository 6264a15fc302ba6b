"""Import official borders of the communes: all of them at once, or none.

Borders of two sources in one coverage would leave gaps and overlaps along the
seams, and nobody could say which line is right.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import pandas as pd

from lib.geo import coverage, geometry
from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import outline
from lib.importing.downloaded import QUALITY, border_qualities
from lib.importing.draft import CrsRead, Draft, Options, gravest_first
from lib.importing.readers.base import Content
from lib.importing.shapes import place, shapes_of_all
from lib.language.findings import Finding, Twin
from lib.language.text import bare_name, hectares, number, percent
from lib.tables.merging import count_changes

_OFF: Final = 0.02
"""A commune whose area differs from the published one by more than this share is told."""
_LISTED: Final = 10


def check_borders(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what bringing official borders would change.

    Parameters
    ----------
    contents : sequence of Content
        What the files hold, texts settled.
    options : Options
        ``kind`` is communes.
    base : mapping
        Tables in use: ``communes`` with geometry.
    """
    before = gpd.GeoDataFrame(base["communes"])
    province = outline(before)
    shapes, found = shapes_of_all(contents)
    crs: list[CrsRead] = []
    placed: list[gpd.GeoDataFrame] = []
    for _, one in shapes:
        frame, read, told = place(one, options, province)
        crs.append(read)
        found.extend(told)
        if frame is not None:
            own = {
                "code": _codes(one.grid, frame),
                "quality": border_qualities(one.grid, len(frame)),
            }
            placed.append(frame.assign(file=one.file, **own))
    if not placed:
        return Draft(options, findings=gravest_first(found), crs=tuple(crs))
    given = gpd.GeoDataFrame(pd.concat(placed, ignore_index=True), crs=STORAGE_CRS)
    given["code"] = _resolved(given, before)
    found.extend(_complete(given, before))
    if any(finding.level == "refused" for finding in found):
        return Draft(options, findings=gravest_first(found), crs=tuple(crs))
    quality = next(q for q in QUALITY if q in set(given["quality"]))
    after = _settled(given, before, found).assign(border_quality=quality)
    counts = {"communes": count_changes(before, after, ("code",))}
    preview = pd.concat([before.assign(state="old"), after.assign(state="new")], ignore_index=True)
    return Draft(
        options,
        tables={"communes": after},
        findings=gravest_first(found),
        counts=counts,
        preview=gpd.GeoDataFrame(preview[["code", "name", "state", "geometry"]], crs=STORAGE_CRS),
        crs=tuple(crs),
        border_quality=quality,
    )


def _codes(grid: object, frame: gpd.GeoDataFrame) -> list[str]:
    """Return the column of the layer that holds five-digit codes, blank if there is none."""
    rows = getattr(grid, "rows", ((),))
    for at in range(len(rows[0])):
        cells = [str(row[at]).zfill(5) for row in rows[1:]]
        if cells and all(cell.isdigit() and len(cell) == 5 for cell in cells):  # noqa: PLR2004 a commune's code
            return cells
    return [""] * len(frame)


def _resolved(given: gpd.GeoDataFrame, communes: pd.DataFrame) -> list[str]:
    """Return the code of each shape: its own, else that of the commune of its name."""
    names = {
        bare_name(str(n)): str(c) for c, n in zip(communes["code"], communes["name"], strict=True)
    }
    known = set(communes["code"])
    return [
        code if code in known else names.get(bare_name(name), "")
        for code, name in zip(given["code"], given["name"], strict=True)
    ]


def _complete(given: gpd.GeoDataFrame, communes: pd.DataFrame) -> list[Finding]:
    file = str(given["file"].iloc[0])
    found = [
        Finding(
            "refused",
            "importing.border_unknown",
            {"label": row.name_ or row.row},
            row.file,
            row.row,
        )
        for row in given[given["code"] == ""].rename(columns={"name": "name_"}).itertuples()
    ]
    found += [
        Finding("refused", "importing.twice", {"value": row.code, "first": "-"}, row.file, row.row)
        for row in given[(given["code"] != "") & given["code"].duplicated()].itertuples()
    ]
    missing = communes[~communes["code"].isin(given["code"])]
    if len(missing):
        listed = ", ".join(missing["name"].head(_LISTED))
        values = {"count": number(len(missing)), "all": len(communes), "names": listed}
        found.append(Finding("refused", "importing.borders_missing", values, file))
    polygons = given.geom_type.isin(["Polygon", "MultiPolygon"]) & given.is_valid & ~given.is_empty
    found += [
        Finding("refused", "importing.border_broken", {"label": row.code}, row.file, row.row)
        for row in given[~polygons].itertuples()
    ]
    return found


def _settled(
    given: gpd.GeoDataFrame, before: gpd.GeoDataFrame, found: list[Finding]
) -> gpd.GeoDataFrame:
    """Return the communes with the new borders; what overlapped or gaped is settled and told."""
    file = str(given["file"].iloc[0])
    shapes = given[["code", "geometry"]].set_index("code").loc[before["code"]].reset_index()
    shapes = gpd.GeoDataFrame(shapes, crs=STORAGE_CRS)
    official = before.set_index("code")["area_km2"]
    report, settled, _ = coverage.check_and_settle(shapes, official)
    if report.overlaps or report.gaps:
        over, gap = sum(o[-1] for o in report.overlaps), sum(report.gaps)
        values = {
            "overlaps": len(report.overlaps),
            "overlap": Twin.of(lambda lang: hectares(over, lang)),
            "gaps": len(report.gaps),
            "gap": Twin.of(lambda lang: hectares(gap, lang)),
        }
        found.append(Finding("mended", "importing.borders_settled", values, file))
    order = settled.set_index("code").geometry.loc[before["code"]]
    after = before.set_geometry(
        gpd.GeoSeries(order.to_numpy(), index=before.index, crs=STORAGE_CRS)
    )
    after["measured_ha"] = geometry.areas_ha(after.geometry)
    share = after["measured_ha"] / (100 * after["area_km2"]) - 1
    for row in after.assign(share=share)[share.abs() > _OFF].itertuples():
        values = {
            "name": row.name,
            "measured": Twin.of(lambda lang, r=row: hectares(r.measured_ha, lang)),  # type: ignore[misc]
            "off": Twin.of(lambda lang, r=row: percent(r.share, lang, sign=True)),  # type: ignore[misc]
        }
        found.append(Finding("ask", "importing.border_area", values, file))
    return after
