"""PostGIS and QGIS, where the machine has them: started here, in a folder of the benchmark."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg

from tests.bench.engines import SQL, Cutter
from tests.bench.server import free_port

INSTALL = "apt-get install postgresql postgis"


def _program(name: str) -> str:
    """Return where a program of PostgreSQL is: Debian keeps most of them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) or [shutil.which(name)]
    if found[-1] is None:
        msg = f"PostgreSQL is not installed ({INSTALL})"
        raise RuntimeError(msg)
    return str(found[-1])


@contextmanager
def _cluster() -> Iterator[str]:
    """Run a PostgreSQL of our own; yield how to connect."""
    initdb, postgres = _program("initdb"), _program("postgres")
    with tempfile.TemporaryDirectory(prefix="bench-pg-") as folder:
        place, port = Path(folder) / "data", free_port()
        # PostgreSQL refuses to run as root; then its files belong to its own account.
        given: dict[str, object] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            given = {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": folder}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [initdb, "-D", str(place), "-A", "trust", "-U", "bench", "--no-sync"]
        subprocess.run(command, check=True, **quiet, **given)
        command = [postgres, "-D", str(place), "-p", str(port), "-k", folder]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=512MB"]
        with subprocess.Popen(command, **quiet, **given) as process:
            try:
                yield f"host=127.0.0.1 port={port} user=bench dbname=postgres"
            finally:
                process.terminate()
                process.wait(timeout=30)


def _connect(address: str):
    for _ in range(100):
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.1)
    return psycopg.connect(address, autocommit=True)


@contextmanager
def postgis(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterator[Cutter]:
    """Yield PostGIS with GiST indices on both tables."""
    with _cluster() as address, _connect(address) as connection:
        connection.execute("CREATE EXTENSION postgis")
        for name, frame in (("clusters", clusters), ("communes", communes)):
            key = "cluster_id" if name == "clusters" else "code"
            connection.execute(f"CREATE TABLE {name} ({key} text, shape geometry)")
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in zip(frame[key], frame.geometry.to_wkb(hex=True), strict=True):
                    copy.write_row(row)
            connection.execute(f"CREATE INDEX ON {name} USING gist (shape)")
            connection.execute(f"ANALYZE {name}")

        def work() -> pd.DataFrame:
            rows = connection.execute(SQL.format(area="ST_Area", geometry="shape")).fetchall()
            return pd.DataFrame(rows, columns=["cluster_id", "code", "m2"])

        yield work


@contextmanager
def qgis(clusters: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> Iterator[Cutter]:
    """Yield QGIS's overlap analysis through ``qgis_process``: its start and its files included.

    It gives one area a cluster for the whole layer of communes, not one a pair.
    """
    # Debian's own wrapper breaks the command by an option it puts before it.
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        msg = "QGIS is not installed (apt-get install qgis)"
        raise RuntimeError(msg)
    with tempfile.TemporaryDirectory(prefix="bench-qgis-") as name:
        folder = Path(name)
        clusters.to_file(folder / "clusters.gpkg")
        communes.to_file(folder / "communes.gpkg")
        settings = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": name, "HOME": name}

        def work() -> pd.DataFrame:
            out = folder / "out.gpkg"
            out.unlink(missing_ok=True)
            command = [program, "run", "native:calculatevectoroverlaps", "--ELLIPSOID=NONE", "--"]
            command += [f"INPUT={folder / 'clusters.gpkg'}", f"LAYERS={folder / 'communes.gpkg'}"]
            done = subprocess.run(
                [*command, f"OUTPUT={out}"],
                capture_output=True,
                text=True,
                check=False,
                env=os.environ | settings,
            )
            if not out.exists():
                msg = (done.stderr or done.stdout).strip().splitlines()[-1]
                raise RuntimeError(msg)
            told = gpd.read_file(out)
            return pd.DataFrame({"cluster_id": told["cluster_id"], "m2": told["communes_area"]})

        yield work
