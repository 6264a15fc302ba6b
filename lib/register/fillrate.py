"""The three fill rates of a cluster, each with its numerator and its denominator.

They are three figures and never one: by law (Decree 32/2024/NĐ-CP, article 2.7), leased
(Circular 14/2024), and leased of the land already cleared.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from lib.language.text import is_blank

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "legal": ("approved_ha", "industrial_land_ha"),
    "leased": ("leased_ha", "industrial_land_ha"),
    "cleared": ("leased_ha", "cleared_ha"),
}
"""Kind -> columns of numerator and denominator."""


class Rate(NamedTuple):
    """One rate: hectares over hectares, None where not known."""

    kind: str
    over: float | None
    under: float | None

    @property
    def share(self) -> float | None:
        """The rate as a share; None if a part is not known or there is no land."""
        if self.over is None or not self.under:
            return None
        return self.over / self.under


def rates(cluster: Mapping[Any, Any]) -> tuple[Rate, ...]:
    """Return the rates of a row of ``clusters``, in the order of `KINDS`."""

    def hectares(column: str) -> float | None:
        return None if is_blank(cluster[column]) else float(cluster[column])

    return tuple(Rate(kind, *map(hectares, columns)) for kind, columns in KINDS.items())
