"""The address ``/health``: whether this process and what it works on are well.

Streamlit's own ``/_stcore/health`` only says that the process answers. The door
asks nobody who he is here; a proxy lets the monitoring through and nobody else.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse

from lib.operate import status
from lib.settings import settings
from lib.store.store import Store


def health(_: Request) -> JSONResponse:
    """Answer 200 if this server can do its work, else 503; the reasons are in the JSON.

    Not ``async``: Starlette runs it in a thread, so that the disk keeps no visitor waiting.
    """
    found = status.check(
        Store(settings().store), static=settings().static, backups=settings().backups
    )
    return JSONResponse(
        found.as_json(),
        status_code=200 if found.well else 503,
        headers={"Cache-Control": "no-store"},
    )
