"""The application as a service: `app.py` as it is, and an address that says how it goes.

``streamlit run deploy/serve.py``; Streamlit's own ``/_stcore/health`` only says
that the process answers.
"""

import sys
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lib import status  # noqa: E402 - the folder of the application is not installed
from lib.settings import settings  # noqa: E402
from lib.store import Store  # noqa: E402


def health(_: Request) -> JSONResponse:
    """Answer 200 if this server can do its work, else 503; the reasons are in the JSON.

    Not ``async``: Starlette runs it in a thread of its own, the disk keeps no visitor waiting.
    """
    found = status.check(
        Store(settings().store), static=settings().static, backups=settings().backups
    )
    return JSONResponse(
        found.as_json(),
        status_code=200 if found.well else 503,
        headers={"Cache-Control": "no-store"},
    )


app = st.App(ROOT / "app.py", routes=[Route("/health", health)])
