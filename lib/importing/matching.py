"""Match shapes and rows of a file with clusters of the register, by code or by name.

A code decides. Without one the name is compared; an equal spelling is taken, a
similar one is only proposed, with its similarity, for a person to confirm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from lib.importing.fonts.convert import LegacyEncoding, convert
from lib.language.text import bare_name, fold, same_spelling

How = Literal["code", "name", "similar", "chosen", "left_out", "none"]

PROPOSED: Final = 75.0
"""Similarity, 0-100, from which a name is proposed."""
_SHOWN: Final = 3
_SLIP_LETTERS: Final = 4
"""Letters a name must have to be recognised with one of them wrong."""
_LONG_NAME: Final = 12
"""Letters from which two may be wrong."""
_SIGNS: Final = frozenset("ăâđêôơư\u0300\u0309\u0303\u0301\u0323–—“”‘’…")
"""What is not ASCII in a Vietnamese name once its tones stand at the end of each word."""


@dataclass(frozen=True)
class ClusterMatch:
    """Cluster found for one label of a file, with the similarity of the names.

    Parameters
    ----------
    label : str
        The code or the name as the file has it.
    cluster_id : str
        The cluster meant; empty if none.
    how : str
        By code, by an equal name, by a similar one, chosen by hand, left out by
        hand, or not at all.
    score : float
        Similarity of the names, 0-100.
    candidates : tuple
        Clusters nearest by name with their similarity, best first.
    """

    label: str
    cluster_id: str
    how: How
    score: float
    candidates: tuple[tuple[str, float], ...] = ()


def match_clusters(
    labels: Sequence[tuple[str, str]], clusters: pd.DataFrame, chosen: Mapping[str, str]
) -> list[ClusterMatch]:
    """Return one match for each (code, name), in order.

    Parameters
    ----------
    labels : sequence of (code, name)
        Either may be empty.
    clusters : DataFrame
        ``cluster_id`` and ``name`` of the register.
    chosen : mapping
        Label -> cluster_id picked by hand; empty to leave the shape out.
    """
    ids = {str(code).casefold(): str(code) for code in clusters["cluster_id"]}
    names = {
        str(c): bare_name(str(n))
        for c, n in zip(clusters["cluster_id"], clusters["name"], strict=True)
    }
    spelled: dict[str, list[str]] = {}
    for code, name in zip(clusters["cluster_id"], clusters["name"], strict=True):
        spelled.setdefault(_spelling(str(name)), []).append(str(code))
    return [_match(code, name, ids, names, spelled, chosen) for code, name in labels]


def _spelling(name: str) -> str:
    """Return the name without its kind, equal wherever the tone stands in a syllable."""
    folded = same_spelling(name)
    for kind in ("cụm công nghiệp", "ccn"):
        folded = folded.removeprefix(same_spelling(kind)).strip(" -–:")
    return folded


def _match(
    code: str,
    name: str,
    ids: Mapping[str, str],
    names: Mapping[str, str],
    spelled: Mapping[str, list[str]],
    chosen: Mapping[str, str],
) -> ClusterMatch:
    label = code or name
    if label in chosen:
        picked = chosen[label]
        return ClusterMatch(label, picked, "chosen" if picked else "left_out", 100)
    for given in (code, name):
        if given.casefold() in ids:
            return ClusterMatch(label, ids[given.casefold()], "code", 100)
    near = process.extract(bare_name(name), names, scorer=fuzz.ratio, limit=_SHOWN) if name else []
    candidates = tuple((str(where), float(score)) for _, score, where in near)
    if code:
        # A code that the register does not know is another cluster, however alike the names.
        return ClusterMatch(label, "", "none", 0, candidates)
    same = spelled.get(_spelling(name), [])
    if len(same) == 1:
        return ClusterMatch(label, same[0], "name", 100, candidates)
    clear = candidates and candidates[0][1] >= PROPOSED
    if clear and (len(candidates) == 1 or candidates[1][1] < candidates[0][1]):
        return ClusterMatch(label, candidates[0][0], "similar", candidates[0][1], candidates)
    return ClusterMatch(label, "", "none", 0, candidates)


def one_slip_away(name: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the names nearest to a misspelt one, those equally near together.

    Marks count less than letters: *Đoan Húng* is nearer to *Đoan Hùng* than to any
    name with another letter. A short name is nobody else's with one letter wrong,
    a long one with two.

    Parameters
    ----------
    name : str
        As it is written, without its kind.
    names : mapping
        Key -> name, without its kind.
    """
    wanted, spelled = fold(name), same_spelling(name)
    if len(wanted) < _SLIP_LETTERS:
        return ()
    most = 1 if len(wanted) < _LONG_NAME else 2
    folded = {key: fold(known) for key, known in names.items()}
    near = process.extract(wanted, folded, scorer=OSA.distance, limit=None, score_cutoff=most)
    ranked = {
        str(key): (distance, OSA.distance(spelled, same_spelling(names[key])))
        for _, distance, key in near
    }
    best = min(ranked.values(), default=None)
    return tuple(key for key, rank in ranked.items() if rank == best)


def _garbled(name: str, mine: str) -> bool:
    """Return whether a name holds signs of no Vietnamese name, or is `mine` in an old font."""
    if any(not char.isascii() and char not in _SIGNS for char in same_spelling(name)):
        return True
    return mine in {_spelling(convert(name, font)) for font in get_args(LegacyEncoding)}


def alike(name: str, cluster_id: str, known: pd.Series) -> bool:
    """Return whether a name may be that of a cluster.

    It is like it, is not that of another one, and is not the same name garbled
    by another encoding: what is taken becomes the name in the register.
    """
    mine = _spelling(str(known[cluster_id]))
    given = _spelling(name)
    if given == mine:
        return True
    if _garbled(name, mine):
        return False
    if given in {_spelling(str(other)) for other in known}:
        return False
    return fuzz.ratio(bare_name(name), bare_name(mine)) >= PROPOSED
