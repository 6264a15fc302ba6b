"""The draft of a notice of what a meeting concluded, as an editable Word file.

Laid out by Decree 30/2020/NĐ-CP, appendix I; without number, date, seal and signature: those
are the office's, and nothing here stands for them.
"""

import io
from collections.abc import Sequence
from typing import Any, Final

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH

from lib.language.errors import WrongUseError
from lib.language.text import Lang, date, is_blank, t
from lib.register.conclusions import Meeting, meetings, time_words
from lib.reports.cards.card import site
from lib.reports.cards.material import Material
from lib.reports.word import measure, page, say, styles

_MIDDLE: Final = WD_ALIGN_PARAGRAPH.CENTER
_LEFT: Final = WD_ALIGN_PARAGRAPH.LEFT
_HEAD_MM: Final = (65, 100)
_FOOT_MM: Final = (80, 85)


def chosen(material: Material, code: str = "") -> Meeting:
    """Return the meeting a notice is of: that of `code`, else the newest.

    Raises
    ------
    WrongUseError
        There is none.
    """
    known = meetings(material.followed())
    found = [meeting for meeting in known if code in ("", meeting.code)]
    if not found:
        key = "reports.no_meeting" if known else "reports.no_conclusions"
        raise WrongUseError(key, meeting=code, known="; ".join(one.code for one in known))
    return found[0]


def notice_docx(material: Material, code: str = "") -> bytes:
    """Return the notice of one meeting as DOCX, A4.

    Parameters
    ----------
    code : str
        `lib.register.conclusions.Meeting.code`; the newest meeting by default.

    Raises
    ------
    WrongUseError
        There is no such meeting, or no conclusion at all.
    """
    lang, meeting = material.lang, chosen(material, code)
    word = Document()
    page(word)
    day = date(meeting.date, lang)
    styles(word, t("reports.notice_about", lang, date=day), lang)
    say(word.add_paragraph(), t("reports.notice_draft", lang), size=13, bold=True, align=_LEFT)
    _head(word, meeting, lang)
    say(word.add_paragraph(), t("reports.notice_title", lang), size=14, bold=True, align=_MIDDLE)
    about = t("reports.notice_about", lang, date=day)
    say(word.add_paragraph(), about, size=14, bold=True, align=_MIDDLE)
    for status in ("decided", "proposed"):
        rows = [row for row in meeting.rows if row["status"] == status]
        if rows:
            opening = "reports.notice_decided" if status == "decided" else "reports.notice_proposed"
            say(word.add_paragraph(), t(opening, lang, date=day), size=13)
            _points(word, material, rows)
    _foot(word, lang)
    made = t("reports.notice_made", lang, snapshot=material.manifest.snapshot_id)
    sources = ", ".join(dict.fromkeys(site(str(row["source_url"]), lang) for row in meeting.rows))
    say(word.add_paragraph(), f"{made} {t('frame.sources', lang)} {sources}", size=10, italic=True)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _head(word: Word, meeting: Meeting, lang: Lang) -> None:
    """Write who issues it on the left, the name of the state on the right, number and place."""
    number_of = meeting.document_no or t("reports.notice_blank_number", lang)
    left = (
        (t("reports.notice_above", lang), False),
        (t("reports.notice_issuer", lang), True),
        (t("reports.notice_number", lang, number=number_of), False),
    )
    right = (
        (t("reports.notice_state", lang), True),
        (t("reports.notice_motto", lang), True),
        (t("reports.notice_place", lang), False),
    )
    table = word.add_table(rows=1, cols=2)
    measure(table, _HEAD_MM)
    for cell, lines in zip(table.rows[0].cells, (left, right), strict=True):
        _lines(cell, lines, size=13 if lines is left else 12)
    word.add_paragraph()


def _lines(cell: Any, lines: Sequence[tuple[str, bool]], *, size: float) -> None:  # noqa: ANN401 - python-docx's own
    for at, (text, bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        say(paragraph, text, size=size, bold=bold, align=_MIDDLE)


def _points(word: Word, material: Material, rows: Sequence[dict[str, Any]]) -> None:
    """Write what each agency has to do, an agency a point."""
    lang = material.lang
    agencies = dict.fromkeys(str(row["agency"]) for row in rows)
    for at, agency in enumerate(agencies, start=1):
        say(word.add_paragraph(), f"{at}. {agency}:", size=13, bold=True)
        own = [row for row in rows if row["agency"] == agency]
        for under, row in enumerate(own, start=1):
            say(word.add_paragraph(), f"{at}.{under}. {_task(material, row, lang)}", size=13)


def _task(material: Material, row: dict[str, Any], lang: Lang) -> str:
    parts = [str(row["task"]), *subject_words(material, row), _due(row, lang)]
    note = [] if is_blank(row["note"]) else [str(row["note"])]
    return "; ".join([*parts, *note]) + "."


def _due(row: dict[str, Any], lang: Lang) -> str:
    """Return by when it is to be done; days left belong to the day of printing, not to a notice."""
    if row["state"] == "done" or row["due"] is None:
        return time_words(row, lang)
    return t("reports.notice_due", lang, date=date(row["due"], lang))


def subject_words(material: Material, row: dict[str, Any]) -> list[str]:
    """Return the names of the cluster and the commune a conclusion is about, none for neither."""
    lang, said = material.lang, []
    names = dict(zip(material.clusters["cluster_id"], material.clusters["name"], strict=True))
    if cluster := row["cluster_id"]:
        said.append(t("cards.cluster_title", lang, name=names.get(cluster, cluster)))
    if commune := row["commune_code"]:
        said.append(str(material.commune_names.get(commune, commune)))
    return said


def _foot(word: Word, lang: Lang) -> None:
    """Write the places for receivers and for a signature nobody has given."""
    word.add_paragraph()
    table = word.add_table(rows=1, cols=2)
    measure(table, _FOOT_MM)
    receivers, signer = table.rows[0].cells
    say(
        receivers.paragraphs[0],
        t("reports.notice_receivers", lang),
        size=12,
        bold=True,
        italic=True,
        align=_LEFT,
    )
    say(receivers.add_paragraph(), t("reports.notice_receivers_blank", lang), size=11, align=_LEFT)
    say(signer.paragraphs[0], t("reports.notice_signer", lang), size=13, bold=True, align=_MIDDLE)
    say(
        signer.add_paragraph(),
        t("reports.notice_unsigned", lang),
        size=12,
        italic=True,
        align=_MIDDLE,
    )
    word.add_paragraph()
