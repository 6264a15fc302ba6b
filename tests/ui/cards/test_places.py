"""What a card says of a substation."""

import pytest

from lib.ui.cards import places


@pytest.mark.parametrize(
    ("mva", "text", "told"),
    [
        (63.0, None, "63 MVA"),
        (31.5, None, "31,5 MVA"),
        (0.25, None, "0,25 MVA"),
        (None, "2x250 (thiết kế)", "2x250 (thiết kế)"),
        (None, None, "chưa có số liệu"),
    ],
)
def test_a_capacity_is_shown_as_its_source_gives_it(monkeypatch, mva, text, told):
    monkeypatch.setattr(places, "language", lambda: "vi")
    shown = places.station_capacity({"capacity_mva": mva, "capacity_text": text})
    assert shown.replace("\u00a0", " ") == told
