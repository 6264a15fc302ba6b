"""Archives opened without trust."""

import contextlib
import random
import stat
import zipfile
from pathlib import Path

import pytest
from badfiles.corpus_build import zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.importing.readers import archive
from lib.language.errors import DataRefusedError


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "gói.zip"


def refused(path: Path) -> DataRefusedError:
    with pytest.raises(DataRefusedError) as caught:
        archive.open_zip(path, path.name).close()
    assert path.name in caught.value.message()
    return caught.value


def test_a_sound_archive_opens_and_its_entries_come_out_whole(path, tmp_path):
    zipped(path, {"lớp/a.shp": b"one", "lớp/a.dbf": b"two" * 500_000})
    with archive.open_zip(path, path.name) as opened:
        for entry in opened.infolist():
            archive.extract(opened, entry, tmp_path / "out", path.name)
            assert (tmp_path / "out").read_bytes() == opened.read(entry)


@pytest.mark.parametrize(
    "name", ["../a.shp", "a/../../b.shp", "/etc/a.shp", "C:\\a.shp", "..\\a.shp", "c:a.shp"]
)
def test_a_name_that_leads_out_is_refused(path, name):
    zipped(path, {"good.shp": b"x", name: b"x"})
    error = refused(path)
    assert error.key == "readers.zip_path"
    assert name in error.message()


@pytest.mark.parametrize("name", ["a..b.shp", "...", "thư mục/..a/b.shp", "a/./b.shp"])
def test_dots_that_lead_nowhere_are_no_reason(path, name):
    zipped(path, {name: b"x"})
    archive.open_zip(path, path.name).close()


def test_a_link_is_refused(path):
    entry = zipfile.ZipInfo("ranh.shp")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(entry, "/etc/passwd")
    assert refused(path).key == "readers.zip_path"


def test_the_number_of_entries_has_an_end(path):
    zipped(path, {f"{at}.txt": b"" for at in range(archive.MAX_ENTRIES)})
    archive.open_zip(path, path.name).close()
    zipped(path, {f"{at}.txt": b"" for at in range(archive.MAX_ENTRIES + 1)})
    assert refused(path).key == "readers.zip_entries"


def test_a_bomb_is_told_by_its_list_of_entries(path):
    zipped(path, {"a.shp": bytes(60 * 2**20)})
    assert refused(path).key == "readers.zip_bomb"


def test_a_table_of_mostly_blank_columns_is_no_bomb(path):
    zipped(path, {"a.dbf": b" " * 10 * 2**20})
    archive.open_zip(path, path.name).close()


def test_what_is_cut_short_is_refused(path):
    zipped(path, {"a.shp": bytes(range(256)) * 100})
    whole = path.read_bytes()
    for kept in range(0, len(whole), 37):
        path.write_bytes(whole[:kept])
        assert refused(path).key == "readers.bad_zip"


def test_a_wrong_checksum_is_seen_when_the_entry_is_read(path, tmp_path):
    zipped(path, {"a.shp": b"abcdefgh" * 100}, packing=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"abcdefgh", b"abcdefgX", 1))
    with archive.open_zip(path, path.name) as opened, pytest.raises(DataRefusedError) as caught:
        archive.extract(opened, opened.infolist()[0], tmp_path / "out", path.name)
    assert caught.value.key == "readers.bad_zip"


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_damaged_entry_is_refused_or_read_never_anything_else(tmp_path_factory, packing, data):
    folder = tmp_path_factory.mktemp("zip")
    path = folder / "hỏng.zip"
    zipped(path, {"ranh giới.xml": bytes(range(256)) * 20}, packing=packing)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with contextlib.suppress(DataRefusedError):
        archive.check_office(path, path.name)
        with archive.open_zip(path, path.name) as opened:
            for entry in opened.infolist():
                archive.extract(opened, entry, folder / "out", path.name)
                assert (folder / "out").stat().st_size == entry.file_size


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("before", [0, 5_000, 2**20 - 4, 2**21 - 20])
def test_entities_are_found_wherever_they_stand_and_in_any_encoding(path, encoding, before):
    start = '<?xml version="1.0"?><!--'
    text = f"{start}{'x' * max(0, before - len(start))}--><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    content = text.encode(encoding)
    filler = {"ảnh.bin": random.Random(1).randbytes(2**15)}  # noqa: S311 keeps the ratio low
    zipped(path, {"word/document.xml": content} | filler)
    with pytest.raises(DataRefusedError) as caught:
        archive.check_office(path, path.name)
    assert caught.value.key == "readers.xml_entities"
