"""The rule that chooses the value in use among what several sources say.

A person's choice with a reason, else the stronger source, else the newer one. A source
speaks once: what it said last counts. Nothing withdrawn is used, and nothing of
the weakest kind unless a person chooses it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from lib.language.text import fold
from lib.tables.columns import CHECKED
from lib.tables.statements.record import STRENGTHS, Statement

Rule = Literal["choice", "strength", "newer", "single", "none"]


@dataclass(frozen=True)
class Chosen:
    """Result of the rule for one value.

    Parameters
    ----------
    statement : Statement or None
        The one in use; None: nothing that may be used is said.
    rule : str
        Which part of the rule chose it; ``single``: nothing else could be used.
    others : tuple of Statement
        What other sources say, the strongest and newest first.
    """

    statement: Statement | None
    rule: Rule
    others: tuple[Statement, ...] = field(default=())


def chosen(statements: Iterable[Statement]) -> Chosen:
    """Return which of the statements on one value is in use, whatever their order."""
    ranked = sorted(_last_words(statements), key=_rank, reverse=True)
    picked = [one for one in ranked if one.reason]
    usable = [one for one in ranked if one.kind != STRENGTHS[-1]]
    if picked:
        best, rule = max(picked, key=lambda one: (one.when, _rank(one))), _by_choice(ranked)
    elif usable:
        best, rule = usable[0], _by_rank(usable)
    else:
        return Chosen(None, "none", tuple(ranked))
    return Chosen(best, rule, tuple(one for one in ranked if one is not best))


def _last_words(statements: Iterable[Statement]) -> list[Statement]:
    """Return what may be used: of each source what it said last, of that nothing withdrawn."""
    by_source: dict[tuple[str, str], list[Statement]] = {}
    for one in statements:
        by_source.setdefault((fold(one.source_url), fold(one.document_no)), []).append(one)
    last = []
    for said in by_source.values():
        moment = max(one.when for one in said)
        last += [one for one in said if one.when == moment and one.state != "withdrawn"]
    return last


def _rank(one: Statement) -> tuple[int, str, str, str, str, str]:
    """Return the key that puts the one to use last; the last parts only make it one order."""
    strength = -STRENGTHS.index(one.kind)
    day = "" if one.as_of == CHECKED and not one.when else one.as_of  # its source gives no date
    return strength, day, one.document_date, one.when, one.source_url, one.value


def _by_choice(ranked: list[Statement]) -> Rule:
    return "choice" if len(ranked) > 1 else "single"


def _by_rank(usable: list[Statement]) -> Rule:
    first, *rest = usable
    if not rest:
        return "single"
    return "strength" if rest[0].kind != first.kind else "newer"
