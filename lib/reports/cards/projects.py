"""What is said of a project inside a cluster: its own card, and its line on that of its cluster."""

from typing import Final

from lib.language.text import Lang, is_blank, number, t, today
from lib.register.projects import Project, projects, to_recover
from lib.reports.cards.card import Card, Fact, Place, fact, source_of
from lib.reports.cards.further import column_fact
from lib.reports.cards.known import Known
from lib.reports.cards.progress import project_words
from lib.tables.glossary import label
from lib.tables.records.progress import PROJECTS

_ELSEWHERE: Final = ("project_id", "cluster_id", "firm", "note")
"""Columns that are no line of the card."""


def project_facts(known: Known, cluster_id: str, lang: Lang) -> list[Fact]:
    """Return the projects of a cluster: how many, then each with what its dates say.

    Nothing where the register lists none: that is not known to be none.
    """
    found = projects(known.tables.get(PROJECTS.name), on=today(), cluster_id=cluster_id)
    if not found:
        return []
    late = to_recover(found)
    counts = {"count": number(len(found), lang), "late": number(len(late), lang)}
    whole = t("cards.projects", lang, **counts)
    return [
        fact("progress.line_projects", len(found), whole, lang=lang),
        *(_line(one, lang, recover=one in late) for one in found),
    ]


def _line(one: Project, lang: Lang, *, recover: bool) -> Fact:
    firm = str(one.row["firm"])
    return fact(
        "cards.project",
        firm,
        project_words(one, lang),
        source_of(one.row, lang),
        lang=lang,
        label=t("cards.to_recover" if recover else "cards.project", lang),
        strong=recover,
        places=(Place(firm, f"projects:{one.row['project_id']}"),),
    )


def project_card(known: Known, code: str, lang: Lang) -> Card:
    """Return the card of a project: what its dates say by article 81, then what is on record.

    Parameters
    ----------
    code : str
        Its ``project_id``.
    """
    rows = known.tables[PROJECTS.name]
    (one,) = projects(rows[rows["project_id"] == code], on=today())
    own, voices = source_of(one.row, lang), known.voices(PROJECTS.name, code, lang)
    names = known.clusters.set_index("cluster_id")["name"]
    cluster = str(names.get(one.row["cluster_id"], one.row["cluster_id"]))
    passed = number(one.late_days, lang)
    law = one.law.sentence(lang)
    if one.late_days is not None:
        law = f"{law} {t('progress.days_late', lang, days=passed)}"

    told = (
        column_fact(c, one.row[c.name], label(PROJECTS.name, c.name, lang), own, voices, lang)
        for c in PROJECTS.columns
        if c.name not in _ELSEWHERE
    )
    place = (Place(cluster, f"clusters:{one.row['cluster_id']}"),)
    facts = (
        fact("reports.delay", one.law.state, law, own, lang=lang, strong=one.late_days is not None),
        fact("cards.project_cluster", cluster, lang=lang, places=place),
        *told,
    )
    note = "" if is_blank(one.row["note"]) else str(one.row["note"])
    cautions = (t("cards.project_placed", lang),)
    return Card(str(one.row["firm"]), t("cards.project", lang), facts, lang, note, cautions)
