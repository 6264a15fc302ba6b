"""Resource bombs: each is refused under its limit, in words, and nothing is left of it."""

import pytest
from badfiles.corpus_bombs import BOMBS

from lib.importing.apart import sandbox
from lib.importing.readers import registry
from lib.language.errors import DataRefusedError
from lib.language.text import LANGS
from lib.settings import settings

PROCESSOR_S = 5
"""Of processor time, by far more than any of them needs: they are refused before they are read."""


def test_there_are_bombs_for_every_reader():
    assert len(BOMBS) >= 40
    assert len({bomb.id for bomb in BOMBS}) == len(BOMBS)
    alike = {".json": ".geojson", ".txt": ".csv", ".xlsm": ".xlsx"}
    assert {bomb.suffix for bomb in BOMBS} == {
        alike.get(ending, ending) for ending in registry.accepted()
    }


@pytest.fixture
def little_time(monkeypatch):
    monkeypatch.setenv("PHUTHO_READ_SECONDS", str(PROCESSOR_S))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("little_time")
@pytest.mark.parametrize("bomb", BOMBS, ids=[bomb.id for bomb in BOMBS])
def test_a_bomb_is_refused_before_it_is_read(tmp_path, bomb):
    path = tmp_path / f"bom{bomb.suffix}"
    bomb.make(path)
    with pytest.raises(DataRefusedError) as refused:
        sandbox.run(registry.read, path, name=path.name)
    assert refused.value.key in bomb.keys
    for lang in LANGS:
        assert path.name in refused.value.message(lang)
