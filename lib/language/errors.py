"""Exceptions a user sees: wrong use, not allowed, data refused, source or store unavailable.

An error carries the key of a text and its values, never a finished sentence,
so that the screen, the command line and a report say the same words in the
reader's language.
"""

from typing import ClassVar

from lib.language.text import Lang, plain, t


class PhuThoError(Exception):
    """Something the user has to know: what is wrong, where, what to do.

    Parameters
    ----------
    key : str
        Key of the message in ``lib/language/texts``.
    **values : object
        What the message names: file, row, column, value.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def message(self, lang: Lang = "vi") -> str:
        """Return the sentence for the user in `lang`."""
        return t(self.key, lang, **self.values)

    def markdown(self, lang: Lang = "vi") -> str:
        """Return the sentence for where Markdown is read: what it names is shown as it is."""
        named = {
            name: value if isinstance(value, int | float) else plain(str(value))
            for name, value in self.values.items()
        }
        return t(self.key, lang, **named)

    def __str__(self) -> str:
        return self.message()


class WrongUseError(PhuThoError):
    """The call itself is wrong: an option, a file that is not there."""

    exit_code = 2


class NotAllowedError(PhuThoError):
    """The person may not do this, or nobody is signed in."""

    exit_code = 2


class DataRefusedError(PhuThoError):
    """The data cannot be used; nothing was changed."""

    exit_code = 3


class SourceUnavailableError(PhuThoError):
    """A public source did not answer or answered with something else."""

    exit_code = 3


class StoreError(PhuThoError):
    """The store of snapshots is missing, damaged or busy."""

    exit_code = 3
