"""Write files durably: content and names are synced to the disk."""

import os
from pathlib import Path
from typing import IO


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
