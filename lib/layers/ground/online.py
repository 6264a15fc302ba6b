"""Pictures of the internet under the communes: off unless an administrator names an address.

The browser asks that host itself, and no other: only while the switch of the page is on.
"""

import re
from functools import cache
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.layers.browser import Picture
from lib.settings import from_environment, province

NAME: Final = "internet:"
"""Name of the picture in an address; none of a store has such a sign in its name."""
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[^\s;,'\"<>\\]*")
_PLACES: Final = ("{z}", "{x}", "{y}")
_MOST_ZOOM: Final = 19
_AROUND: Final = 0.3
"""Degrees around the province: as far as the map may be moved."""


def _served(value: str) -> str:
    """Refuse what is neither tiles by their numbers nor a WMS with its layers."""
    found = dict(parse_qsl(urlsplit(value).query))
    numbered = all(place in value for place in _PLACES)
    named = any(key.lower() == "layers" and text for key, text in found.items())
    if value and not (_ADDRESS.fullmatch(value) and (numbered or named)):
        raise ValueError(value)
    return value


class Online(BaseSettings):
    """Where pictures of the internet come from."""

    model_config = SettingsConfigDict(env_prefix="PHUTHO_", env_ignore_empty=True, frozen=True)

    online_url: Annotated[str, AfterValidator(_served)] = Field(
        default="",
        description="Tiles (https://host/{z}/{x}/{y}.png) or WMS (https://host/wms?layers=NAME) of"
        " the internet that visitors may switch on; empty: none.",
    )
    online_source: str = Field(
        default="",
        max_length=200,
        description="Whom to name where they show; the host by default.",
    )

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a security policy names them; empty without an address."""
        parts = urlsplit(self.online_url)
        return f"{parts.scheme}://{parts.netloc}" if self.online_url else ""

    @property
    def host(self) -> str:
        """Host, with its port where the address has one."""
        return urlsplit(self.online_url).netloc

    def picture(self) -> Picture | None:
        """Return it as a map offers it, over the land around the province; None without one."""
        if not self.online_url:
            return None
        source = self.online_source or self.host
        west, south, east, north = province().box
        around = (west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
        return Picture(NAME, "", 0, _MOST_ZOOM, around, source, "", self.online_url)


@cache
def online() -> Online:
    """Return the settings of this process, read once.

    Raises
    ------
    WrongUseError
        If a variable of the environment has a value it cannot have.
    """
    return from_environment(Online)
