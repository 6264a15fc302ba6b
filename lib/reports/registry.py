"""Every report: one record each, for its command, its buttons and its formats.

The command line makes a command of each, the pages a button where its subject is. What makes
a report loads Typst or python-docx, so it is loaded only when one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from lib.reports.cards.material import Material
    from lib.reports.drawing.view import View

Subject = Literal["clusters", "commune", "map", "all", "meeting"]
"""What a report is about: chosen clusters, one commune, the map seen, everything, one meeting."""


@dataclass(frozen=True)
class Request:
    """Input of one report.

    Parameters
    ----------
    clusters : sequence of str or None
        Clusters it is about; None for those the report itself chooses.
    view : View or None
        The map it is about; None for that of all clusters.
    meeting : str
        Code of the meeting it is of (`lib.register.conclusions.Meeting`), empty for the newest.
    progress : callable or None
        Told how many pages of how many are done.
    """

    material: Material
    kind: str
    clusters: Sequence[str] | None = None
    commune: str = ""
    view: View | None = None
    meeting: str = ""
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Batch:
    """Words of the buttons and the file name of a report on many clusters."""

    ask: str
    ready: str
    file: str


@dataclass(frozen=True)
class Report:
    """One report.

    Parameters
    ----------
    about : {"clusters", "commune", "map", "all", "meeting"}
        Its subject: which options the command has, where the buttons stand.
    help : str
        Text key of what the command says of it.
    buttons : mapping
        Format (an ending without its dot) -> text key of its button.
    file : str
        Text key of the beginning of its file name.
    make : callable
        From what was asked to the bytes of the file.
    hint : str
        Text key of what a button says when pointed at, empty for nothing.
    batch : Batch or None
        Its words for many clusters at once, where it can be of many.
    icon : str
        Material icon of its buttons.
    """

    name: str
    about: Subject
    help: str
    buttons: Mapping[str, str]
    file: str
    make: Callable[[Request], bytes]
    hint: str = ""
    batch: Batch | None = None
    icon: str = ":material/download:"


def _atlas(asked: Request) -> bytes:
    from lib.reports.atlas import atlas, chosen  # noqa: PLC0415 - loads Typst: only where one is made

    if asked.kind == "docx":
        codes = chosen(asked.material) if asked.clusters is None else asked.clusters
        return _cards(asked.material, "clusters", codes)
    return atlas(asked.material, asked.clusters, progress=asked.progress)


def _cards(material: Material, layer_id: str, codes: Sequence[str]) -> bytes:
    from lib.layers.target import Target  # noqa: PLC0415 - as in `_atlas`; and python-docx
    from lib.reports.cards.file import cards_docx  # noqa: PLC0415 - as above

    return cards_docx(material, [Target(layer_id, code) for code in codes])


def _brief(asked: Request) -> bytes:
    if asked.kind == "docx":
        return _cards(asked.material, "communes", [asked.commune])
    from lib.reports.brief import brief  # noqa: PLC0415 - as in `_atlas`

    return brief(asked.material, asked.commune)


def _annex(asked: Request) -> bytes:
    from lib.reports import annex  # noqa: PLC0415 - as in `_atlas`; and python-docx

    make = annex.annex_docx if asked.kind == "docx" else annex.annex_pdf
    return make(asked.material)


def _notice(asked: Request) -> bytes:
    from lib.reports.notice import notice_docx  # noqa: PLC0415 - loads python-docx

    return notice_docx(asked.material, asked.meeting)


def _picture(asked: Request) -> bytes:
    from lib.reports.picture import picture  # noqa: PLC0415 - as in `_atlas`

    return picture(asked.material, _view(asked), "svg" if asked.kind == "svg" else "png")


def _page(asked: Request) -> bytes:
    from lib.reports.page import page  # noqa: PLC0415 - as in `_atlas`

    return page(asked.material, _view(asked))


def _view(asked: Request) -> View:
    from lib.reports.drawing.view import overview  # noqa: PLC0415 - as in `_atlas`

    return asked.view or overview(asked.material)


REPORTS: Final[Mapping[str, Report]] = {
    report.name: report
    for report in (
        Report(
            "atlas",
            "clusters",
            "reports.command_atlas",
            {"pdf": "papers.page", "docx": "papers.word"},
            "papers.sheet_file",
            _atlas,
            hint="papers.sheet",
            batch=Batch("papers.atlas", "papers.atlas_ready", "papers.atlas_file"),
        ),
        Report(
            "annex",
            "all",
            "reports.command_annex",
            {"docx": "papers.annex_docx", "pdf": "papers.annex_pdf"},
            "papers.annex_file",
            _annex,
            icon=":material/description:",
        ),
        Report(
            "brief",
            "commune",
            "reports.command_brief",
            {"pdf": "papers.page", "docx": "papers.word"},
            "papers.brief_file",
            _brief,
            hint="papers.brief",
        ),
        Report(
            "notice",
            "meeting",
            "reports.command_notice",
            {"docx": "papers.notice_docx"},
            "papers.notice_file",
            _notice,
            hint="papers.notice",
            icon=":material/description:",
        ),
        Report(
            "picture",
            "map",
            "reports.command_picture",
            {"png": "papers.map_png", "svg": "papers.map_svg"},
            "papers.map_file",
            _picture,
        ),
        Report(
            "page",
            "map",
            "reports.command_page",
            {"html": "papers.map_html"},
            "papers.map_file",
            _page,
        ),
    )
}
"""Name of a report -> its record, in the order they are offered."""


def about(subject: Subject) -> tuple[Report, ...]:
    """Return the reports with one subject."""
    return tuple(report for report in REPORTS.values() if report.about == subject)
