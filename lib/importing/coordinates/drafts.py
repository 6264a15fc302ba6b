"""Outlines under construction, and the numbering of their points."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np

from lib.importing.coordinates.points import Point

_SAME_M: Final = 1e-4
_SAME_DEGREES: Final = 1e-9


@dataclass(eq=False)
class Draft:
    """An outline under construction."""

    name: str
    code: str
    geographic: bool
    area_ha: float | None = None
    points: list[Point] = field(default_factory=list)
    closing: Point | None = None

    def same(self, one: Point, other: Point) -> bool:
        """Say whether two points are at one place."""
        limit = _SAME_DEGREES if self.geographic else _SAME_M
        return bool(np.abs(np.subtract(one.place, other.place)).max() <= limit)

    def closes(self, point: Point) -> bool:
        """Say whether `point` is the first one again; by its name where a cell is bad."""
        first = self.points[0]
        named = (first.bad or point.bad) and point.name == first.name
        return len(self.points) > 1 and (self.same(first, point) or named)

    def fill_edge(self, edge: float | None) -> None:
        """Give the last point its side to the next one, unless it has one."""
        if self.points[-1].edge is None:
            self.points[-1] = replace(self.points[-1], edge=edge)


def side_says(draft: Draft, point: Point, tolerance_m: float) -> bool | None:
    """Say whether a stated length leads on to `point`, or back to the first corner.

    Parameters
    ----------
    tolerance_m : float
        How far a length may be off.

    Returns
    -------
    bool or None
        True if the side after the last corner (or before `point`) is as long as
        the way between them, False if it is the way back to the first corner;
        None if no length is stated or it fits both or neither.
    """
    last, first = draft.points[-1], draft.points[0]
    if draft.geographic:
        return None

    def fits(stated: float | None, corner: Point) -> bool:
        way = float(np.hypot(*np.subtract(last.place, corner.place)))
        return stated is not None and abs(stated - way) <= tolerance_m

    on = fits(last.edge, point) or fits(point.edge, point)
    back = fits(last.edge, first)
    return on if on != back else None


def follows(before: Point, after: Point) -> bool:
    """Say whether `after` has the next number of the same numbering."""
    one, other = before.number, after.number
    return bool(one and other and one[0] == other[0] and other[1] == one[1] + 1)


def restarts(draft: Draft, point: Point) -> bool:
    """Say whether the numbering starts anew at `point`."""
    first, here, last = draft.points[0].number, point.number, draft.points[-1].number
    if not (first and here and last):
        return False
    return here[1] in {1, first[1]} and (here[0] != last[0] or here[1] < last[1])


def jumps(points: Iterable[Point]) -> Iterator[tuple[Point, Point]]:
    """Yield neighbours whose numbers are not consecutive, all up or all down."""
    pairs = [
        (before, after)
        for before, after in pairwise(points)
        if before.number and after.number and before.number[0] == after.number[0]
    ]
    steps = [after.number[1] - before.number[1] for before, after in pairs]  # type: ignore[index]
    way = -1 if steps.count(-1) > steps.count(1) else 1
    yield from (pair for pair, step in zip(pairs, steps, strict=True) if step != way)


def label(draft: Draft, drafts: Sequence[Draft]) -> str:
    """Return what a person calls one of the drafts: its name, its code or its order."""
    return draft.name or draft.code or str(drafts.index(draft) + 1)
