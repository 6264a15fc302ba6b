"""What of a workbook nobody reads on paper: styles and texts that are struck, white or blank."""

import zipfile
from typing import Final

from lxml import etree

from lib.importing.readers.archive import chunks

_STYLES: Final = "xl/styles.xml"
_SHARED: Final = "xl/sharedStrings.xml"
_SHOWS_NOTHING: Final = ";;;"
"""Format of a cell without a section for any number or text."""
_PAPER: Final = "0"
"""Number of the theme's first colour, the background, and of a cell without a fill."""
_TRUE: Final = frozenset({"1", "true", "on"})


def root(archive: zipfile.ZipFile, part: str) -> etree._Element:
    """Return a part of a workbook; entities are not followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(part), parser)


def true(value: str | None) -> bool:
    """Return what an attribute says that is on or off."""
    return (value or "").strip().lower() in _TRUE


def styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the numbers of the cell styles that strike through, show nothing or write in white."""
    if _STYLES not in archive.namelist():
        return frozenset()
    book = root(archive, _STYLES)
    fonts = list(book.iterfind("{*}fonts/{*}font"))
    crossed = {str(at) for at, font in enumerate(fonts) if struck(font)}
    white = {str(at) for at, font in enumerate(fonts) if _is_white(font.find("{*}color"))}
    bare = {str(at) for at, fill in enumerate(book.iterfind("{*}fills/{*}fill")) if _is_bare(fill)}
    silent = {
        one.get("numFmtId")
        for one in book.iter("{*}numFmt")
        if (one.get("formatCode") or "").strip() == _SHOWS_NOTHING
    }
    return frozenset(
        str(at)
        for at, one in enumerate(book.iterfind("{*}cellXfs/{*}xf"))
        if one.get("fontId") in crossed
        or one.get("numFmtId") in silent
        or (one.get("fontId") in white and one.get("fillId", _PAPER) in bare)
    )


def texts(archive: zipfile.ZipFile, name: str) -> frozenset[str]:
    """Return the numbers of the shared texts that are struck through, whole or in part.

    Raises
    ------
    DataRefusedError
        The part is damaged.
    """
    part = next((one for one in archive.namelist() if one.lower() == _SHARED.lower()), None)
    if part is None or not any(
        mark in chunk
        for chunk in chunks(archive, archive.getinfo(part), name)
        for mark in (b"strike", b"\0")
    ):
        return frozenset()
    found = set()
    with archive.open(part) as xml:
        tags = etree.iterparse(xml, tag="{*}si", resolve_entities=False, no_network=True)
        for at, (_, text) in enumerate(tags):
            if struck(text):
                found.add(str(at))
            text.clear()
    return frozenset(found)


def struck(element: etree._Element) -> bool:
    """Return True if a font, or a piece of text below an element, is struck through."""
    return any(true(one.get("val", "1")) for one in element.iter("{*}strike"))


def _is_white(color: etree._Element | None) -> bool:
    if color is None or _flat_tint(color):
        return False
    return color.get("theme") == _PAPER or (color.get("rgb") or "").upper().endswith("FFFFFF")


def _flat_tint(color: etree._Element) -> bool:
    """Return True for a colour that is made darker."""
    return (color.get("tint") or "0").strip().startswith("-")


def _is_bare(fill: etree._Element) -> bool:
    """Return True for a cell that is as white as the paper."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return len(fill) == 0
    kind = pattern.get("patternType", "none")
    return kind == "none" or (kind == "solid" and _is_white(pattern.find("{*}fgColor")))
