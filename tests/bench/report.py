"""``docs/benchmarks.md``, made from the raw figures and from nothing else.

Sentences about who wins are computed too: a figure typed by hand would be wrong
after the next run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.goals import judge
from tests.bench.raw import OURS, Raw, Record

MISSING = "-"
NO_ARROW = "a lower figure is better"


@dataclass(frozen=True)
class Task:
    """One table of the report."""

    title: str
    how: str
    rival: bool = True


TASKS = {
    "server-answers": Task(
        "Server start → it answers",
        "A process of its own each time; files of the system may be in memory.",
    ),
    "first-map-cold": Task(
        "First usable map, cold",
        "From the first request to a server that has just answered, in a browser that was never "
        "there, until all communes are painted: imports, data and map are all made in it.",
    ),
    "first-map-warm": Task(
        "First usable map, warm", "As above on a server that has shown the page before."
    ),
    "first-map-again": Task(
        "First usable map, warm, in a browser that was there",
        "As above in a second tab of the same browser, which keeps what it fetched.",
    ),
    "filter": Task(
        "Filter change → painted",
        "One click on a pill of the former province (of the province, for the country), timed in "
        "the page until the next frames show the answer. *Ours* makes the others pale, the rest "
        "leaves them out.",
    ),
    "filter-page": Task(
        "… on our other pages",
        "The same press; furnished: a layer of the office paints the communes, and made-up roads "
        "of 50,000 corners lie under them; 20,000 points: an own layer, its own filter.",
        rival=False,
    ),
    "tile": Task(
        "One tile of a picture of the ground, warm",
        "Asked for twice over one connection; the second answer counts.",
        rival=False,
    ),
    "first-map-page": Task(
        "First usable map, warm, on our other pages",
        "In a browser that was never there.",
        rival=False,
    ),
    "filter-floor": Task(
        "… of which Streamlit alone",
        "Two pills and one line of text, no map, the same clock, the server set as ours is: what "
        "any page takes, plain or ours, before it shows anything of its own.",
        rival=False,
    ),
    "filter-bytes": Task(
        "… bytes over the websocket", "Both ways, before compression, script settled."
    ),
    "filter-wire": Task(
        "… bytes as the wire carries them",
        "What the server sends, as permessage-deflate with the window the server offers: 15 bits "
        "*ours*, 12 bits the others (uvicorn's own).",
    ),
    "click": Task(
        "Click on a commune → card",
        "Until the text of the card is another; `gdf.explore()` and leafmap tell it in a popup "
        "inside the map, without the server.",
    ),
    "frames": Task(
        "Time between frames while dragging and zooming",
        "The page's own frames; with software drawing, no graphics card.",
    ),
    "frames-roads": Task(
        "Time between frames while dragging over 50,000 corners of roads",
        "Overview at the fine level of the ground, made-up roads on and off.",
        rival=False,
    ),
    "click-whole": Task(
        "… until the whole card is there",
        "*Ours* says title and verdict at once and the rest when the server has answered.",
        rival=False,
    ),
    "offline": Task("First map without internet", "1: all communes are painted."),
    "visitors": Task(
        "Visitors changing filters without thinking time",
        "Streamlit's agent API on loopback; clients run on the same cores. One value a change.",
    ),
    "visitor-memory": Task(
        "… memory of the server, per visitor",
        "What the server grew from before they came until the end, divided by visitors.",
    ),
    "tab-memory": Task(
        "Memory of the tab after filter changes",
        "All renderers of the browser; how many changes stands in the notes.",
    ),
    "tab-growth": Task("… growth of the tab in 100 changes", ""),
    "server-memory": Task("Memory of the server after filter changes", "One visitor."),
    "server-growth": Task("… growth of the server in 100 changes", ""),
    "cross": Task(
        "Clusters cut by communes",
        "Made-up clusters of 10-75 ha, seeded; communes as published (the country's simplified at "
        "20 m), loaded and indexed before the clock starts. *Ours* gives pieces, low-high "
        "intervals and verdicts; the others the plain areas; QGIS one area a cluster, its start "
        "and its files included. All in one plane (EPSG:9208, which is not meant for the whole "
        "country: there the areas are only compared). Differences are against geopandas.overlay.",
    ),
    "atlas": Task("Atlas of every cluster", "`python -m lib atlas --all`, start included."),
    "outages": Task(
        "Indices of a long log of outages",
        "Made-up log, indices by commune and month; each way in a process of its own.",
        rival=False,
    ),
}
HOW = (
    "`make bench` measures all this on the machine at hand and writes this page from "
    "`docs/benchmarks.json`, where every single repeat stands. A benchmark is never a test. "
    '`make bench BENCH="maps visitors"` measures some parts, `QUICK=1` with few repeats; '
    "the ten minutes of 25 visitors are `BENCH=soak`."
)
READ = (
    "Contenders take turns in the same run, on the same communes with the same simplified "
    "borders. What they load from content networks comes from npm packages on the same "
    "machine, without a delay; tiles of a ground map are not loaded by anybody. *Ours* is the "
    "whole application with all its layers, filters and table; the others are one page with "
    "one filter and one map. There is no graphics card: WebGL is drawn by the processor (with a "
    "card pydeck, kepler.gl and lonboard are faster than here), pages without WebGL are put "
    "together without one (`--disable-gpu`). *Load* is the load average of the machine "
    "when the figure was taken: over the number of cores plus one, other work was in the way. "
    "*× ours* is the median divided by ours. p95 of few repeats is close to the greatest."
)
HONEST = (
    "Not measured, and theirs all the same: 50,000 polygons and more, where lonboard and vector "
    "tiles are made for it; free cartography (QGIS); looking at data without a program "
    "(kepler.gl); a table joined in SQL (DuckDB, PostGIS)."
)


def figure(value: float) -> str:
    """Return a value with three digits that say something."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> list[str]:
    """Return a Markdown table; all but the first `words` columns stand to the right."""
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join("---" if i < words else "---:" for i in range(len(head))) + "|")
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def _notes(record: Record) -> str:
    said = [f"{name}: {_note(value)}" for name, value in record.notes.items() if value != ""]
    return "; ".join(said)


def _note(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def row(record: Record, ours: Record | None) -> list[str]:
    """Return a contender's row: median, p95, least, repeats, load, ratio, notes."""
    if not record.values:
        return [record.contender, *[MISSING] * 6, f"failed: {record.failed}"]
    times = figure(record.median / ours.median) if ours and ours.median > 0 else MISSING
    return [
        record.contender,
        figure(record.median),
        figure(record.p95),
        figure(min(record.values)),
        str(len(record.values)),
        f"{record.load:.1f}",
        times,
        _notes(record),
    ]


def _order(record: Record) -> tuple[bool, float]:
    return not record.values, record.median if record.values else 0.0


def _case_order(case: str) -> list[int | str]:
    return [int(word.replace(",", "")) for word in case.split() if word.replace(",", "").isdigit()]


def _tables(raw: Raw, name: str) -> list[str]:
    task = TASKS[name]
    lines = [f"### {task.title}", ""]
    if task.how:
        lines += [task.how, ""]
    cases = sorted({record.case for record in raw.of(name)}, key=lambda c: (_case_order(c), c))
    for case in cases:
        records = sorted((r for r in raw.of(name) if r.case == case), key=_order)
        unit = next((record.unit for record in records if record.unit), "")
        ours = raw.find(name, case, OURS) if task.rival else None
        head = [f"{case}, {unit}", "median", "p95", "least", "repeats", "load", "× ours", "notes"]
        lines += [*table(head, [row(record, ours) for record in records]), ""]
    return lines


def wins(raw: Raw) -> list[str]:
    """Return one line for every task in which somebody's median is below ours."""
    lines = []
    for name, task in TASKS.items():
        if not task.rival or name == "offline":
            continue
        for case in sorted({record.case for record in raw.of(name)}, key=_case_order):
            ours = raw.find(name, case, OURS)
            if ours is None:
                continue
            better = [
                f"{record.contender} ({figure(record.median)})"
                for record in sorted(raw.of(name), key=_order)
                if record.case == case and record.values and record.median < ours.median
            ]
            if better:
                mine = f"ours {figure(ours.median)} {ours.unit}"
                lines.append(f"- {task.title.lstrip('… ')}, {case}: {', '.join(better)}; {mine}.")
    return lines or ["- In no task of this run."]


def _head(raw: Raw) -> list[str]:
    machine = dict(raw.machine)
    packages = machine.pop("packages", {})
    versions = ", ".join(f"{name} {version}" for name, version in dict(packages).items())
    seconds = "; ".join(f"{part} {took:.0f} s" for part, took in raw.seconds.items())
    whole = sum(raw.seconds.values()) / 60
    return [
        "# Benchmarks",
        "",
        HOW,
        "",
        "Machine: " + ", ".join(f"{name} {value}" for name, value in machine.items()) + ".",
        "",
        f"Versions: {versions}.",
        "",
        f"Took: {seconds}; {whole:.0f} minutes in all.",
        "",
        READ,
        "",
        _quiet(raw),
        "",
    ]


def _quiet(raw: Raw) -> str:
    """Say whether the machine had nothing else to do: from the loads beside the figures."""
    loads = [record.load for record in raw.records] or [0.0]
    cores = raw.machine.get("cores") or 1
    told = (
        f"Load average beside the figures: {min(loads):.1f} to {max(loads):.1f} on {cores} cores."
    )
    busy = max(loads) > 4 * float(str(cores))
    return told + (
        " **The machine was far from free: seconds are many times too long, and what was "
        "measured at different moments cannot be compared.**"
        if busy
        else ""
    )


def _goals(raw: Raw) -> list[str]:
    rows = [[v.goal, v.word, v.figure, v.distance] for v in judge(raw)]
    why = "What is not reached is taken apart in `docs/measurements.md`."
    rows = table(["goal", "", "measured", "by how much"], rows, words=4)
    return ["## Goals", "", *rows, "", why, ""]


def render(raw: Raw) -> str:
    """Return the whole report."""
    lines = [*_head(raw), *_goals(raw), "## Where others win", "", *wins(raw), "", HONEST, ""]
    lines += ["## Figures", "", f"In every table {NO_ARROW}, except without internet.", ""]
    for name in TASKS:
        if any(True for _ in raw.of(name)):
            lines += _tables(raw, name)
    return "\n".join(lines).rstrip() + "\n"
