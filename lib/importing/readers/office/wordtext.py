"""The text of a Word document as it is meant: not what is hidden, struck through or deleted.

Word keeps deleted text in the document until somebody accepts the deletion, and
text formatted as hidden for good. Neither is on the printed page; what is struck
through is, but no longer counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml.etree import _Element

_OUTSIDE: Final = "not(ancestor::w:txbxContent)"
_RUNS: Final = f".//w:r[{_OUTSIDE}]"
_STRUCK: Final = frozenset(map(qn, ("w:del", "w:moveFrom")))
_CROSSED: Final = ("w:strike", "w:dstrike")
_OFF: Final = frozenset({"0", "false", "off", "none"})
_ANY: Final = (
    "boolean(//w:del | //w:moveFrom | //w:ins | //w:moveTo | //w:vanish | //w:cellDel"
    " | //w:trPr/w:hidden | //w:strike | //w:dstrike)"
)


@dataclass
class Told:
    """Texts that are left out of a table, and those of tracked insertions, with their rows."""

    hidden: list[tuple[int, str]] = field(default_factory=list)
    struck: list[tuple[int, str]] = field(default_factory=list)
    crossed: list[tuple[int, str]] = field(default_factory=list)
    added: list[tuple[int, str]] = field(default_factory=list)


class SeenText:
    """Reads paragraphs as they are seen; one for a document.

    Parameters
    ----------
    body : element
        Body of the document.
    styles : element or None
        Its styles, which may hide text too.
    """

    def __init__(self, body: BaseOxmlElement, styles: BaseOxmlElement | None) -> None:
        self._styles = {tag: _styles_with(tag, styles) for tag in ("w:vanish", *_CROSSED)}
        self._plain = not any(self._styles.values()) and not body.xpath(_ANY)

    def text(self, paragraphs: Iterable[BaseOxmlElement], told: Told, row: int) -> str:
        """Return what is seen of paragraphs; what is not goes to `told` under its row."""
        return "\n".join(self._line(one, told, row) for one in paragraphs).strip()

    def struck_row(self, row: BaseOxmlElement) -> bool:
        """Return True for a row of a table whose deletion is tracked."""
        return not self._plain and bool(row.xpath("./w:trPr/w:del"))

    def hidden_row(self, row: BaseOxmlElement) -> bool:
        """Return True for a row of a table that is hidden as a whole."""
        return not self._plain and any(_on(one) for one in row.xpath("./w:trPr/w:hidden"))

    def struck_cell(self, cell: BaseOxmlElement) -> bool:
        """Return True for a cell whose deletion is tracked."""
        return not self._plain and bool(cell.xpath("./w:tcPr/w:cellDel"))

    def _line(self, paragraph: BaseOxmlElement, told: Told, row: int) -> str:
        runs = paragraph.xpath(_RUNS)
        if self._plain:
            return "".join(run.text for run in runs)
        seen = []
        for run in runs:
            around = {parent.tag for parent in run.iterancestors()}
            text = "".join(run.itertext(qn("w:t"), qn("w:delText")))
            if around & _STRUCK:
                told.struck.append((row, text))
            elif self._formatted(run, paragraph, "w:vanish"):
                told.hidden.append((row, text))
            elif any(self._formatted(run, paragraph, tag) for tag in _CROSSED):
                told.crossed.append((row, text))
            else:
                if around & {qn("w:ins"), qn("w:moveTo")} and text.strip():
                    told.added.append((row, text))
                seen.append(run.text)
        return "".join(seen)

    def _formatted(self, run: BaseOxmlElement, paragraph: BaseOxmlElement, tag: str) -> bool:
        """Say whether a run has a format, by itself or else by exactly one of its two styles."""
        own = run.xpath(f"./w:rPr/{tag}")
        if own:
            return _on(own[0])
        styles = (*run.xpath("./w:rPr/w:rStyle"), *paragraph.xpath("./w:pPr/w:pStyle"))
        return sum(one.get(qn("w:val")) in self._styles[tag] for one in styles) == 1


def _on(element: _Element) -> bool:
    return (element.get(qn("w:val")) or "1").lower() not in _OFF


def _styles_with(tag: str, styles: BaseOxmlElement | None) -> frozenset[str]:
    """Return the ids of the styles that format text so, by themselves or by their base."""
    if styles is None:
        return frozenset()
    own: dict[str, bool] = {}
    based: dict[str, str] = {}
    # Found by full names: a part that is no list of styles has no prefixes to look under.
    for style in styles.iterfind(qn("w:style")):
        name = style.get(qn("w:styleId")) or ""
        for mark in style.iterfind(f"{qn('w:rPr')}/{qn(tag)}"):
            own[name] = _on(mark)
        for base in style.iterfind(qn("w:basedOn")):
            based[name] = base.get(qn("w:val")) or ""
    found = {name for name, on in own.items() if on}
    while fresh := {n for n, b in based.items() if b in found and n not in own} - found:
        found |= fresh
    return frozenset(found)
