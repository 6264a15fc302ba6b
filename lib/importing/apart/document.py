"""Look at a document in a process apart, as at every foreign file."""

import tempfile
from pathlib import Path

from lib.importing.apart import sandbox
from lib.importing.documents import Attachment, kind_of, refuse_large


def kind_of_bytes(given: Attachment) -> str:
    """Return what a document is by its content, see `lib.importing.documents.kind_of`.

    Raises
    ------
    DataRefusedError
        It is larger than 20 MB, or as `kind_of`; or looking at it took too long.
    """
    refuse_large(given.name, len(given.content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / "document"
        path.write_bytes(given.content)
        return sandbox.run(kind_of, path, given.name, name=given.name)
