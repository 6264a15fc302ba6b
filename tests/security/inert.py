"""What is left of a text where it comes out, and whether anything there is alive."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pypdf
from lxml import etree, html
from python_calamine import CalamineWorkbook

from lib.importing.readers.grid import clean_text

_ALIVE: Final = {"script", "foreignobject", "iframe", "object", "embed", "form", "base", "meta"}
_ADDRESSES: Final = {"href", "src", "action", "formaction", "{http://www.w3.org/1999/xlink}href"}
_SAFE: Final = re.compile(r"(https?://|/|#|\./|app/|data:(image|font)/|[a-z_]+($|\?))")


def plain(text: object) -> str:
    """Return a text without what nobody sees: blanks, controls, marks of direction."""
    return "".join(c for c in str(text) if not c.isspace() and unicodedata.category(c)[0] != "C")


def cells(values: Iterable[object]) -> set[str]:
    """Return texts as an import reads them back, without the guard of an export."""
    return {plain(clean_text(value)) for value in values if isinstance(value, str)}


def strings(node: object) -> Iterator[str]:
    """Yield every text in a JSON document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from strings(one)


def alive_in_tree(root: Any, *, scripts: int = 0) -> list[str]:
    """Return the elements of HTML or SVG that could do something; `scripts` are our own."""
    found, own = [], 0
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        name = etree.QName(node).localname.lower()
        own += name == "script"
        bad = name in _ALIVE - {"script", "meta"} or any(
            key.lower().startswith("on")
            or (key in _ADDRESSES and not _SAFE.match(value.strip().lower()))
            for key, value in node.attrib.items()
        )
        if bad or (name == "script" and own > scripts):
            found.append(etree.tostring(node, encoding="unicode")[:200])
    return found


def alive_in_html(text: str) -> list[str]:
    """Return what is alive in a piece of HTML of ours."""
    return alive_in_tree(html.fromstring(f"<div>{text}</div>"))


def alive_in_pdf(content: bytes) -> list[str]:
    """Return the actions of a PDF that are not plain links to the web."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    found = [key for key in ("/OpenAction", "/AA", "/AcroForm") if key in root]
    found += [key for key in ("/JavaScript", "/EmbeddedFiles") if key in root.get("/Names", {})]
    for page in reader.pages:
        for note in page.get("/Annots") or ():
            act = note.get_object().get("/A", {})
            address = str(act.get("/URI", "https://"))
            if act.get("/S") not in (None, "/URI", "/GoTo") or not address.startswith("http"):
                found.append(str(act))
    return found


def text_of_pdf(content: bytes) -> str:
    """Return all text of a PDF."""
    return plain("".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages))


def parts_of_office(content: bytes) -> dict[str, Any]:
    """Return the XML parts of a DOCX or XLSX; one that is no XML does not come this far."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            entry: etree.fromstring(archive.read(entry))
            for entry in archive.namelist()
            if entry.endswith((".xml", ".rels"))
        }


def alive_in_office(content: bytes) -> list[str]:
    """Return formulas, fields with arguments, links and outside parts of an office file."""
    found = []
    for part, root in parts_of_office(content).items():
        for node in root.iter():
            name = etree.QName(node).localname
            field = name == "instrText" and (node.text or "").strip() not in {"PAGE", "NUMPAGES"}
            outside = name == "Relationship" and node.get("TargetMode") == "External"
            if name in {"f", "hyperlink", "fldSimple", "altChunk", "object"} or field or outside:
                found.append(f"{part}: {etree.tostring(node, encoding='unicode')[:200]}")
    return found


def cells_of_workbook(content: bytes) -> set[str]:
    """Return all texts of a workbook as our own import reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return cells(cell for rows in sheets for row in rows for cell in row)


def text_of_docx(content: bytes) -> str:
    """Return all text of a document, headers and notes too."""
    parts = parts_of_office(content)
    words = [root.itertext() for name, root in parts.items() if name.startswith("word/")]
    return plain("".join("".join(text) for text in words))
