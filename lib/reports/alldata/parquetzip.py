"""All tables as a zip of the snapshot's own Parquet files, with a README in both languages."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace

from lib.language.text import LANGS, t
from lib.reports.alldata.contents import Contents
from lib.store import history


def parquet_zip(contents: Contents) -> bytes:
    """Return the Parquet files of a snapshot, its manifest and a README as one zip."""
    lang, snapshot = contents.lang, contents.snapshot
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(name, contents.created.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)

        languages = sorted(LANGS, key=lambda other: other != lang)
        add(
            "README.md",
            "\n".join(_readme(replace(contents, lang=each)) for each in languages).encode(),
        )
        sums: dict[str, str] = {}
        for table in contents.tables:
            content = snapshot.parquet(table)
            sums[table] = hashlib.sha256(content).hexdigest()
            add(f"{table}.parquet", content)
        add("manifest.json", _manifest(contents, sums))
    return buffer.getvalue()


def _manifest(contents: Contents, sums: Mapping[str, str]) -> bytes:
    """Return the manifest; one that would tell of what is kept back is told without it."""
    content = (contents.snapshot.folder / "manifest.json").read_bytes()
    said, shown = json.loads(content), contents.tables
    whole = not (contents.snapshot.hidden or contents.snapshot.reserved)
    if said["tables"].keys() == shown.keys() and whole:
        return content
    said["tables"] = {
        name: {**info, "rows": shown[name].rows, "sha256": sums[name]}
        for name, info in said["tables"].items()
        if name in shown
    }
    said |= {"files": [], "details": history.without_act(said["details"])}
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _readme(contents: Contents) -> str:
    lines = [f"- `{name}.parquet` – {contents.line(name)}" for name in contents.tables]
    return t(
        "alldata.readme",
        contents.lang,
        snapshot=contents.snapshot.snapshot_id,
        borders=contents.borders(),
        tables="\n".join(lines),
    ).lstrip()
