"""Rights end when they end: open sockets, sessions taken up again, files made for later.

The accounts come from a proxy's headers; the access file is written anew while the
server runs, and each message is one a browser could send.
"""

import time
from collections.abc import Iterator

import pytest
from clones import copy_of
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from e2e.session import Session, session
from e2e.sites import Site, served
from lib.language.text import t
from lib.ui.server.rights import LOOK_SECONDS

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SECRET = "p" * 40
SECONDS = 3 * LOOK_SECONDS
"""How long a change of the access file may take to reach an open connection."""


class Office:
    """A server with accounts whose access file is written anew while it runs."""

    def __init__(self, root) -> None:
        self.policy = root.parent / "access.toml"
        self.site: Site

    def says(self, *, hours: float = 12, closed: str = "", **people: str) -> None:
        """Write the access file."""
        listed = "\n".join(f'{who} = "{role}"' for who, role in people.items())
        text = f'max_hours = {hours}\nrestricted = [{closed}]\n[proxy]\nsecret = "{SECRET}"\n'
        aside = self.policy.with_suffix(".new")
        aside.write_text(f"{text}[people]\n{listed}\n", encoding="utf-8")
        aside.chmod(0o600)
        aside.replace(self.policy)

    def come(self, who: str, **more: str):
        """Open a visit as somebody the proxy vouches for."""
        headers = {"X-Phutho-Secret": SECRET, "X-Remote-User": who, **headers_of(more)}
        return session(self.site, headers, resumed=more.get("resumed", ""))


def headers_of(more: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in more.items() if name != "resumed"}


@pytest.fixture(scope="module")
def office(schematic_clone, tmp_path_factory) -> Iterator[Office]:
    root = copy_of(schematic_clone, tmp_path_factory.mktemp("rights"))
    made = Office(root)
    made.says(hoa="administrator", xem="viewer")
    with served(root, PHUTHO_ACCESS=str(made.policy)) as site:
        made.site = site
        yield made


@pytest.fixture(autouse=True)
def everybody(office: Office) -> None:
    office.says(hoa="administrator", xem="viewer")


def ends(visit: Session, seconds: float = SECONDS) -> bool:
    """Return whether the server closes a connection within some seconds."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            try:
                visit.socket.recv(timeout=max(0.1, end - time.monotonic()))
            except TimeoutError:
                return False
    except ConnectionClosed:
        return True
    return False


def test_no_message_keeps_a_sign_in_that_ran_out(office: Office):
    office.says(hours=0.002, hoa="administrator")  # 7 seconds
    began = time.monotonic()
    with office.come("hoa", X_Phutho_Since="9999999999") as visit:
        assert t("access.role_administrator") in visit.open("about").text
        visit.socket.send(BackMsg(clear_cache=True).SerializeToString())
        time.sleep(max(0.0, 7.4 - (time.monotonic() - began)))
        try:
            visit.socket.send(BackMsg(clear_cache=True).SerializeToString())
            visit.run()
        except ConnectionClosed:
            pass
        else:
            assert t("access.expired") in visit.text
            assert "ph-foot" not in visit.text
        with office.come("hoa", resumed=visit.session_id) as back:
            back.open("about")
            assert back.session_id == visit.session_id
            assert t("access.expired") in back.text
            assert "ph-foot" not in back.text
            back.socket.send(BackMsg(clear_cache=True).SerializeToString())
            assert t("access.expired") in back.run().text
            assert not ends(back), "who may see nothing is told so, not closed again and again"


@pytest.mark.parametrize(
    "people", [{"hoa": "viewer"}, {"xem": "viewer"}], ids=["lowered", "taken away"]
)
def test_a_role_that_changes_acts_on_open_connections(office: Office, people):
    with office.come("hoa") as visit:
        assert t("data.tab_log") in str(visit.open("data").options)
        office.says(**people)
        assert ends(visit)
        with office.come("hoa", resumed=visit.session_id) as back:
            back.open("data")
            assert t("data.tab_log") not in str(back.options)
            assert (back.session_id != visit.session_id) is ("hoa" in people)
            assert ("ph-foot" in back.text) is ("hoa" in people)


def test_a_table_that_is_closed_closes_what_was_drawn_from_it(office: Office):
    with office.come("xem") as visit, office.come("hoa") as other:
        visit.open("data")
        other.open("data")
        office.says(closed='"substations"', hoa="administrator", xem="viewer")
        assert ends(visit)
        assert not ends(other), "an administrator sees what he saw"
        with office.come("xem", resumed=visit.session_id) as back:
            assert back.open("data").session_id != visit.session_id


def test_a_change_acts_before_the_next_message_is_answered(office: Office):
    with office.come("hoa") as visit:
        visit.open("about")
        office.says(hoa="viewer")
        with pytest.raises(ConnectionClosed):
            visit.run()


def test_nobody_takes_up_the_session_of_somebody_else(office: Office):
    with office.come("hoa") as visit:
        mine = visit.open("data", lang="en").session_id
        with office.come("xem", resumed=mine) as other:
            assert other.open("data").session_id not in {mine, ""}
        with office.come("hoa", resumed=mine) as back:
            assert back.open("data").session_id == mine
