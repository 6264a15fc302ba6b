"""A made-up log of interruptions, to try and to measure with; never real data.

Seeded and labelled: ``sample`` is true on every row and every cause carries the
word *mẫu*. Storms come from May to September and hit many communes at once,
planned work begins on weekday mornings, branches carry the code of their
feeder (``471E4.1/07``), durations are log-normal by cause.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from lib.language.errors import WrongUseError
from lib.language.text import t

LAST_MONTH: Final = np.datetime64("2025-12", "M")
SHORT_LOG: Final = 50_000
"""Below this a log covers 12 months, from here on 60: what major event days look back on."""
PERSONS_A_CUSTOMER: Final = 4.1
"""About 4.0 million people and 978,000 customers in the province, 2025."""
EVENTS_A_BRANCH: Final = 40
FEEDERS_A_COMMUNE: Final = 3
FEEDERS_A_STATION: Final = 8
VOLTAGES: Final = (471, 471, 371)
"""First number of a feeder: 47x are of 22 kV, 37x of 35 kV."""
TRUNK_A_YEAR: Final = 6
"""Interruptions of a whole feeder in a commune in a year, at most on average."""
STORMS_A_YEAR: Final = 8
MONTH_WEIGHTS: Final = np.array([4, 4, 5, 7, 11, 14, 15, 14, 11, 6, 4, 5], dtype=float)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cause:
    """Parameters of one cause: text, share of events, median minutes, spread of the logarithm."""

    key: str
    share: float
    median: float
    spread: float
    when: str = "season"


CAUSES: Final = (
    Cause("outagesample.maintenance", 0.20, 210, 0.35, "work"),
    Cause("outagesample.upgrade", 0.10, 300, 0.35, "work"),
    Cause("outagesample.storm", 0.14, 150, 0.90, "storm"),
    Cause("outagesample.tree", 0.12, 80, 0.70),
    Cause("outagesample.equipment", 0.20, 75, 0.80, "even"),
    Cause("outagesample.overload", 0.06, 50, 0.60, "evening"),
    Cause("outagesample.reclosing", 0.18, 0.7, 0.90),
)
"""The last one is momentary: cut at five minutes."""


def sample_outages(
    events: int, seed: int, communes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a made-up log and the customers served; the same for the same seed.

    Parameters
    ----------
    seed : int
        Any whole number from 0.
    communes : DataFrame
        ``code`` and, where known, ``population``.

    Returns
    -------
    outages : DataFrame
        Columns of `OUTAGES` but for the source; local times, in order of start.
    customers : DataFrame
        ``commune_code``, ``month``, ``customers_served``, ``sample``: every
        commune in every month.

    Raises
    ------
    WrongUseError
        If `events` is below 1, `seed` below 0 or there is no commune.
    """
    if events < 1 or seed < 0 or communes.empty:
        raise WrongUseError("outagesample.numbers", events=events, seed=seed)
    random = np.random.default_rng(seed)
    months = 12 if events < SHORT_LOG else 60
    first = LAST_MONTH - (months - 1)
    people = _customers(communes)
    cause = random.choice(len(CAUSES), events, p=[c.share for c in CAUSES])
    start, commune = _starts(random, cause, first, months, len(communes))
    order = np.argsort(start, kind="stable")
    start, commune, cause = start[order], commune[order], cause[order]
    feeder, share = _branches(random, commune, len(communes), months)
    lengths = _seconds(random, cause)
    end = start + lengths.astype("timedelta64[s]")
    planned = np.isin(cause, [i for i, c in enumerate(CAUSES) if c.when == "work"])
    announced = start + (np.ceil(lengths / 1800) * 1800).astype("timedelta64[s]")
    codes = communes["code"].to_numpy(dtype=object)
    cut = np.maximum(1, np.round(people[commune] * share)).astype(np.int64)
    number = pc.utf8_lpad(pa.array(np.arange(1, events + 1)).cast(pa.string()), 8, "0")
    outages = pd.DataFrame(
        {
            "outage_id": pc.binary_join_element_wise("MAU", number, "-").to_pandas(),
            "start": start.astype("datetime64[us]"),
            "end": end.astype("datetime64[us]"),
            "announced_end": np.where(planned, announced, np.datetime64("NaT")).astype(
                "datetime64[us]"
            ),
            "planned": pd.Categorical.from_codes(
                planned.astype(np.int8), categories=pd.Index(["unplanned", "planned"])
            ),
            "cause": pd.Categorical.from_codes(
                cause.astype(np.int8), categories=pd.Index([t(c.key) for c in CAUSES])
            ),
            "feeder": feeder,
            "commune_code": pd.Categorical.from_codes(commune.astype(np.int16), pd.Index(codes)),
            "customers_interrupted": cut,
            "sample": True,
        }
    )
    return outages, _served(codes, people, first, months)


def _customers(communes: pd.DataFrame) -> npt.NDArray[np.float64]:
    if "population" not in communes:
        return np.full(len(communes), 6_600.0)
    return communes["population"].to_numpy(dtype=float) / PERSONS_A_CUSTOMER


def _served(codes: Any, people: Any, first: np.datetime64, months: int) -> pd.DataFrame:  # noqa: ANN401
    grown = people[:, None] * (1 + 0.0015 * np.arange(months))[None, :]
    names = [str(first + n) for n in range(months)]
    return pd.DataFrame(
        {
            "commune_code": np.repeat(codes, months),
            "month": names * len(codes),
            "customers_served": np.maximum(1, np.round(grown.ravel())).astype(np.int64),
            "sample": True,
        }
    )


def _starts(
    random: np.random.Generator, cause: Ints, first: np.datetime64, months: int, communes: int
) -> tuple[Any, Ints]:
    """Return when and in which commune (by position) each event began."""
    days = np.arange(first.astype("datetime64[D]"), (first + months).astype("datetime64[D]"))
    month = (days.astype("datetime64[M]").astype(np.int64) % 12).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7
    chances = {
        "season": MONTH_WEIGHTS[month],
        "even": np.ones(len(days)),
        "work": np.where(weekday < 5, 1.0, 0.0),  # noqa: PLR2004 Monday to Friday
        "evening": np.where(np.isin(month, (5, 6, 7)), 1.0, 0.02),
    }
    start = np.empty(len(cause), dtype="datetime64[s]")
    commune = random.integers(0, communes, len(cause))
    for when, chance in chances.items():
        rows = np.flatnonzero(np.isin(cause, [i for i, c in enumerate(CAUSES) if c.when == when]))
        day = days[random.choice(len(days), len(rows), p=chance / chance.sum())]
        start[rows] = day + _seconds_of_day(random, when, len(rows)).astype("timedelta64[s]")
    rows = np.flatnonzero(np.isin(cause, [i for i, c in enumerate(CAUSES) if c.when == "storm"]))
    stormy = np.flatnonzero(np.isin(month, (4, 5, 6, 7, 8)))
    storms = random.choice(stormy, min(len(stormy), STORMS_A_YEAR * months // 12), replace=False)
    strength = random.pareto(1.5, len(storms)) + 1
    which = random.choice(len(storms), len(rows), p=strength / strength.sum())
    middle = random.integers(0, communes, len(storms))
    reach = random.integers(max(1, communes // 8), max(2, communes // 2 + 1), len(storms))
    offset = (random.random(len(rows)) * reach[which]).astype(np.int64)
    commune[rows] = (middle[which] + offset) % communes
    hour = random.integers(12, 21, len(storms))[which]
    later = np.minimum(random.exponential(2_700, len(rows)), 10_000).astype(np.int64)
    start[rows] = days[storms[which]] + (hour * 3600 + later).astype("timedelta64[s]")
    return start, commune


def _seconds_of_day(random: np.random.Generator, when: str, count: int) -> Ints:
    if when == "work":
        return 6 * 3600 + 1800 * random.integers(0, 7, count)
    if when == "evening":
        return random.integers(18 * 3600, 22 * 3600, count)
    return random.integers(0, 86_400, count)


def _seconds(random: np.random.Generator, cause: Ints) -> Ints:
    median = np.array([c.median for c in CAUSES])[cause]
    spread = np.array([c.spread for c in CAUSES])[cause]
    minutes = median * np.exp(spread * random.standard_normal(len(cause)))
    sustained = cause != len(CAUSES) - 1
    limits = np.where(sustained, 36 * 60.0, 5.0), np.where(sustained, 6.0, 0.05)
    lengths: Ints = np.round(np.clip(minutes, limits[1], limits[0]) * 60).astype(np.int64)
    return lengths


def _branches(
    random: np.random.Generator, commune: Ints, communes: int, months: int
) -> tuple[Any, Any]:
    """Return the feeder or branch of each event and the share of the commune it supplies.

    A branch belongs to one commune. Few events are of the whole feeder: records
    of one feeder that overlap would be one interruption.
    """
    feeders = FEEDERS_A_COMMUNE * communes
    names = [
        f"{VOLTAGES[n % len(VOLTAGES)] + n % FEEDERS_A_STATION}E4.{n // FEEDERS_A_STATION + 1}"
        for n in range(feeders)
    ]
    branches = max(4, len(commune) // (EVENTS_A_BRANCH * feeders))
    feeder = FEEDERS_A_COMMUNE * commune + random.integers(0, FEEDERS_A_COMMUNE, len(commune))
    branch = random.integers(1, branches + 1, len(commune))
    trunk_share = min(0.08, TRUNK_A_YEAR * months / 12 * feeders / len(commune))
    branch[random.random(len(commune)) < trunk_share] = 0
    # The share of a branch is drawn once: its customers are the same every time.
    size = random.beta(1.2, 4.0, (feeders, branches + 1)) / FEEDERS_A_COMMUNE
    size[:, 0] = 1 / FEEDERS_A_COMMUNE
    codes = feeder * (branches + 1) + branch
    width = max(2, len(str(branches)))
    labels = [
        name if n == 0 else f"{name}/{n:0{width}d}" for name in names for n in range(branches + 1)
    ]
    return pd.Categorical.from_codes(codes.astype(np.int32), pd.Index(labels)), size[feeder, branch]


def customers_path(path: Path) -> Path:
    """Return where the customers of a log lie: ``<stem>-khach-hang.<ext>`` beside it."""
    return path.with_name(f"{path.stem}-khach-hang{path.suffix}")


def write(path: Path, outages: pd.DataFrame, customers: pd.DataFrame) -> tuple[Path, Path]:
    """Write a log and its customers as ``.csv`` or ``.parquet``; return both paths.

    Each file says by itself that it is a sample: every cause does, the customers
    have a column for it, and a Parquet file its metadata.

    Raises
    ------
    WrongUseError
        If the suffix is another.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise WrongUseError("outagesample.bad_suffix", file=path.name)
    beside = customers_path(path)
    named = customers.assign(**{t("power.note_sample"): t("power.sample_word")})
    for target, frame in ((path, outages), (beside, named)):
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if suffix == ".parquet":
            said = {t("power.note_sample"): t("power.sample")} | (table.schema.metadata or {})
            pyarrow.parquet.write_table(table.replace_schema_metadata(said), target)
            continue
        for place, column in enumerate(table.schema):
            if pa.types.is_timestamp(column.type):
                seconds = table.column(place).cast(pa.timestamp("s"))
                table = table.set_column(place, column.name, seconds)
        pyarrow.csv.write_csv(table, target)
    return path, beside
