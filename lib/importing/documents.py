"""Documents an office attaches: what a file really is, and the table with its row.

The kind is told by the content; a name says nothing. What is inside is not shown or run
here: a document is kept and given out again as it came.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final

import pandas as pd

from lib.importing.draft import Draft, Options
from lib.importing.readers.archive import check_office, open_zip
from lib.importing.readers.grid import clean_text
from lib.language.errors import DataRefusedError, WrongUseError
from lib.language.text import number
from lib.store.documents import TABLE
from lib.tables.glossary import CODES, value_label
from lib.tables.merging import count_changes, merge_rows
from lib.tables.records.followup import DOCUMENTS, MOST_BYTES
from lib.tables.schemas import ALL_TABLES

_MB: Final = 2**20
_NAME_LETTERS: Final = 200
_END_BYTES: Final = 2048
"""A PDF may have blanks after its last line."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"IEND\xaeB`\x82"
_WORD: Final = b"wordprocessingml.document.main+xml"


@dataclass(frozen=True)
class Attachment:
    """A file to be attached, and to what.

    Parameters
    ----------
    name : str
        As the office calls the file.
    of_table, of_id : str
        What it belongs to: a cluster, a conclusion, or a value as ``table/id/field``.
    as_of : str
        Day it is attached, ISO.
    document_no, date, note : str or None
        Number and day (ISO) of the document, what to say of it.
    """

    name: str
    content: bytes
    of_table: str
    of_id: str
    as_of: str
    document_no: str | None = None
    date: str | None = None
    note: str | None = None

    @property
    def sha256(self) -> str:
        """What it is found by."""
        return hashlib.sha256(self.content).hexdigest()


def subject(typed: str) -> tuple[str, str]:
    """Return table and id of ``table:id`` as it is typed.

    Raises
    ------
    WrongUseError
        It names no table documents are attached to.
    """
    table, sign, row_id = typed.partition(":")
    if not sign or table not in CODES["document_of"] or not row_id:
        raise WrongUseError("documents.bad_subject", value=typed)
    return table, row_id


def refuse_large(name: str, size: int) -> None:
    """Refuse a document of more than 20 MB.

    Raises
    ------
    DataRefusedError
        It is larger.
    """
    if size > MOST_BYTES:
        shown = number(size / _MB, "vi", 1)
        raise DataRefusedError("documents.too_large", file=name, size=shown, most=MOST_BYTES // _MB)


def kind_of(path: Path, name: str) -> str:
    """Return what a file is by its content; for `lib.importing.apart.sandbox` to call.

    Returns
    -------
    str
        ``pdf``, ``png``, ``jpg`` or ``docx``.

    Raises
    ------
    DataRefusedError
        It is none of these, is cut short or has macros.
    """
    refuse_large(name, path.stat().st_size)
    content = path.read_bytes()
    for kind, looks in _KINDS.items():
        if looks(content):
            if not _ENDS[kind](content):
                raise DataRefusedError("documents.cut_short", file=name)
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _word(path, name)
    raise DataRefusedError("documents.kind_unknown", file=name)


_KINDS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "pdf": lambda content: content.startswith(b"%PDF-"),
    "png": lambda content: content.startswith(_PNG) and content[12:16] == b"IHDR",
    "jpg": lambda content: content.startswith(b"\xff\xd8\xff"),
}
_ENDS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "pdf": lambda content: b"%%EOF" in content[-_END_BYTES:],
    "png": lambda content: content.rstrip(b"\0").endswith(_PNG_END),
    "jpg": lambda content: b"\xff\xd9" in content[-_END_BYTES:],
}


def _word(path: Path, name: str) -> str:
    check_office(path, name)
    with open_zip(path, name) as archive:
        entries = archive.namelist()
        if any(PurePath(entry).name.lower() == "vbaproject.bin" for entry in entries):
            raise DataRefusedError("documents.macro", file=name)
        types = "[Content_Types].xml"
        if types not in entries or _WORD not in archive.read(types):
            raise DataRefusedError("documents.kind_unknown", file=name)
    return "docx"


def draft_of(given: Attachment, kind: str, base: Mapping[str, pd.DataFrame]) -> Draft:
    """Return the table of documents with a further row.

    Parameters
    ----------
    kind : str
        Of `kind_of`.
    base : mapping
        ``documents`` as in use, if there are any, and the table it is attached to.

    Raises
    ------
    DataRefusedError
        There is nothing of that id to attach it to.
    """
    name = clean_text(PurePath(given.name.replace("\\", "/")).name)[-_NAME_LETTERS:].strip()
    row: dict[str, Any] = {
        "source_url": f"file:{'_'.join(name.replace('/', ' ').split())}",
        "as_of": given.as_of,
        "sha256": given.sha256,
        "of_table": given.of_table,
        "of_id": given.of_id,
        "name": name,
        "kind": kind,
        "size": len(given.content),
        "document_no": clean_text(given.document_no) or None,
        "date": given.date,
        "note": clean_text(given.note) or None,
    }
    return with_rows(pd.DataFrame([row]), given.as_of, base)


def with_rows(rows: pd.DataFrame, as_of: str, base: Mapping[str, pd.DataFrame]) -> Draft:
    """Return the table of documents with further rows, or with other words in known ones.

    Parameters
    ----------
    rows : DataFrame
        Columns of the table, checked by who calls.
    as_of : str
        Day of the act, ISO.
    base : mapping
        ``documents`` as in use, if there are any, and the tables they are attached to.

    Raises
    ------
    DataRefusedError
        There is nothing of that id to attach one of them to.
    """
    for of_table, of_id in zip(rows["of_table"], rows["of_id"], strict=True):
        _require_subject(of_table, of_id, base)
    before = base.get(TABLE)
    order = [column.name for column in DOCUMENTS.every()]
    merged = merge_rows(before, rows[order], DOCUMENTS.key, replace=False)
    table: pd.DataFrame = ALL_TABLES[TABLE].validate(merged)[order]
    counts = {TABLE: count_changes(before, table, DOCUMENTS.key)}
    return Draft(Options(TABLE, as_of), tables={TABLE: table}, counts=counts)


def _require_subject(table: str, row_id: str, base: Mapping[str, pd.DataFrame]) -> None:
    frame = base.get(table)
    if frame is None or row_id not in set(_ids(table, frame)):
        what = value_label("document_of", table)
        raise DataRefusedError("documents.nothing_there", table=what, id=row_id[:80])


def _ids(table: str, frame: pd.DataFrame) -> pd.Series:
    """Return what each row of a table is called when a document is attached to it."""
    if table == "statements":
        return frame["table"] + "/" + frame["id"].astype(str) + "/" + frame["field"]
    return frame["cluster_id" if table == "clusters" else "conclusion_id"]
