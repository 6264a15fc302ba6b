"""One spelling for each path, and one answer for each name that is served."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.access.roles import Action
from lib.layers import index
from lib.layers.files import APART
from lib.layers.registry import LAYERS, restrictable
from lib.settings import Settings
from lib.ui.server import gate

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
SERVED = st.sampled_from(["app/static/layers", "media", "restricted", "_stcore", "component"])
HASH = "0123456789ab"


def scope(path: str, raw: str = "") -> dict[str, object]:
    return {"type": "http", "path": path, "raw_path": (raw or path).encode()}


@given(SERVED, st.lists(NAMES, min_size=1, max_size=4))
def test_a_plain_path_is_its_steps(start, names):
    path = "/".join([start, *names])
    assert gate.steps(scope(f"/{path}")) == tuple(path.split("/"))


@given(
    SERVED,
    st.lists(NAMES, min_size=1, max_size=4),
    st.sampled_from(["", ".", "..", "...", "%2e", ". ", " ", "\\", "%252e", "a.", "a ", "\x00"]),
    st.data(),
)
def test_no_other_spelling_of_a_path_is_looked_at(start, names, step, data):
    steps = [*start.split("/"), *names]
    steps.insert(data.draw(st.integers(0, len(steps))), step)
    with pytest.raises(gate.NoSuchAddressError):
        gate.steps(scope("/" + "/".join(steps)))


@pytest.mark.parametrize("code", ["%2f", "%2F", "%5c", "%2e", "%25", "%00"])
def test_a_path_is_not_put_together_by_decoding_it(code):
    with pytest.raises(gate.NoSuchAddressError):
        gate.steps(scope("/app/static/layers/x.json", f"/app/static{code}layers/x.json"))


@pytest.mark.parametrize("path", ["/", "/data", "/data/", "/cross_commune/"])
def test_a_page_may_end_with_a_slash(path):
    assert gate.steps(scope(path)) == tuple(step for step in path.split("/") if step)


@pytest.mark.parametrize("path", ["tiles/anh/0/0/0", "tiles/a-2/22/4194303/9999999"])
def test_a_tile_is_for_who_may_see_pages(path):
    assert gate.needed(tuple(path.split("/"))) is Action.VIEW


@given(st.lists(st.one_of(NAMES, st.just("0")), max_size=5))
def test_nothing_but_tiles_lies_below_their_address(names):
    fits = len(names) == 4 and all(re.fullmatch(r"0|[1-9]\d{0,7}", one) for one in names[1:])
    fits = fits and len(names[1]) < 3 and "_" not in names[0]
    if fits:
        assert gate.needed(("tiles", *names)) is Action.VIEW
    else:
        with pytest.raises(gate.NoSuchAddressError):
            gate.needed(("tiles", *names))


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder that is served, without a snapshot in use: nothing is listed as public."""
    monkeypatch.setattr(
        gate, "settings", lambda: Settings(static=tmp_path / "static", store=tmp_path / "store")
    )
    (tmp_path / "static" / "layers").mkdir(parents=True)
    return tmp_path / "static"


@pytest.mark.parametrize("table", restrictable())
@pytest.mark.usefixtures("static")
def test_every_layer_follows_the_tables_of_its_record(table, monkeypatch):
    monkeypatch.setattr(gate.serving, "closed_tables", lambda: frozenset({table}))
    shown = [name for name, layer in LAYERS.items() if table in layer.tables]
    assert shown
    for name, layer in LAYERS.items():
        closed = Action.RESTRICTED if table in layer.tables else Action.VIEW
        for path in (f"{name}-{HASH}.json", f"{name}-part-{HASH}.json"):
            assert gate.needed(("app", "static", "layers", path)) is closed, layer
        assert gate.needed(("restricted", f"{name}-{HASH}.json")) is Action.RESTRICTED


@pytest.mark.parametrize(
    "name",
    [
        "x.json",
        f"nobody-{HASH}.json",
        f"clusters-{HASH}.svg",
        "s.index.json",
        f"Clusters-{HASH}.json",
    ],
)
@pytest.mark.usefixtures("static")
def test_a_name_no_layer_has_is_not_given_out(name):
    for path in (("app", "static", "layers", name), ("app", "static", name), ("restricted", name)):
        with pytest.raises(gate.NoSuchAddressError):
            gate.needed(path)


def test_the_grid_kept_off_is_for_nobody(static, monkeypatch):
    knobs = Settings(static=static, store=static, grid_layer=False)
    monkeypatch.setattr(gate, "settings", lambda: knobs)
    with pytest.raises(gate.NoSuchAddressError):
        gate.needed(("restricted", f"substations-{HASH}.json"))


def test_the_beginning_of_a_map_is_for_whom_its_layers_are_for(static, monkeypatch):
    monkeypatch.setattr(gate.serving, "closed_tables", frozenset)
    for number, (path, wanted) in enumerate(
        [
            (f"/app/static/layers/communes-{HASH}.json", Action.VIEW),
            (f"/restricted/substations-{HASH}.json", Action.RESTRICTED),
        ]
    ):
        name = f"map-{number:012}.json"
        (static / "layers" / name).write_text(json.dumps({"layers": [{"url": path}]}))
        assert gate.needed(("app", "static", "layers", name)) is wanted
    with pytest.raises(gate.NoSuchAddressError):
        gate.needed(("app", "static", "layers", f"map-{HASH}.json"))


def test_what_earlier_runs_left_is_cleaned_away(tmp_path):
    static, closed = tmp_path / "static", frozenset({"substations"})
    public, whole = static / "layers" / "s.index.json", index.apart(static) / "s.index.json"
    kept = [
        f"layers/clusters-{HASH}.json",
        f"{APART}substations-{HASH}.json",
        "layers/1.borders.json",
    ]
    left = [
        f"layers/substations-{HASH}.json",
        f"layers/map-{HASH}.json",
        "layers/old.index.json",
        "layers/2.borders.json",
        f"{APART}outlines-{HASH}.json",
        f"{APART}old.index.json",
    ]
    for path in (*kept, *left):
        index.on_disk(static, path).parent.mkdir(parents=True, exist_ok=True)
        index.on_disk(static, path).write_text("x")
    file = {"layer_id": "x", "codes": [], "bounds": [0, 0, 1, 1], "details": []}
    public.write_text(json.dumps([file | {"path": kept[0]}]))
    whole.write_text(json.dumps([file | {"path": path} for path in kept[:2]]))
    for number, path in ((1, kept[0]), (2, left[1])):
        borders = static / "layers" / f"{number}.borders.json"
        borders.write_text(json.dumps([file | {"path": path}]))
    young = index.clean(static, public, whole, closed)
    assert index.on_disk(static, left[0]) in young, "restricted: at once"
    assert index.on_disk(static, left[1]) not in young, "perhaps being listed by a process beside"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "_BEING_WRITTEN_SECONDS", -1)
        index.clean(static, public, whole, closed)
        assert [path for path in left if index.on_disk(static, path).exists()] == []
        assert all(index.on_disk(static, path).exists() for path in kept)
        index.clean(static, public, None, ())
    assert list(index.apart(static).iterdir()) == [], "nothing is kept from anyone any more"
