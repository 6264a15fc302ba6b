"""A card as data, and what its drawings make of it."""

from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from lib.language.text import no_data
from lib.reports.cards.card import Card, Place, Said, Source, fact, source_of
from lib.reports.cards.markup import card_html
from lib.reports.cards.places import capacity

HERE = Source("Sổ", "a.vn", "https://a.vn/x", "01/02/2026")
THERE = Source("", "b.vn", "https://b.vn/y", "2024")


def card(*facts, **more) -> Card:
    return Card("Cụm", "mã PT-1", facts, "vi", **more)


def said(value, *sources):
    return fact("cards.area", value, None, *sources, lang="vi")


def test_sources_are_numbered_once_in_the_order_of_the_facts():
    made = card(said("một"), said("hai", THERE), said("ba", HERE, THERE))
    assert made.sources == (THERE, HERE)
    assert [line["parts"][0]["marks"] for line in made.lines()] == ["", "[1]", "[2][1]"]


def test_a_blank_is_said_in_words_and_names_no_source():
    (line,) = card(said(None, HERE)).lines()
    assert line["blank"]
    assert line["parts"] == [{"text": no_data("vi"), "marks": ""}]


def test_what_others_say_stands_behind_with_its_own_source():
    told = fact("cards.area", 20, "20 ha", HERE, lang="vi")
    made = card(replace(told, others=(Said("18 ha", THERE),)))
    own, other = made.lines()[0]["parts"]
    assert own == {"text": "20 ha", "marks": "[1]"}
    assert "18 ha" in other["text"]
    assert other["marks"] == "[2]"


def test_a_paper_leaves_out_a_fact_and_the_source_only_it_names():
    other = fact("cards.investor", "X", None, THERE, lang="vi")
    assert card(said("1", HERE), other).without("cards.investor").sources == (HERE,)


def test_what_a_list_is_about_comes_after_the_verdict_and_once():
    verdict, todo = (fact(f"head.{key}", key, lang="vi", label=key) for key in ("late", "todo"))
    water = fact("cards.wastewater", "dừng", None, HERE, lang="vi")
    made = card(said("1", THERE), water, head=(verdict, todo)).led_by("cards.wastewater", "none")
    assert [one.value for one in made.every] == ["late", "dừng", "todo", "1"]
    assert made.head[1].strong
    assert made.sources == (HERE, THERE)


def test_a_file_of_the_office_is_named_and_is_no_link():
    source = source_of({"source_url": "file:to-trinh.xlsx", "as_of": "2026-10-01"}, "vi")
    assert "to-trinh.xlsx" in source.title
    assert "<a " not in card_html(card(said("1", source)))


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags |= {tag} | {name for name, _ in attrs}

    def handle_data(self, data) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_no_text_of_a_card_becomes_markup(text):
    source = Source(text, text, f"javascript:{text}", text)
    told = replace(said(text, source), places=(Place(text, f"clusters:{text}"),))
    made = Card(text, text, (told,), "vi", note=text, cautions=(text,), head=(told,))
    for address in (None, lambda target: f"/?sel={len(target)}"):
        read = Read()
        read.feed(str(card_html(made, address=address)))
        plain = {*("div", "class", "h3", "p", "dl", "dt", "dd", "sup"), "b", "ol", "li"}
        links = {"a", "href", "target"} if address else set()
        assert read.tags <= plain | links | {"details", "summary"}
        assert read.text.count(text) >= 7


def test_names_of_places_are_links_and_nothing_else_is():
    places = (Place("Hạ Hòa", "communes:08053"), Place("Yên Kỳ", "communes:08080"))
    told = replace(said("huyện Hạ Hoà; Hạ Hòa; Yên Kỳ"), places=places)
    html = str(card_html(card(told), address=lambda target: f"/?sel={target}"))
    link = '<a href="/?sel={}" target="_self">{}</a>'
    assert html.count("<a ") == 2
    for place in places:
        assert link.format(place.target, place.name) in html
    assert "<a " not in card_html(card(told)), "a file that is taken away leads nowhere"


def test_the_verdict_leads_what_to_do_is_said_once_and_sources_are_folded():
    todo = [fact("head.todo", words, lang="vi") for words in ("một", "hai")]
    verdict = fact("cross.verdict", "x", "Nằm trên nhiều xã", lang="vi")
    html = str(card_html(card(said("20 ha", HERE), head=(verdict, *todo), cautions=("Gần đúng",))))
    places = [html.index(text) for text in ("Nằm trên nhiều xã", "một", "hai", "Gần đúng", "20 ha")]
    assert places == sorted(places)
    assert html.count("Việc cần làm") == 1
    assert html.index("20 ha") < html.index("<details") < html.rindex("a.vn")
    assert '<a href="https://a.vn/x"' in html.partition("<details")[0], "the number leads there too"


def test_a_capacity_is_given_as_its_source_gives_it():
    told = [
        (63.0, None, "63 MVA"),
        (31.5, None, "31,5 MVA"),
        (0.25, None, "0,25 MVA"),
        (None, "2x250 (thiết kế)", "2x250 (thiết kế)"),
        (None, None, "chưa có số liệu"),
    ]
    for mva, text, words in told:
        shown = capacity({"capacity_mva": mva, "capacity_text": text}, "vi")
        assert shown.replace("\u00a0", " ") == words
