"""Modules as esm.sh builds them on request, built here from the same packages.

kepler.gl's page imports React and its relatives from esm.sh. Each address
becomes one module in which every other package stays an import of its bare
name, so that the page's import map gives all of them the same React.
"""

import json
import re
import subprocess
from pathlib import Path

ADDRESS = re.compile(r"/(?P<name>(?:@[^/@]+/)?[^/@]+)@(?P<version>[^/]+)(?P<rest>/.+)?")
BARE = ("react", "react/jsx-runtime", "react-dom", "react-dom/client", "redux", "react-redux")
PEERS = ("react@19.1.0", "react-dom@19.1.0", "redux@5.0.1", "esbuild@0.28.2")


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=180
    )
    return done.stdout if done.returncode == 0 else ""


def module(folder: Path, path: str) -> Path | None:
    """Return the module an address of esm.sh stands for, built once; None if it cannot be."""
    found = ADDRESS.fullmatch(path)
    if found is None:
        return None
    package = f"{found['name']}@{found['version']}"
    place = folder / f"esm__{package.replace('/', '__')}"
    specifier = found["name"] + (found["rest"] or "")
    out = place / f"{specifier.replace('/', '__')}.mjs"
    if not out.exists():
        place.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--silent", "--no-save", package, *PEERS], place)
        _build(place, specifier, out)
    return out if out.exists() else None


def _build(place: Path, specifier: str, out: Path) -> None:
    told = _run(["node", "-p", f"JSON.stringify(Object.keys(require('{specifier}')))"], place)
    if not told:
        return
    names = [name for name in json.loads(told) if re.fullmatch(r"[A-Za-z_$][\w$]*", name)]
    held = ", ".join(name for name in names if name != "default")
    entry = place / "entry.js"
    file = specifier
    if "/" in specifier.removeprefix("@"):
        # By its file: a name under an external package would be external too.
        file = _run(["node", "-p", f"require.resolve('{specifier}')"], place).strip()
    entry.write_text(f'module.exports = require("{file}");\n', encoding="utf-8")
    command = ["npx", "esbuild", "entry.js", "--bundle", "--format=iife", "--global-name=made"]
    command += ['--define:process.env.NODE_ENV="production"']
    command += [f"--external:{name}" for name in BARE if name != specifier]
    if text := _run(command, place):
        used = [name for name in BARE if f'require("{name}")' in text and name != specifier]
        imports = "".join(f'import * as p{i} from "{name}";\n' for i, name in enumerate(used))
        given = ", ".join(f'"{name}": p{i}' for i, name in enumerate(used))
        head = f"{imports}const require = (name) => ({{{given}}})[name];"
        foot = f"export default made.default ?? made;\nexport const {{ {held} }} = made;"
        out.write_text(f"{head}\n{text}\n{foot}\n", encoding="utf-8")
