"""Names and facts as the old fonts and a wrong encoding show them."""

import csv
from functools import cache

from lib.importing.fonts.codes import TCVN3, VNI
from lib.importing.fonts.misread import UNDEFINED
from lib.tables.facts import FACTS

LOWER = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
TABLES = ("communes", "former_units", "ended_units", "clusters")
ROWS = {
    path.stem: list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    for path in sorted(FACTS.glob("*.csv"))
}
CELLS = sorted({cell for rows in ROWS.values() for row in rows for cell in row})
NAMES = sorted(
    {row[rows[0].index("name")] for t in TABLES for rows in [ROWS[t]] for row in rows[1:]}
)
TO_TCVN3 = {letter: code for code, letter in TCVN3.items() if code != "\u03bc"}
TO_VNI = {letter: code for code, letter in VNI.items() if code in {code.lower(), code.upper()}}


def tcvn3(text: str) -> str:
    """Encode `text`; a capital the fonts do not have is written small, as people did."""
    return "".join(TO_TCVN3.get(c, TO_TCVN3.get(c.lower(), c)) for c in text)


def as_tcvn3_holds_it(text: str) -> str:
    return "".join(c if c.isascii() or c in TO_TCVN3 else c.lower() for c in text)


def vni(text: str) -> str:
    return "".join(TO_VNI.get(c, c) for c in text)


def as_cp1252(text: str) -> str:
    """Return the bytes of `text` in UTF-8 as cp1252 shows them, undefined ones as controls."""
    return "".join(chr(b) if b in UNDEFINED else bytes([b]).decode("cp1252") for b in text.encode())


ENCODERS = {"tcvn3": tcvn3, "vni": vni, "utf8_as_cp1252": as_cp1252}
KINDS = sorted(ENCODERS)


def kept(text: str, kind: str) -> str:
    return as_tcvn3_holds_it(text) if kind == "tcvn3" else text


@cache
def accented(kind: str) -> list[str]:
    return [name for name in NAMES if ENCODERS[kind](name) != name]
