"""Random moments at which something that runs is killed."""

import random
from collections.abc import Iterator

import pytest
from actkiller import Killer

MOST = 10
"""Rounds of random moments after which it is no matter of the machine that none falls inside."""


class Moments:
    """Random moments from the start of an act to just behind its end, everywhere as many.

    How long it lasts is measured first, and again by every act: other programs
    make it slower and faster. Where too few kills fell inside, more follow.
    """

    def __init__(self, turns: int, lasts: float, *, inside: int) -> None:
        self.turns, self.lasts, self.wanted = turns, lasts, inside
        self.inside = 0
        self.random = random.Random(20261125)  # noqa: S311 - moments, no secrets

    def __iter__(self) -> Iterator[float]:
        for _ in range(MOST):
            turns = self.turns
            for turn in self.random.sample(range(turns), turns):
                yield 1.1 * (turn + self.random.random()) / turns * self.lasts
            if self.inside >= self.wanted:
                return
        pytest.fail(f"only {self.inside} kills fell inside")

    def seen(self, delay: float, *, alive: bool) -> None:
        self.inside += alive
        if alive and delay > self.lasts:
            self.lasts *= 1.2
        elif not alive and delay < self.lasts:
            self.lasts *= 0.9


def usual(killer: Killer, act: str, *asked: tuple[object, ...]) -> float:
    """Return how long an act lasts that nobody kills: the median of three."""
    return sorted(killer.run(act, *words)[1] for words in asked)[1]
