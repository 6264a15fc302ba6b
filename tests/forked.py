"""Processes forked from one that has the library loaded.

There is one such server for all tests of a worker, started by whichever comes first: what it
loads is named here once, and no process loads it again.
"""

import multiprocessing as mp

READY = mp.get_context("forkserver")
READY.set_forkserver_preload(
    [
        "lib.store.store",
        "geopandas.io.arrow",
        "lib.store.database.postgis",
        "lib.store.database.following",
    ]
)
