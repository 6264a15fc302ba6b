"""The file of what cards begin with: the browser says it at a click, before the card is drawn."""

import json
from typing import Final

from lib.access import serving
from lib.language.text import today
from lib.layers.files import write_once
from lib.reports.cards.glance import glances
from lib.settings import settings
from lib.ui import state
from lib.ui.maps import agenda
from lib.ui.workspace import Workspace

_MOST: Final = 16
_MADE: Final[dict[tuple[str, str, str], str]] = {}
"""What is seen, language, day -> path below ``static/`` of its file."""


def path(data: Workspace) -> str:
    """Return where the file lies below ``static/``; empty until `make` has written it."""
    if not _for_everyone(data):
        return ""
    found = _MADE.get(_key(data), "")
    return found if found and (settings().static / found).exists() else ""


def make(data: Workspace) -> None:
    """Write the file unless it is there; called behind the card, so that no map waits for it."""
    if not _for_everyone(data) or path(data):
        return
    content = json.dumps(glances(agenda.material(data)), ensure_ascii=False).encode()
    # Of a layer whose tables are open: once they are closed, the gate keeps it from a stranger.
    name = "communes" if data.closed else "clusters"
    if len(_MADE) >= _MOST:
        _MADE.clear()
    _MADE[_key(data)] = write_once(settings().static, f"layers/{name}-glance", "json", content)


def _for_everyone(data: Workspace) -> bool:
    """Whether a card says here what it says to all: at the usual tolerance, nothing restricted."""
    usual = state.sliders()["tolerance"].rests
    return state.tolerance_m() == usual and data.closed == serving.closed_tables()


def _key(data: Workspace) -> tuple[str, str, str]:
    return data.key, state.language(), today().isoformat()
