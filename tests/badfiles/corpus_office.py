"""Bad workbooks and Word documents."""

import io
import random
import struct

from badfiles.corpus_build import (
    BadFile,
    Make,
    coordinate_rows,
    cut,
    document,
    holding,
    spoil,
    square,
    workbook,
)

ROWS = coordinate_rows(square())
XLSX, DOCX = "Bãi Ba 2.xlsx", "Bãi Ba 2.docx"
SHEET, BODY = "xl/worksheets/sheet1.xml", "word/document.xml"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200)
ENTITY = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;">]>'


def ole(*streams: str) -> Make:
    """Return a maker of a compound file (the old Office container) with empty streams.

    One sector of the allocation table, one of the directory, as [MS-CFB] has them.
    """
    free, end, fat, none = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    )
    head += struct.pack("<109I", 0, *[free] * 108)
    table_of_sectors = struct.pack("<128I", fat, end, *[free] * 126)
    directory = io.BytesIO()
    for at, name in enumerate(("Root Entry", *streams)):
        written = name.encode("utf-16-le")
        last = at == len(streams)
        right = none if at == 0 or last else at + 1
        child = 1 if at == 0 and streams else none
        directory.write(written.ljust(64, b"\0") + struct.pack("<H", len(written) + 2))
        directory.write(struct.pack("<BBIII", 2 if at else 5, 1, none, right, child))
        directory.write(struct.pack("<16xIQQIQ", 0, 0, 0, end, 0))
    return holding(head + table_of_sectors + directory.getvalue().ljust(512, b"\0"))


def _declaring(part: str, entity: bytes):
    def change(parts: dict[str, bytes]) -> None:
        head, mark, rest = parts[part].partition(b"?>")
        parts[part] = head + mark + entity + rest

    return change


def _padded(part: str):
    """Put the declaration behind a comment longer than a reader's first look."""
    noise = random.Random(7).choices(b"abcdefghijklmnopqrstuvwxyz", k=2**16)  # noqa: S311
    return _declaring(part, b"<!--" + bytes(noise) + b"-->" + ENTITY)


def _utf16(part: str):
    def change(parts: dict[str, bytes]) -> None:
        _declaring(part, ENTITY)(parts)
        text = parts[part].decode("utf-8").replace("UTF-8", "UTF-16").replace("utf-8", "UTF-16")
        parts[part] = text.encode("utf-16")

    return change


def _far(parts: dict[str, bytes]) -> None:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", cell)


def _wide(parts: dict[str, bytes]) -> None:
    span = b'<w:gridSpan w:val="2000000000"/></w:tcPr>'
    parts[BODY] = parts[BODY].replace(b"</w:tcPr>", span, 1)


BOOK, WORD = workbook(ROWS), document(ROWS)
OFFICE = (
    BadFile(
        "xlsx-with-a-password",
        XLSX,
        ole("EncryptionInfo", "EncryptedPackage"),
        crs="9208",
        words=("mật khẩu",),
    ),
    BadFile("xls-called-xlsx", XLSX, ole("Workbook"), crs="9208", words=(".xls", ".xlsx")),
    BadFile("old-excel", "Bãi Ba 2.xls", ole("Workbook"), crs="9208", words=(".xlsx",)),
    BadFile("old-word", "Bãi Ba 2.doc", ole("WordDocument"), crs="9208", words=(".docx",)),
    BadFile("doc-called-docx", DOCX, ole("WordDocument"), crs="9208", words=(".doc", "mật khẩu")),
    BadFile("xlsx-cut-short", XLSX, cut(BOOK), crs="9208", words=("hỏng", "cắt")),
    BadFile("docx-cut-short", DOCX, cut(WORD), crs="9208", words=("hỏng", "cắt")),
    BadFile("empty-sheets", XLSX, workbook([], [[]]), crs="9208", words=("không có ô",)),
    BadFile("sheet-of-headings-only", XLSX, workbook(ROWS[:1]), crs="9208"),
    BadFile("word-without-a-table", DOCX, document(), crs="9208", words=("bảng Word",)),
    BadFile("picture-called-xlsx", XLSX, holding(PNG), crs="9208", words=("hỏng",)),
    BadFile("word-called-xlsx", XLSX, WORD, crs="9208"),
    BadFile("excel-called-docx", DOCX, BOOK, crs="9208"),
    BadFile(
        "entity-in-a-sheet",
        XLSX,
        spoil(BOOK, _declaring(SHEET, ENTITY)),
        crs="9208",
        words=("DOCTYPE",),
    ),
    BadFile(
        "entity-in-shared-strings",
        XLSX,
        spoil(BOOK, _declaring("xl/sharedStrings.xml", LAUGHS)),
        crs="9208",
        words=("DOCTYPE",),
    ),
    BadFile(
        "entity-in-a-document",
        DOCX,
        spoil(WORD, _declaring(BODY, ENTITY)),
        crs="9208",
        words=("DOCTYPE",),
    ),
    BadFile(
        "laughs-in-a-document",
        DOCX,
        spoil(WORD, _declaring(BODY, LAUGHS)),
        crs="9208",
        words=("DOCTYPE",),
    ),
    BadFile(
        "entity-far-into-a-document",
        DOCX,
        spoil(WORD, _padded(BODY)),
        crs="9208",
        words=("DOCTYPE",),
    ),
    BadFile("entity-in-utf-16", DOCX, spoil(WORD, _utf16(BODY)), crs="9208", words=("DOCTYPE",)),
    BadFile(
        "a-cell-at-the-end-of-the-sheet",
        XLSX,
        spoil(BOOK, _far),
        crs="9208",
        words=("16384", "1000"),
    ),
    BadFile(
        "a-cell-two-thousand-million-wide",
        DOCX,
        spoil(WORD, _wide),
        crs="9208",
        words=("200000000", "1000"),
    ),
    BadFile(
        "letters-in-a-number-of-a-sheet",
        XLSX,
        workbook([*ROWS[:2], ["2", "237O926,27", *ROWS[2][2:]], *ROWS[3:]]),
        crs="9208",
        words=("dòng 3", "237O926,27"),
    ),
    BadFile(
        "letters-in-a-number-of-a-document",
        DOCX,
        document([*ROWS[:2], ["2", "237O926,27", *ROWS[2][2:]], *ROWS[3:]], title="Bảng kê"),
        crs="9208",
        words=("dòng 3", "237O926,27"),
    ),
)
