"""Stores and backups of them, whole or forged, for the tests of both ways."""

import datetime as dt
import errno
import hashlib
import json
import os
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lib.language.errors import DataRefusedError
from lib.operate.restore import restore_backup
from lib.store.store import Act, Store, Table

HOSTILE = "=1+1 <img onerror> a';DROP"


def tables(area: float) -> dict[str, Table]:
    clusters = pd.DataFrame({"cluster_id": ["PT-001", "PT-002"], "area_ha": [75.0, area]})
    square = gpd.GeoDataFrame(
        {"code": ["08500"]}, geometry=[shapely.box(105, 21, 106, 22)], crs=4326
    )
    return {
        "clusters": Table(clusters, HOSTILE, "2026-01"),
        "communes": Table(square, "cổng sáp nhập", "2025-07-01"),
    }


def publish(store: Store, area: float) -> str:
    files = {f"Bảng kê {area}.xlsx": os.urandom(3_000), "../ảnh.png": b""}
    act = Act("import", who="Nguyễn Văn A", files=files)
    created = dt.datetime(2026, 3, 1, 12, int(area) % 60, tzinfo=dt.UTC)
    published = store.publish(tables(area), act, border_quality="reference", created=created)
    return published.snapshot_id


def tree(store: Store) -> dict[str, str]:
    """Return every file of the store but its lock and cache, with its hash."""
    return {
        str(path.relative_to(store.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.folder.rglob("*")
        if path.is_file() and path.name != "lock" and "cache" not in path.parts
    }


def rewritten(saved: Path, change) -> Path:
    """Return a copy of the zip whose members went through `change`: name -> content or None."""
    members = {}
    with zipfile.ZipFile(saved) as archive:
        for entry in archive.infolist():
            members[entry.filename] = archive.read(entry)
    members = change(members)
    path = saved.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def relisted(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return the members with a list that agrees with them: a careful forger's work."""
    listed = json.loads(members.pop("backup.json"))
    listed["files"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    }
    return {**members, "backup.json": json.dumps(listed).encode()}


def refused(path: Path, store: Store) -> str:
    before = tree(store) if store.folder.exists() else {}
    with pytest.raises(DataRefusedError) as error:
        restore_backup(path, store)
    assert (tree(store) if store.folder.exists() else {}) == before
    assert not (store.folder / "restoring").exists()
    assert path.name in error.value.message("vi")
    assert path.name in error.value.message("en")
    return error.value.key


def failing(after: int):
    """Return an ``os.replace`` that fails from call `after` on."""
    real, calls = os.replace, []

    def replace(source, target, **more):
        calls.append(target)
        if len(calls) > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(source, target, **more)

    return replace
