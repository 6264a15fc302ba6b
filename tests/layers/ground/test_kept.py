"""Grounds beside the snapshots: one record and one file each, replaced and removed whole."""

import json

import pytest

from lib.language.errors import WrongUseError
from lib.layers.ground import kept


def keep(store, folder, name="nen", content=b"1", **said):
    made = folder / "made.parquet"
    made.write_bytes(content)
    given = {"source": kept.OSM, "as_of": "2026-11-30", "about": {"road": 1}} | said
    return kept.keep(store, made, name, "lines", **given)


def test_what_is_kept_is_found_again_by_its_name(tmp_path):
    one = keep(tmp_path, tmp_path)
    assert kept.grounds(tmp_path) == (one,)
    assert kept.one(tmp_path, "nen") == one
    assert (kept.folder_of(tmp_path) / one.file).read_bytes() == b"1"


def test_a_second_of_the_same_name_takes_the_place_of_the_first(tmp_path):
    first, second = keep(tmp_path, tmp_path), keep(tmp_path, tmp_path, content=b"2")
    assert kept.grounds(tmp_path) == (second,)
    assert not (kept.folder_of(tmp_path) / first.file).exists()
    again = keep(tmp_path, tmp_path, content=b"2", source="khác")
    assert (kept.folder_of(tmp_path) / again.file).exists(), "the same data is not taken away"


def test_the_digest_changes_with_every_ground_and_is_empty_without(tmp_path):
    seen = [kept.digest(tmp_path)]
    keep(tmp_path, tmp_path)
    seen.append(kept.digest(tmp_path))
    keep(tmp_path, tmp_path, as_of="2026-12-01")
    seen.append(kept.digest(tmp_path))
    keep(tmp_path, tmp_path, name="hai")
    seen.append(kept.digest(tmp_path))
    assert seen[0] == ""
    assert len(set(seen)) == 4
    kept.remove(tmp_path, "hai")
    assert kept.digest(tmp_path) == seen[2]


def test_what_is_not_there_is_named_with_what_is(tmp_path):
    keep(tmp_path, tmp_path)
    with pytest.raises(WrongUseError, match="nen"):
        kept.remove(tmp_path, "khong-co")
    kept.remove(tmp_path, "nen")
    assert kept.grounds(tmp_path) == ()
    assert list(kept.folder_of(tmp_path).iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "Nền", "a b", "", "-a", "a" * 41, "a/b", "a.json"])
def test_a_name_leads_out_of_no_folder(tmp_path, name):
    assert kept.one(tmp_path, name) is None
    if name:
        with pytest.raises(WrongUseError):
            kept.name_for(name, "x")


def test_a_name_is_made_of_the_name_of_the_file():
    assert kept.name_for("", "Đường bộ (2026).osm.pbf") == "duong-bo-2026"
    assert kept.name_for("", "…") == "ground"


@pytest.mark.parametrize(
    "record",
    [
        "{",
        "[]",
        '{"name": "khac"}',
        json.dumps(
            {"name": "nen", "kind": "lines", "file": "../../secret"}
            | dict.fromkeys(("source", "as_of", "added"), "")
        ),
    ],
)
def test_a_record_somebody_spoiled_is_none(tmp_path, record):
    keep(tmp_path, tmp_path)
    (tmp_path / "secret").write_bytes(b"x")
    (kept.folder_of(tmp_path) / "nen.json").write_text(record, encoding="utf-8")
    assert kept.grounds(tmp_path) == ()
