"""What runs in a process of its own and is killed in the middle: light, so that it starts fast."""

import itertools
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg

from lib.store.database.following import follow
from lib.store.database.postgis import Database
from lib.store.store import Act, Store, Table

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}


def publish(url: str, folder: str, tables: Mapping[str, Table], step: int) -> None:
    """Publish, and die before the n-th question to the database."""
    counter = itertools.count(1)

    def patch(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def call(self, *args, **more):
            if next(counter) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(self, *args, **more)

        setattr(owner, name, call)

    for name in ("execute", "copy"):
        patch(psycopg.Cursor, name)
    for name in ("commit", "close"):
        patch(psycopg.Connection, name)
    store = Store(Path(folder), Database(url))
    store.publish(tables, Act("import", "An"), border_quality="reference")


def catch_up(url: str, folder: str, step: int) -> None:
    """Follow, and die at the n-th file of the store that is made, renamed or removed."""
    counter = itertools.count(1)

    def hook(event: str, args: tuple[object, ...]) -> None:
        inside = args and isinstance(args[0], str | Path) and str(args[0]).startswith(folder)
        if event in STEPS and inside and next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    follow(Store(Path(folder)), Database(url), lambda _: None)
