"""What a person says of a file: columns, split communes; followed, kept in the manifest."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from facttables import fact_tables
from typer.testing import CliRunner

from lib.cli.main import app
from lib.geo.schematic import schematic_communes
from lib.importing import bring
from lib.importing.draft import Options
from lib.settings import settings
from lib.store.store import Act, Store, Table

SPLIT = "xã Vầy Nưa"
ROWS = [
    ("Từ", "Đến", "Xã", "Huyện", "Số KH mất điện"),
    ("07:30 01/03/2025", "09:00 01/03/2025", SPLIT, "Đà Bắc", 120),
    ("08:00 02/03/2025", "08:20 02/03/2025", "xã Vân Đồn", "Đoan Hùng", 45),
    ("09:00 03/03/2025", "09:30 03/03/2025", SPLIT, "Đà Bắc", 30),
]
DAY = "2025-12-31"


@pytest.fixture(scope="module")
def base():
    tables = fact_tables()
    cells = schematic_communes(tables["former_units"])[["code", "geometry"]]
    communes = cells.merge(tables["communes"], on="code").assign(border_quality="schematic")
    return {**tables, "communes": gpd.GeoDataFrame(communes, crs=4326)}


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "nhat-ky.xlsx"
    pd.DataFrame(ROWS[1:], columns=list(ROWS[0])).to_excel(path, index=False)
    return path


def check(path, base, **choices):
    contents, lost = bring.read_all([(path, path.name)])
    return bring.check(contents, Options("outages", DAY, **choices), base, unreadable=lost)


def communes_of(draft):
    return draft.tables["outages"].sort_values("start")["commune_code"].tolist()


def test_a_split_unit_is_asked_once_with_the_communes_it_may_be(log, base):
    draft = check(log, base)
    (name, codes) = next(iter(draft.asked_communes.items()))
    assert len(draft.asked_communes) == 1
    assert name == SPLIT
    names = base["communes"].set_index("code")["name"]
    assert sorted(names[list(codes)]) == ["Thống Nhất", "Tiền Phong"]
    first, second, third = communes_of(draft)
    assert pd.isna(first)
    assert pd.isna(third)
    assert second is not pd.NA, "a whole unit is followed without asking"


def test_an_answer_holds_for_the_whole_file_and_is_told(log, base):
    code = check(log, base).asked_communes[SPLIT][0]
    draft = check(log, base, communes={SPLIT: code})
    assert draft.asked_communes == {}
    assert communes_of(draft)[::2] == [code, code]
    assert "registers.commune_chosen" in {finding.key for finding in draft.of("mended")}
    assert not draft.refused


def test_left_blank_on_purpose_is_no_question_any_more(log, base):
    draft = check(log, base, communes={SPLIT: ""})
    assert draft.asked_communes == {}
    assert pd.isna(communes_of(draft)[0])
    assert len(draft.tables["outages"]) == 3


@pytest.mark.parametrize("code", ["99999", "08038"])
def test_a_commune_the_name_did_not_become_is_refused(log, base, code):
    draft = check(log, base, communes={SPLIT: code})
    assert {finding.key for finding in draft.of("refused")} == {"registers.commune_not_one_of"}
    assert draft.tables == {}


def test_a_column_placed_by_hand_is_read(tmp_path, base):
    path = tmp_path / "la.xlsx"
    heads = ["Từ", "Đến", "Xã", "Đơn vị quản lý", "Số KH mất điện"]
    row = ("07:30 01/03/2025", "09:00 01/03/2025", "xã Cao Sơn", "Lương Sơn", 120)
    pd.DataFrame([row], columns=heads).to_excel(path, index=False)
    several = check(path, base).asked_communes["xã Cao Sơn"]
    told = check(path, base, mapping={"district": 3}).asked_communes["xã Cao Sơn"]
    assert set(told) < set(several), "another Cao Sơn lay in another district"
    assert len(told) == 2


def test_what_was_picked_is_kept_with_the_snapshot(log, base, tmp_path):
    store = Store(tmp_path / "store")
    tables = {name: Table(frame, "data/facts", "2025") for name, frame in base.items()}
    before = store.publish(tables, Act("prepare"), border_quality="schematic")
    code = check(log, base).asked_communes[SPLIT][0]
    draft = check(log, base, communes={SPLIT: code})
    files = {log.name: log.read_bytes()}
    made = bring.publish(store, draft, base=before, files=files, who="Lan", confirmed=True)
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["details"]["import"]["chosen"] == {"communes": {SPLIT: code}}


def test_the_command_takes_the_same_answer(log, base, tmp_path, monkeypatch):
    monkeypatch.setenv("PHUTHO_STATIC", str(tmp_path / "static"))
    settings.cache_clear()
    store = Store(tmp_path / "store")
    tables = {name: Table(frame, "data/facts", "2025") for name, frame in base.items()}
    store.publish(tables, Act("prepare"), border_quality="schematic")
    code = check(log, base).asked_communes[SPLIT][0]
    words = ["import", "outages", str(log), "--store", str(store.folder), "--as-of", DAY]
    try:
        asked = CliRunner().invoke(app, words)
        assert asked.exit_code != 0
        assert store.current().manifest.action == "prepare"
        wrong = CliRunner().invoke(app, [*words, "--commune", "=1"])
        assert wrong.exception is not None
        done = CliRunner().invoke(app, [*words, "--commune", f"{SPLIT}={code}"])
        assert done.exit_code == 0, done.output
    finally:
        settings.cache_clear()
    rows = store.current().read("outages").sort_values("start")
    last = f"{rows['start'].max():%Y-%m-%d}"
    assert store.current().manifest.tables["outages"].as_of == last < DAY, "what it holds"
    assert rows["commune_code"].tolist()[::2] == [code, code]


def test_a_letter_lost_for_good_is_asked_before_the_text_is_taken(tmp_path, base):
    causes = [f"Sửa chữa đường dây Đồng Sóc số {n}" for n in range(3)]
    misread = [cause.encode().decode("cp1252", errors="replace") for cause in causes]
    assert all("�" in cause for cause in misread)
    path = tmp_path / "nhat-ky.csv"
    rows = [[*row, cause] for row, cause in zip(ROWS[1:], misread, strict=True)]
    pd.DataFrame(rows, columns=[*ROWS[0], "Nguyên nhân"]).to_csv(path, index=False)
    draft = check(path, base)
    fonts = [f.key for f in draft.findings if f.key.startswith("importing.font_")]
    assert fonts == ["importing.font_utf8_as_cp1252"]
    (said,) = (f for f in draft.findings if f.key == "legacytext.lost")
    taken = draft.tables["outages"]["cause"]
    hurt = taken[taken.str.contains("�", regex=False)]
    assert (said.level, said.file) == ("ask", path.name)
    assert said.message("vi").startswith(f"{path.name}: {len(hurt)} ô")
    assert any(f"«{text}»" in said.message("vi") for text in hurt)
    kept = check(path, base, text="keep")
    assert not [f for f in kept.findings if f.key == "legacytext.lost"]
