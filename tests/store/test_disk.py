"""What is written is synced: the file after its last byte, the folder after its names."""

import os
import stat
import sys

import pytest

from lib.store.disk import sync_folder, to_disk


@pytest.fixture
def synced(monkeypatch):
    """Return handle and size of what is synced, no size for a folder."""
    # The system's own, which `tests/conftest.py` spares the other tests.
    real, seen = sys.modules[os.name].fsync, []

    def fsync(handle):
        found = os.fstat(handle)
        seen.append((handle, None if stat.S_ISDIR(found.st_mode) else found.st_size))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_a_file_is_on_the_disk_to_its_last_byte(tmp_path, synced):
    with (tmp_path / "a").open("wb") as file:
        file.write(b"12345")
        to_disk(file)
        assert synced == [(file.fileno(), 5)]
        assert (tmp_path / "a").read_bytes() == b"12345"


@pytest.mark.skipif(os.name != "posix", reason="only POSIX lets a directory be synced")
def test_a_folder_is_synced_and_its_handle_given_back(tmp_path, synced):
    sync_folder(tmp_path)
    ((handle, size),) = synced
    assert size is None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")
