"""The address of pictures of the internet: what it may be, and what it says of itself."""

import pytest
from pydantic import ValidationError

from lib.layers.ground.online import NAME, Online
from lib.layers.ground.pictures import ADDRESS


def test_without_an_address_there_is_none():
    assert Online().picture() is None
    assert Online().origin == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://anh.example.vn/{z}/{x}/{y}.png",
        "http://10.0.0.5:8080/wms?service=WMS&LAYERS=ortho",
    ],
)
def test_tiles_and_a_wms_are_taken_and_only_their_host_is_named(url):
    online = Online(online_url=url)
    assert online.origin == url[: url.index("/", 8)]
    picture = online.picture()
    assert picture.drawing(str)["url"] == url
    assert picture.source == online.host
    assert not ADDRESS.match(f"{NAME}/1/1/1"), "no tile of this server is called so"


@pytest.mark.parametrize(
    "url",
    [
        "https://anh.example.vn/{z}/{x}.png",
        "https://anh.example.vn/wms?layers=",
        "ftp://anh.example.vn/{z}/{x}/{y}",
        "https://a.vn; script-src *//{z}/{x}/{y}",
        "https://a.vn/{z}/{x}/{y};script-src%20*;",
        "https://user@a.vn/{z}/{x}/{y}",
        "javascript:alert(1)//{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
    ],
)
def test_nothing_else_is(url):
    with pytest.raises(ValidationError):
        Online(online_url=url)
