"""Files that were brought and wait for a second person: in the draft, beside the values of it.

Each is two rows of `lib.store.pending`: what is said of it, and the bytes as they came, so
that a list of what waits reads no bytes.
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import TypeAdapter

from lib.language.errors import DataRefusedError, StoreError
from lib.language.text import number
from lib.store import audit, pending
from lib.store.store import Store
from lib.tables import collecting
from lib.tables.registry import TABLES

MOST_BYTES: Final = 50 * 2**20
"""Of all files that are brought together."""
MOST: Final = 40
"""So many wait at once."""
_TOLD: Final = "brought"
_MB: Final = 2**20
_SECOND: Final = len("2026-12-01T04:00:00")
_KEY: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Brought:
    """Files that one person brought in one go.

    Parameters
    ----------
    key : str
        What it is found by.
    names : tuple of str
        Of the files, as the office calls them.
    choices : mapping
        What was chosen for the import, as JSON has it.
    who, when : str
        Who brought it, as the log says; the moment, ISO, UTC.
    sha256 : str
        Of the row that holds the bytes.
    """

    key: str
    names: tuple[str, ...]
    choices: Mapping[str, Any]
    who: str
    when: str
    sha256: str

    @property
    def kind(self) -> str:
        """What they are imported as."""
        return str(self.choices.get("kind", ""))


_KINDS: Final = frozenset({*TABLES, collecting.KIND})
_READER: Final = TypeAdapter(Brought)


def every(store: Store) -> list[Brought]:
    """Return what waits and is in no snapshot yet, the earliest first.

    A server that died between publishing and forgetting has left some that is in one.

    Raises
    ------
    StoreError
        What waits cannot be read, or a shared database does not answer.
    """
    return _waiting(store, pending.texts(store, (_TOLD,)))


def one(store: Store, key: str) -> Brought:
    """Return what waits under a key.

    Raises
    ------
    DataRefusedError
        It waits no longer.
    StoreError
        As `every`.
    """
    for found in every(store):
        if found.key == key:
            return found
    raise DataRefusedError("pending.gone")


def keep(
    store: Store, files: Mapping[str, bytes], choices: Mapping[str, Any], *, who: str
) -> Brought:
    """Let files wait until a second person publishes them.

    Raises
    ------
    DataRefusedError
        They are too large, or too many wait.
    StoreError
        The store is busy or cannot be written.
    """
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        shown = number(size / _MB, "vi", 1)
        raise DataRefusedError("brought.too_large", size=shown, most=MOST_BYTES // _MB)
    packed = {name: base64.b64encode(content).decode() for name, content in files.items()}
    content = json.dumps(packed, ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()
    fresh = Brought(uuid.uuid4().hex, tuple(files), choices, who, audit.moment(), digest)

    def kept(there: Mapping[str, str]) -> dict[str, str]:
        waits = {one.key for one in _waiting(store, there)}
        if len(waits) >= MOST:
            raise DataRefusedError("brought.too_many", most=MOST)
        told = json.dumps(asdict(fresh), ensure_ascii=False, indent=1)
        # What a server that died left of others is forgotten now.
        left = {folder.name for folder in (store.folder / pending.FOLDER).glob(f"{_TOLD}-*")}
        keys = {one.removeprefix(f"{_TOLD}-") for one in left}
        keys |= {_told(name, text).key for name, text in there.items()}
        dead = {name: "" for key in keys - waits for name in (_name(key), _bytes(key)[1])}
        return {**dead, _bytes(fresh.key)[1]: content, _name(fresh.key): told}

    pending.change(store, kept, (_TOLD,))
    return fresh


def contents(store: Store, which: Brought) -> dict[str, bytes]:
    """Return the files as they came: name -> bytes.

    Raises
    ------
    StoreError
        They are missing or not as they were, or a shared database does not answer.
    """
    folder, name = _bytes(which.key)
    text = pending.texts(store, (folder,)).get(name, "")
    if hashlib.sha256(text.encode()).hexdigest() == which.sha256:
        with suppress(ValueError, AttributeError, TypeError):
            return {one: base64.b64decode(packed) for one, packed in json.loads(text).items()}
    raise StoreError("pending.damaged", file=f"{pending.FOLDER}/{name}")


def drop(store: Store, key: str) -> None:
    """Let files wait no longer.

    Raises
    ------
    StoreError
        The store is busy or cannot be written.
    """
    gone = {_name(key): "", _bytes(key)[1]: ""}
    pending.change(store, lambda there: gone if _name(key) in there else {}, (_TOLD,))


def _name(key: str) -> str:
    return f"{_TOLD}/{key}.json"


def _bytes(key: str) -> tuple[str, str]:
    """Return folder and name of the row of the bytes: its own folder, to be read by itself."""
    return f"{_TOLD}-{key}", f"{_TOLD}-{key}/bytes.json"


def _told(name: str, text: str) -> Brought:
    try:
        found = _READER.validate_json(text)
        keyed = _KEY.fullmatch(found.key) and _name(found.key) == name
        if not keyed or found.kind not in _KINDS:
            raise ValueError(name)  # noqa: TRY301 - told as every other damage
    except (ValueError, RecursionError) as error:
        raise StoreError("pending.damaged", file=f"{pending.FOLDER}/{name}") from error
    return found


def _waiting(store: Store, there: Mapping[str, str]) -> list[Brought]:
    found = [_told(name, text) for name, text in there.items()]
    done = _published(store, min((one.when for one in found), default=""))
    return sorted((one for one in found if one.key not in done), key=lambda one: one.when)


def _published(store: Store, since: str) -> frozenset[str]:
    """Return the keys of what was published after a moment."""
    found = set[str]()
    for snapshot in store.snapshots() if since else ():
        if snapshot.manifest.created[:_SECOND] < since[:_SECOND]:
            break
        act = snapshot.manifest.details.get("import", {})
        found.add(str(act.get(_TOLD, {}).get("key", "")))
    return frozenset(found)
