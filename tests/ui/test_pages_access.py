"""The pages as somebody who signed in meets them: gate, sidebar, the end of a sign-in."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from clones import data_of
from streamlit.testing.v1 import AppTest

from lib.access import identity, roles, signins
from lib.access.policy import Policy
from lib.importing.draft import Draft, Options
from lib.language.text import LANGS, t
from lib.operate import integrity
from lib.settings import settings
from lib.store import audit
from lib.store.store import Act, Store, Table

pytestmark = pytest.mark.xdist_group("pages")

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
HOUR = 3600
POLICY = {
    "oidc": {
        "server_metadata_url": "https://sso.example.vn/.well-known/openid-configuration",
        "client_id": "map",
        "client_secret": "x",
        "redirect_uri": "https://map.example.vn/oauth2callback",
        "cookie_secret": "c" * 40,
    },
    "people": {"xem@so.vn": "viewer", "sua@so.vn": "editor", "hoa@so.vn": "administrator"},
}
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def data(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of schematic borders and its static files."""
    return data_of(schematic_clone, tmp_path_factory.mktemp("signed"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, data: Path) -> Open:
    """Return how somebody opens the application."""
    monkeypatch.setenv("PHUTHO_STORE", str(data / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(data / "static"))
    settings.cache_clear()
    monkeypatch.setattr(roles, "policy", lambda: Policy.model_validate(POLICY))

    def start(who: str, *, left: float = HOUR, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
        app.user = claims(who, left)
        app.query_params.update(query)
        return app.run()

    yield start
    settings.cache_clear()
    st.cache_resource.clear()


def claims(who: str, left: float) -> dict[str, object]:
    """Return what the sign-in service says of somebody; the sign-in holds `left` seconds more."""
    if not who:
        return {"is_logged_in": False}
    now = time.time()
    address = f"{who}@so.vn"
    return {
        "is_logged_in": True,
        "email": address,
        "name": who.title(),
        "exp": now + left,
        "iat": now,
    }


def told(app: AppTest) -> str:
    """Return all words on the page."""
    parts = [*app.title, *app.info, *app.caption, *app.markdown, *app.error]
    return "\n".join([*(part.value for part in parts), *(e.proto.body for e in app.get("html"))])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("who", "left", "key"),
    [("", HOUR, "nobody"), ("la", HOUR, "no_role"), ("hoa", -1, "expired")],
)
def test_who_may_see_nothing_sees_how_to_sign_in(opened: Open, lang, who, left, key):
    app = opened(who, left=left, lang=lang)
    assert list(app.exception) == []
    assert t(f"access.{key}", lang) in told(app)
    assert "ph-foot" not in told(app)
    assert app.button(key="sign-in").label == t(
        "access.sign_in_again" if who else "access.sign_in", lang
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_drawn_for_a_stranger_who_knows_its_address(opened: Open, page):
    app = opened("")
    app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    app.run()
    assert list(app.exception) == []
    assert t("access.nobody") in told(app)
    assert "ph-foot" not in told(app)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "status"])
def test_every_page_is_drawn_for_a_viewer(opened: Open, page):
    app = opened("xem")
    assert "<small>Xem (xem@so.vn) · người xem</small>" in told(app)
    assert app.button(key="sign-out")
    if page != "overview":
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.run()
    assert list(app.exception) == []
    assert list(app.error) == []
    assert "ph-foot" in told(app)


@pytest.mark.parametrize(("who", "drawn"), [("xem", False), ("sua", False), ("hoa", True)])
def test_the_state_of_the_server_is_drawn_for_administrators(opened: Open, who, drawn):
    app = opened(who)
    app.switch_page(str(ROOT / "pages" / "status.py"))
    app.run()
    assert list(app.exception) == []
    assert ("ph-foot" in told(app)) is drawn
    assert (t("status.for_administrators") in told(app)) is not drawn
    assert list(app.error) == []


def test_a_sign_in_that_ends_while_a_page_is_open_ends_the_page(opened: Open):
    app = opened("sua")
    assert "ph-foot" in told(app)
    app.user = claims("sua", -1)
    app.pills(key="province").set_value(["vinh-phuc"]).run()
    assert list(app.exception) == []
    assert t("access.expired") in told(app)
    assert "ph-foot" not in told(app)


def test_without_a_policy_nobody_signs_in(opened: Open, monkeypatch):
    monkeypatch.setattr(roles, "policy", lambda: None)
    app = opened("")
    assert "ph-foot" in told(app)
    assert [button.key for button in app.button if button.key in ("sign-in", "sign-out")] == []


def test_a_session_on_an_open_address_without_a_policy_is_a_strangers(opened: Open, monkeypatch):
    monkeypatch.setattr(roles, "policy", lambda: None)
    monkeypatch.setattr(identity, "is_loopback", lambda _: False)
    app = opened("")
    assert t("access.nobody") in told(app)
    assert "ph-foot" not in told(app)


def logged(data: Path, who: str) -> list[tuple[str, str]]:
    """Return what the log says of the coming and going of one person."""
    return [
        (event.action, event.details["role"])
        for event in audit.events(data / "store")
        if who in event.who and event.action in signins.ACTIONS
    ]


def test_the_log_says_who_came_and_went_once_a_session(opened: Open, data):
    app = opened("sua")
    assert logged(data, "sua@so.vn")[-1:] == [("sign-in", "editor")]
    before = len(logged(data, "sua@so.vn"))
    app.button(key="sign-out").click().run()
    assert logged(data, "sua@so.vn")[before:] == [("sign-out", "editor")]
    opened("la")
    assert logged(data, "la@so.vn")[-1] == ("sign-in-refused", "")
    assert integrity.check_log(Store(data / "store")).whole
    app = opened("hoa", tab="log")
    app.switch_page(str(ROOT / "pages" / "data.py")).run()
    (shown,) = (f.value for f in app.dataframe if t("access.log_act") in f.value)
    acts = set(shown[t("access.log_act")])
    assert {"đăng nhập (biên tập)", "đăng xuất (biên tập)", "đăng nhập (quản trị)"} <= acts
    assert "đăng nhập bị từ chối (chưa có vai trò)" in acts


@pytest.fixture
def brought(schematic_clone: Path, tmp_path: Path, opened: Open, monkeypatch) -> Open:
    """Return how to open the application after two imports, one of them of a closed table."""
    folder = data_of(schematic_clone, tmp_path)
    store = Store(folder / "store")
    for kind, file in (("substations", "tram-mat.xlsx"), ("outlines", "ranh-gioi.kml")):
        base = store.current()
        frames = {name: base.read(name) for name in base.manifest.tables}
        tables = {n: Table(f, base.manifest.tables[n].source, "2026") for n, f in frames.items()}
        tables["clusters"] = Table(frames["clusters"], f"import: {file}", file)
        counts = {kind: {"added": 1}, "clusters": {"changed": 1}}
        act = Act(
            "import",
            f"Ai mang {kind}",
            {file: b"x"},
            details={
                **base.manifest.details,
                "import": {"kind": kind, "counts": counts},
            },
        )
        store.publish(tables, act, border_quality="schematic")
    monkeypatch.setenv("PHUTHO_STORE", str(folder / "store"))
    monkeypatch.setenv("PHUTHO_STATIC", str(folder / "static"))
    settings.cache_clear()
    closed = Policy.model_validate(POLICY | {"restricted": ["substations"]})
    monkeypatch.setattr(roles, "policy", lambda: closed)
    return opened


@pytest.mark.parametrize(("who", "hidden"), [("xem", True), ("sua", True), ("hoa", False)])
def test_history_keeps_who_brought_a_closed_table_from_which_file(brought: Open, who, hidden):
    said = ""
    for tab in ("history", "use"):
        app = brought(who, tab=tab)
        app.switch_page(str(ROOT / "pages" / "data.py")).run()
        assert list(app.exception) == []
        said += told(app) + "".join(frame.value.to_csv() for frame in app.dataframe)
        said += str([box.options for box in app.selectbox])
        said += str([button.proto.label for button in app.get("download_button")])
    assert ("tram-mat" in said) is not hidden
    assert ("Ai mang substations" in said) is not hidden
    assert (t("data.hidden") in said) is hidden
    assert "ranh-gioi.kml" in said
    assert "Ai mang outlines" in said


def test_what_was_brought_is_let_go_of_when_its_table_is_closed(opened: Open, monkeypatch):
    app = opened("sua", tab="import")
    app.switch_page(str(ROOT / "pages" / "data.py")).run()
    held = {"step": "publish", "options": Options("substations", "2026-01-01")}
    held |= {"draft": Draft(held["options"]), "files": {}, "who": "Sửa"}
    app.session_state["_import"] = held
    closed = Policy.model_validate(POLICY | {"restricted": ["substations"]})
    monkeypatch.setattr(roles, "policy", lambda: closed)
    app.run()
    assert len(app.exception) == 1, "refused; past app.py, which would say why"
    assert app.session_state["_import"] == {"step": "choose"}
    assert list(app.run().exception) == []


def test_a_log_that_cannot_be_written_keeps_nobody_from_looking(opened: Open, data, monkeypatch):
    lock = data / "store" / "lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    monkeypatch.setattr(signins, "_AGAIN_SECONDS", 0)
    try:
        app = opened("hoa", left=HOUR + 60, tab="log")  # another sign-in than that of a test before
        assert "ph-foot" in told(app)
        app.switch_page(str(ROOT / "pages" / "data.py")).run()
        assert list(app.exception) == []
        assert any("chưa ghi được vào nhật ký" in warning.value for warning in app.warning)
    finally:
        lock.rmdir()
    app.run()
    assert [w.value for w in app.warning if "vào nhật ký" in w.value] == []
    assert logged(data, "hoa@so.vn")[-1] == ("sign-in", "administrator")
