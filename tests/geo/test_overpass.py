"""`ground fetch` against a server that answers, is slow, refuses, and answers half."""

import pytest
from osmfiles import small_ground
from overpassserver import serving

from lib.geo import overpass
from lib.language.errors import SourceUnavailableError

FRAME = (105.1, 21.1, 105.5, 21.5)


WHOLE = small_ground().xml().encode()


def test_the_answer_is_written_as_it_came_and_the_frame_was_asked_for(tmp_path):
    path = tmp_path / "x.osm"
    with serving(WHOLE) as (server, url):
        overpass.fetch(url, FRAME, path, seconds=20)
    assert path.read_bytes() == WHOLE
    (asked,) = server.asked
    assert "[bbox:21.1,105.1,21.5,105.5]" in asked
    assert "[timeout:20]" in asked
    assert "{" not in asked.replace("{2}", "")


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"content": WHOLE[:-300]}, "overpass.half"),
        ({"content": WHOLE[:900], "stated": len(WHOLE)}, "overpass.half"),
        ({"content": b""}, "overpass.half"),
        ({"content": b"<html>busy</html>"}, "overpass.half"),
        ({"content": b"", "status": 429}, "overpass.busy"),
        ({"content": b"", "status": 504}, "overpass.busy"),
        ({"content": b"no", "status": 403}, "overpass.refused"),
        (
            {"content": small_ground().xml(remark="runtime error: Query timed out").encode()},
            "overpass.gave_up",
        ),
    ],
)
def test_an_answer_that_is_not_whole_leaves_nothing(tmp_path, said, key):
    path = tmp_path / "x.osm"
    with serving(**said) as (_, url), pytest.raises(SourceUnavailableError) as lost:
        overpass.fetch(url, FRAME, path, seconds=20)
    assert lost.value.key == key
    assert "127.0.0.1" in str(lost.value)
    assert not path.exists()


@pytest.mark.parametrize("silent", ["before", "within"])
def test_a_slow_server_is_not_waited_for_for_ever(tmp_path, silent):
    path = tmp_path / "x.osm"
    with (
        serving(WHOLE[:500], stated=len(WHOLE), silent=silent) as (_, url),
        pytest.raises(SourceUnavailableError) as lost,
    ):
        overpass.fetch(url, FRAME, path, seconds=0.4)
    assert lost.value.key == "overpass.slow"
    assert not path.exists()


def test_no_server_is_said_to_be_none(tmp_path):
    with serving() as (_, url):
        pass
    with pytest.raises(SourceUnavailableError) as lost:
        overpass.fetch(url, FRAME, tmp_path / "x.osm", seconds=5)
    assert lost.value.key == "overpass.unreachable"
    assert not (tmp_path / "x.osm").exists()
