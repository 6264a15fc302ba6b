"""Clones of the application with data in use, made once for a whole run of the tests.

Nobody works in them: a test that needs one takes a copy.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder `make` fills, filled once for all workers of this run."""
    place = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    folder, aside = place / name, place / f"{name}.aside"
    with FileLock(place / f"{name}.lock"):
        if not folder.exists():
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            make(aside)
            aside.rename(folder)
    return folder


def copy_of(clone: Path, folder: Path) -> Path:
    """Return a copy of a clone below `folder`, to be served and changed."""
    root = folder / "app"
    shutil.copytree(clone / "app", root)
    return root


def data_of(clone: Path, folder: Path) -> Path:
    """Return `folder` with a copy of a clone's data: ``store`` and ``static``."""
    shutil.copytree(clone / "app" / "data" / "store", folder / "store")
    shutil.copytree(clone / "app" / "static", folder / "static")
    return folder
