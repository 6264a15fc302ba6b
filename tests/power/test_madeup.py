"""The made-up log: labelled, repeatable, shaped like a real one."""

import re

import pandas as pd
import pytest
from facttables import fact_tables
from logfiles import by_hand

from lib.language.errors import WrongUseError
from lib.power.indices import answer
from lib.power.madeup import customers_path, sample_outages, write

pytestmark = pytest.mark.filterwarnings(
    "ignore:fetch_arrow_table:DeprecationWarning",
    "ignore:The 'future.infer_string' option:DeprecationWarning",
)


@pytest.fixture(scope="module")
def communes():
    return fact_tables()["communes"]


@pytest.fixture(scope="module")
def sample(communes):
    return sample_outages(30_000, 7, communes)


def test_every_row_says_that_it_is_a_sample(sample):
    outages, customers = sample
    assert outages["sample"].all()
    assert customers["sample"].all()
    assert outages["cause"].astype(str).str.contains("mẫu").all()
    assert outages["outage_id"].str.startswith("MAU-").all()
    assert outages["outage_id"].is_unique


def test_the_same_seed_gives_the_same_log_and_another_another(sample, communes):
    again = sample_outages(30_000, 7, communes)
    for one, two in zip(sample, again, strict=True):
        pd.testing.assert_frame_equal(one, two)
    other, _ = sample_outages(30_000, 8, communes)
    assert not other["start"].equals(sample[0]["start"])


def test_the_log_has_the_shape_of_a_year(sample):
    outages, _ = sample
    month = outages["start"].dt.month
    assert month.between(5, 9).mean() > 0.5
    assert set(month) == set(range(1, 13))
    planned = outages[outages["planned"] == "planned"]
    assert planned["start"].dt.day_of_week.max() <= 4
    assert planned["start"].dt.hour.between(6, 9).all()
    assert planned["announced_end"].notna().all()
    assert outages.loc[outages["planned"] == "unplanned", "announced_end"].isna().all()
    length = (outages["end"] - outages["start"]).dt.total_seconds()
    assert length.min() > 0
    assert 0.1 < (length <= 300).mean() < 0.3
    assert length.skew() > 2
    storm = outages[outages["cause"].str.contains("bão")]
    days = storm.groupby(storm["start"].dt.date)["commune_code"].nunique()
    assert storm["start"].dt.month.between(5, 9).all()
    assert days.max() > 15
    assert outages["start"].is_monotonic_increasing
    pattern = re.compile(r"(47|37)\dE4\.\d+(/\d{2,})?")
    assert all(pattern.fullmatch(code) for code in outages["feeder"].cat.categories)


def test_no_more_customers_are_cut_than_served_and_the_log_gives_indices(sample, communes):
    outages, customers = sample
    assert (customers.groupby("commune_code")["month"].nunique() == 12).all()
    assert set(outages["commune_code"]) <= set(communes["code"])
    done = answer(outages, customers, by=["all"])
    assert done.rules["more_than_served"] == 0
    assert done.rows["reason"].isna().all()
    assert done.rows["saifi"].item() > 1


def test_a_long_log_covers_five_years(communes):
    outages, customers = sample_outages(50_000, 1, communes.head(9))
    assert outages["start"].dt.year.nunique() == 5
    assert customers["month"].nunique() == 60


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_is_written_is_read_back_by_the_indices(tmp_path, communes, suffix):
    outages, customers = sample_outages(500, 3, communes.head(5))
    paths = write(tmp_path / f"mau.{suffix}", outages, customers)
    assert paths[1].name == f"mau-khach-hang.{suffix}"
    assert paths[1] == customers_path(paths[0])
    assert all(path.is_file() for path in paths)
    given = paths if suffix == "parquet" else by_hand(*paths, tmp_path)
    pd.testing.assert_frame_equal(answer(*given).rows, answer(outages, customers).rows)


def test_a_commune_without_a_population_and_a_single_event_are_enough(communes):
    outages, customers = sample_outages(1, 0, communes[["code"]].head(1))
    assert len(outages) == 1
    assert (customers["customers_served"] > 0).all()


def test_wrong_numbers_and_other_kinds_of_file_are_refused(tmp_path, communes):
    for events, seed, rows in ((0, 1, 5), (5, -1, 5), (5, 1, 0)):
        with pytest.raises(WrongUseError):
            sample_outages(events, seed, communes.head(rows))
    with pytest.raises(WrongUseError, match=r"a\.xlsx"):
        write(tmp_path / "a.xlsx", *sample_outages(1, 1, communes.head(1)))
