"""A commune's card and its paper say what the log says; they left it out."""

import io
import re

import pandas as pd
import pypdf
import pytest
from cardstores import material
from layerstores import schematic_tables

from lib.layers.build import build_whole
from lib.layers.target import Target
from lib.power import view
from lib.reports.brief import brief
from lib.reports.cards.card import Card
from lib.reports.cards.clusters import card_of
from lib.reports.cards.material import from_snapshot
from lib.store.store import Act, Store, Table

QUIET, DARK = "08434", "08590"


def log(*, sample: bool = False) -> dict[str, Table]:
    starts = pd.to_datetime(["2025-01-10 10:00", "2025-02-20 08:00"])
    outages = pd.DataFrame(
        {
            "outage_id": ["MD-1", "MD-2"],
            "start": starts,
            "end": starts + pd.to_timedelta([120, 3], "min"),
            "announced_end": pd.Series(pd.NaT, range(2), dtype="datetime64[us]"),
            "planned": ["planned", "unplanned"],
            "cause": ["cây đổ"] * 2,
            "feeder": ["471"] * 2,
            "station": [None] * 2,
            "area_text": [None] * 2,
            "commune_code": [DARK] * 2,
            "customers_interrupted": pd.array([50, 20], dtype="Int64"),
            "sample": sample,
            "source_url": "file:nhat-ky.xlsx",
            "as_of": "2025-04-01",
        }
    )
    months = ["2025-01", "2025-02"]
    customers = pd.DataFrame(
        {"commune_code": [DARK] * 2, "month": months, "customers_served": 100, "sample": sample}
    ).assign(source_url="file:khach-hang.csv", as_of="2025-04-01")
    return {
        "outages": Table(outages, "import", "2025-04-01"),
        "customers": Table(customers, "import", "2025-04-01"),
    }


def told(card: Card) -> dict[str, str]:
    return {fact.label: fact.words.replace("\u00a0", " ") for fact in card.facts}


@pytest.fixture(scope="module", params=[False, True], ids=["real", "sample"])
def given(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    tables = schematic_tables() | log(sample=request.param)
    made = Act("test", details={"borders": {"source_url": "https://a.vn/ranh-gioi"}})
    snapshot = Store(folder / "store").publish(tables, made, border_quality="schematic")
    return folder, snapshot, request.param


def test_the_card_has_the_indices_with_their_months_and_sources(given):
    folder, snapshot, sample = given
    known = from_snapshot(snapshot, (), folder / "static", tolerance_m=50)
    card = card_of(known, Target("communes", DARK), "vi")
    says = told(card)
    row = view.by_commune(known.tables, view.Choice()).set_index("commune_code").loc[DARK]
    assert row["saidi_min"] == pytest.approx(60)
    (minutes,) = [words for label, words in says.items() if "SAIDI" in label.upper()]
    assert minutes.startswith("60")
    labels = [fact.label for fact in card.facts if fact.key == "cards.log"]
    assert labels
    assert all("01/2025–02/2025" in label for label in labels)
    assert all(("MẪU" in label) == sample for label in labels), "a sample says so each time"
    assert any("nhat-ky.xlsx" in source.title for source in card.sources)
    quiet = told(card_of(known, Target("communes", QUIET), "vi"))
    assert "Vì sao chưa có chỉ số" in quiet


@pytest.mark.parametrize("given", [False], ids=["real"], indirect=True)
def test_the_paper_of_a_commune_has_the_log(given):
    folder, snapshot, _ = given
    files = build_whole(snapshot, folder / "static", simplify_m=30)
    known = from_snapshot(snapshot, files, folder / "static", tolerance_m=50)
    pages = pypdf.PdfReader(io.BytesIO(brief(known, DARK))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    assert len(pages) == 1
    assert "SAIDI" in text.upper()
    assert "01/2025–02/2025" in text


def test_without_a_log_nothing_is_said_of_one(tmp_path):
    card = card_of(material(tmp_path), Target("communes", DARK), "vi")
    assert not any(fact.key == "cards.log" for fact in card.facts)
