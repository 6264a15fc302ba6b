"""Which messages of a browser reach Streamlit, and whose word counts on when a sign-in began."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from lib.access import roles
from lib.access.policy import Policy
from lib.ui.server.rights import SINCE, Rights

ASKED = {
    "rerun_script": {"query_string": "lang=en"},
    "stop_script": True,
    "app_heartbeat": True,
    "file_urls_request": {"request_id": "1"},
    "backend_operation_request": {"request_id": "1"},
}
NOT_ASKED = {
    "clear_cache": True,
    "set_run_on_save": True,
    "load_git_info": True,
    "debug_disconnect_websocket": True,
    "debug_shutdown_runtime": True,
}


def heard(messages: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[dict, list[bytes]]:
    """Return the request a server behind `Rights` sees, and the messages."""
    coming = [{"type": "websocket.receive", "bytes": one} for one in messages]
    coming.append({"type": "websocket.disconnect", "code": 1000})
    seen: list[bytes] = []
    asked: dict = {}

    async def app(scope, receive, _):
        asked.update(scope)
        while (message := await receive())["type"] == "websocket.receive":
            seen.append(message["bytes"])

    async def receive():
        return coming.pop(0)

    async def send(message):
        raise AssertionError(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    asyncio.run(Rights(app)(scope, receive, send))
    return asked, seen


def test_every_kind_of_message_is_known():
    kinds = {one.name for one in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert kinds == {*ASKED, *NOT_ASKED}


@given(st.lists(st.sampled_from([*ASKED, *NOT_ASKED]), max_size=20))
def test_only_what_a_page_of_ours_asks_for_reaches_streamlit(kinds):
    said = [BackMsg(**{kind: (ASKED | NOT_ASKED)[kind]}).SerializeToString() for kind in kinds]
    _, seen = heard([*said, b"\xff no message"], [])
    wanted = [one for kind, one in zip(kinds, said, strict=True) if kind in ASKED]
    assert seen == [*wanted, b"\xff no message"], "Streamlit closes the connection for the last"


@pytest.mark.parametrize("times", [0, 1, 3])
def test_a_browser_does_not_say_since_when_it_is_signed_in(monkeypatch, times):
    policy = Policy.model_validate({"proxy": {"secret": "p" * 40}, "people": {"a": "viewer"}})
    monkeypatch.setattr(roles, "policy", lambda: policy)
    forged = [(SINCE.lower().encode(), b"9999999999")] * times
    asked, _ = heard([], [(b"x-remote-user", b"a"), *forged])
    given_ = [value for name, value in asked["headers"] if name == SINCE.lower().encode()]
    assert len(given_) == 1
    assert float(given_[0]) < 9_999_999_999
