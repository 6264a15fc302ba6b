"""Communes that are remote, weakly supplied or both, each with the facts that say so.

The reader sets the thresholds; nothing is weighed in secret. A measure nobody
states for a commune is unknown: such a commune is neither remote nor weak by
it, and is counted as unknown, never as good.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import pandas as pd

from lib.language.text import is_blank
from lib.power.gaps.measures import MEASURES, Measure, Side, measures

Match = Literal["all", "any"]
Wanted = Literal["remote", "weak", "both"]
WANTED: Final[tuple[Wanted, ...]] = get_args(Wanted)
"""Which communes are listed: those remote, those weakly supplied, those that are both."""

WEAK_KINDS: Final = ("no_grid", "low_voltage", "frequent_outage")
"""Kinds of weak supply that are facts of supply; they are never added up."""
DIFFICULT: Final = "extremely_difficult"
"""A list of the state about poverty: it makes a commune remote here, never weak."""


FACT_COLUMNS: Final = (
    *("commune_code", "commune_name", "former_province", "side", "measure", "value"),
    *("threshold", "rule", "state", "detail", "source_url", "as_of", "sample"),
)


@dataclass(frozen=True)
class Choice:
    """Thresholds and kinds by which the reader calls a commune remote or weak.

    Parameters
    ----------
    thresholds : mapping
        Key of `lib.power.gaps.measures.MEASURES` -> threshold in the unit of the measure.
    kinds : sequence of str
        Which of `WEAK_KINDS` count as weak; none of them: any. A threshold of the log
        adds to what is on record and never replaces it.
    difficult : bool
        Count only communes on the list of the extremely difficult ones as remote.
    match : {"all", "any"}
        Whether a commune has to be remote by every measure chosen or by one.
    settled : bool
        Whether places whose trouble a source calls settled count too.
    wanted : {"remote", "weak", "both"}
        Which communes are listed.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    kinds: Sequence[str] = ()
    difficult: bool = False
    match: Match = "all"
    settled: bool = False
    wanted: Wanted = "both"

    def of(self, side: Side) -> list[Measure]:
        """Return the measures of one side that have a threshold, in their order."""
        return [m for m in MEASURES.values() if m.side == side and m.key in self.thresholds]

    @property
    def is_remote(self) -> bool:
        """Whether any threshold of remoteness is set."""
        return self.difficult or bool(self.of("remote"))

    @property
    def says(self) -> Wanted:
        """What the list is of, in words: weak supply alone while nothing is called remote."""
        return "weak" if self.wanted == "both" and not self.is_remote else self.wanted

    @property
    def asks_log(self) -> bool:
        """Whether any threshold is on a measure of a log."""
        return any(MEASURES[key].of_log for key in self.thresholds)

    def weak_kinds(self) -> tuple[str, ...]:
        """Return the kinds that count: those chosen, or any where nothing was chosen."""
        return tuple(kind for kind in WEAK_KINDS if kind in self.kinds) or WEAK_KINDS


@dataclass(frozen=True)
class Gaps:
    """Communes that are remote, weak or both, with the facts that say so.

    Parameters
    ----------
    communes : DataFrame
        One row a commune: ``commune_code``, ``commune_name``,
        ``former_province``, every measure, ``remote``, ``weak``, ``listed``
        (as wanted) and ``unknown`` (tuple of the measures asked for that nobody
        states for it).
    facts : DataFrame
        One row a fact of a listed commune, `FACT_COLUMNS`. ``value`` is the
        measure's, or the households of a recorded fact; ``rule`` and
        ``threshold`` are blank for recorded facts.
    unplaced : DataFrame
        Facts of a chosen kind that name no commune; rows of ``weak_supply``.
    """

    communes: pd.DataFrame
    facts: pd.DataFrame
    unplaced: pd.DataFrame


def find(
    tables: Mapping[str, pd.DataFrame],
    choice: Choice,
    indices: pd.DataFrame | None = None,
    *,
    log: Mapping[str, Any] | None = None,
) -> Gaps:
    """Return the communes that are remote, weak or both by `choice`.

    Parameters
    ----------
    tables : mapping
        ``communes``, ``settlements``, ``weak_supply``.
    indices : DataFrame or None
        As `lib.power.gaps.measures.measures`; its interruptions are those the reader chose.
    log : mapping or None
        ``source_url``, ``as_of`` and ``sample`` of the log behind `indices`.

    Raises
    ------
    KeyError
        If a threshold is of no measure.
    """
    lost = set(choice.thresholds) - set(MEASURES)
    if lost:
        raise KeyError(*sorted(lost))
    frame = measures(tables, indices)
    facts = _supply_facts(tables, choice)
    listed_as = _on_list(tables)
    remote = [m.passes(frame[m.key], choice.thresholds[m.key]) for m in choice.of("remote")]
    if choice.difficult:
        remote.append(frame["commune_code"].isin(listed_as["commune_code"]))
    weak = [m.passes(frame[m.key], choice.thresholds[m.key]) for m in choice.of("weak")]
    weak.append(frame["commune_code"].isin(facts["commune_code"]))
    every = pd.Series(data=True, index=frame.index)
    frame["remote"] = _joined(remote, choice.match) if remote else every
    frame["weak"] = _joined(weak, "any")
    of = {"remote": ["remote"], "weak": ["weak"], "both": ["remote", "weak"]}[choice.wanted]
    frame["listed"] = frame[of].all(axis=1)
    asked = [m.key for m in (*choice.of("remote"), *choice.of("weak"))]
    frame["unknown"] = [
        tuple(key for key, gone in zip(asked, row, strict=True) if gone)
        for row in frame[asked].isna().to_numpy()
    ]
    shown = frame[frame["listed"]]
    found = [*_number_facts(tables, shown, choice, log or {}), *_records(facts, "weak")]
    if choice.difficult:
        found += _records(listed_as, "remote")
    rows = pd.DataFrame(found, columns=list(FACT_COLUMNS))
    rows = rows[rows["commune_code"].isin(shown["commune_code"])]
    names = frame.set_index("commune_code")
    rows["commune_name"] = rows["commune_code"].map(names["commune_name"])
    rows["former_province"] = rows["commune_code"].map(names["former_province"])
    order = {code: place for place, code in enumerate(shown["commune_code"])}
    rows = rows.sort_values("commune_code", key=lambda codes: codes.map(order), kind="stable")
    supply = tables["weak_supply"]
    blank = supply["commune_code"].isna() & supply["kind"].isin(choice.weak_kinds())
    return Gaps(frame, rows.reset_index(drop=True), supply[blank].reset_index(drop=True))


def within(answer: Gaps, codes: Collection[str]) -> Gaps:
    """Return `answer` with only the communes `codes` listed; measures of all stay."""
    inside = answer.communes["commune_code"].isin(list(codes))
    communes = answer.communes.assign(listed=answer.communes["listed"] & inside)
    facts = answer.facts[answer.facts["commune_code"].isin(list(codes))]
    return Gaps(communes, facts.reset_index(drop=True), answer.unplaced)


def _joined(masks: Sequence[pd.Series], match: Match) -> pd.Series:
    together = pd.concat(masks, axis=1)
    return together.all(axis=1) if match == "all" else together.any(axis=1)


def _supply_facts(tables: Mapping[str, pd.DataFrame], choice: Choice) -> pd.DataFrame:
    """Return the recorded facts of weak supply that count, those with a commune."""
    supply = tables["weak_supply"].dropna(subset=["commune_code"])
    counts = supply["kind"].isin(choice.weak_kinds())
    if not choice.settled:
        counts &= supply["state"] != "solved"
    return supply[counts]


def _on_list(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    supply = tables["weak_supply"].dropna(subset=["commune_code"])
    return supply[supply["kind"] == DIFFICULT]


def _records(facts: pd.DataFrame, side: Side) -> list[dict[str, Any]]:
    """Return facts of ``weak_supply`` as rows of the answer."""
    return [
        {
            "commune_code": row["commune_code"],
            "side": side,
            "measure": row["kind"],
            "value": None if is_blank(row["households"]) else float(row["households"]),
            "threshold": None,
            "rule": "",
            "state": row["state"],
            "detail": "; ".join(
                str(row[name]) for name in ("villages", "value") if not is_blank(row[name])
            ),
            "source_url": row["source_url"],
            "as_of": row["as_of"],
            "sample": False,
        }
        for row in facts.to_dict("records")
    ]


def _number_facts(
    tables: Mapping[str, pd.DataFrame],
    shown: pd.DataFrame,
    choice: Choice,
    log: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return a row for each measure by which a shown commune passes."""
    by_code = {
        name: tables[name].drop_duplicates("code").set_index("code")
        for name in ("communes", "settlements")
    }
    found = []
    for measure in (*choice.of("remote"), *choice.of("weak")):
        threshold = choice.thresholds[measure.key]
        passing = shown[measure.passes(shown[measure.key], threshold)]
        for code, value in zip(passing["commune_code"], passing[measure.key], strict=True):
            said = log if measure.of_log else by_code[measure.table].loc[code]
            found.append(
                {
                    "commune_code": code,
                    "side": measure.side,
                    "measure": measure.key,
                    "value": float(value),
                    "threshold": float(threshold),
                    "rule": measure.rule(),
                    "state": "",
                    "detail": "",
                    "source_url": said.get("source_url"),
                    "as_of": said.get("as_of"),
                    "sample": bool(log.get("sample")) if measure.of_log else False,
                }
            )
    return found


def ranked(communes: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Return `communes` ordered by a score made of visible weights.

    Each measure becomes the share of communes that are less remote, or less
    weak, by it (0 to 1, ties in the middle); the score is their weighted mean
    times 100. A commune without one of the measures has no score: guessing it
    would put it somewhere.

    Parameters
    ----------
    communes : DataFrame
        As `Gaps.communes`.
    weights : mapping
        Key of `lib.power.gaps.measures.MEASURES` -> weight above 0.

    Raises
    ------
    ValueError
        If no weight is above 0.
    """
    used = {key: weight for key, weight in weights.items() if weight > 0}
    if not used:
        msg = "a ranking needs at least one weight above 0"
        raise ValueError(msg)
    parts = pd.DataFrame(index=communes.index)
    for key in used:
        needy = communes[key] if MEASURES[key].at_least else -communes[key]
        known = needy.notna().sum()
        parts[key] = (needy.rank() - 0.5) / known
    total = sum(used.values())
    score = sum((parts[key] * weight for key, weight in used.items()), start=parts.iloc[:, 0] * 0)
    scored = communes.assign(score=100 * score / total)
    return scored.sort_values("score", ascending=False, na_position="last", kind="stable")
