"""Define the errors that end a run: caught once at the command line, one line on stderr, exit code 2.

GbvKpiError
├── UsageError      the call asks for something that cannot be done
├── PlanError       a plan file is missing, unreadable or contradicts itself
├── SourceError     a file or folder that was named cannot be opened
├── LedgerError     the ledger is missing (NoLedgerError), unusable, or refuses new data
└── OutputError     the result cannot be written where it was asked for

Problems of a *return* are not exceptions but values: see `gbv_kpi.problems`.
"""

import errno

from gbv_kpi.i18n import ENGLISH, Phrase, phrase


class GbvKpiError(Exception):
    """The run cannot go on; `phrase` says why in the officer's words."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase

    def __str__(self) -> str:
        return ENGLISH.say(self.phrase)


class UsageError(GbvKpiError):
    """The call asks for something that cannot be done."""


class PlanError(GbvKpiError):
    """A plan file is missing, unreadable or contradicts itself."""


class SourceError(GbvKpiError):
    """A file or folder that was named cannot be opened."""


class LedgerError(GbvKpiError):
    """The ledger is missing, unusable, or refuses new data."""


class NoLedgerError(LedgerError):
    """The named ledger does not exist yet."""


class OutputError(GbvKpiError):
    """The result cannot be written where it was asked for."""


_REASONS = {
    errno.ENOENT: phrase("no such file or folder"),
    errno.ENOTDIR: phrase("part of its path is not a folder"),
    errno.EISDIR: phrase("it is a folder"),
    errno.EEXIST: phrase("it already exists"),
    errno.EACCES: phrase("access is denied"),
    errno.EPERM: phrase("access is denied"),
    errno.EROFS: phrase("the disk is read-only"),
    errno.ENOSPC: phrase("the disk is full"),
    errno.EDQUOT: phrase("the disk quota is exceeded"),
    errno.EFBIG: phrase("the file is too large"),
    errno.EIO: phrase("the disk or drive is failing"),
    errno.ENAMETOOLONG: phrase("the name is too long"),
    errno.ELOOP: phrase("its links form a loop"),
    errno.EBUSY: phrase("it is in use by another program"),
    errno.ETXTBSY: phrase("it is in use by another program"),
    errno.EMFILE: phrase("too many files are open"),
    errno.ENFILE: phrase("too many files are open"),
}


def system_reason(error: BaseException) -> Phrase:
    """Return why the system refused something, in the officer's words and not in the system's."""
    if isinstance(error, RuntimeError):  # pathlib raises it for a loop of links
        return _REASONS[errno.ELOOP]
    number = getattr(error, "errno", None)
    code = errno.errorcode.get(number or 0, type(error).__name__)
    return _REASONS.get(number or 0, phrase("the system reports {code}", code=code))
