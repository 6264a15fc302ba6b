"""The questions a meeting opens with, each answered by name.

Which clusters still lie on two communes and who leads, which communes are remote and
weakly supplied and why, what is overdue and by which document, what is due next.
"""

import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd

from lib.crossing.words import lead_words
from lib.language.text import Lang, date, hectares, is_blank, sort_key, t
from lib.places.merger import split_units
from lib.places.names import full_names
from lib.power.gaps import words as gapwords
from lib.power.gaps.find import Gaps
from lib.register import delay
from lib.register.duties import Duty
from lib.register.playlist import Stop, communes_split
from lib.reports.cards.card import Row
from lib.reports.cards.head import late_words
from lib.reports.cards.known import Known
from lib.reports.cards.material import Material
from lib.reports.cards.places import weak_words
from lib.tables.glossary import value_label

Key = Literal["cross", "gaps", "late", "due", "split", "own"]
KEYS: Final[tuple[Key, ...]] = ("cross", "gaps", "late", "due")
"""The questions a meeting opens with; the others belong to one page each."""
PAGES: Final = {
    "cross": "cross_commune",
    "gaps": "power",
    "late": "clusters",
    "due": "progress",
    "split": "merger",
    "own": "layers",
}
"""Question -> the page that answers it at length."""
_DISTANCE: Final = "town_km"
_LETTERS: Final = 150
"""Of what is said of a duty: the list of duties has all of it."""


@dataclass(frozen=True)
class Point:
    """One line of an answer: a cluster, a commune or a duty, and what is to be said of it.

    Parameters
    ----------
    part : str
        Part of the page it leads to; empty for the page as it opens.
    """

    stop: Stop
    words: str
    part: str = ""

    @property
    def code(self) -> str:
        """Code of the cluster or the commune."""
        return self.stop.target.partition(":")[2]


@dataclass(frozen=True)
class Question:
    """One question with its points, what matters most first.

    Parameters
    ----------
    note : str
        Text key of what holds for every point, empty for nothing.
    """

    key: Key
    points: tuple[Point, ...]
    note: str = ""

    @property
    def codes(self) -> frozenset[str]:
        """Codes of its clusters or communes."""
        return frozenset(point.code for point in self.points)

    def among(self, clusters: Collection[str], communes: Collection[str]) -> "Question":
        """Return the question for the codes a filter leaves; what is due has no place."""
        if self.key == "due":
            return self
        left = communes if self.key == "gaps" else clusters
        return replace(self, points=tuple(one for one in self.points if one.code in left))


def questions(given: Material, gaps: Gaps, *, due: Sequence[Duty] = ()) -> tuple[Question, ...]:
    """Return the questions for the whole province.

    Parameters
    ----------
    given : Material
        Snapshot and answer on the clusters; samples are in no question.
    gaps : Gaps
        Communes remote and weak, of `lib.power.gaps.find.find`.
    due : sequence of Duty
        What is due, the nearest first.
    """
    weak = gaps.communes[gaps.communes["listed"]]
    return (
        Question("cross", _cross(given)),
        Question("gaps", tuple(_gap(given, row, given.lang) for row in _records(weak))),
        _late(given, given.lang),
        Question("due", tuple(_duty(one, given.lang) for one in due)),
    )


def divided(known: Known, lang: Lang) -> Question:
    """Return the communes that got a part of a divided unit, and of which one."""
    parts = split_units(known.tables["former_units"])
    words = {
        code: t("agenda.part_of", lang, units=", ".join(own["name"]))
        for code, own in parts.assign(name=full_names(parts)).groupby("new_code")
    }
    stops = communes_split(known.communes, known.tables["former_units"])
    return Question("split", tuple(Point(s, words[s.target.partition(":")[2]]) for s in stops))


def greatest(amounts: Mapping[str, float], words: Mapping[str, str], known: Known) -> Question:
    """Return the communes with a number of an own layer, the greatest first.

    Parameters
    ----------
    amounts, words : mapping
        Code of a commune -> its number, and the number as it is read.
    """
    names = known.commune_names
    known_codes = set(amounts) & set(names)
    codes = sorted(known_codes, key=lambda code: (-amounts[code], sort_key(names[code])))
    stops = (Stop(PAGES["own"], f"communes:{code}", names[code]) for code in codes)
    return Question("own", tuple(Point(s, words[s.target.partition(":")[2]]) for s in stops))


def _cross(given: Material) -> tuple[Point, ...]:
    """Return the clusters on two communes, most hectares in dispute first."""
    summary = given.summary
    both = (summary["verdict"] == "cross_commune") | (summary["change"] == "remains")
    rows = summary[both & ~summary["sample"]]
    pieces = given.answer.rows
    return tuple(
        Point(
            Stop(PAGES["cross"], f"clusters:{row['cluster_id']}", str(row["cluster_name"])),
            _sides(row, pieces[pieces["cluster_id"] == row["cluster_id"]], given),
        )
        for row in _records(rows)
    )


def _sides(row: Row, pieces: pd.DataFrame, given: Material) -> str:
    """Return the communes of a cluster, with their hectares where measured, and who leads."""
    sides = [
        str(name) if is_blank(area) else f"{name} {hectares(area, given.lang)}"
        for name, area in zip(pieces["commune_name"], pieces["area_ha"], strict=True)
        if not is_blank(name)
    ]
    return f"{', '.join(sides)} · {lead_words(row, given.commune_names, given.lang)}"


def _gap(known: Known, row: Row, lang: Lang) -> Point:
    """Return a commune on record as weakly supplied: what is weak, and the known distance."""
    told = [
        t(
            "agenda.weak",
            lang,
            kind=value_label("weak_kind", fact["kind"], lang),
            what=weak_words({**fact, "value": None}, lang),
            date=date(fact["as_of"], lang),
        )
        for fact in known.weak_by_commune.get(row["commune_code"], ())
    ]
    if not is_blank(row[_DISTANCE]):
        far = gapwords.shown(_DISTANCE, row[_DISTANCE], lang)
        told.append(f"{gapwords.short_name(_DISTANCE, lang)} {far}")
    stop = Stop(PAGES["gaps"], f"communes:{row['commune_code']}", str(row["commune_name"]))
    return Point(stop, " · ".join(told))


def _late(known: Known, lang: Lang) -> Question:
    """Return the clusters behind a date or called so by a source, longest overdue first."""
    found, documented = [], False
    for cluster in _records(known.clusters):
        row = {key: None if is_blank(value) else value for key, value in cluster.items()}
        late = delay.overdue(row, on=known.day)
        if late is not None:
            documented |= late.by != "source"
            stop = Stop(PAGES["late"], f"clusters:{row['cluster_id']}", str(row["name"]))
            words = late_words(known, row, lang, short=True)
            found.append((-(late.days or 0), Point(stop, words)))
    points = tuple(point for _, point in sorted(found, key=lambda entry: entry[0]))
    return Question("late", points, "agenda.no_document" if points and not documented else "")


def _duty(one: Duty, lang: Lang) -> Point:
    """Return a duty: days left, what is missing for it, and the page it is done on."""
    said = [f"{one.left(lang)} ({date(one.date, lang)})", *one.lacks(lang)]
    words, name = (
        textwrap.shorten(text, _LETTERS, placeholder="…")
        for text in (" · ".join(said), one.short(lang))
    )
    if one.key == "conclusion":
        return Point(Stop("follow_up", one.subject, name), words)
    part = "forms" if one.key.startswith("form_") else "duties"
    return Point(Stop(PAGES["due"], "", name), words, part)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")
