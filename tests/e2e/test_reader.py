"""Five questions of a new reader, answered by what stands in the window.

Each takes four acts at most: with ten seconds to read before each and after the last that
is within a minute. Nobody was timed, and the machine's own seconds are the benchmark's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from e2e.harness import Visit
from e2e.sites import Site

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

ACTS = 4
HEIGHT = 768


class Reader:
    """One who clicks and types what can be seen, and reads without scrolling."""

    def __init__(self, opened: Visit):
        self.opened, self.acts = opened, 0

    def click(self, place: Locator) -> None:
        """Click what lies in the window."""
        self.acts += 1
        self.sees(place)
        place.click()
        self.opened.settled()

    def types(self, box: str, text: str) -> None:
        """Type into a box and press Enter."""
        self.acts += 1
        field = self.opened.page.get_by_label(box)
        self.sees(field)
        field.press_sequentially(text)
        with self.opened.turn():
            field.press("Enter")
        self.opened.settled()

    def sees(self, place: Locator) -> None:
        """Check that something is in the window as it stands, not cut off by what scrolls."""
        expect(place.first).to_be_in_viewport(ratio=0.6)

    def reads(self, *words: str) -> None:
        """Check that the card or the panel says it without being scrolled."""
        for word in words:
            self.sees(self.opened.card.get_by_text(word))


@contextmanager
def question(opened: Visit) -> Iterator[Reader]:
    """Begin at the page the program opens with; end without too many acts."""
    opened.page.set_viewport_size({"width": 1366, "height": HEIGHT})
    opened.open()
    reader = Reader(opened)
    yield reader
    assert reader.acts <= ACTS


def menu(reader: Reader, name: str) -> None:
    reader.click(reader.opened.page.get_by_test_id("stSidebar").get_by_role("link", name=name))
    reader.opened.map_ready()


def test_a_new_reader_finds_each_answer_in_a_minute(best: Site, visit):
    opened = visit(best)
    with question(opened) as reader:  # who should lead Bãi Ba - Đông Thành, and why
        reader.click(opened.card.get_by_role("link", name="Bãi Ba - Đông Thành"))
        reader.reads("Nằm trên nhiều xã", "Quyết định xã chủ trì", "cần quyết định")
    with question(opened) as reader:  # the communes over 8 km from a town
        menu(reader, "Cấp điện")
        reader.click(opened.page.get_by_role("radio", name="Xa", exact=True))
        reader.sees(opened.page.get_by_text("25 trong 148 xã, phường xa"))
        reader.sees(opened.page.get_by_text("≥ 8 km"))
        reader.sees(opened.table)
    with question(opened) as reader:  # what the former commune Quảng Yên became
        reader.types("Tìm xã, cụm, tên cũ", "xã Quảng Yên cũ")
        reader.reads("Quảng Yên – xã", "xã Đông Lĩnh; xã Đại An; xã Quảng Yên")
    with question(opened) as reader:  # which clusters are behind schedule, by which document
        menu(reader, "Cụm công nghiệp")
        reader.reads(
            "Quảng Yên", "Phú Hộ", "Phú Gia", "Trung Mường", "bài 208104", "chưa có số văn bản"
        )


def test_a_new_reader_finds_the_hectares_of_a_sample_in_a_minute(real: Site, visit):
    opened = visit(real)
    with question(opened) as reader:
        menu(reader, "Cụm liên xã")
        reader.click(opened.page.get_by_role("button", name="Thử với 6 ranh giới mẫu"))
        reader.click(opened.page.get_by_role("button", name="Cụm mẫu 1"))
        reader.reads("Chí Tiên 37,86 ha (30,49–44,74)", "Đông Thành 14,90 ha (8,02–22,27)")
