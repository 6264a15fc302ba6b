"""Merge rows of a file into a table by key: change known ones, add new ones, keep the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely


@dataclass(frozen=True)
class Counts:
    """Numbers of rows an import adds, changes, keeps and removes."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


def _key(frame: pd.DataFrame, key: Sequence[str]) -> pd.Index:
    rows = zip(*(frame[column].astype(str) for column in key), strict=True)
    return pd.Index(["\0".join(row) for row in rows], dtype=object)


def merge_rows(
    before: pd.DataFrame | None, fresh: pd.DataFrame, key: Sequence[str], *, replace: bool
) -> pd.DataFrame:
    """Return the table with the rows of `fresh` in it.

    Parameters
    ----------
    before : DataFrame or None
        The table in use; None if there is none.
    fresh : DataFrame
        Rows of the file; columns it lacks keep what `before` has in that row.
    key : sequence of str
        Columns that tell rows apart.
    replace : bool
        Leave out rows of `before` that `fresh` does not have.

    Returns
    -------
    DataFrame
        Columns of `before`, its order of rows, new rows at the end; geometry
        stays geometry.
    """
    if before is None:
        return fresh.reset_index(drop=True)
    columns = list(before.columns)
    old, new = _key(before, key), _key(fresh, key)
    kept = before[~old.isin(new)] if not replace else before.iloc[:0]
    same = old.get_indexer(new)
    full = fresh.copy()
    for column in columns:
        if column not in full:
            source = before[column].astype(object).to_numpy()
            full[column] = [source[at] if at >= 0 else None for at in same]
    order = np.concatenate(
        [
            np.flatnonzero(~old.isin(new)) if not replace else np.array([], dtype=int),
            _places(same, len(before)),
        ]
    )
    pieces = [piece[columns] for piece in (kept, full) if len(piece)]
    merged: pd.DataFrame = pd.concat(pieces, ignore_index=True) if pieces else before.iloc[:0]
    order_of: pd.DataFrame = merged.iloc[np.argsort(order, kind="stable")]
    merged = order_of.reset_index(drop=True)
    if isinstance(before, gpd.GeoDataFrame):
        merged = gpd.GeoDataFrame(merged, geometry=before.geometry.name, crs=before.crs)
    return merged


def _places(same: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Return where each fresh row goes: the place of its old one, or after all of them."""
    new = same < 0
    return np.where(new, count + np.cumsum(new), same)


def count_changes(before: pd.DataFrame | None, after: pd.DataFrame, key: Sequence[str]) -> Counts:
    """Return how many rows are new, different, the same and gone."""
    if before is None:
        return Counts(added=len(after))
    old, new = _key(before, key), _key(after, key)
    differing = len(changed_keys(before, after, key))
    both = int(new.isin(old).sum())
    return Counts(
        added=int((~new.isin(old)).sum()),
        changed=differing,
        unchanged=both - differing,
        removed=int((~old.isin(new)).sum()),
    )


def changed_keys(
    before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]
) -> dict[tuple[str, ...], list[str]]:
    """Return for each row that is in both but differs, which columns differ."""
    old, new = _key(before, key), _key(after, key)
    at = old.get_indexer(new)
    rows = np.flatnonzero(at >= 0)
    found: dict[tuple[str, ...], list[str]] = {}
    for column in after.columns:
        if column not in before:
            continue
        left, right = before[column].iloc[at[rows]], after[column].iloc[rows]
        differs = _differs(left, right)
        for row in rows[differs]:
            found.setdefault(tuple(new[row].split("\0")), []).append(str(column))
    return found


def _differs(left: pd.Series, right: pd.Series) -> npt.NDArray[np.bool_]:
    a, b = left.to_numpy(dtype=object), right.to_numpy(dtype=object)
    if left.dtype == "geometry":
        same: npt.NDArray[np.bool_] = shapely.equals_exact(a, b, tolerance=0)
        return ~same
    blank_a, blank_b = pd.isna(a), pd.isna(b)
    both = ~blank_a & ~blank_b
    differs: npt.NDArray[np.bool_] = blank_a != blank_b
    differs[both] = [x != y for x, y in zip(a[both], b[both], strict=True)]
    return differs
