"""Which commune leads a cluster, by which document or rule."""

from lib.crossing.summary import LEAD_STATES
from lib.language.text import Lang, date, is_blank, t
from lib.reports.cards.card import Row, Source, source_of
from lib.reports.cards.known import Known
from lib.tables.glossary import value_label


def rule_words(known: Known, row: Row, lang: Lang) -> str:
    """Return the rule that names the lead; of an assignment its document, or its day.

    Parameters
    ----------
    row : mapping
        Row of `lib.crossing.summary.summarise`, blanks None.
    """
    table = known.tables["assignments"]
    from_one = (
        (table["cluster_id"] == row["cluster_id"])
        & (table["commune_code"] == row["lead"])
        & (table["status"] == LEAD_STATES.get(str(row["lead_rule"])))
    )
    if not from_one.any():
        return t(f"crossing.value.lead_rule.{row['lead_rule']}", lang)
    newest = table[from_one].sort_values("date").iloc[-1]
    day = date(newest["date"], lang)
    if is_blank(newest["document_no"]):
        return t("reports.no_document_of", lang, date=day)
    return t("reports.by_document", lang, number=newest["document_no"], date=day)


def assigned(known: Known, cluster_id: str, lang: Lang) -> list[Source]:
    """Return the documents that name a lead of a cluster, or propose one."""
    names, table = known.commune_names, known.tables["assignments"]
    found = []
    for row in table[table["cluster_id"] == cluster_id].to_dict("records"):
        number_of, commune = row["document_no"], row["commune_code"]
        name = t(
            "reports.assignment",
            lang,
            status=value_label("assignment_status", row["status"], lang),
            commune=names.get(commune, commune),
            document=t("reports.no_number", lang) if is_blank(number_of) else number_of,
        )
        found.append(source_of(row, lang, name))
    return found


def named_by(cluster: Row, lang: Lang) -> str:
    """Return what names the communes of a cluster: a decision by its number, else a page."""
    if cluster["decision_no"]:
        return t("cross.by_decision", lang, number=cluster["decision_no"])
    return t("cross.by_page", lang, source=source_of(cluster, lang).host)
