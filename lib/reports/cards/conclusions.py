"""Lines of a card on what meetings concluded about a cluster or a commune: they stand first."""

from typing import Final

from lib.language.text import Lang, date, t
from lib.register import conclusions
from lib.reports.cards.card import Fact, Row, fact, source_of
from lib.reports.cards.known import Known

KEY: Final = "cards.conclusion"


def conclusion_facts(known: Known, column: str, code: str, lang: Lang) -> list[Fact]:
    """Return a line for each conclusion, the most urgent first; none where there is none.

    Parameters
    ----------
    column : {"cluster_id", "commune_code"}
        What `code` is a code of.
    """
    rows = conclusions.about(known.followed(), column, code)
    return [_line(known, row, lang) for row in rows]


def conclusion_words(row: Row, lang: Lang) -> str:
    """Return a conclusion in one sentence: its state, who, what, by when, by which document."""
    return t(
        "cards.conclusion_words",
        lang,
        state=conclusions.state_words(row["state"], lang),
        agency=row["agency"],
        task=row["task"],
        time=conclusions.time_words(row, lang),
        document=conclusions.document_words(row, lang),
    )


def _line(known: Known, row: Row, lang: Lang) -> Fact:
    said = fact(
        KEY,
        row["task"],
        conclusion_words(row, lang),
        source_of(row, lang),
        lang=lang,
        label=t(KEY, lang, date=date(row["date"], lang)),
        look=str(row["state"]),
    )
    voices = known.voices("conclusions", str(row["conclusion_id"]), lang)
    return voices.told(said, str, "task", "due", "done", "done_document")
