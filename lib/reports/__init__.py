"""Papers a meeting leaves with: atlas, annex, brief, picture, single-file page.

Each kind is one function of what `Material` holds. All read the layers, the
answer and the words of the screen, so colours, counts and sentences agree.
"""

from lib.reports.atlas_pdf import atlas, chosen
from lib.reports.material import Material, from_snapshot

__all__ = ["Material", "atlas", "chosen", "from_snapshot"]
