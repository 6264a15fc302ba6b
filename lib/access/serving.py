"""Layer files written as the settings and the access file say."""

from pathlib import Path

from lib.access import roles
from lib.layers import build, index
from lib.layers.files import LayerFile, apart
from lib.settings import settings
from lib.store.store import Snapshot
from lib.tables.disclosure import MARK


def serve_layers(
    snapshot: Snapshot,
    *,
    static: Path | None = None,
    simplify_m: float | None = None,
    anew: bool = False,
) -> tuple[LayerFile, ...]:
    """Write the layer files a stranger may fetch; see `lib.layers.build.build`.

    Parameters
    ----------
    static : Path, optional
        Folder Streamlit serves; by default that of the settings.
    simplify_m : float, optional
        Tolerance of drawn lines in metres (`AREA_CRS`); by default that of the settings.
    anew : bool
        Build even if the files are there: after an update of the program.
    """
    knobs = settings()
    return build.build(
        snapshot,
        static or knobs.static,
        simplify_m=knobs.simplify_m if simplify_m is None else simplify_m,
        grid=knobs.grid_layer,
        closed=closed_tables(),
        anew=anew,
    )


def serve_all_layers(snapshot: Snapshot) -> tuple[LayerFile, ...]:
    """Write the layer files of every table, the restricted ones beside what is served."""
    knobs = settings()
    return build.build_whole(
        snapshot,
        knobs.static,
        simplify_m=knobs.simplify_m,
        grid=knobs.grid_layer,
        closed=closed_tables(),
    )


def public_list(snapshot_id: str) -> Path:
    """Return the list of the layer files of a snapshot that a stranger may fetch now."""
    knobs = settings()
    return index.listing(
        knobs.static / "layers",
        snapshot_id,
        simplify_m=knobs.simplify_m,
        grid=knobs.grid_layer,
        closed=closed_tables(),
    )


def clean_layers(snapshot_id: str) -> list[Path]:
    """Take away the layer files that earlier runs left beside those of a snapshot; return them."""
    knobs = settings()
    closed = closed_tables()
    whole = index.listing(
        apart(knobs.static), snapshot_id, simplify_m=knobs.simplify_m, grid=knobs.grid_layer
    )
    return index.clean(knobs.static, public_list(snapshot_id), whole if closed else None, closed)


def closed_tables() -> frozenset[str]:
    """Return the tables the access file keeps from a stranger.

    No layer file holds a reserved value (`lib.tables.disclosure`): they are the same for all.
    """
    return closed_to_strangers() - {MARK}


def closed_to_strangers() -> frozenset[str]:
    """Return the tables and own layers kept from a stranger; `MARK` where reserved values are."""
    return roles.closed_to(roles.STRANGER, roles.policy())
