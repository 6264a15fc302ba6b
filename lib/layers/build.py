"""Build the layer files of a map from a snapshot.

Everything that is drawn comes from one simplified coverage, so that commune
lines, former provinces and the outline lie exactly on each other. What is
measured never comes from here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from lib.layers import borders
from lib.layers import index as layerindex
from lib.layers.files import LayerFile, apart, by_layer, write_layer
from lib.layers.ground import draw as ground
from lib.layers.looks.layer import Layer
from lib.layers.registry import LAYERS, drawn_from
from lib.layers.registry import grid as grid_layers
from lib.store.disk import drop
from lib.store.store import Snapshot


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables of a snapshot, each read when it is first asked for, once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._snapshot.manifest.tables:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._snapshot.read(name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._snapshot.manifest.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._snapshot.manifest.tables)

    def __len__(self) -> int:
        return len(self._snapshot.manifest.tables)


def build(
    snapshot: Snapshot,
    static: Path,
    *,
    simplify_m: float,
    grid: bool = True,
    closed: Collection[str] = (),
    anew: bool = False,
) -> tuple[LayerFile, ...]:
    """Write the layer files everyone may fetch once and return them, bottom first.

    Parameters
    ----------
    static : Path
        Folder Streamlit serves.
    simplify_m : float
        Tolerance of drawn lines in metres (`AREA_CRS`).
    grid : bool
        Whether the layers of the grid are among them. Static files can be read
        by anyone who reaches the server, so without the grid none of its files
        is left there.
    closed : collection of str
        Tables kept for administrators: nothing made from them is among the
        files or left there.
    anew : bool
        Build even if the files are there: after an update of the program.
    """
    index = layerindex.listing(
        static / "layers", snapshot.snapshot_id, simplify_m=simplify_m, grid=grid, closed=closed
    )
    known = () if anew else layerindex.known(index, static)
    files = known or _write(
        snapshot.without(closed), static, index, simplify_m=simplify_m, grid=grid, anew=anew
    )
    if not grid:
        _remove(static, grid_layers(), ())
    if closed:
        _remove(static, [layer for table in closed for layer in drawn_from(table)], files)
        for other in (static / "layers").glob("*.index.json"):
            if other != index:
                other.unlink(missing_ok=True)
    return _with_ground(files, snapshot, static, anew=anew)


def build_whole(
    snapshot: Snapshot,
    static: Path,
    *,
    simplify_m: float,
    grid: bool = True,
    closed: Collection[str] = (),
    anew: bool = False,
) -> tuple[LayerFile, ...]:
    """Write and return the layers of all tables, for those who may see the restricted ones.

    What is not the same as for everyone (`build`, with the same arguments) lies
    beside `static`, where Streamlit does not serve it, see
    `lib.layers.files.on_disk`.
    """
    files = build(snapshot, static, simplify_m=simplify_m, grid=grid, closed=closed, anew=anew)
    if not closed:
        return files
    index = layerindex.listing(
        apart(static), snapshot.snapshot_id, simplify_m=simplify_m, grid=grid
    )
    known = () if anew else layerindex.known(index, static)
    whole = known or _write(
        snapshot, static, index, simplify_m=simplify_m, grid=grid, anew=False, beside=True
    )
    return _with_ground(whole, snapshot, static, anew=False)


def _with_ground(
    files: Sequence[LayerFile], snapshot: Snapshot, static: Path, *, anew: bool
) -> tuple[LayerFile, ...]:
    """Return `files` with the layers of the ground in their places.

    A ground is of the store and not of a snapshot: it is not in the snapshot's list. Its
    rivers stand in place of the coarse ones of a bundle.
    """
    added = by_layer(ground.draw(snapshot.folder.parents[1], static, anew=anew))
    drawn = by_layer(files) | added
    if "ground-rivers" in added:
        drawn.pop("rivers", None)
    return tuple(drawn[name] for name in LAYERS if name in drawn)


def _write(
    snapshot: Snapshot,
    static: Path,
    index: Path,
    *,
    simplify_m: float,
    grid: bool,
    anew: bool,
    beside: bool = False,
) -> tuple[LayerFile, ...]:
    drawn = by_layer(borders.draw(snapshot, static, simplify_m=simplify_m, anew=anew))
    tables = _Tables(snapshot)
    for name, layer in LAYERS.items():
        if layer.source is None or (layer.grid and not grid):
            continue
        frame = layer.source(tables)
        if frame is not None and len(frame):
            drawn[name] = write_layer(static, name, frame, closed=beside)
    files = tuple(drawn[name] for name in LAYERS if name in drawn)
    layerindex.keep(index, files)
    return files


def _remove(static: Path, layers: Iterable[Layer], but: Sequence[LayerFile]) -> None:
    """Take the files of layers out of what is served, but for those named."""
    kept = {static / file.path for file in but}
    for layer in layers:
        for file in (static / "layers").glob(f"{layer.layer_id}-*.json"):
            if file not in kept:
                drop(file)
