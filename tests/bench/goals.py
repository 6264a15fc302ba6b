"""What is asked of the application, and how far the raw figures are from it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.contenders import FLOOR, PLAIN
from tests.bench.raw import CROWDED, DUCKDB, GROUNDED, OURS, SEDONA, TILES, Raw, Record

NOT_MEASURED = "not measured"
MEETING = "50 visitors at a meeting, own layer and ground on, 10 s of thinking"


@dataclass(frozen=True)
class Verdict:
    """How one goal stands.

    Parameters
    ----------
    goal : str
        What was asked.
    figure : str
        What was measured, from the raw file.
    reached : bool or None
        None if it was not measured.
    distance : str
        By how much.
    """

    goal: str
    figure: str
    reached: bool | None
    distance: str

    @property
    def word(self) -> str:
        """Say it in a word."""
        if self.reached is None:
            return NOT_MEASURED
        return "reached" if self.reached else "**not reached**"


def _missing(goal: str, why: str = "") -> Verdict:
    return Verdict(goal, why or "no figures in the raw file", None, "")


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def below(
    goal: str, record: Record | None, limit: float, pick: Callable[[Record], float]
) -> Verdict:
    """Judge a figure that has to be under `limit`."""
    if record is None:
        return _missing(goal)
    value = pick(record)
    share = value / limit
    if share > 1:
        told = f"{_times(share)} times over {limit:g}"
    else:
        told = f"{_times(1 / share)} times under {limit:g}" if share else "no growth was seen"
    return Verdict(goal, f"{value:.4g} {record.unit}", value < limit, told)


def ratio(
    goal: str,
    one: Record | None,
    other: Record | None,
    wanted: float,
    pick: Callable[[Record], float],
) -> Verdict:
    """Judge how many times faster `one` is than `other`."""
    if one is None or other is None:
        return _missing(goal)
    got = pick(other) / pick(one)
    figure = f"{pick(one):.4g} and {pick(other):.4g} {one.unit}: {_times(got)} times"
    told = f"{_times(got / wanted)} of what is asked"
    return Verdict(goal, figure, got >= wanted, told)


def told(goal: str, record: Record | None, note: str, wanted: object) -> Verdict:
    """Judge what was noted beside a figure."""
    if record is None or note not in record.notes:
        return _missing(goal)
    got = record.notes[note]
    return Verdict(goal, f"{note}: {got}", got == wanted, "")


def _median(record: Record) -> float:
    return record.median


def _p95(record: Record) -> float:
    return record.p95


def _at_worst(raw: Raw) -> list[Verdict]:
    case = "20,000 clusters, 3,321 communes"
    ours = raw.find("cross", case, OURS)
    verdicts = []
    for name in (SEDONA, DUCKDB):
        theirs = raw.find("cross", case, name)
        for limit, words in ((1.0, "not slower than"), (1.5, "at worst 1.5 times the time of")):
            goal = f"20,000 clusters × 3,321 communes, intervals included: {words} {name}"
            if ours is None or theirs is None:
                verdicts.append(_missing(goal))
                continue
            took = ours.median / theirs.median
            figure = f"{ours.median:.4g} and {theirs.median:.4g} s"
            verdicts.append(Verdict(goal, figure, took <= limit, f"{_times(took)} times its time"))
    return verdicts


def ratio_below(goal: str, one: Record | None, other: Record | None, most: float) -> Verdict:
    """Judge how many times the median of `other` that of `one` is, at most `most`."""
    if one is None or other is None:
        return _missing(goal)
    got = one.median / other.median
    figure = f"{one.median:.4g} and {other.median:.4g} {one.unit}: {_times(got)} times"
    return Verdict(goal, figure, got <= most, f"{_times(got / most)} of what is allowed")


def _change(record: Record | None, floor: Record | None) -> Verdict:
    """Judge the filter change: by the clock, or beside the least page of the same run."""
    goal = "filter change → painted: median under 100 ms, or at most 1.7 times the least page"
    if record is None or floor is None:
        return _missing(goal)
    ours, least = record.median, floor.median
    most = max(100.0, 1.7 * least)
    figure = f"{ours:.4g} ms, {ours / least:.2f} times {least:.4g} ms"
    return Verdict(goal, figure, ours <= most, f"{_times(ours / most)} of what is allowed")


def _pages(raw: Raw) -> list[Verdict]:
    """Judge the filter change on the other pages, beside the overview of the same run."""
    overview = raw.find("filter-page", "overview", OURS)
    return [
        ratio_below(
            f"… on the page {page}: at most 1.5 times the overview",
            raw.find("filter-page", page, OURS),
            overview,
            1.5,
        )
        for page in ("clusters", "cross_commune", "power", "progress")
    ]


def _within(goal: str, record: Record | None, other: Record | None) -> Verdict:
    """Judge whether the median of `record` lies within what `other` itself varies by."""
    return _missing(goal) if other is None else below(goal, record, other.p95, _median)


def _more(goal: str, record: Record | None, other: Record | None, limit: float) -> Verdict:
    """Judge by how much the median of `record` is over that of `other`, below `limit`."""
    if record is None or other is None:
        return _missing(goal)
    more = record.median - other.median
    figure = f"{record.median:.4g} and {other.median:.4g} {record.unit}: {more:.2g} more"
    return Verdict(goal, figure, more < limit, f"{limit:g} {record.unit} are allowed")


def _layers(raw: Raw) -> list[Verdict]:
    """Judge the ground and the office's own layers."""
    first, change = "first-map-page", "filter-page"
    return [
        ratio_below(
            "roads on: first map at most 1.15 times that without",
            raw.find(first, "overview", GROUNDED),
            raw.find(first, "overview", OURS),
            1.15,
        ),
        _within(
            "… filter change within the 95th percentile of that without",
            raw.find(change, "overview", GROUNDED),
            raw.find(change, "overview", OURS),
        ),
        below(
            "… 50,000 corners in view, dragged: a frame under 33.3 ms (median)",
            raw.find("frames-roads", "roads on", OURS),
            33.3,
            _median,
        ),
        below("a tile, warm: under 10 ms", raw.find("tile", TILES, OURS), 10, _median),
        below(
            "20,000 points: filter change under 300 ms",
            raw.find(change, "layers", CROWDED),
            300,
            _median,
        ),
        _more(
            "… first map less than 1.5 s more than without",
            raw.find(first, "layers", CROWDED),
            raw.find(first, "layers", OURS),
            1.5,
        ),
    ]


def _held(goal: str, record: Record | None) -> Verdict:
    if record is None:
        return _missing(goal)
    errors = record.notes["errors"]
    figure = f"{errors} errors in {len(record.values)} answers, p95 {record.p95:.4g} ms"
    return Verdict(goal, figure, errors == 0, "")


def judge(raw: Raw) -> list[Verdict]:
    """Return every goal with what the raw file says of it."""
    case = "148 communes"
    country = "3,321 communes"
    change = raw.find("filter", case, OURS)
    crowd = raw.find("visitors", "25 visitors", OURS)
    plain_crowd = raw.find("visitors", "25 visitors", PLAIN)
    return [
        _change(change, raw.find("filter-floor", case, FLOOR.name)),
        below(
            "… under 5 KB over the websocket, as it is sent",
            raw.find("filter-wire", case, OURS),
            5,
            _median,
        ),
        below(
            "… under 5 KB over the websocket, before compression",
            raw.find("filter-bytes", case, OURS),
            5,
            _median,
        ),
        told("… zoom kept: the same map stays", change, "same map", wanted=True),
        *_pages(raw),
        below(
            "click → title and verdict: median under 100 ms",
            raw.find("click", case, OURS),
            100,
            _median,
        ),
        below(
            "first usable map, warm: under 1.2 s",
            raw.find("first-map-warm", case, OURS),
            1.2,
            _median,
        ),
        ratio(
            "… at least 1.6 times quicker than plain st_folium",
            raw.find("first-map-warm", case, OURS),
            raw.find("first-map-warm", case, PLAIN),
            1.6,
            _median,
        ),
        below(
            "first usable map, cold, after the server answers: under 2.2 s",
            raw.find("first-map-cold", case, OURS),
            2.2,
            _median,
        ),
        below("25 visitors without thinking time: p95 under 1.2 s", crowd, 1200, _p95),
        ratio("… p95 at least 10 times better than plain", crowd, plain_crowd, 10, _p95),
        _held("… no error in 10 minutes", raw.find("visitors", "25 visitors, 10 minutes", OURS)),
        below(
            "… memory per visitor under 8 MB",
            raw.find("visitor-memory", "25 visitors", OURS),
            8,
            _median,
        ),
        _held("50 visitors held", raw.find("visitors", "50 visitors", OURS)),
        _held(
            "50 visitors at one meeting, an own layer and a ground on",
            raw.find("visitors", MEETING, OURS),
        ),
        below(
            "country: 3,321 communes painted, filter change under 300 ms",
            raw.find("filter", country, OURS),
            300,
            _median,
        ),
        below(
            "87 clusters × 148 communes, intervals included: under 30 ms",
            raw.find("cross", "87 clusters, 148 communes", OURS),
            0.030,
            _median,
        ),
        *_layers(raw),
        *_at_worst(raw),
        below(
            "10,000,000 outages with all rules: under 3 s",
            raw.find("outages", "10,000,000 outages", "indices and rules"),
            3,
            _median,
        ),
    ]
