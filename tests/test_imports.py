"""What a page does not need is not loaded before it is needed: the first map waits for imports."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAVY = (
    *("ibis", "duckdb", "pandera", "typst", "docx", "scipy", "sklearn", "mapclassify"),
    *("pyogrio", "xlsxwriter", "python_calamine", "pooch", "lxml", "pyspark"),
)
"""Each takes 15 to 400 ms of processor time; none draws a page."""
WITH_MAP = ("overview", "clusters", "cross_commune", "progress", "merger", "power", "layers")


def imports_of(script: Path) -> str:
    """Return the import statements at the top of a script: what runs before its first line."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    lines = [
        line for node in tree.body for line in (node.body if isinstance(node, ast.If) else [node])
    ]
    wanted = [node for node in lines if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in wanted)


def loaded_by(*scripts: Path) -> set[str]:
    code = "\n".join(map(imports_of, scripts))
    told = "import json, sys\nprint(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{told}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_no_page_with_a_map_loads_what_no_map_needs():
    loaded = loaded_by(ROOT / "app.py", *(ROOT / "pages" / f"{name}.py" for name in WITH_MAP))
    assert {"streamlit", "pandas", "lib"} <= loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_drivers_of_gdal_are_chosen_before_it_loads():
    """A VRT called .geojson could read any file: GDAL looks once, when pyogrio is imported."""
    for path in (ROOT / "lib").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        loads = [at for at, line in enumerate(lines) if re.match(r"(import|from) pyogrio", line)]
        first = [at for at, line in enumerate(lines) if line.startswith("import lib.settings")]
        assert not loads or (first and first[0] < loads[0]), path
    code = (
        "import os, sys, lib.importing.bring\n"
        "print('pyogrio' in sys.modules, 'OGR_VRT' in os.environ['GDAL_SKIP'])\n"
        "print('ibis' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    drivers, ibis = done.stdout.splitlines()
    assert drivers == "True True", done.stderr
    assert ibis == "False", "the process that reads files starts half a second later for it"


def test_a_package_holds_its_sentence_and_nothing_else():
    for path in (ROOT / "lib").rglob("__init__.py"):
        (only,) = ast.parse(path.read_text(encoding="utf-8")).body
        assert isinstance(only, ast.Expr), path
