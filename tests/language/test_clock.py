"""Days are those of Việt Nam: no module asks the machine what day it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ZONES = {"UTC", "ZONE"}
PARTS = {"date", "year", "month", "day", "hour", "strftime"}
MODULES = [*(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]


def zone(call: ast.Call) -> str:
    """Return the name of the zone a call of ``now`` is given, empty without one."""
    given = [*call.args, *(word.value for word in call.keywords)]
    return getattr(given[0], "attr", getattr(given[0], "id", "")) if given else ""


def asks_the_machine(node: ast.AST) -> bool:
    """Whether an expression is a day or an hour of the machine's own zone, or of no zone."""
    if isinstance(node, ast.Attribute) and node.attr in PARTS:
        call = node.value
        of_utc = isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "now"
        return of_utc and zone(call) == "UTC"  # the day of UTC is not that of Việt Nam
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", "")
    if name == "now" and getattr(node.func.value, "attr", "") == "datetime":
        return zone(node) not in ZONES
    if name == "date_input":  # Streamlit's own "today" is that of the machine
        words = {word.arg: word.value for word in node.keywords}
        said = [ast.unparse(word) for word in words.values()]
        return "'today'" in said or (len(node.args) < 2 and "value" not in words)
    if name == "today" and isinstance(node.func.value, ast.Attribute):
        return node.func.value.attr in {"date", "datetime"}
    return name in {"utcnow", "localtime"} or (name == "astimezone" and not node.args)


def found(text: str) -> Iterator[str]:
    return (ast.unparse(node) for node in ast.walk(ast.parse(text)) if asks_the_machine(node))


def test_no_module_asks_the_machine_for_the_day():
    told = {path: list(found(path.read_text(encoding="utf-8"))) for path in MODULES}
    assert {path: said for path, said in told.items() if said} == {}


@pytest.mark.parametrize(
    "text",
    [
        "dt.datetime.now().astimezone().date()",
        "dt.datetime.now(tz=dt.UTC).year",
        "dt.date.today()",
        "dt.datetime.today()",
        "dt.datetime.utcnow()",
        "time.localtime()",
        "st.date_input('a', max_value='today')",
        "st.date_input('a')",
    ],
)
def test_the_walk_sees_it(text):
    assert list(found(text))


@pytest.mark.parametrize(
    "text", ["today()", "dt.datetime.now(dt.UTC).isoformat()", "dt.datetime.now(ZONE).date()"]
)
def test_the_walk_lets_moments_pass(text):
    assert list(found(text)) == []
