"""All bad files."""

from badfiles.corpus_archives import ARCHIVES
from badfiles.corpus_build import BadFile
from badfiles.corpus_losses import LOSSES
from badfiles.corpus_maps import MAPS
from badfiles.corpus_office import OFFICE
from badfiles.corpus_registers import REGISTERS
from badfiles.corpus_shapes import SHAPES
from badfiles.corpus_sheets import SHEETS
from badfiles.corpus_tables import TABLES

CORPUS: tuple[BadFile, ...] = (
    *TABLES,
    *OFFICE,
    *ARCHIVES,
    *MAPS,
    *SHAPES,
    *REGISTERS,
    *SHEETS,
    *LOSSES,
)
