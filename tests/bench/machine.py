"""On what, with what: the head of the report."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil
import shapely

PACKAGES = (
    "streamlit",
    "folium",
    "streamlit-folium",
    "geopandas",
    "shapely",
    "pyproj",
    "leafmap",
    "pydeck",
    "keplergl",
    "lonboard",
    "duckdb",
    "sedonadb",
    "pandas",
    "playwright",
)


def _first_line(*command: str) -> str:
    """Return the first line a program says of itself, empty if it is not here."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return (done.stdout.strip() or done.stderr.strip()).partition("\n")[0]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def describe() -> dict[str, object]:
    """Return what the machine is and which versions run on it."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "commit": _first_line("git", "rev-parse", "--short", "HEAD"),
        "python": platform.python_version(),
        "geos": shapely.geos_version_string,
        "chromium": _first_line("chromium", "--version"),
        "packages": {name: _version(name) for name in PACKAGES},
    }
