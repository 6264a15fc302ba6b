"""Sentences on the communes of a cluster, shared by card and paper."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from lib.language.text import Lang, is_blank, number, t
from lib.places import names

_HALF: Final = 2


def lead_words(row: Mapping[Any, Any], communes: Mapping[str, str], lang: Lang) -> str:
    """Return who leads a cluster and how sure that is, in one of three words.

    Parameters
    ----------
    row : mapping
        Row of `lib.crossing.summary.summarise`.
    communes : mapping
        Code -> name of every commune.
    """
    code = row["lead"]
    if is_blank(code):
        return t("crossing.value.lead_rule.needs_decision", lang)
    state = {"larger_area": "by_area", "only_commune": "only"}.get(
        str(row["lead_rule"]), str(row["lead_state"])
    )
    return t(f"crossing.lead_{state}", lang, commune=communes.get(str(code), str(code)))


def by_decision(
    cluster: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame], lang: Lang = "vi"
) -> str:
    """Return in words, name by name, which new communes the documents lead to.

    Parameters
    ----------
    cluster : mapping
        A row of `lib.tables.records.clusters.CLUSTERS`, blanks None; empty for a sample.
    tables : mapping
        ``former_units``, ``ended_units``, ``communes``.
    """
    if not cluster:
        return t("crossing.decision_none", lang)
    steps = names.resolve(
        str(cluster["former_communes"] or ""),
        cluster["former_district"],
        cluster["former_province"],
        tables["former_units"],
        tables["ended_units"],
        communes=tables["communes"],
    )
    said = [step.sentence(lang) for step in steps]
    if cluster["stated_communes"]:
        said.append(t("crossing.stated", lang, communes=cluster["stated_communes"]))
    return " ".join(said) or t("crossing.decision_none", lang)


def by_geometry(verdict: Mapping[Any, Any], *, standing: int, lang: Lang = "vi") -> str:
    """Return the verdict of the outline and its reason in words.

    Parameters
    ----------
    verdict : mapping
        A row of the verdicts of `lib.crossing.verdict`; empty without an outline.
    standing : int
        How many pieces inside a commune stand.
    """
    if not verdict:
        return t("crossing.no_outline", lang)
    limit = verdict["tolerance_m"]
    return t(
        f"crossing.{verdict['reason']}",
        lang,
        tolerance=number(limit, lang, unit="m"),
        half=number(None if limit is None else limit / _HALF, lang, unit="m"),
        count=standing,
    )
