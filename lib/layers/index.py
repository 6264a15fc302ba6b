"""Index files that list finished layer files, so that these are not built again.

A list that is missing, was cut short or names a file that is gone names nothing:
what it would say is drawn again.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lib.layers.files import Detail, LayerFile, on_disk


def known(index: Path, static: Path) -> tuple[LayerFile, ...]:
    """Return the files a list names if all of them are there, else none."""
    files = _indexed(index)
    return files if all(on_disk(static, file.path).exists() for file in files) else ()


def keep(index: Path, files: Sequence[LayerFile]) -> None:
    """Write the list of `files`, in their order."""
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(json.dumps([asdict(file) for file in files]), encoding="utf-8")


def _indexed(index: Path) -> tuple[LayerFile, ...]:
    """Return the files an index names; none if it is missing or was cut short."""
    try:
        return tuple(_file(raw) for raw in json.loads(index.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def _file(raw: dict[str, Any]) -> LayerFile:
    details = tuple(
        Detail(part["path"], part["first"], _bounds(part["bounds"])) for part in raw["details"]
    )
    bounds = _bounds(raw["bounds"])
    return LayerFile(raw["layer_id"], raw["path"], tuple(raw["codes"]), bounds, details)


def _bounds(raw: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = raw
    return west, south, east, north
