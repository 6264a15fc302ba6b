"""Ask an Overpass server for the roads, rivers and settlements of OpenStreetMap in a frame.

One question, one file. A server that is slow, refuses, or breaks off in the middle leaves
nothing behind: half a map would look like a whole one.
"""

import re
import time
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from lib.language.errors import SourceUnavailableError

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees, WGS 84."""

CONNECT_S: Final = 10.0
"""Longest wait for a connection, seconds."""
MOST_BYTES: Final = 2**30
"""Largest answer that is taken."""

_CHUNK: Final = 1 << 16
_TAIL: Final = 4096
_QUERY: Final = """[out:xml][timeout:{seconds}][bbox:{south},{west},{north},{east}];
(way[highway~"^((motorway|trunk|primary|secondary|tertiary)(_link)?|unclassified|residential)$"];
way[railway=rail];way[waterway~"^(river|canal|stream|riverbank)$"];
way[natural=water];relation[natural=water];way[landuse=reservoir];
node[place~"^(city|town|suburb|village|hamlet)$"];);
(._;>;);out body;"""
_REMARK: Final = re.compile(rb"<remark>\s*(?:runtime )?error", re.IGNORECASE)
_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.GATEWAY_TIMEOUT)


def fetch(url: str, bounds: Bounds, path: Path, *, seconds: float) -> None:
    """Write what the server has in the frame to `path`, OpenStreetMap XML.

    Parameters
    ----------
    url : str
        Address of the interpreter of an Overpass server.
    bounds : tuple of float
        The frame.
    seconds : float
        Longest wait for the whole answer.

    Raises
    ------
    SourceUnavailableError
        No answer in time, a refusal, or an answer that is not whole; `path` is not there then.
    """
    host = urlsplit(url).hostname or url
    try:
        _download(url, host, bounds, path, seconds)
        _refuse_half(path, host)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _download(url: str, host: str, bounds: Bounds, path: Path, seconds: float) -> None:
    west, south, east, north = (round(side, 5) for side in bounds)
    query = _QUERY.format(
        seconds=max(1, round(seconds)), west=west, south=south, east=east, north=north
    )
    until = time.monotonic() + seconds
    waits = (min(CONNECT_S, seconds), seconds)
    try:
        with (
            requests.post(url, data={"data": query}, stream=True, timeout=waits) as answer,
            path.open("wb") as file,
        ):
            if answer.status_code != HTTPStatus.OK:
                key = "overpass.busy" if answer.status_code in _BUSY else "overpass.refused"
                raise SourceUnavailableError(key, host=host, status=answer.status_code)
            size = 0
            for chunk in answer.iter_content(_CHUNK):
                size += file.write(chunk)
                if time.monotonic() > until:
                    raise SourceUnavailableError("overpass.slow", host=host, seconds=seconds)
                if size > MOST_BYTES:
                    raise SourceUnavailableError("overpass.half", host=host)
    except requests.Timeout as fault:
        raise SourceUnavailableError("overpass.slow", host=host, seconds=seconds) from fault
    except requests.RequestException as fault:
        # A time-out inside the body comes as a ConnectionError, a cut one as a broken chunk.
        if time.monotonic() > until:
            raise SourceUnavailableError("overpass.slow", host=host, seconds=seconds) from fault
        key = "overpass.half" if path.is_file() else "overpass.unreachable"
        raise SourceUnavailableError(key, host=host) from fault


def _refuse_half(path: Path, host: str) -> None:
    """Refuse an answer without its end, and one in which the server says it gave up."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if not tail.rstrip().endswith(b"</osm>"):
        raise SourceUnavailableError("overpass.half", host=host)
    if _REMARK.search(tail):
        raise SourceUnavailableError("overpass.gave_up", host=host)
