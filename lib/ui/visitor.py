"""Identify the visitor anew at every run and every act; sign in and out."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Final

import streamlit as st
from markupsafe import Markup

from lib.access import acts, identity, roles, signins
from lib.access.roles import ALONE, STRANGER, Action, Actor
from lib.access.standing import Standing, standing
from lib.language.errors import NotAllowedError, StoreError
from lib.settings import settings
from lib.store.store import Store
from lib.ui import state
from lib.ui.server.rights import SINCE
from lib.ui.state import tr

_LONG_AGO: Final = 0.0
"""A sign-in without a start has run out."""
_TOLD = "_told"


def actor() -> Actor:
    """Return who visits, by what holds at this moment.

    Without an access file the visitor is the one person at this machine, if
    nobody else can reach it: `lib.ui.server.door` refuses all others before this.
    """
    policy = roles.policy()
    if policy is None:
        return ALONE if identity.is_loopback(st.get_option("server.address")) else STRANGER
    if policy.oidc is not None:
        return identity.of_claims(policy, st.user.to_dict())
    headers = st.context.headers
    given = [(name, value) for name in headers for value in headers.get_all(name)]
    return identity.of_headers(policy, given, float(headers.get(SINCE) or _LONG_AGO))


def stands() -> Standing:
    """Return what the visitor may see at this moment."""
    return standing(actor(), time.time())


def may(action: Action) -> bool:
    """Return whether the visitor may do `action` now: what is drawn, never what is done."""
    return actor().may(action, time.time())


def require(action: Action) -> Actor:
    """Return the visitor, who may do `action` now.

    Raises
    ------
    NotAllowedError
        Nobody is signed in, the sign-in has run out or the role is not enough.
    """
    who = actor()
    acts.require(who, action)
    return who


def fragment(view: Callable[[], None]) -> Callable[[], None]:
    """Make `view` a fragment that looks at the visitor before each of its own reruns.

    A rerun of a fragment does not pass `gate`; if the sign-in has run out, the
    whole page runs again, and does. So it does when another snapshot came into
    use, or the visitor's role or the tables closed to him are others: the fragment
    holds the data its page was opened with.
    """

    @st.fragment
    @wraps(view)
    def looked_at() -> None:
        if may(Action.VIEW) and not _moved_on():
            view()
        else:
            st.rerun()

    return looked_at


def _moved_on() -> bool:
    """Return whether the page was opened with another snapshot or other rights than now."""
    try:
        current = Store(settings().store).current()
    except StoreError:  # the whole page says what is wrong
        return True
    return current is None or (current.snapshot_id, stands()) != state.opened_with()


def gate() -> None:
    """Stop here, with the way to sign in, unless the visitor may see pages."""
    policy = roles.policy()
    try:
        _log("sign-in", require(Action.VIEW))
    except NotAllowedError as refusal:
        if refusal.key == "access.no_role":
            _log("sign-in-refused", actor())
        st.title(tr("frame.app"), anchor=False)
        st.space("small")
        st.info(state.said(refusal), title=tr("access.title"), icon=":material/lock:")
        if policy is not None and policy.oidc is not None:
            words = "access.sign_in" if actor() == STRANGER else "access.sign_in_again"
            st.button(
                tr(words), on_click=st.login, type="primary", icon=":material/login:", key="sign-in"
            )
        elif policy is not None:
            st.markdown(tr("access.by_proxy"))
        st.stop()


def _log(kind: signins.Kind, who: Actor) -> None:
    """Have the store's log say who came, once a session; nothing where nobody signs in."""
    policy = roles.policy()
    if policy is None:
        return
    book = signins.book(settings().store)
    told = (kind, who)
    if st.session_state.get(_TOLD) != told:
        book.note(signins.seen(kind, who, own=policy.oidc is not None))
        st.session_state[_TOLD] = told
    book.settle()


def _sign_out() -> None:
    _log("sign-out", actor())
    st.logout()


def who_am_i() -> None:
    """Draw who is signed in and the way out; nothing where nobody has to."""
    policy = roles.policy()
    if policy is None:
        return
    who = actor()
    with st.container(key="who", horizontal=True, vertical_alignment="center"):
        role = tr(f"access.role_{who.role or 'none'}")
        _small(tr("access.who", name=who.name, role=role))
        if policy.oidc is not None:
            st.button(
                tr("access.sign_out"),
                on_click=_sign_out,
                type="tertiary",
                icon=":material/logout:",
                key="sign-out",
            )


def name_box(key: str) -> str:
    """Return the name for the log: of who is signed in, else typed into a box drawn here."""
    name = actor().name
    if name:
        _small(tr("access.signed_as", name=name))
        return name
    return st.text_input(tr("data.who"), key=key, max_chars=80).strip()


def download(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return `make` for a download button: the visitor of now, looked at again when it is made."""
    return acts.guarded(actor(), make)


def file_name(name: str, *, brought: bool = False) -> str:
    """Return what a file made for the visitor is called, see `lib.access.roles.file_name`."""
    return roles.file_name(actor(), name, roles.policy(), brought=brought)


def _small(text: str) -> None:
    """Draw a line with a name in it; as Markdown an address would become a link."""
    st.html(str(Markup("<small>{}</small>").format(text)))
