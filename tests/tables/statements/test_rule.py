"""The rule chooses one statement, whatever order they come in."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lib.tables.statements.record import STRENGTHS, Statement, as_table, statements_of
from lib.tables.statements.rule import chosen

SUBJECT = ("clusters", "HB-025", "area_ha")
DAYS = st.sampled_from(["2018", "2024-03", "2024-03-08", "2026-11-30"])
STATEMENTS = st.builds(
    Statement,
    *(st.just(part) for part in SUBJECT),
    value=st.sampled_from(["40.0", "41.5", "75.0"]),
    source_url=st.sampled_from(["https://baophutho.vn/a", "file:b.csv", "Biên bản", "[x](y)"]),
    as_of=DAYS,
    document_no=st.sampled_from(["", "12/QĐ-UBND"]),
    strength=st.sampled_from(["", *STRENGTHS]),
    reason=st.sampled_from(["", "", "đo lại"]),
    when=st.sampled_from(["", "2026-11-30T08:00:00+00:00", "2026-11-30T09:00:00+00:00"]),
    state=st.sampled_from(["kept", "in_use", "withdrawn"]),
)


def word(value: str, source: str, as_of: str, **more: str) -> Statement:
    return Statement(*SUBJECT, value, source, as_of, **more)


PRESS = word("75.0", "https://baophutho.vn/a", "2026-11-30")
OFFICE = word("41.5", "Biên bản", "2020")
LATER = word("42.0", "file:b.csv", "2024-03")
PAPER = word("40.0", "QĐ", "2018", document_no="12/QĐ-UBND")
WEAK = word("39.0", "https://example.vn/tag", "2026-11-30", strength="other")


def test_the_stronger_then_the_newer():
    cases = {
        (PRESS,): (PRESS, "single"),
        (PRESS, OFFICE): (OFFICE, "strength"),
        (PRESS, OFFICE, LATER): (LATER, "newer"),
        (PRESS, OFFICE, LATER, PAPER): (PAPER, "strength"),
        (PRESS, WEAK): (PRESS, "single"),
        (WEAK,): (None, "none"),
    }
    for said, (best, rule) in cases.items():
        for order in itertools.permutations(said):
            answer = chosen(order)
            assert (answer.statement, answer.rule) == (best, rule), said
            assert set(answer.others) == set(said) - {best}


def test_a_person_chooses_with_a_reason_whatever_the_source():
    picked = word("39.0", "https://example.vn/tag", "2018", strength="other", reason="đã đo")
    answer = chosen([PAPER, picked, LATER])
    assert (answer.statement, answer.rule) == (picked, "choice")
    later = word("38.0", "họp", "2018", reason="đo lại", when="2026-12-01T00:00:00+00:00")
    assert chosen([picked, later, PAPER]).statement == later


def test_a_source_counts_by_what_it_said_last():
    first = word("50.0", "họp", "2026-11-30", when="2026-11-30T08:00:00+00:00")
    second = word("51.0", "Họp", "2026-01-01", when="2026-11-30T09:00:00+00:00")
    assert chosen([first, second]).statement == second
    gone = word("51.0", "họp", "2026", when="2026-11-30T09:00:00+00:00", state="withdrawn")
    assert chosen([first, gone, PRESS]).statement == PRESS


@given(st.lists(STATEMENTS, max_size=6, unique_by=lambda one: one.key), st.randoms())
def test_the_order_of_statements_does_not_matter(said, random):
    mixed = list(said)
    random.shuffle(mixed)
    one, other = chosen(said), chosen(mixed)
    assert one.statement == other.statement
    assert one.rule == other.rule
    assert one.others == other.others


@given(st.lists(STATEMENTS, max_size=6, unique_by=lambda one: one.key))
def test_nothing_withdrawn_is_used_and_a_table_of_statements_says_the_same(said):
    answer = chosen(said)
    assert answer.statement is None or answer.statement.state != "withdrawn"
    read = chosen(statements_of(as_table(said)))
    assert (read.statement and read.statement.key) == (answer.statement and answer.statement.key)
    assert read.rule == answer.rule
