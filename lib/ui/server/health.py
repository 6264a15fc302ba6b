"""The address ``/health``: whether this process and what it works on are well.

Streamlit's own ``/_stcore/health`` only says that the process answers. The door
asks nobody who he is here; a proxy lets the monitoring through and nobody else. What
was found names folders, snapshots and counts: that is for who may read the log.
"""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse

from lib.access import roles
from lib.access.roles import Action
from lib.operate import status
from lib.settings import settings
from lib.store.store import Store


def health(request: Request) -> JSONResponse:
    """Answer 200 if this server can do its work, else 503; the reasons are for administrators.

    Not ``async``: Starlette runs it in a thread, so that the disk keeps no visitor waiting.
    """
    found = status.check(
        Store(settings().store), static=settings().static, backups=settings().backups
    )
    return JSONResponse(
        found.as_json() if _may_know_why(request) else {"well": found.well},
        status_code=200 if found.well else 503,
        headers={"Cache-Control": "no-store"},
    )


def _may_know_why(request: Request) -> bool:
    """Return whether who asks may read the log; where nobody signs in, the one at the machine."""
    from lib.ui.server import door  # noqa: PLC0415 - the door leads here

    return roles.policy() is None or door.visitor(request).may(Action.AUDIT, time.time())
