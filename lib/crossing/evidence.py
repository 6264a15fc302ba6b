"""Weigh the documents and the measured pieces of one cluster: verdict, lead, note.

Two kinds of evidence stand side by side. A written decision outranks geometry
where it can be followed for certain; where it cannot, geometry speaks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from lib.language.text import Lang, t

Verdict = Literal["cross_commune", "within", "undetermined"]
Record = Mapping[str, object]

_MEASURES: Final = ("area_ha", "share", "area_ha_low", "area_ha_high")


@dataclass(frozen=True)
class Evidence:
    """Documents and measured pieces of one cluster; blanks are None.

    Attributes
    ----------
    decided : list of mapping
        Rows of `lib.places.names.by_decision`.
    pieces : list of mapping
        Rows of ``Cut.pieces``, largest first; no code: outside every commune.
    geometry : mapping or None
        Row of ``Cut.verdicts``.
    refused : mapping or None
        Row of ``Cut.refused``.
    assigned : list of mapping
        ``commune_code``, ``status`` (proposed | decided), ``date`` (optional).
    """

    decided: list[Record]
    pieces: list[Record]
    geometry: Record | None
    refused: Record | None
    assigned: list[Record]

    @property
    def named(self) -> set[object]:
        """New communes a document leads to for certain."""
        certain = [row for row in self.decided if row["certain"] and not row.get("conflict")]
        return {row["commune_code"] for row in certain} - {None}

    @property
    def standing(self) -> set[object]:
        """Communes in which a piece stands."""
        return {row["commune_code"] for row in self.pieces if row["stands"]} - {None, ""}

    @property
    def doubtful(self) -> list[Record]:
        """Names that resolve to several communes, or otherwise than another source says."""
        known = [row for row in self.decided if row["commune_code"] is not None]
        return [row for row in known if row["commune_code"] not in self.named]

    @property
    def lost(self) -> list[Record]:
        """Names that resolve to no commune of today."""
        return [row for row in self.decided if row["commune_code"] is None]

    @property
    def decision_verdict(self) -> Verdict | None:
        """Verdict by the documents; None if they name no commune."""
        if not self.decided:
            return None
        if len(self.named) > 1:
            return "cross_commune"
        return "within" if self.named and not self.doubtful and not self.lost else "undetermined"

    @property
    def geometry_verdict(self) -> Verdict | None:
        """Verdict by the outline; None without one that can be measured."""
        if self.geometry is None or self.geometry["tolerance_m"] is None:
            return None
        return cast("Verdict", self.geometry["verdict"])

    @property
    def verdict(self) -> Verdict:
        """The documents' verdict where they have one, else the outline's."""
        if self.decision_verdict in {None, "undetermined"}:
            return self.geometry_verdict or "undetermined"
        return self.decision_verdict

    def lead(self) -> tuple[object, str]:
        """Return the commune that leads, or None, and the rule that says so.

        A decided assignment comes first, then a proposed one (the newest of
        its kind), then the only commune, then the larger area. Area proposes
        no commune that the documents, followed for certain, do not name.
        """
        for status, rule in (("decided", "assigned"), ("proposed", "proposed_assignment")):
            rows = [row for row in self.assigned if row["status"] == status]
            if rows:
                newest = max(rows, key=lambda r: (str(r.get("date") or ""), str(r["commune_code"])))
                return newest["commune_code"], rule
        by_paper = self.decision_verdict not in {None, "undetermined"}
        if self.verdict == "within":
            return min(self.named if by_paper else self.standing, key=str), "only_commune"
        largest = self._largest()
        if largest is None or (by_paper and largest not in self.named):
            return None, "needs_decision"
        return largest, "larger_area"

    def _largest(self) -> object:
        """Return the commune whose least area is above the greatest of every other."""
        inside = [row for row in self.pieces if row["commune_code"]]
        for one in inside:
            least = cast("float", one["area_ha_low"])
            others = [cast("float", row["area_ha_high"]) for row in inside if row is not one]
            if others and least > max(others):
                return one["commune_code"]
        return None

    def note(self, lang: Lang) -> str | None:
        """Return what a reader has to know beside the figures."""
        notes = []
        if self.refused is not None:
            values = cast("Mapping[str, object]", self.refused["values"])
            notes.append(t(str(self.refused["reason"]), lang, **values))
        elif self.geometry is not None and self.geometry_verdict is None:
            notes.append(t(f"crossing.{self.geometry['reason']}", lang))
        if self.lost:
            notes.append(t("crossing.note_unresolved", lang, names=_names(self.lost)))
        if any(row.get("conflict") for row in self.decided):
            notes.append(t("crossing.note_conflict", lang))
        elif self.doubtful:
            notes.append(t("crossing.note_doubtful", lang, names=_names(self.doubtful)))
        if self._disagree():
            notes.append(t("crossing.note_disagree", lang))
        if not self.decided and self.geometry is None:
            notes.append(t("crossing.note_nothing", lang))
        return " ".join(notes) or None

    def _disagree(self) -> bool:
        """Return whether documents and outline contradict each other.

        They cannot if one says two communes and the other one, or if land
        stands in a commune that no name of the documents can mean.
        """
        if {self.decision_verdict, self.geometry_verdict} == {"cross_commune", "within"}:
            return True
        possible = self.named | {row["commune_code"] for row in self.doubtful}
        return bool(self.decided and not self.lost and self.standing - possible)

    def rows(self, lang: Lang) -> list[dict[str, object]]:
        """Return one row a commune: pieces first, then what only a document names."""
        said = {row["commune_code"]: row for row in self.decided if row["commune_code"]}
        rows: list[dict[str, object]] = [
            {
                **{measure: piece[measure] for measure in _MEASURES},
                "commune_code": piece["commune_code"] or None,
                "commune_name": piece["commune_name"] or t("crossing.outside", lang),
                "evidence": "both" if piece["commune_code"] in said else "by_geometry",
            }
            for piece in self.pieces
        ]
        drawn = {piece["commune_code"] for piece in self.pieces}
        rows += [
            {"commune_code": code, "commune_name": row["commune_name"], "evidence": "by_decision"}
            for code, row in said.items()
            if code not in drawn
        ]
        return rows or [{"evidence": "by_decision" if self.decided else None}]


def _names(rows: list[Record]) -> str:
    """Return the names of the documents, each once."""
    return "; ".join(dict.fromkeys(str(row["former_names"]) for row in rows))
