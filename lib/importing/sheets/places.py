"""Communes written by name in a brought table, followed to the codes of today.

A name of today is taken as it stands. A former name (with its district, or in a
row older than the merger) is followed through the table of the resolution;
where it leads to one commune the cell is mended, where it could lead to several
a person is asked.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import pandas as pd

from lib.importing.matching import one_slip_away
from lib.importing.readers.grid import Cell, clean_text
from lib.importing.sheets.cells import Value
from lib.language.text import bare_name, fold, same_spelling
from lib.places.names import CERTAIN, Names, Resolution
from lib.settings import province
from lib.tables.facts import load
from lib.tables.schemas import ALL_TABLES

MERGED_ON: Final = province().merged_on.isoformat()

_SHORT: Final = re.compile(r"^(?:([xp])[.\s]|(tt|t\.t)[.\s])\s*", re.IGNORECASE)
_LONG: Final = {"x": "xã ", "p": "phường ", "tt": "thị trấn ", "t.t": "thị trấn "}
_IN_VIETNAMESE: Final = {
    "commune": "xã",
    "ward": "phường",
    "town": "thị trấn",
    "township": "thị trấn",
    "district": "huyện",
    "city": "thành phố",
    "province": "tỉnh",
}
_WORDS: Final = "|".join(_IN_VIETNAMESE)
_ENGLISH: Final = re.compile(
    rf"(?:(?P<before>{_WORDS})(?: of)? )?(?P<name>.{{1,80}}?)(?: (?P<behind>{_WORDS}))?",
    re.IGNORECASE,
)
_KIND: Final = re.compile(r"^(xã|phường|thị trấn) ", re.IGNORECASE)
_APART: Final = re.compile(r"\s*[(),]\s*|\s+[-–]\s+")
_LONGEST: Final = 300
"""Letters of a cell that are looked at: names of a commune, a district and a province."""
_FORMER: Final = frozenset({"cu", "truoc sap nhap", "truoc 1/7/2025", "truoc 01/7/2025"})
_NOW: Final = fold(province().name)


class Places:
    """The names of today and of before, indexed once for a whole file.

    Parameters
    ----------
    reference : mapping
        Table -> frame: ``communes``, ``former_units`` and, for names that ended
        before 2025, ``ended_units``; what is absent is not looked through.
    answers : mapping, optional
        Name as the file has it -> code of the commune a person chose, empty to
        leave the cell blank.
    """

    def __init__(
        self,
        reference: Mapping[str, pd.DataFrame],
        answers: Mapping[str, str] | None = None,
    ) -> None:
        self._answers = answers or {}
        self._today: dict[str, set[str]] = {}
        self._names: dict[str, str] = {}
        communes = reference.get("communes")
        if communes is not None:
            for code, name, kind in communes[["code", "name", "kind"]].itertuples(index=False):
                self._names[code] = f"{kind} {name}"
                for said in (name, f"{kind} {name}"):
                    self._today.setdefault(same_spelling(said), set()).add(code)
                    self._today.setdefault(fold(said), set()).add(code)
        former = reference.get("former_units")
        self._bare: dict[str, str] = {}
        for table in (communes, former):
            if table is not None:
                self._bare |= _called(table)
        ended = reference.get("ended_units")
        if ended is None:
            ended = pd.DataFrame(columns=list(ALL_TABLES["ended_units"].columns))
        self._follow = None if former is None else Names(former, ended).resolve_all
        self._known: dict[tuple[str, str, bool], Value] = {}

    def find(self, cell: Cell, *, district: str = "", before: bool = False) -> Value:
        """Return the code of the commune a cell names.

        Parameters
        ----------
        cell : Cell
            ``xã Vân Đồn``, ``xã Vân Đồn (Đoan Hùng)``, *xã Vân Đồn, huyện Đoan Hùng*.
        district : str
            Former district another column gives.
        before : bool
            True if the row is older than 1 July 2025: names mean former units first.

        Returns
        -------
        Value
            ``mended`` with what the name became, ``ask`` with several communes,
            ``refused`` if no unit has the name.
        """
        asked = (clean_text(cell), district, before)
        if asked[0] in self._answers:
            return self._answered(asked[0], self._find(asked[0], district, before=before))
        if asked not in self._known:
            self._known[asked] = self._find(asked[0], district, before=before)
        return self._known[asked]

    def similar(self, cell: Cell, *, district: str = "") -> Value:
        """Return the commune a misspelt name is most like, for a person to confirm.

        Returns
        -------
        Value
            ``ask`` with the one commune it can mean, or without a value where it
            is as like to several; ``refused`` if no name is like it.
        """
        given = clean_text(cell)
        name, said, _, _ = _parted(given)
        near = one_slip_away(_KIND.sub("", name, count=1), self._bare)
        where = bare_name(said or district)
        close = [key for key in near if where and where in fold(key)] or list(near)
        codes = {key: self._find(key, "", before=False).value for key in close}
        meant = sorted({str(code) for code in codes.values() if code})
        named = "; ".join(f"{self._names.get(code, '')} ({code})" for code in meant)
        if not meant:
            return Value(None, "refused", "registers.commune_unknown", {"value": given})
        values = {"value": given, "communes": named, "codes": " ".join(meant)}
        if len(meant) > 1:
            return Value(None, "ask", "ownlayers.like_several", values)
        return Value(meant[0], "ask", "ownlayers.similar", {**values, "like": close[0]})

    def _answered(self, given: str, question: Value) -> Value:
        """Return what a person said of a name; it must be one of the communes it became."""
        code = self._answers[given]
        known = str(vars(question)["values"].get("codes", "")).split()
        if code and known and code not in known:
            values = {"value": given, "code": code, "codes": ", ".join(known)}
            return Value(None, "refused", "registers.commune_not_one_of", values)
        if not code:
            return Value(None, "note", "registers.commune_left_blank", {"value": given})
        values = {"value": given, "became": f"{self._names.get(code, '')} ({code})"}
        return Value(code, "mended", "registers.commune_chosen", values)

    def _find(self, given: str, district: str, *, before: bool) -> Value:
        if ";" in given:
            return Value(None, "ask", "registers.commune_several", {"value": given})
        name, said, province, former = _parted(given)
        today = self._of_today(name)
        if said == _NOW and today and not (former or before or self._led(name, said, province)):
            said = ""  # the province of today, not the town that had its name
        if today and not (said or former or before):
            return Value(today)
        led = self._led(name, said or district, province)
        if led:
            return self._became(given, led[0], today)
        if today and not said:
            return Value(today)
        return Value(None, "refused", "registers.commune_unknown", {"value": given})

    def _led(self, name: str, district: str, province: str | None) -> list[Resolution]:
        """Return where a former unit of this name led; empty if there is none."""
        found = self._follow(name, district or None, province) if self._follow else []
        return [one for one in found if one.new_codes]

    def _became(self, given: str, led: Resolution, today: str) -> Value:
        """Return where a former name led; nothing is told if its name is still that of today."""
        if led.status in CERTAIN:
            (code,) = led.new_codes
            if code == today:
                return Value(code)
            values = {"value": given, "became": f"{self._names.get(code, '')} ({code})"}
            values["clause"] = led.clauses
            return Value(code, "mended", "registers.commune_became", values)
        if led.status == "split":
            several = "; ".join(f"{self._names.get(c, '')} ({c})" for c in led.new_codes)
            values = {"value": given, "communes": several, "codes": " ".join(led.new_codes)}
            return Value(None, "ask", "registers.commune_split", values)
        values = {"value": given, "units": led.chain, "codes": " ".join(led.new_codes)}
        return Value(None, "ask", "registers.commune_ambiguous", values)

    def _of_today(self, name: str) -> str:
        found = self._today.get(same_spelling(name), set())
        if not found and fold(name) == name.lower():
            found = self._today.get(fold(name), set())
        return next(iter(found)) if len(found) == 1 else ""


def _called(table: pd.DataFrame) -> dict[str, str]:
    """Return each name with its kind, a former one with its district too -> the name alone."""
    districts = table["district"] if "district" in table else [""] * len(table)
    rows = zip(table["kind"], table["name"], districts, strict=True)
    return {
        f"{kind} {name} ({district})" if district else f"{kind} {name}": str(name)
        for kind, name, district in rows
    }


@cache
def places_of_facts() -> Places:
    """Return the names of the tables of facts, indexed once a process."""
    return Places({name: load(name) for name in ("communes", "former_units", "ended_units")})


def _parted(given: str) -> tuple[str, str, str | None, bool]:
    """Return name, district, former province and whether the cell itself says *cũ*."""
    first, *rest = [_typed(part) for part in _APART.split(given[:_LONGEST]) if part] or [given]
    name = _SHORT.sub(lambda found: _LONG[(found[1] or found[2]).lower()], first)
    old = any(fold(part) in _FORMER or fold(part).endswith(" cu") for part in rest)
    places = [re.sub(r" cu$", "", fold(part)) for part in rest if fold(part) not in _FORMER]
    provinces = [bare_name(part) for part in places if part.startswith("tinh ")]
    districts = [part for part in places if not part.startswith("tinh ")]
    province = next((part for part in provinces if part != _NOW or old), None)
    return name, districts[0] if districts else "", province, old


def _typed(part: str) -> str:
    """Return a part of an address with its type word in Vietnamese, in front, nothing behind."""
    part = part.strip(" .,;:\u00a0")
    found = _ENGLISH.fullmatch(part)
    if found is None or not (found["before"] or found["behind"]):
        return part
    kind = _IN_VIETNAMESE[(found["before"] or found["behind"]).lower()]
    name = found["name"]
    return f"{fold(kind) if fold(name) == name.lower() else kind} {name}"
