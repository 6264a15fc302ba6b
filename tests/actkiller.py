"""Acts on a store that are killed: the program that is killed, and asking it.

Started by itself, this file has the library loaded, imports once and forks one
process for each act, so that a kill costs no start of Python and no first import.
A kill comes after a time, or at a step: the n-th time the act makes, opens,
renames or removes a file of its folder.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from killedstores import file_with, publish

from lib.importing import bring, entering
from lib.importing import documents as attached
from lib.importing.brought import choices
from lib.importing.documents import Attachment
from lib.importing.draft import Options
from lib.importing.readers import registry
from lib.operate import backup, restore
from lib.store import audit, brought, documents, pending
from lib.store.store import Store
from lib.tables.statements.record import Statement

ROOT = Path(__file__).parents[1]
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}

# ---- the program that is killed ----------------------------------------------------------


def do_import(store: str, file: str) -> None:
    """Import a file as the command line and the page do: read, check, publish."""
    where, path = Store(Path(store)), Path(file)
    base = where.current()
    contents, unreadable = bring.read_all([(path, path.name)])
    options = Options("customers", "2026-11-25")
    draft = bring.check(contents, options, bring.tables_of(base), unreadable=unreadable)
    files = {path.name: path.read_bytes()}
    bring.publish(where, draft, base=base, files=files, who="An", confirmed=False)


def do_restore(store: str, snapshot_id: str) -> None:
    Store(Path(store)).restore(snapshot_id, who="Bình")


def do_backup(store: str, file: str) -> None:
    backup.backup(Store(Path(store)), Path(file))


def do_restore_backup(store: str, file: str) -> None:
    restore.restore_backup(Path(file), Store(Path(store)), who="Chi")


def do_fact(store: str, value: str) -> None:
    """State one value as the page does: it waits on the disk, then goes into use."""
    where = Store(Path(store))
    base = where.current()
    subject = ("substations", "SS-1", "capacity_mva", f"{float(value)}")
    word = Statement(*subject, "Biên bản", "2026-11-30", when=audit.moment())
    pending.keep(where, [word])
    entering.publish(where, [word], base=base, who="An")


def do_wait(store: str, file: str) -> None:
    """Let a file wait as the page does, then put it into use by another hand."""
    where, path = Store(Path(store)), Path(file)
    base = where.current()
    files = {path.name: path.read_bytes()}
    options = Options("customers", "2026-11-25")
    held = brought.keep(where, files, choices(options), who="Lan")
    contents, unreadable = bring.read_all([(path, path.name)])
    draft = bring.check(contents, options, bring.tables_of(base), unreadable=unreadable)
    whole = {"base": base, "files": brought.contents(where, held), "brought": held}
    bring.publish(where, draft, who="An", confirmed=False, **whole)
    brought.drop(where, held.key)


def do_attach(store: str, content: str) -> None:
    """Attach a document, its kind known: what is killed is the publication."""
    where = Store(Path(store))
    base = where.current()
    given = Attachment("b.pdf", content.encode(), "clusters", content, "2026-11-25")
    names = {"clusters", documents.TABLE} & set(base.manifest.tables)
    draft = attached.draft_of(given, "pdf", {name: base.read(name) for name in names})
    files = documents.new_ones(where, {given.name: given.content})
    bring.publish(where, draft, base=base, files=files, who="An", confirmed=True)


ACTS = {
    "attach": do_attach,
    "import": do_import,
    "fact": do_fact,
    "restore": do_restore,
    "backup": do_backup,
    "restore-backup": do_restore_backup,
    "wait": do_wait,
}


def die_at(step: int, folder: str) -> None:
    counter = itertools.count(1)

    def hook(event: str, args: tuple[object, ...]) -> None:
        inside = args and isinstance(args[0], str | Path) and str(args[0]).startswith(folder)
        if event in STEPS and inside and next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def serve() -> None:
    """Run each act asked for on stdin in a process of its own; say how it ended."""
    registry.allow_here()
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder)
        publish(Store(aside / "kho"), 1)
        do_import(str(aside / "kho"), str(file_with(aside, 2)))
    for line in sys.stdin:
        act, words, delay, step, folder = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 1
            try:
                if step:
                    die_at(step, folder)
                ACTS[act](*words)
                code = 0
            finally:
                if code:
                    traceback.print_exc()
                os._exit(code)
        start = time.monotonic()
        if delay is not None:
            time.sleep(delay)
            os.kill(process, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        sys.stdout.write(json.dumps([status, time.monotonic() - start]) + "\n")
        sys.stdout.flush()


# ---- asking it ---------------------------------------------------------------------------


class Killer:
    """The program above, started once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(
        self, act: str, *words: object, delay: float | None = None, step: int = 0
    ) -> tuple[bool, float]:
        """Run an act; return whether it was killed before its end, and how long it lived."""
        asked = [act, [str(word) for word in words], delay, step, str(self.folder)]
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        status, lasted = json.loads(self.process.stdout.readline())
        assert status in (0, -signal.SIGKILL)
        return status != 0, lasted

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


if __name__ == "__main__":
    serve()
