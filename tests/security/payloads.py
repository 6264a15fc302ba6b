"""Texts that want to be run by somebody: a browser, a spreadsheet, a typesetter, a terminal."""

from collections.abc import Mapping
from typing import Final

PAYLOADS: Final[Mapping[str, str]] = {
    "html": "<img src=x onerror=\"parent.document.title='pwned'\">",
    "svg": "<svg/onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "script-end": "</script><script>alert(1)</script>",
    "comment": "<!--<script>",
    "cdata": "]]><b>&lt;&amp;lt;&#x3c;",
    "entity": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "template": "${alert(1)}",
    "backtick": "`${alert(1)}`",
    "braces": "{{7*7}} {0.__class__} %s %(x)s",
    "link": "[x](javascript:alert(1))",
    "address": "javascript:alert(document.domain)",
    "markdown": "**b** ~~s~~ :red[x] ![i](//example.org/x) $x^2$ # h",
    "equals": '=HYPERLINK("http://example.org","x")',
    "dde": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3+cmd",
    "at": "@SUM(A1:A9)",
    "guarded": "'=1+1",
    "tab": "a\t=1+1",
    "return": "a\r=1+1",
    "typst": '#panic("x") $x$ *b* @c <d> \\u{1} #include "/etc/passwd"',
    "word": "_x0041_ <w:p/> { INCLUDETEXT c:\\\\x }",
    "bidi": "a\u202egpj.exe\u2066\u200f\u200b",
    "control": "a\x01\x1b[31mb\x7f",
    "sql": "a'); DROP TABLE clusters;--",
    "path": "../../../../etc/passwd",
    "long": "Rất dài " * 490 + "hết",
}
"""Name -> text; each may stand in a cell of a table (`lib.tables.schemas.TRIMMED`)."""

CALLING: Final = (
    "![i](http://beyond.example/i.png) [![i](//beyond.example/j.png)](//beyond.example) "
    "www.beyond.example https://beyond.example/x an@beyond.example :smile: :material/home:"
)
"""A name of a file or a person that would have a browser call somebody, or lead there."""

UNWRITABLE: Final[Mapping[str, str]] = {
    "nul": "a\0b",
    "leading-tab": "\t=1+1",
    "leading-return": "\r=1+1",
    "two-lines": "a\n=1+1",
    "too-long": "k" * 4_001,
}
"""Texts that no table holds: an import cleans or refuses them."""
