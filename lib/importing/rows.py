"""Import registers, logs and lists: merge rows of a sheet into a table by its key."""

from collections.abc import Mapping, Sequence
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lib.geo.crs import STORAGE_CRS
from lib.geo.geometry import outline
from lib.importing.clusters import known_clusters
from lib.importing.draft import CrsRead, Draft, Options, gravest_first
from lib.importing.readers.base import Content
from lib.importing.readers.grid import Grid
from lib.importing.shapes import Shapes, drawn, place, shapes_of
from lib.importing.sheets import reader, tablecheck
from lib.importing.sheets.headings import Heading
from lib.importing.sheets.sections import sections
from lib.language.errors import DataRefusedError
from lib.language.findings import Finding, Twin, from_error
from lib.language.text import number
from lib.store import audit
from lib.tables.merging import count_changes, merge_rows
from lib.tables.registry import TABLES
from lib.tables.schemas import ALL_TABLES, label
from lib.tables.statements import brought
from lib.tables.statements.record import Statement

_WITH_GEOMETRY: Final = ("power_lines", "communes")
"""Tables whose rows have shapes: a table without any only changes rows that are known."""
_WITH_PLACE: Final = ("substations",)


def check_register(
    contents: Sequence[Content], options: Options, base: Mapping[str, pd.DataFrame]
) -> Draft:
    """Return what bringing these rows would change.

    Parameters
    ----------
    contents : sequence of Content
        What the files hold, texts settled.
    options : Options
        ``kind`` is one of `lib.tables.registry.imported` other than outlines.
    """
    table = options.kind
    found: list[Finding] = []
    crs: list[CrsRead] = []
    heads: list[tuple[str, Heading]] = []
    frames = _frames(contents, options, base, crs, found, heads)
    before = base.get(table)
    if not frames and not any(finding.level == "refused" for finding in found):
        found.append(Finding("refused", "importing.empty_register", file=contents[0].file))
    for frame in frames:
        if table in _WITH_GEOMETRY and "geometry" not in frame:
            found.extend(_without_shape(frame, table, before))
    if not frames or any(finding.level == "refused" for finding in found):
        return Draft(options, findings=gravest_first(found), crs=tuple(crs), headings=tuple(heads))
    fresh = pd.concat(frames, ignore_index=True)
    if table == "clusters":
        fresh = known_clusters(fresh, options, base["clusters"], found)
    fresh = _once(fresh, table, found)
    found.extend(_fewer_communes(fresh, options, base, contents[0].file))
    fresh = _with_known(fresh, before, options, found)
    filled = _filled(fresh, table, before)
    merged = _merged(filled, table, before, options)
    where = _rows_in_file(merged, fresh, table)
    plain = pd.DataFrame(merged.drop(columns=["geometry"], errors="ignore"))
    model = list(ALL_TABLES[table].columns)
    extra = [column for column in plain.columns if column not in model]
    typed, said = tablecheck.validate(table, plain[model], where, contents[0].file)
    found.extend(said)
    found.extend(_sample(typed, contents[0].file))
    if any(finding.level == "refused" for finding in found):
        return Draft(options, findings=gravest_first(found), crs=tuple(crs), headings=tuple(heads))
    result: pd.DataFrame = typed.assign(**{column: plain[column] for column in extra})
    if "geometry" in merged:
        result = gpd.GeoDataFrame(result, geometry=merged["geometry"].to_numpy(), crs=STORAGE_CRS)
    if before is not None:
        result = result[list(before.columns)]
    tables = {table: result}
    if before is not None and TABLES[table].stated:
        given, in_file = frozenset(map(str, fresh.columns)), [row > 0 for row in where]
        tables, overruled = brought.by_value(
            before, result, given, base, TABLES[table], in_file, audit.moment()
        )
        found += _overruled(overruled, contents[0].file)
        result = tables[table]
    counts = {table: count_changes(before, result, TABLES[table].key)}
    return Draft(
        options,
        tables=tables,
        findings=gravest_first(found),
        counts=counts,
        crs=tuple(crs),
        headings=tuple(heads),
    )


def _with_known(
    fresh: pd.DataFrame, before: pd.DataFrame | None, options: Options, found: list[Finding]
) -> pd.DataFrame:
    """Return the rows with what is known where a file that adds to the table is blank."""
    table = TABLES[options.kind]
    if before is None or not table.stated or options.replace:
        return fresh
    rows, kept = brought.blanks_filled(fresh, before, table)
    file = str(fresh["_file"].iloc[0])
    found += [
        Finding("note", "importing.blank_kept", {"count": count}, file, None, name)
        for name, count in kept.items()
    ]
    return rows


def _overruled(said: Sequence[Statement], file: str) -> list[Finding]:
    """Tell which values of a file are kept, not used: a stronger or chosen one is there."""
    return [
        Finding(
            "note",
            "importing.value_kept",
            {"value": one.value, "id": one.id},
            file,
            None,
            label(one.table, one.field),
        )
        for one in said
    ]


def _fewer_communes(
    fresh: pd.DataFrame, options: Options, base: Mapping[str, pd.DataFrame], file: str
) -> list[Finding]:
    """Refuse to take communes out: the law says how many there are."""
    if options.kind != "communes" or not options.replace or len(fresh) >= len(base["communes"]):
        return []
    values = {"count": len(base["communes"]) - len(fresh)}
    return [Finding("refused", "importing.communes_stay", values, file)]


def _sample(typed: pd.DataFrame, file: str) -> list[Finding]:
    """Name a sample; refuse one beside real rows: whoever reads the table would add them up."""
    if "sample" not in typed or not typed["sample"].any():
        return []
    made_up = int(typed["sample"].sum())
    real = len(typed) - made_up
    values = {
        "sample": Twin.of(lambda lang: number(made_up, lang)),
        "real": Twin.of(lambda lang: number(real, lang)),
    }
    if not real:
        return [Finding("note", "importing.all_sample", values, file)]
    return [Finding("refused", "importing.mixed_sample", values, file)]


def _frames(
    contents: Sequence[Content],
    options: Options,
    base: Mapping[str, pd.DataFrame],
    crs: list[CrsRead],
    found: list[Finding],
    heads: list[tuple[str, Heading]],
) -> list[pd.DataFrame]:
    """Return the rows of every sheet that has any; what is found goes to the lists."""
    frames: list[pd.DataFrame] = []
    for content in contents:
        found.extend(content.findings)
        try:
            for grid, shapes in _sheets(content, options.kind, options, base, crs, found):
                read = _read(grid, options, base, found, heads)
                if read is not None:
                    frames.append(_with_shapes(read, shapes, options.kind))
        except DataRefusedError as error:
            found.append(from_error(error))
    return frames


def _sheets(
    content: Content,
    table: str,
    options: Options,
    base: Mapping[str, pd.DataFrame],
    crs: list[CrsRead],
    found: list[Finding],
) -> list[tuple[Grid, gpd.GeoSeries | None]]:
    """Return each sheet or layer of a file with the shapes of its rows, if the table has any."""
    if content.grids and (table not in _WITH_GEOMETRY or not drawn(content)):
        parts, said = sections(content.grids, table)
        found.extend(said)
        return [(grid, None) for grid in parts]
    if table not in (*_WITH_GEOMETRY, *_WITH_PLACE):
        raise DataRefusedError("importing.no_rows", file=content.file)
    province = outline(gpd.GeoDataFrame(base["communes"]))
    sheets = []
    shapes, said = shapes_of(content)
    found.extend(f for f in said if f not in content.findings)
    for one in shapes:
        placed, read, told = place(one, options, province)
        crs.append(read)
        found.extend(told)
        if placed is not None and one.grid is not None:
            sheets.append((_checked_kind(one, table, found), placed.geometry))
    return sheets


def _checked_kind(shapes: Shapes, table: str, found: list[Finding]) -> Grid:
    wanted = "Point" if table in _WITH_PLACE else "LineString"
    kinds = {shape.geom_type for shape in shapes.given if shape is not None}
    if wrong := {kind for kind in kinds if wanted not in kind}:
        values = {"kinds": ", ".join(sorted(wrong)), "wanted": wanted}
        found.append(Finding("refused", "importing.wrong_geometry", values, shapes.file))
    if shapes.grid is None:
        raise DataRefusedError("importing.no_rows", file=shapes.file)
    return shapes.grid


def _with_shapes(read: pd.DataFrame, shapes: gpd.GeoSeries | None, table: str) -> pd.DataFrame:
    if shapes is None:
        return read
    own = shapes.to_numpy()[read["_at"].to_numpy()]
    if table in _WITH_PLACE:
        points = shapely.get_parts(own) if len(shapely.get_parts(own)) == len(own) else own
        placed: pd.DataFrame = read.assign(lat=shapely.get_y(points), lon=shapely.get_x(points))
        return placed
    drawn: pd.DataFrame = gpd.GeoDataFrame(read, geometry=own, crs=STORAGE_CRS)
    return drawn


def _read(
    grid: Grid,
    options: Options,
    base: Mapping[str, pd.DataFrame],
    found: list[Finding],
    heads: list[tuple[str, Heading]],
) -> pd.DataFrame | None:
    """Return the rows of one sheet with ``_file``, ``_row`` and ``_at``; None if there are none."""
    source = f"file:{'_'.join(grid.file.replace('/', ' ').split())}"
    read = reader.read_register(
        grid,
        options.kind,
        mapping=options.mapping or None,
        defaults={"source_url": source, "as_of": options.as_of},
        reference=base,
        communes=options.communes,
    )
    found.extend(read.findings)
    if read.heading is not None:
        heads.append((grid.place, read.heading))
    if read.frame.empty:
        return None
    first = grid.first_row + (read.heading.row + read.heading.height if read.heading else 0)
    return read.frame.assign(
        _file=grid.place, _row=list(read.rows), _at=[row - first for row in read.rows]
    )


def _once(fresh: pd.DataFrame, table: str, found: list[Finding]) -> pd.DataFrame:
    """Return the rows with each key once; a second one is refused, both rows named."""
    twice = fresh.duplicated(list(TABLES[table].key), keep="first")
    for at in np.flatnonzero(twice.to_numpy()):
        key = [str(fresh[column].iloc[at]) for column in TABLES[table].key]
        same = (fresh[list(TABLES[table].key)].astype(str) == key).all(axis=1)
        first = fresh[same].iloc[0]
        values = {"value": " / ".join(key), "first": int(first["_row"])}
        row = int(fresh["_row"].iloc[at])
        found.append(Finding("refused", "importing.twice", values, fresh["_file"].iloc[at], row))
    once: pd.DataFrame = fresh[~twice].reset_index(drop=True)
    return once


def _without_shape(fresh: pd.DataFrame, table: str, before: pd.DataFrame | None) -> list[Finding]:
    """Return a refusal for each row of a file without shapes that is not known."""
    (key,) = TABLES[table].key
    known = set() if before is None else set(before[key])
    return [
        Finding("refused", "importing.row_without_shape", {"value": value}, file, int(row))
        for value, file, row in zip(fresh[key], fresh["_file"], fresh["_row"], strict=True)
        if value not in known
    ]


def otherwise(table: str) -> Mapping[str, str | bool]:
    """Return column -> the code or value a new row gets where the file says nothing."""
    columns = TABLES[table].columns
    return {c.name: c.otherwise for c in columns if c.otherwise is not None}


def _filled(fresh: pd.DataFrame, table: str, before: pd.DataFrame | None) -> pd.DataFrame:
    """Fill coded columns of new rows with the code of *unknown* where the file says nothing."""
    rows = fresh.copy()
    key = list(TABLES[table].key)
    known = set() if before is None else set(before[key].astype(str).agg("|".join, axis=1))
    new = ~rows[key].astype(str).agg("|".join, axis=1).isin(known)
    for column, value in otherwise(table).items():
        if column not in rows and (before is None or new.all()):
            rows[column] = value
        elif column in rows:
            rows[column] = rows[column].astype(object).where(rows[column].notna(), value)
    if "geometry" in rows and before is not None and "geometry" in before:
        known_shapes = rows[key[0]].map(before.set_index(key[0])["geometry"].to_dict())
        rows["geometry"] = rows["geometry"].where(rows["geometry"].notna(), known_shapes)
    return rows


def _merged(
    filled: pd.DataFrame, table: str, before: pd.DataFrame | None, options: Options
) -> pd.DataFrame:
    model = list(ALL_TABLES[table].columns)
    rows = filled.drop(columns=["_file", "_row", "_at"])
    if before is None:
        merged: pd.DataFrame = rows.reindex(
            columns=[*model, *(["geometry"] if "geometry" in rows else [])]
        )
    else:
        merged = merge_rows(before, rows, TABLES[table].key, replace=options.replace)
    for column, value in otherwise(table).items():
        merged[column] = merged[column].astype(object).where(merged[column].notna(), value)
    return merged


def _rows_in_file(merged: pd.DataFrame, fresh: pd.DataFrame, table: str) -> tuple[int, ...]:
    """Return for each row of the table its row in the file, 0 where it is not from it."""
    key = list(TABLES[table].key)
    rows = dict(
        zip(fresh[key].astype(str).agg("|".join, axis=1), fresh["_row"].astype(int), strict=True)
    )
    return tuple(rows.get(code, 0) for code in merged[key].astype(str).agg("|".join, axis=1))
