"""A visit without a browser: what Streamlit's page says over its websocket, and what can be forged.

The messages are those of the page's own script, so a test can press a button
that was never drawn for it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from e2e.sites import Site

SECONDS = 240
_TEXTS = {
    "markdown": "body",
    "html": "body",
    "alert": "body",
    "heading": "body",
    "button": "label",
    "download_button": "label",
    "text_input": "label",
    "file_uploader": "label",
    "selectbox": "label",
}


@dataclass
class Session:
    """One visit.

    Parameters
    ----------
    socket : ClientConnection
        Open to the server.
    site : Site
        The server.
    texts : list of str
        What the last run put out.
    widgets : dict
        Label -> id of the buttons and boxes of the last run.
    options : dict
        Label -> choices of the boxes of the last run.
    files : dict
        Label -> name under which a file can be asked for.
    said : list of bytes
        Every message of this visit, as it was sent.
    fragments : set of str
        Parts of its pages that run by themselves.
    """

    socket: ClientConnection
    site: Site
    texts: list[str] = field(default_factory=list)
    widgets: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    said: list[bytes] = field(default_factory=list)
    fragments: set[str] = field(default_factory=set)
    session_id: str = ""
    page: str = ""
    page_hash: str = ""
    query: str = ""

    def open(self, page: str, **query: str) -> "Session":
        """Go to a page."""
        self.page, self.page_hash = page, ""
        self.query = "&".join(f"{key}={value}" for key, value in query.items())
        return self.run()

    def run(
        self, *pressed: str, chosen: Mapping[str, str] | None = None, unfolded: Collection[str] = ()
    ) -> "Session":
        """Run the page with buttons pressed, boxes chosen and pop-ups open, by their ids."""
        self.texts, self.widgets, self.options, self.files = [], {}, {}, {}
        states = [WidgetState(id=one, trigger_value=True) for one in pressed]
        states += [WidgetState(id=one, string_value=v) for one, v in (chosen or {}).items()]
        states += [WidgetState(id=one, bool_value=True) for one in unfolded]
        state = ClientState(query_string=self.query, page_name=self.page)
        state.page_script_hash = self.page_hash
        state.context_info.url = f"{self.site.url}/{self.page}"
        state.widget_states.widgets.extend(states)
        self.say(BackMsg(rerun_script=state))
        while self._take(ForwardMsg.FromString(self.socket.recv(timeout=SECONDS))):
            pass
        return self

    def _take(self, said: ForwardMsg) -> bool:
        """Keep what a message says; return whether more is to come."""
        if said.HasField("new_session"):
            self.session_id = said.new_session.initialize.session_id or self.session_id
            self.texts, self.widgets, self.options, self.files = [], {}, {}, {}
        if said.HasField("navigation"):
            self.page_hash = said.navigation.page_script_hash
        if said.HasField("delta") and said.delta.fragment_id:
            self.fragments.add(said.delta.fragment_id)
        if said.HasField("delta") and said.delta.add_block.popover.id:
            popover = said.delta.add_block.popover
            self.widgets[popover.label] = popover.id
        if said.HasField("delta") and said.delta.HasField("new_element"):
            element = said.delta.new_element
            kind = element.WhichOneof("type")
            shown = getattr(element, kind)
            if kind in _TEXTS:
                self.texts.append(getattr(shown, _TEXTS[kind]))
            if hasattr(shown, "label") and getattr(shown, "id", ""):
                self.widgets[shown.label] = shown.id
            if hasattr(shown, "options"):
                self.options[getattr(shown, "label", "")] = [str(one) for one in shown.options]
            if kind == "download_button":
                self.files[shown.label] = shown.deferred_file_id
            self.texts.append(str(shown) if kind == "arrow_data_frame" else "")
        more = said.HasField("script_finished") and said.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        )
        return not more

    def ask_for(self, file_id: str) -> str:
        """Return the address of a file made for this visit, empty if it is refused."""
        request = BackMsg()
        request.backend_operation_request.request_id = "1"
        request.backend_operation_request.session_id = self.session_id
        request.backend_operation_request.deferred_file.file_id = file_id
        self.say(request)
        while True:
            said = ForwardMsg.FromString(self.socket.recv(timeout=SECONDS))
            if said.HasField("backend_operation_response"):
                return said.backend_operation_response.deferred_file.url

    def addresses(self, *names: str) -> list[str]:
        """Return where files of these names may be put, as a file box asks for it."""
        request = BackMsg()
        request.file_urls_request.request_id = "1"
        request.file_urls_request.session_id = self.session_id
        request.file_urls_request.file_names.extend(names)
        self.say(request)
        while True:
            said = ForwardMsg.FromString(self.socket.recv(timeout=SECONDS))
            if said.HasField("file_urls_response"):
                return [one.upload_url.lstrip("/") for one in said.file_urls_response.file_urls]

    def say(self, message: BackMsg) -> None:
        """Send a message as it is, and keep it."""
        self.said.append(message.SerializeToString())
        self.socket.send(self.said[-1])

    @property
    def text(self) -> str:
        """All the last run put out."""
        return "\n".join(self.texts)


@contextmanager
def session(site: Site, headers: Mapping[str, str], *, resumed: str = "") -> Iterator[Session]:
    """Open a visit whose websocket carries `headers` and takes up the session `resumed`."""
    address = f"{site.url.replace('http://', 'ws://')}/_stcore/stream"
    with connect(
        address,
        additional_headers=dict(headers),
        subprotocols=[
            Subprotocol(one) for one in ("streamlit", *(("-", resumed) if resumed else ()))
        ],
        max_size=None,
        open_timeout=SECONDS,
    ) as socket:
        yield Session(socket, site)


def get(site: Site, path: str, headers: Mapping[str, str]) -> requests.Response:
    """Ask for a file as a browser of that visitor would."""
    return requests.get(f"{site.url}/{path.lstrip('/')}", headers=dict(headers), timeout=SECONDS)
