"""Write files durably: content and names are synced to the disk."""

import os
import re
import time
from pathlib import Path
from typing import IO, Final

from lib.language.errors import StoreError

_HELD_SECONDS: Final = 5.0
"""How long a file that another process holds open is tried anew."""
_PAUSE_SECONDS: Final = 0.1
_DEVICE: Final = re.compile("con|prn|aux|nul|(com|lpt)[0-9¹²³]", re.IGNORECASE)


def to_disk(file: IO[bytes]) -> None:
    """Write what `file` still holds back, and wait until the disk has it."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in `folder`."""
    # Only POSIX lets a directory be synced; elsewhere rename alone has to do.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and force it to the disk."""
    with path.open("wb") as file:
        file.write(content)
        to_disk(file)


def put(source: Path, target: Path) -> None:
    """Give a file or folder its place, instead of a file that is there.

    Windows refuses while another process (a virus scanner, a program that shows the file) has
    either of them open, most often for a moment: it is tried for some seconds.

    Raises
    ------
    StoreError
        It is still held.
    PermissionError
        This account may not write there.
    """
    until = time.monotonic() + _HELD_SECONDS
    while True:
        try:
            source.replace(target)
        except PermissionError as error:
            if _forbidden(target):
                raise
            if time.monotonic() > until:
                raise StoreError("store.held", file=target, seconds=_HELD_SECONDS) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def drop(path: Path) -> None:
    """Remove a file nothing names any more; one another process still reads stays there."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        if _forbidden(path):
            raise


def _forbidden(path: Path) -> bool:
    """Return whether it is this account that may not, and nobody who holds the file.

    Windows has one error for both, but no system lets names change in a folder that is closed.
    """
    return not os.access(path.parent, os.W_OK)


def reserved(name: str) -> bool:
    """Return whether Windows takes a file of this name, whatever its ending, for a device."""
    return _DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")) is not None
