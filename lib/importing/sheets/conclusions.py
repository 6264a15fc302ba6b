"""What only a list of conclusions needs: a code for each, and the words for *no number yet*."""

import hashlib
from typing import Final

from lib.importing.sheets.outages import PLACE
from lib.importing.sheets.rows import Sheet
from lib.language.text import LANGS, fold, t

_TELLING: Final = ("date", "cluster_id", "agency", "task")
_ID_DIGITS: Final = 12
_NO_NUMBER: Final = frozenset(fold(t("conclusions.no_number", lang)) for lang in LANGS)


def finish_conclusions(sheet: Sheet) -> None:
    """Give each row without a code one, made of what tells conclusions apart.

    The number of the document is none of it: it often comes weeks after the meeting,
    and the row has to stay the same one.
    """
    numbers = sheet.read.get("document_no", [])
    for at, number in enumerate(numbers):
        if number is not None and fold(number) in _NO_NUMBER:
            numbers[at] = None
    ids = sheet.read.setdefault("conclusion_id", [None] * len(sheet.indices))
    for at in range(len(ids)):
        ids[at] = ids[at] or _code(sheet, at)


def _code(sheet: Sheet, at: int) -> str:
    parts = [sheet.read[name][at] for name in (*_TELLING, PLACE) if name in sheet.read]
    text = "|".join(fold(str(part or "")) for part in parts)
    return "KL-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]
