"""What a card leads with: the verdict on a cluster or a commune, and what is to be done next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lib.crossing.words import lead_words
from lib.language.text import Lang, date, hectares, is_blank, number, t
from lib.register import delay
from lib.reports.cards.card import Fact, Place, Row, Source, fact, source_of
from lib.reports.cards.known import Known
from lib.tables.glossary import label, value_label

_MOST: Final = 2
"""Things to do on one card: the rest comes once these are done."""
_NAMED: Final = 3
"""Missing columns that are named; how many there are is said."""

Todo = tuple[str, tuple[Place, ...]]
"""What is to be done, and the places its words name."""


def communes_of(codes: Iterable[str], names: Mapping[str, str]) -> tuple[Place, ...]:
    """Return the communes `codes` as places that words name."""
    return tuple(Place(names[code], f"communes:{code}") for code in codes if code in names)


def clusters_in(known: Known, code: str) -> tuple[Place, ...]:
    """Return the clusters a decision or a source puts into commune `code`."""
    rows = known.clusters_by_commune.get(code, ())
    return tuple(Place(str(row["name"]), f"clusters:{row['cluster_id']}") for row in rows)


def late_words(known: Known, cluster: Row, lang: Lang, *, short: bool = False) -> str:
    """Return what of a cluster is overdue, since when and by whose word; empty if nothing.

    Parameters
    ----------
    cluster : mapping
        A row of the register, blanks None.
    short : bool
        As one line of a list has room for.
    """
    late = delay.overdue(cluster, on=known.day)
    if late is None:
        return ""
    if late.by == "source":
        source = _who_says_late(known, cluster, lang)
        said = {"source": source.host, "date": source.as_of}
        if short:
            return t("head.late_page", lang, **said)
        return t("head.late_source", lang, **said)
    decision = cluster["decision_no"] or ""
    words = t(f"head.late_{late.by}", lang, end=date(late.end, lang), number=decision)
    return words if late.days is None else t("head.days", lang, what=words, days=late.days)


def late_fact(known: Known, cluster: Row, lang: Lang) -> Fact | None:
    """Return the line of a card that says so of a cluster that is overdue, None of another."""
    words = late_words(known, cluster, lang)
    if not words:
        return None
    by = _who_says_late(known, cluster, lang)
    return fact("head.late", "late", words, by, lang=lang, strong=True)


def _who_says_late(known: Known, cluster: Row, lang: Lang) -> Source:
    """Return the source that calls a cluster behind schedule: of that value, else of the row."""
    own = fact("head.late", "yes", None, source_of(cluster, lang), lang=lang)
    voices = known.voices("clusters", str(cluster["cluster_id"]), lang)
    return voices.told(own, str, "behind_schedule").sources[0]


def cluster_head(
    known: Known, row: Row, cluster: Row, sides: Sequence[Row], lang: Lang
) -> tuple[Fact, ...]:
    """Return the verdict on a cluster, what is overdue, and what is to be done next.

    Parameters
    ----------
    row : mapping
        Its row of `lib.crossing.summary.summarise`, blanks None.
    cluster : mapping
        Its row of the register, blanks None; empty for a sample.
    sides : sequence of mapping
        Its rows of the answer that name a commune, largest piece first.
    """
    names = known.commune_names
    told = [verdict(row, sides, lang)]
    late = late_fact(known, cluster, lang) if cluster else None
    if late:
        told.append(late)
    todo = [*_lead(row, sides, names, lang)]
    if late:
        todo.append((t("head.check_delay", lang), ()))
    if cluster:
        todo += _missing(row, cluster, sides, lang)
    told += [fact("head.todo", words, lang=lang, places=places) for words, places in todo[:_MOST]]
    return tuple(told)


def verdict(row: Row, sides: Sequence[Row], lang: Lang) -> Fact:
    """Return the verdict on a cluster with its communes, and the hectares of each where measured.

    Parameters
    ----------
    row, sides
        As of `cluster_head`.
    """
    parts = []
    for side in sides:
        words = str(side["commune_name"])
        if not is_blank(side["area_ha"]):
            words = t(
                "head.side",
                lang,
                commune=words,
                area=hectares(side["area_ha"], lang),
                low=number(side["area_ha_low"], lang, 2),
                high=number(side["area_ha_high"], lang, 2),
            )
        parts.append(words)
    words = t(f"crossing.value.verdict.{row['verdict']}", lang)
    if parts:
        words = t("head.verdict", lang, verdict=words, sides="; ".join(parts))
    words = words[0].upper() + words[1:]
    places = communes_of(
        (str(side["commune_code"]) for side in sides),
        {str(side["commune_code"]): str(side["commune_name"]) for side in sides},
    )
    return fact("cross.verdict", row["verdict"], words, lang=lang, strong=True, places=places)


def _lead(row: Row, sides: Sequence[Row], names: Mapping[str, str], lang: Lang) -> Iterable[Todo]:
    """Return that a lead is to be decided or assigned, if so."""
    several = row["verdict"] == "cross_commune" or row["change"] == "remains"
    if several and is_blank(row["lead"]):
        places = communes_of((str(side["commune_code"]) for side in sides), names)
        between = t("head.or", lang).join(place.name for place in places)
        yield t("head.decide_lead", lang, communes=between), places
    elif row["lead_state"] == "proposed" or (several and row["lead_state"] != "decided"):
        places = communes_of([str(row["lead"])], names)
        yield t("head.assign_lead", lang, lead=lead_words(row, names, lang)), places


def _missing(row: Row, cluster: Row, sides: Sequence[Row], lang: Lang) -> Iterable[Todo]:
    """Return what has to be found before more can be said."""
    if cluster["unresolved"]:
        yield t("head.unresolved", lang, names="; ".join(cluster["unresolved"])), ()
    elif row["verdict"] == "undetermined" and not sides:
        yield t("head.find_communes", lang), ()
    if is_blank(row["measured_ha"]) and cluster["outline_quality"] in {None, "none"}:
        yield t("head.bring_outline", lang), ()
    if cluster["missing"]:
        named = [label("clusters", column, lang) for column in cluster["missing"][:_NAMED]]
        count = number(len(cluster["missing"]), lang)
        yield t("head.fill_in", lang, count=count, names=", ".join(named)), ()


def commune_head(known: Known, code: str, former_units: int, lang: Lang) -> tuple[Fact, ...]:
    """Return what is to be said first of commune `code`, and what is to be done next.

    Parameters
    ----------
    former_units : int
        How many former units it is made of.
    """
    clusters = clusters_in(known, code)
    rows = known.clusters_by_commune.get(code, ())
    shared = [place for place, row in zip(clusters, rows, strict=True) if _shared(row)]
    parts = [
        t("head.made_of", lang, count=number(former_units, lang)),
        t("head.clusters", lang, count=number(len(clusters), lang))
        if clusters
        else t("head.no_cluster", lang),
    ]
    if shared:
        parts.append(t("head.shared", lang, count=number(len(shared), lang)))
    weak = known.weak_by_commune.get(code, ())
    kinds = [value_label("weak_kind", kind, lang) for kind in dict.fromkeys(map(_kind, weak))]
    parts += kinds
    words = " · ".join(parts)
    told = [fact("head.commune", words, words[0].upper() + words[1:], lang=lang, strong=True)]
    todo: list[Todo] = [
        (t("head.decide_cluster", lang, name=place.name), (place,))
        for place in shared
        if not _assigned(known, _code(place))
    ]
    since = date(min((row["as_of"] for row in weak), default=None), lang)
    todo += [(t("head.ask_power", lang, kind=kind, date=since), ()) for kind in kinds]
    told += [fact("head.todo", said, lang=lang, places=places) for said, places in todo[:_MOST]]
    return tuple(told)


def _kind(row: Row) -> str:
    return str(row["kind"])


def _code(place: Place) -> str:
    return place.target.partition(":")[2]


def _shared(cluster: Row) -> bool:
    return bool(cluster["change"] == "remains")


def _assigned(known: Known, cluster_id: str) -> bool:
    table = known.tables["assignments"]
    decided = table["status"] == "decided"
    return bool((decided & (table["cluster_id"] == cluster_id)).any())
