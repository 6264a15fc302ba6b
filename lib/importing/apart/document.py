"""Documents from outside, each looked at in a process apart as every foreign file is."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lib.importing.apart import sandbox
from lib.importing.documents import Attachment, kind_of, refuse_large, with_rows
from lib.importing.draft import Draft
from lib.language.errors import DataRefusedError
from lib.store import documents
from lib.store.documents import TABLE
from lib.store.store import Snapshot, Store
from lib.tables import facts

LIST: Final = "documents.json"
"""File of a folder of documents that says what each belongs to."""


def kind_of_bytes(given: Attachment) -> str:
    """Return what a document is by its content, see `lib.importing.documents.kind_of`.

    Raises
    ------
    DataRefusedError
        It is larger than 20 MB, or as `kind_of`; or looking at it took too long.
    """
    refuse_large(given.name, len(given.content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / "document"
        path.write_bytes(given.content)
        return sandbox.run(kind_of, path, given.name, name=given.name)


def write_folder(store: Store, snapshot: Snapshot, folder: Path) -> int:
    """Write the documents of a snapshot and their list into a folder; return how many files.

    Raises
    ------
    StoreError
        A document is missing or damaged.
    """
    table = snapshot.read(TABLE) if TABLE in snapshot.manifest.tables else pd.DataFrame()
    folder.mkdir(parents=True, exist_ok=True)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    files = {_file(row): str(row["sha256"]) for row in rows}
    for name, sha256 in files.items():
        (folder / name).write_bytes(documents.read(store, table, sha256))
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    (folder / LIST).write_text(text, encoding="utf-8")
    return len(files)


def read_folder(folder: Path, snapshot: Snapshot, *, as_of: str) -> tuple[Draft, dict[str, bytes]]:
    """Return what attaching the documents of such a folder would change, and their bytes.

    Parameters
    ----------
    snapshot : Snapshot
        What they are attached to.
    as_of : str
        Day of the act, ISO; the rows keep their own.

    Raises
    ------
    DataRefusedError
        The list or a file is missing, not as it was written, or belongs to nothing there.
    """
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        rows = pd.DataFrame([dict(row) for row in listed])
        text = rows.astype(object).where(rows.notna(), None)
        table = facts.check(TABLE, text.map(lambda v: None if v is None else str(v)), file=LIST)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise DataRefusedError("documents.no_list", folder=folder.name, file=LIST) from error
    contents: dict[str, bytes] = {}
    for row in table.to_dict("records"):
        contents[str(row["name"])] = _checked(folder, row)
    names = {TABLE, *table["of_table"]} & set(snapshot.manifest.tables)
    return with_rows(table, as_of, {name: snapshot.read(name) for name in names}), contents


def _checked(folder: Path, row: Mapping[Any, Any]) -> bytes:
    """Return the bytes of a listed document; its hash and its kind have to be those of the list."""
    name = _file(row)
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise DataRefusedError("documents.not_the_file", file=name) from error
    given = Attachment(name, content, row["of_table"], row["of_id"], row["as_of"])
    if given.sha256 != row["sha256"] or kind_of_bytes(given) != row["kind"]:
        raise DataRefusedError("documents.not_the_file", file=name)
    return content


def _file(row: Mapping[Any, Any]) -> str:
    return f"{row['sha256']}.{row['kind']}"
