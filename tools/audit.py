"""`make audit`: whether a fault of a locked package is publicly known, as pip-audit finds it.

Exit codes: 0 all packages were asked for and no fault is known, 1 a fault is known, 2 the
question was not answered for every package (no network, or a mirror without such answers).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

UNANSWERED = (
    "Chưa hỏi được{}: không có mạng, hoặc kho gói ở đây không trả lời về lỗ hổng.",
    "Hãy chạy lại trên máy có internet.",
    "Not answered{}: there is no network, or the registry here does not tell of faults.",
    "Please run this again on a machine with internet.",
)


def ask(lock: str, answer: Path) -> list[dict]:
    """Return what pip-audit says of each package of a lock file, nothing if it could not ask.

    Parameters
    ----------
    lock : str
        A requirements file with exact versions and hashes: nothing is resolved or installed.
    answer : Path
        Where pip-audit writes its report.
    """
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "pip_audit", "--requirement", lock),
            *("--require-hashes", "--disable-pip", "--progress-spinner", "off"),
            *("--format", "json", "--output", str(answer)),
        ],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.exists():
        return json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    sys.stderr.write(f"{(done.stderr.strip().splitlines() or [''])[-1][:300]}\n")
    return []


def report(packages: list[dict]) -> tuple[list[str], int]:
    """Return the lines to print of pip-audit's answer, and the exit code."""
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in packages
        for fault in one.get("vulns", [])
    ]
    unasked = [one["name"] for one in packages if "skip_reason" in one]
    if known:
        return [*known, f"Lỗ hổng đã biết: {len(known)}. / Known faults: {len(known)}."], 1
    if unasked or not packages:
        few = f" ({len(unasked)}/{len(packages)})" if unasked else ""
        return [line.format(few) for line in UNANSWERED], 2
    asked = len(packages)
    return [f"{asked} gói: không có lỗ hổng đã biết. / {asked} packages: no known fault."], 0


def main() -> int:
    """Ask for the lock file named on the command line, print the answer."""
    with tempfile.TemporaryDirectory() as folder:
        lines, code = report(ask(sys.argv[1], Path(folder) / "answer.json"))
    sys.stdout.write("\n".join([*lines, ""]))
    return code


if __name__ == "__main__":
    sys.exit(main())
