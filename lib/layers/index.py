"""Index files that list finished layer files, so that these are not built again.

A list that is missing, was cut short or names a file that is gone names nothing:
what it would say is drawn again. What is not listed is of no use to a map of the
snapshot in use, and is cleaned away.
"""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from lib.layers.files import Detail, LayerFile, apart, on_disk
from lib.layers.looks.layer import Layer
from lib.layers.registry import LAYERS
from lib.store.disk import drop
from lib.tables.ownlayers import tables_of

_HASHED: Final = re.compile(r"([a-z0-9-]{1,80})-[0-9a-f]{12}\.json")
GROUND: Final = ".ground.json"
"""How the list of the layers of the grounds ends."""
_SUFFIX: Final = ".index.json"
_LONGEST: Final = 80
"""Letters of what is left out that fit into the name of a list."""
_BEING_WRITTEN_SECONDS: Final = 60
"""Another process that draws has written files before it lists them."""


def listing(
    folder: Path,
    snapshot_id: str,
    *,
    simplify_m: float,
    grid: bool = True,
    closed: Collection[str] = (),
) -> Path:
    """Return where the layer files of a snapshot are listed in `folder`.

    Parameters
    ----------
    folder : Path
        Where layer files lie: ``static/layers``, or the folder beside ``static``.
    simplify_m : float
        Tolerance of drawn lines in metres (`AREA_CRS`).
    grid : bool
        Whether the layers of the grid are among them.
    closed : collection of str
        Tables nothing of which is among them.
    """
    only = "" if grid else "-no-grid"
    without = "-".join(sorted(closed))
    if len(without) > _LONGEST:
        without = hashlib.sha256(without.encode()).hexdigest()[:12]
    only += f"-without-{without}" if closed else ""
    return folder / f"{snapshot_id}-{simplify_m:g}{only}{_SUFFIX}"


def layer_of(name: str) -> Layer | None:
    """Return the layer a file is of, by its name; None for what is no layer file.

    A part of a layer is called after the layer and the part.
    """
    match = _HASHED.fullmatch(name)
    start = match[1] if match else ""
    while start:
        if start in LAYERS:
            return LAYERS[start]
        start = start.rpartition("-")[0]
    return None


def named(index: Path) -> frozenset[str]:
    """Return the paths of all files a list names, parts in more detail among them."""
    return frozenset(
        path
        for file in _indexed(index)
        for path in (file.path, *(detail.path for detail in file.details))
    )


def clean(static: Path, public: Path, whole: Path | None, closed: Collection[str]) -> list[Path]:
    """Take away the layer files earlier runs left, and return them.

    Parameters
    ----------
    static : Path
        Folder a server hands out.
    public : Path
        The list of what everyone may fetch now.
    whole : Path or None
        The list of what administrators may fetch now; None if nothing is kept from anyone.
    closed : collection of str
        Tables kept for administrators. A file drawn from one that lies where everyone
        fetches goes at once; another that was written within the last minute stays,
        for a process beside this one may be about to list it.
    """
    kept = {public} | {on_disk(static, path) for path in named(public)}
    if whole is not None:
        kept |= {whole} | {on_disk(static, path) for path in named(whole)}
    for path in (static / "layers").glob(f"*{GROUND}"):  # of no snapshot: see `lib.layers.ground`
        kept |= {path} | {on_disk(static, one) for one in named(path)}
    # Lists of borders outlast a snapshot: the next one seldom has others.
    kept |= {
        path
        for path in (static / "layers").glob("*.borders.json")
        if kept.issuperset(on_disk(static, one) for one in named(path))
    }
    gone = []
    drawn = public.exists()  # else a process that is about to draw finds half of it here
    for path in _all(static):
        layer = layer_of(path.name)
        tables = layer.tables if layer is not None and path.parent != apart(static) else ()
        closing = not tables_of(closed).isdisjoint(tables)
        left = drawn and _age_seconds(path) > _BEING_WRITTEN_SECONDS
        if path not in kept and (closing or left):
            drop(path)
            gone.append(path)
    return gone


def _all(static: Path) -> Iterator[Path]:
    for folder in (static / "layers", apart(static)):
        yield from (path for path in folder.glob("*") if path.is_file())


def _age_seconds(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime
    return 0.0


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
    named = tuple((source, as_of) for source, as_of in raw.get("credits", ()))
    return LayerFile(raw["layer_id"], raw["path"], tuple(raw["codes"]), bounds, details, named)


def _bounds(raw: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = raw
    return west, south, east, north
