"""Files that wait for a second person: what was chosen for their import, out and in."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from lib.importing.draft import KINDS, Options
from lib.language.errors import StoreError
from lib.store import pending
from lib.store.brought import Brought

_READER: Final = TypeAdapter(Options)


def choices(options: Options) -> Mapping[str, Any]:
    """Return what was chosen for an import as JSON has it."""
    return asdict(options)


def options_of(which: Brought) -> Options:
    """Return what was chosen when the files were brought.

    Raises
    ------
    StoreError
        It is not what an import can be asked for: the draft is damaged.
    """
    try:
        found = _READER.validate_python(which.choices)
        if found.kind not in KINDS:
            raise ValueError(found.kind)  # noqa: TRY301 - told as every other damage
    except (ValidationError, ValueError) as error:
        raise StoreError("pending.damaged", file=f"{pending.FOLDER}/{which.key}") from error
    return found
