"""Papers a meeting leaves with: atlas, annex, brief, picture, single-file page.

Each kind is one function of what `Material` holds. All read the layers, the
answer and the words of the screen, so colours, counts and sentences agree.
"""

from lib.reports.annex_files import annex_docx, annex_pdf
from lib.reports.atlas_pdf import atlas, chosen
from lib.reports.brief_pdf import brief
from lib.reports.material import Material, from_snapshot
from lib.reports.page_html import page
from lib.reports.picture_file import picture
from lib.reports.view import View, overview

__all__ = [
    "Material",
    "View",
    "annex_docx",
    "annex_pdf",
    "atlas",
    "brief",
    "chosen",
    "from_snapshot",
    "overview",
    "page",
    "picture",
]
