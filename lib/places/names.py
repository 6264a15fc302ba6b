"""Resolve names of communes before the merger to the communes of today.

A decision names the communes of its day. `resolve` follows each name to the
new communes: through the units that ended before 2025 where that is needed,
then through the table of the resolution that merged them. What cannot be
followed is reported with its reason, never dropped and never guessed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pandas as pd

from lib.language.text import Lang, bare_name, fold, is_blank, nfc, same_spelling, t

Status = Literal["whole", "split", "ended", "unresolved", "ambiguous"]
Change = Literal["resolved", "remains", "single", "undetermined"]

CERTAIN: Final = ("whole", "ended")
"""Statuses of a name that leads to exactly one former unit and one new commune."""

_KINDS: Final = ("xã", "phường", "thị trấn")
_ARROW: Final = " → "
_OR: Final = " / "
_PLACED: Final = ("former_communes", "former_district", "former_province", "stated_communes")


@dataclass(frozen=True)
class Resolution:
    """One name of a decision, followed to the communes of today.

    Attributes
    ----------
    given : str
        The name as the source writes it.
    former_codes : tuple of str
        Former units it can mean: one, unless it is ambiguous or not found.
    new_codes : tuple of str
        New communes those units went to.
    status : str
        ``whole``: one unit, one commune; ``ended``: the same through a merger
        before 2025; ``split``: the unit was divided between communes;
        ``ambiguous``: several units have the name; ``unresolved``: none has.
    chain : str
        The steps in names, ``xã A → xã B → xã C``; only the name if unresolved.
    clauses : str
        Clauses of article 1 of the resolution that make the last step.
    basis : str
        What says the step before 2025, where there is one.
    """

    given: str
    former_codes: tuple[str, ...]
    new_codes: tuple[str, ...]
    status: Status
    chain: str
    clauses: str = ""
    basis: str = ""

    def sentence(self, lang: Lang = "vi") -> str:
        """Return one sentence saying where the name led, or why it did not."""
        *before, last = self.chain.split(_ARROW)
        kept = bool(before) and before[-1] == last
        said = asdict(self)
        if kept and self.status == "whole":
            return t("merger.kept", lang, **said | {"name": last})
        if kept:
            said["chain"] = _ARROW.join(before) + t("merger.kept_step", lang)
        return t(f"merger.{self.status}", lang, **said)


@dataclass(frozen=True)
class _Entry:
    """A name in the tables: a former unit, or (with a basis) one that ended inside it."""

    name: str
    kind: str
    districts: frozenset[str]
    province: str
    former_code: str
    basis: str


class Names:
    """The tables of names, indexed once for many look-ups; without communes by their codes."""

    def __init__(
        self,
        former_units: pd.DataFrame,
        ended: pd.DataFrame,
        communes: pd.DataFrame | None = None,
    ) -> None:
        units = former_units.drop_duplicates("former_code")
        self._new = _became(former_units)
        self.units = dict(zip(units["former_code"], full_names(units), strict=True))
        self._districts = dict(_pairs(units, "former_code", "district"))
        clauses: dict[str, list[int]] = {}
        for code, clause in _pairs(former_units, "former_code", "clause"):
            clauses.setdefault(code, []).append(clause)
        self._clauses = {code: ", ".join(map(str, sorted(said))) for code, said in clauses.items()}
        self.communes: dict[str, str] = {}
        if communes is not None:
            self.communes = dict(zip(communes["code"], full_names(communes), strict=True))
        ended_in = ended.rename(columns={"successor_code": "former_code"})
        self._by_spelling: dict[str, list[_Entry]] = {}
        self._by_fold: dict[str, list[_Entry]] = {}
        self._followed: dict[tuple[str, str | None, str | None], Resolution] = {}
        for entry in (*self._entries(units.assign(basis="")), *self._entries(ended_in)):
            self._by_spelling.setdefault(same_spelling(entry.name), []).append(entry)
            self._by_fold.setdefault(fold(entry.name), []).append(entry)

    def _entries(self, table: pd.DataFrame) -> list[_Entry]:
        """Return a table's entries; an ended unit counts in its successor's district too."""
        own, codes = table["district"].tolist(), table["former_code"].tolist()
        bare = {name: bare_name(name) for name in {*own, *self._districts.values()}}
        districts = [
            frozenset({bare[district], bare[self._districts[code]]})
            for district, code in zip(own, codes, strict=True)
        ]
        rest = (table["province"].tolist(), codes, table["basis"].tolist())
        return list(map(_Entry, table["name"].tolist(), table["kind"].tolist(), districts, *rest))

    def _find(self, given: str, district: str | None, province: str | None) -> list[_Entry]:
        """Return every entry `given` can mean in its district and province."""
        found = _look_up(same_spelling(given), self._by_spelling, same_spelling)
        if not found and fold(given) == given.lower():
            found = _look_up(fold(given), self._by_fold, fold)
        if province is not None:
            found = [e for e in found if fold(e.province) == bare_name(province)]
        if district is not None:
            found = [e for e in found if bare_name(district) in e.districts]
        return found

    def resolve(self, given: str, district: str | None, province: str | None) -> Resolution:
        """Follow one name; it leads to the same place every time."""
        asked = given, district, province
        if asked not in self._followed:
            self._followed[asked] = self._resolve(*asked)
        return self._followed[asked]

    def _resolve(self, given: str, district: str | None, province: str | None) -> Resolution:
        found = self._find(given, district, province)
        former = tuple(sorted({e.former_code for e in found}))
        if not former:
            return Resolution(given, (), (), "unresolved", given)
        new = tuple(sorted({code for unit in former for code in self._new[unit]}))
        if len(former) > 1:
            units = _OR.join(f"{self.units[u]} ({self._districts[u]})" for u in former)
            return Resolution(given, former, new, "ambiguous", units)
        first = min(found, key=lambda entry: bool(entry.basis))
        ended = f"{first.kind} {first.name}" if first.basis else ""
        return self.way(given, former[0], ended=ended, basis=first.basis)

    def way(self, given: str, former_code: str, *, ended: str = "", basis: str = "") -> Resolution:
        """Return the way of one former unit to today, or of one that had ended inside it.

        Parameters
        ----------
        former_code : str
            Code of the unit of 30 June 2025.
        ended : str
            Kind and name of the unit that had ended in it; empty for the unit itself.
        """
        new = tuple(sorted(set(self._new[former_code])))
        status: Status = "split" if len(new) > 1 else "ended" if ended else "whole"
        now = _OR.join(self.communes.get(code, code) for code in new)
        chain = _ARROW.join([*filter(None, [ended]), self.units[former_code], now])
        clauses = self._clauses[former_code]
        return Resolution(given, (former_code,), new, status, chain, clauses, basis)

    def resolve_all(self, names: object, district: object, province: object) -> list[Resolution]:
        """Follow the names of one cluster; blanks of a data frame count as not given."""
        where = [None if is_blank(value) else str(value) for value in (district, province)]
        return [self.resolve(given, *where) for given in _names(names)]


def resolve(
    names: str,
    district: str | None,
    province: str | None,
    former_units: pd.DataFrame,
    ended_units: pd.DataFrame,
    *,
    communes: pd.DataFrame | None = None,
) -> list[Resolution]:
    """Follow the former communes a source names to the communes of today.

    Names match on `lib.language.text.same_spelling` (tone placement and case do not
    count), on the kind when the source gives it, within the district and the
    province when they are known. A name without any accent is accepted when
    only one unit can be meant.

    Parameters
    ----------
    names : str
        Names as the source writes them, ``xã A;xã B``.
    district, province : str or None
        Former district and province of the cluster, with or without their kind.
    former_units, ended_units : pandas.DataFrame
        Tables of ``former_units`` and ``ended_units``, see `lib.tables.registry`.
    communes : pandas.DataFrame, optional
        Table of `lib.tables.records.places.COMMUNES`, for names instead of codes in the chain.

    Returns
    -------
    list of Resolution
        One for each name, in the order given.
    """
    return Names(former_units, ended_units, communes).resolve_all(names, district, province)


def by_decision(
    clusters: pd.DataFrame,
    former_units: pd.DataFrame,
    ended_units: pd.DataFrame,
    communes: pd.DataFrame,
    *,
    index: Names | None = None,
) -> pd.DataFrame:
    """Return the new communes each cluster lies in according to documents.

    Two kinds of documents count: the former communes of a decision, followed by
    `resolve`, and a new commune a source names itself (``stated_communes``).

    Returns
    -------
    pandas.DataFrame
        One row for a cluster and a new commune: ``cluster_id``,
        ``commune_code`` (NA: the name was not found), ``commune_name``,
        ``former_names`` (NA: only stated), ``stated``, ``certain`` (False where
        a unit was split, is ambiguous or not found), ``conflict`` (the stated
        commune is not one the former names lead to).
    """
    register = index or Names(former_units, ended_units, communes)
    today = dict(zip(map(same_spelling, communes["name"]), communes["code"], strict=True))
    today |= {same_spelling(name): code for code, name in register.communes.items()}
    rows: list[tuple[object, ...]] = []
    for cluster_id, names, district, province, told in _pairs(clusters, "cluster_id", *_PLACED):
        found = register.resolve_all(names, district, province)
        stated = {name: today.get(same_spelling(name)) for name in _names(told)}
        possible = {code for one in found for code in one.new_codes}
        said = {code for code in stated.values() if code}
        for code in sorted(possible | said):
            leading = [one for one in found if code in one.new_codes]
            certain = code in said or any(one.status in CERTAIN for one in leading)
            apart = bool(possible and said) and (code not in possible or not possible & said)
            former = "; ".join(one.given for one in leading) or None
            rows.append((cluster_id, code, former, code in said, certain, apart))
        lost = [(one.given, False) for one in found if one.status == "unresolved"]
        lost += [(name, True) for name, code in stated.items() if code is None]
        rows += [(cluster_id, None, name, is_new, False, False) for name, is_new in lost]
    text, flags = ["cluster_id", "commune_code", "former_names"], ["stated", "certain", "conflict"]
    table = pd.DataFrame(rows, columns=[*text, *flags])
    table = table.astype(dict.fromkeys(text, "str") | dict.fromkeys(flags, "bool"))
    name_of = communes.set_index("code")["name"]
    table.insert(2, "commune_name", table["commune_code"].map(name_of).astype("str"))
    return table


def changes(
    clusters: pd.DataFrame,
    former_units: pd.DataFrame,
    ended_units: pd.DataFrame,
    *,
    index: Names | None = None,
) -> pd.DataFrame:
    """Return what the merger did to each cluster, by the communes its papers name.

    ``resolved``: two or more former units, one new commune; ``remains``: two or
    more new communes; ``single``: one and one; ``undetermined``: no commune is
    named, or a name is split, ambiguous or not found. Former units are those
    that existed on 30 June 2025.

    Returns
    -------
    pandas.DataFrame
        ``cluster_id``, ``former_units_n``, ``former_districts_n``,
        ``former_provinces_n``, ``new_communes_n`` (NA where not known),
        ``change``.
    """
    register = index or Names(former_units, ended_units)
    units = former_units.drop_duplicates("former_code")
    of = zip(units["district"], units["province"], strict=True)
    where = dict(zip(units["former_code"], of, strict=True))
    rows: list[tuple[object, ...]] = []
    for cluster_id, names, district, province, _ in _pairs(clusters, "cluster_id", *_PLACED):
        found = register.resolve_all(names, district, province)
        known = bool(found) and all(len(one.former_codes) == 1 for one in found)
        certain = bool(found) and all(one.status in CERTAIN for one in found)
        own = [where[code] for code in {code for one in found for code in one.former_codes}]
        new = {code for one in found for code in one.new_codes}
        before = (len(own), len({d for d, _ in own}), len({p for _, p in own}))
        after = (len(new), _change(len(own), len(new))) if certain else (None, "undetermined")
        rows.append((cluster_id, *(before if known else (None, None, None)), *after))
    counts = ["former_units_n", "former_districts_n", "former_provinces_n", "new_communes_n"]
    table = pd.DataFrame(rows, columns=["cluster_id", *counts, "change"])
    return table.astype(dict.fromkeys(counts, "Int64") | {"cluster_id": "str", "change": "str"})


def _change(former: int, new: int) -> Change:
    if new > 1:
        return "remains"
    return "resolved" if former > 1 else "single"


def became(former_code: str, former_units: pd.DataFrame) -> tuple[str, ...]:
    """Return the codes of the new communes a former unit went to, in order.

    Codes were used again: old 04891 is xã Vầy Nưa, new 04891 is xã Tiền Phong.
    """
    return _became(former_units[former_units["former_code"] == former_code]).get(former_code, ())


def _became(former_units: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    new: dict[str, tuple[str, ...]] = {}
    for former, code in _pairs(former_units, "former_code", "new_code"):
        new[former] = tuple(sorted((*new.get(former, ()), code)))
    return new


def _pairs(table: pd.DataFrame, *columns: str) -> Iterable[tuple[Any, ...]]:
    """Return the rows of some columns; a column of strings is read whole, not value by value."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


def full_names(table: pd.DataFrame) -> pd.Series:
    """Return kind and name of each row."""
    return table["kind"] + " " + table["name"]


def _names(value: object) -> list[str]:
    """Return the names of a cell, ``xã A;xã B``; none for a blank."""
    return [] if is_blank(value) else [nfc(n) for n in str(value).split(";") if n.strip()]


def _look_up(
    given: str, index: Mapping[str, list[_Entry]], spell: Callable[[str], str]
) -> list[_Entry]:
    """Return the entries `given` names, read with its first words as a kind and without.

    *Phương Viên* is a name and *phường Viên* would be a kind and a name: both
    readings are tried, the table decides.
    """
    found = list(index.get(given, []))
    for kind in _KINDS:
        prefix = f"{spell(kind)} "
        if given.startswith(prefix):
            found += [e for e in index.get(given.removeprefix(prefix), []) if e.kind == kind]
    return found
