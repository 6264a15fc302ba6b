"""Grounds kept in the folder of a store: one record and one file of data each.

They are no data of the register: no snapshot holds them, no log speaks of them, a backup
leaves them out, for whoever has the file adds it again.
"""

import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from lib.language.errors import WrongUseError
from lib.language.text import fold
from lib.store.disk import drop, put, reserved, sync_folder, write_synced
from lib.store.snapshot import sha256_of

OSM: Final = "© OpenStreetMap contributors"
"""What the licence of OpenStreetMap (ODbL) asks to be written wherever its data shows."""

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST: Final = 40


@dataclass(frozen=True)
class Ground:
    """One ground: what it is called, whose it is, where its data lies.

    Parameters
    ----------
    name : str
        Small letters, digits and hyphens: it stands in addresses.
    kind : {"lines", "pictures"}
        Roads, water and settlements, or tiles of a picture.
    file : str
        Its data, below the folder of grounds; the name holds the hash of the content.
    source : str
        Whom to name where it shows.
    as_of : str
        The day its data is of, ISO 8601; empty if nobody says.
    added : str
        When it was added: ISO 8601, UTC.
    about : mapping
        Of lines: how many of each kind. Of pictures: ``least`` and ``most`` zoom,
        ``bounds`` (west, south, east, north in degrees), ``tiles``.
    """

    name: str
    kind: Literal["lines", "pictures"]
    file: str
    source: str
    as_of: str
    added: str
    about: Mapping[str, Any] = field(default_factory=dict)


def folder_of(store: Path) -> Path:
    """Return the folder of the grounds of a store, there or not."""
    return store / "ground"


def name_for(given: str, file: str) -> str:
    """Return the name of a ground: the one given, else one made of the name of its file.

    Raises
    ------
    WrongUseError
        The name given is more than small letters, digits and hyphens, or one of a device.
    """
    if given:
        if not _NAME.fullmatch(given) or len(given) > _LONGEST or reserved(given):
            raise WrongUseError("ground.bad_name", name=given, most=_LONGEST)
        return given
    made = re.sub(r"[^a-z0-9]+", "-", fold(file.partition(".")[0]))[:_LONGEST].strip("-")
    return f"ground-{made}" if reserved(made) else made or "ground"


def grounds(store: Path) -> tuple[Ground, ...]:
    """Return the grounds of a store by name; a record that cannot be read is none."""
    found = (_read(path) for path in sorted(folder_of(store).glob("*.json")))
    return tuple(one for one in found if one is not None)


def one(store: Path, name: str) -> Ground | None:
    """Return the ground called `name`, None if there is none."""
    return _read(folder_of(store) / f"{name}.json") if _NAME.fullmatch(name) else None


def _read(path: Path) -> Ground | None:
    try:
        found = Ground(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    there = found.name == path.stem and Path(found.file).name == found.file
    return found if there and (path.parent / found.file).is_file() else None


def keep(
    store: Path,
    made: Path,
    name: str,
    kind: Literal["lines", "pictures"],
    *,
    source: str,
    as_of: str,
    about: Mapping[str, Any],
) -> Ground:
    """Take a finished file into the folder of grounds, in place of one of the same name.

    Parameters
    ----------
    made : Path
        The data; it is copied. Record last: who reads meanwhile has the old or the new.
    """
    folder = folder_of(store)
    folder.mkdir(parents=True, exist_ok=True)
    before = one(store, name)
    file = f"{name}-{sha256_of(made)[:12]}{made.suffix}"
    aside = folder / f".{file}"
    shutil.copyfile(made, aside)
    put(aside, folder / file)
    added = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    kept = Ground(name, kind, file, source, as_of, added, about)
    record = folder / f".{name}.json.new"
    write_synced(record, json.dumps(asdict(kept), ensure_ascii=False, indent=1).encode())
    put(record, folder / f"{name}.json")
    sync_folder(folder)
    if before is not None and before.file != file:
        drop(folder / before.file)
    return kept


def remove(store: Path, name: str) -> Ground:
    """Take a ground away and return what it was.

    Raises
    ------
    WrongUseError
        There is none of this name.
    """
    found = one(store, name)
    if found is None:
        names = ", ".join(ground.name for ground in grounds(store)) or "–"
        raise WrongUseError("ground.unknown", name=name, names=names)
    (folder_of(store) / f"{name}.json").unlink(missing_ok=True)
    drop(folder_of(store) / found.file)
    return found


def digest(store: Path) -> str:
    """Return what changes whenever a ground does, empty without any."""
    files = [f"{ground.file} {ground.source} {ground.as_of}" for ground in grounds(store)]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:12] if files else ""
