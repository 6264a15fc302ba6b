"""Layers in the browser: switched off under their link; a table of an office brought as one."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import ownsheets
import pandas as pd
import pytest
from clones import copy_of
from playwright.sync_api import expect
from typer.testing import CliRunner

from e2e.harness import Visit
from e2e.sites import Site, served
from lib.cli.main import app
from lib.language.text import t
from lib.settings import settings
from lib.store.store import Store
from lib.tables.ownlayers import TABLE

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


NAME = "Cửa hàng xăng dầu"
MINUTES = 2


@pytest.fixture(scope="module")
def office(schematic_clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose store this test changes."""
    with served(copy_of(schematic_clone, tmp_path_factory.mktemp("layers"))) as site:
        yield site


@pytest.fixture
def twin(office: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the same store elsewhere, which the command on this side writes."""
    shutil.copytree(office.root / "data" / "store", tmp_path / "store")
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    settings.cache_clear()
    yield tmp_path / "store"
    settings.cache_clear()


def switch(opened: Visit, layer: str):
    """Return the switch of a layer, behind its button."""
    box = opened.page.locator(".st-key-layers-box-rows")
    if not box.is_visible():
        opened.press(t("switch.title"))
        box.wait_for()
    return box.get_by_role("checkbox", name=t(f"layers.{layer}"))


def test_a_layer_that_is_off_goes_and_stays_off_under_its_link(schematic: Site, visit):
    opened = visit(schematic).open()
    assert opened.drawn("clusters")
    clusters = switch(opened, "clusters")
    expect(clusters).to_be_checked()
    opened.page.locator(".st-key-switch-clusters label").click()
    assert opened.eventually(lambda: opened.drawn("clusters") == 0)
    assert opened.eventually(lambda: opened.query().get("off") == "clusters")
    assert opened.drawn("communes"), "what nobody switched off is there"
    expect(switch(opened, "clusters")).not_to_be_checked()
    expect(switch(opened, "communes")).to_be_disabled()
    again = visit(schematic).open("clusters", off="clusters")
    assert again.drawn("clusters") == 0
    again.page.keyboard.press("Escape")
    switch(again, "clusters")
    again.page.locator(".st-key-switch-clusters label").click()
    assert again.eventually(lambda: again.drawn("clusters") > 0)
    assert again.eventually(lambda: "off" not in again.query())


def rows_of(store: Path) -> pd.DataFrame:
    """Return what a store says of each row of the layer: its cells, its commune, how found."""
    rows = Store(store).current().read(TABLE)
    return rows[["file_row", "cells", "commune_code", "match"]].reset_index(drop=True)


def test_a_sheet_of_old_split_misspelt_and_unknown_names_is_on_the_map_in_two_minutes(
    office: Site, visit, tmp_path, twin: Path
):
    sheet = ownsheets.saved(tmp_path)
    opened = visit(office).open("layers", with_map=False, tab="bring")
    page, start = opened.page, time.monotonic()
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_test_id("stFileUploader").get_by_text("KB").first.wait_for()
    page.get_by_label(t("ownlayers.name")).fill(NAME)
    page.get_by_label("Người thực hiện").fill("Lan")
    page.keyboard.press("Tab")
    opened.press(t("data.do_check"))
    split = [f"{name}, {district}" if district else name for name, district in ownsheets.SPLIT]
    for name in split:
        page.get_by_role("combobox", name=t("data.commune_of", label=name)).click()
        page.get_by_role("option").nth(1).click()
    opened.press(t("data.names_use"))
    expect(page.get_by_role("combobox", name=re.compile("» nay là"))).to_have_count(5)
    publish = page.get_by_role("button", name=t("data.do_publish"))
    expect(publish).to_be_disabled()  # two names are nobody's
    opened.settled()
    page.get_by_text(t("ownpage.skip_unknown")).click()
    opened.settled()
    page.locator(".st-key-own_confirm label").click()  # three are similar
    expect(publish).to_be_enabled()
    opened.press(t("data.do_publish"))
    opened.press(t("ownpage.see_it"))
    opened.map_ready()
    expect(page.get_by_text("300 trong 300 dòng; 2 dòng chưa rõ xã")).to_be_visible()
    assert time.monotonic() - start < MINUTES * 60
    brought = rows_of(office.root / "data" / "store")
    codes = dict(zip([row[:2] for row in ownsheets.rows()], brought["commune_code"], strict=True))
    told = [
        f"--commune={name}={codes[row]}" for name, row in zip(split, ownsheets.SPLIT, strict=True)
    ]
    words = ["layer", "add", str(sheet), "--name", NAME, "--skip-unknown", "--store", str(twin)]
    done = CliRunner().invoke(app, [*words, *told])
    assert done.exit_code == 0, done.output
    pd.testing.assert_frame_equal(rows_of(twin), brought)
